//! Guests that break down (H12 to H16): traps of every kind, allocators that lie, panics with
//! megabytes of text, floods of log lines.

use attune_core::Transform as _;
use attune_wasm::{Engine, Limits, Options};

use super::checks::{check_every_row, check_one_bad_row, open, open_in, others_go_on};
use super::guest::{CONTEXT, Guest, TEXT, column, limits};
use super::lines::lines_of;

/// An allocator that does this from the first batch on.
fn allocates(realloc: &str) -> String {
    format!("(if (global.get $is_open) (then {realloc}))")
}

fn allocator(realloc: &str) -> Guest<'_> {
    Guest {
        more: "(global $is_open (mut i32) (i32.const 0))",
        open: "(global.set $is_open (i32.const 1))",
        realloc,
        examples: "[]",
        ..Guest::default()
    }
}

/// H12: it gives the host places that overlap, or that are none.
#[test]
fn an_allocator_that_lies_costs_the_guest_and_nobody_else() {
    for place in ["(return (i32.const -16))", "(return (i32.const 3))"] {
        let problem = check_every_row(&allocator(&allocates(place)), "plugin-trap");
        assert!(problem.message.contains("realloc"), "{problem}");
    }
    // Everything in one place: what it then takes for its arguments is not what the host wrote.
    let same = allocates("(return (i32.const 131072))");
    check_every_row(&allocator(&same), "plugin-output-invalid");
}

/// H13: while it allocates for the host, or cleans up after an answer, it calls the host.
#[test]
fn an_allocator_that_calls_back_is_a_trap() {
    let call = format!("(call $emit (i32.const 2) (i32.const {TEXT}) (i32.const 5))");
    check_every_row(&allocator(&allocates(&call)), "plugin-trap");
    check_every_row(&allocator(&allocates("unreachable")), "plugin-trap");
    let guest = Guest {
        post: &call,
        examples: "[]",
        ..Guest::default()
    };
    check_every_row(&guest, "plugin-trap");
}

/// H14.
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

/// H14.
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

/// H15: a panic of 4 and of 10 MiB.
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

/// H16: cut, escaped and counted.
#[test]
fn a_million_log_lines_are_cut_escaped_and_counted() {
    let engine = Engine::new(Options {
        cache_dir: None,
        limits: Limits {
            transform_ms: 10_000,
            ..limits()
        },
    })
    .unwrap();
    let flood = format!(
        "(local.set $i (i32.const 1000000))
         (loop $l
           (call $emit (i32.const 2) (i32.const {TEXT}) (i32.const 29))
           (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))"
    );
    let guest = Guest {
        on_tilde: &flood,
        ..Guest::default()
    };
    let (_, mut step) = open_in(&engine, &guest);
    let input = column(["~"]);
    let lines = lines_of("attune::plugin", || {
        assert_eq!(step.apply(&CONTEXT, 1, &[&input]), input);
    });
    assert_eq!(step.counts().log_dropped, 1_000_000 - 64);
    assert_eq!(lines.len(), 64);
    for line in &lines {
        assert_eq!(line, r"hello from the guest\u{1b}[31m\n\u{202e}");
    }
    // The next call says how many there were.
    let lines = lines_of("attune::plugin", || {
        step.apply(&CONTEXT, 1, &[&column(["fine"])]);
    });
    assert_eq!(lines, ["log lines dropped"]);
    others_go_on(&engine);
}

/// H16: one line of a megabyte.
#[test]
fn a_long_log_line_is_cut_on_a_character() {
    let long = format!(
        "(drop (memory.grow (i32.const 32)))
         (memory.fill (i32.const {TEXT}) (i32.const 120) (i32.const 1048576))
         (call $emit (i32.const 1) (i32.const {TEXT}) (i32.const 1048576))"
    );
    let (_, mut step) = open(&Guest {
        on_tilde: &long,
        ..Guest::default()
    });
    let lines = lines_of("attune::plugin", || {
        step.apply(&CONTEXT, 1, &[&column(["~"])]);
    });
    assert_eq!(lines.len(), 1, "{}", lines.len());
    assert!(lines[0].len() <= limits().log_line_bytes && lines[0].ends_with('…'));
}
