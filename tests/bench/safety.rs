//! What safety costs: the same compiled plugins with everything that protects the host, and with
//! nothing of it.
//!
//! With: epoch deadlines, memory and table limits, pooled instances, bounded answers, every column
//! checked, one row of a hundred evaluated again. Without: bare wasmtime. Run by
//! `cargo bench -p attune-bench --bench safety`; `-- --quick` takes the better of two attempts and fails when the
//! gate is missed.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measuring program: it may stop at the first surprise, and talks to its caller"
)]

use std::hint::black_box;
use std::process::ExitCode;

use attune_bench::{Bound, Measured, Variant, judge, measure};
use attune_core::{Cell, Column, Context, Transform};
use attune_wasm::{Engine, Options, Transformer};
use serde_json::{Value, json};
use wasmtime::component::{Component, Linker, ResourceAny, WasmStr};
use wasmtime::{Config, OptLevel, Store, StoreContextMut};

mod bare {
    //! Bindings of our own: the crate's are private.
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "transform-plugin",
        ownership: Borrowing { duplicate_if_necessary: true },
    });
}

use bare::TransformPlugin;
use bare::exports::attune::plugin::transform::{ColumnParam, Context as BareContext};

const ROWS: usize = 256;

/// Row 4 of the speed table.
const BOUND: Bound = Bound {
    what: "all safety against none",
    of: ("all safety on", "bare wasmtime"),
    gate: 1.3,
    target: 1.15,
};

/// A step and the values that it gets.
struct Case {
    plugin: &'static str,
    function: &'static str,
    options: Value,
    text: fn(usize) -> String,
}

fn cases() -> Vec<Case> {
    let case = |plugin, function, options, text| Case {
        plugin,
        function,
        options,
        text,
    };
    vec![
        case("text", "lower", json!({}), |row| {
            format!("Person{row}@Contoso.Example")
        }),
        case("text", "trim", json!({}), |row| format!("  unit {row} ")),
        case(
            "text",
            "regex-replace",
            json!({ "find": "^CC-(\\d+)$", "with": "$1" }),
            |row| format!("CC-{row:04}"),
        ),
        case(
            "lookup",
            "table",
            json!({ "table": { "DE": "Germany", "AT": "Austria" } }),
            |row| ["DE", "AT"][row % 2].to_owned(),
        ),
        case("phone", "format", json!({ "region": "DE" }), |row| {
            format!("030 / 90182{row:03}")
        }),
        case("list", "first", json!({}), |row| format!("only {row}")),
    ]
}

/// A step in bare wasmtime: on-demand memory, no deadline, no limit, nothing checked.
struct Bare {
    store: Store<()>,
    plugin: TransformPlugin,
    handle: ResourceAny,
}

impl Bare {
    fn open(engine: &wasmtime::Engine, case: &Case) -> Self {
        let bytes = attune_bundled::find(case.plugin).unwrap().wasm;
        let component = Component::from_binary(engine, bytes).unwrap();
        let mut linker = Linker::<()>::new(engine);
        let mut log = linker.instance("attune:plugin/log@1.0.0").unwrap();
        log.func_wrap(
            "emit",
            |_: StoreContextMut<'_, ()>, _: (bare::attune::plugin::log::Level, WasmStr)| Ok(()),
        )
        .unwrap();
        linker.instance("attune:plugin/types@1.0.0").unwrap();
        let mut store = Store::new(engine, ());
        let plugin = TransformPlugin::instantiate(&mut store, &component, &linker).unwrap();
        let options = case.options.to_string();
        let opened = plugin.attune_plugin_transform().transformer().call_open(
            &mut store,
            case.function,
            &options,
        );
        Self {
            handle: opened.unwrap().unwrap(),
            store,
            plugin,
        }
    }

    fn apply(&mut self, column: &Column) -> Column {
        let columns = [ColumnParam {
            kinds: column.kinds(),
            ends: column.ends(),
            data: column.data(),
        }];
        let context = BareContext {
            now_ms: 0.0,
            seeds: &[],
            locale: "de-DE",
            extra: &[],
        };
        let transformer = self.plugin.attune_plugin_transform();
        let answer = transformer.transformer().call_apply(
            &mut self.store,
            self.handle,
            context,
            ROWS as u32,
            &columns,
        );
        let answer = answer.unwrap().unwrap();
        Column::from_parts(answer.kinds, answer.ends, answer.data)
    }
}

fn main() -> ExitCode {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (batches, rounds) = if quick { (40, 5) } else { (80, 11) };
    let mut config = Config::new();
    config.cranelift_opt_level(OptLevel::Speed);
    let engine = wasmtime::Engine::new(&config).unwrap();
    let safe_engine = Engine::new(Options::default()).unwrap();

    let cases = cases();
    let columns: Vec<Column> = cases.iter().map(column).collect();
    let mut bare: Vec<Bare> = cases.iter().map(|case| Bare::open(&engine, case)).collect();
    let mut safe: Vec<_> = cases.iter().map(|case| open(&safe_engine, case)).collect();
    let context = Context {
        now_ms: 0,
        seeds: &[],
        locale: "de-DE",
    };
    for ((bare, safe), column) in bare.iter_mut().zip(&mut safe).zip(&columns) {
        assert_eq!(safe.apply(&context, ROWS, &[column]), bare.apply(column));
    }

    for ((bare, safe), (case, column)) in bare
        .iter_mut()
        .zip(&mut safe)
        .zip(cases.iter().zip(&columns))
    {
        let measured = one_step((bare, safe), &context, column, (batches, rounds));
        let title = format!("{}.{}, batches of {ROWS}", case.plugin, case.function);
        measured.print_times(&title, batches * ROWS, "value");
    }
    let mut variants = [
        Variant {
            name: "all safety on",
            run: Box::new(|| {
                for (step, column) in safe.iter_mut().zip(&columns) {
                    for _ in 0..batches {
                        drop(black_box(step.apply(&context, ROWS, &[column])));
                    }
                }
            }),
        },
        Variant {
            name: "bare wasmtime",
            run: Box::new(|| {
                for (step, column) in bare.iter_mut().zip(&columns) {
                    for _ in 0..batches {
                        drop(black_box(step.apply(column)));
                    }
                }
            }),
        },
    ];
    let attempts = if quick { 2 } else { 1 };
    for attempt in 1..=attempts {
        let measured = measure(&mut variants, rounds);
        measured.print_times(
            "six steps, batches of 256",
            cases.len() * batches * ROWS,
            "value",
        );
        if judge(&measured, &[BOUND]) {
            return ExitCode::SUCCESS;
        }
        println!("attempt {attempt} of {attempts}: the gate was missed");
    }
    ExitCode::FAILURE
}

/// A step with everything that protects the host.
fn open(engine: &Engine, case: &Case) -> Transformer {
    let bytes = attune_bundled::find(case.plugin).unwrap().wasm;
    let plugin = engine.load(bytes).unwrap_or_else(|error| panic!("{error}"));
    plugin.open(case.function, &case.options).unwrap()
}

/// One step alone, in both ways.
fn one_step(
    (bare, safe): (&mut Bare, &mut Transformer),
    context: &Context<'_>,
    column: &Column,
    (batches, rounds): (usize, usize),
) -> Measured {
    let mut variants = [
        Variant {
            name: "all safety on",
            run: Box::new(|| {
                (0..batches).for_each(|_| drop(black_box(safe.apply(context, ROWS, &[column]))));
            }),
        },
        Variant {
            name: "bare wasmtime",
            run: Box::new(|| (0..batches).for_each(|_| drop(black_box(bare.apply(column))))),
        },
    ];
    measure(&mut variants, rounds)
}

fn column(case: &Case) -> Column {
    let mut column = Column::default();
    for row in 0..ROWS {
        column.push(Cell::text(&(case.text)(row)));
    }
    column
}
