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

const FUNCTIONS: [&str; 4] = ["alpha2", "alpha3", "numeric", "name"];

/// "Okta Expression Language": `Iso3166Convert.*`; "... in Identity Engine": `parseCountryCode`.
#[test]
fn published_vectors_when_run_come_out() {
    for (function, input, expect) in [
        ("alpha3", "840", "USA"),
        ("name", "IN", "India"),
        ("alpha2", "USA", "US"),
        ("numeric", "United States", "840"),
        ("name", "US", "United States"),
    ] {
        let input = serde_json::json!([input]).to_string();
        let expect = format!("\"{expect}\"");
        assert_eq!(run(&plugin(), function, "{}", &input).unwrap(), expect);
    }
}

#[test]
fn edges_when_met_pass_or_fail_with_their_code() {
    let long = serde_json::json!(["Germany".repeat(60 * 1024 / 7)]).to_string();
    for function in FUNCTIONS {
        for (input, expect) in [
            (r#"[{"$":"absent"}]"#, r#"{"$":"absent"}"#),
            ("[null]", "null"),
            ("[[]]", "[]"),
            (r#"[""]"#, r#"{"$":"absent"}"#),
            (r#"["德国"]"#, r#"{"$":"absent"}"#),
            ("[true]", r#"{"$":"absent"}"#),
            ("[1.5]", r#"{"$":"absent"}"#),
            (&long, r#"{"$":"absent"}"#),
        ] {
            assert_eq!(
                run(&plugin(), function, "{}", input).unwrap(),
                expect,
                "{function}"
            );
        }
        for (input, code) in [
            (r#"[["DE","AT"]]"#, "many-values"),
            (r#"[{"a":1}]"#, "not-text"),
        ] {
            assert!(
                run(&plugin(), function, "{}", input)
                    .unwrap()
                    .contains(code),
                "{function}"
            );
        }
        assert!(
            !run(&plugin(), function, "{}", r#"[["de"]]"#)
                .unwrap()
                .contains('$')
        );
    }
}

#[test]
fn options_when_wrong_are_refused_and_no_match_words_are_all_known() {
    for function in FUNCTIONS {
        for bad in [
            r#"{"no-match":"guess"}"#,
            r#"{"language":"fr"}"#,
            r#"{"form":"x"}"#,
        ] {
            let problem = plugin()
                .open(function, bad)
                .err()
                .map(|problem| problem.code);
            assert_eq!(problem.as_deref(), Some("options"), "{function} {bad}");
        }
        for (word, expect) in [
            ("input", r#""EMEA""#),
            ("missing", r#"{"$":"absent"}"#),
            ("keep", r#"{"$":"keep"}"#),
            ("clear", r#"{"$":"clear"}"#),
            ("drop-person", r#"{"$":"drop-person"}"#),
        ] {
            let options = format!(r#"{{"no-match":"{word}"}}"#);
            assert_eq!(
                run(&plugin(), function, &options, r#"["EMEA"]"#).unwrap(),
                expect
            );
        }
    }
}
