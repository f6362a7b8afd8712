//! Files that would explode in the compiler (H25, H26): refused by what they count, before anything
//! is compiled.

use std::fmt::Write as _;

use super::checks::{alone, check_refused, others_go_on, peak, within};
use super::guest::{Guest, engine, limits};

const COMPLEX: &str = "plugin-too-complex";

/// A component that exports a transform of nothing, with this in front of it.
fn component(inside: &str) -> Vec<u8> {
    let text = format!(
        "(component {inside} (instance $none)
           (export \"attune:plugin/transform@1.0.0\" (instance $none)))"
    );
    wat::parse_str(text).unwrap()
}

fn module(inside: &str) -> Vec<u8> {
    component(&format!("(core module {inside})"))
}

fn check_bomb(bytes: &[u8], code: &str, says: &str) {
    within(1, limits().load_ms, || check_refused(bytes, code, says));
}

/// H25: functions, their size, locals, branch tables, tables.
#[test]
fn code_bombs_are_counted_before_they_go_off() {
    check_bomb(&module(&"(func)".repeat(100_000)), COMPLEX, "functions");
    // Three million instructions that a compiler would have to look at.
    let large = format!("(func {})", "(drop (i32.const 1000000))".repeat(600_000));
    check_bomb(&module(&large), COMPLEX, "bytes in one function");
    let locals = format!("(func {})", "(local i64)".repeat(30_000));
    check_bomb(&module(&locals), COMPLEX, "locals");
    let branches = format!(
        "(func (block (br_table {} (i32.const 0))))",
        "0 ".repeat(210_000)
    );
    check_bomb(&module(&branches), COMPLEX, "branch targets");
    check_bomb(&module(&"(table 1 funcref)".repeat(20)), COMPLEX, "tables");
    let exports = (0..110_000).fold("(func)".to_owned(), |mut all, n| {
        write!(all, "(export \"{n}\" (func 0))").unwrap();
        all
    });
    check_bomb(&module(&exports), COMPLEX, "exports");
}

/// H25: types, side by side, inside of each other, and of each other (GHSA-wjc8).
#[test]
fn type_bombs_are_refused() {
    let types = "(type (list u8))".repeat(30_000);
    check_bomb(&component(&types), COMPLEX, "definitions");
    let inner = "(type (list u8))".repeat(30_000);
    let hidden = format!("(type (instance {inner}))");
    check_bomb(&component(&hidden), COMPLEX, "definitions");
    let chain = (1..10_000).map(|n| format!("(type $t{n} (list $t{}))", n - 1));
    let chain = format!("(type $t0 (list u8)) {}", chain.collect::<String>());
    check_bomb(&component(&chain), "plugin-invalid", "nest");
    // Each is twice the one before.
    let double = (1..60).map(|n| format!("(type $t{n} (tuple $t{m} $t{m}))", m = n - 1));
    let double = format!("(type $t0 (tuple u8 u8)) {}", double.collect::<String>());
    check_bomb(&component(&double), "plugin-invalid", "size");
}

/// H26: instances that are written.
#[test]
fn ten_thousand_instances_and_deep_nesting_are_refused() {
    let instances = "(core instance (instantiate $m))".repeat(10_000);
    let many = format!("(core module $m) {instances}");
    check_bomb(&component(&many), COMPLEX, "instances");
    let nested = format!("{}{}", "(component ".repeat(30), ")".repeat(30));
    check_bomb(&component(&nested), COMPLEX, "nesting");
}

/// Components that each make the one before twice: 30 lines, sixteen million instances.
fn doubling() -> Vec<u8> {
    let twice = (1..=24).map(|n| {
        let half = format!("(instance (instantiate $c{}))", n - 1);
        format!("(component $c{n} {half} {half})")
    });
    component(&format!(
        "(component $c0 (core module $m) (core instance (instantiate $m)))
         {} (instance (instantiate $c24))",
        twice.collect::<String>()
    ))
}

/// H26: instances that are made by what is written.
#[test]
fn instances_of_instances_are_multiplied_before_they_are_made() {
    check_bomb(&doubling(), COMPLEX, "instances of instances");
    // One inside of the other, 30 of each.
    let thirty = |name: &str| format!("(instance (instantiate ${name}))").repeat(30);
    let nested = format!(
        "(component $a (component $b (core module $m)
           (core instance (instantiate $m)) (core instance (instantiate $m))) {})
         {}",
        thirty("b"),
        thirty("a")
    );
    check_bomb(&component(&nested), COMPLEX, "instances of instances");
    // Whoever is given a component may make it as often as it likes.
    let taken = "(component $taker (import \"c\" (component $c))
        (instance (instantiate $c)) (instance (instantiate $c)))";
    check_bomb(&component(taken), COMPLEX, "components taken as arguments");
}

/// H25 and H26: what refusing them costs the process.
#[test]
fn a_bomb_that_is_refused_costs_the_process_next_to_nothing() {
    alone(
        "hostile_bombs::a_bomb_that_is_refused_costs_the_process_next_to_nothing",
        || {
            let bombs = [
                module(&"(func)".repeat(100_000)),
                doubling(),
                component(&"(type (list u8))".repeat(30_000)),
            ];
            let engine = engine();
            engine.load(&Guest::default().component()).unwrap();
            for bomb in bombs {
                let rose = peak(|| assert!(engine.load(&bomb).is_err()));
                assert!(rose < 8 * 1024 * 1024, "{rose} bytes");
            }
            others_go_on(&engine);
        },
    );
}
