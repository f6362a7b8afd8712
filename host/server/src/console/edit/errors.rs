//! What is wrong with the fields of a form, by their names.
//!
//! Deliberately not here: finding it out.

use std::collections::BTreeMap;

use super::super::page::Visit;
use super::super::shown::cut;
use crate::fault::Failure;
use crate::mapping::Flaw;

/// What is wrong with fields of a form; under the empty name, with the form as a whole.
#[derive(Debug, Clone, Default)]
pub(super) struct Errors(BTreeMap<String, String>);

impl Errors {
    /// Something is wrong with the form as a whole.
    pub(super) fn whole(why: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.put("", why);
        errors
    }

    /// The first thing that is wrong with a field counts.
    pub(super) fn put(&mut self, field: impl Into<String>, why: impl Into<String>) {
        self.0.entry(field.into()).or_insert_with(|| why.into());
    }

    /// Why a field cannot stay like this; empty where it can.
    pub(super) fn of(&self, field: &str) -> String {
        self.0.get(field).cloned().unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What stands above the form.
    pub(super) fn summary(&self, visit: &Visit) -> String {
        match (self.0.get(""), self.is_empty()) {
            (_, true) => String::new(),
            (Some(whole), _) => whole.clone(),
            (None, _) => visit.say("wiz-look"),
        }
    }
}

/// What went wrong, and what to do.
pub(super) fn told(failure: &Failure) -> String {
    with_hint(&failure.message, &failure.hint)
}

/// What is wrong with a text, and what to do.
pub(super) fn told_of(flaw: &Flaw) -> String {
    cut(&with_hint(&flaw.message, &flaw.hint))
}

fn with_hint(message: &str, hint: &str) -> String {
    match hint {
        "" => message.to_owned(),
        hint => format!("{message}: {hint}"),
    }
}
