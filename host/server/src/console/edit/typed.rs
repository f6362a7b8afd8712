//! A row as somebody types it: read from the form, right or wrong, and judged before there is such a file.
//!
//! Invariant: what was typed into a field of a step stays with that step, wherever it is moved. Deliberately
//! not here: how it is shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use attune_wasm::registry::Snapshot;

use super::super::form::Fields;
use super::super::page::Visit;
use super::super::shown::cut;
use super::change;
use super::errors::{Errors, told};
use super::new::named;
use super::options;
use super::row::function;
use super::sent::Hidden;
use super::wanted::blamed;
use crate::fault::Failure;
use crate::mapping::{self, Draft, DraftStep, SetOrder, Text, Written};

/// A row on its way: what the form says.
pub(super) struct Form {
    pub(super) target: String,
    pub(super) kind: String,
    pub(super) field: String,
    /// The row without its steps.
    pub(super) draft: Draft,
    pub(super) steps: Vec<Step>,
    /// Whether the file has no such row yet.
    pub(super) is_new: bool,
    /// What is wrong with it: `step.N`, or the whole of it.
    pub(super) errors: Errors,
}

/// A step on its way.
pub(super) struct Step {
    pub(super) draft: DraftStep,
    /// What somebody typed, by option; none where nobody did.
    pub(super) typed: Option<BTreeMap<String, String>>,
    /// What is wrong with options: their names, and why.
    pub(super) mistakes: Vec<(String, String)>,
}

impl From<DraftStep> for Step {
    /// A step that nobody typed anything into.
    fn from(draft: DraftStep) -> Self {
        Self {
            draft,
            typed: None,
            mistakes: Vec::new(),
        }
    }
}

impl Step {
    /// The step of a number that a form sent; none where it sent no such one.
    fn read(plugins: &Snapshot, index: usize, fields: &Fields) -> Option<Self> {
        let prefix = format!("step.{index}.");
        let name = fields.one(&format!("{prefix}use"));
        if name.is_empty() {
            return None;
        }
        let schema = function(plugins, name).map(|(_, schema)| schema);
        let sent = |option: &str| fields.one(&format!("{prefix}{option}"));
        let (options, mistakes) = options::read(&schema.unwrap_or_default(), sent);
        let typed = fields.pairs().filter_map(|(name, value)| {
            let option = name.strip_prefix(&prefix)?;
            Some((option.to_owned(), value.to_owned()))
        });
        Some(Self {
            typed: Some(typed.collect()),
            mistakes,
            draft: DraftStep {
                function: name.to_owned(),
                options,
            },
        })
    }
}

impl Form {
    /// What somebody sent.
    pub(super) fn read(visit: &Visit, name: &str, fields: &Fields) -> Result<Self, Failure> {
        let plugins = Arc::clone(&visit.service()?.pin().1.plugins);
        let field = named(fields.one("field"), fields.one("kind"));
        let target = fields.one("target").to_owned();
        let typed = fields.one("typed").trim();
        let first = if typed.is_empty() {
            fields.one("from").trim()
        } else {
            typed
        };
        let others = fields.one("others").split(',').map(str::trim);
        let from = std::iter::once(first)
            .chain(others)
            .filter(|one| !one.is_empty());
        let from: Vec<String> = from.map(str::to_owned).collect();
        let steps = (0..).map_while(|index| Step::read(&plugins, index, fields));
        let steps = steps.collect();
        let one = |name: &str| fields.one(name).to_owned();
        let mut draft = Draft {
            constant: if from.is_empty() {
                one("constant")
            } else {
                String::new()
            },
            from,
            when_missing: one("when-missing"),
            default: one("default"),
            apply: one("apply"),
            existing: one("existing"),
            ..Draft::default()
        };
        let read = change::file(visit, name)?;
        let written = Draft::written(&read.text, (&target, &field));
        if let Written::Row(written) = &written {
            draft.keep_rest(written);
        }
        Ok(Self {
            target,
            kind: fields.one("kind").to_owned(),
            field,
            draft,
            steps,
            is_new: matches!(written, Written::Nothing),
            errors: Errors::default(),
        })
    }

    /// The row as it stands behind its `=`.
    pub(super) fn row(&self) -> String {
        self.row_of(&self.steps.iter().collect::<Vec<_>>())
    }

    fn row_of(&self, steps: &[&Step]) -> String {
        let mut draft = self.draft.clone();
        draft.steps = steps.iter().map(|step| step.draft.clone()).collect();
        draft.row()
    }

    /// The file with a row for the field, or without one.
    pub(super) fn put(&self, before: &Text, row: Option<&str>) -> Result<String, Failure> {
        let order = SetOrder {
            target: &self.target,
            field: &self.field,
            row,
            revision: None,
            is_dry: true,
        };
        Ok(mapping::with_row(before, order)?)
    }

    /// What is wrong with the row in the file: with a step, or with the whole.
    pub(super) fn judged(&self, before: &Text, visit: &Visit) -> Result<Errors, Failure> {
        let text = match self.put(before, Some(&self.row())) {
            Ok(text) => text,
            Err(failure) => return Ok(Errors::whole(cut(&told(&failure)))),
        };
        let steps = self.steps.iter().enumerate();
        let alone = steps.filter_map(|(index, step)| {
            let row = self.row_of(&[step]);
            let text = self.put(before, Some(&row)).ok()?;
            Some((format!("step.{index}"), text))
        });
        // What is wrong with the attribute is no step's fault.
        let source = self.put(before, Some(&self.row_of(&[])));
        let source = source.ok().map(|text| (String::new(), text));
        blamed(
            visit,
            before,
            &text,
            source.into_iter().chain(alone).collect(),
        )
    }

    /// The source as hidden fields.
    pub(super) fn source(&self) -> Vec<Hidden> {
        let (first, others) = match self.draft.from.split_first() {
            Some((first, others)) => (first.clone(), others.join(", ")),
            None => (String::new(), String::new()),
        };
        [
            ("from", first),
            ("others", others),
            ("constant", self.draft.constant.clone()),
        ]
        .map(|(name, value)| Hidden {
            name: name.to_owned(),
            value,
        })
        .into()
    }
}
