//! Walks every cell of the ownership table and then the laws that hold for all of them.

use proptest::prelude::*;

use super::*;

fn situation<'a>(
    ledger: Option<&'a str>,
    observed: Observed<'a>,
    outcome: &'a Outcome,
) -> Situation<'a> {
    Situation {
        ledger: ledger.map(|value| Ledger {
            value,
            is_ours: true,
        }),
        observed,
        outcome,
        apply: Apply::Always,
        existing: Existing::Overwrite,
        conflict: Conflict::SourceWins,
        text_max: None,
        normalise: as_shown,
        altered: None,
    }
}

fn set(value: &str) -> Outcome {
    Outcome::Set(value.to_owned())
}

/// A decision in one word and, for writes, what is written over what.
fn word(decision: &Decision) -> String {
    let write = |write: &Write| {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        format!(
            "{:?} {}>{}",
            write.reason,
            text(&write.before),
            text(&write.after)
        )
    };
    match decision {
        Decision::Write(w) => write(w),
        Decision::Held(w) => format!("Held {}", write(w)),
        Decision::Failed(problem) | Decision::Stuck(problem) => problem.code.clone(),
        other => format!("{other:?}"),
    }
}

const EMPTY: Observed<'static> = Observed::Value(None);
const UNREAD: Observed<'static> = Observed::Unread;

fn holds(value: &str) -> Observed<'_> {
    Observed::Value(Some(value))
}

#[test]
fn table_when_walked_cell_by_cell_decides_as_written() {
    let (v, clear, keep) = (set("v"), Outcome::Clear, Outcome::Keep);
    let failed = Outcome::Failed(Problem::new("bad", "m"));
    let rows: &[(Option<&str>, Observed<'_>, &Outcome, &str)] = &[
        // Never written by us.
        (None, EMPTY, &v, "Fill ->v"),
        (None, UNREAD, &v, "Fill ->v"),
        (None, holds("v"), &v, "Adopt"),
        (None, holds("x"), &v, "Overwrite x>v"),
        (None, EMPTY, &clear, "Nothing"),
        (None, UNREAD, &clear, "Nothing"),
        (None, holds("v"), &clear, "Nothing"),
        (None, holds("x"), &clear, "Nothing"),
        // Ours and as we left it.
        (Some("l"), holds("l"), &v, "Update l>v"),
        (Some("l"), UNREAD, &v, "Update l>v"),
        (Some("v"), holds("v"), &v, "Nothing"),
        (Some("v"), UNREAD, &v, "Nothing"),
        (Some("l"), holds("l"), &clear, "Update l>-"),
        (Some("l"), UNREAD, &clear, "Update l>-"),
        // Ours, and somebody changed it.
        (Some("l"), holds("x"), &v, "Conflict x>v"),
        (Some("l"), EMPTY, &v, "Conflict ->v"),
        (Some("v"), holds("x"), &v, "Conflict x>v"),
        (Some("v"), EMPTY, &v, "Conflict ->v"),
        (Some("l"), holds("x"), &clear, "Release"),
        (Some("l"), EMPTY, &clear, "Release"),
        // Ours, and it already is what we want.
        (Some("l"), holds("v"), &v, "LedgerOnly"),
        // Keep and failed never write.
        (None, EMPTY, &keep, "Nothing"),
        (None, holds("x"), &keep, "Nothing"),
        (Some("l"), UNREAD, &keep, "Nothing"),
        (Some("l"), holds("l"), &keep, "Nothing"),
        (Some("l"), holds("x"), &keep, "Nothing"),
        (Some("l"), EMPTY, &keep, "Nothing"),
        (None, EMPTY, &failed, "bad"),
        (None, holds("x"), &failed, "bad"),
        (Some("l"), UNREAD, &failed, "bad"),
        (Some("l"), holds("l"), &failed, "bad"),
        (Some("l"), holds("x"), &failed, "bad"),
        (Some("l"), EMPTY, &Outcome::DropPerson, "Nothing"),
    ];
    for (ledger, observed, outcome, expected) in rows {
        let decision = decide(&situation(*ledger, *observed, outcome));
        assert_eq!(
            word(&decision),
            *expected,
            "{ledger:?} {observed:?} {outcome:?}"
        );
    }
}

#[test]
fn foreign_values_when_policies_differ_follow_existing_and_conflict() {
    let (v, clear) = (set("v"), Outcome::Clear);
    for (existing, expected) in [
        (Existing::Overwrite, "Overwrite x>v"),
        (Existing::Keep, "KeptExisting"),
        (Existing::Hold, "Held Overwrite x>v"),
    ] {
        let with = |observed| Situation {
            existing,
            ..situation(None, observed, &v)
        };
        assert_eq!(word(&decide(&with(holds("x")))), expected);
        assert_eq!(word(&decide(&with(EMPTY))), "Fill ->v");
        assert_eq!(word(&decide(&with(holds("v")))), "Adopt");
    }
    for (conflict, expected) in [
        (Conflict::SourceWins, "Conflict x>v"),
        (Conflict::KeepLocal, "KeptLocal"),
        (Conflict::Hold, "Held Conflict x>v"),
    ] {
        let with = |observed, outcome| Situation {
            conflict,
            ..situation(Some("l"), observed, outcome)
        };
        assert_eq!(word(&decide(&with(holds("x"), &v))), expected);
        assert_eq!(word(&decide(&with(holds("v"), &v))), "LedgerOnly");
        assert_eq!(word(&decide(&with(UNREAD, &v))), "Update l>v");
        assert_eq!(word(&decide(&with(holds("x"), &clear))), "Release");
    }
}

#[test]
fn once_when_field_has_a_value_does_nothing() {
    let v = set("v");
    let once = |ledger, observed| {
        word(&decide(&Situation {
            apply: Apply::Once,
            ..situation(ledger, observed, &v)
        }))
    };
    assert_eq!(once(None, EMPTY), "Fill ->v");
    assert_eq!(once(None, UNREAD), "Fill ->v");
    assert_eq!(once(None, holds("x")), "Nothing");
    assert_eq!(once(None, holds("v")), "Nothing");
    assert_eq!(once(Some("l"), UNREAD), "Nothing");
    assert_eq!(once(Some("l"), holds("x")), "Nothing");
    assert_eq!(once(None, holds("  ")), "Fill ->v");
}

#[test]
fn field_when_another_connector_owns_it_is_not_written() {
    for outcome in [set("v"), Outcome::Clear] {
        for observed in [UNREAD, EMPTY, holds("v"), holds("x")] {
            let theirs = Situation {
                ledger: Some(Ledger {
                    value: "l",
                    is_ours: false,
                }),
                ..situation(None, observed, &outcome)
            };
            assert_eq!(decide(&theirs), Decision::OwnedBy);
            let quiet = Situation {
                outcome: &Outcome::Keep,
                ..theirs
            };
            assert_eq!(decide(&quiet), Decision::Nothing);
        }
    }
}

#[test]
fn values_when_the_target_trims_them_count_as_equal() {
    let (padded, blank) = (set(" v "), set("  "));
    let say = |ledger, observed, outcome| word(&decide(&situation(ledger, observed, outcome)));
    assert_eq!(say(None, holds("v"), &padded), "Adopt");
    assert_eq!(say(Some(" v "), holds("v"), &padded), "Nothing");
    assert_eq!(say(Some("l"), holds("v "), &padded), "LedgerOnly");
    assert_eq!(
        say(None, EMPTY, &blank),
        "Nothing",
        "blank is never written over nothing"
    );
    assert_eq!(
        say(None, holds("x"), &blank),
        "Nothing",
        "nor clears what is not ours"
    );
    assert_eq!(say(Some("l"), UNREAD, &blank), "Update l>-");
    assert_eq!(say(Some(""), holds("x"), &padded), "Overwrite x> v ");
}

#[test]
fn value_when_longer_than_the_field_fails_before_it_is_sent() {
    let (fits, long) = (set("\u{1f600}ab"), set("\u{1f600}abc"));
    let with = |outcome| Situation {
        text_max: Some(TextMax::Utf16(4)),
        ..situation(None, EMPTY, outcome)
    };
    assert_eq!(word(&decide(&with(&fits))), "Fill ->\u{1f600}ab");
    assert_eq!(word(&decide(&with(&long))), "too-long");
}

#[test]
fn a_json_limit_counts_bytes_with_quotes_and_escapes() {
    for text in [
        "ab",
        "\u{1f600}",
        "\"\\\u{8}\t\n\u{c}\r",
        "\0\u{1f}\u{7f}",
        "ä€/",
    ] {
        let bytes = serde_json::to_string(text).unwrap().len();
        let value = set(text);
        let with = |max| Situation {
            text_max: Some(TextMax::JsonBytes(max)),
            ..situation(None, EMPTY, &value)
        };
        assert!(word(&decide(&with(bytes))).starts_with("Fill"), "{text:?}");
        assert_eq!(word(&decide(&with(bytes - 1))), "too-long", "{text:?}");
    }
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[ab ]{0,2}")
}

prop_compose! {
    fn any_policies()(
        apply in prop_oneof![Just(Apply::Always), Just(Apply::Once)],
        existing in prop_oneof![
            Just(Existing::Overwrite), Just(Existing::Keep), Just(Existing::Hold)
        ],
        conflict in prop_oneof![
            Just(Conflict::SourceWins), Just(Conflict::KeepLocal), Just(Conflict::Hold)
        ],
    ) -> (Apply, Existing, Conflict) { (apply, existing, conflict) }
}

proptest! {
    #[test]
    fn decision_when_carried_out_leaves_nothing_to_do(
        ledger in any_text(),
        observed in any_text(),
        read in any::<bool>(),
        wanted in any_text(),
        policies in any_policies(),
    ) {
        let outcome = wanted.map_or(Outcome::Clear, Outcome::Set);
        // What was not read is what the ledger says: the world agrees with our belief.
        let mut target = if read { observed } else { ledger.clone() };
        let mut ledger = ledger;
        let decide_now = |ledger: &Option<String>, observed| decide(&Situation {
            apply: policies.0,
            existing: policies.1,
            conflict: policies.2,
            ..situation(ledger.as_deref(), observed, &outcome)
        });
        let belief = target.clone();
        let first = decide_now(&ledger, if read { Observed::Value(belief.as_deref()) } else { UNREAD });
        match &first {
            Decision::Write(write) => {
                let nothing = |text: &Option<String>| text.as_deref().is_none_or(|t| t.trim().is_empty());
                prop_assert!(!(nothing(&write.before) && nothing(&write.after)));
                if write.op == Op::Clear {
                    prop_assert!(ledger.is_some(), "never clear what is not ours");
                }
                target = write.after.clone().map(|text| text.trim().to_owned());
                ledger = write.after.clone();
            }
            Decision::Adopt | Decision::LedgerOnly => {
                let Outcome::Set(value) = &outcome else { panic!("{first:?}") };
                ledger = Some(value.clone());
            }
            Decision::Release => ledger = None,
            _ => {}
        }
        let second = decide_now(&ledger, Observed::Value(target.as_deref()));
        let settled = matches!(
            second,
            Decision::Nothing | Decision::Held(_) | Decision::KeptExisting | Decision::KeptLocal
        );
        prop_assert!(settled, "{:?} then {:?}", first, second);
        // And again without reading, where there is something we know of: nothing is sent.
        if !matches!(first, Decision::Held(_) | Decision::KeptExisting | Decision::KeptLocal)
            && ledger.as_deref().is_some_and(|text| !text.trim().is_empty())
        {
            prop_assert_eq!(decide_now(&ledger, UNREAD), Decision::Nothing);
        }
    }

    #[test]
    fn field_when_it_holds_the_value_is_never_written(
        value in "[a-c ]{0,3}",
        ours in any::<bool>(),
        policies in any_policies(),
    ) {
        let outcome = Outcome::Set(value.clone());
        let decision = decide(&Situation {
            apply: policies.0,
            existing: policies.1,
            conflict: policies.2,
            ..situation(ours.then_some(value.as_str()), holds(&value), &outcome)
        });
        prop_assert!(matches!(decision, Decision::Nothing | Decision::Adopt), "{:?}", decision);
    }
}

#[test]
fn a_value_that_does_not_stick_is_written_three_times_and_then_left() {
    let (v, c) = (set("a & b"), set("c"));
    let after = |times, observed, outcome: &Outcome| {
        let altered = Altered {
            value: "a & b",
            stored: "a &amp; b",
            times,
        };
        word(&decide(&Situation {
            altered: Some(altered),
            ..situation(Some("old"), observed, outcome)
        }))
    };
    let stored = holds("a &amp; b");
    assert_eq!(after(2, stored, &v), "Conflict a &amp; b>a & b");
    assert_eq!(after(3, stored, &v), "does-not-stick");
    assert_eq!(after(3, UNREAD, &v), "does-not-stick");
    // Another value, and another hand, are other things.
    assert_eq!(after(3, stored, &c), "Conflict a &amp; b>c");
    assert_eq!(after(3, holds("x"), &v), "Conflict x>a & b");
    assert_eq!(after(3, EMPTY, &v), "Conflict ->a & b");
}

#[test]
fn line_ends_that_a_page_shows_otherwise_are_the_same_value() {
    let v = set("Main Street 1\r\nBerlin\rGermany ");
    let held = holds("Main Street 1\nBerlin\nGermany");
    assert_eq!(word(&decide(&situation(None, held, &v))), "Adopt");
    let other = holds("Main Street 1 Berlin");
    assert!(word(&decide(&situation(None, other, &v))).starts_with("Overwrite"));
}
