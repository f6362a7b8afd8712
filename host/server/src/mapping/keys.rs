//! Keys of a connector file outside of its mapping tables: set, replaced or taken out, by their paths.
//!
//! Invariant: comments, order and the way in which everything else is written stay. Deliberately not
//! here: whether the file is right then, which `look` says.

use serde_json::Value as Json;
use toml_edit::{DocumentMut, Item, Table};

use super::edit::place;
use super::{Error, draft, mistake};

/// What becomes of a key.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// Where it stands: `["source", "options", "tenant"]`.
    pub path: Vec<String>,
    /// What it says from now on; none takes it out.
    pub value: Option<Json>,
}

impl Edit {
    /// A key by its path, dots between: no name of this house has one.
    pub fn new(path: &str, value: Option<Json>) -> Self {
        Self {
            path: path.split('.').map(str::to_owned).collect(),
            value,
        }
    }
}

/// The text of a connector file with these keys changed.
pub fn edited(text: &str, edits: &[Edit]) -> Result<String, Error> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        mistake(
            "the file",
            error.message().to_owned(),
            "edit the file by hand",
        )
    })?;
    for edit in edits {
        let Some((key, tables)) = edit.path.split_last() else {
            continue;
        };
        let value = edit.value.as_ref().and_then(draft::toml);
        let Some(table) = table(document.as_item_mut(), tables, value.is_some()) else {
            if value.is_none() {
                continue;
            }
            let message = format!("[{}] is no table", tables.join("."));
            return Err(mistake("the file", message, "edit the file by hand"));
        };
        let Some(rows) = table.as_table_like_mut() else {
            continue;
        };
        match (value, rows.get_mut(key)) {
            (None, None) => {}
            (None, Some(_)) => {
                rows.remove(key);
            }
            (Some(mut value), Some(Item::Value(old))) => {
                *value.decor_mut() = old.decor().clone();
                *old = value;
            }
            (Some(value), _) => {
                rows.insert(key, Item::Value(value));
            }
        }
    }
    Ok(document.to_string())
}

/// The table at a path; made where it is missing and wanted.
fn table<'d>(mut item: &'d mut Item, path: &[String], is_wanted: bool) -> Option<&'d mut Item> {
    for name in path {
        let inside = item.as_table_like_mut()?;
        if inside.get(name).is_none() {
            if !is_wanted {
                return None;
            }
            // One that holds tables alone needs no line of its own.
            let mut made = Table::new();
            made.set_implicit(true);
            inside.insert(name, Item::Table(made));
        }
        item = inside.get_mut(name)?;
    }
    item.is_table_like().then_some(item)
}

/// The text with the row of a field and the one before or behind it in each other's place; comments go
/// with their rows. The first stays first, and the last one last.
pub fn moved(text: &str, (target, field): (&str, &str), is_up: bool) -> Result<String, Error> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        mistake(
            "the file",
            error.message().to_owned(),
            "edit the file by hand",
        )
    })?;
    let no_field = || Error::NoField {
        field: field.to_owned(),
        hint: "edit the file by hand".to_owned(),
    };
    let (table, key) = place(field);
    let path = ["target", target, table].map(str::to_owned);
    let rows = self::table(document.as_item_mut(), &path, false);
    let rows = rows.and_then(Item::as_table_mut).ok_or_else(no_field)?;
    let order: Vec<String> = rows.iter().map(|(key, _)| key.to_owned()).collect();
    let at = order
        .iter()
        .position(|one| one == key)
        .ok_or_else(no_field)?;
    let other = if is_up {
        at.checked_sub(1)
    } else {
        Some(at + 1)
    };
    let Some(other) = other.filter(|other| *other < order.len()) else {
        return Ok(text.to_owned());
    };
    let rank = |key: &str| match order.iter().position(|one| one == key) {
        Some(found) if found == at => other,
        Some(found) if found == other => at,
        Some(found) => found,
        None => usize::MAX,
    };
    rows.sort_values_by(|one, _, another, _| rank(one.get()).cmp(&rank(another.get())));
    Ok(document.to_string())
}

/// Whether a path of a connector file leads to a table.
pub fn is_table(text: &str, path: &[&str]) -> bool {
    let Ok(document) = text.parse::<DocumentMut>() else {
        return false;
    };
    let mut item = Some(document.as_item());
    for part in path {
        item = item.and_then(|item| item.get(part));
    }
    item.is_some_and(Item::is_table_like)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FILE: &str =
        "# ours\n[source]\nprovider = \"entra\" # cloud\n\n[schedule]\nsync = \"0 2 * * *\"\n";

    #[track_caller]
    fn check(edits: &[Edit], expected: &str) {
        assert_eq!(edited(FILE, edits).unwrap(), expected);
    }

    #[test]
    fn keys_are_set_replaced_and_taken_out_and_comments_stay() {
        check(
            &[Edit::new("schedule.sync", Some(json!("0 3 * * *")))],
            &FILE.replace("0 2", "0 3"),
        );
        check(
            &[Edit::new("schedule.sync", None), Edit::new("guard.x", None)],
            &FILE.replace("sync = \"0 2 * * *\"\n", ""),
        );
        check(
            &[Edit::new("source.options.page", Some(json!(50)))],
            &FILE.replace("# cloud\n", "# cloud\n\n[source.options]\npage = 50\n"),
        );
        check(&[], FILE);
    }

    #[test]
    fn rows_change_places_with_their_comments() {
        let file = "[target.jira.map]\n# one\nA = \"a\"\nB = \"b\" # two\nC = \"c\"\n";
        let up = moved(file, ("jira", "B"), true).unwrap();
        assert_eq!(
            up,
            "[target.jira.map]\nB = \"b\" # two\n# one\nA = \"a\"\nC = \"c\"\n"
        );
        assert_eq!(moved(&up, ("jira", "B"), false).unwrap(), file);
        assert_eq!(moved(file, ("jira", "A"), true).unwrap(), file);
        assert_eq!(moved(file, ("jira", "C"), false).unwrap(), file);
        assert!(moved(file, ("jira", "D"), true).is_err());
        assert!(is_table(file, &["target", "jira"]) && !is_table(file, &["target", "wiki"]));
    }

    #[test]
    fn a_path_through_something_else_is_refused() {
        let edit = Edit::new("source.provider.x", Some(json!(1)));
        assert!(edited(FILE, &[edit]).is_err());
        assert!(edited("x = ", &[]).is_err());
    }
}
