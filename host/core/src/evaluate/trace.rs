//! What `explain` shows: where a value came from and what every step made of it.

use serde::Serialize;

use crate::mapping::Field;
use crate::{Cell, Kind, Selector};

/// One value for people to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Shown {
    /// `absent`, `null`, `text`, ..., `failed`, or `not-fetched`.
    pub kind: &'static str,
    /// The text, JSON or problem; `12 bytes` for bytes; empty where the kind says all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
}

impl Shown {
    /// How a cell is shown.
    pub fn of(cell: Cell<'_>) -> Self {
        let kind = match cell.kind {
            Kind::Absent => "absent",
            Kind::Null => "null",
            Kind::Text => "text",
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::Boolean => "boolean",
            Kind::Json => "json",
            Kind::Bytes => "bytes",
            Kind::Keep => "keep",
            Kind::Clear => "clear",
            Kind::DropPerson => "drop-person",
            Kind::Failed => "failed",
        };
        let text = match cell.kind {
            Kind::Bytes => format!("{} bytes", cell.bytes.len()),
            Kind::Failed => crate::outcome::failed(cell.bytes).to_string(),
            _ => String::from_utf8_lossy(cell.bytes).into_owned(),
        };
        Self { kind, text }
    }

    pub(super) fn not_fetched() -> Self {
        Self {
            kind: "not-fetched",
            text: String::new(),
        }
    }
}

/// An attribute and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NamedValue {
    /// The attribute.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub selector: Selector,
    /// Its value for this person.
    pub value: Shown,
}

/// One step with what went in and what came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StepTrace {
    /// Plugin id.
    pub plugin: String,
    /// Function name.
    pub function: String,
    /// Its options.
    pub options: serde_json::Value,
    /// The value so far.
    pub input: Shown,
    /// What the step read besides.
    pub inputs: Vec<NamedValue>,
    /// The value after the step.
    pub output: Shown,
    /// What it takes to make the call again; none where an outcome went in, and nothing was called.
    /// Nobody is shown it: it may be a picture.
    #[serde(skip)]
    pub given: Option<Given>,
}

/// What a step was given for one person beside its options, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The value so far, then what the step read besides.
    pub row: Vec<(Kind, Vec<u8>)>,
    /// Start of the run, whether or not the function uses it; so for locale and seed.
    pub now_ms: i64,
    /// The row's or connector's locale.
    pub locale: String,
    /// The same in every run for this person and field.
    pub seed: [u8; 16],
}

/// One field of one person, from the source to the outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FieldTrace {
    /// The field.
    pub field: Field,
    /// The row of the field that decided (from 0), if any did.
    pub row: Option<usize>,
    /// The attributes that the row starts from and that its conditions ask for.
    pub source: Vec<NamedValue>,
    /// The steps that ran.
    pub steps: Vec<StepTrace>,
    /// What the row says in the end.
    pub outcome: Shown,
}

impl FieldTrace {
    pub(super) fn new(field: &Field) -> Self {
        Self {
            field: field.clone(),
            row: None,
            source: Vec::new(),
            steps: Vec::new(),
            outcome: Shown::not_fetched(),
        }
    }
}
