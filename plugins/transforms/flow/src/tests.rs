//! The manifest, and what its examples do not show.

use attune_plugin::testing::{Case, complaints, edges, faults, mismatches, run, unrefused};

use super::plugin;

const NOTHING: Vec<String> = Vec::new();
const FUNCTIONS: [&str; 3] = ["keep", "clear", "drop-person"];

#[test]
fn manifest_schemas_structs_and_examples_agree() {
    assert_eq!(complaints(&plugin()), NOTHING);
}

#[test]
fn every_function_meets_the_edges_as_its_table_says() {
    let wrong = edges(&plugin(), include_str!("edges.txt"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Options, value, whether the condition holds.
const CONDITIONS: [(&str, &str, bool); 32] = [
    ("{}", "null", true),
    ("{}", r#"{"$":"absent"}"#, true),
    ("{}", r#"{"$":"bytes","base64":"AP8="}"#, true),
    (r#"{"nothing":"missing"}"#, "null", true),
    (r#"{"nothing":"missing"}"#, r#"{"$":"absent"}"#, true),
    (r#"{"nothing":"missing"}"#, r#""""#, false),
    (r#"{"nothing":"missing"}"#, "[]", false),
    (r#"{"nothing":"missing"}"#, "[null]", true),
    (r#"{"nothing":"blank"}"#, r#"" \t""#, true),
    (r#"{"nothing":"blank"}"#, r#""\u00a0""#, true),
    (r#"{"nothing":"blank"}"#, "[]", true),
    (r#"{"nothing":"blank"}"#, r#"["a",""]"#, true),
    (r#"{"nothing":"blank"}"#, "0", false),
    (r#"{"nothing":"blank"}"#, "false", false),
    (r#"{"equals":["7"]}"#, "7", true),
    (r#"{"equals":["true"]}"#, "true", true),
    (r#"{"equals":["a"]}"#, r#""A""#, false),
    (r#"{"equals":["ä"],"ignore-case":true}"#, r#""Ä""#, true),
    (r#"{"equals":["a"]}"#, r#"["b","a"]"#, true),
    (r#"{"equals":["a"]}"#, r#"[["a"],{"a":1}]"#, true),
    (r#"{"equals":["a"]}"#, r#"[["a","b"],{"a":1}]"#, false),
    (r#"{"equals":["a"]}"#, r#"{"a":1}"#, false),
    (r#"{"equals":["a"]}"#, "null", false),
    (r#"{"equals":["a"],"invert":true}"#, "null", true),
    (r#"{"equals":["a"],"invert":true}"#, r#""a""#, false),
    (r#"{"equals":["a"],"invert":true}"#, r#"["a","b"]"#, false),
    (r#"{"starts-with":["山"]}"#, r#""山田""#, true),
    (r#"{"starts-with":["x","山"]}"#, r#""田山""#, false),
    (
        r#"{"contains":["EXT"],"ignore-case":true}"#,
        r#""an ext one""#,
        true,
    ),
    (r#"{"contains":["x"],"nothing":"missing"}"#, "null", true),
    (r#"{"equals":[""]}"#, r#""""#, true),
    (
        r#"{"equals":["a"]}"#,
        r#"{"$":"bytes","base64":"AP8="}"#,
        false,
    ),
];

#[test]
fn a_condition_is_the_same_in_every_function() {
    for (options, value, holds) in CONDITIONS {
        let input = format!("[{value}]");
        for function in FUNCTIONS {
            let expect = if holds { function } else { value };
            let compact = run(
                &plugin(),
                "default",
                r#"{"with":"x","nothing":"missing"}"#,
                &input,
            );
            let expect = match compact {
                // What the value looks like when it passes unchanged.
                Ok(same) if !holds && same != r#""x""# => same,
                _ => expect.to_owned(),
            };
            let case = [(function, options, input.as_str(), expect.as_str())];
            assert_eq!(mismatches(&plugin(), &case), NOTHING);
        }
        let message = options
            .replacen('{', r#"{"message":"no","#, 1)
            .replace(",}", "}");
        let got = run(&plugin(), "fail", &message, &input).unwrap();
        assert_eq!(
            got.contains(r#""code":"refused","message":"no""#),
            holds,
            "{got}"
        );
    }
}

#[test]
fn no_value_is_too_strange() {
    for function in FUNCTIONS {
        let options = r#"{"nothing":"blank","contains":["é"],"ignore-case":true}"#;
        assert_eq!(faults(&plugin(), function, options), NOTHING);
    }
    assert_eq!(faults(&plugin(), "default", r#"{"with":"x"}"#), NOTHING);
    assert_eq!(
        faults(&plugin(), "fail", r#"{"message":"x","nothing":"blank"}"#),
        NOTHING
    );
}

#[test]
fn vectors_of_entra_and_connect_come_out() {
    let cases: [Case<'_>; 10] = [
        // Entra: IgnoreFlowIfNullOrEmpty, Coalesce. Connect: Error.
        (
            "keep",
            r#"{"nothing":"missing","equals":[""]}"#,
            "[null]",
            "keep",
        ),
        (
            "keep",
            r#"{"nothing":"missing","equals":[""]}"#,
            r#"[""]"#,
            "keep",
        ),
        (
            "keep",
            r#"{"nothing":"missing","equals":[""]}"#,
            r#"["a"]"#,
            r#""a""#,
        ),
        (
            "default",
            r#"{"with":"d","nothing":"missing"}"#,
            "[null]",
            r#""d""#,
        ),
        (
            "default",
            r#"{"with":"d","nothing":"missing"}"#,
            "[[]]",
            "[]",
        ),
        ("default", r#"{"with":"d"}"#, "[[]]", r#""d""#),
        ("default", r#"{"with":""}"#, "[null]", r#""""#),
        ("default", r#"{"with":"d"}"#, "[0]", "0"),
        ("default", r#"{"with":"d"}"#, r#"[{"a":1}]"#, r#"{"a":1}"#),
        ("fail", r#"{"message":"no mail"}"#, "[null]", "!refused"),
    ];
    assert_eq!(mismatches(&plugin(), &cases), NOTHING);
}

#[test]
fn wrong_options_are_refused_and_say_why() {
    let cases = [
        ("keep", r#"{"invert":true}"#, "invert", "no test"),
        ("clear", r#"{"starts-with":[""]}"#, "starts-with", "empty"),
        (
            "drop-person",
            r#"{"contains":["a",""]}"#,
            "contains",
            "empty",
        ),
        ("fail", r#"{"message":" "}"#, "message", "empty"),
        ("fail", r#"{"nothing":"blank"}"#, "", "missing field"),
        (
            "fail",
            r#"{"message":"x","invert":true}"#,
            "invert",
            "no test",
        ),
        ("default", "{}", "", "missing field"),
        (
            "default",
            r#"{"with":"x","nothing":"empty"}"#,
            "",
            "unknown variant",
        ),
        ("keep", r#"{"equals":"a"}"#, "", "invalid type"),
    ];
    assert_eq!(unrefused(&plugin(), &cases), NOTHING);
}
