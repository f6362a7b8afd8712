//! The manifest, and what its examples do not show.

use attune_plugin::testing::{complaints, edges, run};

use super::plugin;

mod added;

#[test]
fn manifest_schemas_structs_and_examples_agree() {
    assert_eq!(complaints(&plugin()), Vec::<String>::new());
}

#[test]
fn every_function_meets_the_edges_as_its_table_says() {
    let wrong = edges(&plugin(), include_str!("edges.txt"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[track_caller]
fn check(function: &str, options: &str, input: &str, expect: &str) {
    assert_eq!(
        run(&plugin(), function, options, input).unwrap(),
        expect,
        "{function} of {input}"
    );
}

const ABSENT: &str = r#"{"$":"absent"}"#;

#[test]
fn item_beyond_either_end_is_missing() {
    for index in ["3", "-4", "9223372036854775807", "-9223372036854775808"] {
        check(
            "item",
            &format!(r#"{{"index":{index}}}"#),
            r#"[["a","b","c"]]"#,
            ABSENT,
        );
    }
    check("item", r#"{"index":-3}"#, r#"[["a","b","c"]]"#, r#""a""#);
    check("item", r#"{"index":1}"#, r#"["alone"]"#, ABSENT);
    check("item", r#"{"index":-1}"#, r#"["alone"]"#, r#""alone""#);
}

#[test]
fn elements_keep_their_kind_and_spelling() {
    check("item", r#"{"index":0}"#, "[[1.50]]", "1.50");
    check("item", r#"{"index":0}"#, "[[true]]", "true");
    check("item", r#"{"index":0}"#, "[[null]]", "null");
    check(
        "item",
        r#"{"index":0}"#,
        r#"[["a\u0000\"b"]]"#,
        r#""a\u0000\"b""#,
    );
    check("first", "{}", r#"[[[1, 2], "b"]]"#, "[1,2]");
}

#[test]
fn dedupe_sees_through_escapes_and_keeps_the_first_spelling() {
    check("dedupe", "{}", r#"[["\u0061", "a"]]"#, r#"["\u0061"]"#);
    check("dedupe", "{}", "[[]]", "[]");
    check(
        "dedupe",
        r#"{"ignore-case":true}"#,
        r#"[["ÄB", "äb", null, null]]"#,
        r#"["ÄB",null]"#,
    );
}

#[test]
fn join_fails_where_an_element_is_not_one_text() {
    let got = run(&plugin(), "join", "{}", r#"[["a", ["b", "c"]]]"#).unwrap();
    assert!(got.contains("many-values"), "{got}");
    let got = run(
        &plugin(),
        "join",
        "{}",
        r#"[{"$":"bytes","base64":"AP8="}]"#,
    )
    .unwrap();
    assert!(got.contains("not-text"), "{got}");
    check("join", "{}", r#"[["", null]]"#, ABSENT);
    check("join", "{}", r#"[""]"#, r#""""#);
}

#[test]
fn a_list_of_many_thousand_elements_is_handled() {
    let list = vec!["\"a\""; 15_000].join(",");
    check("dedupe", "{}", &format!("[[{list}]]"), r#"["a"]"#);
    let got = run(
        &plugin(),
        "join",
        r#"{"separator":"-----"}"#,
        &format!("[[{list}]]"),
    )
    .unwrap();
    assert!(
        got.contains("too-long"),
        "{}",
        got.get(..80).unwrap_or(&got)
    );
}
