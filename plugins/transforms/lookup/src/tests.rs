//! The manifest, and what its examples do not show.

use attune_plugin::testing::{complaints, run};

use super::plugin;

#[test]
fn manifest_schemas_structs_and_examples_agree() {
    assert_eq!(complaints(&plugin()), Vec::<String>::new());
}

fn refused(options: &serde_json::Value) -> String {
    match plugin().open("table", &options.to_string()) {
        Ok(_) => panic!("{options} was taken"),
        Err(problem) => format!("{} at {}: {}", problem.code, problem.at, problem.message),
    }
}

#[test]
fn a_key_with_two_values_is_refused_and_with_one_value_twice_is_not() {
    let twice = serde_json::json!({ "table": [["a", "1"], ["b", "2"], ["a", "3"]] });
    assert_eq!(
        refused(&twice),
        "options at table: `a` stands for `1` and for `3`"
    );
    let folded = serde_json::json!({ "table": { "IT": "1", "it": "2" }, "ignore-case": true });
    assert_eq!(
        refused(&folded),
        "options at table: `it` stands for `1` and for `2`"
    );
    let same = serde_json::json!({ "table": [["a", "1"], ["a", "1"]] });
    assert_eq!(
        run(&plugin(), "table", &same.to_string(), r#"["a"]"#).unwrap(),
        r#""1""#
    );
}

#[test]
fn columns_are_checked_against_the_file() {
    let unknown = serde_json::json!({ "table": [["de", "en"]], "value-column": "fr" });
    assert_eq!(
        refused(&unknown),
        "options at value-column: the first row has no `fr`; it has: de, en"
    );
    let short = serde_json::json!({ "table": [["a", "1"], ["b"]] });
    assert_eq!(
        refused(&short),
        "options at table: row 2 of the file is too short"
    );
    let inline = serde_json::json!({ "table": { "a": "1" }, "key-column": "a" });
    assert!(refused(&inline).starts_with("options at key-column"));
    let both = serde_json::json!({ "table": {}, "default": "x", "no-match": "keep" });
    assert!(refused(&both).starts_with("options at no-match"));
}

#[test]
fn every_key_of_a_large_table_is_found() {
    let rows: Vec<[String; 2]> = (0..2_000)
        .map(|n| [format!("K{n}"), format!("v{n}")])
        .collect();
    let options = serde_json::json!({ "table": rows, "ignore-case": true }).to_string();
    for n in [0, 1, 999, 1_999] {
        let got = run(&plugin(), "table", &options, &format!(r#"["k{n}"]"#)).unwrap();
        assert_eq!(got, format!(r#""v{n}""#));
    }
    let got = run(&plugin(), "table", &options, r#"["k2000"]"#).unwrap();
    assert_eq!(got, r#"{"$":"absent"}"#);
}

#[test]
fn case_is_ignored_beyond_ascii() {
    let options = r#"{"table":{"Zürich":"ZH"},"ignore-case":true}"#;
    assert_eq!(
        run(&plugin(), "table", options, r#"["ZÜRICH"]"#).unwrap(),
        r#""ZH""#
    );
}
