//! Conditions on empty attributes, what looks random, and values of any size.

use attune_dialect::testing::{edges, evaluate_all, jumbled, shown};
use attune_functions::expression::Dialect;
use attune_plugin::testing::{no_context, run_in};
use serde_json::json;

use super::{CONNECT, PROVISIONING, evaluate, plugin, with_options};
use crate::functions::all;

#[test]
fn empty_attributes_fail_a_condition_as_documented_or_are_text() {
    let cases = [
        // (expression, input, as-documented, as-text)
        (r#"IIF([c]="", "Other", [c])"#, "null", "nothing", "Other"),
        (r#"IIF([c]="", "Other", "f")"#, r#""""#, "f", "Other"),
        (
            r#"IIF([c]<>"USA", "abroad", "home")"#,
            "null",
            "home",
            "abroad",
        ),
        (
            r#"IIF(IsNullOrEmpty([c]), "Other", "f")"#,
            "null",
            "f",
            "Other",
        ),
        (
            r#"IIF(IsPresent([c]), [c], "Other")"#,
            "[]",
            "Other",
            "Other",
        ),
        (r#"IIF("a"="a", [c], "f")"#, r#""x""#, "x", "x"),
    ];
    for (expression, input, documented, text) in cases {
        for (word, expect) in [("as-documented", documented), ("as-text", text)] {
            let options = json!({ "expression": expression, "empty-attribute": word });
            let got = with_options(&options, input).unwrap();
            assert_eq!(shown(&got), expect, "{expression}, {word}");
        }
    }
}

#[test]
fn what_looks_random_is_the_same_for_the_same_seed_and_place() {
    let run = |expression: &str, seed: u8| {
        let mut context = no_context();
        context.seeds = vec![seed; 16];
        let options = json!({ "expression": expression, "dialect": PROVISIONING });
        let got = run_in(
            &plugin(),
            "evaluate-now",
            &options.to_string(),
            "[null]",
            &context,
        );
        shown(&got.unwrap())
    };
    let random = "RandomString(12, 2, 2, 2, 2, \"0O\")";
    for expression in ["Guid()", random] {
        assert_eq!(run(expression, 7), run(expression, 7));
        assert_ne!(run(expression, 7), run(expression, 8));
    }
    let twice = run("Join(\" \", Guid(), Guid())", 7);
    let (one, other) = twice.split_once(' ').unwrap();
    assert_ne!(one, other, "two calls draw apart");
    assert_eq!((one.len(), one.chars().nth(14)), (36, Some('4')));
    for seed in 0..50 {
        let text = run(random, seed);
        let count = |is: fn(&char) -> bool| text.chars().filter(is).count();
        assert_eq!(text.len(), 12);
        assert!(
            count(char::is_ascii_digit) >= 2 && count(char::is_ascii_uppercase) >= 2,
            "{text}"
        );
        assert!(count(char::is_ascii_lowercase) >= 2 && count(char::is_ascii_punctuation) >= 2);
        assert!(!text.contains(['0', 'O']), "{text}");
    }
    for wrong in [
        "RandomString(257, 0, 0, 0, 0)",
        "RandomString(3, 2, 2, 2, 2)",
        "RandomString(3, 1, 0, 0, 0, \"0123456789\")",
    ] {
        assert_eq!(run(wrong, 1), "out-of-range", "{wrong}");
    }
}

#[test]
fn every_function_of_both_dialects_meets_the_edges_as_their_tables_say() {
    let tables = [
        (
            PROVISIONING,
            Dialect::Provisioning,
            include_str!("provisioning.txt"),
        ),
        (CONNECT, Dialect::ConnectSync, include_str!("connect.txt")),
    ];
    for (word, dialect, table) in tables {
        let wrong = edges(all(dialect), "[a]", table, |expression, value| {
            let options = json!({ "expression": expression, "dialect": word });
            evaluate_all(&plugin(), &options, value)
        });
        assert!(wrong.is_empty(), "{word}\n{}", wrong.join("\n"));
    }
}

#[test]
fn long_values_and_every_script_pass_every_function_of_one_text() {
    let long = "ü".repeat(30_000);
    let input = format!("\"{long}\"");
    for name in [
        "StripSpaces",
        "ToLower",
        "NormalizeDiacritics",
        "PCase",
        "Redact",
        "IgnoreFlowIfNullOrEmpty",
    ] {
        let got = evaluate(PROVISIONING, &format!("{name}([a])"), &input).unwrap();
        assert!(got.chars().count() > 30_000, "{name}");
    }
    for name in ["Trim", "LCase", "UCase", "PCase", "CRef"] {
        let got = evaluate(CONNECT, &format!("{name}([a])"), &input).unwrap();
        assert!(got.chars().count() > 30_000, "{name}");
    }
    for (expression, code) in [
        ("Append([a], [a])", "too-long"),
        ("ConvertToUTF8Hex([a])", "too-long"),
        (
            "Append(Append(Append([a], [a]), Append([a], [a])), Append([a], [a]))",
            "too-long",
        ),
    ] {
        assert_eq!(
            shown(&evaluate(PROVISIONING, expression, &input).unwrap()),
            code,
            "{expression}"
        );
    }
    let many = format!("[{}]", vec!["\"a\""; 15_000].join(","));
    assert_eq!(
        evaluate(PROVISIONING, "Count(RemoveDuplicates([a]))", &many).unwrap(),
        "1"
    );
    let joined = evaluate(
        CONNECT,
        "Len(Join(Select($i, [a], $i & \"b\"), \"\"))",
        &many,
    )
    .unwrap();
    assert_eq!(joined, "30000");
}

#[test]
fn binary_values_and_patterns_that_are_too_hard_fail_alone() {
    let bytes = r#"{"$":"bytes","base64":"AP8="}"#;
    assert_eq!(
        shown(&evaluate(PROVISIONING, "ToUpper([a])", bytes).unwrap()),
        "wrong-type"
    );
    let hard = r#"Replace([a], , "^(([a-z])+.)+[A-Z]([a-z])+\2$", , "x", , )"#;
    let input = format!("\"{}\"", "a".repeat(5_000));
    let got = evaluate(PROVISIONING, hard, &input).unwrap();
    assert_eq!(shown(&got), "pattern-too-hard");
    assert!(got.contains("column 16"), "{got}");
}

#[test]
fn attributes_are_asked_for_once_each_and_in_order() {
    let options = json!({ "expression": "Join([], [b.c], [a], [b.c], [urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department])" });
    let step = plugin().open("evaluate-now", &options.to_string()).unwrap();
    let urn = "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\".department";
    assert_eq!(step.inputs(), ["b.c", "a", urn]);
    let got = run_in(
        &plugin(),
        "evaluate-now",
        r#"{"expression":"Append([], \"!\")"}"#,
        r#"["so far"]"#,
        &no_context(),
    );
    assert_eq!(got.unwrap(), r#""so far!""#);
}

#[test]
fn any_text_is_refused_or_evaluated_and_never_a_panic() {
    const PARTS: [&str; 40] = [
        "(",
        ")",
        ",",
        "[a]",
        "[b[0].c]",
        "[",
        "]",
        "\"",
        "\"x\"",
        "\"\\",
        "%p%",
        "$x",
        "&H1",
        "&",
        "&&",
        "||",
        "=",
        "<>",
        "<",
        "-",
        "+",
        "*",
        "/",
        "1",
        "2.5",
        "é",
        " ",
        "IIF(",
        "Left(",
        "Select($x,",
        "With($x,",
        "Replace(",
        "Switch(",
        "Join(",
        "True",
        "NULL",
        "Guid(",
        "Item(",
        "Split(",
        "Mid(",
    ];
    let taken = jumbled(&PARTS, 6_000, |round, text| {
        let dialect = [PROVISIONING, CONNECT][round % 2];
        evaluate(dialect, text, "").is_ok()
    });
    assert!(taken > 100, "{taken}");
}
