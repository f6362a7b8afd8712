//! Limits by example, guards at their boundaries, and that more harm never unlocks a guard.

use proptest::prelude::*;

use super::*;

fn limit(text: &str) -> Limit {
    text.parse().unwrap()
}

fn held(lines: &[GuardLine]) -> Vec<&str> {
    let held = lines.iter().filter(|line| line.held);
    held.map(|line| line.name.as_str()).collect()
}

fn change<'a>(before: Option<&'a str>, after: Option<&'a str>) -> Planned<'a> {
    Planned {
        target: "jira",
        field: "City",
        before,
        after,
    }
}

const BASES: Bases = Bases {
    matched: 100,
    in_scope: 100,
    ledger_values: 1000,
    last_listing: None,
    missing: 0,
    emptied: None,
};

#[test]
fn limits_when_parsed_display_as_written() {
    for text in ["30%", "0%", "100%", "2.5%", "0.25%", "12", "0", "off"] {
        assert_eq!(limit(text).to_string(), text);
    }
    assert_eq!(limit(" 30 % ").to_string(), "30%");
    for text in [
        "",
        "%",
        "-1",
        "101%",
        "100.01%",
        "1.234%",
        "30 percent",
        "off%",
        "+3",
        "1e2",
        "9%%",
    ] {
        let error = text.parse::<Limit>().unwrap_err();
        assert!(error.to_string().contains("\"off\""), "{text}");
    }
}

#[test]
fn guard_when_at_its_limit_is_open_and_one_above_held() {
    let boundary = |limit: Limit, base, open: u64| {
        assert!(!limit.is_exceeded(open, base), "{limit} of {base}: {open}");
        assert!(
            limit.is_exceeded(open + 1, base),
            "{limit} of {base}: {}",
            open + 1
        );
    };
    boundary(limit("30%"), 100, 30);
    boundary(limit("30%"), 101, 30);
    boundary(limit("2.5%"), 1000, 25);
    boundary(limit("30%"), 10, 5);
    boundary(limit("0%"), 1_000_000, 5);
    boundary(limit("10%"), 0, 5);
    boundary(limit("12"), 5, 12);
    boundary(limit("0"), 5, 0);
    assert!(!limit("off").is_exceeded(u64::MAX, 1));
    assert!(limit("100%").is_exceeded(u64::MAX, u64::MAX - 1));
}

#[test]
fn share_when_shown_is_rounded_to_tenths() {
    assert_eq!(limit::share(12, 100), "12%");
    assert_eq!(limit::share(1, 3), "33.3%");
    assert_eq!(limit::share(0, 0), "0%");
    assert_eq!(limit::share(3, 0), "100%");
    assert_eq!(limit::share(150, 100), "150%");
}

#[test]
fn person_when_changed_in_two_targets_counts_once() {
    let mut counts = Counts::default();
    for _ in 0..31 {
        counts.begin_person();
        counts.change(&change(Some("a"), Some("b")));
        counts.change(&Planned {
            target: "wiki",
            ..change(Some("a"), Some("b"))
        });
        counts.failure();
        counts.failure();
    }
    let lines = check(&Limits::default(), &counts, &BASES);
    assert_eq!(held(&lines), ["changed-people", "failed-values"]);
    assert_eq!((lines[0].count, lines[0].actual.as_str()), (31, "31%"));
}

#[test]
fn empty_fields_when_filled_count_nothing() {
    let mut counts = Counts::default();
    for _ in 0..100 {
        counts.begin_person();
        counts.change(&change(None, Some("Berlin")));
        counts.change(&change(Some(""), Some("Berlin")));
        counts.change(&change(Some("Berlin"), Some("Berlin")));
        counts.change(&change(None, None));
    }
    let lines = check(&Limits::default(), &counts, &BASES);
    assert!(held(&lines).is_empty());
    assert!(lines.iter().all(|line| line.count == 0));
}

#[test]
fn values_when_cleared_count_against_the_ledger() {
    let mut counts = Counts::default();
    counts.begin_person();
    for _ in 0..51 {
        counts.change(&change(Some("a"), None));
    }
    assert_eq!(
        held(&check(&Limits::default(), &counts, &BASES)),
        ["cleared-values"]
    );
}

#[test]
fn value_when_it_replaces_many_differing_ones_is_held() {
    let limits = Limits {
        changed_people: Limit::Off,
        ..Limits::default()
    };
    let run = |people: u64, before: fn(u64) -> String| {
        let mut counts = Counts::default();
        for person in 0..people {
            counts.begin_person();
            counts.change(&change(Some(&before(person)), Some("Berlin")));
        }
        check(&limits, &counts, &BASES)
    };
    assert!(held(&run(50, |n| n.to_string())).is_empty());
    let lines = run(51, |n| n.to_string());
    assert_eq!(held(&lines), ["one-value-takes-over"]);
    assert_eq!(lines[2].detail, "jira.City = Berlin");
    let renamed = run(90, |_| "Berlin (West)".to_owned());
    assert!(
        held(&renamed).is_empty(),
        "one value renamed is no takeover"
    );
}

#[test]
fn takeover_when_hidden_among_very_many_values_is_found() {
    let mut counts = Counts::default();
    for person in 0..60_000_u32 {
        counts.begin_person();
        let (before, own) = (format!("b{person}"), format!("own{person}"));
        let after = if person % 2 == 0 { "Berlin" } else { &own };
        counts.change(&change(Some(&before), Some(after)));
    }
    let (count, detail) = counts.takeovers.largest();
    assert!(detail.ends_with("Berlin"));
    assert!((30_000..30_100).contains(&count), "{count}");
}

#[test]
fn source_when_it_shrank_is_held_only_where_there_was_a_listing() {
    let counts = Counts::default();
    let check = |last_listing, missing| {
        let bases = Bases {
            last_listing,
            missing,
            ..BASES
        };
        super::check(&Limits::default(), &counts, &bases)
    };
    assert!(held(&check(None, 90)).is_empty());
    assert_eq!(check(None, 90).len(), 4);
    assert!(held(&check(Some(100), 20)).is_empty());
    assert_eq!(held(&check(Some(100), 21)), ["source-shrinks"]);
}

#[derive(Debug, Clone)]
enum Event {
    Change(Option<u8>, Option<u8>),
    Failure,
}

fn run(people: &[Vec<Event>]) -> Counts {
    let mut counts = Counts::default();
    for person in people {
        counts.begin_person();
        for event in person {
            match event {
                Event::Failure => counts.failure(),
                Event::Change(before, after) => {
                    let text = |value: &Option<u8>| value.map(|v| v.to_string());
                    let (before, after) = (text(before), text(after));
                    counts.change(&change(before.as_deref(), after.as_deref()));
                }
            }
        }
    }
    counts
}

proptest! {
    #[test]
    fn guards_when_more_people_are_added_stay_held(
        people in prop::collection::vec(prop::collection::vec(prop_oneof![
            (prop::option::of(0_u8..4), prop::option::of(0_u8..4))
                .prop_map(|(before, after)| Event::Change(before, after)),
            Just(Event::Failure),
        ], 0..3), 0..30),
        cut in 0_usize..30,
        share in 0_u32..=10_000,
        base in 0_u64..40,
    ) {
        let limit = Limit::Share(share);
        let limits = Limits {
            changed_people: limit,
            cleared_values: limit,
            one_value_takes_over: limit,
            source_shrinks: limit,
            emptied_attribute: limit,
            failed_values: limit,
        };
        let bases = Bases { matched: base, in_scope: base, ledger_values: base, ..BASES };
        let fewer = check(&limits, &run(&people[..cut.min(people.len())]), &bases);
        let more = check(&limits, &run(&people), &bases);
        for (fewer, more) in fewer.iter().zip(&more) {
            prop_assert!(fewer.count <= more.count);
            prop_assert!(!fewer.held || more.held, "{}", fewer.name);
        }
        let looser = Limits { changed_people: Limit::Share(10_000), ..limits.clone() };
        let strict = check(&limits, &run(&people), &bases);
        let loose = check(&looser, &run(&people), &bases);
        prop_assert!(!loose[0].held || strict[0].held);
    }
}
