//! Held people: who could not be brought in tune, and when they are tried again.
//!
//! Every run that writes tries them; besides, each is tried alone after growing waits: 1, 6, 12 and 24
//! hours, then daily, and from the 28th day on, when somebody should look, weekly. Nobody is ever
//! dropped: a row goes when its value is in tune, its person is out of scope, or the connector has no
//! use for it any more. Invariant: what is kept is a code, never a value. Deliberately not here: what
//! starts the tries (`jobs`).

use std::collections::BTreeMap;

use attune_core::plan::{How, Report, State};
use sha2::{Digest as _, Sha256};

use super::{Error, Mode, Run};
use crate::store::held::{HeldRow, Ran};
use crate::store::runs::PROBLEMS_MAX;

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Waits after the first try that was for nothing but this, in hours; the last one again and again.
const WAITS_H: [i64; 4] = [1, 6, 12, 24];
/// From here on somebody should look.
pub const ATTENTION_MS: i64 = 28 * DAY_MS;

/// Updates the list after a run.
pub(super) async fn note(run: &Run<'_>, report: &Report) -> Result<(), Error> {
    let is_done = matches!(report.state, State::Applied | State::Nothing);
    if !run.order.writes || !(is_done || report.state == State::Stopped) {
        return Ok(());
    }
    let (store, pinned) = (&run.host.store, run.pinned);
    let connector = &pinned.connector.id;
    let mut met: BTreeMap<(&str, &str, &str), &str> = BTreeMap::new();
    for problem in report
        .problems
        .iter()
        .filter(|problem| !problem.person.is_empty())
    {
        let (target, person) = (problem.target.as_str(), problem.person.as_str());
        met.insert((person, target, problem.field.as_str()), &problem.code);
    }
    let mut people: Vec<String> = met
        .keys()
        .map(|(person, ..)| (*person).to_owned())
        .collect();
    people.dedup();
    let before = store.held_of(connector, &people).await?;
    let rows = met.iter().map(|(&(person, target, field), &code)| {
        let is_same = |row: &&HeldRow| {
            (row.person.as_str(), row.target.as_str(), row.field.as_str())
                == (person, target, field)
        };
        let mut row = after(before.iter().find(is_same), (connector, person), run.now_ms);
        (row.target, row.field) = (target.to_owned(), field.to_owned());
        code.clone_into(&mut row.code);
        row
    });
    let rows: Vec<HeldRow> = rows.collect();
    store.hold(&rows).await?;
    let of_targets = |is_healthy: bool| -> Vec<&str> {
        let names = pinned
            .targets
            .iter()
            .map(|target| target.spec.name.as_str());
        let has_failed = |name: &str| {
            let line = report.targets.get(name);
            line.is_some_and(|line| line.error.is_some())
        };
        names
            .filter(|name| !is_healthy || !has_failed(name))
            .collect()
    };
    let is_complete = report
        .source
        .as_ref()
        .is_some_and(|source| source.read == How::Complete);
    // A plan of earlier that was approved looked at nobody today.
    let now = jiff::Timestamp::from_millisecond(run.now_ms);
    let is_of_today = now.is_ok_and(|now| now.to_string() == report.now);
    let is_told = report.problems.len() < PROBLEMS_MAX;
    store
        .release_held(Ran {
            connector,
            now_ms: run.now_ms,
            targets: &of_targets(false),
            healthy: &of_targets(true),
            is_of_all: is_complete && is_of_today && is_told && is_done,
        })
        .await?;
    if let Mode::User(user) = &run.order.mode {
        wait_on(run, user).await?;
    }
    Ok(())
}

/// After a run that came to nothing: whoever it was about waits on, or is nobody's matter any more.
pub(super) async fn put_off(run: &Run<'_>, error: &Error) -> Result<(), Error> {
    let (Mode::User(user), true) = (&run.order.mode, run.order.writes) else {
        return Ok(());
    };
    match error {
        Error::Stopped => Ok(()),
        Error::OutOfScope(_) => {
            let connector = &run.pinned.connector.id;
            Ok(run.host.store.drop_held(connector, user).await?)
        }
        _ => wait_on(run, user).await,
    }
}

/// A try that had no word about somebody, because the source or a target was down, is a try.
async fn wait_on(run: &Run<'_>, person: &str) -> Result<(), Error> {
    let (store, connector) = (&run.host.store, run.pinned.connector.id.as_str());
    let rows = store.held_of(connector, &[person.to_owned()]).await?;
    let is_open = rows.iter().any(|row| row.last_ms < run.now_ms);
    let rows = rows.into_iter().map(|row| {
        if row.last_ms < run.now_ms {
            after(Some(&row), (connector, person), run.now_ms)
        } else {
            row
        }
    });
    if is_open {
        store.hold(&rows.collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// The row of a value that a run could not bring in tune.
fn after(before: Option<&HeldRow>, (connector, person): (&str, &str), now_ms: i64) -> HeldRow {
    let Some(before) = before else {
        return HeldRow {
            connector: connector.to_owned(),
            target: String::new(),
            person: person.to_owned(),
            field: String::new(),
            code: String::new(),
            first_ms: now_ms,
            last_ms: now_ms,
            next_ms: now_ms,
            tries: 1,
            step: 0,
        };
    };
    let mut row = before.clone();
    row.last_ms = now_ms;
    row.tries = row.tries.saturating_add(1);
    // A run that came before its time says nothing about the wait.
    if now_ms >= row.next_ms {
        row.step = row.step.saturating_add(1);
        let wait = wait_ms(now_ms - row.first_ms, row.step);
        row.next_ms = now_ms + spread(wait, (connector, person), row.step);
    }
    row
}

/// How long until the next try.
fn wait_ms(age_ms: i64, step: u32) -> i64 {
    if age_ms >= ATTENTION_MS {
        return 7 * DAY_MS;
    }
    let at = (step as usize).saturating_sub(1);
    let hours = WAITS_H.get(at).or(WAITS_H.last());
    hours.copied().unwrap_or(24) * HOUR_MS
}

/// The wait, up to a fifth longer or shorter: people who failed together are not tried together. The
/// same person gets the same, so that all their values come at once.
fn spread(wait_ms: i64, (connector, person): (&str, &str), step: u32) -> i64 {
    let hash = Sha256::digest(format!("{connector}\n{person}\n{step}"));
    let number = hash
        .iter()
        .take(4)
        .fold(0, |sum, byte| (sum << 8) | i64::from(*byte));
    let thousandths = 800 + number % 401;
    wait_ms / 1000 * thousandths
}

#[cfg(test)]
mod tests {
    use super::{ATTENTION_MS, DAY_MS, HOUR_MS, after};

    #[test]
    fn tries_are_further_and_further_apart_and_never_end() {
        let start = 1_700_000_000_000;
        let who = ("demo", "p1");
        let mut row = after(None, who, start);
        assert_eq!((row.step, row.tries, row.next_ms), (0, 1, start));
        let mut now = start + 15 * 60_000;
        let mut waits = Vec::new();
        while now < start + 60 * DAY_MS {
            row = after(Some(&row), who, now);
            waits.push((now - start, row.next_ms - now));
            now = row.next_ms;
        }
        let ladder = [HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS];
        for (at, (age, wait)) in waits.iter().enumerate() {
            let full = match ladder.get(at) {
                Some(full) => *full,
                None if *age >= ATTENTION_MS => 7 * DAY_MS,
                None => DAY_MS,
            };
            let (least, most) = (full / 10 * 8, full / 10 * 12);
            assert!((least..=most).contains(wait), "try {at} at {age}: {wait}");
        }
        let daily = waits.iter().filter(|(age, _)| *age < ATTENTION_MS).count();
        assert!((26..=37).contains(&daily), "{daily} tries in 28 days");
        let different: std::collections::BTreeSet<_> = waits.iter().map(|(_, wait)| wait).collect();
        assert!(different.len() > waits.len() / 2, "the waits are spread");
    }

    #[test]
    fn a_run_before_its_time_counts_and_moves_nothing() {
        let who = ("demo", "p1");
        let row = after(None, who, 0);
        let waiting = after(Some(&row), who, 1000);
        let early = after(Some(&waiting), who, 2000);
        assert_eq!((early.step, early.next_ms), (waiting.step, waiting.next_ms));
        assert_eq!((early.tries, early.last_ms, early.first_ms), (3, 2000, 0));
    }
}
