//! The comparison without gates: twelve attributes under short names and nothing else, in the
//! fastest embedding of each engine that we found, none of which copies them.

use attune_bench::plain::{Person, Plain};
use attune_bench::setup::Setup;
use attune_bench::{mapping, measure};

use super::{ENGINES, OURS, checked, people};
use crate::{cel, jinja, jq, lua, ours, quickjs, rhai, vrl};

/// Measures and prints.
pub fn compare(count: usize, rounds: usize) {
    let setup = Setup::new(count);
    let people = people::read(&setup);
    let expected = expected(&setup);
    let environment = jinja::environment();
    let [lua, jinja, quickjs, rhai, vrl, cel, jq] = ENGINES;
    let mut ours = ours::Ours::new(&setup, &mapping::twelve());
    let mut variants = [
        checked(OURS, &mut ours, &expected),
        checked(lua, lua::Lua::flat(&people), &expected),
        checked(jinja, jinja::Jinja::flat(&environment, &people), &expected),
        checked(quickjs, quickjs::QuickJs::flat(&people), &expected),
        checked(rhai, rhai::RhaiThis::new(&people), &expected),
        checked(vrl, vrl::VrlInPlace::new(&people), &expected),
        checked(cel, cel::CelInPlace::new(&people), &expected),
        checked(jq, jq::Jq::flat(&people), &expected),
    ];
    let measured = measure(&mut variants, rounds);
    drop(variants);
    ours.finish();
    measured.print_times("12 mappings, flat attributes to values", count, "person");
    println!("\nhow many times faster ours is than (no gates)");
    for name in ENGINES {
        println!("  {name:<58} {:>5.2}x", measured.ratio((name, OURS)));
    }
}

/// Every value of every person by ordinary Rust: what each engine has to give.
fn expected(setup: &Setup) -> Vec<[Option<String>; 12]> {
    let plain = Plain::open();
    let mut expected = Vec::new();
    for columns in setup.inputs() {
        let rows = 0..columns[0].rows();
        expected.extend(rows.map(|row| plain.map(Person::read(&columns, row))));
    }
    expected
}
