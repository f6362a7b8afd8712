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

/// "Okta Expression Language": `String.stringSwitch`, whose keys are parts of the text.
#[test]
fn string_switch_when_a_vector_of_the_page_gives_its_value() {
    for (table, input, expect) in [
        (
            r#"[["absent","value1"],["wins","value2"],["match","value3"]]"#,
            "First match wins",
            "value2",
        ),
        (
            r#"{"absent":"value1","wins":"value2","match":"value3"}"#,
            "First match wins",
            "value2",
        ),
        (r#"[["ring","value1"]]"#, "Substrings count", "value1"),
        (r#"[["x","value1"]]"#, "Substrings count", "default"),
    ] {
        let options = format!(r#"{{"table":{table},"match":"contains","default":"default"}}"#);
        let input = serde_json::json!([input]).to_string();
        assert_eq!(
            run(&plugin(), "table", &options, &input).unwrap(),
            format!("\"{expect}\"")
        );
    }
    let empty = serde_json::json!({ "table": { "": "x" }, "match": "contains" });
    assert!(refused(&empty).starts_with("options at table: an empty key"));
    let folded =
        serde_json::json!({ "table": { "ÄB": "1" }, "match": "starts-with", "ignore-case": true });
    assert_eq!(
        run(&plugin(), "table", &folded.to_string(), r#"["äbc"]"#).unwrap(),
        r#""1""#
    );
}

fn when(test: &str, input: &str) -> String {
    let options = format!(r#"{{"cases":[{{"if":{test},"then":"yes"}}],"default":"no"}}"#);
    run(&plugin(), "when", &options, input).unwrap()
}

/// The truth table of the conditions of rows, and what is added to them here.
#[test]
fn conditions_when_asked_follow_the_truth_table() {
    let tests = [
        r#"{"equals":"a"}"#,
        r#"{"not-equals":"a"}"#,
        r#"{"in":["x","a",1]}"#,
        r#"{"matches":"[a1]"}"#,
        r#"{"present":true}"#,
        r#"{"present":false}"#,
        r#"{"contains":"A","ignore-case":true}"#,
        r#"{"at-least":1}"#,
    ];
    for (input, expect) in [
        //          equals differs in matches there missing contains at-least
        (r#"["a"]"#, "ynyyynyn"),
        (r#"["A"]"#, "nynnynyn"),
        (r#"["ba"]"#, "nynyynyn"),
        ("[1]", "nyyyynny"),
        ("[true]", "nynnynnn"),
        ("[null]", "nynnnynn"),
        (r#"[{"$":"absent"}]"#, "nynnnynn"),
        (r#"[""]"#, "nynnnynn"),
        ("[[]]", "nynnnynn"),
        ("[[null]]", "nynnnynn"),
        (r#"[["a"]]"#, "ynyyynyn"),
        (r#"[["b","a"]]"#, "ynyyynyn"),
        (r#"[["b",1]]"#, "nyyyynny"),
        (r#"[[["a"]]]"#, "nynnynnn"),
        (r#"[{"a":"a"}]"#, "nynnynnn"),
        (r#"["あ"]"#, "nynnynnn"),
    ] {
        let got: String = tests
            .iter()
            .map(|test| {
                if when(test, input) == r#""yes""# {
                    'y'
                } else {
                    'n'
                }
            })
            .collect();
        assert_eq!(got, expect, "{input}");
    }
    for (test, expect) in [
        (r#"{"above":1.5}"#, "no"),
        (r#"{"at-most":1.5}"#, "yes"),
        (r#"{"below":2}"#, "yes"),
        (r#"{"starts-with":"1."}"#, "yes"),
        (r#"[{"below":2},{"above":2}]"#, "no"),
    ] {
        assert_eq!(when(test, "[1.5]"), format!("\"{expect}\""), "{test}");
    }
    let long = serde_json::json!(["b".repeat(60 * 1024)]).to_string();
    assert_eq!(when(r#"{"matches":"(b*)*a$"}"#, &long), r#""no""#);
}

#[test]
fn cases_when_wrong_are_refused_with_their_place() {
    for (options, expect) in [
        (r#"{"cases":[]}"#, "cases: one case"),
        (
            r#"{"cases":[{"if":{"equals":"a"}}]}"#,
            "cases[0]: a case has one of",
        ),
        (
            r#"{"cases":[{"if":{"equals":"a"},"then":"x","do":"keep"}]}"#,
            "cases[0]: a case has one of",
        ),
        (
            r#"{"cases":[{"if":[],"then":"x"}]}"#,
            "cases[0].if: one condition",
        ),
        (
            r#"{"cases":[{"if":{"equals":"a","in":[]},"then":"x"}]}"#,
            "cases[0].if: a condition has one test",
        ),
        (
            r#"{"cases":[{"if":{"attribute":"a"},"then":"x"}]}"#,
            "cases[0].if: a condition has one test",
        ),
        (
            r#"{"cases":[{"if":{"matches":"("},"then":"x"}]}"#,
            "cases[0].if.matches: unclosed group",
        ),
        (
            r#"{"cases":[{"if":{"present":true},"then":"x"}],"default":"a","no-match":"keep"}"#,
            "no-match: either",
        ),
    ] {
        let Err(problem) = plugin().open("when", options) else {
            panic!("{options} was taken")
        };
        let shown = format!("{}: {}", problem.at, problem.message);
        assert!(shown.starts_with(expect), "{shown}");
    }
}

#[test]
fn outcomes_when_a_case_holds_end_the_chain_or_keep_the_kind() {
    let case =
        |done: &str| format!(r#"{{"cases":[{{"if":{{"attribute":"a","present":true}},{done}}}]}}"#);
    for (done, input, expect) in [
        (r#""do":"input""#, r#"[[1,2], "x"]"#, "[1,2]"),
        (r#""do":"keep""#, r#"[null, "x"]"#, r#"{"$":"keep"}"#),
        (r#""do":"clear""#, r#"[[1,2], "x"]"#, r#"{"$":"clear"}"#),
        (r#""do":"missing""#, r#"["y", "x"]"#, r#"{"$":"absent"}"#),
        // What is taken is column 1: it is read before the conditions.
        (
            r#""take":"b""#,
            r#"["y", ["l","m"], ["l"]]"#,
            r#"["l","m"]"#,
        ),
        (r#""take":"a""#, r#"["y", 7]"#, "7"),
        (r#""then":"""#, r#"["y", 7]"#, r#""""#),
        (r#""then":"x""#, r#"["y"]"#, r#"{"$":"absent"}"#),
    ] {
        assert_eq!(
            run(&plugin(), "when", &case(done), input).unwrap(),
            expect,
            "{done}"
        );
    }
}

#[test]
fn every_key_finds_its_own_value_however_like_the_others_it_is() {
    let mut keys: Vec<String> = (0..40)
        .flat_map(|n| {
            [
                n.to_string(),
                format!("CN=Person {n:05},OU=Users"),
                "x".repeat(n + 1),
            ]
        })
        .collect();
    keys.extend(["", "ä", "äb", "\0", "\0\0", "\0\0\0\0", "\0\0\0\0\0"].map(str::to_owned));
    let table: Vec<[&str; 2]> = keys
        .iter()
        .map(|key| [key.as_str(), key.as_str()])
        .collect();
    let options = serde_json::json!({ "table": table }).to_string();
    let input = |key: &str| serde_json::json!([key]).to_string();
    for key in &keys {
        let found = run(&plugin(), "table", &options, &input(key)).unwrap();
        assert_eq!(found, serde_json::json!(key).to_string());
        let other = run(&plugin(), "table", &options, &input(&format!("{key}~"))).unwrap();
        assert_eq!(other, r#"{"$":"absent"}"#, "{key}~");
    }
}
