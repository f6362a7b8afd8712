//! A CSV file (RFC 4180) as columns and lines.
//!
//! The separator is `,`, `;` or a tab, whichever the first line has most of; quotes are undone and
//! nothing is trimmed. A file that does not end with a line end, a quote that is not closed and a line
//! with more or fewer cells than there are columns are signs of a file that is not whole.

use std::collections::HashSet;

use attune_plugin::Problem;

/// The file.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) lines: Vec<Line>,
}

/// One line, as long as there are columns.
#[derive(Debug)]
pub(crate) struct Line {
    /// Its place in the file, from 1.
    pub(crate) number: usize,
    pub(crate) cells: Vec<String>,
}

impl Table {
    pub(crate) fn read(body: &[u8]) -> Result<Self, Problem> {
        let text = std::str::from_utf8(body)
            .map_err(|error| odd(format!("it is not UTF-8: {error}; export it as UTF-8")))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim_start().starts_with('<') {
            return Err(odd("it is a web page; is a sign-in page in between?"));
        }
        if !text.ends_with('\n') {
            return Err(odd(
                "it does not end with a line end, so it is cut or still being written",
            ));
        }
        let mut lines = lines(text)?.into_iter();
        let columns = lines.next().ok_or_else(|| odd("it is empty"))?.cells;
        let mut once = HashSet::new();
        if let Some(twice) = columns
            .iter()
            .find(|name| name.is_empty() || !once.insert(*name))
        {
            return Err(odd(format!(
                "its first line names a column `{twice}` twice or not at all"
            )));
        }
        let lines: Vec<Line> = lines.collect();
        if let Some(line) = lines.iter().find(|line| line.cells.len() != columns.len()) {
            let (number, cells, columns) = (line.number, line.cells.len(), columns.len());
            let why = format!("line {number} has {cells} cells, and there are {columns} columns");
            return Err(odd(why));
        }
        if lines.is_empty() {
            return Err(odd(
                "it has columns and nobody in them: an export that went wrong",
            ));
        }
        Ok(Self { columns, lines })
    }

    /// The place of a column.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|known| known == name)
    }
}

impl Line {
    /// The cell of a column; empty where there is none.
    pub(crate) fn cell(&self, column: Option<usize>) -> &str {
        let cell = column.and_then(|column| self.cells.get(column));
        cell.map_or("", String::as_str)
    }
}

/// A file that cannot be used.
pub(crate) fn odd(why: impl std::fmt::Display) -> Problem {
    Problem::new("bad-answer", format!("the file cannot be used: {why}")).at("path")
}

fn separator(text: &str) -> char {
    let first = text.lines().next().unwrap_or_default();
    let count = |c: char| first.matches(c).count();
    // Of several with the most, `max_by_key` takes the last.
    ['\t', ';', ',']
        .into_iter()
        .max_by_key(|c| count(*c))
        .unwrap_or(',')
}

/// The lines that are not empty.
fn lines(text: &str) -> Result<Vec<Line>, Problem> {
    let separator = separator(text);
    let mut lines = Vec::new();
    let mut cells = Vec::new();
    let (mut number, mut begun) = (1, 1);
    let mut rest = text;
    while !rest.is_empty() {
        let (cell, after) = cell(rest, separator, number)?;
        number += cell.matches('\n').count();
        cells.push(cell);
        if let Some(after) = after.strip_prefix(separator) {
            rest = after;
            continue;
        }
        let after = after.strip_prefix('\r').unwrap_or(after);
        rest = after.strip_prefix('\n').unwrap_or(after);
        let cells = std::mem::take(&mut cells);
        if cells.iter().any(|cell| !cell.is_empty()) {
            lines.push(Line {
                number: begun,
                cells,
            });
        }
        number += 1;
        begun = number;
    }
    Ok(lines)
}

/// One cell without its quotes, and what follows: a separator or a line end.
fn cell(text: &str, separator: char, line: usize) -> Result<(String, &str), Problem> {
    let Some(mut inside) = text.strip_prefix('"') else {
        let end = text.find([separator, '\n']).unwrap_or(text.len());
        let (cell, rest) = text.split_at(end);
        let cell = if rest.starts_with('\n') {
            cell.strip_suffix('\r').unwrap_or(cell)
        } else {
            cell
        };
        return Ok((cell.to_owned(), rest));
    };
    let mut cell = String::new();
    loop {
        let Some((before, after)) = inside.split_once('"') else {
            return Err(odd(format!("a quote of line {line} is not closed")));
        };
        cell.push_str(before);
        match after.strip_prefix('"') {
            Some(more) => {
                cell.push('"');
                inside = more;
            }
            None if after.starts_with([separator, '\n']) || after.starts_with("\r\n") => {
                return Ok((cell, after));
            }
            None => {
                return Err(odd(format!(
                    "something stands behind a closed quote of line {line}"
                )));
            }
        }
    }
}
