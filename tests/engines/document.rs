//! The comparison that has gates: each engine has the whole document of a person as its own nested
//! value, and is given it as its documentation shows.
//!
//! Where that copies the document, the copy is in the figure, as it is in what users see; it is also
//! measured alone, and printed beside.

use attune_bench::document::{self, Plain};
use attune_bench::setup::Setup;
use attune_bench::{Bound, Measured, Variant, judge_leads, measure};
use serde_json::Value as Json;

use super::{ENGINES, OURS, checked};
use crate::{cel, jinja, jq, lua, ours, quickjs, rhai, vrl};

/// How many times faster ours has to be than each of [`ENGINES`], and how many it should be.
const LIMITS: [(f64, f64); 7] = [
    (3.5, 6.0),
    (3.5, 6.0),
    (3.5, 6.0),
    (8.0, 15.0),
    (10.0, 20.0),
    (20.0, 30.0),
    (50.0, 80.0),
];

/// Engines whose usual embedding copies, and what the copy alone is called.
const COPIES: [(&str, &str); 3] = [
    ("Rhai", "  Rhai: the copy alone"),
    ("VRL", "  VRL: the copy alone"),
    ("CEL", "  CEL: the copy alone"),
];

/// Measures, prints and judges; false where a gate is missed.
pub fn compare(count: usize, rounds: usize) -> bool {
    let table = document::twelve();
    let setup = Setup::of(document::documents(count), &table);
    let plain = Plain::open();
    let json = setup.documents.iter();
    let json: Vec<Json> = json.map(|d| serde_json::from_slice(d).unwrap()).collect();
    let expected: Vec<_> = json.iter().map(|document| plain.map(document)).collect();
    let environment = jinja::environment();
    let rhai_maps = rhai::read(&setup.documents);
    let vrl_values: Vec<_> = json.iter().map(::vrl::value::Value::from).collect();
    let cel_values = cel::read(&json);
    let [lua, jinja, quickjs, rhai, vrl, cel, jq] = ENGINES;
    let mut ours = ours::Ours::new(&setup, &table);
    let mut variants = vec![
        checked(OURS, &mut ours, &expected),
        checked(lua, lua::Lua::documents(&json), &expected),
        checked(
            jinja,
            jinja::Jinja::documents(&environment, &json),
            &expected,
        ),
        checked(
            quickjs,
            quickjs::QuickJs::documents(&setup.documents),
            &expected,
        ),
        checked(rhai, rhai::Rhai::new(&rhai_maps), &expected),
        checked(vrl, vrl::Vrl::new(&vrl_values), &expected),
        checked(cel, cel::Cel::new(&cel_values), &expected),
        checked(jq, jq::Jq::documents(&setup.documents), &expected),
        alone(COPIES[0].1, || rhai::copy(&rhai_maps)),
        alone(COPIES[1].1, || vrl::copy(&vrl_values)),
        alone(COPIES[2].1, || cel::copy(&cel_values)),
    ];
    drop(json);
    let measured = measure(&mut variants, rounds);
    drop(variants);
    ours.finish();
    measured.print_times("12 mappings, whole documents to values", count, "person");
    println!("\nhow many times faster ours is than");
    let bounds: Vec<Bound> = ENGINES.into_iter().zip(LIMITS).map(bound).collect();
    let is_kept = judge_leads(&measured, &bounds);
    print_without_copies(&measured);
    is_kept
}

fn bound((name, (gate, target)): (&'static str, (f64, f64))) -> Bound {
    Bound {
        what: name,
        of: (name, OURS),
        gate,
        target,
    }
}

fn alone<'a>(name: &'static str, run: impl FnMut() + 'a) -> Variant<'a> {
    Variant {
        name,
        run: Box::new(run),
    }
}

fn print_without_copies(measured: &Measured) {
    println!("without the copy of the document, which no gate asks for:");
    for (name, copy) in COPIES {
        let lead = measured.ratio((name, OURS)) - measured.ratio((copy, OURS));
        println!("  {name:<58} {lead:>5.2}x");
    }
}
