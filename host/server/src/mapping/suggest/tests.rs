//! Proposals from what was discovered, without a source.

use attune_core::discover::{Attribute, Discovery, Relation};
use serde_json::json;

use super::{Discovered, proposed, targets};

fn attribute(selector: &str, kind: &str, percent: u8, samples: &[&str]) -> Attribute {
    Attribute {
        selector: selector.to_owned(),
        title: String::new(),
        kinds: vec![kind.to_owned()],
        filled: u32::from(percent) / 2,
        percent,
        samples: samples.iter().map(|&sample| sample.to_owned()).collect(),
    }
}

fn found(attributes: Vec<Attribute>) -> Discovered {
    Discovered {
        connector: "entra".to_owned(),
        id: "entra-main".to_owned(),
        provider: "entra".to_owned(),
        found: Discovery {
            people: 50,
            unreadable: 0,
            is_whole: true,
            attributes,
            relations: vec![Relation {
                role: "manager".to_owned(),
                filled: 40,
                percent: 80,
                selectors: vec!["manager.displayName".to_owned()],
            }],
        },
    }
}

fn company() -> Discovered {
    found(vec![
        attribute("displayName", "text", 100, &["Ada"]),
        attribute("city", "text", 96, &["Ulm"]),
        attribute("department", "text", 92, &[" Sales", "Legal"]),
        attribute("businessPhones", "list", 70, &[]),
        attribute("businessPhones[0]", "text", 70, &["+49 731 1"]),
        attribute("officeLocation", "text", 60, &["Ulm 3"]),
        attribute("jobTitle", "text", 4, &["CEO"]),
        attribute(
            "onPremisesExtensionAttributes.extensionAttribute1",
            "text",
            90,
            &[],
        ),
    ])
}

fn rows(found: &Discovered, file: &serde_json::Value) -> Vec<String> {
    let proposed = proposed(found, &targets(file));
    let rows = proposed.suggestions.iter();
    rows.map(|one| format!("{}.{} = {}", one.target, one.field, one.row))
        .collect()
}

#[test]
fn usual_attributes_are_proposed_for_usual_fields() {
    let file = json!({ "target": {
        "jira": { "product": "jira-data-center" },
        "wiki": { "product": "confluence-data-center" },
    }});
    assert_eq!(
        rows(&company(), &file),
        [
            "jira.Department = { from = \"department\", steps = [\"text.trim\"] }",
            "jira.Phone = \"businessPhones[0]\"",
            "jira.Location = \"officeLocation\"",
            "jira.City = \"city\"",
            "jira.Manager = \"manager.displayName\"",
            "wiki.department = { from = \"department\", steps = [\"text.trim\"] }",
            "wiki.phone = \"businessPhones[0]\"",
            "wiki.location = \"officeLocation\"",
        ]
    );
}

#[test]
fn what_the_file_maps_is_left_out_by_field_and_by_attribute() {
    let file = json!({ "target": { "jira": { "product": "jira-data-center", "map": {
        "department": "costCenter",
        "Telephone": { "first": ["mobilePhone", "businessPhones[0]"] },
        "Boss": [{ "from": "manager.displayName", "when": [] }],
    }}}});
    assert_eq!(
        rows(&company(), &file),
        ["jira.Location = \"officeLocation\"", "jira.City = \"city\""]
    );
}

#[test]
fn file_without_targets_gets_rows_for_both_products_that_can_be_pasted() {
    let proposed = proposed(&company(), &targets(&json!({ "id": "x" })));
    let text = &proposed.toml;
    assert!(text.starts_with("[target.jira.map]\n"), "{text}");
    assert!(text.contains("\n\n[target.wiki.map]\n"), "{text}");
    let read: toml_edit::DocumentMut = text.parse().unwrap();
    assert_eq!(
        read["target"]["wiki"]["map"]["location"].as_str(),
        Some("officeLocation")
    );
    assert!(text.contains("# 70 % of 50 people have it"), "{text}");
    // Nobody's values.
    for sample in ["Ulm", "Sales", "+49"] {
        assert!(!text.contains(sample), "{text}");
    }
}

#[test]
fn mapping_that_is_there_gets_no_second_header() {
    let file = json!({ "target": { "jira": { "product": "jira-data-center", "map": {} } } });
    let proposed = proposed(&company(), &targets(&file));
    assert!(
        proposed
            .toml
            .starts_with("# below [target.jira.map]\nDepartment"),
        "{}",
        proposed.toml
    );
}

#[test]
fn nothing_to_propose_is_said() {
    let file = json!({ "target": { "wiki": { "product": "confluence-data-center" } } });
    let proposed = proposed(&found(Vec::new()), &targets(&file));
    assert_eq!(proposed.suggestions, []);
    assert!(proposed.toml.starts_with("# nothing"), "{}", proposed.toml);
}
