//! Rows of a CSV file (RFC 4180), as people's spreadsheets write them.
//!
//! The separator is `,`, `;` or a tab, whichever the first line has most of: a German Excel writes
//! `;`. Invariant: a quote that is never closed is an error, not a table that ends early. Lines with
//! nothing in them are no rows.

/// Reads all rows.
pub(super) fn rows(text: &str) -> Result<Vec<Vec<String>>, String> {
    let separator = separator(text);
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut cell = String::new();
    let mut was_quoted = false;
    let mut line = 1;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if cell.is_empty() && !was_quoted => {
                was_quoted = true;
                let opened = line;
                loop {
                    match rest.next() {
                        Some('"') if rest.peek() == Some(&'"') => {
                            rest.next();
                            cell.push('"');
                        }
                        Some('"') => break,
                        Some(c) => {
                            line += usize::from(c == '\n');
                            cell.push(c);
                        }
                        None => {
                            return Err(format!("has a quote in line {opened} that never ends"));
                        }
                    }
                }
            }
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' => {
                line += 1;
                end_row(&mut rows, &mut row, &mut cell, was_quoted);
                was_quoted = false;
            }
            c if c == separator => {
                row.push(std::mem::take(&mut cell));
                was_quoted = false;
            }
            _ if was_quoted => return Err(format!("has text after a quote in line {line}")),
            c => cell.push(c),
        }
    }
    end_row(&mut rows, &mut row, &mut cell, was_quoted);
    Ok(rows)
}

fn end_row(
    rows: &mut Vec<Vec<String>>,
    row: &mut Vec<String>,
    cell: &mut String,
    was_quoted: bool,
) {
    let is_blank = row.is_empty() && cell.is_empty() && !was_quoted;
    if !is_blank {
        row.push(std::mem::take(cell));
        rows.push(std::mem::take(row));
    }
}

fn separator(text: &str) -> char {
    let first = text.lines().next().unwrap_or_default();
    let mut is_quoted = false;
    let mut counts = [(',', 0), (';', 0), ('\t', 0)];
    for c in first.chars() {
        is_quoted ^= c == '"';
        if let Some((_, count)) = counts.iter_mut().find(|(s, _)| *s == c && !is_quoted) {
            *count += 1;
        }
    }
    // `max_by_key` gives the last of equals; the comma is to win them.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(',', |(separator, _)| *separator)
}

#[cfg(test)]
mod tests {
    use super::rows;

    fn read(text: &str) -> Vec<Vec<String>> {
        rows(text).unwrap()
    }

    #[test]
    fn rows_are_read_as_spreadsheets_write_them() {
        assert_eq!(read("a,b\r\nc,d\r\n"), [["a", "b"], ["c", "d"]]);
        assert_eq!(read("a;b;c,d\n1;2;3"), [["a", "b", "c,d"], ["1", "2", "3"]]);
        assert_eq!(read("a\tb\n"), [["a", "b"]]);
        assert_eq!(
            read("\"a,1\",\"say \"\"hi\"\"\"\n"),
            [["a,1", "say \"hi\""]]
        );
        assert_eq!(
            read("\"two\nlines\",b\n\n\nc,\n"),
            [["two\nlines", "b"], ["c", ""]]
        );
        assert_eq!(read("\"\"\n"), [[""]]);
        assert!(read("").is_empty());
    }

    #[test]
    fn a_broken_quote_is_an_error() {
        assert_eq!(
            rows("a\n\"b,c\nd\n").unwrap_err(),
            "has a quote in line 2 that never ends"
        );
        assert_eq!(
            rows("\"a\"b,c\n").unwrap_err(),
            "has text after a quote in line 1"
        );
    }
}
