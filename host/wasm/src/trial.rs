//! A build tried by its author: one check at a time, and calls with everything that they show.
//!
//! Loading runs all checks and refuses at the first one that fails; here each is asked alone and
//! nothing is kept, so that all findings are seen at once. The calls are those of loading, under
//! the same limits. Deliberately not here: which values are tried, and how findings are told (the
//! server's `kit`).

use std::time::{Duration, Instant};

use attune_core::{Cell, Column, Context, Kind, Problem};

use crate::call::{BATCH_ROWS, Failure, limited};
use crate::load::examples::{self, Example, Output};
use crate::load::{self, probe};
use crate::{Engine, Error, FaultKind, Function, Plugin};

/// Start of the run that odd rows and measurements are given.
const NOW_MS: i64 = 1_767_225_600_000;

/// A plugin that passed no check but those before its first call.
#[derive(Debug, Clone)]
pub struct Trial {
    plugin: Plugin,
}

/// One row with its options, and what should come of it.
#[derive(Debug)]
pub struct Case {
    example: Example,
}

/// What one call showed.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The result, as an example has it, or why there is none.
    pub answer: Result<String, Error>,
    /// Whether that is what the case says.
    pub is_expected: bool,
    /// What the function said of a value that failed in good order.
    pub problem: Option<Problem>,
    /// Lines that the plugin logged.
    pub log: Vec<String>,
    /// Time of the call.
    pub time: Duration,
    /// Linear memory after it.
    pub memory_bytes: usize,
}

/// One value that is owned: its kind and its bytes.
pub type Value = (Kind, Vec<u8>);

/// Odd rows that did not go well.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// What went wrong.
    pub error: Error,
    /// The row that shows it, from 0, if a single one does.
    pub row: Option<usize>,
}

/// How long values take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Nanoseconds of one value in the sandbox.
    pub guest_ns: f64,
    /// Nanoseconds of copying the same value natively.
    pub copy_ns: f64,
    /// Values of one call.
    pub rows: usize,
}

impl Trial {
    /// Inspects and compiles a build, and asks it for its manifest. No function of it is called.
    pub fn open(engine: &Engine, bytes: &[u8]) -> Result<Self, Error> {
        let (plugin, _) = load::describe_only(engine, bytes)?;
        Ok(Self { plugin })
    }

    /// A plugin that was loaded, to be asked more.
    pub fn of(plugin: Plugin) -> Self {
        Self { plugin }
    }

    /// The plugin.
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// Whether the schema of a function's options compiles.
    pub fn check_schema(&self, function: &Function) -> Result<(), Error> {
        function.compile_schema()
    }

    /// The examples of a function.
    pub fn examples(&self, function: &Function) -> Result<Vec<Case>, Error> {
        let examples = examples::parse(function)?;
        Ok(examples
            .into_iter()
            .map(|example| Case { example })
            .collect())
    }

    /// Whether a function's rows are independent: twice, split and backwards, with the options of
    /// its examples, as loading tries it.
    pub fn probe(&self, function: &Function) -> Result<(), Error> {
        probe::run(&self.plugin, function, &examples::parse(function)?)
    }

    /// Runs one case in a fresh instance. An error is of opening: options, or the call of `open`.
    pub fn run(&self, function: &Function, case: &Case) -> Result<Ran, Error> {
        let (columns, mut opened) = examples::open(&self.plugin, function, &case.example.options)?;
        let begun = Instant::now();
        let answer = examples::answer(function, &case.example, columns, &mut opened);
        let time = begun.elapsed();
        let problem = answer.as_ref().ok().map(|column| column.cell(0));
        let problem = problem.filter(|cell| cell.kind == Kind::Failed);
        let problem = problem.and_then(|cell| serde_json::from_slice(cell.bytes).ok());
        let answer = answer.map(|column| Output::of(column.cell(0)));
        Ok(Ran {
            problem,
            is_expected: answer
                .as_ref()
                .is_ok_and(|output| *output == case.example.output),
            answer: answer.map(|output| output.text()),
            log: opened.said().to_vec(),
            time,
            memory_bytes: opened.memory_bytes(),
        })
    }

    /// How many columns a function takes with these options.
    pub fn columns(
        &self,
        function: &Function,
        options: &serde_json::Value,
    ) -> Result<usize, Error> {
        examples::open(&self.plugin, function, options).map(|(columns, _)| columns)
    }

    /// Tries rows together, again, in another instance, split and backwards. An error of opening is
    /// one of the whole; a fault is followed to its row.
    pub fn torture(
        &self,
        function: &Function,
        options: &serde_json::Value,
        rows: &[Vec<Value>],
    ) -> Result<(), Trouble> {
        let whole = |error| Trouble { error, row: None };
        let open = || examples::open(&self.plugin, function, options);
        let (columns, mut first) = open().map_err(whole)?;
        let (_, mut second) = open().map_err(whole)?;
        let rows: Vec<Vec<Cell<'_>>> = rows.iter().map(|row| cells(row)).collect();
        let probed = probe::Batch::of(function, &rows, columns).probe(&mut first, &mut second);
        let error = match probed {
            Ok(()) => return Ok(()),
            Err(error @ Error::NotPerRow { row, .. }) => {
                return Err(Trouble {
                    error,
                    row: Some(row),
                });
            }
            Err(error) => error,
        };
        for (row, cells) in rows.iter().enumerate() {
            let (_, mut first) = open().map_err(whole)?;
            let (_, mut second) = open().map_err(whole)?;
            let alone = probe::Batch::of(function, std::slice::from_ref(cells), columns).at(row);
            match alone.probe(&mut first, &mut second) {
                // An orderly answer; the host finds the row as this did.
                Ok(()) | Err(Error::Problem(_)) => {}
                Err(error) => {
                    return Err(Trouble {
                        error,
                        row: Some(row),
                    });
                }
            }
        }
        if is_divisible(&error) {
            return Ok(());
        }
        Err(whole(error))
    }

    /// Measures a function with the options of one case on the rows of all of these, for about so
    /// long.
    pub fn pace(
        &self,
        function: &Function,
        options: &serde_json::Value,
        cases: &[Case],
        most: Duration,
    ) -> Result<Pace, Error> {
        let (columns, mut opened) = examples::open(&self.plugin, function, options)?;
        let batch = batch(cases, columns);
        let inputs: Vec<&Column> = batch.iter().collect();
        let seeds = vec![7; BATCH_ROWS * 16];
        let context = Context {
            now_ms: NOW_MS,
            seeds: &seeds,
            locale: "de-DE",
        };
        let context = limited(&context, function.uses);
        let mut guest = f64::INFINITY;
        let begun = Instant::now();
        while begun.elapsed() < most {
            let call = Instant::now();
            let answer = opened.apply(&context, 0..BATCH_ROWS, &inputs, 10);
            answer.map_err(Failure::error)?;
            guest = guest.min(call.elapsed().as_secs_f64());
        }
        let mut copy = f64::INFINITY;
        for _ in 0..200 {
            let call = Instant::now();
            for column in &batch {
                std::hint::black_box(column.slice(0..BATCH_ROWS));
            }
            copy = copy.min(call.elapsed().as_secs_f64());
        }
        let of_one = |seconds: f64| seconds * 1e9 / BATCH_ROWS as f64;
        Ok(Pace {
            guest_ns: of_one(guest),
            copy_ns: of_one(copy),
            rows: BATCH_ROWS,
        })
    }
}

impl Case {
    /// One case: an example of `wit/README.md`, as JSON.
    pub fn parse(text: &str) -> Result<Self, String> {
        examples::parse_one(text).map(|example| Self { example })
    }

    /// Its options.
    pub fn options(&self) -> &serde_json::Value {
        &self.example.options
    }

    /// Its columns, as examples have them.
    pub fn input(&self) -> String {
        let cells = self.example.input.iter().map(|column| column.cell(0));
        let texts: Vec<_> = cells.map(|cell| Output::of(cell).text()).collect();
        format!("[{}]", texts.join(", "))
    }

    /// What should come of it, as examples have it.
    pub fn output(&self) -> String {
        self.example.output.text()
    }

    /// What the function is told besides, as examples have their `context`; none where that is the
    /// usual one, or where it uses nothing of it.
    pub fn context(&self, function: &Function) -> Option<String> {
        self.example.context(function.uses)
    }
}

/// Whether the host would come to an answer by taking fewer rows at once.
fn is_divisible(error: &Error) -> bool {
    match error {
        Error::Problem(_) => true,
        Error::Fault(fault) => {
            matches!(fault.kind, FaultKind::Timeout | FaultKind::OutputTooLarge)
        }
        _ => false,
    }
}

/// The context in which [`Trial::torture`] tries the row of this place, as an example has it.
pub fn context(function: &Function, row: usize) -> Option<String> {
    probe::context(function, row)
}

/// A row as an example has its `input`.
pub fn written(row: &[Value]) -> String {
    let texts: Vec<_> = cells(row)
        .into_iter()
        .map(|cell| Output::of(cell).text())
        .collect();
    format!("[{}]", texts.join(", "))
}

fn cells(row: &[Value]) -> Vec<Cell<'_>> {
    row.iter()
        .map(|(kind, bytes)| Cell { kind: *kind, bytes })
        .collect()
}

/// The rows of these cases, over and over until a batch is full.
fn batch(cases: &[Case], columns: usize) -> Vec<Column> {
    let mut batch = vec![Column::default(); columns];
    let rows = cases.iter().cycle().take(BATCH_ROWS);
    for case in rows {
        let row = case.example.input.iter().map(|column| column.cell(0));
        let padded = row.chain(std::iter::repeat(Cell::ABSENT));
        for (column, cell) in batch.iter_mut().zip(padded) {
            column.push(cell);
        }
    }
    if cases.is_empty() {
        for column in &mut batch {
            (0..BATCH_ROWS).for_each(|_| column.push(Cell::text("Ada Lovelace")));
        }
    }
    batch
}
