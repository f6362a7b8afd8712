//! Our mapping stage against the engines that an embedder would otherwise run a mapping in.
//!
//! All do the same work: twelve values of a person, twice. In the first comparison, which has the
//! gates, each engine has the whole document as its own value and gets it as its documentation
//! shows; the table is that of `attune_bench::document`. In the second each gets the twelve
//! attributes alone, in the fastest way that we found; the table is that of `attune_bench::mapping`.
//! Each ends when the host has looked at the bytes of each result; nobody parses JSON, and nobody
//! has to copy results. Ours runs in WebAssembly with all safety on. Scripts are compiled before,
//! and each is what a competent user of its engine would write, the fastest of the usual ways; what
//! a language lacks is native Rust. All values of all engines are compared, for every person and
//! field, before anything is measured. README.md says what favours whom.
//!
//! `.ci/run bench` runs this; it fails when a gate is missed.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    unreachable_pub,
    reason = "a measuring program: it may stop at the first surprise, and talks to its caller"
)]

mod cel;
mod document;
mod flat;
mod jinja;
mod jq;
mod lua;
mod native;
mod ours;
mod people;
mod quickjs;
mod rhai;
mod rows;
mod vrl;

use std::hint::black_box;
use std::process::ExitCode;

use attune_bench::Variant;

const OURS: &str = "Attune, WebAssembly, all safety on";
/// What ours is measured against.
const ENGINES: [&str; 7] = [
    "Lua 5.4 (mlua)",
    "minijinja",
    "QuickJS (rquickjs)",
    "Rhai",
    "VRL",
    "CEL",
    "jq (jaq)",
];

/// One value as an engine hands it out; none: nothing is wanted.
pub struct Seen<'a> {
    /// The person's number.
    pub person: usize,
    /// The field's place in the table.
    pub field: usize,
    /// Its bytes.
    pub value: Option<&'a [u8]>,
}

/// A mapping that is ready to run.
pub trait Engine {
    /// Maps everyone, and shows each value once.
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>));
}

impl<E: Engine> Engine for &mut E {
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>)) {
        (**self).map(see);
    }
}

/// Shows a person's values.
pub fn see_all<'a>(
    person: usize,
    values: impl Iterator<Item = Option<&'a [u8]>>,
    see: &mut impl FnMut(Seen<'a>),
) {
    for (field, value) in values.enumerate() {
        see(Seen {
            person,
            field,
            value,
        });
    }
}

fn main() -> ExitCode {
    let has = |wanted: &str| std::env::args().any(|argument| argument == wanted);
    let quick = has("--quick");
    let (count, rounds) = if quick { (1_000, 5) } else { (10_000, 11) };
    println!("{count} invented people, 12 fields, {rounds} interleaved rounds, medians");
    // As the host begins.
    attune_wasm::heap::settle();
    if has("--rows") {
        rows::print(count, rounds);
        return ExitCode::SUCCESS;
    }
    let is_kept = document::compare(count, rounds);
    flat::compare(count, rounds);
    if is_kept {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

type Expected = [[Option<String>; 12]];

/// An engine to measure, once its values are right.
fn checked<'a>(
    name: &'static str,
    mut engine: impl Engine + 'a,
    expected: &Expected,
) -> Variant<'a> {
    check(name, &mut engine, expected);
    Variant {
        name,
        run: Box::new(move || look(&mut engine)),
    }
}

/// What is measured: every value is made, and the host looks at it.
fn look(engine: &mut impl Engine) {
    let mut bytes = 0;
    engine.map(&mut |seen| bytes += black_box(seen.value).map_or(0, <[u8]>::len));
    black_box(bytes);
}

fn check(name: &str, engine: &mut impl Engine, expected: &Expected) {
    let mut values = 0;
    engine.map(&mut |seen| {
        let wanted = expected[seen.person][seen.field].as_deref();
        let value = seen.value.map(String::from_utf8_lossy);
        let (person, field) = (seen.person, seen.field);
        assert_eq!(
            value.as_deref(),
            wanted,
            "{name}, person {person}, field {field}"
        );
        values += 1;
    });
    assert_eq!(values, expected.len() * 12, "{name}");
}
