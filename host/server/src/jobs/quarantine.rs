//! Quarantine of a connector that fails: it is left alone and tried again, less and less often.
//!
//! In: a sign-in that is refused, at once; operations of which two in five fail, where that is many;
//! the same failure of a whole run three times in a row. Meanwhile jobs wait, and those of one kind
//! become one. Out: a run over changes that is good, by itself after each pause or made by hand; a
//! remark of `check` that is no failure must not keep a connector here for ever. Time alone ends
//! nothing.
//!
//! A target of several that fails alone does not bring its connector here: the others are finished
//! in each run, and somebody is told of that target, once. Sites in maintenance are no failure
//! (`retry`).

use attune_core::plan::Report;

use super::notices;
use super::{Outcome, retry};
use crate::notify::{Kind, Notice};
use crate::store::quarantines::Quarantine;
use crate::store::{self, Store};

/// What is refused is refused the next time too, and sites lock accounts that try again and again.
const REFUSED: [&str; 3] = ["sign-in", "captcha", "credential"];
/// Ends of a run that say nothing about how a connector does.
const NEUTRAL: [&str; 17] = [
    "ambiguous-person",
    "busy",
    "cancelled",
    "database",
    "disk",
    "fenced",
    "internal",
    "no-such-person",
    "no-such-plan",
    "not-running",
    "out-of-scope",
    "paused",
    "plan-file",
    "stopped",
    "throttled",
    "usage",
    retry::MAINTENANCE,
];
/// So many runs in a row with one failure.
const TIMES_MAX: i64 = 3;
/// Two in five operations.
const FAILED_PERCENT: u64 = 40;
/// So many failed operations, or all of `FAILED_ALL`.
const FAILED_MIN: u64 = 20;
const FAILED_ALL: u64 = 5;
/// The code where operations failed rather than a run.
const OPERATIONS: &str = "operations-failed";

/// What a run says about its connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// All is well.
    Good,
    /// Nothing can be said.
    Neutral,
    /// The run failed, as runs do.
    Failed {
        /// Why.
        code: String,
        /// The same in words.
        message: String,
    },
    /// It is no use to go on.
    Hopeless {
        /// Why.
        code: String,
        /// The same in words.
        message: String,
    },
}

/// What follows for somebody who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Nothing.
    Same,
    /// It is left alone from now on.
    In,
    /// It runs again.
    Out,
}

/// Judges the end of a run; `operations` are those done and those not done.
pub fn seen(outcome: &Outcome, operations: (u64, u64)) -> Seen {
    let report = match &outcome.result {
        Ok(report) => report,
        Err(failure) if NEUTRAL.contains(&failure.code.as_str()) => return Seen::Neutral,
        Err(failure) => {
            let (code, message) = (failure.code.clone(), failure.message.clone());
            return if REFUSED.contains(&code.as_str()) {
                Seen::Hopeless { code, message }
            } else {
                Seen::Failed { code, message }
            };
        }
    };
    let (done, failed) = operations;
    let all = done + failed;
    let is_many = failed >= FAILED_MIN && failed * 100 >= all * FAILED_PERCENT;
    if is_many || (done == 0 && failed >= FAILED_ALL) {
        return Seen::Hopeless {
            code: OPERATIONS.to_owned(),
            message: format!("{failed} of {all} operations failed"),
        };
    }
    let is_stopped = report.state == attune_core::plan::State::Stopped;
    let has_failed = report.targets.values().any(|line| line.error.is_some());
    if is_stopped || has_failed {
        Seen::Neutral
    } else {
        Seen::Good
    }
}

/// What a connector's row becomes, and who is told what.
pub fn follow(
    before: Option<Quarantine>,
    seen: &Seen,
    (connector, now_ms): (&str, i64),
) -> (Option<Quarantine>, Turn) {
    let (code, message, is_hopeless) = match seen {
        Seen::Neutral => return (before, Turn::Same),
        Seen::Good => {
            let was_on = before.is_some_and(|one| one.is_on());
            return (None, if was_on { Turn::Out } else { Turn::Same });
        }
        Seen::Failed { code, message } => (code, message, false),
        Seen::Hopeless { code, message } => (code, message, true),
    };
    let same = before.as_ref().filter(|one| one.code == *code);
    let times = same.map_or(1, |one| one.times + 1);
    let since_ms = before.as_ref().and_then(|one| one.since_ms);
    let is_in = since_ms.is_some();
    let goes_in = !is_in && (is_hopeless || times >= TIMES_MAX);
    let probes = if is_in {
        before.as_ref().map_or(0, |one| one.probes + 1)
    } else {
        0
    };
    let pause_ms = retry::pause_ms(probes);
    let row = Quarantine {
        code: code.clone(),
        message: message.clone(),
        times,
        since_ms: since_ms.or(goes_in.then_some(now_ms)),
        probes,
        next_ms: now_ms + retry::jittered_ms(pause_ms, &format!("{connector} {now_ms}")),
    };
    (Some(row), if goes_in { Turn::In } else { Turn::Same })
}

/// Judges a run that has ended, writes down what follows, and tells somebody where it changes.
pub async fn judge(
    store: &Store,
    (connector, name): (&str, &str),
    outcome: &Outcome,
    now_ms: i64,
) -> store::Result<Turn> {
    if let Ok(report) = &outcome.result {
        tell_of_targets(store, (connector, name), report, now_ms).await;
    }
    let operations = match (&outcome.result, &outcome.run) {
        (Ok(_), Some(run)) => store.operations_of(run).await?,
        _ => (0, 0),
    };
    let seen = seen(outcome, operations);
    if seen == Seen::Neutral {
        return Ok(Turn::Same);
    }
    let before = store.quarantines().await?.remove(connector);
    let (after, turn) = follow(before.clone(), &seen, (connector, now_ms));
    if before != after {
        store.save_quarantine(connector, after.as_ref()).await?;
    }
    let key = format!("quarantine:{connector}");
    match (turn, after) {
        (Turn::In, Some(row)) => {
            let (code, message) = (&row.code, &row.message);
            let message = format!("connector `{name}` is left alone: {message} ({code})");
            let hint = format!(
                "attune check {name} shows what is wrong; it is tried again by itself, and at once \
                 by attune sync {name}"
            );
            let notice = Notice {
                key: &key,
                kind: Kind::Quarantined,
                connector: name,
                message: &message,
                hint: &hint,
            };
            notices::raise(store, notice, now_ms).await;
        }
        (Turn::Out, _) => {
            let message = format!("connector `{name}` runs again");
            notices::settle(store, &key, &message, now_ms).await;
        }
        _ => {}
    }
    Ok(turn)
}

/// Tells of targets that fail alone, and that they work again once something was written there.
async fn tell_of_targets(
    store: &Store,
    (connector, name): (&str, &str),
    report: &Report,
    now_ms: i64,
) {
    for (target, line) in &report.targets {
        let key = format!("target:{connector}:{target}");
        match &line.error {
            Some(error) if !NEUTRAL.contains(&error.code.as_str()) => {
                let message = format!(
                    "target `{target}` of connector `{name}` is left out: {} ({})",
                    error.message, error.code
                );
                let hint = format!("attune check {name} shows what is wrong; the others go on");
                let notice = Notice {
                    key: &key,
                    kind: Kind::Stopped,
                    connector: name,
                    message: &message,
                    hint: &hint,
                };
                notices::raise(store, notice, now_ms).await;
            }
            None if line.changes > 0 => {
                let message = format!("target `{target}` of connector `{name}` works again");
                notices::settle(store, &key, &message, now_ms).await;
            }
            _ => {}
        }
    }
}

/// Connectors in quarantine that are to be tried now. A time further ahead than any pause comes of
/// a clock that was set back.
pub fn due<'a>(
    all: impl IntoIterator<Item = (&'a String, &'a Quarantine)>,
    now_ms: i64,
) -> Vec<String> {
    let longest_ms = 2 * retry::pause_ms(i64::MAX);
    let is_due = |one: &Quarantine| {
        one.is_on() && (one.next_ms <= now_ms || one.next_ms > now_ms + longest_ms)
    };
    let due = all.into_iter().filter(|(_, one)| is_due(one));
    due.map(|(connector, _)| connector.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Failure;

    fn failed(code: &str) -> Outcome {
        Outcome {
            result: Err(Failure::of(code, "no")),
            run: None,
        }
    }

    /// The rows and turns after each of these codes.
    fn after(codes: &[&str]) -> (Option<Quarantine>, Vec<Turn>) {
        let mut row = None;
        let mut turns = Vec::new();
        for code in codes {
            let seen = seen(&failed(code), (0, 0));
            let (next, turn) = follow(row, &seen, ("c", 1_000_000));
            row = next;
            turns.push(turn);
        }
        (row, turns)
    }

    #[test]
    fn a_refused_sign_in_is_enough_at_once() {
        let (row, turns) = after(&["sign-in"]);
        assert_eq!(turns, [Turn::In]);
        let pause = row.unwrap().next_ms - 1_000_000;
        assert!((240_000..=360_000).contains(&pause), "{pause}");
    }

    #[test]
    fn the_same_failure_three_times_in_a_row_is_enough_and_different_ones_are_not() {
        let (_, turns) = after(&["unavailable", "unavailable", "unavailable", "unavailable"]);
        assert_eq!(
            turns,
            [Turn::Same, Turn::Same, Turn::In, Turn::Same],
            "told once"
        );
        let (row, turns) = after(&["unavailable", "tls", "unavailable", "tls", "dns"]);
        assert!(turns.iter().all(|turn| *turn == Turn::Same), "{turns:?}");
        assert!(!row.unwrap().is_on());
    }

    #[test]
    fn maintenance_a_stop_and_an_unknown_person_are_no_failures() {
        let codes = [
            "maintenance",
            "stopped",
            "no-such-person",
            "database",
            "disk",
        ];
        let (row, _) = after(&codes);
        assert_eq!(row, None);
    }

    #[test]
    fn pauses_grow_while_it_is_left_alone_and_one_good_run_ends_it() {
        let mut row = None;
        let mut pauses = Vec::new();
        for _ in 0..5 {
            let seen = seen(&failed("sign-in"), (0, 0));
            (row, _) = follow(row, &seen, ("c", 0));
            pauses.push(row.as_ref().unwrap().next_ms / 60_000);
        }
        for (pause, minutes) in pauses.iter().zip([5, 15, 60, 60, 60]) {
            assert!(
                (pause * 10 - minutes * 10).abs() <= minutes * 2 + 10,
                "{pauses:?}"
            );
        }
        let (row, turn) = follow(row, &Seen::Good, ("c", 0));
        assert_eq!((row, turn), (None, Turn::Out));
    }

    #[test]
    fn a_pause_that_a_clock_has_moved_out_of_reach_is_over() {
        let row = Quarantine {
            code: "sign-in".to_owned(),
            message: String::new(),
            times: 1,
            since_ms: Some(0),
            probes: 0,
            next_ms: 1_000_000_000_000,
        };
        let connector = "c".to_owned();
        assert_eq!(due([(&connector, &row)], 0), ["c"]);
        assert!(due([(&connector, &row)], row.next_ms - 300_000).is_empty());
    }
}
