//! Guests that carry something from one row or call to the next, or that answer twice differently
//! (H27, H28).

use attune_core::Transform as _;

use super::checks::{check_refused, open, open_in, others_go_on, problem};
use super::guest::{CONTEXT, Guest, RETURN, column, engine, rows_with_tilde};

/// H27.
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
    let engine = engine();
    let (plugin, mut step) = open_in(&engine, &guest);
    let input = column((0..250).map(|row| format!("{row}")));
    for _ in 0..60 {
        step.apply(&CONTEXT, 250, &[&input]);
    }
    let verdict = step.finish();
    assert_eq!(verdict.problem.unwrap().code, "plugin-not-per-row");
    assert_eq!(plugin.quarantined().unwrap().code, "plugin-not-per-row");
    let answer = step.apply(&CONTEXT, 1, &[&column(["x"])]);
    assert_eq!(problem(&answer, 0).code, "plugin-not-per-row");
    others_go_on(&engine);
}

/// H27 as far as loading shows it.
#[test]
fn a_guest_that_looks_at_its_neighbours_is_not_per_row() {
    let guest = Guest {
        apply: "(i32.store8 (i32.load (i32.const 1044))
                  (i32.add (i32.const 64) (local.get $rows)))",
        examples: r#"[{"input":["a"],"output":"A"}]"#,
        ..Guest::default()
    };
    check_refused(&guest.component(), "plugin-not-per-row", "`same`");
}

/// H28.
#[test]
fn a_guest_with_state_is_nondeterministic() {
    let guest = Guest {
        more: "(global $n (mut i32) (i32.const 65))",
        apply: "(i32.store8 (i32.load (i32.const 1044)) (global.get $n))
                (global.set $n (i32.add (global.get $n) (i32.const 1)))",
        examples: r#"[{"input":["a"],"output":"A"}]"#,
        ..Guest::default()
    };
    check_refused(&guest.component(), "plugin-nondeterministic", "`same`");
}

/// H28: the bits of a NaN are those of every other machine.
#[test]
fn nans_have_the_same_bits_whatever_they_come_of() {
    let nans = [
        "(f64.div (f64.const 0) (f64.const 0))",
        "(f64.sub (f64.const inf) (f64.const inf))",
        "(f64.sqrt (f64.const -1))",
        "(f64.add (f64.const -nan:0x8dead00000001) (f64.const 1))",
        "(f64.promote_f32 (f32.mul (f32.const -inf) (f32.const 0)))",
    ];
    // It traps at the first other NaN.
    let check = nans.map(|nan| {
        format!(
            "(if (i64.ne (i64.reinterpret_f64 {nan}) (i64.const 0x7ff8000000000000))
               (then unreachable))"
        )
    });
    let (_, mut step) = open(&Guest {
        apply: &check.concat(),
        ..Guest::default()
    });
    let input = rows_with_tilde(&[]);
    assert!(step.apply(&CONTEXT, 256, &[&input]) == input);
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
