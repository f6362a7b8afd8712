//! An opened step as the evaluation sees it: batches in, columns out, never an error.
//!
//! It owns at most one store and replaces it after a failure or when its memory has grown. What a
//! batch may cost, which rows fail and what is checked again follows `bisect` and `sample`; what
//! all batches together may cost is counted here.
//! Deliberately not here: the order of steps, rows and fields (`attune_core`).

use std::ops::Range;
use std::time::{Duration, Instant};

use attune_core::{Column, Context, Problem, Selector, Transform, Uses, Verdict};

use super::bisect::{self, Attempt, Failed, Solved};
use super::opened::{Failure, limited};
use super::sample::Samples;
use super::{FaultKind, Opened};
use crate::health::{self, Batch, Blame, FaultReport, Lost, Shape};
use crate::limits::Call;
use crate::{Error, Limits, Plugin};

/// Rows of one call: flat from 64 to 1,024 in every measurement, worse beyond.
pub const BATCH_ROWS: usize = 256;

/// What happened so far; for reports and for tests that must not depend on a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Calls of `apply`.
    pub calls: u64,
    /// Calls that the deadline ended.
    pub timeouts: u64,
    /// Deadlines that these calls took; a patient second attempt takes ten.
    pub deadlines: u64,
    /// Calls that failed otherwise.
    pub failures: u64,
    /// Stores that were opened.
    pub stores: u64,
    /// Log lines of failed or successful calls that were not passed on.
    pub log_dropped: u64,
    /// Time that all calls took.
    pub time: Duration,
}

/// One function of a plugin, opened with its options.
pub struct Transformer {
    plugin: Plugin,
    function: String,
    options: String,
    limits: Limits,
    inputs: Vec<Selector>,
    uses: Uses,
    opened: Option<Opened>,
    samples: Samples,
    counts: Counts,
    /// What the running batch has shown so far.
    batch: Batch,
    /// The first call of the running batch that failed: its rows, and why.
    trouble: Option<(Range<usize>, Failure)>,
    broken: Option<Problem>,
    /// Rows failed without a call: the run's time was used up, or the plugin is not called.
    is_cut_short: bool,
}

/// One attempt at a range.
struct Once {
    result: Result<Column, Failure>,
    /// The store had served batches before.
    was_used: bool,
    /// There was a store; without one no other range can succeed either.
    was_open: bool,
}

impl Transformer {
    /// Opens the function; the options were checked against its schema.
    pub(crate) fn open(
        plugin: &Plugin,
        function: &str,
        options: String,
        limits: Limits,
    ) -> Result<Self, Error> {
        let uses = plugin.function(function)?.uses;
        let mut opened = Opened::open(plugin, function, &options, &limits)?;
        let inputs = opened.inputs()?;
        Ok(Self {
            plugin: plugin.clone(),
            function: function.to_owned(),
            options,
            limits,
            inputs,
            uses,
            opened: Some(opened),
            samples: Samples::default(),
            counts: Counts {
                stores: 1,
                ..Counts::default()
            },
            batch: Batch::default(),
            trouble: None,
            broken: None,
            is_cut_short: false,
        })
    }

    /// What happened so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Linear memory of the instance at hand, if there is one.
    pub fn memory_bytes(&self) -> Option<usize> {
        self.opened.as_ref().map(Opened::memory_bytes)
    }

    /// False once a deadline, or what other runs have shown, decided about a result: another run
    /// may decide otherwise.
    pub fn is_repeatable(&self) -> bool {
        self.counts.timeouts == 0 && !self.is_cut_short
    }

    fn batch(&mut self, context: &Context<'_>, rows: usize, inputs: &[&Column]) -> Column {
        if let Some(problem) = &self.broken {
            return failed_rows(rows, problem);
        }
        if let Some(problem) = self.plugin.quarantined() {
            self.is_cut_short = true;
            return failed_rows(rows, &problem);
        }
        let most = Duration::from_millis(self.limits.run_ms);
        if self.counts.time >= most {
            self.is_cut_short = true;
            self.note_spent(rows);
            return failed_rows(rows, &self.spent(most));
        }
        let before = self.counts;
        self.batch = Batch {
            values: rows as u64,
            batches: 1,
            ..Batch::default()
        };
        let solved = bisect::solve(rows, |range, patience| {
            self.attempt(context, range, inputs, patience)
        });
        let deadlines = (self.counts.deadlines - before.deadlines) as f64;
        self.batch.is_exhausted = deadlines >= bisect::DEADLINES_MAX - 1.0;
        self.note(&solved, inputs);
        let column = solved.column;
        let failures = self.counts.failures + self.counts.timeouts;
        if failures == before.failures + before.timeouts {
            self.samples.take(context, inputs, &column);
            if self.samples.is_due() && self.check_samples() {
                return self
                    .broken
                    .as_ref()
                    .map_or(column, |problem| failed_rows(rows, problem));
            }
        }
        column
    }

    /// What the batch has shown goes to the plugin, and the fault that explains it best: that of
    /// the first row that was lost, else that of the first call that failed.
    fn note(&mut self, solved: &Solved, inputs: &[&Column]) {
        self.batch.lost = solved.lost;
        let before = self.plugin.note(&self.batch);
        let trouble = self.trouble.take();
        let told = match (&solved.first, trouble) {
            (Some((row, failed)), _) if !failed.is_final && is_of_plugin(&failed.failure) => {
                Some((*row..row + 1, failed.failure.clone()))
            }
            (_, trouble) => trouble,
        };
        if let Some((range, failure)) = told {
            let function = format!("{}.{}", self.plugin.id(), self.function);
            self.plugin.record().keep(FaultReport {
                values_in_call: range.len() as u64,
                values_lost: solved.lost.values(),
                input: shapes(&range, inputs),
                after_values: before + range.start as u64,
                ..FaultReport::of(&failure, &function)
            });
        }
    }

    /// These rows are lost to the run's time, without a call.
    fn note_spent(&self, rows: usize) {
        let values = rows as u64;
        self.plugin.note(&Batch {
            values,
            lost: Lost {
                timed_out: values,
                ..Lost::default()
            },
            ..Batch::default()
        });
    }

    fn attempt(
        &mut self,
        context: &Context<'_>,
        rows: Range<usize>,
        inputs: &[&Column],
        patience: u32,
    ) -> Attempt {
        let part = Context {
            seeds: context
                .seeds
                .get(rows.start * 16..rows.end * 16)
                .unwrap_or_default(),
            ..*context
        };
        let begun = Instant::now();
        let mut once = self.apply_once(&part, rows.clone(), inputs, patience);
        let is_memory = |failure: &Failure| failure.fault_kind() == Some(FaultKind::Memory);
        if once.was_used && once.result.as_ref().is_err_and(is_memory) {
            // What earlier batches left behind is not this batch's fault.
            once = self.apply_once(&part, rows.clone(), inputs, patience);
        }
        let deadline = self.limits.deadline(Call::Transform);
        let took = begun.elapsed();
        self.counts.time += took;
        self.batch.longest_call = self.batch.longest_call.max(took);
        let cost = took.as_secs_f64() / deadline.as_secs_f64();
        match once.result {
            Ok(column) => (Ok(column), cost.min(1.0)),
            Err(failure) => {
                self.batch.fault(&failure);
                if self.trouble.is_none() && is_of_plugin(&failure) {
                    self.trouble = Some((rows, failure.clone()));
                }
                let is_timeout = failure.fault_kind() == Some(FaultKind::Timeout);
                let failed = Failed {
                    failure,
                    is_final: !once.was_open,
                };
                // A deadline counts as one, however late the system let us see it.
                let cost = if is_timeout {
                    f64::from(patience)
                } else {
                    cost.min(1.0)
                };
                (Err(failed), cost)
            }
        }
    }

    /// One call, in the store at hand or a fresh one.
    fn apply_once(
        &mut self,
        context: &Context<'_>,
        rows: Range<usize>,
        inputs: &[&Column],
        patience: u32,
    ) -> Once {
        let used = self.opened.take();
        let was_used = used.is_some();
        let mut opened = match used.map_or_else(|| self.reopen(), Ok) {
            Ok(opened) => opened,
            Err(failure) => {
                return Once {
                    result: Err(failure),
                    was_used: false,
                    was_open: false,
                };
            }
        };
        self.counts.calls += 1;
        let result = opened.apply(context, rows, inputs, patience);
        self.counts.log_dropped += opened.log_dropped();
        self.batch.memory_bytes = self.batch.memory_bytes.max(opened.memory_bytes());
        match &result {
            Ok(_) => {
                if !opened.is_swollen(self.memory_most()) {
                    self.opened = Some(opened);
                }
            }
            Err(failure) if failure.fault_kind() == Some(FaultKind::Timeout) => {
                self.counts.timeouts += 1;
                self.counts.deadlines += u64::from(patience);
            }
            Err(failure) => {
                self.counts.failures += 1;
                // A problem is an orderly answer: the store is as good as before.
                if failure.fault_kind().is_none() {
                    self.opened = Some(opened);
                }
            }
        }
        Once {
            result,
            was_used,
            was_open: true,
        }
    }

    fn spent(&self, most: Duration) -> Problem {
        let message = format!(
            "`{}.{}` has computed for {} seconds in this run, and no run may wait longer for a step",
            self.plugin.id(),
            self.function,
            most.as_secs_f64()
        );
        Problem::new(FaultKind::Timeout.code(), message).at(self.plugin.id())
    }

    /// The high-water mark: an instance beyond it is replaced.
    fn memory_most(&self) -> usize {
        self.limits.memory_bytes / 2
    }

    fn reopen(&mut self) -> Result<Opened, Failure> {
        self.counts.stores += 1;
        let opened = Opened::open(&self.plugin, &self.function, &self.options, &self.limits);
        opened.map_err(|error| match error {
            Error::Fault(fault) => Failure::Fault(fault),
            other => Failure::Problem(other.problem()),
        })
    }

    /// Evaluates the waiting samples; true when the plugin was found to mix rows.
    fn check_samples(&mut self) -> bool {
        let mut samples = std::mem::take(&mut self.samples);
        let differ = samples.differ(self.memory_most(), || self.reopen().ok());
        self.samples = samples;
        if !differ {
            return false;
        }
        let message = format!(
            "`{}.{}` gave a row another result alone than among other rows",
            self.plugin.id(),
            self.function
        );
        let problem = Problem::new("plugin-not-per-row", message).at(self.plugin.id());
        self.plugin.quarantine(&problem);
        self.broken = Some(problem);
        true
    }
}

impl Transform for Transformer {
    fn inputs(&self) -> &[Selector] {
        &self.inputs
    }

    fn uses(&self) -> Uses {
        self.uses
    }

    fn apply(&mut self, context: &Context<'_>, rows: usize, inputs: &[&Column]) -> Column {
        let context = limited(context, self.uses);
        if rows <= BATCH_ROWS {
            return self.batch(&context, rows, inputs);
        }
        let mut out = Column::with_capacity(rows, 0);
        for start in (0..rows).step_by(BATCH_ROWS) {
            let range = start..rows.min(start + BATCH_ROWS);
            let parts: Vec<_> = inputs.iter().map(|c| c.slice(range.clone())).collect();
            let parts: Vec<_> = parts.iter().collect();
            let seeds = range.start * 16..range.end * 16;
            let part = Context {
                seeds: context.seeds.get(seeds).unwrap_or_default(),
                ..context
            };
            let column = self.batch(&part, range.len(), &parts);
            out.append(&column);
        }
        out
    }

    fn finish(&mut self) -> Verdict {
        if self.broken.is_none() && !self.samples.is_empty() {
            self.check_samples();
        }
        Verdict {
            is_repeatable: self.is_repeatable(),
            problem: self.broken.clone(),
        }
    }
}

impl std::fmt::Debug for Transformer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transformer")
            .field("plugin", &self.plugin.id())
            .field("function", &self.function)
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

/// Whether the failure says anything about the plugin.
fn is_of_plugin(failure: &Failure) -> bool {
    Blame::of(failure) != Blame::None
}

/// What the one row of a call looked like; nothing for a call of several.
fn shapes(range: &Range<usize>, inputs: &[&Column]) -> Vec<Shape> {
    if range.len() != 1 {
        return Vec::new();
    }
    let cells = inputs.iter().map(|column| column.cell(range.start));
    cells
        .map(|cell| Shape {
            kind: health::word(cell.kind),
            bytes: cell.bytes.len() as u64,
        })
        .collect()
}

fn failed_rows(rows: usize, problem: &Problem) -> Column {
    let mut column = Column::with_capacity(rows, 0);
    (0..rows).for_each(|_| column.push_problem(problem));
    column
}
