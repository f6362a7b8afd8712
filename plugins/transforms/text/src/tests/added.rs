//! What stands around, between and in place of characters: edges and foreign vectors.

use attune_plugin::testing::{Case, mismatches, text_edges, unrefused};

use crate::plugin;

const NOTHING: Vec<String> = Vec::new();

#[test]
fn every_function_takes_missing_strange_and_long_values() {
    let functions = [
        ("trim", "{}"),
        ("upper", "{}"),
        ("lower", "{}"),
        ("title", "{}"),
        ("replace", r#"{"find":"é"}"#),
        ("regex-replace", r#"{"find":"é"}"#),
        ("regex-rules", r#"{"rules":[{"find":"é"}]}"#),
        ("regex-extract", r#"{"find":"é"}"#),
        ("left", r#"{"length":3}"#),
        ("right", r#"{"length":3}"#),
        ("mid", r#"{"start":3}"#),
        ("split", r#"{"separator":"-"}"#),
        ("strip-domain", "{}"),
        ("guest-to-email", "{}"),
        ("append", r#"{"before":"x"}"#),
        ("pad", r#"{"length":1000,"with":"京"}"#),
        ("quote", "{}"),
        ("quote", r#"{"mark":"é","inside":"backslash"}"#),
        ("word", r#"{"index":-9223372036854775808}"#),
        ("word", r#"{"index":9223372036854775807,"delimiters":"é"}"#),
        ("before", r#"{"find":"é","occurrence":"last"}"#),
        ("after", r#"{"find":"é"}"#),
        ("replace-first", r#"{"find":"é","with":"e"}"#),
        ("replace-chars", r#"{"map":{"é":"e"}}"#),
        ("reverse", "{}"),
        ("length", "{}"),
        ("trim-left", "{}"),
        ("trim-right", "{}"),
        ("strip-spaces", "{}"),
        ("collapse-spaces", "{}"),
        ("contains", r#"{"find":"é","ignore-case":true}"#),
        ("starts-with", r#"{"find":"é"}"#),
        ("ends-with", r#"{"find":"é"}"#),
        (
            "index-of",
            r#"{"find":"é","occurrence":"last","ignore-case":true}"#,
        ),
        ("is-url", "{}"),
    ];
    assert_eq!(text_edges(&plugin(), &functions), NOTHING);
}

const VECTORS: [Case<'_>; 32] = [
    (
        "word",
        r#"{"index":2}"#,
        r#"["The quick brown fox"]"#,
        r#""brown""#,
    ),
    // The page's Mid counts from 1; Append(Mid([givenName], 1, 3), Mid([surname], 1, 5)).
    (
        "mid",
        r#"{"start":2,"length":5}"#,
        r#"["John Doe"]"#,
        r#""hn Do""#,
    ),
    (
        "mid",
        r#"{"start":5,"length":999}"#,
        r#"["John Doe"]"#,
        r#""Doe""#,
    ),
    (
        "mid",
        r#"{"start":0,"length":3}"#,
        r#"["John"]"#,
        r#""Joh""#,
    ),
    ("right", r#"{"length":3}"#, r#"["John Doe"]"#, r#""Doe""#),
    ("length", "{}", r#"["John Doe"]"#, "8"),
    ("trim", "{}", r#"[" Test "]"#, r#""Test""#),
    ("trim-left", "{}", r#"[" Test "]"#, r#""Test ""#),
    ("trim-right", "{}", r#"[" Test "]"#, r#"" Test""#),
    ("lower", "{}", r#"["TeSt"]"#, r#""test""#),
    ("upper", "{}", r#"["TeSt"]"#, r#""TEST""#),
    (
        "replace",
        r#"{"find":"@contoso.com"}"#,
        r#"["john.doe@contoso.com"]"#,
        r#""john.doe""#,
    ),
    (
        "pad",
        r#"{"length":10,"side":"right"}"#,
        r#"["User"]"#,
        r#""User000000""#,
    ),
    ("title", r#"{"separators":" "}"#, r#"["TEsT"]"#, r#""Test""#),
    // Entra: Word, counted from 1 there.
    (
        "word",
        r#"{"index":2,"delimiters":",!&#"}"#,
        r#"["This,string!has&many separators"]"#,
        r#""has""#,
    ),
    // Entra: Left, StripSpaces. Connect: PadLeft, ReplaceChars, LTrim, RTrim, Len.
    ("left", r#"{"length":3}"#, r#"["John Doe"]"#, r#""Joh""#),
    (
        "strip-spaces",
        r#"{"spaces":"plain"}"#,
        r#"["a b\tc "]"#,
        r#""ab\tc""#,
    ),
    ("pad", r#"{"length":10}"#, r#"["User"]"#, r#""000000User""#),
    (
        "replace-chars",
        r#"{"map":{"’":"","Å":"A","Ä":"A","Ö":"O","å":"a","ä":"a","ö":"o"}}"#,
        r#"["Räksmörgås O’Neil"]"#,
        r#""Raksmorgas ONeil""#,
    ),
    // Okta: String.append, len, removeSpaces, replaceFirst, startsWith, stringContains,
    // substringBefore, substringAfter.
    (
        "append",
        r#"{"after":" a test"}"#,
        r#"["This"]"#,
        r#""This a test""#,
    ),
    ("length", "{}", r#"["This"]"#, "4"),
    (
        "strip-spaces",
        "{}",
        r#"["This is a test"]"#,
        r#""Thisisatest""#,
    ),
    (
        "replace-first",
        r#"{"find":"is","with":"at"}"#,
        r#"["This is a test"]"#,
        r#""That is a test""#,
    ),
    (
        "starts-with",
        r#"{"find":"This"}"#,
        r#"["This is a test"]"#,
        "true",
    ),
    (
        "contains",
        r#"{"find":"test"}"#,
        r#"["This is a test"]"#,
        "true",
    ),
    (
        "contains",
        r#"{"find":"doesn'tExist"}"#,
        r#"["This is a test"]"#,
        "false",
    ),
    (
        "before",
        r#"{"find":"@"}"#,
        r#"["alexander@okta.example"]"#,
        r#""alexander""#,
    ),
    (
        "after",
        r#"{"find":"@"}"#,
        r#"["alexander@okta.example"]"#,
        r#""okta.example""#,
    ),
    // Entra: InStr, Connect: InStrRev, both counted from 1. midPoint: lastIndexOf.
    (
        "index-of",
        r#"{"find":"quick"}"#,
        r#"["The quick brown fox"]"#,
        "4",
    ),
    (
        "index-of",
        r#"{"find":"b","occurrence":"last"}"#,
        r#"["abcbbb"]"#,
        "5",
    ),
    (
        "index-of",
        r#"{"find":"E","ignore-case":true}"#,
        r#"["repEated"]"#,
        "1",
    ),
    // midPoint: prefix and suffix leave null null.
    ("append", r#"{"before":"x","after":"y"}"#, "[null]", "null"),
];

#[test]
fn vectors_of_entra_connect_and_okta_come_out() {
    assert_eq!(mismatches(&plugin(), &VECTORS), NOTHING);
}

#[test]
fn edges_of_each_function_are_what_its_page_says() {
    let cases: [Case<'_>; 28] = [
        ("word", r#"{"index":0}"#, r#"["  "]"#, "absent"),
        ("word", r#"{"index":1}"#, r#"["Jane \t Doe"]"#, r#""Doe""#),
        (
            "word",
            r#"{"index":-2,"delimiters":";"}"#,
            r#"["a;;b;"]"#,
            r#""a""#,
        ),
        ("word", r#"{"index":0}"#, r#"["山田 太郎"]"#, r#""山田""#),
        ("before", r#"{"find":"--"}"#, r#"["a---b"]"#, r#""a""#),
        (
            "before",
            r#"{"find":"x","no-match":"clear"}"#,
            r#"["a"]"#,
            "clear",
        ),
        (
            "after",
            r#"{"find":"x","no-match":"drop-person"}"#,
            r#"["a"]"#,
            "drop-person",
        ),
        ("after", r#"{"find":"a"}"#, r#"["a"]"#, r#""""#),
        ("after", r#"{"find":"山"}"#, r#"["山田"]"#, r#""田""#),
        ("pad", r#"{"length":2}"#, r#"[""]"#, r#""00""#),
        (
            "pad",
            r#"{"length":3,"with":"京"}"#,
            r#"["東"]"#,
            r#""京京東""#,
        ),
        ("pad", r#"{"length":5}"#, "[[7]]", r#""00007""#),
        ("quote", "{}", r#"[""]"#, r#""\"\"""#),
        ("quote", r#"{"mark":"'"}"#, r#"["it's"]"#, r#""'it''s'""#),
        (
            "replace-first",
            r#"{"find":"a"}"#,
            r#"["banana"]"#,
            r#""bnana""#,
        ),
        ("reverse", "{}", r#"["e\u0301a"]"#, "\"ae\u{301}\""),
        ("length", "{}", r#"["👩"]"#, "1"),
        ("length", "{}", "[true]", "4"),
        ("collapse-spaces", "{}", r#"[""]"#, r#""""#),
        (
            "contains",
            r#"{"find":"ÜBER","ignore-case":true}"#,
            r#"["darüber"]"#,
            "true",
        ),
        ("ends-with", r#"{"find":"a"}"#, "[\"\"]", "false"),
        ("append", r#"{"after":"x"}"#, r#"[["a"]]"#, r#""ax""#),
        ("index-of", r#"{"find":"é"}"#, r#"["日é"]"#, "1"),
        ("index-of", r#"{"find":"E"}"#, r#"["e"]"#, "absent"),
        (
            "index-of",
            r#"{"find":"x","no-match":"clear"}"#,
            r#"["a"]"#,
            "clear",
        ),
        ("index-of", r#"{"find":"1"}"#, "[501]", "2"),
        ("is-url", "{}", r#"["HTTPS://intranet/a"]"#, "true"),
        ("is-url", "{}", r#"[" https://x.example"]"#, "false"),
    ];
    assert_eq!(mismatches(&plugin(), &cases), NOTHING);
}

#[test]
fn a_result_above_the_limit_fails() {
    let long = serde_json::json!(["\"".repeat(40_000)]).to_string();
    let cases = [("quote", "{}", long.as_str(), "!too-long")];
    assert_eq!(mismatches(&plugin(), &cases), NOTHING);
}

#[test]
fn wrong_options_are_refused_and_say_why() {
    let cases = [
        ("append", "{}", "before", "nothing to put"),
        ("pad", r#"{"length":0}"#, "length", "from 1"),
        ("pad", r#"{"length":1001}"#, "length", "from 1"),
        ("pad", r#"{"length":3,"with":"00"}"#, "", "a character"),
        ("quote", r#"{"mark":""}"#, "", "a character"),
        ("word", r#"{"index":1.5}"#, "", "invalid type"),
        ("before", r#"{"find":""}"#, "find", "nothing to find"),
        (
            "after",
            r#"{"find":"x","no-match":"skip"}"#,
            "",
            "unknown variant",
        ),
        ("replace-first", r#"{"find":""}"#, "find", "nothing to find"),
        ("replace-chars", r#"{"map":{}}"#, "map", "no character"),
        (
            "replace-chars",
            r#"{"map":{"oe":"ö"}}"#,
            "map",
            "exactly one",
        ),
        (
            "strip-spaces",
            r#"{"spaces":"none"}"#,
            "",
            "unknown variant",
        ),
        ("collapse-spaces", r#"{"x":1}"#, "", "unknown field"),
        ("contains", r#"{"find":""}"#, "find", "nothing to find"),
        ("starts-with", "{}", "", "missing field"),
        ("ends-with", r#"{"find":1}"#, "", "invalid type"),
        ("index-of", r#"{"find":""}"#, "find", "nothing to find"),
        (
            "index-of",
            r#"{"find":"a","occurrence":"all"}"#,
            "",
            "unknown variant",
        ),
        ("is-url", r#"{"x":1}"#, "", "unknown field"),
        ("reverse", r#"{"x":1}"#, "", "unknown field"),
        ("length", r#"{"x":1}"#, "", "unknown field"),
        ("trim-left", r#"{"x":1}"#, "", "unknown field"),
        ("trim-right", r#"{"x":1}"#, "", "unknown field"),
    ];
    assert_eq!(unrefused(&plugin(), &cases), NOTHING);
}
