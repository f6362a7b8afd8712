//! One row of the table: its first value, its steps, its end.

use std::borrow::Cow;

use super::batch::{View, scatter};
use super::finish::finish;
use super::trace::{FieldTrace, Given, NamedValue, Shown, StepTrace};
use super::{Open, input_selectors};
use crate::condition::not_fetched;
use crate::mapping::{self, Input, Row};
use crate::{Cell, Column, Context, Kind, Problem, Selector, Transform, json};

/// A row with its steps opened.
pub(super) struct Opened {
    pub row: Row,
    pub steps: Vec<OpenStep>,
    locale: String,
}

pub(super) struct OpenStep {
    step: mapping::Step,
    pub transform: Box<dyn Transform>,
}

impl Opened {
    pub(super) fn open(row: &Row, locale: &str, open: &mut Open<'_>) -> Result<Self, Problem> {
        let mut steps = Vec::with_capacity(row.steps.len());
        for step in &row.steps {
            steps.push(OpenStep {
                step: step.clone(),
                transform: open(step)?,
            });
        }
        Ok(Self {
            row: row.clone(),
            steps,
            locale: row.locale.clone().unwrap_or_else(|| locale.to_owned()),
        })
    }

    /// Everything that must be fetched for this row.
    pub(super) fn selectors(&self) -> impl Iterator<Item = Selector> {
        let steps = self.steps.iter().flat_map(|step| step.transform.inputs());
        let when = self.row.when.iter().map(|condition| &condition.attribute);
        let all = input_selectors(&self.row.input).iter().chain(steps);
        all.chain(when).cloned()
    }

    /// One outcome per person of the view.
    pub(super) fn evaluate(
        &mut self,
        view: &View<'_>,
        mut trace: Option<&mut FieldTrace>,
    ) -> Column {
        let mut current = self.first_value(view);
        if let Some(trace) = trace.as_deref_mut() {
            trace.source = self.sources(view);
        }
        for step in &mut self.steps {
            let before = trace.is_some().then(|| {
                let given = step.given(view, &current, &self.locale);
                (Shown::of(current.cell(0)), given)
            });
            let next = step.apply(view, &current, &self.locale);
            if let (Some(trace), Some(before)) = (trace.as_deref_mut(), before) {
                trace.steps.push(step.trace(view, before, &next));
            }
            current = Cow::Owned(next);
        }
        finish(current, &self.row)
    }

    fn first_value<'v>(&self, view: &View<'v>) -> Cow<'v, Column> {
        let people = view.people();
        match &self.row.input {
            Input::From(selector) => view
                .column(selector)
                .unwrap_or_else(|| Cow::Owned(fail_all(&not_fetched(selector), people))),
            Input::First(selectors) => self.first_of(selectors, view),
            Input::Value(text) => Cow::Owned(Column::repeat(Cell::text(text), people)),
            Input::Nothing => Cow::Owned(Column::repeat(Cell::ABSENT, people)),
        }
    }

    /// Per person the first value that is not missing. One that was not fetched fails whoever
    /// gets that far: it might have been the value.
    fn first_of<'v>(&self, selectors: &[Selector], view: &View<'v>) -> Cow<'v, Column> {
        let columns: Vec<_> = selectors.iter().map(|s| (s, view.column(s))).collect();
        if let Some((_, Some(first))) = columns.first()
            && first.is_all_filled_text()
        {
            return first.clone();
        }
        let mut values = Column::with_capacity(view.people(), 0);
        for person in 0..view.people() {
            let mut chosen = Ok(Cell::ABSENT);
            for (selector, column) in &columns {
                let Some(column) = column else {
                    chosen = Err(not_fetched(selector));
                    break;
                };
                let cell = column.cell(person);
                if !json::is_missing(cell, self.row.empty_is_value) {
                    chosen = Ok(cell);
                    break;
                }
            }
            match chosen {
                Ok(cell) => values.push(cell),
                Err(problem) => values.push_problem(&problem),
            }
        }
        Cow::Owned(values)
    }

    fn sources(&self, view: &View<'_>) -> Vec<NamedValue> {
        let selectors = input_selectors(&self.row.input).iter();
        let when = self.row.when.iter().map(|condition| &condition.attribute);
        selectors.chain(when).map(|s| named(view, s)).collect()
    }
}

impl OpenStep {
    fn apply(&mut self, view: &View<'_>, current: &Column, locale: &str) -> Column {
        let people = view.people();
        let mut inputs = Vec::with_capacity(self.transform.inputs().len());
        for selector in self.transform.inputs() {
            let unfetched = || Cow::Owned(fail_all(&not_fetched(selector), people));
            inputs.push(view.column(selector).unwrap_or_else(unfetched));
        }
        if !current.has_outcome() && !inputs.iter().any(|input| input.has_outcome()) {
            let all: Vec<usize> = if self.transform.uses().seed {
                (0..people).collect()
            } else {
                Vec::new()
            };
            let mut columns = vec![current];
            columns.extend(inputs.iter().map(AsRef::as_ref));
            return self.call(view, locale, &columns, &all);
        }
        // Whoever has an outcome, or an input that could not be read, is not shown to the step.
        let mut live = Vec::new();
        let mut ended = Vec::new();
        let mut ends = Column::default();
        for person in 0..people {
            let cells = std::iter::once(current.cell(person));
            let mut cells = cells.chain(inputs.iter().map(|input| input.cell(person)));
            match cells.find(|cell| cell.kind.is_outcome()) {
                None => live.push(person),
                Some(outcome) => {
                    ended.push(person);
                    ends.push(outcome);
                }
            }
        }
        if live.is_empty() {
            return ends;
        }
        let taken: Vec<Column> = std::iter::once(current)
            .chain(inputs.iter().map(AsRef::as_ref))
            .map(|column| column.take(&live))
            .collect();
        let columns: Vec<&Column> = taken.iter().collect();
        let answer = self.call(view, locale, &columns, &live);
        scatter(people, &[(live, answer), (ended, ends)], Kind::Keep)
    }

    fn call(
        &mut self,
        view: &View<'_>,
        locale: &str,
        columns: &[&Column],
        people: &[usize],
    ) -> Column {
        let rows = columns.first().map_or(0, |column| column.rows());
        let uses = self.transform.uses();
        let seeds = if uses.seed {
            view.seeds(people)
        } else {
            Vec::new()
        };
        let context = Context {
            now_ms: if uses.now { view.now_ms() } else { 0 },
            seeds: &seeds,
            locale: if uses.locale { locale } else { "und" },
        };
        let answer = self.transform.apply(&context, rows, columns);
        if answer.rows() == rows {
            return answer;
        }
        let message = format!(
            "`{}.{}` answered {} values for {rows} people",
            self.step.plugin,
            self.step.function,
            answer.rows()
        );
        fail_all(&Problem::new("plugin-output-invalid", message), rows)
    }

    /// What the first person's call is given; none where an outcome goes in.
    fn given(&self, view: &View<'_>, current: &Column, locale: &str) -> Option<Given> {
        let owned = |cell: Cell<'_>| (cell.kind, cell.bytes.to_vec());
        let mut row = vec![owned(current.cell(0))];
        for selector in self.transform.inputs() {
            row.push(owned(view.column(selector)?.cell(0)));
        }
        let is_called = !row.iter().any(|(kind, _)| kind.is_outcome());
        is_called.then(|| Given {
            row,
            now_ms: view.now_ms(),
            locale: locale.to_owned(),
            seed: view.seeds(&[0]).try_into().unwrap_or_default(),
        })
    }

    fn trace(
        &self,
        view: &View<'_>,
        (input, given): (Shown, Option<Given>),
        next: &Column,
    ) -> StepTrace {
        let inputs = self.transform.inputs().iter();
        StepTrace {
            plugin: self.step.plugin.clone(),
            function: self.step.function.clone(),
            options: self.step.options.clone(),
            input,
            inputs: inputs.map(|selector| named(view, selector)).collect(),
            output: Shown::of(next.cell(0)),
            given,
        }
    }
}

fn named(view: &View<'_>, selector: &Selector) -> NamedValue {
    NamedValue {
        selector: selector.clone(),
        value: match view.column(selector) {
            Some(column) => Shown::of(column.cell(0)),
            None => Shown::not_fetched(),
        },
    }
}

fn fail_all(problem: &Problem, rows: usize) -> Column {
    let mut one = Column::default();
    one.push_problem(problem);
    Column::repeat(one.cell(0), rows)
}
