//! What running a build shows: counters, the last fault in words, quarantine and release.

use attune_core::{Kind, Transform as _};
use attune_wasm::provider::{Begin, Event, Goal, Provider};
use attune_wasm::{Health, Plugin, Shape, Transformer};
use serde_json::json;

use super::builds::{AFTER, good_then_traps, loops};
use super::checks::{failed_rows, open, problem, within};
use super::guest::{CONTEXT, Guest, RETURN, TEXT, column, engine, limits, rows_with_tilde};

/// Its health, without what depends on the machine.
fn counted(plugin: &Plugin) -> Health {
    Health {
        memory_bytes: 0,
        longest_call_us: 0,
        last_fault: None,
        ..plugin.health()
    }
}

/// Gives the step so many batches of so many rows that hold nothing special.
fn batches(step: &mut Transformer, batches: usize, rows: usize) {
    let input = column((0..rows).map(|row| format!("row {row}")));
    for _ in 0..batches {
        step.apply(&CONTEXT, rows, &[&input]);
    }
}

#[test]
fn all_runs_of_a_plugin_count_into_one_health_and_loading_into_none() {
    let engine = engine();
    let bytes = Guest::default().component();
    let plugin = engine.load(&bytes).unwrap();
    assert_eq!(plugin.health(), Health::default());
    let runs: Vec<_> = (0..2)
        .map(|_| {
            let plugin = plugin.clone();
            std::thread::spawn(move || {
                let mut step = plugin.open("same", &json!({})).unwrap();
                batches(&mut step, 5, 256);
                batches(&mut step, 1, 600);
            })
        })
        .collect();
    for run in runs {
        run.join().unwrap();
    }
    let expected = Health {
        values: 2 * (5 * 256 + 600),
        batches: 2 * (5 + 3),
        ..Health::default()
    };
    assert_eq!(counted(&plugin), expected);
    assert!(plugin.health().memory_bytes >= 16 * 64 * 1024);

    let again = engine.load(&bytes).unwrap();
    assert_eq!(again.health(), Health::default(), "another plugin");
}

#[test]
fn a_value_that_traps_is_told_by_its_shape_its_place_and_its_number() {
    let say =
        format!("(call $emit (i32.const 0) (i32.const {TEXT}) (i32.const 20)) (call $helper)");
    let (plugin, mut step) = open(&Guest {
        on_tilde: &say,
        more: "(func $helper unreachable)",
        ..Guest::default()
    });
    batches(&mut step, 3, 256);
    let answer = step.apply(&CONTEXT, 256, &[&rows_with_tilde(&[100])]);
    assert_eq!(failed_rows(&answer), [100]);

    let health = plugin.health();
    assert_eq!((health.values, health.values_trapped), (4 * 256, 1));
    assert_eq!((health.batches_faulted, health.batches_refused), (1, 0));
    let fault = health.last_fault.clone().unwrap();
    assert_eq!(
        (fault.code.as_str(), fault.function.as_str()),
        ("plugin-trap", "same.same")
    );
    assert_eq!(fault.guest_function.as_deref(), Some("helper"));
    assert_eq!(fault.line, None, "the file has no debug information");
    assert!(fault.message.contains("unreachable"), "{}", fault.message);
    assert_eq!(fault.log.as_deref(), Some("hello from the guest"));
    assert_eq!((fault.values_in_call, fault.values_lost), (1, 1));
    assert_eq!(fault.after_values, 3 * 256 + 100);
    let shape = Shape {
        kind: "text",
        bytes: "row 100~".len() as u64,
    };
    assert_eq!(fault.input, [shape]);
    let written = serde_json::to_string(&health).unwrap();
    assert!(!written.contains("row 100"), "{written}");
}

#[test]
fn a_fault_that_cost_no_value_is_told_too() {
    let plugin = engine().load(&good_then_traps("mark")).unwrap();
    let mut step = plugin.open("same", &json!({})).unwrap();
    batches(&mut step, 40, 256);
    let expected = Health {
        values: 40 * 256,
        batches: 40,
        batches_faulted: 1,
        ..Health::default()
    };
    assert_eq!(counted(&plugin), expected);
    let fault = plugin.health().last_fault.unwrap();
    assert_eq!(fault.guest_function.as_deref(), Some("breaks_down"));
    assert_eq!((fault.values_in_call, fault.values_lost), (256, 0));
    assert_eq!(fault.after_values, u64::from(AFTER / 256 * 256));
    assert!(fault.input.is_empty());
}

#[test]
fn answers_that_are_none_are_counted_as_refused() {
    let kinds = RETURN + 4;
    let bad_kind = format!("(i32.store8 (i32.load (i32.const {kinds})) (i32.const 99))");
    let gives_up = format!(
        "(i32.store8 (i32.const {RETURN}) (i32.const 1))
         (i32.store (i32.const {kinds}) (i32.const {TEXT}))
         (i32.store (i32.const {}) (i32.const 5))",
        RETURN + 8
    );
    for (apply, code) in [(bad_kind, "plugin-output-invalid"), (gives_up, "hello")] {
        let (plugin, mut step) = open(&Guest {
            apply: &apply,
            examples: "[]",
            ..Guest::default()
        });
        batches(&mut step, 8, 64);
        let expected = Health {
            values: 8 * 64,
            batches: 8,
            values_refused: 8 * 64,
            batches_refused: 8,
            batches_faulted: 8,
            ..Health::default()
        };
        assert_eq!(counted(&plugin), expected, "{code}");
        assert_eq!(plugin.health().last_fault.unwrap().code, code);
        assert!(plugin.quarantined().is_none(), "an answer, if a wrong one");
    }
}

#[test]
fn a_plugin_that_gives_no_value_in_five_batches_is_not_called_until_it_is_released() {
    let (plugin, mut step) = open(&Guest {
        apply: "unreachable",
        examples: "[]",
        ..Guest::default()
    });
    batches(&mut step, 4, 16);
    assert!(plugin.quarantined().is_none());
    batches(&mut step, 1, 16);
    assert_eq!(plugin.quarantined().unwrap().code, "plugin-quarantined");
    assert!(step.is_repeatable(), "what was answered was the plugin's");

    let input = column(["a"]);
    let answer = step.apply(&CONTEXT, 1, &[&input]);
    assert_eq!(problem(&answer, 0).code, "plugin-quarantined");
    assert!(!step.is_repeatable(), "what other runs have shown decided");
    assert_eq!(plugin.health().values, 5 * 16, "it was not called");

    plugin.release();
    assert!(plugin.quarantined().is_none());
    let answer = step.apply(&CONTEXT, 1, &[&input]);
    assert_eq!(problem(&answer, 0).code, "plugin-trap");
    batches(&mut step, 4, 16);
    assert!(plugin.quarantined().is_none(), "it is counted anew");
    batches(&mut step, 1, 16);
    assert!(plugin.quarantined().is_some());
}

#[test]
fn one_bad_value_in_every_batch_stops_nobody() {
    let (plugin, mut step) = open(&Guest {
        on_tilde: "unreachable",
        ..Guest::default()
    });
    let good: Vec<_> = (0..15).map(|row| row.to_string()).collect();
    let input = column(good.iter().map(String::as_str).chain(["~"]));
    for _ in 0..20 {
        let answer = step.apply(&CONTEXT, 16, &[&input]);
        assert_eq!(failed_rows(&answer), [15]);
        let answer = step.apply(&CONTEXT, 1, &[&column(["~"])]);
        assert_eq!(answer.cell(0).kind, Kind::Failed);
    }
    assert!(plugin.quarantined().is_none());
    assert_eq!(plugin.health().values_trapped, 40);
}

#[test]
fn a_plugin_out_of_time_is_counted_quarantined_and_released() {
    let plugin = engine().load(&loops("mark")).unwrap();
    within(300, limits().transform_ms, || {
        let mut step = plugin.open("same", &json!({})).unwrap();
        batches(&mut step, 3, 256);
        assert_eq!(plugin.quarantined().unwrap().code, "plugin-quarantined");
        let health = plugin.health();
        assert_eq!(
            (health.values_timed_out, health.values_trapped),
            (3 * 256, 0)
        );
        let fault = health.last_fault.unwrap();
        assert_eq!(
            (fault.code.as_str(), fault.values_in_call),
            ("plugin-timeout", 1)
        );
        assert!(health.longest_call_us >= limits().transform_ms * 1_000);

        plugin.release();
        batches(&mut step, 2, 256);
        assert!(plugin.quarantined().is_none(), "two more are not three");
    });
}

#[test]
fn a_release_does_not_mend_what_was_never_broken() {
    let (plugin, mut step) = open(&Guest::default());
    plugin.release();
    assert!(plugin.quarantined().is_none());
    let why = attune_core::Problem::new("plugin-quarantined", "because somebody said so");
    plugin.quarantine(&why);
    let input = column(["a"]);
    let answer = step.apply(&CONTEXT, 1, &[&input]);
    assert_eq!(problem(&answer, 0), why);
    plugin.release();
    assert!(step.apply(&CONTEXT, 1, &[&input]) == input);
}

#[test]
fn calls_of_a_provider_are_counted_and_its_fault_told() {
    let guest = Guest {
        more: "(func $lost unreachable)",
        ..Guest::default()
    };
    let bytes = guest.provider("unreachable", "(call $lost)");
    let plugin = engine().load(&bytes).unwrap();
    let mut provider = Provider::open(&plugin, "{}").unwrap();
    let event = Event::Begin(Begin {
        goal: Goal::Everyone,
        wanted: Vec::new(),
        groups: Vec::new(),
        extra: Vec::new(),
    });
    for _ in 0..6 {
        provider.advance(b"state", 0.0, &event).unwrap_err();
    }
    let expected = Health {
        batches: 6,
        batches_faulted: 6,
        ..Health::default()
    };
    assert_eq!(counted(&plugin), expected);
    let fault = plugin.health().last_fault.unwrap();
    assert_eq!(
        (fault.function.as_str(), fault.after_values),
        ("advance", 5)
    );
    assert_eq!(fault.guest_function.as_deref(), Some("lost"));
    let shape = Shape {
        kind: "state",
        bytes: 5,
    };
    assert_eq!(fault.input, [shape]);
    assert!(plugin.quarantined().is_none());
}
