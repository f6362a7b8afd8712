//! Guests whose answers are no answers (H08, H11, H29, H30).

use attune_core::Transform as _;
use attune_wasm::{Engine, FaultKind};
use wit_component::StringEncoding;

use super::checks::{check_fault, check_one_bad_row, check_refused, open, refusal, with_part};
use super::guest::{CONTEXT, Guest, RETURN, TEXT, column};

/// H08.
#[test]
fn wild_pointers_and_lengths_are_refused() {
    let set = |offset: u32, value: i64| {
        format!(
            "(i32.store (i32.const {}) (i32.const {value}))",
            RETURN + 4 + offset
        )
    };
    for hostile in [
        format!("{}{}", set(16, -256), set(20, 64)),
        set(20, -1),
        format!("{}{}", set(0, 4), set(4, -1)),
        // A result that is neither ok nor err.
        format!("(i32.store8 (i32.const {RETURN}) (i32.const 7))"),
        // `ends` is a list of u32 at an odd address.
        set(8, 4_097),
        // The result itself lies outside of memory.
        "(return (i32.const -4))".to_owned(),
    ] {
        let guest = Guest {
            on_tilde: &hostile,
            ..Guest::default()
        };
        check_one_bad_row(&guest, "plugin-output-invalid");
    }
}

/// H11 (texts that are no UTF-8), H29 (rows for nobody), H30 (U+0000).
#[test]
fn columns_that_break_the_contract_are_refused() {
    let kinds = format!("(i32.load (i32.const {}))", RETURN + 4);
    let ends = format!("(i32.load (i32.const {}))", RETURN + 12);
    let data = format!("(i32.load (i32.const {}))", RETURN + 20);
    for hostile in [
        format!("(i32.store8 {kinds} (i32.const 99))"),
        format!("(i32.store {ends} (i32.const -1))"),
        format!("(i32.store8 {data} (i32.const 255))"),
        // A row less than asked for.
        format!(
            "(i32.store (i32.const {at}) (i32.sub (i32.load (i32.const {at})) (i32.const 1)))",
            at = RETURN + 8
        ),
        // Rows for a person more than asked for.
        format!(
            "(i32.store (i32.const {kinds}) (i32.add (i32.load (i32.const {kinds})) (i32.const 1)))
             (i32.store (i32.const {ends}) (i32.add (i32.load (i32.const {ends})) (i32.const 1)))",
            kinds = RETURN + 8,
            ends = RETURN + 16
        ),
        // A kept field with a value.
        format!("(i32.store8 {kinds} (i32.const 16))"),
        // The one character that no store takes.
        format!("(i32.store8 {data} (i32.const 0))"),
        // Text that claims to be a number.
        format!("(i32.store8 {kinds} (i32.const 4))"),
    ] {
        let guest = Guest {
            on_tilde: &hostile,
            ..Guest::default()
        };
        check_one_bad_row(&guest, "plugin-output-invalid");
    }
}

/// H11: one character at an odd address, and half a pair; GHSA-jxhv was a panic over the former.
#[test]
fn texts_that_are_no_utf16_are_refused() {
    for (at, unit) in [(4_097, 0x61), (4_096, 0xd800)] {
        let describe = format!(
            "(memory.fill (i32.const 1024) (i32.const 0) (i32.const 40))
             (i32.store16 (i32.const {at}) (i32.const {unit}))
             (i32.store (i32.const 1024) (i32.const {at}))
             (i32.store (i32.const 1028) (i32.const 1))
             (return (i32.const 1024))"
        );
        let guest = Guest {
            describe: &describe,
            encoding: StringEncoding::UTF16,
            ..Guest::default()
        };
        check_fault(&guest, FaultKind::OutputInvalid);
        // The same as a log line.
        let describe = format!(
            "(i32.store16 (i32.const {at}) (i32.const {unit}))
             (call $emit (i32.const 0) (i32.const {at}) (i32.const 1))
             unreachable"
        );
        let guest = Guest {
            describe: &describe,
            ..guest
        };
        check_fault(&guest, FaultKind::Trap);
    }
}

/// H11 between two components of one file, where the host's compiler writes the code that copies.
#[test]
fn a_misaligned_text_between_two_parts_of_a_plugin_is_a_trap() {
    let parts = r#"(component
        (component $hears
          (core module $m
            (memory (export "memory") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 16))
            (func (export "hear") (param i32 i32)))
          (core instance $i (instantiate $m))
          (func (export "hear") (param "text" string)
            (canon lift (core func $i "hear") (memory (core memory $i "memory"))
              (realloc (core func $i "realloc")) string-encoding=utf8)))
        (component $says
          (import "hear" (func $hear (param "text" string)))
          (core module $memory (memory (export "memory") 1))
          (core instance $memory (instantiate $memory))
          (core func $hear
            (canon lower (func $hear) (memory (core memory $memory "memory"))
              string-encoding=utf16))
          (core module $m
            (import "" "hear" (func $hear (param i32 i32)))
            (func $start (call $hear (i32.const 1) (i32.const 1)))
            (start $start))
          (core instance (instantiate $m
            (with "" (instance (export "hear" (func $hear)))))))
        (instance $hears (instantiate $hears))
        (instance $says (instantiate $says (with "hear" (func $hears "hear")))))"#;
    let plugin = with_part(
        &Guest::default().component(),
        &wat::parse_str(parts).unwrap(),
    );
    let error = refusal(&plugin);
    assert_eq!(error.code(), "plugin-trap", "{error}");
    // The two alone do no harm: with an even address they understand each other.
    let fine = parts.replace("(call $hear (i32.const 1)", "(call $hear (i32.const 2)");
    let plugin = with_part(
        &Guest::default().component(),
        &wat::parse_str(&fine).unwrap(),
    );
    Engine::new(attune_wasm::Options::default())
        .unwrap()
        .load(&plugin)
        .unwrap();
}

/// H11: flags with unknown bits. The contract has no flags, so what has them is another contract
/// and refused before any are read (GHSA-m758).
#[test]
fn an_export_of_another_type_is_refused_before_it_is_called() {
    let guest = Guest {
        wit: (
            "describe: func() -> manifest;",
            "flags odd { a, b, c } describe: func() -> odd;",
        ),
        describe: "unreachable",
        ..Guest::default()
    };
    check_refused(&guest.component(), "plugin-invalid", "found `flags`");
}

#[test]
fn a_problem_of_apply_fails_its_row_and_its_text_is_cleaned() {
    // The problem's three texts are the guest's line with terminal codes and direction marks.
    let text = |at: u32| {
        format!(
            "(i32.store (i32.const {}) (i32.const {TEXT})) (i32.store (i32.const {}) (i32.const 29))",
            RETURN + at,
            RETURN + at + 4
        )
    };
    let hostile = format!(
        "(i32.store8 (i32.const {RETURN}) (i32.const 1)) {} {} {}",
        text(4),
        text(12),
        text(20)
    );
    let guest = Guest {
        on_tilde: &hostile,
        ..Guest::default()
    };
    let (problem, _) = check_one_bad_row(&guest, "plugin-error");
    assert!(
        problem
            .message
            .starts_with("hello from the guest\\u{1b}[31m\\n"),
        "{problem}"
    );

    // The same with bytes that are no UTF-8.
    let invalid = format!("(i32.store8 (i32.const {TEXT}) (i32.const 255)) {hostile}");
    let guest = Guest {
        on_tilde: &invalid,
        ..Guest::default()
    };
    check_one_bad_row(&guest, "plugin-output-invalid");
}

/// H30: what a plugin gives is text. The host neither runs nor reads it, so it may be anything.
#[test]
fn markup_scripts_formulas_and_controls_are_text_like_any_other() {
    let (_, mut step) = open(&Guest::default());
    let input = column([
        "<script>alert(1)</script>",
        "javascript:alert(1)",
        "=HYPERLINK(\"http://evil.example.com\")",
        "\u{1b}[31mred\u{7}\r\n",
        "\u{202e}\u{2066}\u{feff}",
    ]);
    assert_eq!(step.apply(&CONTEXT, 5, &[&input]), input);
}
