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
        ("lower", "{}"),
        ("upper", r#"{"rules":"simple"}"#),
        ("upper", "{}"),
        ("title", "{}"),
        ("title", r#"{"words":"dotnet"}"#),
        ("title", r#"{"words":"dotnet-acronyms"}"#),
        ("title", r#"{"separators":" -"}"#),
        ("capitalize", "{}"),
        ("sentence", "{}"),
    ];
    assert_eq!(text_edges(&plugin(), &functions), NOTHING);
}

#[test]
fn vectors_of_entra_connect_and_okta_come_out() {
    // Entra: Reference for writing expressions for attribute mappings, PCase, ToLower, ToUpper.
    // Connect's PCase splits at spaces alone. Okta: String.toUpperCase, String.toLowerCase.
    let cases: [Case<'_>; 9] = [
        (
            "title",
            r#"{"words":"dotnet"}"#,
            r#"["PABLO GONSALVES (SECOND)"]"#,
            r#""Pablo Gonsalves (Second)""#,
        ),
        (
            "title",
            r#"{"separators":" '-"}"#,
            r#"["PINTO-DE'SILVA"]"#,
            r#""Pinto-De'Silva""#,
        ),
        (
            "title",
            r#"{"words":"dotnet"}"#,
            r#"["GREGORY JAMES"]"#,
            r#""Gregory James""#,
        ),
        (
            "title",
            r#"{"separators":" "}"#,
            r#"["JEAN-LUC PICARD"]"#,
            r#""Jean-luc Picard""#,
        ),
        ("upper", "{}", r#"["This"]"#, r#""THIS""#),
        ("lower", "{}", r#"["This"]"#, r#""this""#),
        (
            "upper",
            r#"{"rules":"simple"}"#,
            r#"["ı ß ŉ"]"#,
            r#""ı ß ŉ""#,
        ),
        ("upper", "{}", r#"["ŉ ﬁ"]"#, r#""ʼN FI""#),
        ("lower", r#"{"rules":"simple"}"#, r#"["İ"]"#, r#""İ""#),
    ];
    assert_eq!(mismatches(&plugin(), &cases), NOTHING);
}

#[test]
fn one_element_numbers_and_empty_text_are_text() {
    let cases: [Case<'_>; 5] = [
        ("upper", "{}", r#"[["ä"]]"#, r#""Ä""#),
        ("upper", "{}", "[1.50]", r#""1.50""#),
        ("title", "{}", "[true]", r#""True""#),
        ("sentence", "{}", r#"[""]"#, r#""""#),
        ("capitalize", "{}", r#"["ǆ"]"#, r#""ǅ""#),
    ];
    assert_eq!(mismatches(&plugin(), &cases), NOTHING);
}

#[test]
fn wrong_options_are_refused_and_say_why() {
    let cases = [
        (
            "title",
            r#"{"separators":""}"#,
            "separators",
            "no separator",
        ),
        (
            "title",
            r#"{"words":"dotnet","separators":" "}"#,
            "separators",
            "leave one",
        ),
        ("title", r#"{"words":"all"}"#, "", "unknown variant"),
        ("upper", r#"{"rules":"none"}"#, "", "unknown variant"),
        ("lower", r#"{"locale":"tr"}"#, "", "unknown field"),
        ("capitalize", r#"{"x":1}"#, "", "unknown field"),
        ("sentence", r#"{"x":1}"#, "", "unknown field"),
    ];
    assert_eq!(unrefused(&plugin(), &cases), NOTHING);
}
