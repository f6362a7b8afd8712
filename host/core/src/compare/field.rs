//! Counters of one field.

use std::collections::BTreeMap;

use super::pairs::Pairs;
use super::{ComparedField, Said};
use crate::guard::share;
use crate::mapping::Field;

/// Codes of problems that are told apart per field; a plugin may make up as many as it likes.
const CODES_MAX: usize = 32;

/// What was counted of one field.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub values: u64,
    pub waiting: u64,
    changed: u64,
    set: u64,
    replaced: u64,
    cleared: u64,
    kept: u64,
    newly_failing: u64,
    newly_fine: u64,
    became: BTreeMap<String, u64>,
    problems: BTreeMap<String, u64>,
    codes: Vec<String>,
    pairs: Pairs,
}

impl Counts {
    /// Counts a value that comes out otherwise; answers what became what, and whether it is one
    /// of the pairs.
    pub(super) fn add(&mut self, old: Said<'_>, new: Said<'_>) -> (String, bool) {
        self.changed += 1;
        match (old, new) {
            (Said::Value(_), Said::Value(_)) => self.replaced += 1,
            (_, Said::Value(_)) => self.set += 1,
            (Said::Value(_), Said::Clear) => self.cleared += 1,
            (Said::Value(_), Said::Keep | Said::Drop) => self.kept += 1,
            _ => {}
        }
        if let Said::Failed(code) = new {
            self.newly_failing += 1;
            let code = self.known(code);
            *self.problems.entry(code).or_default() += 1;
        }
        self.newly_fine += u64::from(old.is_failed());
        let says_something = |said| matches!(said, Said::Value(_) | Said::Keep | Said::Clear);
        let has_value = old.value().is_some() || new.value().is_some();
        let is_pair = has_value && says_something(old) && says_something(new);
        if is_pair {
            self.pairs.add(old.value(), new.value());
        }
        let what = format!("{}->{}", self.word(old), self.word(new));
        *self.became.entry(what.clone()).or_default() += 1;
        (what, is_pair)
    }

    /// Whether each pair of values is worth an example of its own.
    pub(super) fn has_few_pairs(&self) -> bool {
        self.pairs.is_few()
    }

    pub(super) fn close(self, target: String, field: Field) -> ComparedField {
        let closed = self.pairs.close();
        let mut whole = ComparedField {
            target,
            field: field.name,
            kind: field.kind,
            values: self.values,
            changed: self.changed,
            set: self.set,
            replaced: self.replaced,
            cleared: self.cleared,
            kept: self.kept,
            newly_failing: self.newly_failing,
            newly_fine: self.newly_fine,
            waiting: self.waiting,
            share: String::new(),
            became: self.became,
            problems: self.problems,
            pairs: closed.pairs,
            pairs_are_all: closed.is_all,
            other_pairs: closed.others,
        };
        whole.share = share(whole.touched(), whole.values);
        whole
    }

    fn word(&mut self, said: Said<'_>) -> String {
        match said {
            Said::Value(_) => "set".to_owned(),
            Said::Keep => "keep".to_owned(),
            Said::Clear => "clear".to_owned(),
            Said::Drop => "drop-person".to_owned(),
            Said::Unread => "not-fetched".to_owned(),
            Said::Failed(code) => format!("failed:{}", self.known(code)),
        }
    }

    /// The code, or `other` once there are too many.
    fn known(&mut self, code: &str) -> String {
        if !self.codes.iter().any(|known| known == code) {
            if self.codes.len() >= CODES_MAX {
                return "other".to_owned();
            }
            self.codes.push(code.to_owned());
        }
        code.to_owned()
    }
}
