//! Whether a comparison is what somebody meant: the limits of `[swap]`.
//!
//! As with the guards of a plan, a line holds when its count is above five and above its share.
//! Unlike them, it is about what the mapping says, before anybody knows what a target holds.

use serde::{Deserialize, Serialize};

use super::Compared;
use crate::guard::{Limit, share};

/// How much may come out otherwise without somebody having to approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Per field, values that become something else, of its non-empty values.
    pub changed_values: Limit,
    /// Per field, values that would be cleared, of its non-empty values.
    pub cleared_values: Limit,
    /// People with a value that fails and did not, of all people.
    pub newly_failing: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            changed_values: Limit::percent(10),
            cleared_values: Limit::percent(1),
            newly_failing: Limit::percent(1),
        }
    }
}

/// One limit and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// `changed-values`, `cleared-values`, `newly-failing`.
    pub name: String,
    /// Name of the target; empty where it is about people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub target: String,
    /// The field; empty where it is about people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// The limit as it was set.
    pub limit: String,
    /// The actual share, `12%`.
    pub actual: String,
    /// The count behind it.
    pub count: u64,
    /// What the share refers to.
    pub base: u64,
    /// Whether somebody has to approve.
    pub held: bool,
}

/// One line per field with such values and limit, and one about people.
pub fn judge(compared: &Compared, limits: &Limits) -> Vec<Verdict> {
    let mut lines = Vec::new();
    for field in &compared.fields {
        let of_field = [
            ("changed-values", &limits.changed_values, field.touched()),
            ("cleared-values", &limits.cleared_values, field.cleared),
        ];
        for (name, limit, count) in of_field {
            if count > 0 {
                lines.push(Verdict {
                    target: field.target.clone(),
                    field: field.field.clone(),
                    ..line(name, limit, (count, field.values))
                });
            }
        }
    }
    let failing = (compared.newly_failing, compared.people);
    lines.push(line("newly-failing", &limits.newly_failing, failing));
    lines
}

fn line(name: &str, limit: &Limit, (count, base): (u64, u64)) -> Verdict {
    Verdict {
        name: name.to_owned(),
        target: String::new(),
        field: String::new(),
        limit: limit.to_string(),
        actual: share(count, base),
        count,
        base,
        held: limit.is_exceeded(count, base),
    }
}
