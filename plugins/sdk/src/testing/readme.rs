//! Tables of functions in a README, read so that a test can hold them against the code.
//!
//! A row is ``| `Left(source, count)` | covered | what it does | `Left("Jane", 2)` → `Ja` |``: the
//! name is what stands before the bracket, the second cell says whether it is there, and each
//! `` `expression` → `result` `` in the row is an example. `\|` stands for a bar.

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Documented {
    /// The heading (`##`) above it.
    pub section: String,
    /// The name without brackets.
    pub name: String,
    /// The second cell.
    pub state: String,
    /// Expressions and their results.
    pub examples: Vec<(String, String)>,
}

/// All rows that begin with a name in backticks.
pub fn documented(readme: &str) -> Vec<Documented> {
    let mut section = "";
    let mut rows = Vec::new();
    for line in readme.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            section = heading.trim();
        }
        let line = line.replace("\\|", "\u{1}");
        let Some(cells) = line.strip_prefix("| `") else {
            continue;
        };
        let Some((name, rest)) = cells.split_once('`') else {
            continue;
        };
        let name = name.split('(').next().unwrap_or_default();
        let state = rest.split('|').nth(1).unwrap_or_default().trim();
        rows.push(Documented {
            section: section.to_owned(),
            name: bars(name),
            state: state.to_owned(),
            examples: examples(rest),
        });
    }
    rows
}

fn bars(text: &str) -> String {
    text.replace('\u{1}', "|")
}

/// Code, an arrow, code.
fn examples(row: &str) -> Vec<(String, String)> {
    let parts: Vec<&str> = row.split('`').collect();
    let is_arrow = |part: &str| part.trim() == "→";
    parts
        .windows(3)
        .filter_map(|part| match part {
            [expression, arrow, result] if is_arrow(arrow) => {
                Some((bars(expression), bars(result)))
            }
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_their_section_name_state_and_examples() {
        let readme = "# t\n## One\n| function | state |\n|---|---|\n\
            | `A(x)` | covered | text | `A(1)` → `2`, `A(\"\\|\")` → `\\|` |\n\
            ## Two\n| `\\|\\|` | left out | why | |\n";
        let example = |one: &str, two: &str| (one.to_owned(), two.to_owned());
        let row = |section: &str, name: &str, state: &str, examples| Documented {
            section: section.to_owned(),
            name: name.to_owned(),
            state: state.to_owned(),
            examples,
        };
        let expect = [
            row(
                "One",
                "A",
                "covered",
                vec![example("A(1)", "2"), example("A(\"|\")", "|")],
            ),
            row("Two", "||", "left out", vec![]),
        ];
        assert_eq!(documented(readme), expect);
    }
}
