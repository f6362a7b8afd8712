//! Rust text without its comments, line by line: enough to see names, not a parser.

/// The lines of code with their numbers (from 1); comments and empty lines are left out.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_block = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let trimmed = line.trim_start();
        if in_block || trimmed.starts_with("/*") {
            in_block = !trimmed.contains("*/");
            return None;
        }
        if trimmed.starts_with("//") {
            return None;
        }
        // Behind a blank only: `//` also stands in the URLs of string literals.
        let code = line.split_once(" //").map_or(line, |(code, _)| code);
        (!code.trim().is_empty()).then_some((index + 1, code))
    })
}

/// Whether a word stands in a line by itself, not as part of a longer name.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).unwrap_or_default();
        let after = line.get(at + word.len()..).unwrap_or_default();
        !before.ends_with(is_name) && !after.starts_with(is_name)
    })
}

#[test]
fn lines_when_read_leave_comments_out() {
    let text = "//! a\nlet a = \"http://x\"; // b\n/* c\n d */\n  /// e\nlet f = 1;\n";
    let read: Vec<_> = lines(text).collect();
    assert_eq!(read, [(2, "let a = \"http://x\";"), (6, "let f = 1;")]);
}

#[test]
fn words_when_looked_for_stand_alone() {
    assert!(has_word("use sqlx::query;", "sqlx"));
    assert!(!has_word("use sqlx_core::query;", "sqlx"));
    assert!(!has_word("let my_sqlx = 1;", "sqlx"));
}
