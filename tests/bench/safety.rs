//! What safety costs: the same plugins in bare wasmtime, guarded by the sandbox alone, and as the
//! host runs them.
//!
//! Guarded: epoch deadlines, memory limits, pooled instances. As the host runs them: also bounded
//! answers, every column checked, one row of a hundred evaluated again. Run by
//! `cargo bench -p attune-bench --bench safety`; `-- --quick` takes the better of two attempts and
//! fails when the gate is missed.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measuring program: it may stop at the first surprise, and talks to its caller"
)]

use std::cell::RefCell;
use std::hint::black_box;
use std::process::ExitCode;

use attune_bench::{Bound, Measured, Variant, judge, measure};
use attune_core::{Cell, Column, Context, Transform};
use attune_wasm::{Engine, Options, Transformer};
use serde_json::{Value, json};
use wasmtime::component::{Component, Linker, ResourceAny, WasmStr};
use wasmtime::{
    Config, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Store, StoreContextMut,
    StoreLimits, StoreLimitsBuilder,
};

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
/// Nothing ticks here: what is measured is that the guest looks.
const DEADLINE_TICKS: u64 = 1_000;

/// Row 4 of the speed table.
const BOUND: Bound = Bound {
    what: "epoch, limits and pooling against none",
    of: (GUARDED, BARE),
    gate: 1.3,
    target: 1.15,
};
const BARE: &str = "bare wasmtime";
const GUARDED: &str = "with epoch, limits, pooling";
const HOSTED: &str = "as the host runs them";

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
        case("list", "first", json!({}), |row| format!("only {row}")),
    ]
}

/// An engine of wasmtime with nothing of ours.
struct Bare {
    engine: wasmtime::Engine,
    is_guarded: bool,
}

impl Bare {
    fn new(is_guarded: bool) -> Self {
        let mut config = Config::new();
        config.cranelift_opt_level(OptLevel::Speed);
        if is_guarded {
            config.epoch_interruption(true);
            let pool = PoolingAllocationConfig::new();
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        }
        Self {
            engine: wasmtime::Engine::new(&config).unwrap(),
            is_guarded,
        }
    }
}

/// A step in wasmtime itself: nothing of what it answers is checked.
struct BareStep {
    store: Store<StoreLimits>,
    plugin: TransformPlugin,
    handle: ResourceAny,
    is_guarded: bool,
}

impl BareStep {
    fn open(bare: &Bare, case: &Case) -> Self {
        let engine = &bare.engine;
        let bytes = attune_bundled::find(case.plugin).unwrap().wasm;
        let component = Component::from_binary(engine, bytes).unwrap();
        let mut linker = Linker::<StoreLimits>::new(engine);
        let mut log = linker.instance("attune:plugin/log@1.0.0").unwrap();
        log.func_wrap(
            "emit",
            |_: StoreContextMut<'_, StoreLimits>,
             _: (bare::attune::plugin::log::Level, WasmStr)| Ok(()),
        )
        .unwrap();
        linker.instance("attune:plugin/types@1.0.0").unwrap();
        let limits = StoreLimitsBuilder::new().memory_size(64 << 20).build();
        let mut store = Store::new(engine, limits);
        if bare.is_guarded {
            store.limiter(|limits| limits);
            store.set_epoch_deadline(DEADLINE_TICKS);
        }
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
            is_guarded: bare.is_guarded,
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
        if self.is_guarded {
            self.store.set_epoch_deadline(DEADLINE_TICKS);
        }
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
    let cases = cases();
    let columns: Vec<Column> = cases.iter().map(column).collect();
    let engine = Engine::new(Options::default()).unwrap();
    let (bare, guarded) = (Bare::new(false), Bare::new(true));
    let mut steps: Vec<Steps> = cases
        .iter()
        .map(|case| Steps {
            bare: BareStep::open(&bare, case),
            guarded: BareStep::open(&guarded, case),
            hosted: open(&engine, case),
        })
        .collect();
    for (steps, column) in steps.iter_mut().zip(&columns) {
        let hosted = steps.hosted.apply(&CONTEXT, ROWS, &[column]);
        assert_eq!(hosted, steps.bare.apply(column));
        assert_eq!(hosted, steps.guarded.apply(column));
    }
    for (at, case) in cases.iter().enumerate() {
        let measured = run(&mut steps[at..=at], &columns[at..=at], (batches, rounds));
        let title = format!("{}.{}, batches of {ROWS}", case.plugin, case.function);
        measured.print_times(&title, batches * ROWS, "value");
    }
    let attempts = if quick { 2 } else { 1 };
    for attempt in 1..=attempts {
        let measured = run(&mut steps, &columns, (batches, rounds));
        let units = cases.len() * batches * ROWS;
        measured.print_times("all of them", units, "value");
        println!(
            "  {:<58} {:>5.2}x  (no gate)",
            "as the host runs them, against none",
            measured.ratio((HOSTED, BARE))
        );
        if judge(&measured, &[BOUND]) {
            return ExitCode::SUCCESS;
        }
        println!("attempt {attempt} of {attempts}: the gate was missed");
    }
    ExitCode::FAILURE
}

const CONTEXT: Context<'static> = Context {
    now_ms: 0,
    seeds: &[],
    locale: "de-DE",
};

/// One step in the three ways.
struct Steps {
    bare: BareStep,
    guarded: BareStep,
    hosted: Transformer,
}

/// Steps with a column each.
fn run(steps: &mut [Steps], columns: &[Column], (batches, rounds): (usize, usize)) -> Measured {
    let steps = RefCell::new(steps);
    let each = |apply: fn(&mut Steps, &Column) -> Column| {
        let steps = &steps;
        move || {
            for (step, column) in steps.borrow_mut().iter_mut().zip(columns) {
                (0..batches).for_each(|_| drop(black_box(apply(step, column))));
            }
        }
    };
    let mut variants = [
        Variant {
            name: HOSTED,
            run: Box::new(each(|step, column| {
                step.hosted.apply(&CONTEXT, ROWS, &[column])
            })),
        },
        Variant {
            name: GUARDED,
            run: Box::new(each(|step, column| step.guarded.apply(column))),
        },
        Variant {
            name: BARE,
            run: Box::new(each(|step, column| step.bare.apply(column))),
        },
    ];
    measure(&mut variants, rounds)
}

/// A step with everything that protects the host.
fn open(engine: &Engine, case: &Case) -> Transformer {
    let bytes = attune_bundled::find(case.plugin).unwrap().wasm;
    let plugin = engine.load(bytes).unwrap_or_else(|error| panic!("{error}"));
    plugin.open(case.function, &case.options).unwrap()
}

fn column(case: &Case) -> Column {
    let mut column = Column::default();
    for row in 0..ROWS {
        column.push(Cell::text(&(case.text)(row)));
    }
    column
}
