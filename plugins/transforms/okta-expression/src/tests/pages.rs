//! README.md and the tables say the same, both ways, and its examples come out.

use attune_dialect::testing::{examples, named, set};
use attune_plugin::testing::documented;

use super::{NOTHING, evaluate, vectors};
use crate::functions::{LEFT_OUT, all};
use crate::{operators, references};

const README: &str = include_str!("../../README.md");

#[test]
fn readme_and_tables_name_the_same_functions() {
    let rows = documented(README);
    let of_kind = |is_method: bool| {
        let names = all().map(|definition| definition.name);
        names.filter(move |name| name.starts_with('.') == is_method)
    };
    let calls = references::CALLS.iter().copied();
    assert_eq!(
        named(&rows, "Functions", true),
        set(of_kind(false).chain(calls))
    );
    assert_eq!(
        named(&rows, "Functions", false),
        set(LEFT_OUT.iter().map(|(name, _)| *name))
    );
    assert_eq!(named(&rows, "Methods", true), set(of_kind(true)));
    assert_eq!(named(&rows, "Methods", false), set([]));
    assert_eq!(
        named(&rows, "References", true),
        set(references::PERSON.iter().copied())
    );
    let left_out = references::LEFT_OUT.iter().map(|(name, _)| *name);
    assert_eq!(named(&rows, "References", false), set(left_out));
    assert_eq!(
        named(&rows, "Operators", true),
        set(operators::ALL.iter().map(|one| one.name))
    );
}

#[test]
fn examples_of_the_readme_come_out_as_written() {
    let rows = documented(README);
    for row in &rows {
        let is_of_others = row.name.contains("Group")
            || row.name == "user.isMemberOf"
            || references::CALLS.contains(&row.name.as_str());
        if row.section == "Functions" && row.state != "left out" && !is_of_others {
            assert!(!row.examples.is_empty(), "{}: no example", row.name);
        }
    }
    let (count, wrong) = examples(&rows, |_, expression| evaluate(expression, ""));
    assert_eq!(wrong, NOTHING);
    assert!(count > 80, "{count} examples");
}

#[test]
fn the_readme_counts_the_cases() {
    let examples: usize = documented(README)
        .iter()
        .map(|row| row.examples.len())
        .sum();
    let (one, other) = (vectors::CLASSIC.len(), vectors::ENGINE.len());
    let rules = vectors::CLASSIC_RULES.len() + vectors::ENGINE_RULES.len();
    let edges = [vectors::TEXTS, vectors::OTHERS, vectors::OPERATORS];
    let edges: usize = edges.iter().map(|cases| cases.len()).sum();
    let says = format!(
        "Of the two pages, {} results that they show are test cases ({one} of the classic one, {other} of Identity Engine's), and {rules} statements without a result; beside them {edges} edges and the {examples} examples below.",
        one + other
    );
    assert!(README.contains(&says), "README.md does not say: {says}");
}
