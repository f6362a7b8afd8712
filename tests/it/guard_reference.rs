//! Promise 4, the arithmetic: guards against a second, naive way of counting, and each at its boundary.
//!
//! The reference keeps everything and counts by looking at all of it again; it shares no code with
//! the guards but the words of a limit.

#![expect(
    clippy::indexing_slicing,
    reason = "clippy.toml allows it in tests; these functions serve nothing else"
)]

use std::collections::{BTreeMap, BTreeSet};

use attune_core::guard::{Bases, Counts, Emptied, Limit, Limits, Planned, check};
use attune_core::plan::GuardLine;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};

/// One planned change: target, field, before, after.
type Change = (u8, u8, Option<u8>, Option<u8>);

/// A plan as the reference sees it.
struct Plan {
    people: Vec<(Vec<Change>, bool)>,
    bases: Bases,
    limits: Vec<String>,
}

fn text(value: Option<u8>) -> Option<String> {
    // 0 stands for the empty text.
    value.map(|value| {
        if value == 0 {
            String::new()
        } else {
            format!("v{value}")
        }
    })
}

fn random(dice: &mut SmallRng) -> Plan {
    let people = (0..dice.random_range(0..40))
        .map(|_| {
            let changes = (0..dice.random_range(0..4)).map(|_| {
                let value =
                    |dice: &mut SmallRng| dice.random_bool(0.8).then(|| dice.random_range(0..5));
                (
                    dice.random_range(0..2),
                    dice.random_range(0..2),
                    value(dice),
                    value(dice),
                )
            });
            let changes = changes.collect();
            (changes, dice.random_bool(0.2))
        })
        .collect();
    let small = |dice: &mut SmallRng| dice.random_range(0..60_u64);
    let listed = dice.random_bool(0.7).then(|| small(dice));
    let attributes = |dice: &mut SmallRng| -> Vec<Emptied> {
        (0..dice.random_range(0..4))
            .map(|at| {
                let had = small(dice);
                let lost = dice.random_range(0..=had);
                Emptied {
                    attribute: format!("a{at}"),
                    had,
                    lost,
                }
            })
            .collect()
    };
    let bases = Bases {
        matched: small(dice),
        in_scope: small(dice),
        ledger_values: small(dice),
        last_listing: listed,
        missing: small(dice),
        emptied: dice.random_bool(0.7).then(|| attributes(dice)),
    };
    let limits = (0..6)
        .map(|_| match dice.random_range(0..8) {
            0 => "off".to_owned(),
            1 => dice.random_range(0..30_u32).to_string(),
            2 => format!("{}.5%", dice.random_range(0..60_u32)),
            _ => format!("{}%", dice.random_range(0..60_u32)),
        })
        .collect();
    Plan {
        people,
        bases,
        limits,
    }
}

/// Whether a limit holds, by the sentence of the documentation.
fn is_held(limit: &str, count: u64, base: u64) -> bool {
    if limit == "off" {
        return false;
    }
    match limit.strip_suffix('%') {
        None => count > limit.parse().unwrap(),
        Some(percent) => {
            let percent: f64 = percent.parse().unwrap();
            // Numbers of this test are small: no rounding decides.
            count > 5 && count as f64 > percent * base as f64 / 100.0 + 1e-9
        }
    }
}

/// What the guards must say: name, count, base, held.
fn expected(plan: &Plan) -> Vec<(&'static str, u64, u64, bool)> {
    let replaces = |(_, _, before, after): &Change| {
        let before = text(*before).filter(|before| !before.is_empty());
        before.is_some() && before != text(*after)
    };
    let clears =
        |change: &Change| replaces(change) && text(change.3).is_none_or(|after| after.is_empty());
    let all = || plan.people.iter().flat_map(|(changes, _)| changes);
    let changed = plan
        .people
        .iter()
        .filter(|(changes, _)| changes.iter().any(replaces));
    let cleared = all().filter(|change| clears(change)).count() as u64;
    let mut becomes: BTreeMap<(u8, u8, u8), Vec<u8>> = BTreeMap::new();
    for change in all().filter(|change| replaces(change) && !clears(change)) {
        let (target, field, before, after) = *change;
        becomes
            .entry((target, field, after.unwrap()))
            .or_default()
            .push(before.unwrap());
    }
    let differing = becomes
        .values()
        .filter(|befores| befores.iter().collect::<BTreeSet<_>>().len() > 1);
    let takeover = differing.map(Vec::len).max().unwrap_or(0) as u64;
    let failed = plan
        .people
        .iter()
        .filter(|(_, is_failed)| *is_failed)
        .count() as u64;
    let bases = &plan.bases;
    let limit = |at: usize| plan.limits[at].as_str();
    let line = |name, at, count, base| (name, count, base, is_held(limit(at), count, base));
    let mut lines = vec![
        line("changed-people", 0, changed.count() as u64, bases.matched),
        line("cleared-values", 1, cleared, bases.ledger_values),
        line("one-value-takes-over", 2, takeover, bases.matched),
    ];
    if let Some(listed) = bases.last_listing {
        lines.push(line("source-shrinks", 3, bases.missing, listed));
    }
    if let Some(attributes) = &bases.emptied {
        // Which one is shown is the guard's choice: whether any holds is not.
        let any = attributes
            .iter()
            .any(|one| is_held(limit(4), one.lost, one.had));
        lines.push(("emptied-attribute", u64::MAX, u64::MAX, any));
    }
    lines.push(line("failed-values", 5, failed, bases.in_scope));
    lines
}

fn judged(plan: &Plan) -> Vec<GuardLine> {
    let mut counts = Counts::default();
    for (changes, is_failed) in &plan.people {
        counts.begin_person();
        for (target, field, before, after) in changes {
            let (before, after) = (text(*before), text(*after));
            counts.change(&Planned {
                target: ["jira", "wiki"][usize::from(*target)],
                field: ["City", "Title"][usize::from(*field)],
                before: before.as_deref(),
                after: after.as_deref(),
            });
        }
        if *is_failed {
            counts.failure();
        }
    }
    check(&limits(&plan.limits), &counts, &plan.bases)
}

fn limits(texts: &[String]) -> Limits {
    let limit = |at: usize| -> Limit { texts[at].parse().unwrap() };
    Limits {
        changed_people: limit(0),
        cleared_values: limit(1),
        one_value_takes_over: limit(2),
        source_shrinks: limit(3),
        emptied_attribute: limit(4),
        failed_values: limit(5),
    }
}

#[test]
fn ten_thousand_random_plans_are_judged_as_the_reference_judges_them() {
    let mut dice = SmallRng::seed_from_u64(20_261_122);
    let mut held = BTreeMap::<String, u32>::new();
    for number in 0..10_000 {
        let plan = random(&mut dice);
        let (lines, expected) = (judged(&plan), expected(&plan));
        let names: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
        let wanted: Vec<&str> = expected.iter().map(|line| line.0).collect();
        assert_eq!(names, wanted, "plan {number}");
        for (line, (name, count, base, is_held)) in lines.iter().zip(expected) {
            assert_eq!(line.held, is_held, "plan {number}, {name}: {line:?}");
            if base != u64::MAX {
                assert_eq!(
                    (line.count, line.base),
                    (count, base),
                    "plan {number}, {name}"
                );
            } else if line.count > 0 {
                let shown = plan.bases.emptied.as_ref().unwrap();
                let shown = shown
                    .iter()
                    .find(|one| one.attribute == line.detail)
                    .unwrap();
                assert_eq!(
                    (line.count, line.base),
                    (shown.lost, shown.had),
                    "plan {number}"
                );
            }
            if line.held {
                *held.entry(line.name.clone()).or_default() += 1;
            }
        }
    }
    assert_eq!(held.len(), 6, "every guard held some plan: {held:?}");
    assert!(held.values().all(|number| *number > 50), "{held:?}");
}

/// The lines of a plan in which each guard counts `count`, on a base of `base`.
fn at(count: u64, base: u64, limit: &str) -> Vec<GuardLine> {
    let change = |person: u64| (0, 0, Some(1 + (person % 2) as u8), Some(3));
    let mut people: Vec<(Vec<Change>, bool)> = (0..count)
        .map(|person| (vec![change(person)], true))
        .collect();
    // Cleared values of people who are counted already.
    for (person, (changes, _)) in people.iter_mut().enumerate() {
        changes.push((1, 1, Some(1 + (person % 4) as u8), None));
    }
    let plan = Plan {
        people,
        bases: Bases {
            matched: base,
            in_scope: base,
            ledger_values: base,
            last_listing: Some(base),
            missing: count,
            emptied: Some(vec![Emptied {
                attribute: "city".to_owned(),
                had: base,
                lost: count,
            }]),
        },
        limits: vec![limit.to_owned(); 6],
    };
    judged(&plan)
}

#[test]
fn every_guard_is_open_below_and_at_its_limit_and_held_one_above() {
    for (limit, base, allowed) in [
        ("30%", 100, 30),
        ("20%", 60, 12),
        ("12.5%", 80, 10),
        ("10%", 20, 5),
        ("0%", 1000, 5),
        ("7", 50, 7),
        ("0", 50, 0),
    ] {
        for (count, is_held) in [
            (u64::saturating_sub(allowed, 1), false),
            (allowed, false),
            (allowed + 1, true),
        ] {
            let lines = at(count, base, limit);
            assert_eq!(lines.len(), 6);
            for line in lines {
                // One value of one person takes nothing over.
                if count == 1 && line.name == "one-value-takes-over" {
                    assert!(line.count == 0 && !line.held);
                    continue;
                }
                assert_eq!(line.count, count, "{}", line.name);
                assert_eq!(
                    line.held, is_held,
                    "{} at {count} of {base}, {limit}",
                    line.name
                );
            }
        }
    }
}
