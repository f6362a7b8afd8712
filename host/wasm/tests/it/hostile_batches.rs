//! Guests that misbehave inside a batch: each named fault, the bad row alone, and afterwards the
//! same step and other plugins work as before. Bounds are counted in deadlines, never in seconds.

use super::guest::{CONTEXT, Guest, RETURN, TEXT, column, engine, rows_with_tilde};
use attune_core::{Column, Kind, Problem, Transform as _};
use attune_wasm::{Plugin, Transformer};
use serde_json::json;

fn open(guest: &Guest<'_>) -> (Plugin, Transformer) {
    let plugin = engine()
        .load(&guest.component())
        .unwrap_or_else(|error| panic!("{error}"));
    let transformer = plugin.open("same", &json!({})).unwrap();
    (plugin, transformer)
}

fn problem(column: &Column, row: usize) -> Problem {
    assert_eq!(column.cell(row).kind, Kind::Failed, "row {row}");
    serde_json::from_slice(column.cell(row).bytes).unwrap()
}

fn failed_rows(column: &Column) -> Vec<usize> {
    let failed = column
        .iter()
        .enumerate()
        .filter(|(_, cell)| cell.kind == Kind::Failed);
    failed.map(|(row, _)| row).collect()
}

/// One bad row of 256 fails with `code`; the 255 others have their values; the step goes on.
fn check_one_bad_row(guest: &Guest<'_>, code: &str) -> (Problem, Transformer) {
    let (plugin, mut step) = open(guest);
    let input = rows_with_tilde(&[100]);
    let answer = step.apply(&CONTEXT, 256, &[&input]);
    assert_eq!(
        failed_rows(&answer),
        [100],
        "{:?}",
        problem(&answer, failed_rows(&answer)[0])
    );
    for row in (0..256).filter(|row| *row != 100) {
        assert_eq!(answer.cell(row), input.cell(row));
    }
    let problem = problem(&answer, 100);
    assert_eq!(problem.code, code, "{problem}");
    assert!(step.counts().deadlines <= 40, "{:?}", step.counts());

    let clean = rows_with_tilde(&[]);
    assert!(
        step.apply(&CONTEXT, 256, &[&clean]) == clean,
        "the step goes on"
    );
    let mut again = plugin.open("same", &json!({})).unwrap();
    assert!(
        again.apply(&CONTEXT, 256, &[&clean]) == clean,
        "the plugin goes on"
    );
    let (_, mut other) = open(&Guest::default());
    assert!(
        other.apply(&CONTEXT, 256, &[&clean]) == clean,
        "other plugins go on"
    );
    (problem, step)
}

#[test]
fn unreachable_is_a_trap_with_its_place() {
    let (problem, mut step) = check_one_bad_row(
        &Guest {
            on_tilde: "(call $helper)",
            more: "(func $helper unreachable)",
            ..Guest::default()
        },
        "plugin-trap",
    );
    for part in [
        "`same.same`",
        "plugin same 1.0.0",
        "sha256:",
        "unreachable",
        "helper",
    ] {
        assert!(
            problem.message.contains(part),
            "{part} in {}",
            problem.message
        );
    }
    assert!(
        step.finish().is_repeatable,
        "a trap is as repeatable as a result"
    );
}

#[test]
fn division_by_zero_and_wild_reads_are_traps() {
    for on_tilde in [
        "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
        "(drop (i32.load (i32.const -8)))",
    ] {
        check_one_bad_row(
            &Guest {
                on_tilde,
                ..Guest::default()
            },
            "plugin-trap",
        );
    }
}

#[test]
fn an_endless_loop_costs_at_most_20_deadlines() {
    let (_, mut step) = check_one_bad_row(
        &Guest {
            on_tilde: "(loop $l (br $l))",
            ..Guest::default()
        },
        "plugin-timeout",
    );
    let counts = step.counts();
    assert!(counts.deadlines <= 20, "{counts:?}");
    assert!(!step.is_repeatable() && !step.finish().is_repeatable);
}

#[test]
fn a_single_endless_row_costs_at_most_12_deadlines() {
    let (_, mut step) = open(&Guest {
        on_tilde: "(loop $l (br $l))",
        ..Guest::default()
    });
    let answer = step.apply(&CONTEXT, 1, &[&column(["~"])]);
    assert_eq!(problem(&answer, 0).code, "plugin-timeout");
    assert_eq!(step.counts().deadlines, 11);
}

#[test]
fn a_batch_of_endless_rows_stops_at_40_deadlines_and_three_quarantine() {
    let (plugin, mut step) = open(&Guest {
        on_tilde: "(loop $l (br $l))",
        ..Guest::default()
    });
    let all: Vec<usize> = (0..256).collect();
    let input = rows_with_tilde(&all);
    for batch in 1..=3_u64 {
        let answer = step.apply(&CONTEXT, 256, &[&input]);
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
}

#[test]
fn memory_and_table_bombs_are_stopped() {
    let memory = "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 100)) (i32.const 0))))";
    let (problem, _) = check_one_bad_row(
        &Guest {
            on_tilde: memory,
            ..Guest::default()
        },
        "plugin-memory",
    );
    assert!(problem.message.contains("bytes of memory"), "{problem}");
    let table = "(loop $l (br_if $l (i32.ne
        (table.grow $t (ref.null func) (i32.const 1000)) (i32.const 0))))";
    let (problem, _) = check_one_bad_row(
        &Guest {
            on_tilde: table,
            more: "(table $t 1 funcref)",
            ..Guest::default()
        },
        "plugin-memory",
    );
    assert!(problem.message.contains("table elements"), "{problem}");
}

#[test]
fn deep_recursion_is_stopped() {
    check_one_bad_row(
        &Guest {
            on_tilde: "(drop (call $deep (i64.const 1)))",
            more: "(func $deep (param i64) (result i64)
                (i64.add (local.get 0) (call $deep (i64.add (local.get 0) (i64.const 1)))))",
            ..Guest::default()
        },
        "plugin-stack",
    );
}

#[test]
fn wild_pointers_and_lengths_are_refused() {
    let set = |offset: u32, value: i64| {
        format!(
            "(i32.store (i32.const {}) (i32.const {value}))",
            RETURN + 4 + offset
        )
    };
    for hostile in [
        format!("{}{}", set(16, -256), set(20, 64)),
        set(20, -1),
        format!("{}{}", set(0, 4), set(4, -1)),
        // A result that is neither ok nor err.
        format!("(i32.store8 (i32.const {RETURN}) (i32.const 7))"),
        // `ends` is a list of u32 at an odd address.
        set(8, 4_097),
        // The result itself lies outside of memory.
        "(return (i32.const -4))".to_owned(),
    ] {
        let guest = Guest {
            on_tilde: &hostile,
            ..Guest::default()
        };
        check_one_bad_row(&guest, "plugin-output-invalid");
    }
}

#[test]
fn columns_that_break_the_contract_are_refused() {
    let kinds = format!("(i32.load (i32.const {}))", RETURN + 4);
    let ends = format!("(i32.load (i32.const {}))", RETURN + 12);
    let data = format!("(i32.load (i32.const {}))", RETURN + 20);
    for hostile in [
        format!("(i32.store8 {kinds} (i32.const 99))"),
        format!("(i32.store {ends} (i32.const -1))"),
        format!("(i32.store8 {data} (i32.const 255))"),
        // A row less than asked for.
        format!(
            "(i32.store (i32.const {at}) (i32.sub (i32.load (i32.const {at})) (i32.const 1)))",
            at = RETURN + 8
        ),
        // Text that claims to be a number.
        format!("(i32.store8 {kinds} (i32.const 4))"),
    ] {
        let guest = Guest {
            on_tilde: &hostile,
            ..Guest::default()
        };
        check_one_bad_row(&guest, "plugin-output-invalid");
    }
}

#[test]
fn answers_above_the_limit_are_too_large() {
    // 9 MiB of data, really there.
    let hostile = format!(
        "(drop (memory.grow (i32.const 200)))
         (i32.store (i32.const {}) (i32.const 0)) (i32.store (i32.const {}) (i32.const 9437184))",
        RETURN + 20,
        RETURN + 24
    );
    let guest = Guest {
        on_tilde: &hostile,
        ..Guest::default()
    };
    check_one_bad_row(&guest, "plugin-output-too-large");
}

#[test]
fn a_problem_of_apply_fails_its_row_and_its_text_is_cleaned() {
    // The problem's three texts are the guest's line with terminal codes and direction marks.
    let text = |at: u32| {
        format!(
            "(i32.store (i32.const {}) (i32.const {TEXT})) (i32.store (i32.const {}) (i32.const 29))",
            RETURN + at,
            RETURN + at + 4
        )
    };
    let hostile = format!(
        "(i32.store8 (i32.const {RETURN}) (i32.const 1)) {} {} {}",
        text(4),
        text(12),
        text(20)
    );
    let guest = Guest {
        on_tilde: &hostile,
        ..Guest::default()
    };
    let (problem, _) = check_one_bad_row(&guest, "plugin-error");
    assert!(
        problem
            .message
            .starts_with("hello from the guest\\u{1b}[31m\\n"),
        "{problem}"
    );

    // The same with bytes that are no UTF-8.
    let invalid = format!("(i32.store8 (i32.const {TEXT}) (i32.const 255)) {hostile}");
    let guest = Guest {
        on_tilde: &invalid,
        ..Guest::default()
    };
    check_one_bad_row(&guest, "plugin-output-invalid");
}

#[test]
fn the_last_error_line_is_in_the_report_and_cut() {
    let say = |bytes: u32| {
        format!(
            "(drop (memory.grow (i32.const 200)))
             (memory.fill (i32.const {TEXT}) (i32.const 120) (i32.const {bytes}))
             (call $emit (i32.const 0) (i32.const {TEXT}) (i32.const {bytes})) unreachable"
        )
    };
    let long = say(4 * 1024 * 1024);
    let guest = Guest {
        on_tilde: &long,
        ..Guest::default()
    };
    let (problem, _) = check_one_bad_row(&guest, "plugin-trap");
    assert!(problem.message.contains("it said: xxxx"), "{problem}");
    assert!(
        problem.message.len() < 5 * 1024,
        "{}",
        problem.message.len()
    );
    // Beyond what may cross at all the text is gone and the call ends; still a trap, not a crash.
    let longer = say(10 * 1024 * 1024);
    let guest = Guest {
        on_tilde: &longer,
        ..Guest::default()
    };
    let (problem, _) = check_one_bad_row(&guest, "plugin-trap");
    assert!(problem.message.contains("log line"), "{problem}");
}

#[test]
fn a_log_flood_is_cut_and_counted() {
    let (_, mut step) = open(&Guest {
        on_tilde: &format!(
            "(local.set $i (i32.const 1000))
             (loop $l
               (call $emit (i32.const 2) (i32.const {TEXT}) (i32.const 29))
               (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))"
        ),
        ..Guest::default()
    });
    let input = column(["~"]);
    assert_eq!(step.apply(&CONTEXT, 1, &[&input]), input);
    assert_eq!(step.counts().log_dropped, 1_000 - 64);
}

#[test]
fn a_leaking_guest_gets_fresh_stores_and_loses_no_row() {
    // 100 pages a call: a tenth of the limit.
    let (_, mut step) = open(&Guest {
        apply: "(drop (memory.grow (i32.const 100)))",
        ..Guest::default()
    });
    let input = rows_with_tilde(&[]);
    for _ in 0..40 {
        let answer = step.apply(&CONTEXT, 256, &[&input]);
        assert!(answer == input, "{:?}", problem(&answer, 0));
    }
    assert!(step.counts().stores >= 5, "{:?}", step.counts());
    assert_eq!(step.counts().failures, 0, "{:?}", step.counts());
}

#[test]
fn a_guest_that_remembers_the_previous_person_is_quarantined() {
    // Behaves for its first 20 calls, which are those at load; then mixes in what it saw before.
    let guest = Guest {
        more: "(global $calls (mut i32) (i32.const 0)) (global $last (mut i32) (i32.const 88))",
        apply: &format!(
            "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
             (local.set $p (i32.load (i32.const {data})))
             (if (i32.gt_u (global.get $calls) (i32.const 20))
               (then (i32.store8 (local.get $p) (global.get $last))
                     (i32.store8 (i32.add (local.get $p) (i32.sub
                        (i32.load (i32.const {length})) (i32.const 1))) (global.get $last))))
             (global.set $last (i32.load8_u (local.get $p)))",
            data = RETURN + 20,
            length = RETURN + 24
        ),
        ..Guest::default()
    };
    let (plugin, mut step) = open(&guest);
    let input = column((0..250).map(|row| format!("{row}")));
    for _ in 0..60 {
        step.apply(&CONTEXT, 250, &[&input]);
    }
    let verdict = step.finish();
    assert_eq!(verdict.problem.unwrap().code, "plugin-not-per-row");
    assert_eq!(plugin.quarantined().unwrap().code, "plugin-not-per-row");
    let answer = step.apply(&CONTEXT, 1, &[&column(["x"])]);
    assert_eq!(problem(&answer, 0).code, "plugin-not-per-row");
}
