//! An account of a target, as far as matching needs to know it.
//!
//! Deliberately not here: how accounts are found and read (the server's targets).

use serde::{Deserialize, Serialize};

use crate::Selector;

/// A user of a Jira or Confluence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Stable: survives a change of the user name. Links are kept by it.
    pub key: String,
    /// What the user signs in with; may change.
    pub username: String,
    /// Empty where the product does not tell.
    pub email: String,
    /// Full name as people see it.
    pub display_name: String,
    /// Inactive accounts are no candidates of a match.
    pub active: bool,
}

/// By what an account is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatchBy {
    /// The user name.
    Username,
    /// The e-mail address.
    Email,
    /// The stable key.
    Key,
}

impl MatchBy {
    /// The words of a connector file.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("username", Self::Username),
        ("email", Self::Email),
        ("key", Self::Key),
    ];

    /// What the account has there; equality is without case, after trimming.
    pub fn of(self, account: &Account) -> &str {
        match self {
            Self::Username => &account.username,
            Self::Email => &account.email,
            Self::Key => &account.key,
        }
    }
}

/// A person and an account are the same when these two are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchRule {
    /// What the person has.
    pub source: Selector,
    /// What the account has.
    pub target: MatchBy,
}

/// What kind of site a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// Jira Data Center.
    JiraDataCenter,
    /// Confluence Data Center.
    ConfluenceDataCenter,
}

impl Product {
    /// The words of a connector file.
    pub const WORDS: [(&'static str, Self); 2] = [
        ("jira-data-center", Self::JiraDataCenter),
        ("confluence-data-center", Self::ConfluenceDataCenter),
    ];

    /// The word of this product.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JiraDataCenter => "jira-data-center",
            Self::ConfluenceDataCenter => "confluence-data-center",
        }
    }
}
