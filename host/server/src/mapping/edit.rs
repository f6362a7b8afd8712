//! One row of a connector file's text: put in, replaced, taken out.
//!
//! Invariant: what the text says afterwards is what it said before with this one row changed, or it is
//! refused; comments, order and the way in which everything else is written stay. Deliberately not here:
//! whether the row is right, which `validated` looks at, and files.

use serde_json::{Map, Value as Json};
use toml_edit::{DocumentMut, Item, RawString, Table, TableLike, Value};

use super::{Error, meant, mistake};
use crate::connector::{ACCOUNT_FIELDS, said};

/// How messages call a row that stands in no file.
const ROW: &str = "the row";

/// A text with one row changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edited {
    /// All of it.
    pub text: String,
    /// The row as it was written; `None` where there was none.
    pub before: Option<String>,
    /// The row as it is written now; `None` where it was taken out.
    pub after: Option<String>,
}

/// Reads a row as it stands behind its `=`.
pub(super) fn row(text: &str) -> Result<Value, Error> {
    let parsed = text.trim().parse::<Value>();
    let mut value = parsed.map_err(|error| {
        // A word without quotes is what people type first.
        let is_word = !text.trim().contains(['"', '\'', '{', '[', '=']);
        let hint = if is_word {
            format!("an attribute is a text in quotes: '\"{}\"'", text.trim())
        } else {
            "such as '\"department\"' or '{ from = \"department\", steps = [\"text.trim\"] }'"
                .to_owned()
        };
        let why = error.message().trim().replace('\n', ", ");
        mistake(ROW, format!("it is not TOML: {why}"), hint)
    })?;
    value.decor_mut().clear();
    Ok(value)
}

/// Puts a row into the mapping of a target, or takes it out.
pub(super) fn put(
    (label, text): (&str, &str),
    (target, field): (&str, &str),
    row: Option<&Value>,
) -> Result<Edited, Error> {
    let (mark, body) = match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    };
    let ends = (body.matches('\n').count(), body.matches("\r\n").count());
    let has_returns = ends.0 > 0 && ends.0 == ends.1;
    let plain = body.replace("\r\n", "\n");
    let was = said(label, &plain).map_err(Error::Mistakes)?;
    let mut document: DocumentMut = plain
        .parse()
        .map_err(|error: toml_edit::TomlError| mistake(label, error.message().to_owned(), ""))?;
    let (table, key) = place(field);
    let of_target = target_of(&mut document, label, target)?;
    let before = change(of_target, (table, key), (target, field), row)?;
    let laid = document.to_string();
    let expected = expected(was, (target, table, key), row)?;
    if said(label, &laid).map_err(Error::Mistakes)? != expected {
        let message = format!("the row `{field}` cannot be changed without changing others");
        return Err(mistake(label, message, "edit the file by hand"));
    }
    let laid = if has_returns {
        laid.replace('\n', "\r\n")
    } else {
        laid
    };
    Ok(Edited {
        text: format!("{mark}{laid}"),
        before,
        after: row.map(|row| row.to_string().trim().to_owned()),
    })
}

/// In which table a field stands, and under which name: fields of the account have their own.
pub(super) fn place(field: &str) -> (&'static str, &str) {
    match field.strip_prefix("account.") {
        Some(name) if ACCOUNT_FIELDS.contains(&name) => ("account", name),
        _ => ("map", field),
    }
}

fn target_of<'d>(
    document: &'d mut DocumentMut,
    label: &str,
    target: &str,
) -> Result<&'d mut Item, Error> {
    let targets = document.get("target").and_then(Item::as_table_like);
    let names: Vec<&str> = targets
        .into_iter()
        .flat_map(|targets| targets.iter().map(|(name, _)| name))
        .collect();
    let missing = mistake(
        label,
        format!("there is no target '{target}'"),
        meant(target, &names),
    );
    let targets = document.get_mut("target").and_then(Item::as_table_like_mut);
    targets
        .and_then(|targets| targets.get_mut(target))
        .ok_or(missing)
}

/// Changes the row; answers what it was.
fn change(
    of_target: &mut Item,
    (table, key): (&str, &str),
    (target, field): (&str, &str),
    row: Option<&Value>,
) -> Result<Option<String>, Error> {
    let no_table = |name: &str| {
        let message = format!("[target.{target}{name}] is no table");
        mistake(ROW, message, "edit the file by hand")
    };
    let of_target = of_target.as_table_like_mut().ok_or_else(|| no_table(""))?;
    if of_target.get(table).is_none() && row.is_some() {
        // In a target that stands between braces it becomes one between braces.
        of_target.insert(table, Item::Table(Table::new()));
    }
    let Some(rows) = of_target.get_mut(table) else {
        return Err(no_row(target, field, &[]));
    };
    let Some(list) = rows.as_table_like_mut() else {
        return Err(no_table(&format!(".{table}")));
    };
    let before = list.get(key).map(|item| item.to_string().trim().to_owned());
    match row {
        Some(row) => write(list, key, row),
        None if before.is_none() => {
            let names: Vec<&str> = list.iter().map(|(name, _)| name).collect();
            return Err(no_row(target, field, &names));
        }
        None => {
            let stays = take_out(list, key);
            if let (Some(stays), Some(table)) = (stays, rows.as_table_mut()) {
                let own = raw(table.decor().suffix()).to_owned();
                table.decor_mut().set_suffix(format!("{own}\n{stays}"));
            }
        }
    }
    let is_one_line = !rows.to_string().contains(['\n', '#']);
    match rows.as_inline_table_mut() {
        Some(inline) if is_one_line => inline.fmt(),
        _ => {}
    }
    Ok(before)
}

fn no_row(target: &str, field: &str, names: &[&str]) -> Error {
    let (_, key) = place(field);
    Error::NoField {
        field: field.to_owned(),
        hint: format!("in the target {target}: {}", meant(key, names)),
    }
}

/// Replaces a row in its place, with the remark behind it, or adds one at the end.
fn write(rows: &mut dyn TableLike, key: &str, row: &Value) {
    let mut row = row.clone();
    if let Some(Item::Value(old)) = rows.get_mut(key) {
        *row.decor_mut() = old.decor().clone();
        *old = row;
        return;
    }
    // Rows that are sections of their own go with their header.
    rows.remove(key);
    let column = rows
        .iter()
        .filter_map(|(name, _)| column(rows, name))
        .last();
    rows.insert(key, Item::Value(row));
    let width = rows.key(key).map(|key| key.display_repr().chars().count());
    if let (Some(column), Some(width)) = (column, width)
        && width < column
        && let Some(mut key) = rows.key_mut(key)
    {
        key.leaf_decor_mut().set_suffix(" ".repeat(column - width));
    }
}

/// In which column the `=` of a row stands.
fn column(rows: &dyn TableLike, name: &str) -> Option<usize> {
    rows.get(name).filter(|item| item.is_value())?;
    let key = rows.key(name)?;
    let suffix = raw(key.leaf_decor().suffix());
    let is_blank = suffix.chars().all(|c| c == ' ');
    is_blank.then(|| key.display_repr().chars().count() + suffix.len())
}

/// Takes a row out. What stands above it stays, because it may be about others too; where no row is
/// left to keep it, it is given back.
fn take_out(rows: &mut dyn TableLike, key: &str) -> Option<String> {
    let above = rows
        .key(key)
        .map(|key| raw(key.leaf_decor().prefix()).to_owned());
    let above = above
        .filter(|above| above.contains('#'))
        .unwrap_or_default();
    let values = rows.iter().filter(|(_, item)| item.is_value());
    let names: Vec<String> = values.map(|(name, _)| name.to_owned()).collect();
    let at = names.iter().position(|name| name == key);
    rows.remove(key);
    let at = at.filter(|_| !above.is_empty())?;
    if let Some(mut next) = names.get(at + 1).and_then(|next| rows.key_mut(next)) {
        let own = raw(next.leaf_decor().prefix()).to_owned();
        next.leaf_decor_mut().set_prefix(format!("{above}{own}"));
        return None;
    }
    let above = above.trim_end();
    let last = at.checked_sub(1).and_then(|at| names.get(at));
    let Some(Item::Value(last)) = last.and_then(|last| rows.get_mut(last)) else {
        return Some(above.to_owned());
    };
    let own = raw(last.decor().suffix()).to_owned();
    last.decor_mut().set_suffix(format!("{own}\n{above}"));
    None
}

fn raw(text: Option<&RawString>) -> &str {
    text.and_then(RawString::as_str).unwrap_or_default()
}

/// What the text has to say after the change.
fn expected(
    mut said: Json,
    (target, table, key): (&str, &str, &str),
    row: Option<&Value>,
) -> Result<Json, Error> {
    let Some(of_target) = said
        .get_mut("target")
        .and_then(|targets| targets.get_mut(target))
        .and_then(Json::as_object_mut)
    else {
        return Ok(said);
    };
    let rows = of_target
        .entry(table)
        .or_insert_with(|| Json::Object(Map::new()));
    let Some(rows) = rows.as_object_mut() else {
        return Ok(said);
    };
    match row {
        Some(row) => {
            let alone = connector_row(row)?;
            rows.insert(key.to_owned(), alone);
        }
        None => drop(rows.shift_remove(key)),
    }
    Ok(said)
}

fn connector_row(row: &Value) -> Result<Json, Error> {
    let said = said(ROW, &format!("row = {}\n", row.to_string().trim()));
    let mut said = said.map_err(Error::Mistakes)?;
    Ok(said.get_mut("row").map(Json::take).unwrap_or_default())
}

#[cfg(test)]
mod tests;
