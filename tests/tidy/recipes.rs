//! The recipe "Add a provider" and the tree stay together: every step names files, and they are there.
//!
//! `NAME` stands for a provider that was made by the recipe: `keycloak`, and `csv` for the one that
//! only tests use. A step without a file would be advice that nobody can check.

use crate::files::{File, has_extension};

const PAGE: &str = "CONTRIBUTING.md";
const RECIPE: &str = "## Add a provider";
const EXAMPLES: [&str; 2] = ["keycloak", "csv"];

pub(crate) fn complaints(files: &[File]) -> Vec<String> {
    let page = files.iter().find(|file| file.path == PAGE);
    let steps = steps(page.map_or("", |page| page.text.as_str()));
    if steps.len() < 5 {
        return vec![format!("{PAGE}: `{RECIPE}` has {} steps", steps.len())];
    }
    let mut complaints = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let named = paths(step);
        if named.is_empty() {
            complaints.push(format!(
                "{PAGE}: step {} of `{RECIPE}` names no file",
                number + 1
            ));
        }
        let missing = named.into_iter().filter(|path| !is_there(path, files));
        complaints.extend(missing.map(|path| {
            format!(
                "{PAGE}: step {} of `{RECIPE}`: `{path}` is not there",
                number + 1
            )
        }));
    }
    complaints
}

/// The numbered steps of the recipe, each with the lines that belong to it.
fn steps(page: &str) -> Vec<String> {
    let lines = page.lines().skip_while(|line| *line != RECIPE).skip(1);
    let lines = lines.take_while(|line| !line.starts_with("## "));
    let mut steps: Vec<String> = Vec::new();
    for line in lines {
        let number = line.split_once(". ").map(|(number, _)| number);
        let begins = number.is_some_and(|number| number.parse::<u32>().is_ok());
        match steps.last_mut() {
            _ if begins => steps.push(line.to_owned()),
            Some(step) => {
                step.push('\n');
                step.push_str(line);
            }
            None => {}
        }
    }
    steps
}

/// What stands in backticks and is a path of this repository.
fn paths(step: &str) -> Vec<&str> {
    let quoted = step.split('`').skip(1).step_by(2);
    let is_path = |text: &&str| {
        let is_plain = text
            .chars()
            .all(|c| c.is_alphanumeric() || "/._-".contains(c));
        is_plain && (has_extension(text, "md") || text.contains('/')) && !text.starts_with('/')
    };
    quoted.filter(is_path).collect()
}

fn is_there(path: &str, files: &[File]) -> bool {
    EXAMPLES.iter().any(|name| {
        let path = path.replace("NAME", name);
        let folder = format!("{path}/");
        files
            .iter()
            .any(|file| file.path == path || file.path.starts_with(&folder))
    })
}

#[test]
fn recipe_that_names_what_is_not_there_is_found() {
    let page = |steps: &str| {
        File::new(
            PAGE,
            &format!("# x\n\n{RECIPE}\n\nWords.\n\n{steps}\n## Next\n\n1. no\n"),
        )
    };
    let of = |steps: &str| {
        let there =
            ["a/NAME/b.rs", "a/c.rs", "README.md"].map(|path| path.replace("NAME", "keycloak"));
        let mut files: Vec<File> = there.iter().map(|path| File::new(path, "")).collect();
        files.push(page(steps));
        complaints(&files)
    };
    let good = "1. `a/NAME/b.rs`\n2. in\n   `a/c.rs`, by `cargo test a/b`\n3. `a`, `a/NAME`\n4. `README.md`\n5. `a/c.rs`\n";
    assert_eq!(of(good), Vec::<String>::new());
    assert_eq!(of(&good.replace("`a/c.rs`\n", "`a/d.rs`\n")).len(), 1);
    assert_eq!(of(&good.replace("`README.md`", "readme")).len(), 1);
    assert_eq!(of("1. `a/c.rs`\n").len(), 1);
    assert_eq!(complaints(&[]).len(), 1);
}
