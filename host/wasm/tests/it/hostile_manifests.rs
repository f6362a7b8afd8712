//! Plugins that describe themselves as what they are not (H37, H38), and examples that must hold.

use std::fs;

use attune_wasm::registry::Registry;
use serde_json::json;

use super::checks::{check_refused, others_go_on, within};
use super::guest::{Guest, engine, limits};
use super::lines::lines_of;

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

fn with_schema(schema: &str) -> Vec<u8> {
    let guest = Guest {
        schema,
        ..Guest::default()
    };
    guest.component()
}

/// H37: fields without number, markup for titles, circles, references out.
#[test]
fn schemas_that_are_no_forms_are_refused() {
    let fields = |number: usize| {
        let fields: Vec<String> = (0..number).map(|n| format!("\"f{n}\":{{}}")).collect();
        format!(
            r#"{{"type":"object","properties":{{{}}}}}"#,
            fields.join(",")
        )
    };
    let refused = "plugin-manifest";
    check_refused(&with_schema(&fields(10_000)), refused, "bytes of schema");
    check_refused(&with_schema(&fields(300)), refused, "more than 200 options");
    for (schema, says) in [
        (
            r#"{"type":"object","properties":{"a":{"title":"<img src=x onerror=alert(1)>"}}}"#,
            "plain line",
        ),
        (
            r#"{"type":"object","properties":{"a":{"description":"a\u202eb"}}}"#,
            "plain line",
        ),
        (
            r##"{"type":"object","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}"##,
            "circle",
        ),
        (
            r##"{"type":"object","properties":{"a":{"$ref":"#/properties/a"}}}"##,
            "$ref",
        ),
        (
            r#"{"type":"object","properties":{"a":{"$ref":"file:///etc/passwd"}}}"#,
            "$ref",
        ),
        (
            r#"{"type":"object","properties":{"a":{"pattern":"((a{100}){100}){100}"}}}"#,
            "schema",
        ),
    ] {
        check_refused(&with_schema(schema), refused, says);
    }
}

/// H37: a pattern that would backtrack for longer than the world stands.
#[test]
fn a_pattern_that_backtracks_elsewhere_is_linear_here() {
    let schema = r#"{"type":"object","properties":
        {"a":{"type":"string","pattern":"^(([a-z])+.)+[A-Z]([a-z])+$"},
         "b":{"type":"string","pattern":"^(a+)+$"}}}"#;
    let engine = engine();
    let plugin = engine.load(&with_schema(schema)).unwrap();
    let text = format!("{}!", "a".repeat(60_000));
    within(1, limits().load_ms, || {
        for name in ["a", "b"] {
            let error = plugin.open("same", &json!({ name: text })).unwrap_err();
            assert_eq!(error.code(), "options", "{error}");
        }
    });
    plugin.open("same", &json!({ "b": "aaa" })).unwrap();
    others_go_on(&engine);
}

/// H38: names of files. What they hold does not matter.
#[test]
fn a_file_whose_name_is_no_id_is_shown_harmlessly_and_not_used() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "te\u{202e}txe.wasm",
        "a\u{1b}[31m.wasm",
        "t\u{435}xt.wasm",
        "..wasm",
    ] {
        fs::write(folder.path().join(name), Guest::default().component()).unwrap();
    }
    let engine = engine();
    let snapshot = Registry::open(&engine, &[], Some(folder.path()), &[])
        .unwrap()
        .snapshot();
    let shown: Vec<_> = snapshot.entries().collect();
    assert_eq!(shown.len(), 3, "a hidden file is none");
    for entry in shown {
        assert_eq!(entry.error().unwrap().code(), "plugin-manifest");
        let words = format!("{} {}", entry.id(), entry.source());
        let is_odd = |c: char| c.is_control() || c == '\u{202e}';
        assert!(!words.contains(is_odd), "{words:?}");
        assert!(snapshot.plugin(entry.id()).is_err());
    }
    others_go_on(&engine);
}

/// H38: a plugin that could be taken for an official one is used, and everybody is told.
#[test]
fn a_look_alike_of_an_official_plugin_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let named = |id: &'static str| Guest {
        id,
        ..Guest::default()
    };
    for id in ["idap", "te-xt", "hr-codes"] {
        let path = folder.path().join(format!("{id}.wasm"));
        fs::write(path, named(id).component()).unwrap();
    }
    let engine = engine();
    let bundled: [(&str, &[u8]); 2] = [("ldap", b""), ("text", b"")];
    let mut registry = None;
    let lines = lines_of("attune_wasm::registry::entry", || {
        let opened = Registry::open(&engine, &bundled, Some(folder.path()), &[]);
        registry = Some(opened.unwrap());
    });
    assert_eq!(lines, ["a plugin is called almost like a bundled one"; 2]);
    let snapshot = registry.unwrap().snapshot();
    let resembles = |id: &str| snapshot.entry(id).unwrap().resembles().map(str::to_owned);
    assert_eq!(resembles("idap").as_deref(), Some("ldap"));
    assert_eq!(resembles("te-xt").as_deref(), Some("text"));
    assert_eq!(resembles("hr-codes"), None);
    assert_eq!(resembles("text"), None);
    snapshot.plugin("idap").unwrap();
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
