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

const ABSENT: &str = r#"{"$":"absent"}"#;

/// What every function is opened with where a case says nothing else.
const PLAIN: [(&str, &str); 6] = [
    ("match", r#"{"find":"a+"}"#),
    ("find", r#"{"find":"a+"}"#),
    ("find-all", r#"{"find":"a+"}"#),
    ("replace", r#"{"find":"a+","with":"-"}"#),
    ("replace-group", r#"{"find":"(a+)","group":1,"with":"-"}"#),
    ("rules", r#"{"rules":[{"find":"a+","with":"-"}]}"#),
];

#[test]
fn what_is_missing_passes_and_what_is_no_text_fails_in_every_function() {
    let cases = [
        ("[null]", "null"),
        (r#"[{"$":"absent"}]"#, ABSENT),
        ("[[]]", "[]"),
        (r#"[["x","y"]]"#, "many-values"),
        (r#"[{"a":1}]"#, "not-text"),
        (r#"[{"$":"bytes","base64":"AP8="}]"#, "not-text"),
    ];
    for (name, options) in PLAIN {
        for (input, expect) in cases {
            let got = run(&plugin(), name, options, input).unwrap();
            assert!(
                got == expect || got.contains(&format!("\"{expect}\"")),
                "{name} {input}: {got}"
            );
        }
    }
}

#[test]
fn the_last_byte_of_long_text_and_every_script_are_reached() {
    let long = format!("{}a", "ü".repeat(30_000));
    for (name, options) in PLAIN {
        let got = run(&plugin(), name, options, &format!("[\"{long}\"]")).unwrap();
        let expect = match name {
            "match" => "true".to_owned(),
            "find" => "\"a\"".to_owned(),
            "find-all" => "[\"a\"]".to_owned(),
            _ => format!("\"{}-\"", "ü".repeat(30_000)),
        };
        assert!(got == expect, "{name}");
    }
}

/// (function, options, input, output)
const CASES: &[(&str, &str, &str, &str)] = &[
    (
        "match",
        r#"{"find":"a|ab","whole":true}"#,
        r#"["ab"]"#,
        "true",
    ),
    (
        "match",
        r#"{"find":"a|ab","whole":true,"syntax":"java"}"#,
        r#"["abc"]"#,
        "false",
    ),
    ("match", r#"{"find":"^$"}"#, r#"[""]"#, "true"),
    ("match", r#"{"find":"^7$"}"#, "[7]", "true"),
    ("match", r#"{"find":"日本"}"#, r#"["日本語"]"#, "true"),
    ("find", r#"{"find":"(a)?b"}"#, r#"["b"]"#, ABSENT),
    (
        "find",
        r#"{"find":"(a)?b","group":0}"#,
        r#"["b"]"#,
        r#""b""#,
    ),
    (
        "find",
        r#"{"find":"x","no-match":"input"}"#,
        r#"["b"]"#,
        r#""b""#,
    ),
    (
        "find",
        r#"{"find":"(?<n>x)(y)","group":1,"syntax":"dotnet"}"#,
        r#"["xy"]"#,
        r#""y""#,
    ),
    (
        "find-all",
        r#"{"find":"."}"#,
        r#"["a\"é"]"#,
        r#"["a","\"","é"]"#,
    ),
    (
        "find-all",
        r#"{"find":"(?=(aa))"}"#,
        r#"["aaa"]"#,
        r#"["aa","aa"]"#,
    ),
    ("replace", r#"{"find":"a"}"#, r#"["banana"]"#, r#""bnn""#),
    (
        "replace",
        r#"{"find":"a","occurrences":"first"}"#,
        r#"["banana"]"#,
        r#""bnana""#,
    ),
    (
        "replace",
        r#"{"find":".*","with":""}"#,
        r#"["abc"]"#,
        r#""""#,
    ),
    // .NET and Java find an empty match behind the first one, Rust does not.
    (
        "replace",
        r#"{"find":".*","with":"-"}"#,
        r#"["abc"]"#,
        r#""-""#,
    ),
    (
        "replace",
        r#"{"find":".*","with":"-","syntax":"dotnet"}"#,
        r#"["abc"]"#,
        r#""--""#,
    ),
    (
        "replace",
        r#"{"find":".*","with":"-","syntax":"java"}"#,
        r#"["abc"]"#,
        r#""--""#,
    ),
    (
        "find-all",
        r#"{"find":"\\d*","syntax":"java"}"#,
        r#"["12"]"#,
        r#"["12",""]"#,
    ),
    (
        "rules",
        r#"{"rules":[{"find":"^x"},{"find":".*","with":"<$0>"}],"syntax":"java"}"#,
        r#"["a"]"#,
        r#""<a><>""#,
    ),
    // Page error: functions.md 1 quotes 19998887777 from the page; the plus stays.
    (
        "replace",
        r#"{"find":"[()\\s-]+","syntax":"dotnet"}"#,
        r#"["+1 (999) 888-7777"]"#,
        r#""+19998887777""#,
    ),
    (
        "replace-group",
        r#"{"find":"(a)(b)","group":2,"with":"$1"}"#,
        r#"["ab"]"#,
        r#""a$1""#,
    ),
    (
        "replace-group",
        r#"{"find":"(a)","group":1,"with":"x","occurrences":"first"}"#,
        r#"["aa"]"#,
        r#""xa""#,
    ),
    (
        "rules",
        r#"{"rules":[{"find":"^a","with":"b"},{"find":"^b","with":"c"}]}"#,
        r#"["ab"]"#,
        r#""bb""#,
    ),
    (
        "rules",
        r#"{"rules":[{"find":"^a"}],"no-match":"clear"}"#,
        r#"["x"]"#,
        r#"{"$":"clear"}"#,
    ),
    (
        "rules",
        r#"{"rules":[{"find":"^a"}],"no-match":"missing"}"#,
        r#"["x"]"#,
        ABSENT,
    ),
];

#[test]
fn functions_give_what_their_language_gives() {
    for (name, options, input, expect) in CASES {
        let got = run(&plugin(), name, options, input).unwrap();
        assert_eq!(got, *expect, "{name} {options} of {input}");
    }
}

#[test]
fn bad_options_are_refused_by_name() {
    let cases = [
        ("match", r#"{"find":"("}"#, "find", "unclosed"),
        (
            "match",
            r#"{"find":"a)(b","whole":true}"#,
            "find",
            "refused",
        ),
        ("find", r#"{"find":"a","group":1}"#, "group", "no group `1`"),
        (
            "find-all",
            r#"{"find":"a","group":"n"}"#,
            "group",
            "no group `n`",
        ),
        (
            "replace",
            r#"{"find":"a","with":"$1"}"#,
            "with",
            "no group `1`",
        ),
        (
            "replace",
            r#"{"find":"(?(1)a|b)","syntax":"dotnet"}"#,
            "find",
            "conditions",
        ),
        (
            "replace-group",
            r#"{"find":"a","group":1}"#,
            "group",
            "no group",
        ),
        ("rules", r#"{"rules":[]}"#, "rules", "at least one"),
        (
            "rules",
            r#"{"rules":[{"find":"a"},{"find":"["}]}"#,
            "rules[1].find",
            "unclosed",
        ),
        (
            "rules",
            r#"{"rules":[{"find":"a","with":"$x"}]}"#,
            "rules[0].with",
            "no group `x`",
        ),
        (
            "find",
            r#"{"find":"a","syntax":"perl"}"#,
            "",
            "unknown variant",
        ),
    ];
    for (name, options, at, part) in cases {
        let problem = run(&plugin(), name, options, r#"["a"]"#).unwrap_err();
        assert_eq!(
            (problem.code.as_str(), problem.at.as_str()),
            ("options", at),
            "{options}"
        );
        assert!(
            problem.message.contains(part),
            "{options}: {}",
            problem.message
        );
    }
}

#[test]
fn a_value_that_is_too_hard_fails_and_says_what_to_do() {
    let pattern = r"^(([a-z])+.)+[A-Z]([a-z])+\\2$";
    let functions = [
        ("match", format!(r#"{{"find":"{pattern}"}}"#)),
        ("find", format!(r#"{{"find":"{pattern}"}}"#)),
        ("find-all", format!(r#"{{"find":"{pattern}"}}"#)),
        ("replace", format!(r#"{{"find":"{pattern}"}}"#)),
        (
            "replace-group",
            format!(r#"{{"find":"{pattern}","group":1}}"#),
        ),
        ("rules", format!(r#"{{"rules":[{{"find":"{pattern}"}}]}}"#)),
    ];
    let input = format!("[\"{}\"]", "a".repeat(5_000));
    for (name, options) in functions {
        let got = run(&plugin(), name, &options, &input).unwrap();
        assert!(
            got.contains("pattern-too-hard") && got.contains("look-around"),
            "{name}: {got}"
        );
    }
}
