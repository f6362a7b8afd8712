//! Files that must be refused before or while they are loaded (H17 to H24, H39): each with its code
//! and a sentence, and an engine that goes on.

use attune_wasm::{Engine, FaultKind, Options};

use super::checks::{check_fault, check_refused, refusal};
use super::guest::{Guest, engine};

fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// H24.
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

/// H24.
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

/// H24.
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

/// H17.
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

/// H17, the other side.
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

/// H19 to H23.
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

/// H19.
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

/// H18.
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

/// H39.
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
}

#[test]
fn an_engine_can_be_dropped_while_plugins_live() {
    let plugin = {
        let engine = Engine::new(Options::default()).unwrap();
        engine.load(&Guest::default().component()).unwrap()
    };
    plugin.open("same", &serde_json::json!({})).unwrap();
}

#[test]
fn names_out_of_a_hostile_file_are_shown_harmlessly() {
    // The validator's own words repeat the name.
    let twice = "(export \"\\1b[31m\\n\" (func 0))".repeat(2);
    let text = format!(
        "(component (core module (func) {twice}) (instance $none)
        (export \"attune:plugin/transform@1.0.0\" (instance $none)))"
    );
    check_refused(&component(&text), "plugin-invalid", "\\u{1b}[31m\\n");
    let text = "(component (import \"my-own\" (func (param \"a\" u32))))";
    let mut bytes = component(text);
    let at = bytes.windows(6).position(|name| name == b"my-own").unwrap();
    bytes[at..at + 6].copy_from_slice(b"my\x1b[2J");
    check_refused(&bytes, "plugin-import", "my\\u{1b}[2J");
}
