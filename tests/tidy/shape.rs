//! The shape of files: short, documented, well named, with no test switched off.

use crate::code;
use crate::files::File;

/// Longest file, tests included.
const LINES_MAX: usize = 600;

/// Names that say nothing about the domain.
const NAMELESS: [&str; 7] = [
    "utils", "util", "common", "helpers", "types", "misc", "manager",
];

fn rust(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| file.is_rust())
}

pub(crate) fn long(files: &[File]) -> Vec<String> {
    let long = rust(files).filter_map(|file| {
        let lines = file.text.lines().count();
        let path = &file.path;
        (lines > LINES_MAX).then(|| format!("{path}: {lines} lines, {LINES_MAX} are the most"))
    });
    long.collect()
}

pub(crate) fn undocumented(files: &[File]) -> Vec<String> {
    let silent = rust(files).filter(|file| {
        let first = file.text.lines().next().unwrap_or_default();
        first
            .strip_prefix("//!")
            .is_none_or(|words| words.trim().len() < 8)
    });
    silent
        .map(|file| format!("{}: begins without `//!` and what it is", file.path))
        .collect()
}

pub(crate) fn switched_off(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in rust(files) {
        for (line, text) in code::lines(&file.text) {
            let text = text.trim();
            let off = text.starts_with("#[ignore") || text.starts_with("#[should_panic");
            if off {
                complaints.push(format!("{}:{line}: `{text}`", file.path));
            }
        }
    }
    complaints
}

pub(crate) fn nameless(files: &[File]) -> Vec<String> {
    let named = rust(files).filter(|file| {
        let mut parts = file.path.trim_end_matches(".rs").split('/');
        parts.any(|part| NAMELESS.contains(&part))
    });
    named
        .map(|file| format!("{}: a module is named after what it is about", file.path))
        .collect()
}

#[test]
fn file_when_too_long_is_found() {
    let of = |lines: usize| long(&[File::new("a/b.rs", &"x\n".repeat(lines))]);
    assert!(of(LINES_MAX).is_empty());
    assert_eq!(of(LINES_MAX + 1).len(), 1);
}

#[test]
fn file_when_it_does_not_say_what_it_is_is_found() {
    let of = |text: &str| undocumented(&[File::new("a.rs", text)]).len();
    assert_eq!(of("//! What this file is.\n"), 0);
    assert_eq!(of("// a comment\n//! late\n"), 1);
    assert_eq!(of("//!\n"), 1);
    assert_eq!(of("//! x\n"), 1);
    assert_eq!(of(""), 1);
    assert!(undocumented(&[File::new("a.toml", "")]).is_empty());
}

#[test]
fn switched_off_test_is_found() {
    let of = |text: &str| switched_off(&[File::new("a.rs", text)]).len();
    assert_eq!(of("    #[ignore]\n"), 1);
    assert_eq!(of("#[ignore = \"slow\"]"), 1);
    assert_eq!(of("#[should_panic]"), 1);
    assert_eq!(of("// #[ignore]\n#[test]\n"), 0);
}

#[test]
fn module_when_named_after_nothing_is_found() {
    let of = |path: &str| nameless(&[File::new(path, "")]).len();
    assert_eq!(of("host/core/src/utils.rs"), 1);
    assert_eq!(of("host/core/src/common/mod.rs"), 1);
    assert_eq!(of("host/core/src/plan.rs"), 0);
}
