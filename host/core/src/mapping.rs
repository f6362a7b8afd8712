//! The mapping table of one target as data: which field takes which value.
//!
//! This is the parsed and validated form of `[target.NAME.map]` and `[target.NAME.account]`;
//! reading TOML is the server's business, evaluating is [`crate`]'s `evaluate` module's.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::Selector;

/// How a field is stored and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// Jira entity property of a user (REST).
    EntityProperty,
    /// The visible "User Property" of Jira, by the administrator's page.
    AdminForm,
    /// A route by URL templates.
    Custom,
    /// The account's own e-mail or full name.
    Account,
    /// The profile picture.
    Photo,
    /// One of Confluence's six profile fields.
    Profile,
}

impl FieldKind {
    /// Every kind.
    const ALL: [Self; 6] = [
        Self::EntityProperty,
        Self::AdminForm,
        Self::Custom,
        Self::Account,
        Self::Photo,
        Self::Profile,
    ];

    /// Its word, as JSON has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::EntityProperty => "entity-property",
            Self::AdminForm => "admin-form",
            Self::Custom => "custom",
            Self::Account => "account",
            Self::Photo => "photo",
            Self::Profile => "profile",
        }
    }

    /// The kind with this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// One profile slot of a target.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Field {
    /// How it is stored.
    pub kind: FieldKind,
    /// Its name as JSON and CLI show it: `Department`, `account.email`, `photo`.
    pub name: String,
}

/// Where a row's first value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// `from`: one selector.
    From(Selector),
    /// `first`: the first selector that is not missing.
    First(Vec<Selector>),
    /// `value`: a constant.
    Value(String),
    /// Nothing: the steps make the value (a template).
    Nothing,
}

/// One function of one transform plugin with its options.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Plugin id, the part before the dot: `text`.
    pub plugin: String,
    /// Function name, the part after the dot: `trim`.
    pub function: String,
    /// Options as JSON, files already read in.
    pub options: Json,
}

/// What happens when a row's last result is missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum WhenMissing {
    /// Leave the field as it is.
    #[default]
    Keep,
    /// Clear the field, if it is ours.
    Clear,
    /// Report `missing`.
    Fail,
    /// Use this text instead.
    Default(String),
}

/// When a row applies to a field that already has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Apply {
    /// In every run.
    #[default]
    Always,
    /// Only while the field is empty.
    Once,
}

/// What happens to a value that was there before us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// Replace it; the old value is kept for undo.
    #[default]
    Overwrite,
    /// Leave it.
    Keep,
    /// Hold the change until somebody decides.
    Hold,
}

/// What happens when somebody else changed a value of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Conflict {
    /// The source wins; the foreign value is recorded.
    #[default]
    SourceWins,
    /// The local value stays.
    KeepLocal,
    /// Hold the change until somebody decides.
    Hold,
}

/// One test of one attribute; text is compared exactly.
#[derive(Debug, Clone)]
pub struct Condition {
    /// The attribute.
    pub attribute: Selector,
    /// The test.
    pub test: Test,
}

/// The tests of a [`Condition`].
#[derive(Debug, Clone)]
pub enum Test {
    /// Some element is this text.
    Equals(String),
    /// No element is this text; a missing attribute meets it.
    NotEquals(String),
    /// Some element is one of these texts.
    In(Vec<String>),
    /// Some element matches (unanchored).
    Matches(regex::Regex),
    /// The attribute is there (true) or missing (false).
    Present(bool),
}

/// One line of a mapping table.
#[derive(Debug, Clone)]
pub struct Row {
    /// The first value.
    pub input: Input,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// All must hold, else the next row of the field is tried.
    pub when: Vec<Condition>,
    /// What happens when the last result is missing.
    pub when_missing: WhenMissing,
    /// `empty = "value"`: empty text and the empty list count as values.
    pub empty_is_value: bool,
    /// Always, or only while the field is empty.
    pub apply: Apply,
    /// What happens to a value that was there before us.
    pub existing: Existing,
    /// What happens when somebody else changed a value of ours.
    pub conflict: Conflict,
    /// Overrides the connector's locale.
    pub locale: Option<String>,
}

/// A field and its rows; the first row whose `when` holds decides.
#[derive(Debug, Clone)]
pub struct FieldRows {
    /// The field.
    pub field: Field,
    /// Its rows, in file order; never empty.
    pub rows: Vec<Row>,
}

/// The mapping table of one target, in file order.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The fields.
    pub fields: Vec<FieldRows>,
}
