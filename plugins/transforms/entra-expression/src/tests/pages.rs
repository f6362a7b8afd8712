//! README.md and the tables say the same, both ways, and its examples come out.

use attune_dialect::testing::{examples, named, set};
use attune_functions::expression::Dialect;
use attune_plugin::testing::documented;

use super::{CONNECT, NOTHING, PROVISIONING, connect, evaluate, provisioning};
use crate::functions::{LEFT_OUT, all};
use crate::operators::{COMPARISONS, OTHERS, TRUTH};

const README: &str = include_str!("../../README.md");

#[test]
fn readme_and_tables_name_the_same_functions() {
    let rows = documented(README);
    let tables = [
        ("Application provisioning", Dialect::Provisioning),
        ("Entra Connect Sync", Dialect::ConnectSync),
    ];
    for (section, dialect) in tables {
        let known = set(all(dialect).map(|definition| definition.name));
        assert_eq!(named(&rows, section, true), known, "{section}");
    }
    let mut left_out = named(&rows, "Application provisioning", false);
    left_out.extend(named(&rows, "Entra Connect Sync", false));
    assert_eq!(left_out, set(LEFT_OUT.iter().map(|(name, _)| *name)));
    let operators = [COMPARISONS, TRUTH, OTHERS].into_iter().flatten();
    let known = set(operators.map(|operator| operator.name));
    assert_eq!(named(&rows, "Operators of Connect Sync", true), known);
}

#[test]
fn examples_of_the_readme_come_out_as_written() {
    let rows = documented(README);
    for row in &rows {
        let has_example =
            !row.examples.is_empty() || row.name.contains("Random") || row.name == "Guid";
        let is_there = row.state != "left out";
        assert_eq!(has_example, is_there, "{}: an example", row.name);
    }
    let (count, wrong) = examples(&rows, |section, expression| {
        let is_provisioning = section == "Application provisioning";
        let dialect = if is_provisioning {
            PROVISIONING
        } else {
            CONNECT
        };
        evaluate(dialect, expression, "")
    });
    assert_eq!(wrong, NOTHING);
    assert!(count > 100, "{count} examples");
}

#[test]
fn the_readme_counts_the_cases() {
    let examples: usize = documented(README)
        .iter()
        .map(|row| row.examples.len())
        .sum();
    let (one, other) = (provisioning::VECTORS.len(), connect::VECTORS.len());
    let rules = provisioning::RULES.len() + connect::RULES.len();
    let edges = provisioning::EDGES.len() + connect::EDGES.len();
    let says = format!(
        "Of the two pages, {} results that they show or state are test cases ({one} of application provisioning, {other} of Connect Sync), and {rules} statements without a result; beside them {edges} edges and the {examples} examples below.",
        one + other
    );
    assert!(README.contains(&says), "README.md does not say: {says}");
}
