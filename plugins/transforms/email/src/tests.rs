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
fn every_function_takes_missing_strange_and_long_values() {
    let functions = [
        ("local-part", "{}"),
        ("domain", "{}"),
        ("strip-domain", "{}"),
        ("guest-to-email", "{}"),
        ("normalise", "{}"),
        ("check", "{}"),
    ];
    let wrong = text_edges(&plugin(), &functions);
    assert_eq!(
        wrong,
        ["primary is not tested"],
        "it sees lists, and has its own cases below"
    );
    assert_eq!(faults(&plugin(), "primary", "{}"), NOTHING);
}

const CASES: [Case<'_>; 29] = [
    // User Sync: stripEmailDomain, azureGuestToEmail.
    (
        "guest-to-email",
        "{}",
        r#"["john_doe.com#EXT#@tenant"]"#,
        r#""john@doe.com""#,
    ),
    ("strip-domain", "{}", r#"["john@doe.com"]"#, r#""john""#),
    (
        "guest-to-email",
        "{}",
        r#"["john#EXT#@tenant"]"#,
        r#""john#EXT#@tenant""#,
    ),
    (
        "guest-to-email",
        "{}",
        r#"["ünï_müller.example#ext#@x"]"#,
        r#""ünï@müller.example""#,
    ),
    ("local-part", "{}", r#"["@x"]"#, r#""""#),
    (
        "local-part",
        r#"{"no-match":"drop-person"}"#,
        r#"["x"]"#,
        "drop-person",
    ),
    ("domain", "{}", r#"["x@"]"#, r#""""#),
    ("domain", "{}", r#"[""]"#, "absent"),
    ("domain", "{}", r#"[["a@b"]]"#, r#""b""#),
    ("normalise", "{}", r#"[""]"#, r#""""#),
    (
        "normalise",
        "{}",
        r#"["Ünï@MÜLLER.Example"]"#,
        r#""Ünï@müller.example""#,
    ),
    ("check", "{}", r#"[""]"#, "!email-invalid"),
    ("check", "{}", r#"["a@b@c.example"]"#, "!email-invalid"),
    (
        "check",
        r#"{"no-match":"keep"}"#,
        r#"["a b@c.example"]"#,
        "keep",
    ),
    ("check", r#"{"no-match":"input"}"#, r#"["n/a"]"#, r#""n/a""#),
    ("check", r#"{"no-match":"missing"}"#, r#"["n/a"]"#, "absent"),
    (
        "check",
        r#"{"no-match":"drop-person"}"#,
        r#"["n/a"]"#,
        "drop-person",
    ),
    (
        "check",
        "{}",
        r#"["山田@例え.example"]"#,
        r#""山田@例え.example""#,
    ),
    (
        "check",
        r#"{"domains":["B.example"]}"#,
        r#"["a@b.example"]"#,
        r#""a@b.example""#,
    ),
    (
        "check",
        r#"{"domains":["b.example"]}"#,
        r#"["a@x.b.example"]"#,
        "!email-invalid",
    ),
    ("primary", "{}", "[null]", "null"),
    ("primary", "{}", "[[]]", "absent"),
    ("primary", "{}", r#"[""]"#, "absent"),
    (
        "primary",
        "{}",
        r#"[["smtp:a@x", null, "SMTP:B@X", "SMTP:c@x"]]"#,
        r#""B@x""#,
    ),
    ("primary", "{}", r#"[["a@x"]]"#, "absent"),
    ("primary", r#"{"no-match":"keep"}"#, r#"[["a@x"]]"#, "keep"),
    (
        "primary",
        r#"{"no-match":"clear"}"#,
        r#"[["a@x"]]"#,
        "clear",
    ),
    (
        "primary",
        r#"{"no-match":"first"}"#,
        r#"[["a@x"]]"#,
        "absent",
    ),
    ("primary", "{}", r#"[[{"a":1}]]"#, "!not-text"),
];

#[test]
fn vectors_and_edges_come_out() {
    assert_eq!(mismatches(&plugin(), &CASES), NOTHING);
}

#[test]
fn wrong_options_are_refused_and_say_why() {
    let cases = [
        (
            "check",
            r#"{"domains":["@contoso.example"]}"#,
            "domains",
            "no domain",
        ),
        ("check", r#"{"no-match":"first"}"#, "", "unknown variant"),
        ("primary", r#"{"no-match":"fail"}"#, "", "unknown variant"),
        (
            "local-part",
            r#"{"no-match":"fail"}"#,
            "",
            "unknown variant",
        ),
        ("domain", r#"{"x":1}"#, "", "unknown field"),
        ("normalise", r#"{"x":1}"#, "", "unknown field"),
        ("strip-domain", r#"{"x":1}"#, "", "unknown field"),
        ("guest-to-email", r#"{"x":1}"#, "", "unknown field"),
    ];
    assert_eq!(unrefused(&plugin(), &cases), NOTHING);
}
