//! A list as one line of separated values, and back (RFC 4180).

/// How a list becomes a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Csv {
    /// Elements with a separator, a quote or a line end in them stand in quotes.
    #[default]
    Quoted,
    /// Nothing is quoted. Okta: `Arrays.toCsvString`.
    Plain,
}

/// The elements with `separator` between them.
pub fn csv<S: AsRef<str>>(list: &[S], separator: char, how: Csv) -> String {
    let mut out = String::new();
    for (index, cell) in list.iter().map(AsRef::as_ref).enumerate() {
        if index > 0 {
            out.push(separator);
        }
        let is_special = cell.contains([separator, '"', '\n', '\r']);
        if how == Csv::Quoted && is_special {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out
}

/// The cells of one line: quotes undone, nothing trimmed. A quote inside of a cell that does not
/// begin with one is itself; an open quote reaches to the end.
pub fn csv_cells(line: &str, separator: char) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut is_quoted = false;
    let mut is_start = true;
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            '"' if is_quoted => is_quoted = false,
            '"' if is_start => is_quoted = true,
            _ if char == separator && !is_quoted => {
                cells.push(std::mem::take(&mut cell));
                is_start = true;
                continue;
            }
            _ => cell.push(char),
        }
        is_start = false;
    }
    cells.push(cell);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_is_the_vector_of_okta_and_quoted_can_be_read_back() {
        assert_eq!(
            csv(&["This", "is", " a ", "test"], ',', Csv::Plain),
            "This,is, a ,test"
        );
        let list = ["a,b", "say \"hi\"", "", " c ", "two\nlines", "東京"];
        let line = csv(&list, ',', Csv::Quoted);
        assert_eq!(line, "\"a,b\",\"say \"\"hi\"\"\",, c ,\"two\nlines\",東京");
        assert_eq!(csv_cells(&line, ','), list);
    }

    #[test]
    fn cells_take_what_is_no_good_csv_as_it_stands() {
        let cases: [(&str, &[&str]); 5] = [
            ("", &[""]),
            ("a;b,c", &["a", "b,c"]),
            ("5\" disk;x", &["5\" disk", "x"]),
            ("\"open;x", &["open;x"]),
            ("\"a\"b;c", &["ab", "c"]),
        ];
        for (line, expect) in cases {
            assert_eq!(csv_cells(line, ';'), expect, "{line}");
        }
    }
}
