//! What a selector says about another person: leading `manager` steps.
//!
//! `manager.X` is selector X of the manager's document and `manager.account.username` (or `key`)
//! the manager's account in the target. A lone `manager`, or one with a pick, is an attribute
//! like any other: only a step that leads on names a person. Finding that person is not here.

use super::Selector;

/// Most `manager` steps that are followed.
pub const MANAGER_DEPTH_MAX: usize = 5;

/// A selector split into the person it speaks of and what it wants of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Relation {
    /// How many managers up; 0 is the person.
    pub depth: usize,
    /// What is wanted there.
    pub of: Of,
}

/// What a [`Relation`] wants of the person it names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Of {
    /// A selector of that person's document.
    Document(Selector),
    /// The user name of that person's account in the target.
    AccountUserName,
    /// The stable key of that person's account in the target.
    AccountKey,
}

/// More `manager` steps than [`MANAGER_DEPTH_MAX`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` follows more than 5 managers")]
pub struct TooDeep(pub Selector);

impl Selector {
    /// Splits off the leading `manager` steps.
    pub fn strip_relation(&self) -> Result<Relation, TooDeep> {
        let leads = |step: &super::Step| step.name == "manager" && step.picks.is_empty();
        let last = self.steps.len().saturating_sub(1);
        let depth = self
            .steps
            .iter()
            .take(last)
            .take_while(|s| leads(s))
            .count();
        if depth > MANAGER_DEPTH_MAX {
            return Err(TooDeep(self.clone()));
        }
        let rest = self.steps.get(depth..).unwrap_or_default();
        let of = match (depth, rest) {
            (1.., [account, part])
                if account.name == "account"
                    && account.picks.is_empty()
                    && part.picks.is_empty() =>
            {
                match part.name.as_str() {
                    "username" => Some(Of::AccountUserName),
                    "key" => Some(Of::AccountKey),
                    _ => None,
                }
            }
            _ => None,
        };
        let of = of.unwrap_or_else(|| {
            Of::Document(Self {
                steps: rest.to_vec(),
            })
        });
        Ok(Relation { depth, of })
    }
}
