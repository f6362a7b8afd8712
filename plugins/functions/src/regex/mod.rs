//! Regular expressions in the syntax of Rust, .NET or Java.
//!
//! A pattern is compiled by the linear engine where it can be. Look-around, back-references, atomic
//! groups and possessive quantifiers go to a backtracking engine whose steps are counted: a value
//! that needs more than [`STEPS_MAX`] is a [`TooHard`], never a hang. .NET and Java patterns are
//! rewritten first ([`translate`]), so that `\d`, `$`, `.`, classes and group numbers mean what
//! they meant there. Deliberately not here: balancing groups, conditionals, right-to-left.

mod groups;
mod replacement;
mod translate;

use std::cell::{OnceCell, RefCell};
use std::fmt;

pub use replacement::Replacement;

use groups::Groups;
use translate::{End, translate};

/// How many steps back the backtracking engine may take in one search.
pub const STEPS_MAX: usize = 100_000;
/// What a compiled pattern may take of memory.
const SIZE_MAX: usize = 1 << 20;

/// Whose language a pattern and its replacement are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// The crate `regex`: no `$&`, groups in order of appearance.
    Rust,
    /// .NET: as Entra has it.
    DotNet,
    /// Java: as Okta has it.
    Java,
}

/// How many matches are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The first one only.
    First,
    /// Every one.
    All,
}

/// A value took more than [`STEPS_MAX`] steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooHard;

impl fmt::Display for TooHard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "the pattern took more than {STEPS_MAX} steps back on this value; write it without look-around and back-references, or with fewer nested repetitions"
        )
    }
}

/// A compiled pattern with room for the groups of one match.
#[derive(Debug)]
pub struct Pattern {
    engine: Engine,
    /// What stands in for `engine` where a text ends with a line end: there, `$` of .NET and Java
    /// matches before it too, which the linear engine cannot say. Made when first needed.
    before_newline: Option<(String, OnceCell<Option<Engine>>)>,
    groups: Groups,
    syntax: Syntax,
    spans: RefCell<Spans>,
}

/// The byte ranges of the whole match and of its groups.
pub(crate) type Spans = Vec<Option<(usize, usize)>>;

#[derive(Debug)]
enum Engine {
    Linear(regex::Regex, RefCell<regex::CaptureLocations>),
    Backtracking(Box<fancy_regex::Regex>),
}

impl Pattern {
    /// Compiles; the error says in one line what is wrong.
    pub fn new(pattern: &str, syntax: Syntax, ignore_case: bool) -> Result<Self, String> {
        let flags = if ignore_case { "(?i)" } else { "" };
        if syntax == Syntax::Rust {
            let engine = Engine::new(&format!("{flags}{pattern}"))?;
            return Ok(Self {
                groups: Groups::in_order(engine.names()),
                engine,
                before_newline: None,
                syntax,
                spans: RefCell::default(),
            });
        }
        let plain = translate(pattern, syntax, End::OfText)?;
        let engine = Engine::new(&format!("{flags}{}", plain.pattern))?;
        let before_newline = if plain.has_end {
            let other = translate(pattern, syntax, End::BeforeNewline)?;
            Some((format!("{flags}{}", other.pattern), OnceCell::new()))
        } else {
            None
        };
        Ok(Self {
            engine,
            before_newline,
            groups: plain.groups,
            syntax,
            spans: RefCell::default(),
        })
    }

    /// Whether the pattern runs in linear time on every text.
    pub fn is_linear(&self) -> bool {
        matches!(self.engine, Engine::Linear(..)) && self.before_newline.is_none()
    }

    /// How many groups the pattern has, without the whole match.
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// The handle of a group by its number (0 is the whole match) or its name.
    pub fn group(&self, name: &str) -> Option<usize> {
        self.groups.find(name)
    }

    /// Whether the pattern matches somewhere in the text.
    pub fn is_match(&self, text: &str) -> Result<bool, TooHard> {
        match self.engine(text) {
            Engine::Linear(regex, _) => Ok(regex.is_match(text)),
            Engine::Backtracking(regex) => regex.is_match(text).map_err(|_| TooHard),
        }
    }

    /// What `group` of the first match holds; nothing too where the group took no part.
    pub fn find<'t>(&self, text: &'t str, group: usize) -> Result<Option<&'t str>, TooHard> {
        let mut spans = self.spans.borrow_mut();
        if !self.engine(text).search(text, 0, &mut spans)? {
            return Ok(None);
        }
        Ok(part(text, &spans, group))
    }

    /// Calls `each` with what `group` holds of every match; a group that takes no part is left out.
    pub fn find_all<'t>(
        &self,
        text: &'t str,
        group: usize,
        mut each: impl FnMut(&'t str),
    ) -> Result<(), TooHard> {
        self.each_match(text, Which::All, |spans| {
            if let Some(part) = part(text, spans, group) {
                each(part);
            }
        })?;
        Ok(())
    }

    /// Writes the text with its matches replaced; says whether there was one. Without a match
    /// nothing is written.
    pub fn replace(
        &self,
        text: &str,
        with: &Replacement,
        which: Which,
        out: &mut impl fmt::Write,
    ) -> Result<bool, TooHard> {
        let mut copied = 0;
        let found = self.each_match(text, which, |spans| {
            let (start, end) = whole(spans);
            write(out, text.get(copied..start).unwrap_or_default());
            with.write(text, spans, out);
            copied = end;
        })?;
        if found {
            write(out, text.get(copied..).unwrap_or_default());
        }
        Ok(found)
    }

    /// Writes the text with `with` in place of one group of its matches. Matches in which the group
    /// takes no part stay; says whether anything was replaced, and writes nothing without that.
    pub fn replace_group(
        &self,
        text: &str,
        (group, with): (usize, &str),
        which: Which,
        out: &mut impl fmt::Write,
    ) -> Result<bool, TooHard> {
        let (mut copied, mut is_replaced) = (0, false);
        self.each_match(text, which, |spans| {
            let Some((start, end)) = spans.get(group).copied().flatten() else {
                return;
            };
            // A group inside look-behind may lie before what is already written.
            if start >= copied {
                write(out, text.get(copied..start).unwrap_or_default());
                write(out, with);
                copied = end;
                is_replaced = true;
            }
        })?;
        if is_replaced {
            write(out, text.get(copied..).unwrap_or_default());
        }
        Ok(is_replaced)
    }

    /// Calls `each` for the matches from left to right, none of which overlap. Right behind a match,
    /// .NET and Java find an empty one too (`.*` matches twice in `abc`), and Rust does not.
    fn each_match(
        &self,
        text: &str,
        which: Which,
        mut each: impl FnMut(&Spans),
    ) -> Result<bool, TooHard> {
        let engine = self.engine(text);
        let mut spans = self.spans.borrow_mut();
        let joins_empty = self.syntax == Syntax::Rust;
        let (mut from, mut last_end) = (0, None);
        while from <= text.len() && engine.search(text, from, &mut spans)? {
            let (start, end) = whole(&spans);
            let is_empty = start == end;
            if !(joins_empty && is_empty && last_end == Some(end)) {
                each(&spans);
                last_end = Some(end);
                if which == Which::First {
                    break;
                }
            }
            from = if is_empty {
                end + next_char(text, end)
            } else {
                end
            };
        }
        Ok(last_end.is_some())
    }

    fn engine(&self, text: &str) -> &Engine {
        let Some((pattern, engine)) = &self.before_newline else {
            return &self.engine;
        };
        if !text.ends_with(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            return &self.engine;
        }
        let engine = engine.get_or_init(|| Engine::new(pattern).ok());
        engine.as_ref().unwrap_or(&self.engine)
    }
}

impl Engine {
    fn new(pattern: &str) -> Result<Self, String> {
        let linear = regex::RegexBuilder::new(pattern)
            .size_limit(SIZE_MAX)
            .build();
        let refused = match linear {
            Ok(regex) => {
                let spans = RefCell::new(regex.capture_locations());
                return Ok(Self::Linear(regex, spans));
            }
            Err(refused) => refused,
        };
        let backtracking = fancy_regex::RegexBuilder::new(pattern)
            .backtrack_limit(STEPS_MAX)
            .delegate_size_limit(SIZE_MAX)
            .build();
        match (backtracking, refused) {
            (Ok(regex), regex::Error::Syntax(_)) => Ok(Self::Backtracking(Box::new(regex))),
            (Err(error), regex::Error::Syntax(why)) => Err(reason(&error, &why)),
            (_, refused) => Err(last_line(&refused.to_string())),
        }
    }

    fn names(&self) -> Vec<Option<String>> {
        match self {
            Self::Linear(regex, _) => owned(regex.capture_names()),
            Self::Backtracking(regex) => owned(regex.capture_names()),
        }
    }

    /// Fills `spans` with the leftmost match at or behind `from`.
    fn search(&self, text: &str, from: usize, spans: &mut Spans) -> Result<bool, TooHard> {
        spans.clear();
        match self {
            Self::Linear(regex, found) => {
                let mut found = found.borrow_mut();
                if regex.captures_read_at(&mut found, text, from).is_none() {
                    return Ok(false);
                }
                spans.extend((0..found.len()).map(|group| found.get(group)));
            }
            Self::Backtracking(regex) => {
                let found = regex.captures_from_pos(text, from).map_err(|_| TooHard)?;
                let Some(found) = found else {
                    return Ok(false);
                };
                let span = |group| found.get(group).map(|part| (part.start(), part.end()));
                spans.extend((0..found.len()).map(span));
            }
        }
        Ok(true)
    }
}

/// Of two refusals, that of the linear engine names the place; it is of no use where the pattern
/// needs the other engine.
fn reason(backtracking: &fancy_regex::Error, linear: &str) -> String {
    let linear = last_line(linear);
    if linear.contains("look-around") || linear.contains("backreference") {
        last_line(&backtracking.to_string())
    } else {
        linear
    }
}

fn last_line(text: &str) -> String {
    let line = text.lines().last().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

fn owned<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Vec<Option<String>> {
    names.map(|name| name.map(str::to_owned)).collect()
}

fn part<'t>(text: &'t str, spans: &Spans, group: usize) -> Option<&'t str> {
    let (start, end) = spans.get(group).copied().flatten()?;
    text.get(start..end)
}

fn whole(spans: &Spans) -> (usize, usize) {
    spans.first().copied().flatten().unwrap_or_default()
}

fn next_char(text: &str, at: usize) -> usize {
    let rest = text.get(at..).and_then(|rest| rest.chars().next());
    rest.map_or(1, char::len_utf8)
}

/// Text cells and strings have no way to fail.
fn write(out: &mut impl fmt::Write, text: &str) {
    let _never = out.write_str(text);
}

#[cfg(test)]
mod tests;
