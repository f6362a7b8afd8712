//! README.md and the tables say the same, both ways, and its examples come out.

use std::collections::BTreeSet;

use attune_functions::expression::Dialect;
use attune_plugin::testing::documented;

use super::{CONNECT, PROVISIONING, evaluate, shown};
use crate::functions::{LEFT_OUT, all};
use crate::operators::{COMPARISONS, OTHERS, TRUTH};

#[test]
fn readme_and_tables_name_the_same_functions() {
    let rows = documented(include_str!("../../README.md"));
    let named = |section: &str, is_there: bool| -> BTreeSet<&str> {
        let of = rows.iter().filter(|row| row.section == section);
        let of = of.filter(|row| (row.state != "left out") == is_there);
        of.map(|row| row.name.as_str()).collect()
    };
    let tables = [
        ("Application provisioning", Dialect::Provisioning),
        ("Entra Connect Sync", Dialect::ConnectSync),
    ];
    for (section, dialect) in tables {
        let known: BTreeSet<&str> = all(dialect).map(|definition| definition.name).collect();
        assert_eq!(named(section, true), known, "{section}");
    }
    let mut left_out = named("Application provisioning", false);
    left_out.extend(named("Entra Connect Sync", false));
    let known: BTreeSet<&str> = LEFT_OUT.iter().map(|(name, _)| *name).collect();
    assert_eq!(left_out, known);
    let operators = [COMPARISONS, TRUTH, OTHERS].into_iter().flatten();
    let known: BTreeSet<&str> = operators.map(|operator| operator.name).collect();
    assert_eq!(named("Operators of Connect Sync", true), known);
}

#[test]
fn examples_of_the_readme_come_out_as_written() {
    let (mut count, mut wrong) = (0, Vec::new());
    for row in documented(include_str!("../../README.md")) {
        let is_there = row.state != "left out";
        assert!(
            ["covered", "different", "left out"].contains(&row.state.as_str()),
            "{row:?}"
        );
        let has_example =
            !row.examples.is_empty() || row.name.contains("Random") || row.name == "Guid";
        assert_eq!(
            has_example, is_there,
            "{}: an example for what is there",
            row.name
        );
        let dialect = if row.section == "Application provisioning" {
            PROVISIONING
        } else {
            CONNECT
        };
        for (expression, expect) in row.examples {
            let got = evaluate(dialect, &expression, "");
            let got = got.unwrap_or_else(|problem| panic!("{expression}: {}", problem.message));
            if shown(&got) != expect {
                wrong.push(format!("{expression} is {}, not {expect}", shown(&got)));
            }
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 100, "{count} examples");
}
