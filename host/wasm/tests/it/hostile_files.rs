//! Files that must be refused before or while they are loaded: each with its code, a sentence, and
//! an engine that goes on.

use super::guest::{Guest, engine};
use attune_wasm::{Engine, Error, FaultKind, Options};

fn refusal(bytes: &[u8]) -> Error {
    let engine = engine();
    let error = engine.load(bytes).expect_err("it must be refused");
    assert!(!error.to_string().is_empty() && !error.hint().is_empty());
    engine
        .load(&Guest::default().component())
        .expect("the next plugin loads");
    error
}

fn check_refused(bytes: &[u8], code: &str, says: &str) {
    let error = refusal(bytes);
    let text = error.problem().message;
    assert_eq!(error.code(), code, "{text}");
    assert!(text.contains(says), "`{says}` in `{text}`");
}

fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

#[test]
fn other_formats_are_named() {
    let not = "plugin-not-a-component";
    check_refused(b"", not, "an empty file");
    check_refused(b"\0asm\x01\0\0\0", not, "a core WebAssembly module");
    check_refused(b"\0asm", not, "truncated");
    check_refused(b"\x7fELF\x02\x01\x01\0rest", not, "ELF");
    check_refused(b"PK\x03\x04rest", not, "ZIP");
    check_refused(b"\x1f\x8b\x08rest", not, "gzip");
    check_refused(b"(component)", not, "WebAssembly text");
    check_refused(b"#!/bin/sh", not, "some other file");
}

#[test]
fn a_component_cut_anywhere_is_refused() {
    let whole = Guest::default().component();
    let engine = engine();
    let step = whole.len() / 40;
    for length in (8..whole.len()).step_by(step.max(1)) {
        let error = engine
            .load(&whole[..length])
            .expect_err("it must be refused");
        let expected = [
            "plugin-not-a-component",
            "plugin-invalid",
            "plugin-export",
            "plugin-import",
        ];
        assert!(expected.contains(&error.code()), "{length}: {error}");
    }
}

#[test]
fn compiled_code_from_outside_is_refused() {
    let wasmtime = wasmtime::Engine::default();
    let compiled = wasmtime
        .precompile_component(&Guest::default().component())
        .unwrap();
    check_refused(&compiled, "plugin-not-a-component", ".cwasm");
}

#[test]
fn a_file_above_the_limit_is_refused_unread() {
    let mut large = Guest::default().component();
    large.resize(5 * 1024 * 1024, 0);
    check_refused(&large, "plugin-file-too-large", "4194304 is the most");
}

#[test]
fn another_major_version_is_refused_by_number() {
    let newer = Guest {
        contract: "2.3.0",
        ..Guest::default()
    };
    check_refused(
        &newer.component(),
        "plugin-contract",
        "built for attune:plugin 2.x, this host speaks 1",
    );
}

#[test]
fn a_later_minor_version_is_accepted() {
    let later = Guest {
        contract: "1.4.0",
        ..Guest::default()
    };
    let plugin = engine().load(&later.component()).unwrap();
    assert!(
        plugin
            .imports()
            .iter()
            .all(|import| import.ends_with("@1.4.0"))
    );
}

#[test]
fn imports_but_the_log_are_refused_by_name() {
    for import in [
        "wasi:sockets/tcp@0.2.0",
        "wasi:filesystem/types@0.2.3",
        "wasi:http/outgoing-handler@0.2.10",
        "wasi:clocks/wall-clock@0.2.12",
        "wasi:random/random@0.2.0",
        "attune:plugin/secrets@1.0.0",
        "my-own",
    ] {
        let text = format!("(component (import \"{import}\" (instance)))");
        check_refused(&component(&text), "plugin-import", import);
    }
    let function = "(component (import \"attune:plugin/log@1.0.0\" (func)))";
    check_refused(
        &component(function),
        "plugin-import",
        "attune:plugin/log@1.0.0",
    );
    let hint = refusal(&component(
        "(component (import \"wasi:io/poll@0.2.0\" (instance)))",
    ))
    .hint();
    assert!(
        hint.contains("wasm32-unknown-unknown") && hint.contains("--stub-wasi"),
        "{hint}"
    );
}

#[test]
fn unknown_functions_of_the_log_are_refused_by_name() {
    let text = r#"(component
        (import "attune:plugin/log@1.0.0" (instance (export "read-file" (func))))
        (instance $none)
        (export "attune:plugin/transform@1.0.0" (instance $none)))"#;
    check_refused(&component(text), "plugin-import", "read-file");
    let text = r#"(component
        (import "attune:plugin/types@1.0.0" (instance (export "handle" (type (sub resource)))))
        (instance $none)
        (export "attune:plugin/transform@1.0.0" (instance $none)))"#;
    check_refused(&component(text), "plugin-import", "handle");
}

#[test]
fn missing_exports_are_listed() {
    check_refused(
        &component("(component)"),
        "plugin-export",
        "attune:plugin/transform@1.x",
    );
    let text = r#"(component
        (instance $none)
        (export "attune:plugin/transform@1.0.0" (instance $none)))"#;
    check_refused(&component(text), "plugin-export", "#describe");
    check_refused(
        &component(text),
        "plugin-export",
        "[method]transformer.apply",
    );
    let text = r#"(component
        (instance $none)
        (export "attune:plugin/provider@1.0.0" (instance $none)))"#;
    check_refused(&component(text), "plugin-export", "#advance");
}

#[test]
fn features_that_are_off_are_invalid() {
    for module in [
        "(memory i64 1)",
        "(memory 1 1 shared)",
        "(tag $t)",
        "(type (struct (field i32)))",
        "(func (result (ref null any)) unreachable)",
        "(func return_call 0)",
        "(memory 1) (memory 1)",
    ] {
        let text = format!(
            "(component (core module {module}) (instance $none)
               (export \"attune:plugin/transform@1.0.0\" (instance $none)))"
        );
        check_refused(&component(&text), "plugin-invalid", "");
    }
    let asynchronous = r#"(component
        (type $f (func async))
        (instance $none)
        (export "attune:plugin/transform@1.0.0" (instance $none)))"#;
    check_refused(&component(asynchronous), "plugin-invalid", "");
}

#[test]
fn compile_bombs_are_counted_before_they_go_off() {
    let complex = "plugin-too-complex";
    let with = |module: &str| {
        component(&format!(
            "(component (core module {module}) (instance $none)
               (export \"attune:plugin/transform@1.0.0\" (instance $none)))"
        ))
    };
    check_refused(&with(&"(func)".repeat(100_000)), complex, "functions");
    let large = format!("(func {})", "(drop (i32.const 1000000))".repeat(200_000));
    check_refused(&with(&large), complex, "bytes in one function");
    let locals = format!("(func {})", "(local i64)".repeat(30_000));
    check_refused(&with(&locals), complex, "locals");
    let branches = format!(
        "(func (block (br_table {} (i32.const 0))))",
        "0 ".repeat(210_000)
    );
    check_refused(&with(&branches), complex, "branch targets");
    check_refused(&with(&"(table 1 funcref)".repeat(20)), complex, "tables");

    let instances = "(core instance (instantiate $m))".repeat(10_000);
    let text = format!(
        "(component (core module $m) {instances} (instance $none)
           (export \"attune:plugin/transform@1.0.0\" (instance $none)))"
    );
    check_refused(&component(&text), complex, "instances");
    let types = "(type (list u8))".repeat(30_000);
    let text = format!(
        "(component {types} (instance $none)
           (export \"attune:plugin/transform@1.0.0\" (instance $none)))"
    );
    check_refused(&component(&text), complex, "definitions");
    let nested = format!("{}{}", "(component ".repeat(30), ")".repeat(30));
    let text = format!(
        "(component {nested} (instance $none)
           (export \"attune:plugin/transform@1.0.0\" (instance $none)))"
    );
    check_refused(&component(&text), complex, "nesting");
}

fn check_fault(guest: &Guest<'_>, kind: FaultKind) {
    match refusal(&guest.component()) {
        Error::Fault(fault) => assert_eq!(fault.kind, kind, "{fault}"),
        other => panic!("{}: {other}", other.code()),
    }
}

#[test]
fn endless_loops_at_load_cost_one_deadline() {
    let endless = "(loop $l (br $l))";
    for guest in [
        Guest {
            describe: endless,
            ..Guest::default()
        },
        Guest {
            open: endless,
            ..Guest::default()
        },
        Guest {
            more: "(func $start (loop $l (br $l))) (start $start)",
            ..Guest::default()
        },
    ] {
        check_fault(&guest, FaultKind::Timeout);
    }
}

#[test]
fn traps_and_bombs_at_load_are_faults() {
    for (describe, kind) in [
        ("unreachable", FaultKind::Trap),
        (
            "(loop $l (drop (memory.grow (i32.const 64))) (br $l))",
            FaultKind::Memory,
        ),
        ("(return (i32.const -16))", FaultKind::OutputInvalid),
    ] {
        let guest = Guest {
            describe,
            ..Guest::default()
        };
        check_fault(&guest, kind);
    }
    let born_large = Guest {
        more: "(func $start (drop (memory.grow (i32.const 1100)))) (start $start)",
        ..Guest::default()
    };
    check_fault(&born_large, FaultKind::Memory);
}

#[test]
fn a_list_that_repeats_one_long_text_is_too_large() {
    // The manifest's `functions` becomes 300,000 records of zeros: 14 MiB of nothing.
    let guest = Guest {
        describe: "(drop (memory.grow (i32.const 300)))
                   (memory.fill (i32.const 1024) (i32.const 0) (i32.const 40))
                   (i32.store (i32.const 1048) (i32.const 1048576))
                   (i32.store (i32.const 1052) (i32.const 300000))
                   (return (i32.const 1024))",
        ..Guest::default()
    };
    check_fault(&guest, FaultKind::OutputTooLarge);
    // 200 extras whose texts are all the same 1 MiB: 400 MiB for the host, were it to copy them.
    let guest = Guest {
        more: "(func $extras (local $i i32)
                 (drop (memory.grow (i32.const 64)))
                 (memory.fill (i32.const 2097152) (i32.const 120) (i32.const 1048576))
                 (local.set $i (i32.const 400))
                 (loop $l
                   (local.set $i (i32.sub (local.get $i) (i32.const 1)))
                   (i64.store (i32.add (i32.const 1048576) (i32.mul (local.get $i) (i32.const 8)))
                     (i64.const 0x00100000_00200000))
                   (br_if $l (local.get $i))))",
        describe: "(call $extras)
                   (memory.fill (i32.const 1024) (i32.const 0) (i32.const 40))
                   (i32.store (i32.const 1056) (i32.const 1048576))
                   (i32.store (i32.const 1060) (i32.const 200))
                   (return (i32.const 1024))",
        ..Guest::default()
    };
    check_fault(&guest, FaultKind::OutputTooLarge);
}

#[test]
fn manifests_that_break_a_rule_are_refused() {
    type Change = fn(&mut Guest<'static>);
    let changes: &[(Change, &str)] = &[
        (|guest| guest.id = "../../etc/passwd", "kebab-case"),
        (|guest| guest.id = "te\u{202e}xt", "kebab-case"),
        (|guest| guest.id = "tехt", "kebab-case"),
        (|guest| guest.functions = &["a", "a"], "two functions"),
        (|guest| guest.functions = &["A"], "kebab-case"),
        (|guest| guest.functions = &[], "functions"),
        (|guest| guest.uses = &["network"], "`network`"),
        (|guest| guest.schema = "{", "not JSON"),
        (
            |guest| guest.schema = r#"{"type":"object","properties":{"from":{}}}"#,
            "`from`",
        ),
        (
            |guest| guest.schema = r#"{"type":"object","properties":{"a":{"pattern":"(?=x)"}}}"#,
            "schema",
        ),
        (|guest| guest.examples = "{}", "examples"),
        (
            |guest| guest.examples = r#"[{"input":["a"],"output":"a","oops":1}]"#,
            "oops",
        ),
    ];
    for (change, says) in changes {
        let mut guest = Guest::default();
        change(&mut guest);
        check_refused(&guest.component(), "plugin-manifest", says);
    }
}

#[test]
fn an_example_that_differs_refuses_the_plugin_with_both_values() {
    let guest = Guest {
        examples: r#"[{"input":["a"],"output":"a"},{"input":["b"],"output":"B"}]"#,
        ..Guest::default()
    };
    check_refused(
        &guest.component(),
        "plugin-example",
        r#"example 2 of `same` gives "b", not "B""#,
    );
}

#[test]
fn examples_of_every_kind_come_out_as_written() {
    let guest = Guest {
        examples: r#"[
            {"input":["ä\n"],"output":"ä\n"}, {"input":[1.50],"output":1.50},
            {"input":[12],"output":12}, {"input":[true],"output":true},
            {"input":[null],"output":null}, {"input":[["a", 1]],"output":["a",1]},
            {"input":[{"a": 1}],"output":{"a":1}}, {"input":[],"output":{"$":"absent"}},
            {"input":[{"$":"bytes","base64":"/9j/"}],"output":{"$":"bytes","base64":"/9j/"}}
        ]"#,
        ..Guest::default()
    };
    engine().load(&guest.component()).unwrap();
}

#[test]
fn a_guest_with_state_is_nondeterministic() {
    let guest = Guest {
        more: "(global $n (mut i32) (i32.const 65))",
        apply: "(i32.store8 (i32.load (i32.const 1044)) (global.get $n))
                (global.set $n (i32.add (global.get $n) (i32.const 1)))",
        examples: r#"[{"input":["a"],"output":"A"}]"#,
        ..Guest::default()
    };
    check_refused(&guest.component(), "plugin-nondeterministic", "`same`");
}

#[test]
fn a_guest_that_looks_at_its_neighbours_is_not_per_row() {
    let guest = Guest {
        apply: "(i32.store8 (i32.load (i32.const 1044))
                  (i32.add (i32.const 64) (local.get $rows)))",
        examples: r#"[{"input":["a"],"output":"A"}]"#,
        ..Guest::default()
    };
    check_refused(&guest.component(), "plugin-not-per-row", "`same`");
}

#[test]
fn an_engine_can_be_dropped_while_plugins_live() {
    let plugin = {
        let engine = Engine::new(Options::default()).unwrap();
        engine.load(&Guest::default().component()).unwrap()
    };
    plugin.open("same", &serde_json::json!({})).unwrap();
}
