//! The manifest, and what its examples do not show.

use attune_plugin::testing::{complaints, edges, run};

use super::plugin;

#[test]
fn manifest_schemas_structs_and_examples_agree() {
    assert_eq!(complaints(&plugin()), Vec::<String>::new());
}

#[test]
fn every_function_meets_the_edges_as_its_table_says() {
    let wrong = edges(&plugin(), include_str!("edges.txt"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn inputs(text: &str) -> Vec<String> {
    let options = serde_json::json!({ "text": text }).to_string();
    plugin()
        .open("render", &options)
        .unwrap_or_else(|problem| panic!("{problem:?}"))
        .inputs()
}

#[test]
fn selectors_are_named_once_in_order_and_unquoted_braces_end_them() {
    assert_eq!(inputs("{b} {a} {b?} {}"), ["b", "a"]);
    assert_eq!(
        inputs(r#"{"odd}name?"} {"odd}name?"?}"#),
        [r#""odd}name?""#]
    );
    assert_eq!(inputs(r#"{"a \" } b".c}"#), [r#""a \" } b".c"#]);
    assert_eq!(
        inputs("{phones[type=work].value} {x[*]}"),
        ["phones[type=work].value", "x[*]"]
    );
    assert_eq!(inputs("{{no}} selectors"), Vec::<String>::new());
}

#[test]
fn a_brace_without_its_partner_is_refused_with_its_place() {
    for (text, place) in [
        ("ä{name", "character 2"),
        ("a } b", "character 3"),
        ("{\"a}", "character 1"),
    ] {
        let options = serde_json::json!({ "text": text }).to_string();
        let Err(problem) = plugin().open("render", &options) else {
            panic!("{text} was taken")
        };
        assert_eq!(
            (problem.code.as_str(), problem.at.as_str()),
            ("options", "text")
        );
        assert!(problem.message.contains(place), "{}", problem.message);
    }
}

#[test]
fn one_missing_attribute_makes_the_result_missing_and_leaves_nothing_behind() {
    let options = r#"{"text":"long before {a} and {b}"}"#;
    let absent = r#"{"$":"absent"}"#;
    for input in [
        r#"[null, "x", null]"#,
        r#"[null, "x", ""]"#,
        r#"[null, "x", []]"#,
        r#"[null, "x"]"#,
    ] {
        assert_eq!(
            run(&plugin(), "render", options, input).unwrap(),
            absent,
            "{input}"
        );
    }
}

#[test]
fn a_failing_attribute_is_named() {
    let options = r#"{"text":"{name} {manager}"}"#;
    let got = run(&plugin(), "render", options, r#"[null, "x", {"id": 1}]"#).unwrap();
    assert!(
        got.contains("not-text") && got.contains(r#""at":"manager""#),
        "{got}"
    );
}

#[test]
fn numbers_and_lists_of_one_are_text() {
    let options = r#"{"text":"{a}/{b}/{c?}"}"#;
    let got = run(
        &plugin(),
        "render",
        options,
        r#"[null, 1.50, ["x"], [null]]"#,
    )
    .unwrap();
    assert_eq!(got, r#""1.50/x/""#);
}

#[test]
fn join_when_parts_are_missing_leaves_no_separator() {
    let options = r#"{"inputs":["a","b","a","{}"],"separator":"-"}"#;
    assert_eq!(plugin().open("join", options).unwrap().inputs(), ["a", "b"]);
    let long = serde_json::json!([null, "x".repeat(60 * 1024)]).to_string();
    for (input, expect) in [
        (r#"["z", "x", "y"]"#, r#""x-y-x-z""#),
        (r#"[null, "", "あ"]"#, r#""あ""#),
        (r#"[[], [], [null, ""]]"#, r#"{"$":"absent"}"#),
        (r#"[{"$":"absent"}, ["p", "q"], true]"#, r#""p-q-true-p-q""#),
    ] {
        assert_eq!(
            run(&plugin(), "join", options, input).unwrap(),
            expect,
            "{input}"
        );
    }
    assert!(
        run(&plugin(), "join", options, &long)
            .unwrap()
            .contains("too-long")
    );
    let failed = run(&plugin(), "join", options, r#"[null, "x", {"id": 1}]"#).unwrap();
    assert!(
        failed.contains("not-text") && failed.contains(r#""at":"b""#),
        "{failed}"
    );
    for bad in [
        r#"{"inputs":[]}"#,
        r#"{"inputs":[" "]}"#,
        r#"{"inputs":"a"}"#,
    ] {
        let problem = plugin().open("join", bad).err().map(|problem| problem.code);
        assert_eq!(problem.as_deref(), Some("options"), "{bad}");
    }
}
