//! The manifest, and what its examples do not show.

use attune_plugin::testing::{complaints, edges, run};

use super::plugin;

mod dial;

#[test]
fn manifest_schemas_structs_and_examples_agree() {
    assert_eq!(complaints(&plugin()), Vec::<String>::new());
}

#[test]
fn every_function_meets_the_edges_as_its_table_says() {
    let wrong = edges(&plugin(), include_str!("edges.txt"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn format(options: &str, text: &str) -> String {
    let input = serde_json::json!([text]).to_string();
    run(&plugin(), "format", options, &input).unwrap()
}

#[test]
fn the_many_ways_to_write_a_number_give_one_result() {
    let german = [
        "030 901820",
        "030/901820",
        "(030) 90 18 20",
        "+49 30 901820",
        "0049 30 901820",
        "+49 (0) 30 901820",
        "\u{a0}+49\u{a0}30\u{2011}901820",
        "Tel: 030 901820",
        "tel:+49-30-901820",
    ];
    for text in german {
        assert_eq!(
            format(r#"{"region":"DE"}"#, text),
            r#""+4930901820""#,
            "{text}"
        );
    }
}

#[test]
fn an_extension_stays_unless_it_is_dropped_or_has_no_place() {
    let text = "+1 202-456-1111;ext=42";
    assert_eq!(format("{}", text), r#""+12024561111""#);
    assert_eq!(
        format(r#"{"format":"international"}"#, text),
        r#""+1 202-456-1111 ext. 42""#
    );
    let options = r#"{"format":"national","extension":"drop"}"#;
    assert_eq!(format(options, text), r#""(202) 456-1111""#);
}

#[test]
fn possible_numbers_pass_only_when_asked_for() {
    // The American numbering plan has no area code 111.
    let text = "+1 111 456 1111";
    assert!(format("{}", text).contains("phone-invalid"));
    assert_eq!(format(r#"{"check":"possible"}"#, text), r#""+11114561111""#);
}

#[test]
fn what_is_no_number_fails_with_its_code_and_never_traps() {
    let long = "1".repeat(64 * 1024);
    let hostile = [
        "\0",
        "+",
        "++49",
        "+49",
        "0",
        "٠٣٠",
        "+999 123456",
        "call me",
        "\u{202e}+4930901820\u{202c}x",
        ";ext=1",
        "tel:;phone-context=",
        "+49 30 901820 ext. 99999999999999999999",
        "-",
        "(((((",
        &long,
    ];
    for text in hostile {
        let got = format(r#"{"region":"DE"}"#, text);
        let is_number = got.starts_with("\"+49");
        assert!(
            is_number || got.contains(r#""code":"phone-invalid""#),
            "{text:.20}: {got}"
        );
    }
    assert_eq!(format("{}", ""), r#""""#, "empty is missing, not wrong");
}

#[test]
fn an_unknown_region_is_refused_when_the_step_opens() {
    for name in ["XX", "EU", "DEU", ""] {
        let Err(problem) = plugin().open("format", &format!(r#"{{"region":"{name}"}}"#)) else {
            panic!("{name} was taken")
        };
        assert_eq!(
            (problem.code.as_str(), problem.at.as_str()),
            ("options", "region")
        );
    }
}
