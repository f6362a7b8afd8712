//! Guests that want more memory than they may have, their own (H05 to H07) or the host's (H09,
//! H10). What a whole process takes is measured in a process of its own.

use attune_core::Transform as _;
use attune_wasm::provider::{Begin, Event, Goal, Provider};
use attune_wasm::{Engine, Error, FaultKind, Limits, Options};
use serde_json::json;

use super::checks::{
    alone, check_fault, check_one_bad_row, check_refused, memory, open_in, others_go_on, peak,
    problem, with_part,
};
use super::guest::{CONTEXT, Guest, RETURN, column, engine, limits};

const MIB: u64 = 1024 * 1024;
/// What a measurement may be off: threads, pages of code, the allocator's reserve.
const SLACK: u64 = 16 * MIB;

/// H05 and H06.
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

/// H05: a bomb that writes to every page that it gets, twenty times over.
#[test]
fn a_memory_bomb_costs_the_process_its_limit_and_gives_it_back() {
    alone(
        "hostile_memory::a_memory_bomb_costs_the_process_its_limit_and_gives_it_back",
        || {
            let engine = Engine::new(Options {
                cache_dir: None,
                limits: Limits {
                    transform_ms: 10_000,
                    ..limits()
                },
            })
            .unwrap();
            let bomb = "(loop $l
                (local.set $i (memory.grow (i32.const 16)))
                (memory.fill (i32.mul (local.get $i) (i32.const 65536)) (i32.const 88)
                  (i32.const 1048576))
                (br $l))";
            let guest = Guest {
                on_tilde: bomb,
                ..Guest::default()
            };
            let (_, mut step) = open_in(&engine, &guest);
            let before = memory("VmRSS");
            let rose = peak(|| {
                for _ in 0..20 {
                    let answer = step.apply(&CONTEXT, 1, &[&column(["~"])]);
                    assert_eq!(problem(&answer, 0).code, "plugin-memory");
                }
            });
            let most = limits().memory_bytes as u64 + SLACK;
            assert!(rose <= most, "{} MiB", rose / MIB);
            drop(step);
            let kept = memory("VmRSS").saturating_sub(before);
            assert!(kept <= SLACK, "{} MiB are kept", kept / MIB);
            others_go_on(&engine);
        },
    );
}

/// H07.
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
    let describe = "(drop (call $deep (i64.const 1)))";
    let more = "(func $deep (param i64) (result i64)
        (i64.mul (local.get 0) (call $deep (i64.add (local.get 0) (i64.const 1)))))";
    check_fault(
        &Guest {
            describe,
            more,
            ..Guest::default()
        },
        FaultKind::Stack,
    );
}

#[test]
fn memory_that_is_too_large_from_the_start_is_refused() {
    let born_large = Guest {
        more: "(func $start (drop (memory.grow (i32.const 1100)))) (start $start)",
        ..Guest::default()
    };
    check_fault(&born_large, FaultKind::Memory);
    // Four gigabytes, as the file says itself.
    let part = "(component (core module $m (memory 65536)) (core instance (instantiate $m)))";
    let plugin = with_part(
        &Guest::default().component(),
        &wat::parse_str(part).unwrap(),
    );
    check_refused(&plugin, "plugin-invalid", "memory");
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

/// Writes 100,000 texts from address 1 MiB on, `stride` bytes apart, all the same 1 MiB.
fn repeated(stride: u32) -> String {
    format!(
        "(func $repeat (local $i i32)
           (drop (memory.grow (i32.const 64)))
           (memory.fill (i32.const 3145728) (i32.const 120) (i32.const 1048576))
           (memory.fill (i32.const 1048576) (i32.const 0) (i32.mul (i32.const 100000)
             (i32.const {stride})))
           (local.set $i (i32.const 100000))
           (loop $l
             (local.set $i (i32.sub (local.get $i) (i32.const 1)))
             (i64.store (i32.add (i32.const 1048576) (i32.mul (local.get $i) (i32.const {stride})))
               (i64.const 0x00100000_00300000))
             (br_if $l (local.get $i))))"
    )
}

/// Its selectors, or the extras of its manifest, are 100,000 texts that are all the same 1 MiB.
fn repeats_selectors(more: &str) -> Guest<'_> {
    Guest {
        more,
        inputs: "(call $repeat)
                 (i32.store (i32.const 1024) (i32.const 1048576))
                 (i32.store (i32.const 1028) (i32.const 100000))
                 (return (i32.const 1024))",
        examples: "[]",
        ..Guest::default()
    }
}

fn repeats_extras(more: &str) -> Guest<'_> {
    Guest {
        more,
        describe: "(call $repeat)
                   (memory.fill (i32.const 1024) (i32.const 0) (i32.const 40))
                   (i32.store (i32.const 1056) (i32.const 1048576))
                   (i32.store (i32.const 1060) (i32.const 100000))
                   (return (i32.const 1024))",
        ..Guest::default()
    }
}

/// H09: the host would copy 100 GB.
#[test]
fn a_list_that_repeats_one_long_text_is_too_large() {
    check_fault(&repeats_extras(&repeated(16)), FaultKind::OutputTooLarge);
    let engine = engine();
    let guest = repeats_selectors(&repeated(8)).component();
    let plugin = engine.load(&guest).unwrap();
    let error = plugin.open("same", &json!({})).unwrap_err();
    assert_eq!(error.code(), "plugin-output-too-large", "{error}");
    others_go_on(&engine);
}

/// H10: items of nothing, of which the host's own lists would be larger than the guest's.
#[test]
fn ten_million_tiny_items_are_too_large() {
    let kinds = format!(
        "(drop (memory.grow (i32.const 200)))
         (i32.store (i32.const {}) (i32.const 0)) (i32.store (i32.const {}) (i32.const 10000000))",
        RETURN + 4,
        RETURN + 8
    );
    let guest = Guest {
        on_tilde: &kinds,
        ..Guest::default()
    };
    check_one_bad_row(&guest, "plugin-output-too-large");
    check_fault(&empty_selectors(), FaultKind::OutputTooLarge);
    // The manifest's `functions` becomes 300,000 records of zeros: 14 MiB of nothing.
    let guest = Guest {
        describe: "(drop (memory.grow (i32.const 300)))
                   (memory.fill (i32.const 1024) (i32.const 0) (i32.const 40))
                   (i32.store (i32.const 1048) (i32.const 1048576))
                   (i32.store (i32.const 1052) (i32.const 300000))
                   (return (i32.const 1024))",
        ..Guest::default()
    };
    check_fault(&guest, FaultKind::OutputTooLarge);
}

/// As many empty texts as fit into what a guest may have: 60 MiB.
fn empty_selectors() -> Guest<'static> {
    Guest {
        inputs: "(drop (memory.grow (i32.const 1000)))
                 (i32.store (i32.const 1024) (i32.const 1048576))
                 (i32.store (i32.const 1028) (i32.const 8000000))
                 (return (i32.const 1024))",
        ..Guest::default()
    }
}

/// H09 and H10: whatever a guest says, the host copies no more than it may hand over.
#[test]
fn answers_that_are_too_large_cost_the_process_their_limit_at_most() {
    alone(
        "hostile_memory::answers_that_are_too_large_cost_the_process_their_limit_at_most",
        || {
            let engine = engine();
            others_go_on(&engine);
            let own = 5 * MIB;
            let most = limits().transform_returned_bytes as u64 + own + SLACK;
            let repeated = repeated(8);
            for guest in [repeats_selectors(&repeated), empty_selectors()] {
                let guest = Guest {
                    examples: "[]",
                    ..guest
                };
                let plugin = engine.load(&guest.component()).unwrap();
                let rose = peak(|| {
                    for _ in 0..5 {
                        let error = plugin.open("same", &json!({})).unwrap_err();
                        assert_eq!(error.code(), "plugin-output-too-large", "{error}");
                    }
                });
                assert!(rose <= most, "{} MiB", rose / MIB);
            }
            others_go_on(&engine);
        },
    );
}

/// H09 of a provider, which may hand over more: it delivers whole pages.
#[test]
fn a_provider_that_repeats_one_long_text_is_too_large() {
    alone(
        "hostile_memory::a_provider_that_repeats_one_long_text_is_too_large",
        || {
            let engine = engine();
            // One action, `absent`, of 100,000 names.
            let advance = format!(
                "(call $repeat)
                 (memory.fill (i32.const {RETURN}) (i32.const 0) (i32.const 64))
                 (i32.store (i32.const {at}) (i32.const 4096))
                 (i32.store (i32.const {count}) (i32.const 1))
                 (i32.store8 (i32.const 4096) (i32.const 2))
                 (i32.store (i32.const 4104) (i32.const 1048576))
                 (i32.store (i32.const 4108) (i32.const 100000))",
                at = RETURN + 12,
                count = RETURN + 16
            );
            let more = repeated(8);
            let guest = Guest {
                more: &more,
                ..Guest::default()
            };
            let plugin = engine.load(&guest.provider("", &advance)).unwrap();
            let mut provider = Provider::open(&plugin, "{}").unwrap();
            let event = Event::Begin(Begin {
                goal: Goal::Everyone,
                wanted: Vec::new(),
                groups: Vec::new(),
                extra: Vec::new(),
            });
            let rose = peak(|| match provider.advance(b"", 0.0, &event).unwrap_err() {
                Error::Fault(fault) => assert_eq!(fault.kind, FaultKind::OutputTooLarge, "{fault}"),
                other => panic!("{other}"),
            });
            let most = limits().provider_returned_bytes as u64 + SLACK;
            assert!(rose <= most, "{} MiB", rose / MIB);
            others_go_on(&engine);
        },
    );
}
