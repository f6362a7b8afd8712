//! A compiled regular expression and the text that takes a match's place.
//!
//! Patterns are compiled once, when the step opens, and run in linear time (no look-around, no
//! back-references). A replacement is split into its pieces at `open` too, and is checked there:
//! a group that the pattern has not is refused instead of being empty later. Capture slots are
//! reused, so that a match costs no allocation. Many patterns are straight ones, which need no engine.

use std::cell::RefCell;

use attune_plugin::Problem;
use attune_plugin::transform::TextCell;
use regex::{CaptureLocations, Regex};

use crate::straight::Straight;

/// A pattern with room for the groups of one match.
pub(crate) struct Pattern {
    regex: Regex,
    groups: RefCell<CaptureLocations>,
    /// Where it is a straight pattern: with room for where each group starts and ends.
    straight: Option<(Straight, RefCell<Vec<usize>>)>,
}

/// What takes the place of a match: `$1`, `${name}` and `$$` taken apart.
pub(crate) struct Replacement(Vec<Piece>);

enum Piece {
    Literal(String),
    Group(usize),
}

impl Pattern {
    /// Compiles; a problem names the option `at` and says what is wrong in one line.
    pub(crate) fn new(pattern: &str, at: &str) -> Result<Self, Problem> {
        let regex = Regex::new(pattern).map_err(|error| {
            let text = error.to_string();
            let why = text.lines().last().unwrap_or_default();
            Problem::option(at, why.trim_start_matches("error: "))
        })?;
        let groups = RefCell::new(regex.capture_locations());
        let slots = || RefCell::new(vec![0; regex.captures_len() * 2]);
        let straight = Straight::new(pattern).map(|straight| (straight, slots()));
        Ok(Self {
            regex,
            groups,
            straight,
        })
    }

    /// How many groups the pattern has, without the whole match.
    pub(crate) fn groups(&self) -> usize {
        self.regex.captures_len().saturating_sub(1)
    }

    /// The number of the group called `name`.
    pub(crate) fn group(&self, name: &str) -> Option<usize> {
        if let Ok(number) = name.parse::<usize>() {
            return (number <= self.groups()).then_some(number);
        }
        self.regex
            .capture_names()
            .position(|known| known == Some(name))
    }

    /// What group `group` of the first match holds; nothing too where the group took no part.
    pub(crate) fn find<'t>(&self, text: &'t str, group: usize) -> Option<&'t str> {
        if let Some((straight, slots)) = &self.straight {
            let mut slots = slots.borrow_mut();
            let end = straight.find(text, &mut slots)?;
            return part(text, &slots, end, group);
        }
        let mut groups = self.groups.borrow_mut();
        self.regex.captures_read(&mut groups, text)?;
        let (start, end) = groups.get(group)?;
        text.get(start..end)
    }

    /// Writes the text with every match replaced; says whether there was one. Without a match
    /// nothing is written.
    pub(crate) fn replace(&self, text: &str, with: &Replacement, out: &mut TextCell<'_>) -> bool {
        if let Some((straight, slots)) = &self.straight {
            let mut slots = slots.borrow_mut();
            let Some(end) = straight.find(text, &mut slots) else {
                return false;
            };
            with.write(out, |group| part(text, &slots, end, group));
            out.push_str(text.get(end..).unwrap_or_default());
            return true;
        }
        let mut groups = self.groups.borrow_mut();
        let (mut copied, mut from, mut is_found) = (0, 0, false);
        while from <= text.len() {
            let Some(found) = self.regex.captures_read_at(&mut groups, text, from) else {
                break;
            };
            // An empty match right behind the last one is part of it.
            if !(is_found && found.is_empty() && found.end() == copied) {
                out.push_str(text.get(copied..found.start()).unwrap_or_default());
                with.write(out, |group| {
                    let (start, end) = groups.get(group)?;
                    text.get(start..end)
                });
                copied = found.end();
                is_found = true;
            }
            let step = if found.is_empty() {
                next_char(text, found.end())
            } else {
                0
            };
            from = found.end() + step;
        }
        if is_found {
            out.push_str(text.get(copied..).unwrap_or_default());
        }
        is_found
    }
}

/// What a group of a straight pattern holds; group 0 is the whole match, up to `end`.
#[inline]
fn part<'t>(text: &'t str, slots: &[usize], end: usize, group: usize) -> Option<&'t str> {
    if group == 0 {
        return text.get(..end);
    }
    let at = |slot: usize| slots.get(slot).copied();
    text.get(at(group * 2)?..at(group * 2 + 1)?)
}

fn next_char(text: &str, at: usize) -> usize {
    text.get(at..)
        .and_then(|rest| rest.chars().next())
        .map_or(1, char::len_utf8)
}

impl Replacement {
    /// Takes `with` apart: `$1` and `$name` (as many digits or letters as stand there), `${1}`,
    /// `${name}`, `$$` for one `$`; any other `$` is itself.
    pub(crate) fn new(with: &str, pattern: &Pattern, at: &str) -> Result<Self, Problem> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = with;
        while let Some((before, after)) = rest.split_once('$') {
            literal.push_str(before);
            let (name, after) = match after.strip_prefix('{').and_then(|it| it.split_once('}')) {
                Some((name, after)) => (name, after),
                None => after.split_at(name_len(after)),
            };
            rest = after;
            if name.is_empty() {
                rest = rest.strip_prefix('$').unwrap_or(rest);
                literal.push('$');
                continue;
            }
            let Some(group) = pattern.group(name) else {
                let message = format!("the pattern has no group `{name}`; `$$` stands for `$`");
                return Err(Problem::option(at, message));
            };
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            pieces.push(Piece::Group(group));
        }
        literal.push_str(rest);
        pieces.push(Piece::Literal(literal));
        pieces.retain(|piece| !matches!(piece, Piece::Literal(text) if text.is_empty()));
        Ok(Self(pieces))
    }

    #[inline]
    fn write<'t>(&self, out: &mut TextCell<'_>, group_of: impl Fn(usize) -> Option<&'t str>) {
        for piece in &self.0 {
            match piece {
                Piece::Literal(literal) => out.push_str(literal),
                Piece::Group(group) => out.push_str(group_of(*group).unwrap_or_default()),
            }
        }
    }
}

/// Digits alone, so that `$1x` is group 1 and an x; or a word that does not begin with a digit.
fn name_len(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        return digits;
    }
    text.bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        .count()
}
