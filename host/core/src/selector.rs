//! The selector grammar: `step ("." step)*`, the way to name one attribute of a document.
//!
//! A step is a name or a quoted name, then any of `[n]`, `[member=value]`, `[*]`. A step that
//! meets nothing, or the wrong type, is absent. Equal selectors display equally, and what is
//! displayed parses to the same selector. Deliberately absent: walking documents, which is the
//! [`crate::project`] module's work, and fetching what a relation names, which is the server's.

mod parse;
mod relation;
mod wanted;

use std::fmt::{self, Display, Formatter, Write as _};

pub use parse::Error;
pub use relation::{MANAGER_DEPTH_MAX, Of, Relation, TooDeep};
pub use wanted::Wanted;

/// Most steps and picks of one selector together.
pub const PARTS_MAX: usize = 48;

/// One parsed selector. Displays in canonical form; equal selectors display equally.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Selector {
    steps: Vec<Step>,
}

/// One step: a member name and what is picked from its value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Step {
    /// Member name, unescaped.
    pub name: String,
    /// Picks, left to right.
    pub picks: Vec<Pick>,
}

/// What is picked from an array.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pick {
    /// `[n]`, negative from the end.
    Index(i64),
    /// `[member=value]`: the first element whose member is this text, without case.
    Member(String, String),
    /// `[*]`: the rest applies to each element; the result is a list.
    Each,
}

/// How member names are compared with a selector's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Names {
    /// Byte for byte.
    #[default]
    Exact,
    /// Without (ASCII) case, as LDAP and SCIM documents want it.
    IgnoreCase,
}

impl Names {
    /// Whether two member names are the same name.
    pub fn same(self, a: &str, b: &str) -> bool {
        match self {
            Self::Exact => a == b,
            Self::IgnoreCase => a.eq_ignore_ascii_case(b),
        }
    }
}

impl Selector {
    /// A selector of steps, or `None` without any step or with too many.
    pub fn from_steps(steps: Vec<Step>) -> Option<Self> {
        let parts: usize = steps.iter().map(|step| 1 + step.picks.len()).sum();
        (!steps.is_empty() && parts <= PARTS_MAX).then_some(Self { steps })
    }

    /// The selector of one plain member, whatever characters its name has.
    pub fn member(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            steps: vec![Step {
                name,
                picks: Vec::new(),
            }],
        }
    }

    /// The steps, never empty.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The name of the first step: what a provider's `$select` wants.
    pub fn root(&self) -> &str {
        self.steps.first().map_or("", |step| step.name.as_str())
    }
}

impl Display for Selector {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            if index > 0 {
                f.write_char('.')?;
            }
            name(f, &step.name)?;
            for pick in &step.picks {
                write!(f, "{pick}")?;
            }
        }
        Ok(())
    }
}

impl Display for Pick {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Each => f.write_str("[*]"),
            Self::Member(member, value) => {
                f.write_char('[')?;
                name(f, member)?;
                f.write_char('=')?;
                if value.is_empty() || value.chars().any(|c| !parse::is_value_char(c)) {
                    quoted(f, value)?;
                } else {
                    f.write_str(value)?;
                }
                f.write_char(']')
            }
        }
    }
}

fn name(f: &mut Formatter<'_>, name: &str) -> fmt::Result {
    // A bare name that ends in `?` would read as an optional one inside a template.
    let bare = !name.is_empty() && !name.ends_with('?') && name.chars().all(parse::is_name_char);
    if bare {
        f.write_str(name)
    } else {
        quoted(f, name)
    }
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}

impl serde::Serialize for Selector {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Selector {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
