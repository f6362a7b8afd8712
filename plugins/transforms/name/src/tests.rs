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

const CALLS: [(&str, &str); 5] = [
    ("given", "{}"),
    ("family", "{}"),
    ("parts", r#"{"part":"additional"}"#),
    ("initials", "{}"),
    ("display", "{}"),
];

#[test]
fn edges_when_met_pass_or_fail_with_their_code() {
    let long = serde_json::json!(["Jane ".repeat(60 * 1024 / 5)]).to_string();
    let quotes = serde_json::json!(["(\"".repeat(30 * 1024)]).to_string();
    for (function, options) in CALLS {
        for (input, expect) in [
            (r#"[{"$":"absent"}]"#, r#"{"$":"absent"}"#),
            ("[null]", "null"),
            ("[[]]", "[]"),
            (r#"[""]"#, r#"{"$":"absent"}"#),
            (r#"[" , , "]"#, r#"{"$":"absent"}"#),
        ] {
            assert_eq!(
                run(&plugin(), function, options, input).unwrap(),
                expect,
                "{function}"
            );
        }
        for (input, code) in [
            (r#"[["a","b"]]"#, "many-values"),
            (r#"[{"a":1}]"#, "not-text"),
        ] {
            assert!(
                run(&plugin(), function, options, input)
                    .unwrap()
                    .contains(code)
            );
        }
        for input in [
            &long,
            &quotes,
            r#"["𝒳\u0301 \u202e (("]"#,
            "[12]",
            r#"["王小明"]"#,
        ] {
            let got = run(&plugin(), function, options, input).unwrap();
            assert!(!got.contains("failed"), "{function}: {got:.60}");
        }
    }
}

#[test]
fn selectors_when_given_are_inputs_in_order_and_the_value_is_not_read() {
    let options =
        r#"{"family":"sn","given":"givenName","suffix":"generationQualifier","honorifics":true}"#;
    let step = plugin().open("display", options).unwrap();
    assert_eq!(step.inputs(), ["givenName", "sn", "generationQualifier"]);
    for (input, expect) in [
        (
            r#"["x y", "Martin", "King", "Jr."]"#,
            r#""Martin King Jr.""#,
        ),
        (r#"[{"a":1}, ["Martin"], 7, ""]"#, r#""Martin 7""#),
        (r#"["x y"]"#, r#"{"$":"absent"}"#),
    ] {
        assert_eq!(run(&plugin(), "display", options, input).unwrap(), expect);
    }
    let many = run(&plugin(), "display", options, r#"[null, "a", ["b","c"]]"#).unwrap();
    assert!(
        many.contains("many-values") && many.contains(r#""at":"sn""#),
        "{many}"
    );
}

#[test]
fn options_when_wrong_are_refused_by_name() {
    for (function, options, at) in [
        ("parts", r#"{"part":"middle"}"#, ""),
        ("parts", "{}", ""),
        ("given", r#"{"x":1}"#, ""),
        ("family", r#"{"x":1}"#, ""),
        ("display", r#"{"order":"random"}"#, ""),
        ("display", r#"{"given":" "}"#, "given"),
        ("initials", r#"{"family":""}"#, "family"),
    ] {
        let Err(problem) = plugin().open(function, options) else {
            panic!("{function} took {options}")
        };
        assert_eq!(
            (problem.code.as_str(), problem.at.as_str()),
            ("options", at),
            "{options}"
        );
    }
}
