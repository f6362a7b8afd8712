//! The fault table and its proofs: every row is there, and every test that it names exists.
//!
//! The rows are those of `reference/faults.md`, which is no part of this repository; their numbers do
//! not change. A row with no test says in `needs` what it waits for.

use std::collections::BTreeMap;

use crate::files::File;

/// Where the table is.
const TABLE: &str = "tests/faults.toml";
/// The last row.
const LAST: i64 = 68;
/// So many rows have a test at least.
const PROVED_MIN: usize = 60;

/// What is wrong with the table, whatever it proves.
pub(crate) fn complaints(files: &[File]) -> Vec<String> {
    let Some(table) = files.iter().find(|file| file.path == TABLE) else {
        return vec![format!("{TABLE} is missing")];
    };
    let rows = match rows(&table.text) {
        Ok(rows) => rows,
        Err(why) => return vec![format!("{TABLE}: {why}")],
    };
    let missing = (1..=LAST).filter(|number| !rows.contains_key(number));
    let mut complaints: Vec<String> = missing
        .map(|number| format!("{TABLE}: row {number} is missing"))
        .collect();
    for (number, row) in &rows {
        if row.tests.is_empty() && row.needs.is_empty() {
            complaints.push(format!("{TABLE}: row {number} has neither tests nor needs"));
        }
        let lost = row.tests.iter().filter(|test| !exists(files, test));
        complaints.extend(lost.map(|test| format!("{TABLE}: row {number}: there is no {test}")));
    }
    complaints
}

/// What the table does not prove.
pub(crate) fn gaps(files: &[File]) -> Vec<String> {
    let table = files.iter().find(|file| file.path == TABLE);
    let rows = table.and_then(|table| rows(&table.text).ok());
    let rows = rows.unwrap_or_default();
    let proved = rows.values().filter(|row| !row.tests.is_empty()).count();
    if proved >= PROVED_MIN {
        return Vec::new();
    }
    vec![format!(
        "{proved} rows have a test, {PROVED_MIN} are the least"
    )]
}

struct Row {
    tests: Vec<String>,
    needs: String,
}

fn rows(text: &str) -> Result<BTreeMap<i64, Row>, String> {
    let table: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
    let rows = table.get("row").and_then(toml::Value::as_array);
    let mut found = BTreeMap::new();
    for row in rows.into_iter().flatten() {
        let number = row.get("row").and_then(toml::Value::as_integer);
        let number = number.ok_or("a row without its number")?;
        let fault = row.get("fault").and_then(toml::Value::as_str);
        if fault.is_none_or(str::is_empty) {
            return Err(format!("row {number} does not say what it is"));
        }
        let tests = row.get("tests").and_then(toml::Value::as_array);
        let tests = tests.ok_or_else(|| format!("row {number} has no `tests`"))?;
        let tests = tests.iter().filter_map(toml::Value::as_str);
        let needs = row.get("needs").and_then(toml::Value::as_str);
        let row = Row {
            tests: tests.map(str::to_owned).collect(),
            needs: needs.unwrap_or_default().to_owned(),
        };
        if found.insert(number, row).is_some() {
            return Err(format!("row {number} is there twice"));
        }
    }
    Ok(found)
}

/// Whether `file::name` is a function of that file with a test attribute above it.
fn exists(files: &[File], test: &str) -> bool {
    let Some((path, name)) = test.split_once("::") else {
        return false;
    };
    let Some(file) = files.iter().find(|file| file.path == path) else {
        return false;
    };
    let mut is_test = false;
    for line in file.text.lines().map(str::trim_start) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some((_, rest)) = line.split_once("fn ") {
            let is_it = rest
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('('));
            if is_test && is_it {
                return true;
            }
            is_test = false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "//! Tests.\n#[test]\nfn it_holds() {}\nfn it_helps() {}\n";

    fn judged(row: &str) -> Vec<String> {
        let row = format!("[[row]]\nrow = 1\nfault = \"kill\"\n{row}\n");
        let files = [File::new(TABLE, &row), File::new("a.rs", CODE)];
        let mut complaints = complaints(&files);
        complaints.retain(|complaint| !complaint.ends_with("is missing"));
        complaints
    }

    #[test]
    fn a_row_names_tests_that_exist_or_says_what_it_needs() {
        assert_eq!(judged("tests = [\"a.rs::it_holds\"]"), Vec::<String>::new());
        assert_eq!(
            judged("tests = []\nneeds = \"power\""),
            Vec::<String>::new()
        );
        assert_eq!(judged("tests = []").len(), 1);
        assert_eq!(judged("tests = [\"a.rs::it_helps\"]").len(), 1);
        assert_eq!(judged("tests = [\"a.rs::it_hold\"]").len(), 1);
        assert_eq!(judged("tests = [\"b.rs::it_holds\"]").len(), 1);
    }

    #[test]
    fn a_table_of_one_row_lacks_the_others_and_proves_too_little() {
        let row = "[[row]]\nrow = 1\nfault = \"kill\"\ntests = []\nneeds = \"power\"\n";
        let files = [File::new(TABLE, row)];
        assert_eq!(complaints(&files).len(), 67);
        assert_eq!(gaps(&files).len(), 1);
    }
}
