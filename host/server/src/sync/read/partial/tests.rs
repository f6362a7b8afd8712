//! What a partial delivery changes, and what it leaves.

use attune_core::project::{Document, Projector, Source};
use attune_core::selector::{Names, Wanted};
use attune_core::{Column, Kind};

use super::Merger;
use crate::store::people::Kept;

const WANTED: [&str; 5] = [
    "department",
    "jobTitle",
    "employeeOrgData.costCenter",
    "businessPhones[0]",
    "businessPhones[1]",
];

fn wanted() -> Wanted {
    WANTED.iter().map(|text| text.parse().unwrap()).collect()
}

fn kept(document: &str, manager: Option<&str>) -> Kept {
    let mut row = Column::default();
    let mut projector = Projector::new(wanted(), Names::Exact);
    projector
        .project_json(document.as_bytes(), &mut row)
        .unwrap();
    let manager = manager.map(|name| ("manager".to_owned(), name.to_owned()));
    Kept {
        key: "k".to_owned(),
        names: vec!["k".to_owned()],
        relations: manager.into_iter().collect(),
        revision: String::new(),
        wanted: "w".to_owned(),
        document: row.encode(),
    }
}

fn merged(before: &str, said: &str) -> Vec<String> {
    let source = Source {
        document: Document::Json(said.as_bytes()),
        parts: &[],
    };
    let mut merger = Merger::new(&wanted(), Names::Exact);
    let person = merger
        .merge(&kept(before, None), &source, kept(said, None))
        .unwrap();
    let again = merger.merge(&person, &source, kept(said, None));
    assert_eq!(again.as_ref(), Some(&person), "the same twice");
    let row = Column::decode(&person.document).unwrap();
    let text = |name: &&str| {
        let cell = row.cell(wanted().position(&name.parse().unwrap()).unwrap());
        match cell.kind {
            Kind::Absent => "-".to_owned(),
            Kind::Null => "null".to_owned(),
            _ => String::from_utf8_lossy(cell.bytes).into_owned(),
        }
    };
    WANTED.iter().map(text).collect()
}

const BEFORE: &str = r#"{"department":"Sales","jobTitle":"Clerk",
    "employeeOrgData":{"costCenter":"12","division":"X"},"businessPhones":["+1","+2"]}"#;

#[test]
fn what_is_not_mentioned_stays() {
    let is = merged(BEFORE, r#"{"id":"k","jobTitle":"Chief"}"#);
    assert_eq!(is, ["Sales", "Chief", "12", "+1", "+2"]);
}

#[test]
fn what_is_null_is_null_and_not_unchanged() {
    let is = merged(BEFORE, r#"{"department":null,"employeeOrgData":null}"#);
    assert_eq!(is, ["null", "Clerk", "-", "+1", "+2"]);
}

#[test]
fn an_attribute_comes_as_a_whole() {
    let said = r#"{"employeeOrgData":{"division":"Y"},"businessPhones":["+3"]}"#;
    assert_eq!(merged(BEFORE, said), ["Sales", "Clerk", "-", "+3", "-"]);
    let said = r#"{"businessPhones":[]}"#;
    assert_eq!(merged(BEFORE, said), ["Sales", "Clerk", "12", "-", "-"]);
}

#[test]
fn relations_of_a_role_that_is_said_are_replaced_and_others_stay() {
    let mut merger = Merger::new(&wanted(), Names::Exact);
    let source = Source {
        document: Document::Json(b"{}"),
        parts: &[],
    };
    let before = kept(BEFORE, Some("ben"));
    let same = merger.merge(&before, &source, kept("{}", None)).unwrap();
    assert_eq!(same, before);
    let other = merger.merge(&before, &source, kept("{}", Some("cleo")));
    let relations = other.unwrap().relations;
    assert_eq!(relations, [("manager".to_owned(), "cleo".to_owned())]);
}

#[test]
fn a_document_of_another_shape_is_merged_into_nothing() {
    let source = Source {
        document: Document::Json(b"{}"),
        parts: &[],
    };
    let mut foreign = kept(BEFORE, None);
    foreign.document = Column::default().encode();
    let mut merger = Merger::new(&wanted(), Names::Exact);
    assert_eq!(merger.merge(&foreign, &source, kept("{}", None)), None);
}
