//! The manifest, and what its examples do not show.

mod page;

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

fn jq(program: &str, input: &str) -> String {
    let options = serde_json::json!({ "program": program }).to_string();
    run(&plugin(), "jq", &options, input).unwrap()
}

#[test]
fn programs_when_run_give_values_of_every_kind() {
    for (program, input, expect) in [
        (".", r#"["a"]"#, r#""a""#),
        (".", "[1.50]", "1.50"),
        (".", "[12345678901234567890]", "12345678901234567890"),
        (".", "[true]", "true"),
        (
            ".",
            r#"[{"b":1,"a":["x",null]}]"#,
            r#"{"b":1,"a":["x",null]}"#,
        ),
        (".", "[null]", r#"{"$":"absent"}"#),
        (".", "[[]]", "[]"),
        ("empty", r#"["a"]"#, r#"{"$":"absent"}"#),
        ("null", r#"["a"]"#, r#"{"$":"absent"}"#),
        ("length", r#"["Grüße あ"]"#, "7"),
        ("7 / 2", "[null]", "3.5"),
        ("4 / 2 | floor", "[null]", "2"),
        ("[nan]", "[null]", "[null]"),
        (r#"test("^[A-ZÄÖÜ]")"#, r#"["Äa"]"#, "true"),
        (
            r#"sub("(?<a>\\w+) (?<b>\\w+)"; "\(.b), \(.a)")"#,
            r#"["Jane Doe"]"#,
            r#""Doe, Jane""#,
        ),
        (
            "@base64 | ., length | tostring | select(length > 2)",
            r#"["Hello"]"#,
            r#""SGVsbG8=""#,
        ),
        (
            r#""2015-01-23T10:53:47Z" | fromdate | strftime("%d.%m.%Y")"#,
            "[null]",
            r#""23.01.2015""#,
        ),
        (
            r#"ltrimstr("ext-") | ascii_upcase"#,
            r#"["ext-jane"]"#,
            r#""JANE""#,
        ),
        (
            r#"split(", ") | reverse | join(" ")"#,
            r#"["Doe, Jane"]"#,
            r#""Jane Doe""#,
        ),
        ("[limit(3; repeat(1))] | add", "[null]", "3"),
        (". as [$a, {b: $c}] | $a + $c", r#"[[1, {"b": 2}]]"#, "3"),
        ("try error(\"x\") catch .", "[null]", r#""x""#),
        ("def f: if . > 3 then . else . + 1 | f end; f", "[1]", "4"),
        (
            "group_by(.d) | map({(.[0].d): length}) | add",
            r#"[[{"d":"a"},{"d":"b"},{"d":"a"}]]"#,
            r#"{"a":2,"b":1}"#,
        ),
    ] {
        assert_eq!(jq(program, input), expect, "{program}");
    }
}

#[test]
fn results_when_no_single_value_fail_with_their_code() {
    let deep = format!("[{}{}]", "[".repeat(200), "]".repeat(200));
    let long = serde_json::json!(["x".repeat(60 * 1024)]).to_string();
    for (program, input, code) in [
        ("1, 2", "[null]", "many-values"),
        ("repeat(1)", "[null]", "many-values"),
        ("1 / 0", "[null]", "bad-number"),
        (r#"test("\\p{Lu}")"#, r#"["x"]"#, "jq"),
        ("nan", "[null]", "bad-number"),
        ("infinite", "[null]", "bad-number"),
        (".a", r#"["x"]"#, "jq"),
        ("error(\"no\")", "[null]", "jq"),
        ("{(1): 2}", "[null]", "not-json"),
        (".", r#"[{"$":"bytes","base64":"AP8="}]"#, "not-text"),
        (".", &deep, "too-deep"),
        (". + .", &long, "too-long"),
        ("[., .]", &long, "too-long"),
        ("[limit(100000; repeat(\"x\"))]", "[null]", "too-long"),
    ] {
        let got = jq(program, input);
        assert!(
            got.contains(&format!(r#""code":"{code}""#)),
            "{program}: {got:.200}"
        );
        assert!(got.len() < 500, "{program}: {}", got.len());
    }
    assert!(!jq("length", &long).contains("failed"));
    let all = r#"{"program":"repeat(1)","all":true}"#;
    assert!(run(&plugin(), "jq", all, "[null]").unwrap().len() <= 64 * 1024 + 2);
    let none = r#"{"program":"empty","all":true}"#;
    assert_eq!(
        run(&plugin(), "jq", none, "[1]").unwrap(),
        r#"{"$":"absent"}"#
    );
}

#[test]
fn variables_when_named_are_inputs_in_the_order_of_their_names() {
    let options = r#"{"program":"[$b, $a, .]","inputs":{"b":"beta","a":"alpha"}}"#;
    let step = plugin().open("jq", options).unwrap();
    assert_eq!(step.inputs(), ["alpha", "beta"]);
    let got = run(&plugin(), "jq", options, r#"[1, ["x"], {"$":"absent"}]"#);
    assert_eq!(got.unwrap(), r#"[null,["x"],1]"#);
    let bytes = run(
        &plugin(),
        "jq",
        options,
        r#"[1, {"$":"bytes","base64":"AP8="}]"#,
    );
    assert!(bytes.unwrap().contains(r#""at":"alpha""#));
    let now = r#"{"program":"[$a, now]","inputs":{"a":"alpha"}}"#;
    assert_eq!(
        run(&plugin(), "jq-now", now, r#"[1, "x"]"#).unwrap(),
        r#"["x",0]"#
    );
}

const REFUSED: &[(&str, &str, &str)] = &[
    ("jq", "", "line 1, column 1: term expected"),
    ("jq", ". |", "line 1, column 4: term expected"),
    (
        "jq",
        "{\n  a: (1\n}",
        "line 2, column 6: `(` is never closed",
    ),
    ("jq", "\"abc", "line 1, column 1: `\"` is never closed"),
    (
        "jq",
        ". |\n  nope(1)",
        "line 2, column 3: there is no function `nope` of 1 arguments",
    ),
    (
        "jq",
        ". + $x",
        "line 1, column 5: there is no variable `$x`; name it in `inputs`",
    ),
    (
        "jq",
        "now",
        "line 1, column 1: `now` is not available: use `expression.jq-now`",
    ),
    (
        "jq",
        "$ENV.HOME",
        "line 1, column 1: `$ENV` is not available",
    ),
    (
        "jq-now",
        "[now, env]",
        "line 1, column 7: `env` is not available",
    ),
    (
        "jq",
        "$__loc__",
        "line 1, column 1: `$__loc__` is not available",
    ),
    ("jq", "input", "line 1, column 1: `input` is not available"),
    (
        "jq",
        "inputs",
        "line 1, column 1: `inputs` is not available",
    ),
    ("jq", "debug", "line 1, column 1: `debug` is not available"),
    (
        "jq",
        "debug(1)",
        "line 1, column 1: `debug` is not available",
    ),
    (
        "jq",
        "stderr",
        "line 1, column 1: `stderr` is not available",
    ),
    ("jq", "halt", "line 1, column 1: `halt` is not available"),
    (
        "jq",
        "halt_error",
        "line 1, column 1: `halt_error` is not available",
    ),
    (
        "jq",
        "0 | localtime",
        "line 1, column 5: `localtime` is not available",
    ),
    (
        "jq",
        "0 | strflocaltime(\"%Y\")",
        "line 1, column 5: `strflocaltime` is not",
    ),
    ("jq", "import \"a\" as a; 1", "line 1, column"),
    ("jq", "ä |\n é", "line 1, column 1:"),
];

#[test]
fn programs_when_wrong_are_refused_with_line_and_column() {
    for (function, program, expect) in REFUSED.iter().copied() {
        let options = serde_json::json!({ "program": program }).to_string();
        let Err(problem) = plugin().open(function, &options) else {
            panic!("{program} was taken")
        };
        assert_eq!(
            (problem.code.as_str(), problem.at.as_str()),
            ("options", "program")
        );
        assert!(
            problem.message.starts_with(expect),
            "{program}: {}",
            problem.message
        );
    }
    for name in ["$a", "1a", "", "a-b", "ENV", "__now__", "ä"] {
        let options = serde_json::json!({ "program": ".", "inputs": { name: "x" } }).to_string();
        let problem = plugin()
            .open("jq", &options)
            .err()
            .map(|problem| problem.at);
        assert_eq!(problem.as_deref(), Some("inputs"), "{name}");
    }
}
