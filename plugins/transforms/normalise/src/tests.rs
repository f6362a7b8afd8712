//! The manifest, and what its examples do not show.

use attune_plugin::testing::{Case, complaints, edges, mismatches, text_edges, unrefused};

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
        ("nfc", "{}"),
        ("nfd", "{}"),
        ("nfkc", "{}"),
        ("ascii", "{}"),
        ("ascii", r#"{"table":"entra","other":"remove"}"#),
        ("ascii", r#"{"table":"german","other":"remove"}"#),
        ("whitespace", "{}"),
        ("whitespace", r#"{"lines":"keep"}"#),
        ("quotes", "{}"),
        ("invisible", "{}"),
    ];
    assert_eq!(text_edges(&plugin(), &functions), NOTHING);
}

#[test]
fn tables_differ_where_their_sources_differ() {
    // Entra: NormalizeDiacritics; the whole table is walked in attune-functions.
    let cases: [Case<'_>; 16] = [
        (
            "invisible",
            r#"{"joiners":"keep"}"#,
            r#"["\u200dनी\u200cक"]"#,
            "\"\u{200d}नी\u{200c}क\"",
        ),
        ("invisible", "{}", r#"["\u200dनी\u200cक"]"#, r#""नीक""#),
        ("ascii", r#"{"table":"entra"}"#, r#"["Zoë"]"#, r#""Zoe""#),
        (
            "ascii",
            r#"{"table":"entra"}"#,
            r#"["äöüß æ ø ł ı"]"#,
            r#""aouss ae oe l i""#,
        ),
        ("ascii", r#"{"table":"entra"}"#, r#"["œ ģ"]"#, r#""œ ģ""#),
        (
            "ascii",
            r#"{"table":"entra","other":"remove"}"#,
            r#"["œ ģ"]"#,
            r#"" ""#,
        ),
        (
            "ascii",
            "{}",
            r#"["äöüß æ ø ł ı œ ģ"]"#,
            r#""aouss ae o l i oe g""#,
        ),
        (
            "ascii",
            r#"{"table":"german"}"#,
            r#"["äöüß æ ø Zoë"]"#,
            r#""aeoeuess ae o Zoe""#,
        ),
        (
            "ascii",
            r#"{"table":"german"}"#,
            r#"["Ä Äh ÄH"]"#,
            r#""Ae Aeh AEH""#,
        ),
        ("ascii", "{}", r#"["Иванов"]"#, r#""Иванов""#),
        ("ascii", r#"{"other":"remove"}"#, r#"["山田"]"#, r#""""#),
        ("ascii", "{}", r#"[["É"]]"#, r#""E""#),
        ("nfkc", "{}", r#"[""]"#, r#""""#),
        ("whitespace", "{}", r#"["a\u2003b"]"#, r#""a b""#),
        (
            "whitespace",
            r#"{"lines":"keep"}"#,
            r#"["a\u2028 b"]"#,
            r#""a\nb""#,
        ),
        ("quotes", "{}", r#"["‹a› ‚b‘ 5′"]"#, r#""'a' 'b' 5'""#),
    ];
    assert_eq!(mismatches(&plugin(), &cases), NOTHING);
}

#[test]
fn wrong_options_are_refused_and_say_why() {
    let cases = [
        ("ascii", r#"{"table":"french"}"#, "", "unknown variant"),
        ("ascii", r#"{"other":"drop"}"#, "", "unknown variant"),
        ("whitespace", r#"{"lines":1}"#, "", ""),
        ("quotes", r#"{"dashes":"no"}"#, "", "invalid type"),
        ("invisible", r#"{"joiners":true}"#, "", ""),
        ("nfc", r#"{"form":"nfd"}"#, "", "unknown field"),
        ("nfd", r#"{"x":1}"#, "", "unknown field"),
        ("nfkc", r#"{"x":1}"#, "", "unknown field"),
    ];
    assert_eq!(unrefused(&plugin(), &cases), NOTHING);
}
