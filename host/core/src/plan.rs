//! The exact list of changes that a run would write, as people and programs read it.
//!
//! These are the JSON shapes of `plan --json` and `sync --json`; field names are a promise. The
//! digest covers connector id, revision, generations, now, then the changes sorted by target,
//! account and field; no run id, order of arrival, problems or guards.

mod digest;
mod fingerprint;

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::mapping::FieldKind;

pub use digest::{DigestWriter, Error, Head, compare, key, sha256_text};
pub use fingerprint::{Common, Fingerprinter};

/// What a change does to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    /// Write a value.
    Set,
    /// Remove our value.
    Clear,
    /// Write a picture.
    Photo,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ChangeResult {
    /// The target holds the value now.
    Written,
    /// The target refused it, or it could not be sent.
    Failed,
    /// Somebody else changed the field meanwhile.
    Conflict,
    /// The account is gone.
    Gone,
    /// The run ended before it was sent.
    NotSent,
}

/// One field of one account that a run would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Change {
    /// The source key.
    pub person: String,
    /// The target key.
    pub account: String,
    /// Name of the target in the connector file.
    pub target: String,
    /// How the field is stored.
    pub kind: FieldKind,
    /// The field's name.
    pub field: String,
    /// What is done.
    pub op: Op,
    /// What was there, as read or as last written; `null` = empty.
    pub before: Option<String>,
    /// What shall be there; `null` = empty.
    pub after: Option<String>,
    /// What became of it; only in a `sync` or `apply`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<ChangeResult>,
}

/// A value, person or target that could not be dealt with; everybody else goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Trouble {
    /// The source key.
    pub person: String,
    /// Name of the target; empty for the source's own problems.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub target: String,
    /// The field; empty when the whole person is concerned.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// Stable kebab-case word.
    pub code: String,
    /// What happened.
    pub message: String,
}

/// One guard, its limit and what the plan would really do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct GuardLine {
    /// `changed-people`, `cleared-values`, ...
    pub name: String,
    /// The limit as the connector file has it.
    pub limit: String,
    /// The actual share, `12%`.
    pub actual: String,
    /// The absolute count behind it.
    pub count: u64,
    /// What the share refers to.
    pub base: u64,
    /// The field and value concerned, for `one-value-takes-over`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Whether the run is held by this guard.
    pub held: bool,
}

/// What state a plan or run is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// A plan was made.
    Planned,
    /// The plan was applied.
    Applied,
    /// A guard holds it; approval needed.
    Held,
    /// There was nothing to write.
    Nothing,
    /// The run ended early.
    Stopped,
}

/// Counts of a whole plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[expect(
    missing_docs,
    reason = "the names are the documentation; see README, `plan --json`"
)]
pub struct Summary {
    pub people: u64,
    pub matched: u64,
    pub unmatched: u64,
    pub ambiguous: u64,
    pub dropped: u64,
    pub changes: u64,
    pub sets: u64,
    pub clears: u64,
    pub photos: u64,
    pub adopted: u64,
    pub held: u64,
    pub failed: u64,
    pub skipped: u64,
    pub written: u64,
}

/// Counts of one target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TargetSummary {
    /// People with an account.
    pub matched: u64,
    /// People without one.
    pub unmatched: u64,
    /// Changes planned.
    pub changes: u64,
    /// Why this target could not be finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<crate::Problem>,
}

/// How much of the source a run read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Everybody.
    Complete,
    /// Who changed since the run before, and who was due from then.
    Changes,
    /// One person.
    Person,
    /// The first few people of a listing.
    Sample,
    /// Nothing: everybody who is known, as they were last read.
    Kept,
}

/// What reading the source came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SourceRead {
    /// How much of it was read.
    pub read: How,
    /// Requests, repetitions included.
    pub requests: u64,
    /// Bytes of all answers, decompressed.
    pub bytes: u64,
    /// Why everybody was listed although only changes were asked for, or why a run over kept
    /// documents looked at nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A whole plan or run: what `--json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[expect(
    missing_docs,
    reason = "the names are the documentation; see README, `plan --json`"
)]
pub struct Report {
    pub connector: String,
    pub id: String,
    pub revision: String,
    pub digest: String,
    pub generations: BTreeMap<String, String>,
    /// RFC 3339, UTC.
    pub now: String,
    pub repeatable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    pub state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRead>,
    pub summary: Summary,
    pub targets: BTreeMap<String, TargetSummary>,
    pub changes: Vec<Change>,
    pub problems: Vec<Trouble>,
    pub guards: Vec<GuardLine>,
}

impl Summary {
    /// Counts one planned change.
    pub fn count(&mut self, op: Op) {
        self.changes += 1;
        match op {
            Op::Set => self.sets += 1,
            Op::Clear => self.clears += 1,
            Op::Photo => self.photos += 1,
        }
    }
}

impl AddAssign<&Self> for Summary {
    fn add_assign(&mut self, other: &Self) {
        // Taken apart by name, so that a new count cannot be forgotten here.
        let Self {
            people,
            matched,
            unmatched,
            ambiguous,
            dropped,
            changes,
            sets,
            clears,
            photos,
            adopted,
            held,
            failed,
            skipped,
            written,
        } = other;
        self.people += people;
        self.matched += matched;
        self.unmatched += unmatched;
        self.ambiguous += ambiguous;
        self.dropped += dropped;
        self.changes += changes;
        self.sets += sets;
        self.clears += clears;
        self.photos += photos;
        self.adopted += adopted;
        self.held += held;
        self.failed += failed;
        self.skipped += skipped;
        self.written += written;
    }
}

impl Report {
    /// Whether any guard holds this plan.
    pub fn is_held(&self) -> bool {
        self.guards.iter().any(|guard| guard.held)
    }

    /// Whether the counts fit each other: what README promises about `summary`.
    pub fn is_consistent(&self) -> bool {
        let summary = &self.summary;
        let of_targets =
            |count: fn(&TargetSummary) -> u64| -> u64 { self.targets.values().map(count).sum() };
        summary.changes == summary.sets + summary.clears + summary.photos
            && summary.matched == of_targets(|target| target.matched)
            && summary.unmatched == of_targets(|target| target.unmatched)
            && summary.changes == of_targets(|target| target.changes)
            && summary.matched + summary.unmatched + summary.ambiguous
                == summary.people * self.targets.len() as u64
    }
}

#[cfg(test)]
mod tests;
