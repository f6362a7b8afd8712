//! Guests that take their time (H01 to H04, H40): bounds are counted in deadlines first and
//! measured second.

use std::time::{Duration, Instant};

use attune_core::{Column, Transform as _};
use attune_wasm::{Engine, FaultKind, Limits, Options};
use serde_json::json;

use super::checks::{
    check_fault, check_one_bad_row, failed_rows, open, open_in, others_go_on, problem, within,
};
use super::guest::{CONTEXT, Guest, column, limits, rows_with_tilde};

const ENDLESS: &str = "(loop $l (br $l))";

/// It works off the number that is written in its rows, and answers then.
const WORK: &str = "
    (local.set $p (i32.load (i32.add (local.get $inputs) (i32.const 16))))
    (local.set $q (i32.add (local.get $p)
      (i32.load (i32.add (local.get $inputs) (i32.const 20)))))
    (block $read
      (loop $digit
        (br_if $read (i32.ge_u (local.get $p) (local.get $q)))
        (local.set $i (i32.add (i32.mul (local.get $i) (i32.const 10))
          (i32.sub (i32.load8_u (local.get $p)) (i32.const 48))))
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        (br $digit)))
    (loop $work
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (br_if $work (i32.gt_s (local.get $i) (i32.const 0))))";

fn worker() -> Guest<'static> {
    Guest {
        apply: WORK,
        examples: "[]",
        ..Guest::default()
    }
}

fn engine_with(limits: Limits) -> Engine {
    let options = Options {
        cache_dir: None,
        limits,
    };
    Engine::new(options).unwrap()
}

/// The most work that can be written: rounds of a loop with a signed counter.
const WORK_MAX: u128 = 2_000_000_000;

/// How much work takes so long on this machine now.
fn work_of(time: Duration) -> u32 {
    let engine = engine_with(Limits {
        transform_ms: 10_000,
        ..limits()
    });
    let (_, mut step) = open_in(&engine, &worker());
    let mut work = 100_000_u32;
    loop {
        let begun = Instant::now();
        step.apply(&CONTEXT, 1, &[&column([work.to_string()])]);
        let took = begun.elapsed();
        if took >= Duration::from_millis(10) || work >= 1_000_000_000 {
            let wanted = u128::from(work) * time.as_micros() / took.as_micros().max(1);
            return wanted.clamp(1, WORK_MAX) as u32;
        }
        work *= 2;
    }
}

/// H01 in a batch.
#[test]
fn an_endless_loop_costs_at_most_20_deadlines() {
    let (_, mut step) = within(60, limits().transform_ms, || {
        let guest = Guest {
            on_tilde: ENDLESS,
            ..Guest::default()
        };
        check_one_bad_row(&guest, "plugin-timeout")
    });
    let counts = step.counts();
    assert!(counts.deadlines <= 20, "{counts:?}");
    assert!(!step.is_repeatable() && !step.finish().is_repeatable);
}

/// H01 with a single row.
#[test]
fn a_single_endless_row_costs_at_most_12_deadlines() {
    let (_, mut step) = open(&Guest {
        on_tilde: ENDLESS,
        ..Guest::default()
    });
    let answer = within(12, limits().transform_ms, || {
        step.apply(&CONTEXT, 1, &[&column(["~"])])
    });
    assert_eq!(problem(&answer, 0).code, "plugin-timeout");
    assert_eq!(step.counts().deadlines, 11);
}

/// H01 for everybody.
#[test]
fn a_batch_of_endless_rows_stops_at_40_deadlines_and_three_quarantine() {
    let engine = engine_with(limits());
    let guest = Guest {
        on_tilde: ENDLESS,
        ..Guest::default()
    };
    let (plugin, mut step) = open_in(&engine, &guest);
    let all: Vec<usize> = (0..256).collect();
    let input = rows_with_tilde(&all);
    for batch in 1..=3_u64 {
        let answer = within(41, limits().transform_ms, || {
            step.apply(&CONTEXT, 256, &[&input])
        });
        assert_eq!(failed_rows(&answer).len(), 256);
        assert!(step.counts().deadlines <= 41 * batch, "{:?}", step.counts());
    }
    assert_eq!(plugin.quarantined().unwrap().code, "plugin-quarantined");
    let calls = step.counts().calls;
    let answer = step.apply(&CONTEXT, 1, &[&column(["fine"])]);
    assert_eq!(problem(&answer, 0).code, "plugin-quarantined");
    assert_eq!(
        step.counts().calls,
        calls,
        "a quarantined plugin is not called"
    );
    others_go_on(&engine);
}

/// H02 (instantiation) and H03 (`describe`), and whatever else is called before the first batch.
#[test]
fn endless_loops_at_load_cost_one_deadline() {
    for guest in [
        Guest {
            more: "(func $start (loop $l (br $l))) (start $start)",
            ..Guest::default()
        },
        Guest {
            describe: ENDLESS,
            ..Guest::default()
        },
        Guest {
            open: ENDLESS,
            ..Guest::default()
        },
        Guest {
            inputs: ENDLESS,
            ..Guest::default()
        },
        Guest {
            realloc: ENDLESS,
            ..Guest::default()
        },
    ] {
        within(1, limits().load_ms, || {
            check_fault(&guest, FaultKind::Timeout);
        });
    }
}

/// H04: it is served while it keeps its deadlines, and stops at the time of the whole run; the next
/// run begins anew.
#[test]
fn a_guest_that_needs_nearly_its_deadline_is_served_until_its_time_in_the_run_is_over() {
    let bounds = Limits {
        transform_ms: 100,
        run_ms: 1_000,
        ..limits()
    };
    let engine = engine_with(bounds);
    let (plugin, mut step) = open_in(&engine, &worker());
    let input = column([work_of(Duration::from_millis(85)).to_string()]);
    let (mut served, mut refused) = (0, None);
    within(20, 100, || {
        for _ in 0..100 {
            let answer = step.apply(&CONTEXT, 1, &[&input]);
            if answer == input {
                served += 1;
                continue;
            }
            // A machine that is busy now may also make it miss its deadline.
            let told = problem(&answer, 0);
            if told.message.contains("1 seconds in this run") {
                refused = Some(told);
                break;
            }
        }
    });
    let refused = refused.expect("a run has an end");
    assert_eq!(refused.code, "plugin-timeout");
    assert!(served >= 1, "{:?}", step.counts());
    assert!(step.counts().time >= Duration::from_secs(1));
    let calls = step.counts().calls;
    let answer = step.apply(&CONTEXT, 1, &[&column(["1"])]);
    assert_eq!(problem(&answer, 0), refused, "however little is left to do");
    assert_eq!(step.counts().calls, calls, "it is not called any more");
    let verdict = step.finish();
    assert!(!verdict.is_repeatable && verdict.problem.is_none());

    assert!(plugin.quarantined().is_none());
    let mut next_run = plugin.open("same", &json!({})).unwrap();
    let little = column(["1"]);
    assert_eq!(next_run.apply(&CONTEXT, 1, &[&little]), little);
    others_go_on(&engine);
}

/// A batch of which row 100 is the whole work.
fn batch_with(work: u32) -> Column {
    column((0..256).map(|row| {
        if row == 100 {
            work.to_string()
        } else {
            String::new()
        }
    }))
}

/// H40.
#[test]
fn an_answer_near_the_deadline_is_whole_or_a_timeout_and_never_half() {
    let engine = engine_with(limits());
    let (_, mut step) = open_in(&engine, &worker());
    let deadline = work_of(Duration::from_millis(limits().transform_ms));
    let mut outcomes = Vec::new();
    // Tenths of a deadline; the last one is beyond a patient second attempt too.
    for tenths in [1, 6, 8, 9, 10, 11, 12, 14, 18, 400] {
        let work = u128::from(deadline) / 10 * tenths;
        let input = batch_with(work.min(WORK_MAX) as u32);
        let answer = step.apply(&CONTEXT, 256, &[&input]);
        let failed = failed_rows(&answer);
        for row in 0..256 {
            if row == 100 && failed == [100] {
                assert_eq!(problem(&answer, row).code, "plugin-timeout");
            } else {
                assert_eq!(answer.cell(row), input.cell(row), "{tenths} tenths, {row}");
            }
        }
        outcomes.push(failed.is_empty());
    }
    assert_eq!(outcomes.first(), Some(&true), "{outcomes:?}");
    assert_eq!(outcomes.last(), Some(&false), "{outcomes:?}");
    others_go_on(&engine);
}

/// H40: the answer is there, and the call does not end. What was read of it is not used.
#[test]
fn a_guest_that_does_not_end_after_its_answer_has_given_none() {
    let engine = engine_with(limits());
    let (_, mut step) = open_in(
        &engine,
        &Guest {
            post: ENDLESS,
            examples: "[]",
            ..Guest::default()
        },
    );
    let answer = within(12, limits().transform_ms, || {
        step.apply(&CONTEXT, 1, &[&column(["fine"])])
    });
    assert_eq!(problem(&answer, 0).code, "plugin-timeout");
    others_go_on(&engine);
}
