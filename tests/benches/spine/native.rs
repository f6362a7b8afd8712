//! The plugins' own code as ordinary native code behind the same seam.
//!
//! Not the guests, but the very functions that they are made of, called through the SDK. A step
//! is not `Send`, so it lives in the thread and the transform holds its number.

use std::cell::RefCell;

use attune_core::mapping::Step;
use attune_core::{Column, Context, Problem, Selector, Transform, Uses};
use attune_plugin::transform as sdk;

thread_local! {
    static STEPS: RefCell<Vec<Box<dyn sdk::Step>>> = const { RefCell::new(Vec::new()) };
}

struct Native {
    number: usize,
    inputs: Vec<Selector>,
    uses: Uses,
}

/// Opens a step natively.
pub fn open(step: &Step) -> Result<Box<dyn Transform>, Problem> {
    let plugin = match step.plugin.as_str() {
        "text" => attune_text::plugin(),
        "template" => attune_template::plugin(),
        "lookup" => attune_lookup::plugin(),
        "phone" => attune_phone::plugin(),
        other => panic!("no native `{other}`"),
    };
    let function = plugin
        .functions
        .iter()
        .find(|function| function.name == step.function);
    let uses = function.unwrap().uses;
    let opened = plugin.open(&step.function, &step.options.to_string());
    let opened = opened.unwrap_or_else(|problem| panic!("{}", problem.message));
    let inputs = opened
        .inputs()
        .iter()
        .map(|input| input.parse().unwrap())
        .collect();
    let number = STEPS.with_borrow_mut(|steps| {
        steps.push(opened);
        steps.len() - 1
    });
    Ok(Box::new(Native {
        number,
        inputs,
        uses: Uses {
            now: uses.contains(&sdk::Uses::Now),
            seed: uses.contains(&sdk::Uses::Seed),
            locale: uses.contains(&sdk::Uses::Locale),
        },
    }))
}

impl Transform for Native {
    fn inputs(&self) -> &[Selector] {
        &self.inputs
    }

    fn uses(&self) -> Uses {
        self.uses
    }

    fn apply(&mut self, context: &Context<'_>, rows: usize, inputs: &[&Column]) -> Column {
        let context = sdk::Context {
            now_ms: context.now_ms as f64,
            seeds: context.seeds.to_vec(),
            locale: context.locale.to_owned(),
            extra: Vec::new(),
        };
        let columns: Vec<sdk::Column> = inputs
            .iter()
            .map(|column| sdk::Column {
                kinds: column.kinds().to_vec(),
                ends: column.ends().to_vec(),
                data: column.data().to_vec(),
            })
            .collect();
        let batch = sdk::Batch::new(&context, rows, &columns).unwrap();
        let mut out = sdk::Cells::with_capacity(rows, batch.values().data_len());
        STEPS
            .with_borrow(|steps| steps[self.number].apply(&batch, &mut out))
            .unwrap();
        let column = out.into_column();
        Column::from_parts(column.kinds, column.ends, column.data)
    }
}
