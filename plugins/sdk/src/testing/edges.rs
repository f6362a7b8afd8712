//! The edges that every function meets, walked for every function of a plugin.
//!
//! A plugin keeps `src/edges.txt`: for each function, opened with the options of its first example,
//! what becomes of each edge value. [`edges`] holds the functions against it, so that a new function
//! needs its block and a changed result is seen. What must hold whatever the result is, for the
//! options of every example, is in `bounds`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{bounds, cases, example};
use crate::transform::{Context, Function, Plugin};

/// The edges by name, each as a value in example form, which every input of a function gets:
/// absent, null, empty text, a list of none, a list of two, 60 KiB, other scripts.
pub fn edge_values() -> Vec<(&'static str, String)> {
    let long = "Jane Müller-Straße ".repeat(60 * 1024 / 21);
    let text = |text: &str| serde_json::Value::from(text).to_string();
    vec![
        ("absent", r#"{"$":"absent"}"#.to_owned()),
        ("null", "null".to_owned()),
        ("no text", text("")),
        ("no values", "[]".to_owned()),
        ("two values", r#"["Jane","Doe"]"#.to_owned()),
        ("60 KiB", text(long.trim_end())),
        ("not Latin", text("Иван Петров 山田太郎 محمد")),
    ]
}

/// The run in which they are met: 2026-11-23T03:00:00Z, German, the same seed in each row.
pub(super) fn context(rows: usize) -> Context {
    Context {
        now_ms: 1_795_402_800_000.0,
        seeds: [7; 16].repeat(rows),
        locale: "de-DE".to_owned(),
        extra: Vec::new(),
    }
}

/// Everything that is wrong at the edges; a test asserts that there is nothing. `expected` is the
/// text of `edges.txt`.
///
/// For every function and the options of each of its examples: nothing panics, the answer has its
/// rows, twice the same and row by row the same, a failure has a code and a message, no text has a
/// null character, unknown options and options of a wrong kind are refused with `options`. With the
/// options of its first example, each edge comes out as `expected` says:
///
/// ```text
/// trim {}
///   absent     absent
///   no text    ""
///   two values !many-values
/// ```
pub fn edges(plugin: &Plugin, expected: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut blocks = blocks(expected);
    for function in &plugin.functions {
        let name = function.name;
        let examples = match example::read(function.examples) {
            Ok(examples) => examples,
            Err(error) => {
                wrong.push(format!("{name}: the examples do not parse: {error}"));
                continue;
            }
        };
        let mut all: Vec<String> = Vec::new();
        let told = wrong.len();
        for example in &examples {
            let options = example.options.to_string();
            if !all.contains(&options) {
                wrong.extend(bounds::exceeded(plugin, function, &options));
                all.push(options);
            }
        }
        let known = blocks.remove(name);
        // What panics has no block.
        if wrong.len() > told {
            continue;
        }
        let Some(options) = all.first() else {
            wrong.push(format!("{name}: there is no example"));
            continue;
        };
        let block = block(plugin, function, options);
        match known {
            None => wrong.push(format!("edges.txt has nothing of {name}:\n{block}")),
            Some(known) => wrong.extend(differences(name, &known, &block)),
        }
    }
    let strange = blocks.keys();
    wrong.extend(strange.map(|name| format!("edges.txt has {name}, which is no function")));
    wrong
}

/// The blocks of `edges.txt` by the name of their function.
fn blocks(text: &str) -> BTreeMap<&str, String> {
    let mut blocks: BTreeMap<&str, String> = BTreeMap::new();
    let mut name = "";
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if !line.starts_with(' ') {
            name = line.split(' ').next().unwrap_or_default();
        }
        if !line.is_empty() {
            let block = blocks.entry(name).or_default();
            block.push_str(line);
            block.push('\n');
        }
    }
    blocks
}

fn block(plugin: &Plugin, function: &Function, options: &str) -> String {
    let mut block = format!("{} {options}\n", function.name);
    let width = bounds::width(plugin, function.name, options);
    for (label, value) in edge_values() {
        let input = format!("[{}]", vec![value; width].join(","));
        let got = cases::outcome_in(plugin, function.name, options, &input, &context(1));
        // Writing to a string has no way to fail.
        let _never = writeln!(block, "  {label:<10} {}", short(&got));
    }
    block
}

/// A long result by its beginning, its end and its length; of a failure its code.
fn short(got: &str) -> String {
    if let Some(code) = got.strip_prefix('!') {
        return format!("!{}", code.split(':').next().unwrap_or_default());
    }
    let count = got.chars().count();
    if count <= 100 {
        return got.to_owned();
    }
    let begin: String = got.chars().take(30).collect();
    let end: String = got.chars().skip(count - 20).collect();
    format!("{begin} … {end} of {count} characters")
}

fn differences(name: &str, known: &str, got: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let (known, got): (Vec<&str>, Vec<&str>) = (known.lines().collect(), got.lines().collect());
    for index in 0..known.len().max(got.len()) {
        let line = |lines: &[&str]| lines.get(index).copied().unwrap_or("nothing").to_owned();
        let (known, got) = (line(&known), line(&got));
        if known != got {
            wrong.push(format!("{name}: edges.txt has `{known}`, not `{got}`"));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::{Cell, Open, Outcome, Row};
    use crate::{NoOptions, Problem};

    fn plugin(f: impl Fn(Row<'_>, Cell<'_>) -> Outcome + Clone + 'static) -> Plugin {
        let open = Open::row(move |NoOptions {}| Ok(f.clone()));
        let function = Function {
            name: "odd",
            summary: "",
            options: NoOptions::SCHEMA,
            examples: r#"[{"input":["a"],"output":"a"}]"#,
            uses: &[],
            open,
        };
        Plugin {
            id: "p",
            version: "1",
            summary: "",
            functions: vec![function],
        }
    }

    fn complaint(f: impl Fn(Row<'_>, Cell<'_>) -> Outcome + Clone + 'static) -> String {
        edges(&plugin(f), "").swap_remove(0)
    }

    #[test]
    fn a_table_that_says_otherwise_is_told_by_line_and_a_missing_block_is_given() {
        let same = |row: Row<'_>, out: Cell<'_>| out.value(row.value());
        let block = complaint(same);
        let (_, block) = block.split_once('\n').unwrap();
        assert!(
            block.starts_with("odd {}\n  absent     absent\n  null       null\n"),
            "{block}"
        );
        assert_eq!(edges(&plugin(same), block), Vec::<String>::new());
        let other = block.replace("null       null", "null       \"\"") + "even {}\n";
        assert_eq!(
            edges(&plugin(same), &other),
            [
                "odd: edges.txt has `  null       \"\"`, not `  null       null`",
                "edges.txt has even, which is no function"
            ]
        );
    }

    #[test]
    fn a_panic_a_null_character_and_a_failure_without_a_word_are_found() {
        let null = complaint(|_, out| out.text("a\0"));
        assert!(null.contains("null character"), "{null}");
        let json = complaint(|_, out| out.json(r#"["a\u0000"]"#));
        assert!(json.contains("null character"), "{json}");
        let silent = complaint(|_, out| out.failed(&Problem::new("odd", "")));
        assert!(silent.contains("no message"), "{silent}");
        let own = complaint(|_, out| out.failed(&Problem::new("plugin-error", "x")));
        assert!(own.contains("`plugin-error`"), "{own}");
        let panics = complaint(|row, out| {
            assert!(!row.value().is_missing());
            out.missing()
        });
        assert!(panics.contains("panics"), "{panics}");
    }

    #[test]
    fn what_is_not_the_same_twice_is_found() {
        let count = std::rc::Rc::new(std::cell::Cell::new(0));
        let drifting = complaint(move |_, out| {
            count.set(count.get() + 1);
            out.number(&count.get().to_string())
        });
        assert!(drifting.contains("twice"), "{drifting}");
    }
}
