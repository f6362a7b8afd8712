//! From columns of attributes to one outcome per field and person.
//!
//! A [`Program`] is a mapping table whose steps were opened. Direct copies, constants and
//! first-of are done here and never cross into a plugin; a step gets a whole batch at once. Who
//! has an outcome (keep, clear, drop-person, failed) is at the end of the chain and is not shown
//! to the next step. A problem belongs to one person and field, never to the batch. `explain` is
//! the same walk with its stations written down. Deliberately absent: what is already in the
//! target, which is the [`crate::decide`] module's matter.

mod batch;
mod finish;
mod row;
mod trace;

use crate::condition::all_hold;
use crate::mapping::{self, Field, Input, Row, Table};
use crate::selector::Wanted;
use crate::{Column, Kind, Problem, Selector, Transform, Verdict};

use batch::View;
pub use batch::{Batch, seed};
use row::Opened;
pub use trace::{FieldTrace, Given, NamedValue, Shown, StepTrace};

/// The entry of [`FieldResult::row`] for a person whom no row of the field is for.
pub const NO_ROW: u8 = u8::MAX;

/// What the table says about one field of everyone in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldResult {
    /// Text, keep, clear, drop-person or failed; one row a person.
    pub outcomes: Column,
    /// Which row of the field decided, or [`NO_ROW`].
    pub row: Vec<u8>,
}

/// A mapping table whose steps were opened; belongs to one run and one worker.
pub struct Program {
    fields: Vec<FieldProgram>,
    wanted: Wanted,
}

struct FieldProgram {
    field: Field,
    rows: Vec<Opened>,
}

/// Who opens a step: a registry of plugins, or native code in tests.
type Open<'o> = dyn FnMut(&mapping::Step) -> Result<Box<dyn Transform>, Problem> + 'o;

/// What refuses a table: each field with its problem.
pub type Refusals = Vec<(Field, Problem)>;

impl Program {
    /// Opens every step of a table; all problems are reported, not just the first.
    pub fn compile(
        table: &Table,
        locale: &str,
        mut open: impl FnMut(&mapping::Step) -> Result<Box<dyn Transform>, Problem>,
    ) -> Result<Self, Refusals> {
        let mut refusals = Refusals::new();
        let mut fields = Vec::with_capacity(table.fields.len());
        for rows in &table.fields {
            match compile_field(rows, locale, &mut open) {
                Ok(field) => fields.push(field),
                Err(problems) => {
                    refusals.extend(problems.into_iter().map(|p| (rows.field.clone(), p)));
                }
            }
        }
        if !refusals.is_empty() {
            return Err(refusals);
        }
        let selectors = fields.iter().flat_map(|field| &field.rows);
        let wanted = Wanted::new(selectors.flat_map(Opened::selectors));
        Ok(Self { fields, wanted })
    }

    /// Every selector that rows, conditions and steps mention, relations unresolved.
    pub fn selectors(&self) -> &Wanted {
        &self.wanted
    }

    /// The fields of which a row, a condition or a step mentions a selector.
    pub fn readers(&self, selector: &Selector) -> Vec<&Field> {
        let reads = |opened: &Opened| opened.selectors().any(|own| own == *selector);
        let readers = self
            .fields
            .iter()
            .filter(|field| field.rows.iter().any(reads));
        readers.map(|field| &field.field).collect()
    }

    /// The fields, in the order of the results.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &Field> {
        self.fields.iter().map(|field| &field.field)
    }

    /// The row that decided, by the index of its field and [`FieldResult::row`].
    pub fn row(&self, field: usize, row: u8) -> Option<&Row> {
        let rows = &self.fields.get(field)?.rows;
        rows.get(usize::from(row)).map(|opened| &opened.row)
    }

    /// Whether any step uses the time: then everyone is evaluated in every run.
    pub fn uses_now(&self) -> bool {
        let mut rows = self.fields.iter().flat_map(|field| &field.rows);
        rows.any(|row| row.steps.iter().any(|step| step.transform.uses().now))
    }

    /// One result per field.
    pub fn evaluate(&mut self, batch: &Batch<'_>) -> Vec<FieldResult> {
        let fields = self.fields.iter_mut();
        fields.map(|field| field.evaluate(batch, None)).collect()
    }

    /// Ends the run: every step's put-off checks are made and their findings put together. The
    /// first problem forbids the use of everything that this program has evaluated.
    pub fn finish(&mut self) -> Verdict {
        let rows = self.fields.iter_mut().flat_map(|field| &mut field.rows);
        let mut whole = Verdict::default();
        for step in rows.flat_map(|row| &mut row.steps) {
            let verdict = step.transform.finish();
            whole.is_repeatable &= verdict.is_repeatable;
            whole.problem = whole.problem.or(verdict.problem);
        }
        whole
    }

    /// The stations of one person, who must be the only one of the batch.
    pub fn explain(&mut self, batch: &Batch<'_>) -> Vec<FieldTrace> {
        let fields = self.fields.iter_mut();
        fields
            .map(|field| {
                let mut trace = FieldTrace::new(&field.field);
                let result = field.evaluate(batch, Some(&mut trace));
                let row = result.row.first().copied().filter(|row| *row != NO_ROW);
                trace.row = row.map(usize::from);
                trace.outcome = Shown::of(result.outcomes.cell(0));
                trace
            })
            .collect()
    }
}

/// People who take no part in this target in this run: any field says drop-person.
pub fn dropped(results: &[FieldResult], people: usize) -> Vec<bool> {
    let mut dropped = vec![false; people];
    for result in results {
        for (person, &kind) in dropped.iter_mut().zip(result.outcomes.kinds()) {
            *person |= kind == Kind::DropPerson as u8;
        }
    }
    dropped
}

fn compile_field(
    field: &mapping::FieldRows,
    locale: &str,
    open: &mut Open<'_>,
) -> Result<FieldProgram, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut rows = Vec::with_capacity(field.rows.len());
    if field.rows.len() >= usize::from(NO_ROW) {
        let message = "a field may have at most 254 rows";
        problems.push(Problem::new("too-many-rows", message));
    }
    for row in &field.rows {
        match Opened::open(row, locale, open) {
            Ok(opened) => rows.push(opened),
            Err(problem) => problems.push(problem),
        }
    }
    for selector in rows.iter().flat_map(Opened::selectors) {
        if let Err(error) = selector.strip_relation() {
            problems.push(Problem::new("manager-depth", error.to_string()));
        }
    }
    if problems.is_empty() {
        Ok(FieldProgram {
            field: field.field.clone(),
            rows,
        })
    } else {
        Err(problems)
    }
}

impl FieldProgram {
    fn evaluate(&mut self, batch: &Batch<'_>, mut trace: Option<&mut FieldTrace>) -> FieldResult {
        let people = batch.people.len();
        // The usual field has one row for everyone: no rows are gathered or scattered.
        if let [only] = self.rows.as_mut_slice()
            && only.row.when.is_empty()
        {
            let view = View::all(batch, &self.field.name);
            return FieldResult {
                outcomes: only.evaluate(&view, trace),
                row: vec![0; people],
            };
        }
        let (row, failed) = self.choose(batch);
        let mut parts = Vec::with_capacity(self.rows.len());
        for (index, opened) in self.rows.iter_mut().enumerate() {
            let chosen = |person: &usize| {
                row.get(*person)
                    .is_some_and(|row| usize::from(*row) == index)
                    && !failed.iter().any(|(who, _)| who == person)
            };
            let chosen: Vec<usize> = (0..people).filter(chosen).collect();
            if !chosen.is_empty() {
                let view = View::some(batch, &self.field.name, &chosen);
                let outcomes = opened.evaluate(&view, trace.as_deref_mut());
                parts.push((chosen, outcomes));
            }
        }
        let mut problems = Column::default();
        for (_, problem) in &failed {
            problems.push_problem(problem);
        }
        parts.push((failed.into_iter().map(|(who, _)| who).collect(), problems));
        FieldResult {
            outcomes: batch::scatter(people, &parts, Kind::Keep),
            row,
        }
    }

    /// Per person the first row whose conditions hold; a condition that cannot be judged fails
    /// the field, because the row after it might be the wrong one.
    fn choose(&self, batch: &Batch<'_>) -> (Vec<u8>, Vec<(usize, Problem)>) {
        let mut failed = Vec::new();
        let mut chosen = Vec::with_capacity(batch.people.len());
        let columns: Vec<Vec<Option<&Column>>> = self
            .rows
            .iter()
            .map(|opened| {
                opened
                    .row
                    .when
                    .iter()
                    .map(|c| batch.column(&c.attribute))
                    .collect()
            })
            .collect();
        for person in 0..batch.people.len() {
            let mut row = NO_ROW;
            for ((index, opened), columns) in (0_u8..NO_ROW).zip(&self.rows).zip(&columns) {
                let cells = columns.iter().map(|column| column.map(|c| c.cell(person)));
                match all_hold(opened.row.when.iter().zip(cells)) {
                    Ok(false) => continue,
                    Ok(true) => {}
                    Err(problem) => failed.push((person, problem)),
                }
                row = index;
                break;
            }
            chosen.push(row);
        }
        (chosen, failed)
    }
}

/// The selectors of a row's first value.
fn input_selectors(input: &Input) -> &[Selector] {
    match input {
        Input::From(selector) => std::slice::from_ref(selector),
        Input::First(selectors) => selectors,
        Input::Value(_) | Input::Nothing => &[],
    }
}

#[cfg(test)]
mod tests;
