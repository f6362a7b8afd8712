//! Values of any size, script and kind.

use attune_dialect::testing::{edges, evaluate_all, jumbled, shown};
use serde_json::json;

use super::{evaluate, plugin};
use crate::functions::all;

#[test]
fn every_function_and_method_meets_the_edges_as_the_table_says() {
    let table = include_str!("edges.txt");
    let wrong = edges(all(), "user.a", table, |expression, value| {
        let options = json!({ "expression": expression, "groups": "groups", "group-ids": "ids" });
        evaluate_all(&plugin(), &options, value)
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn long_values_and_every_script_pass_every_function_of_one_text() {
    let input = format!("\"{}\"", "ü".repeat(30_000));
    for method in ["toUpperCase", "toLowerCase", "removeSpaces"] {
        for expression in [
            format!("String.{method}(user.a)"),
            format!("user.a.{method}()"),
        ] {
            let got = evaluate(&expression, &input).unwrap();
            assert!(got.chars().count() > 30_000, "{expression}");
        }
    }
    assert_eq!(evaluate("user.a.length()", &input).unwrap(), "30000");
    assert_eq!(
        shown(&evaluate("user.a + user.a", &input).unwrap()),
        "too-long"
    );
    let grown = "user.a + user.a + user.a + user.a + user.a";
    assert_eq!(shown(&evaluate(grown, &input).unwrap()), "too-long");
}

#[test]
fn lists_of_many_and_of_deep_elements_are_handled() {
    let many = format!("[{}]", vec!["\"a\""; 15_000].join(","));
    assert_eq!(
        evaluate("Arrays.size(Arrays.add(user.a, 'b'))", &many).unwrap(),
        "15001"
    );
    assert_eq!(
        evaluate("Arrays.remove(user.a, 'a').isEmpty()", &many).unwrap(),
        "true"
    );
    let deep = format!("{}1{}", "[".repeat(2_000), "]".repeat(2_000));
    assert_eq!(
        evaluate("Arrays.flatten(user.a).size()", &deep).unwrap(),
        "1"
    );
}

#[test]
fn binary_values_and_patterns_that_are_too_hard_fail_alone() {
    let bytes = r#"{"$":"bytes","base64":"AP8="}"#;
    assert_eq!(
        shown(&evaluate("user.a.toUpperCase()", bytes).unwrap()),
        "wrong-type"
    );
    let input = format!("\"{}\"", "a".repeat(5_000));
    let hard = r#"user.a matches "^(([a-z])+.)+[A-Z]([a-z])+\2$""#;
    let got = evaluate(hard, &input).unwrap();
    assert_eq!(shown(&got), "pattern-too-hard");
    assert!(got.contains("column 16"), "{got}");
}

#[test]
fn any_text_is_refused_or_evaluated_and_never_a_panic() {
    const PARTS: [&str; 40] = [
        "(",
        ")",
        ",",
        "user.a",
        "user",
        ".",
        "[",
        "]",
        "{",
        "}",
        ":",
        "?",
        "?:",
        "'",
        "'x'",
        "\"\\",
        "!",
        "==",
        "&&",
        "or",
        " ",
        "matches",
        "<",
        "-",
        "+",
        "*",
        "/",
        "1",
        "2.5",
        "é",
        ".![name]",
        "[0]",
        "String.len(",
        ".substring(1)",
        ".toInteger()",
        "Arrays.add(",
        ".parseStringTime()",
        "null",
        "true",
        "Time.now(",
    ];
    let taken = jumbled(&PARTS, 6_000, |_, text| evaluate(text, r#""text""#).is_ok());
    assert!(taken > 10, "{taken}");
}
