//! Names of metrics stay together: what the service shows, what its page says, and what dashboard and
//! alerts ask for. A dashboard that asks for a name nobody shows is an empty one.

use std::collections::BTreeSet;

use crate::files::File;

const SOURCES: &str = "host/server/src/api/metrics";
const PAGE: &str = "host/server/deploy/README.md";
const USERS: [&str; 2] = [
    "host/server/deploy/alerts.yml",
    "host/server/deploy/dashboard.json",
];

pub(crate) fn complaints(files: &[File]) -> Vec<String> {
    let text = |path: &str| {
        let found = files.iter().find(|file| file.path == path);
        found.map_or("", |file| file.text.as_str())
    };
    let sources = files.iter().filter(|file| file.path.starts_with(SOURCES));
    let shown: BTreeSet<String> = sources.flat_map(|file| quoted(&file.text)).collect();
    let page = text(PAGE);
    let told: BTreeSet<String> = page.lines().filter_map(row).collect();
    let mut complaints = Vec::new();
    for name in shown.difference(&told) {
        complaints.push(format!("{PAGE}: `{name}` has no row"));
    }
    for name in told.difference(&shown) {
        complaints.push(format!("{PAGE}: nobody shows `{name}`"));
    }
    for user in USERS {
        let unknown = names(text(user)).filter(|name| !shown.contains(name));
        let unknown: BTreeSet<String> = unknown.collect();
        complaints.extend(
            unknown
                .iter()
                .map(|name| format!("{user}: nobody shows `{name}`")),
        );
    }
    complaints
}

/// Names that stand alone between quotes.
fn quoted(text: &str) -> Vec<String> {
    let parts = text.split('"').skip(1).step_by(2);
    parts
        .filter(|part| is_name(part))
        .map(str::to_owned)
        .collect()
}

/// The name that a row of the page's table begins with.
fn row(line: &str) -> Option<String> {
    let cell = line.strip_prefix("| `")?.split_once('`')?.0;
    is_name(cell).then(|| cell.to_owned())
}

/// Every name in a text.
fn names(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.split(|c: char| !c.is_ascii_lowercase() && c != '_');
    words.filter(|word| is_name(word)).map(str::to_owned)
}

fn is_name(word: &str) -> bool {
    let begins = word.starts_with("attune_") || word.starts_with("process_");
    begins && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::complaints;
    use crate::files::File;

    #[test]
    fn a_name_that_is_missing_somewhere_is_told() {
        let files = [
            File::new(
                "host/server/src/api/metrics/x.rs",
                "line(\"attune_a\"); line(\"attune_b\")",
            ),
            File::new(
                "host/server/deploy/README.md",
                "| `attune_a` | gauge |\n| `attune_c` | x |",
            ),
            File::new(
                "host/server/deploy/alerts.yml",
                "expr: attune_a + attune_d > 0",
            ),
        ];
        assert_eq!(
            complaints(&files),
            [
                "host/server/deploy/README.md: `attune_b` has no row",
                "host/server/deploy/README.md: nobody shows `attune_c`",
                "host/server/deploy/alerts.yml: nobody shows `attune_d`",
            ]
        );
    }
}
