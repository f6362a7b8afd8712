//! What is refused when the expression is opened: by column, with what would be right.

use attune_dialect::testing::unrefused;

use super::{CONNECT, NOTHING, PROVISIONING, evaluate, with_options};

/// Dialect, expression, what the message has in it.
const CASES: &[(&str, &str, &[&str])] = &[
    (
        PROVISIONING,
        "DateAdd(\"q\", 1, [a])",
        &["column 9", "`q` is no interval"],
    ),
    (PROVISIONING, "", &["expression is empty"]),
    (
        PROVISIONING,
        "Lft([mail], 3)",
        &["column 1, at `Lft([mail], 3)`", "did you mean `Left`?"],
    ),
    (
        PROVISIONING,
        r#"Append("a", left("b", 1))"#,
        &["column 13", "case-sensitive: write `Left`"],
    ),
    (PROVISIONING, "Len([a])", &["dialect = \"connect-sync\""]),
    (CONNECT, "ToLower([a])", &["dialect = \"provisioning\""]),
    (
        PROVISIONING,
        "SelectUniqueValue([a])",
        &["not supported: it asks the target"],
    ),
    (CONNECT, "CertSubject([a])", &["no certificates"]),
    (
        PROVISIONING,
        "Left([a])",
        &["`Left(source text, count integer)` takes 2 arguments, not 1"],
    ),
    (
        PROVISIONING,
        "Left([a], \"x\")",
        &["column 11", "wants a whole number as argument 2"],
    ),
    (CONNECT, "Left([a], \"2\")", &["wants a whole number"]),
    (
        CONNECT,
        "Left(5, 2)",
        &["column 6", "wants a text as argument 1"],
    ),
    (
        PROVISIONING,
        "Left([a], 2",
        &["column 12, at the end", "`,` or `)` is expected"],
    ),
    (
        PROVISIONING,
        "Left([a], 2))",
        &["column 13", "the end of the expression is expected"],
    ),
    (PROVISIONING, "[a", &["column 1", "no closing `]`"]),
    (PROVISIONING, "\"a", &["column 1", "no closing `\"`"]),
    (PROVISIONING, "“a”", &["straight double quotes"]),
    (PROVISIONING, "mail", &["attribute in brackets"]),
    (
        PROVISIONING,
        "[a] = \"x\"",
        &["column 5", "condition of IIF"],
    ),
    (
        PROVISIONING,
        "[a] & \"x\"",
        &["column 5", "the end of the expression"],
    ),
    (
        PROVISIONING,
        "Append([a], ,)",
        &["takes 2 arguments, not 3"],
    ),
    (
        PROVISIONING,
        "Switch([a], \"d\", \"k\")",
        &["a value for each key"],
    ),
    (
        CONNECT,
        "Switch([a] = \"x\")",
        &["a value for each condition"],
    ),
    (
        PROVISIONING,
        "Replace([a], , , , \"x\", , )",
        &["wants one of"],
    ),
    (
        PROVISIONING,
        "Replace([a], , \"(\", , \"x\", , )",
        &["column 16", "regular expression is refused"],
    ),
    (
        PROVISIONING,
        "Replace([a], , \"(?<x>a)\", \"y\", \"x\", , )",
        &["no group `y`"],
    ),
    (
        PROVISIONING,
        "DateAdd(\"day\", 1, [a])",
        &["column 9", "`day` is no interval"],
    ),
    (
        PROVISIONING,
        "FormatDateTime([a], \"Odd\", \"yyyy\", \"yyyy\")",
        &["column 21", "DateTimeStyles"],
    ),
    (
        PROVISIONING,
        "InStr([a], \"x\", 1, \"loose\")",
        &["vbTextCompare"],
    ),
    (PROVISIONING, "Coalesce()", &["at least one value"]),
    (PROVISIONING, "$item", &["is expected, not `$`"]),
    (CONNECT, "$item", &["no enclosing Select"]),
    (
        CONNECT,
        "Select([a], [b], [c])",
        &["column 8", "a variable such as `$item`"],
    ),
    (
        CONNECT,
        "Select($x, $x, $x)",
        &["column 12", "no enclosing"],
    ),
    (CONNECT, "%Domain%", &["`parameters` has no `Domain`"]),
    (CONNECT, "ReplaceChars([a], \"ab:c\")", &["column 19"]),
    (
        CONNECT,
        "Contains([a], \"x\", \"Loose\")",
        &["CaseSensitive"],
    ),
    (CONNECT, "&HZ", &["hexadecimal"]),
    (CONNECT, "1 +", &["column 4, at the end"]),
];

#[test]
fn errors_name_the_column_and_what_would_be_right() {
    for (dialect, expression, parts) in CASES {
        let wrong = unrefused(&[(expression, parts)], |expression| {
            evaluate(dialect, expression, "")
        });
        assert_eq!(wrong, NOTHING);
    }
}

#[test]
fn parameters_outside_of_connect_sync_are_refused() {
    let options = serde_json::json!({ "expression": "[a]", "parameters": { "a": "b" } });
    assert_eq!(with_options(&options, "").unwrap_err().at, "parameters");
}

#[test]
fn an_expression_may_be_64_deep_and_10000_long_and_no_more() {
    let nested = |depth: usize| format!("{}[a]{}", "ToUpper(".repeat(depth), ")".repeat(depth));
    assert!(evaluate(PROVISIONING, &nested(63), r#""x""#).is_ok());
    let problem = evaluate(PROVISIONING, &nested(64), "").unwrap_err();
    assert!(
        problem.message.contains("deeper than 64"),
        "{}",
        problem.message
    );

    let long = |chars: usize| format!("\"{}\"", "é".repeat(chars - 2));
    assert!(evaluate(PROVISIONING, &long(10_000), "").is_ok());
    let problem = evaluate(PROVISIONING, &long(10_001), "").unwrap_err();
    assert!(
        problem.message.contains("10000 is the most"),
        "{}",
        problem.message
    );

    // One operator in a row is one call; different ones nest.
    let sum = vec!["1"; 4_000].join("+");
    assert_eq!(evaluate(CONNECT, &sum, "").unwrap(), "4000");
    let mixed = vec!["1"; 200].join("+1-");
    let problem = evaluate(CONNECT, &mixed, "").unwrap_err();
    assert!(problem.message.contains("in a row"), "{}", problem.message);
    let brackets = format!("{}1{}", "(".repeat(4_000), ")".repeat(4_000));
    assert!(evaluate(CONNECT, &brackets, "").is_err());
}
