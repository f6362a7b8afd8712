//! Tests of comparisons.

use super::*;
use crate::Problem;
use crate::guard::Limit;

fn set(value: &str) -> Outcome {
    Outcome::Set(value.to_owned())
}

fn failed(code: &str) -> Outcome {
    Outcome::Failed(Problem::new(code, "m"))
}

fn field(name: &str) -> Field {
    Field {
        kind: FieldKind::AdminForm,
        name: name.to_owned(),
    }
}

/// One person: key, and field, old and new of each value.
type Person<'a> = (String, Vec<(&'a str, Outcome, Outcome)>);

fn compare(people: &[Person<'_>]) -> Compared {
    let mut comparison = Comparison::new();
    for (person, values) in people {
        comparison.begin_person(person);
        for (name, old, new) in values {
            let id = comparison.field("jira", &field(name));
            comparison.add(id, old, new);
        }
    }
    comparison.close()
}

fn person<'a>(key: &str, values: &[(&'a str, Outcome, Outcome)]) -> Person<'a> {
    (key.to_owned(), values.to_vec())
}

fn only(compared: &Compared) -> &ComparedField {
    assert_eq!(compared.fields.len(), 1);
    &compared.fields[0]
}

#[test]
fn what_both_sides_say_is_no_change_and_its_value_counts() {
    let same = [
        ("City", set("Berlin"), set("Berlin")),
        ("City", Outcome::Keep, Outcome::Keep),
        ("City", failed("many-values"), failed("not-text")),
        ("City", set(""), Outcome::Clear),
    ];
    let people: Vec<_> = (0..4)
        .map(|n| person(&n.to_string(), &same[n..=n]))
        .collect();
    let compared = compare(&people);
    assert_eq!((compared.people, compared.changed_people), (4, 0));
    assert_eq!((compared.changed_values, compared.newly_fine), (0, 0));
    let city = only(&compared);
    assert_eq!(
        (city.values, city.changed, city.share.as_str()),
        (1, 0, "0%")
    );
    assert_eq!(compared.examples, Vec::new());
    let mut comparison = Comparison::new();
    let id = comparison.field("jira", &field("City"));
    comparison.begin_person("a");
    comparison.same(id, true);
    comparison.same(id, false);
    assert_eq!(only(&comparison.close()).values, 1);
}

#[test]
fn each_way_a_value_can_go_is_counted_where_it_belongs() {
    let ways = [
        (set("a"), set("b")),
        (set("a"), Outcome::Clear),
        (set("a"), Outcome::Keep),
        (set("a"), Outcome::DropPerson),
        (set("a"), failed("many-values")),
        (Outcome::Keep, set("b")),
        (failed("not-text"), set("b")),
        (failed("not-text"), Outcome::Keep),
        (set("a"), failed("not-fetched")),
        (Outcome::Keep, failed("not-fetched")),
    ];
    let ways = ways.into_iter().enumerate();
    let people: Vec<_> = ways
        .map(|(n, (old, new))| person(&n.to_string(), &[("City", old, new)]))
        .collect();
    let compared = compare(&people);
    assert_eq!((compared.people, compared.changed_people), (10, 8));
    assert_eq!((compared.newly_failing, compared.newly_fine), (1, 2));
    assert_eq!((compared.changed_values, compared.waiting), (8, 2));
    let city = only(&compared);
    assert_eq!(
        (
            city.values,
            city.replaced,
            city.cleared,
            city.kept,
            city.set
        ),
        (6, 1, 1, 2, 2)
    );
    assert_eq!((city.touched(), city.share.as_str()), (4, "66.7%"));
    assert_eq!(
        city.problems,
        BTreeMap::from([("many-values".to_owned(), 1)])
    );
    let became: Vec<&str> = city.became.keys().map(String::as_str).collect();
    let expected = [
        "failed:not-text->keep",
        "failed:not-text->set",
        "keep->set",
        "set->clear",
        "set->drop-person",
        "set->failed:many-values",
        "set->keep",
        "set->set",
    ];
    assert_eq!(became, expected);
    // Nothing -> b once more than a -> nothing: of a failure there is no pair.
    let pairs: Vec<_> = city
        .pairs
        .iter()
        .map(|pair| (pair.before.as_deref(), pair.after.as_deref(), pair.people))
        .collect();
    let expected = [
        (Some("a"), None, 2),
        (None, Some("b"), 1),
        (Some("a"), Some("b"), 1),
    ];
    assert_eq!(pairs, expected);
}

#[test]
fn people_are_counted_once_however_many_of_their_values_change() {
    let values = [
        ("City", set("a"), failed("x")),
        ("Title", set("a"), failed("y")),
        ("Phone", failed("x"), set("1")),
    ];
    let compared = compare(&[person("p", &values), person("q", &values[2..])]);
    assert_eq!((compared.changed_people, compared.changed_values), (2, 4));
    assert_eq!((compared.newly_failing, compared.newly_fine), (1, 2));
}

fn moves(count: usize, values: usize) -> Vec<Person<'static>> {
    let one = |n: usize| {
        let value = n % values;
        let (old, new) = (set(&format!("a{value}")), set(&format!("b{value}")));
        person(&format!("{n:05}"), &[("City", old, new)])
    };
    (0..count).map(one).collect()
}

#[test]
fn pairs_are_exact_up_to_a_thousand_and_the_rest_is_counted_beyond() {
    let compared = compare(&moves(3 * PAIRS_MAX, PAIRS_MAX));
    let city = only(&compared);
    assert_eq!((city.pairs.len(), city.other_pairs), (PAIRS_MAX, 0));
    assert!(city.pairs_are_all && city.pairs.iter().all(|pair| pair.people == 3));

    // One frequent pair between two thousand others is not lost.
    let mut people = moves(2 * PAIRS_MAX, 2 * PAIRS_MAX);
    let often = |n: usize| person(&format!("x{n}"), &[("City", set("Berlin"), set("Munich"))]);
    for n in 0..300 {
        people.insert(n * 5, often(n));
    }
    let compared = compare(&people);
    let city = only(&compared);
    assert!(!city.pairs_are_all && city.pairs.len() <= PAIRS_MAX);
    assert_eq!(city.pairs[0].before.as_deref(), Some("Berlin"));
    assert!(city.pairs[0].people > 290 && city.pairs[0].people <= 300);
    let told: u64 = city.pairs.iter().map(|pair| pair.people).sum();
    assert_eq!(told + city.other_pairs, 2 * PAIRS_MAX as u64 + 300);
}

#[test]
fn examples_show_every_kind_with_few_people() {
    let both = [
        ("City", set("Berlin"), set("Munich")),
        ("Title", set("Head"), Outcome::Clear),
    ];
    let people = [
        person("a", &both[..1]),
        person("b", &both[1..]),
        person("d", &both),
        person("c", &both),
        person("e", &[("City", set("Rome"), set("Milan"))]),
        person("f", &[("Phone", set("1"), failed("phone-invalid"))]),
        person("g", &[("Phone", set("2"), failed("phone-invalid"))]),
    ];
    let compared = compare(&people);
    let who: Vec<&str> = compared
        .examples
        .iter()
        .map(|e| e.person.as_str())
        .collect();
    // Two kinds each before one, and the smallest key of those who show the same.
    assert_eq!(who, ["c", "e", "f"]);
    let first = &compared.examples[0];
    let shown = first.changes.iter().map(|change| {
        let (before, after) = (change.before.as_deref(), change.after.as_deref());
        (change.field.as_str(), change.what.as_str(), before, after)
    });
    let expected = [
        ("City", "set->set", Some("Berlin"), Some("Munich")),
        ("Title", "set->clear", Some("Head"), None),
    ];
    assert_eq!(shown.collect::<Vec<_>>(), expected);
}

#[test]
fn a_field_of_many_pairs_has_one_example_and_one_of_few_has_each() {
    assert_eq!(
        compare(&moves(60, PAIRS_SHOWN_EACH)).examples.len(),
        PAIRS_SHOWN_EACH
    );
    assert_eq!(compare(&moves(60, PAIRS_SHOWN_EACH + 1)).examples.len(), 1);
    let failing = |n: usize| {
        person(
            &n.to_string(),
            &[("City", set(&n.to_string()), failed("x"))],
        )
    };
    let failing: Vec<_> = (0..50).map(failing).collect();
    assert_eq!(compare(&failing).examples.len(), 1);
}

#[test]
fn the_order_of_people_and_fields_does_not_matter() {
    let outcomes = [
        set("a"),
        set("b"),
        Outcome::Keep,
        Outcome::Clear,
        failed("x"),
        failed("not-fetched"),
    ];
    let mut state = 7_usize;
    let mut next = |most: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    let mut people: Vec<Person<'_>> = (0..200)
        .map(|n| {
            let mut value = |name| {
                let (old, new) = (next(outcomes.len()), next(outcomes.len()));
                (name, outcomes[old].clone(), outcomes[new].clone())
            };
            let values = ["City", "Title", "Phone"].map(&mut value);
            person(&format!("{n:03}"), &values)
        })
        .collect();
    let first = compare(&people);
    assert!(first.changed_people > 100 && first.examples.len() > 3);
    for _ in 0..5 {
        for at in (1..people.len()).rev() {
            people.swap(at, next(at + 1));
        }
        for (_, values) in &mut people {
            values.rotate_left(1);
        }
        assert_eq!(compare(&people), first);
    }
}

#[test]
fn made_up_codes_and_long_values_take_no_more_room() {
    let long = "ä".repeat(5_000);
    let one = |n: usize| {
        let code = format!("code-{n}");
        person(&n.to_string(), &[("City", set(&long), failed(&code))])
    };
    let mut people: Vec<_> = (0..500).map(one).collect();
    people.push(person("z", &[("City", set(&long), set("b"))]));
    let compared = compare(&people);
    let city = only(&compared);
    assert_eq!(city.problems.len(), 33);
    assert_eq!(city.problems["other"], 468);
    let shown = city.pairs[0].before.as_deref().unwrap();
    assert_eq!(shown.chars().count(), SHOWN_CHARS + 1);
}

#[test]
fn limits_hold_above_their_share_and_above_five() {
    let people = |changed: usize, all: usize| -> Vec<Person<'_>> {
        let one = |n: usize| {
            let new = if n < changed { set("b") } else { set("a") };
            person(&n.to_string(), &[("City", set("a"), new)])
        };
        (0..all).map(one).collect()
    };
    let held = |changed, all, limits: &Limits| {
        let verdicts = judge(&compare(&people(changed, all)), limits);
        let held = verdicts.into_iter().filter(|verdict| verdict.held);
        held.map(|verdict| verdict.name).collect::<Vec<_>>()
    };
    let usual = Limits::default();
    assert_eq!(held(5, 5, &usual), Vec::<String>::new());
    assert_eq!(held(10, 100, &usual), Vec::<String>::new());
    assert_eq!(held(11, 100, &usual), ["changed-values"]);
    let off = Limits {
        changed_values: Limit::Off,
        ..usual
    };
    assert_eq!(held(100, 100, &off), Vec::<String>::new());

    let ways = |new: Outcome| {
        let one = |n: usize| {
            let new = if n < 6 { new.clone() } else { set("a") };
            person(&n.to_string(), &[("City", set("a"), new)])
        };
        let people: Vec<_> = (0..200).map(one).collect();
        judge(&compare(&people), &usual)
    };
    let cleared = ways(Outcome::Clear);
    let line = cleared.iter().find(|line| line.held).unwrap();
    assert_eq!(
        (line.name.as_str(), line.field.as_str()),
        ("cleared-values", "City")
    );
    assert_eq!(
        (line.count, line.base, line.actual.as_str()),
        (6, 200, "3%")
    );
    let failing = ways(failed("x"));
    assert_eq!(failing.len(), 1);
    assert!(failing[0].held && failing[0].name == "newly-failing");
    assert!(ways(failed("not-fetched")).iter().all(|line| !line.held));
}
