//! The manifest, and what its examples do not show.

use attune_plugin::testing::{Case, complaints, edges, faults, mismatches, text_edges, unrefused};

use super::plugin;

const NOTHING: Vec<String> = Vec::new();

#[test]
fn manifest_schemas_structs_and_examples_agree() {
    assert_eq!(complaints(&plugin()), NOTHING);
}

#[test]
fn every_function_meets_the_edges_as_its_table_says() {
    let wrong = edges(&plugin(), include_str!("edges.txt"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn text_functions_take_missing_strange_and_long_values() {
    let functions = [
        ("to-integer", "{}"),
        ("to-number", r#"{"no-match":"missing"}"#),
        ("number-format", "{}"),
        ("to-boolean", "{}"),
        ("to-text", "{}"),
        ("base64-decode", "{}"),
        ("hex-decode", r#"{"to":"utf-16"}"#),
        ("dn-part", "{}"),
        ("bits", r#"{"mask":2}"#),
    ];
    let wrong = text_edges(&plugin(), &functions);
    let untested = ["base64-encode", "hex-encode", "guid", "sid", "json"];
    let untested = untested.map(|name| format!("{name} is not tested"));
    assert_eq!(
        wrong, untested,
        "these see bytes and lists, and have cases of their own"
    );
}

#[test]
fn functions_that_see_bytes_let_missing_values_pass() {
    for function in ["base64-encode", "hex-encode", "guid", "sid", "json"] {
        let cases = [
            (function, "{}", r#"[{"$":"absent"}]"#, "absent"),
            (function, "{}", "[null]", "null"),
        ];
        assert_eq!(mismatches(&plugin(), &cases), NOTHING);
        assert_eq!(faults(&plugin(), function, "{}"), NOTHING);
        if function != "json" {
            let cases = [
                (function, "{}", "[[]]", "[]"),
                (function, "{}", "[[null]]", "null"),
                (function, "{}", r#"[["a","b"]]"#, "!many-values"),
                (function, "{}", r#"[{"a":1}]"#, "!not-text"),
            ];
            assert_eq!(mismatches(&plugin(), &cases), NOTHING);
        }
    }
}

const UTF16: &str = r#"["SABlAGwAbABvACAAdwBvAHIAbABkACEA"]"#;
const HELLO: &str = r#""Hello world!""#;

const VECTORS: [Case<'_>; 22] = [
    // Entra: ConvertToBase64, ConvertToUTF8Hex, BitAnd, CBool, CStr.
    (
        "base64-encode",
        r#"{"charset":"utf-16"}"#,
        r#"["Hello world!"]"#,
        r#""SABlAGwAbABvACAAdwBvAHIAbABkACEA""#,
    ),
    (
        "hex-encode",
        r#"{"letters":"upper"}"#,
        r#"["Hello world!"]"#,
        r#""48656C6C6F20776F726C6421""#,
    ),
    ("bits", r#"{"mask":247,"do":"and"}"#, "[15]", "7"),
    ("to-boolean", "{}", r#"["True"]"#, "true"),
    ("to-text", "{}", "[55]", r#""55""#),
    // Connect: ConvertFromBase64, ConvertFromUTF8Hex, IsBitSet, BitOr, CNum, DNComponent,
    // DNComponentRev.
    ("base64-decode", r#"{"to":"utf-16"}"#, UTF16, HELLO),
    (
        "base64-decode",
        r#"{"to":"utf-8"}"#,
        r#"["SGVsbG8gd29ybGQh"]"#,
        HELLO,
    ),
    ("hex-decode", "{}", r#"["48656C6C6F20776F726C6421"]"#, HELLO),
    ("bits", r#"{"mask":4}"#, "[15]", "true"),
    ("bits", r#"{"mask":2,"do":"or"}"#, "[512]", "514"),
    ("to-number", "{}", r#"["-12"]"#, "-12"),
    ("dn-part", "{}", r#"["cn=Joe,ou=US"]"#, r#""Joe""#),
    (
        "dn-part",
        r#"{"index":-3}"#,
        r#"["cn=Joe,ou=Atlanta,ou=GA,ou=US,dc=contoso,dc=com"]"#,
        r#""US""#,
    ),
    (
        "dn-part",
        r#"{"index":-1,"skip-dc":true}"#,
        r#"["cn=Joe,ou=Atlanta,ou=GA,ou=US,dc=contoso,dc=com"]"#,
        r#""US""#,
    ),
    // Okta: Convert.toInt, toNum, toInteger, toNumber.
    ("to-integer", r#"{"round":"half-up"}"#, "[123.4]", "123"),
    ("to-integer", r#"{"round":"half-up"}"#, "[123.6]", "124"),
    ("to-integer", "{}", r#"["1.1"]"#, "1"),
    ("to-integer", r#"{"round":"half-up"}"#, "[-1.6]", "-2"),
    (
        "to-integer",
        r#"{"overflow":"wrap-32"}"#,
        r#"["-2147483649"]"#,
        "2147483647",
    ),
    ("to-integer", "{}", r#"["text"]"#, "!not-a-number"),
    ("to-number", "{}", r#"["text"]"#, "!not-a-number"),
    ("to-number", "{}", r#"["1.1"]"#, "1.1"),
];

#[test]
fn vectors_of_entra_connect_and_okta_come_out() {
    assert_eq!(mismatches(&plugin(), &VECTORS), NOTHING);
}

const EDGES: [Case<'_>; 44] = [
    ("to-integer", "{}", r#"[""]"#, "!not-a-number"),
    ("to-integer", r#"{"no-match":"clear"}"#, r#"["x"]"#, "clear"),
    (
        "to-integer",
        r#"{"no-match":"input"}"#,
        r#"["x"]"#,
        r#""x""#,
    ),
    (
        "to-integer",
        "{}",
        "[9223372036854775808]",
        "!number-too-large",
    ),
    ("to-integer", r#"{"round":"floor"}"#, "[-1.1]", "-2"),
    ("to-integer", r#"{"round":"half-even"}"#, r#"["2.5"]"#, "2"),
    ("to-integer", "{}", "[true]", "!not-a-number"),
    ("to-integer", "{}", r#"["１２"]"#, "!not-a-number"),
    (
        "to-number",
        "{}",
        "[12345678901234567890.12345]",
        "12345678901234567890.12345",
    ),
    (
        "to-number",
        r#"{"group":","}"#,
        r#"["1,234,567.5"]"#,
        "1234567.5",
    ),
    (
        "to-number",
        r#"{"group":","}"#,
        r#"["12,34"]"#,
        "!not-a-number",
    ),
    (
        "number-format",
        r#"{"decimals":1,"round":"truncate"}"#,
        "[1.19]",
        r#""1.1""#,
    ),
    (
        "number-format",
        r#"{"group":"\u00a0"}"#,
        "[-1234567]",
        "\"-1\u{a0}234\u{a0}567\"",
    ),
    ("number-format", "{}", "[1e40]", "!number-too-large"),
    ("to-boolean", "{}", r#"[" ON "]"#, "true"),
    ("to-boolean", "{}", "[[false]]", "false"),
    (
        "to-boolean",
        r#"{"true-words":["はい"],"no-match":"keep"}"#,
        r#"["はい"]"#,
        "true",
    ),
    (
        "to-boolean",
        r#"{"true-words":["はい"],"no-match":"keep"}"#,
        r#"["yes"]"#,
        "keep",
    ),
    ("to-text", r#"{"true-text":"ja"}"#, "[[true]]", r#""ja""#),
    (
        "to-text",
        "{}",
        "[12345678901234567890]",
        r#""12345678901234567890""#,
    ),
    ("base64-encode", "{}", r#"[""]"#, r#""""#),
    ("base64-encode", "{}", r#"["山田"]"#, r#""5bGx55Sw""#),
    ("base64-encode", "{}", "[[7]]", r#""Nw==""#),
    (
        "base64-encode",
        r#"{"charset":"ascii","no-match":"missing"}"#,
        r#"["ü"]"#,
        "absent",
    ),
    ("base64-decode", "{}", r#"["/w=="]"#, "!not-in-charset"),
    (
        "base64-decode",
        r#"{"to":"bytes"}"#,
        r#"[""]"#,
        r#"{"$":"bytes","base64":""}"#,
    ),
    (
        "hex-encode",
        r#"{"charset":"utf-16"}"#,
        r#"["ü"]"#,
        r#""fc00""#,
    ),
    (
        "hex-decode",
        r#"{"to":"ascii"}"#,
        r#"["c3bc"]"#,
        "!not-in-charset",
    ),
    (
        "hex-decode",
        r#"{"no-match":"drop-person"}"#,
        r#"["abc"]"#,
        "drop-person",
    ),
    (
        "guid",
        "{}",
        r#"["000102030405060708090a0b0c0d0e0f"]"#,
        r#""03020100-0504-0706-0809-0a0b0c0d0e0f""#,
    ),
    (
        "guid",
        "{}",
        r#"[" 03020100-0504-0706-0809-0A0B0C0D0E0F "]"#,
        r#""03020100-0504-0706-0809-0a0b0c0d0e0f""#,
    ),
    (
        "guid",
        "{}",
        r#"[{"$":"bytes","base64":"AP8="}]"#,
        "!not-an-identifier",
    ),
    (
        "guid",
        r#"{"no-match":"input"}"#,
        r#"[{"$":"bytes","base64":"AP8="}]"#,
        r#"{"$":"bytes","base64":"AP8="}"#,
    ),
    ("guid", "{}", r#"[""]"#, "!not-an-identifier"),
    (
        "sid",
        "{}",
        r#"["010100000000000512000000"]"#,
        r#""S-1-5-18""#,
    ),
    ("sid", "{}", r#"["S-1-5-"]"#, "!not-an-identifier"),
    (
        "sid",
        "{}",
        r#"[{"$":"bytes","base64":""}]"#,
        "!not-an-identifier",
    ),
    (
        "dn-part",
        r#"{"attribute":"OU","index":-1}"#,
        r#"["cn=a,ou=b,OU=c"]"#,
        r#""c""#,
    ),
    (
        "dn-part",
        r#"{"index":-9223372036854775808}"#,
        r#"["cn=a"]"#,
        "absent",
    ),
    (
        "dn-part",
        r#"{"index":9223372036854775807}"#,
        r#"["cn=a"]"#,
        "absent",
    ),
    (
        "dn-part",
        r#"{"no-match":"input"}"#,
        r#"["Jane"]"#,
        r#""Jane""#,
    ),
    ("bits", r#"{"mask":2}"#, "[2.5]", "!not-a-number"),
    ("bits", r#"{"mask":-1,"do":"and"}"#, "[-7]", "-7"),
    ("json", "{}", "[[]]", r#""[]""#),
];

#[test]
fn edges_of_each_function_are_what_its_page_says() {
    assert_eq!(mismatches(&plugin(), &EDGES), NOTHING);
}

#[test]
fn a_result_above_the_limit_fails() {
    let long = serde_json::json!(["a".repeat(50_000)]).to_string();
    let cases = [
        ("base64-encode", "{}", long.as_str(), "!too-long"),
        ("hex-encode", "{}", long.as_str(), "!too-long"),
        (
            "json",
            "{}",
            r#"[{"$":"bytes","base64":"AP8="}]"#,
            "!not-text",
        ),
    ];
    assert_eq!(mismatches(&plugin(), &cases), NOTHING);
}

#[test]
fn wrong_options_are_refused_and_say_why() {
    let cases = [
        ("to-integer", r#"{"round":"up"}"#, "", "unknown variant"),
        (
            "to-integer",
            r#"{"decimal":"1"}"#,
            "decimal",
            "before a fraction",
        ),
        ("to-integer", r#"{"group":"."}"#, "group", "between digits"),
        ("to-number", r#"{"group":"-"}"#, "group", "between digits"),
        (
            "number-format",
            r#"{"decimals":21}"#,
            "decimals",
            "more than 20",
        ),
        (
            "number-format",
            r#"{"decimal":"e"}"#,
            "decimal",
            "before a fraction",
        ),
        (
            "to-boolean",
            r#"{"true-words":["No "]}"#,
            "false-words",
            "take it out",
        ),
        (
            "to-boolean",
            r#"{"true-words":[],"false-words":[]}"#,
            "true-words",
            "no word",
        ),
        ("to-text", r#"{"true-text":1}"#, "", "invalid type"),
        (
            "base64-encode",
            r#"{"charset":"latin1"}"#,
            "",
            "unknown variant",
        ),
        (
            "base64-decode",
            r#"{"charset":"utf-8"}"#,
            "",
            "unknown field",
        ),
        (
            "hex-encode",
            r#"{"letters":"title"}"#,
            "",
            "unknown variant",
        ),
        ("hex-decode", r#"{"to":"text"}"#, "", "unknown variant"),
        ("guid", r#"{"order":"mixed"}"#, "", "unknown variant"),
        ("sid", r#"{"no-match":"drop"}"#, "", "unknown variant"),
        ("dn-part", r#"{"attribute":""}"#, "attribute", "empty"),
        ("bits", r#"{"mask":0}"#, "mask", "no bit"),
        ("bits", "{}", "", "missing field"),
        ("json", r#"{"indent":2}"#, "", "unknown field"),
    ];
    assert_eq!(unrefused(&plugin(), &cases), NOTHING);
}
