//! What the functions' options have in common, and how they become a pattern.

use attune_functions::regex::{Pattern, Replacement, TooHard, Which};
use attune_plugin::Problem;
use attune_plugin::transform::NoMatch;
use serde::Deserialize;

/// The option `syntax`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Syntax {
    #[default]
    Rust,
    Dotnet,
    Java,
}

/// The option `occurrences`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Occurrences {
    #[default]
    All,
    First,
}

/// The option `group`.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Group {
    Number(usize),
    Name(String),
}

/// How a pattern is written.
#[derive(Clone, Copy)]
pub(crate) struct Writing {
    pub(crate) syntax: Syntax,
    pub(crate) ignore_case: bool,
}

impl Writing {
    /// Compiles; a problem names the option `at`.
    pub(crate) fn pattern(self, find: &str, at: &str) -> Result<Pattern, Problem> {
        let refused = |why| Problem::option(at, format!("`{}` is refused: {why}", shown(find)));
        Pattern::new(find, self.syntax.of(), self.ignore_case).map_err(refused)
    }
}

/// The beginning of a pattern, for messages.
fn shown(find: &str) -> String {
    let mut shown: String = find.chars().take(60).collect();
    if shown.len() < find.len() {
        shown.push('…');
    }
    shown
}

/// A replacement for a pattern; a problem names the option `at`.
pub(crate) fn replacement(with: &str, pattern: &Pattern, at: &str) -> Result<Replacement, Problem> {
    Replacement::new(with, pattern).map_err(|why| Problem::option(at, why))
}

impl Syntax {
    fn of(self) -> attune_functions::regex::Syntax {
        match self {
            Self::Rust => attune_functions::regex::Syntax::Rust,
            Self::Dotnet => attune_functions::regex::Syntax::DotNet,
            Self::Java => attune_functions::regex::Syntax::Java,
        }
    }
}

impl Occurrences {
    pub(crate) fn which(self) -> Which {
        match self {
            Self::All => Which::All,
            Self::First => Which::First,
        }
    }
}

impl Group {
    /// The handle of this group; without one, group 1 where there is one, else the whole match.
    pub(crate) fn of(group: Option<Self>, pattern: &Pattern) -> Result<usize, Problem> {
        let name = match group {
            None => pattern.groups().min(1).to_string(),
            Some(Self::Number(number)) => number.to_string(),
            Some(Self::Name(name)) => name,
        };
        let missing = || Problem::option("group", format!("the pattern has no group `{name}`"));
        pattern.group(&name).ok_or_else(missing)
    }
}

/// A value on which the pattern takes too many steps.
#[cold]
pub(crate) fn too_hard(why: TooHard) -> Problem {
    Problem::new("pattern-too-hard", why)
}

pub(crate) fn input() -> NoMatch {
    NoMatch::Input
}

pub(crate) fn missing() -> NoMatch {
    NoMatch::Missing
}
