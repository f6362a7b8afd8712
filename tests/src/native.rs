//! The transforms' own code as ordinary native code behind the same seam.
//!
//! Not the guests, but the very functions that they are made of, called through the SDK: what the
//! sandbox is compared with, in what it says and in what it costs. Deliberately absent: limits,
//! deadlines, traps.

use std::cell::RefCell;

use attune_core::mapping::Step;
use attune_core::{Column, Context, Problem, Selector, Transform, Uses};
use attune_plugin::transform as sdk;

/// The plugins that are light enough to be linked into every test.
pub fn light(id: &str) -> Option<sdk::Plugin> {
    match id {
        "text" => Some(attune_text::plugin()),
        "list" => Some(attune_list::plugin()),
        "template" => Some(attune_template::plugin()),
        "lookup" => Some(attune_lookup::plugin()),
        _ => None,
    }
}

/// Opens a step of the plugin that `find` knows by its id.
pub fn open(
    find: impl Fn(&str) -> Option<sdk::Plugin>,
    step: &Step,
) -> Result<Box<dyn Transform>, Problem> {
    let id = &step.plugin;
    let absent = || Problem::new("no-such-plugin", format!("`{id}` is not linked natively"));
    let plugin = find(id).ok_or_else(absent)?;
    let function = plugin.functions.iter().find(|f| f.name == step.function);
    let uses = function.map_or(&[][..], |function| function.uses);
    let opened = plugin.open(&step.function, &step.options.to_string());
    let opened = opened.map_err(from_guest)?;
    let inputs = opened.inputs().into_iter().map(|text| {
        let parsed = text.parse::<Selector>();
        parsed.map_err(|error| Problem::new("options", error.to_string()))
    });
    let inputs = inputs.collect::<Result<_, _>>()?;
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

thread_local! {
    // A guest's step may hold what no thread may share, and a transform moves between threads: the
    // step stays in the thread that opened it, and the transform holds its number.
    static STEPS: RefCell<Vec<Box<dyn sdk::Step>>> = const { RefCell::new(Vec::new()) };
}

struct Native {
    number: usize,
    inputs: Vec<Selector>,
    uses: Uses,
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
        let columns: Vec<sdk::Column> = inputs.iter().copied().map(to_guest).collect();
        let answer = STEPS.with_borrow(|steps| match steps.get(self.number) {
            Some(step) => call(step.as_ref(), &context, rows, &columns),
            None => Err(Problem::new("plugin-error", "opened in another thread")),
        });
        answer.unwrap_or_else(|problem| {
            let mut failed = Column::default();
            (0..rows).for_each(|_| failed.push_problem(&problem));
            failed
        })
    }
}

fn call(
    step: &dyn sdk::Step,
    context: &sdk::Context,
    rows: usize,
    columns: &[sdk::Column],
) -> Result<Column, Problem> {
    let batch = sdk::Batch::new(context, rows, columns).map_err(from_guest)?;
    let bytes = columns.first().map_or(0, |column| column.data.len());
    let mut out = sdk::Cells::with_capacity(rows, bytes);
    step.apply(&batch, &mut out).map_err(from_guest)?;
    let column = out.into_column();
    Ok(Column::from_parts(column.kinds, column.ends, column.data))
}

fn to_guest(column: &Column) -> sdk::Column {
    sdk::Column {
        kinds: column.kinds().to_vec(),
        ends: column.ends().to_vec(),
        data: column.data().to_vec(),
    }
}

fn from_guest(problem: attune_plugin::Problem) -> Problem {
    Problem {
        code: problem.code,
        message: problem.message,
        at: problem.at,
    }
}
