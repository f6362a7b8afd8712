//! README.md and the tables say the same, both ways, and its examples come out.

use std::collections::BTreeSet;

use attune_plugin::testing::documented;

use super::{evaluate, shown};
use crate::functions::{LEFT_OUT, all};
use crate::{operators, references};

const README: &str = include_str!("../../README.md");

fn named(section: &str, is_there: bool) -> BTreeSet<String> {
    let rows = documented(README).into_iter();
    let of = rows.filter(|row| row.section == section && (row.state != "left out") == is_there);
    of.map(|row| row.name).collect()
}

fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

#[test]
fn readme_and_tables_name_the_same_functions() {
    let of_kind = |is_method: bool| {
        let names = all().map(|definition| definition.name);
        names.filter(move |name| name.starts_with('.') == is_method)
    };
    let calls = references::CALLS.iter().copied();
    assert_eq!(named("Functions", true), set(of_kind(false).chain(calls)));
    assert_eq!(
        named("Functions", false),
        set(LEFT_OUT.iter().map(|(name, _)| *name))
    );
    assert_eq!(named("Methods", true), set(of_kind(true)));
    assert_eq!(named("Methods", false), BTreeSet::new());
    assert_eq!(
        named("References", true),
        set(references::PERSON.iter().copied())
    );
    let left_out = references::LEFT_OUT.iter().map(|(name, _)| *name);
    assert_eq!(named("References", false), set(left_out));
    assert_eq!(
        named("Operators", true),
        set(operators::ALL.iter().map(|one| one.name))
    );
}

#[test]
fn examples_of_the_readme_come_out_as_written() {
    let (mut count, mut wrong) = (0, Vec::new());
    for row in documented(README) {
        assert!(
            ["covered", "different", "left out"].contains(&row.state.as_str()),
            "{row:?}"
        );
        let is_of_others = row.name.contains("Group")
            || row.name == "user.isMemberOf"
            || references::CALLS.contains(&row.name.as_str());
        if row.section == "Functions" && row.state != "left out" && !is_of_others {
            assert!(!row.examples.is_empty(), "{}: no example", row.name);
        }
        for (expression, expect) in row.examples {
            let got = match evaluate(&expression, "") {
                Ok(got) => shown(&got),
                Err(problem) => problem.message,
            };
            if got != expect {
                wrong.push(format!("{expression} is {got}, not {expect}"));
            }
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 80, "{count} examples");
}
