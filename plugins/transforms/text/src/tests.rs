//! The manifest, and what its examples do not show: edges, hostile values, foreign vectors.

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

/// Calls a function for one text.
fn text(function: &str, options: &str, text: &str) -> String {
    let input = serde_json::json!([text]).to_string();
    run(&plugin(), function, options, &input).unwrap()
}

#[track_caller]
fn check(function: &str, options: &str, input: &str, expect: &str) {
    let expect = serde_json::Value::from(expect).to_string();
    assert_eq!(
        text(function, options, input),
        expect,
        "{function} {options} of {input:?}"
    );
}

fn refused(function: &str, options: &str) -> String {
    match plugin().open(function, options) {
        Ok(_) => panic!("{options} was taken"),
        Err(problem) => format!("{} at {}: {}", problem.code, problem.at, problem.message),
    }
}

const ABSENT: &str = r#"{"$":"absent"}"#;

#[test]
fn numbers_booleans_and_lists_of_one_are_text_as_the_source_wrote_them() {
    for (input, expect) in [
        ("[1.50]", r#""1.50""#),
        ("[12345678901234567890]", r#""12345678901234567890""#),
        ("[true]", r#""TRUE""#),
        (r#"[["a"]]"#, r#""A""#),
        (r#"[["\u00e4"]]"#, r#""Ä""#),
        ("[[7]]", r#""7""#),
        ("[[]]", "[]"),
        ("[[null]]", "null"),
    ] {
        assert_eq!(
            run(&plugin(), "upper", "{}", input).unwrap(),
            expect,
            "{input}"
        );
    }
}

#[test]
fn what_is_not_one_text_fails_with_its_code() {
    for (input, code) in [
        (r#"[["a","b"]]"#, "many-values"),
        (r#"[{"a":1}]"#, "not-text"),
        (r#"[[["a"]]]"#, "not-text"),
        (r#"[[{"a":1}]]"#, "not-text"),
        (r#"[{"$":"bytes","base64":"AP8="}]"#, "not-text"),
    ] {
        for function in ["trim", "upper", "title", "guest-to-email"] {
            let got = run(&plugin(), function, "{}", input).unwrap();
            assert!(
                got.contains(&format!(r#""code":"{code}""#)),
                "{function} of {input}: {got}"
            );
        }
    }
}

#[test]
fn hostile_texts_pass_every_function_without_a_trap() {
    let long = "aé_@-".repeat(64 * 1024 / 6);
    let hostile = [
        "",
        "\0",
        "\u{202e}\u{feff}",
        "𝒳\u{301}\u{301}",
        "@",
        "_#EXT#@",
        "#EXT#",
        &long,
    ];
    let calls = [
        ("trim", "{}"),
        ("upper", "{}"),
        ("lower", "{}"),
        ("title", "{}"),
        ("replace", r#"{"find":"é","with":""}"#),
        ("regex-replace", r#"{"find":"","with":""}"#),
        ("regex-replace", r#"{"find":".*","with":"$0"}"#),
        (
            "regex-rules",
            r#"{"rules":[{"find":"(a)|(b)","with":"$2$1"}]}"#,
        ),
        ("regex-extract", r#"{"find":"(x)?"}"#),
        ("left", r#"{"length":3}"#),
        ("right", r#"{"length":3}"#),
        ("mid", r#"{"start":-2,"length":1}"#),
        ("mid", r#"{"start":-9223372036854775808}"#),
        ("split", r#"{"separator":"@"}"#),
        ("strip-domain", "{}"),
        ("guest-to-email", "{}"),
    ];
    for (function, options) in calls {
        for input in hostile {
            let got = text(function, options, input);
            assert!(
                !got.contains("\"$\":\"failed\"") || got.contains("too-long"),
                "{function}: {got}"
            );
        }
    }
}

#[test]
fn a_result_above_the_limit_fails_and_is_not_cut() {
    let long = "a".repeat(60_000);
    let got = text("replace", r#"{"find":"a","with":"aa"}"#, &long);
    assert!(
        got.contains(r#""code":"too-long""#) && got.contains("120000 bytes"),
        "{got:.200}"
    );
}

#[test]
fn case_follows_unicode_and_the_locale() {
    check("upper", "{}", "ŉ ﬁ ß", "ʼN FI SS");
    check("lower", "{}", "ΑΣ ΑΣΑ İ", "ας ασα i\u{307}");
    check("title", "{}", "ΑΣ ǆ ß", "Ας ǅ Ss");
    check(
        "title",
        "{}",
        "mc DONALD-smith, 3rd  o’NEILL",
        "Mc Donald-Smith, 3rd  O’neill",
    );
    check(
        "title",
        r#"{"separators":" "}"#,
        "jean-LUC picard",
        "Jean-luc Picard",
    );
}

#[test]
fn parts_clamp_at_both_ends() {
    check("mid", r#"{"start":0,"length":0}"#, "abc", "");
    check("mid", r#"{"start":-9,"length":2}"#, "abc", "ab");
    check(
        "mid",
        r#"{"start":1,"length":18446744073709551615}"#,
        "abc",
        "bc",
    );
    check("right", r#"{"length":1}"#, "aé", "é");
    check("left", r#"{"length":1}"#, "éa", "é");
    assert!(refused("left", r#"{"length":-1}"#).starts_with("options"));
}

#[test]
fn replacements_write_groups_dollars_and_what_follows_them() {
    let cases = [
        (r"(\d+)", "<$1>", "a1b22", "a<1>b<22>"),
        (r"(\d+)", "${1}0", "7", "70"),
        (r"(\d+)", "$1x", "7", "7x"),
        (r"(?<n>\d+)", "$n-$$1-$", "7", "7-$1-$"),
        (r"(a)|(b)", "[$1|$2]", "ab", "[a|][|b]"),
        ("", "-", "ab", "-a-b-"),
        ("a*", "x", "baac", "xbxcx"),
        ("é", "", "éaé", "a"),
        (r"(?i)straße", "St.", "Hauptstraße", "HauptSt."),
        (r"\p{Lu}", "U", "Äa", "Ua"),
    ];
    for (find, with, input, expect) in cases {
        let options = serde_json::json!({ "find": find, "with": with }).to_string();
        check("regex-replace", &options, input, expect);
    }
}

#[test]
fn patterns_and_replacements_are_refused_in_one_line_where_they_stand() {
    for (find, with, expect) in [
        ("(", "", "options at find: unclosed group"),
        (
            "(?=a)",
            "",
            "options at find: look-around, including look-ahead and look-behind, is not supported",
        ),
        (
            "(a)",
            "$2",
            "options at with: the pattern has no group `2`; `$$` stands for `$`",
        ),
        (
            "(?<n>a)",
            "${m}",
            "options at with: the pattern has no group `m`; `$$` stands for `$`",
        ),
    ] {
        let options = serde_json::json!({ "find": find, "with": with }).to_string();
        assert_eq!(refused("regex-replace", &options), expect);
    }
    let rules = r#"{"rules":[{"find":"a"},{"find":"["}]}"#;
    assert_eq!(
        refused("regex-rules", rules),
        "options at rules[1].find: unclosed character class"
    );
    let group = r#"{"find":"(a)","group":2}"#;
    assert_eq!(
        refused("regex-extract", group),
        "options at group: the pattern has no group `2`"
    );
}

#[test]
fn no_match_decides_about_texts_without_a_match() {
    for (word, expect) in [
        ("input", r#""abc""#),
        ("missing", ABSENT),
        ("keep", r#"{"$":"keep"}"#),
        ("clear", r#"{"$":"clear"}"#),
        ("drop-person", r#"{"$":"drop-person"}"#),
    ] {
        let options = format!(r#"{{"find":"x","no-match":"{word}"}}"#);
        assert_eq!(text("regex-replace", &options, "abc"), expect);
        assert_eq!(text("regex-extract", &options, "abc"), expect);
        let options = format!(r#"{{"rules":[{{"find":"x"}}],"no-match":"{word}"}}"#);
        assert_eq!(text("regex-rules", &options, "abc"), expect);
    }
    assert_eq!(
        text("regex-extract", r#"{"find":"(x)?a"}"#, "abc"),
        ABSENT,
        "the group took no part"
    );
}

/// The vectors that the documentation of Entra provisioning prints for its own functions.
#[test]
fn published_vectors_come_out() {
    let phone = r#"{"find":"\\+(?<isdCode>\\d* )(?<phoneNumber>\\d{10})","with":"${phoneNumber}"}"#;
    check("regex-replace", phone, "+91 9998887777", "9998887777");
    check(
        "regex-replace",
        r#"{"find":"[()\\s-]+"}"#,
        "+1 (999) 888-7777",
        "+19998887777",
    );
    let street = r#"{"find":"^\\d+( .*)$","with":"888$1"}"#;
    check(
        "regex-replace",
        street,
        "545 Tremont Street",
        "888 Tremont Street",
    );
    check(
        "title",
        r#"{"separators":" '-"}"#,
        "PINTO-DE'SILVA",
        "Pinto-De'Silva",
    );
    check(
        "title",
        "{}",
        "PABLO GONSALVES (SECOND)",
        "Pablo Gonsalves (Second)",
    );
    check(
        "replace",
        r#"{"find":"is","with":"at"}"#,
        "This is a test",
        "That at a test",
    );
    check(
        "mid",
        r#"{"start":2,"length":7}"#,
        "This is a test",
        "is is a",
    );
}
