//! Every code of the product in one table: what it means, what to do, how a command ends.
//!
//! Command line, reports and logs render from it, and `attune help CODE` prints it. A code is a
//! promise: it may be added, and never changes its meaning. What other modules' errors come to is
//! said here too (`services`), because the service and the command line both tell it.

mod access;
mod mapping;
mod past;
mod pictures;
mod plugins;
mod service;
mod services;
mod table;
mod values;

use serde_json::json;

/// Who can do something about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nobody needs to: it is tried again.
    Retry,
    /// Whoever runs the host.
    Operator,
    /// Whoever looks after the data or the mapping.
    Data,
    /// Whoever wrote the plugin, or us.
    Bug,
}

/// One code.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Stable kebab-case word.
    pub code: &'static str,
    /// Who can do something.
    pub fault: Fault,
    /// Exit code of a command that ends by it.
    pub exit: u8,
    /// What it means, in one sentence.
    pub summary: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

const fn entry(
    code: &'static str,
    fault: Fault,
    exit: u8,
    summary: &'static str,
    remedy: &'static str,
) -> Entry {
    Entry {
        code,
        fault,
        exit,
        summary,
        remedy,
    }
}

/// Every code.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    let more = plugins::PLUGINS.iter().chain(pictures::PICTURES);
    let more = more.chain(service::SERVICE).chain(past::PAST);
    let more = more.chain(values::VALUES).chain(mapping::MAPPING);
    let more = more.chain(access::ACCESS);
    table::HOST.iter().chain(more)
}

/// The entry of a code.
pub fn find(code: &str) -> Option<&'static Entry> {
    all().find(|entry| entry.code == code)
}

/// An error and its causes in one line, without repeating what a cause says again.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.contains(&message) {
            text.push_str(": ");
            text.push_str(&message);
        }
        cause = error.source();
    }
    text
}

/// Why a command ended without doing what it was asked; printed once, at the edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Stable kebab-case word.
    pub code: String,
    /// What happened, and why.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// The command's exit code.
    pub exit: u8,
}

impl Failure {
    /// A failure whose hint and exit code are those of the table.
    pub fn of(code: &str, message: impl Into<String>) -> Self {
        let entry = find(code);
        Self {
            code: code.to_owned(),
            message: message.into(),
            hint: entry
                .map(|entry| entry.remedy)
                .unwrap_or_default()
                .to_owned(),
            exit: entry.map_or(1, |entry| entry.exit),
        }
    }

    /// The same with a hint of its own.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same with another exit code.
    #[must_use]
    pub fn exit(mut self, exit: u8) -> Self {
        self.exit = exit;
        self
    }

    /// What `--json` prints.
    pub fn json(&self) -> serde_json::Value {
        json!({ "error": {
            "code": self.code, "message": self.message, "hint": self.hint, "exit": self.exit,
        } })
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, all, find};

    #[test]
    fn codes_are_kebab_case_and_unique() {
        let is_kebab = |code: &str| {
            code.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        for (index, one) in all().enumerate() {
            assert!(is_kebab(one.code), "{}", one.code);
            assert!(
                !one.summary.is_empty() && !one.remedy.is_empty(),
                "{}",
                one.code
            );
            let same = all().skip(index + 1).find(|other| other.code == one.code);
            assert!(same.is_none(), "{} stands twice", one.code);
        }
    }

    #[test]
    fn exit_codes_are_those_that_the_readme_lists() {
        for one in all() {
            assert!(matches!(one.exit, 1..=4), "{}: {}", one.code, one.exit);
        }
        assert_eq!(find("config").map(|entry| entry.exit), Some(2));
        assert_eq!(find("connect").map(|entry| entry.exit), Some(4));
    }

    #[test]
    fn a_failure_takes_hint_and_exit_from_the_table() {
        let failure = Failure::of("sign-in", "no");
        assert_eq!(failure.exit, 4);
        assert!(!failure.hint.is_empty());
        assert_eq!(Failure::of("unheard-of", "x").exit, 1);
    }
}
