//! One row of a connector file is set or taken away, and the file replaced.
//!
//! Invariant: the file is replaced as a whole, only by a text that would be used, and only while it still
//! says what was read. Deliberately not here: what a service does with it (it may wait for somebody).

use std::path::Path;

use attune_wasm::registry::Snapshot;
use serde::Serialize;

use super::difference::difference;
use super::{Error, edit, validated};
use crate::connector;

/// What is to become of a row.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The target by its name in the file.
    pub target: &'a str,
    /// The field as reports name it: `Department`, `account.email`.
    pub field: &'a str,
    /// The row as TOML; `None` takes it away.
    pub row: Option<&'a str>,
    /// Only while the connector's revision is this one.
    pub revision: Option<&'a str>,
    /// Look, and write nothing.
    pub is_dry: bool,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = RowChange)]
#[serde(rename_all = "kebab-case")]
pub struct Changed {
    /// The connector file's name.
    pub connector: String,
    /// The file.
    pub file: String,
    /// The target.
    pub target: String,
    /// The field.
    pub field: String,
    /// The row as it was written; none where there was none.
    pub before: Option<String>,
    /// The row as it is written now; none where it was taken away.
    pub after: Option<String>,
    /// Whether the file was replaced.
    pub is_written: bool,
    /// The connector's revision with this text.
    pub revision: String,
    /// Line by line; empty where nothing differs.
    pub difference: Vec<String>,
    /// What the reader of the file should know.
    pub notes: Vec<String>,
}

/// Sets a row of a connector file, or takes it away.
pub fn set(
    folder: &Path,
    name: &str,
    plugins: &Snapshot,
    order: Order<'_>,
) -> Result<Changed, Error> {
    let row = order.row.map(edit::row).transpose()?;
    let entry = connector::find(folder, name).map_err(|mistake| Error::Mistakes(vec![mistake]))?;
    let label = entry.path.display().to_string();
    let before = connector::read_text(&entry.path).map_err(Error::Mistakes)?;
    if let Some(revision) = order.revision {
        let is = connector::load_as(&entry.path, &before).result;
        if !is.is_ok_and(|loaded| loaded.revision() == revision) {
            return Err(Error::Changed { file: label });
        }
    }
    let place = (order.target, order.field);
    let edited = edit::put((&label, &before), place, row.as_ref())?;
    let loaded = validated(&entry.path, &edited.text, plugins)?;
    let difference = difference(&before, &edited.text);
    let is_due = !difference.is_empty() && !order.is_dry;
    if is_due {
        let replaced = connector::replace_unchanged(&entry.path, &before, &edited.text);
        let is_replaced = replaced.map_err(|source| Error::File {
            file: label.clone(),
            source,
        })?;
        if !is_replaced {
            return Err(Error::Changed { file: label });
        }
    }
    Ok(Changed {
        connector: entry.name,
        file: label,
        target: order.target.to_owned(),
        field: order.field.to_owned(),
        before: edited.before,
        after: edited.after,
        is_written: is_due,
        revision: loaded.revision().to_owned(),
        difference,
        notes: loaded.notes.iter().map(ToString::to_string).collect(),
    })
}

/// The text of a connector file with one row set, or taken away; nothing is written.
pub fn with_row(before: &super::Text, order: Order<'_>) -> Result<String, Error> {
    let row = order.row.map(edit::row).transpose()?;
    let place = (order.target, order.field);
    Ok(edit::put((&before.file, &before.text), place, row.as_ref())?.text)
}
