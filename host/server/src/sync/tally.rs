//! Counting while a plan is made: totals for the report, and what the guards judge.
//!
//! People are counted once over all targets, so the changes of a page are collected first and
//! handed to the guards' counts person by person when the page is closed.

use std::collections::{BTreeMap, BTreeSet};

use attune_core::Problem;
use attune_core::decide::Write;
use attune_core::guard::{Counts, Planned};
use attune_core::mapping::Field;
use attune_core::plan::{Op, Summary, TargetSummary, Trouble};

use super::fills::Fills;
use super::pin::Pinned;
use crate::store::links::LinkState;
use crate::store::runs::PROBLEMS_MAX;

/// Values of one field that wait for a complete listing and are told one by one.
const UNREAD_TOLD: u64 = 5;

/// Totals of one plan.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Counts of the whole plan.
    pub summary: Summary,
    /// Counts by target.
    pub targets: BTreeMap<String, TargetSummary>,
    /// What the guards judge.
    pub counts: Counts,
    /// Problems, at most [`PROBLEMS_MAX`] of them.
    pub problems: Vec<Trouble>,
    /// A deadline decided about some value; the next run may decide otherwise.
    pub is_unrepeatable: bool,
    /// People in scope with an account in some target.
    pub people_matched: u64,
    /// What became of the attributes: some rows wait for theirs, and a guard judges the others.
    pub fills: Fills,
    /// People of whom nobody can say whether they are in scope: they are no leavers.
    pub unjudged: BTreeSet<String>,
    page: BTreeMap<String, PersonPage>,
    matched: BTreeSet<String>,
    unread: BTreeMap<(String, String), u64>,
    undelivered: BTreeSet<(String, String)>,
}

/// What one page plans for one person.
#[derive(Debug, Default)]
struct PersonPage {
    changes: Vec<(String, String, Option<String>, Option<String>)>,
    failures: u64,
}

impl Tally {
    /// Nothing counted yet.
    pub(super) fn new(pinned: &Pinned) -> Self {
        let names = pinned.targets.iter().map(|target| target.spec.name.clone());
        Self {
            targets: names.map(|name| (name, TargetSummary::default())).collect(),
            ..Self::default()
        }
    }

    /// People of a page, all in scope.
    pub(super) fn people(&mut self, count: u64) {
        self.summary.people += count;
    }

    /// People whose scope could not be judged: nothing of theirs is touched.
    pub(super) fn unknown(&mut self, people: &[(String, Problem)]) {
        for (person, problem) in people {
            self.unjudged.insert(person.clone());
            self.trouble(Trouble {
                person: person.clone(),
                target: String::new(),
                field: String::new(),
                code: problem.code.clone(),
                message: problem.message.clone(),
            });
        }
    }

    /// A person's link to one target.
    pub(super) fn link(&mut self, target: &str, person: &str, state: LinkState) {
        let line = self.targets.entry(target.to_owned()).or_default();
        match state {
            LinkState::Matched => {
                self.summary.matched += 1;
                line.matched += 1;
                if self.matched.insert(person.to_owned()) {
                    self.people_matched += 1;
                }
            }
            LinkState::Unmatched => {
                self.summary.unmatched += 1;
                line.unmatched += 1;
            }
            LinkState::Ambiguous => {
                self.summary.ambiguous += 1;
                let message = "several accounts fit, or several people claim this account; \
                               nothing is written";
                self.trouble(Trouble {
                    person: person.to_owned(),
                    target: target.to_owned(),
                    field: String::new(),
                    code: "ambiguous-match".to_owned(),
                    message: message.to_owned(),
                });
            }
        }
    }

    /// A person whose inputs are those of last time.
    pub(super) fn skipped(&mut self) {
        self.summary.skipped += 1;
    }

    /// A person whom the mapping takes out of a target.
    pub(super) fn dropped(&mut self) {
        self.summary.dropped += 1;
    }

    /// A value that is already right.
    pub(super) fn adopted(&mut self) {
        self.summary.adopted += 1;
    }

    /// A value that waits for a decision.
    pub(super) fn held(&mut self) {
        self.summary.held += 1;
    }

    /// A value that could not be made.
    pub(super) fn failed(&mut self, person: &str) {
        self.summary.failed += 1;
        self.page.entry(person.to_owned()).or_default().failures += 1;
    }

    /// A value that waits for a complete listing, because what it needs was never fetched. No
    /// guard counts it: it says nothing about the person. Of each field a few are told.
    pub(super) fn unread(&mut self, trouble: Trouble) {
        self.summary.failed += 1;
        let field = (trouble.target.clone(), trouble.field.clone());
        let told = self.unread.entry(field).or_default();
        *told += 1;
        if *told <= UNREAD_TOLD {
            self.trouble(trouble);
        }
    }

    /// A value that stays because the source delivers its attribute to nobody any more. It says
    /// nothing about the person: no guard counts it, and the row is told once.
    pub(super) fn undelivered(&mut self, trouble: Trouble) {
        self.summary.held += 1;
        let field = (trouble.target.clone(), trouble.field.clone());
        if self.undelivered.insert(field) {
            self.trouble(Trouble {
                person: String::new(),
                ..trouble
            });
        }
    }

    /// A change.
    pub(super) fn change(&mut self, person: &str, (target, field): (&str, &Field), write: &Write) {
        self.summary.changes += 1;
        match write.op {
            Op::Set => self.summary.sets += 1,
            Op::Clear => self.summary.clears += 1,
            Op::Photo => self.summary.photos += 1,
        }
        match self.targets.get_mut(target) {
            Some(line) => line.changes += 1,
            None => self.targets.entry(target.to_owned()).or_default().changes += 1,
        }
        if write.before.as_deref().is_none_or(str::is_empty) {
            return; // No guard counts what fills an empty field: a first plan is full of these.
        }
        self.page
            .entry(person.to_owned())
            .or_default()
            .changes
            .push((
                target.to_owned(),
                field.name.clone(),
                write.before.clone(),
                write.after.clone(),
            ));
    }

    /// Something that went wrong for one person.
    pub(super) fn trouble(&mut self, trouble: Trouble) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(trouble);
        }
    }

    /// Several of them.
    pub(super) fn troubles(&mut self, troubles: Vec<Trouble>) {
        for trouble in troubles {
            self.trouble(trouble);
        }
    }

    /// A picture that could not be had or made. No guard counts it: a plan is not held for it.
    pub(super) fn picture_failed(&mut self) {
        self.summary.failed += 1;
    }

    /// Hands a page to the guards' counts.
    pub(super) fn close_page(&mut self) {
        self.close(|_| false);
    }

    /// The same for pictures; `is_counted` says of whom a field changes besides.
    pub(super) fn close_pictures(&mut self, is_counted: impl Fn(&str) -> bool) {
        self.close(is_counted);
    }

    fn close(&mut self, is_counted: impl Fn(&str) -> bool) {
        self.matched.clear();
        for (person, page) in std::mem::take(&mut self.page) {
            self.counts.resume_person(is_counted(&person));
            for (target, field, before, after) in &page.changes {
                self.counts.change(&Planned {
                    target,
                    field,
                    before: before.as_deref(),
                    after: after.as_deref(),
                });
            }
            for _ in 0..page.failures {
                self.counts.failure();
            }
        }
    }
}
