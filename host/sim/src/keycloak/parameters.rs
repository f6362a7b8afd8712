//! The query of a request: only what the original documents and this stand-in plays.

use super::refusal::Refusal;
use crate::wire::{Received, Reply};

/// The parameters of a request that are all known.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads them; an unknown one makes the route unknown.
    pub(super) fn read(received: &Received, known: &[&str]) -> Result<Self, Reply> {
        let given = received.parameters();
        if given.iter().all(|(name, _)| known.contains(&name.as_str())) {
            return Ok(Self(given));
        }
        Err(Reply::unknown_route(received))
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// A number; what is none is the path of nothing, as JAX-RS sees it.
    fn number(&self, name: &str, missing: usize) -> Result<usize, Refusal> {
        match self.text(name) {
            None => Ok(missing),
            Some(text) => text.parse().map_err(|_| Refusal::of(404)),
        }
    }

    /// The part of a list that `first` and `max` name.
    pub(super) fn window<T>(
        &self,
        all: Vec<T>,
        (max, page_max): (usize, usize),
    ) -> Result<Vec<T>, Refusal> {
        let first = self.number("first", 0)?;
        let max = self.number("max", max)?.min(page_max);
        Ok(all.into_iter().skip(first).take(max).collect())
    }

    /// The pairs of `q`; what is no pair is passed over, as the original does.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        let mut rest = self.text("q").unwrap_or_default().trim_start();
        while !rest.is_empty() {
            let (name, after) = word(rest, |c| c == ':' || c.is_whitespace());
            let Some(after) = after.strip_prefix(':') else {
                rest = after.trim_start();
                continue;
            };
            let (value, after) = word(after, char::is_whitespace);
            if !name.is_empty() && !value.is_empty() {
                pairs.push((name, value));
            }
            rest = after.trim_start();
        }
        pairs
    }
}

/// A word up to such a character, or in quotes; and what follows.
fn word(text: &str, ends: impl Fn(char) -> bool) -> (String, &str) {
    if let Some(inside) = text.strip_prefix('"') {
        let mut word = String::new();
        let mut is_escaped = false;
        for (at, c) in inside.char_indices() {
            match c {
                '\\' if !is_escaped => is_escaped = true,
                '"' if !is_escaped => {
                    return (word, inside.get(at + 1..).unwrap_or_default());
                }
                c => {
                    is_escaped = false;
                    word.push(c);
                }
            }
        }
        return (word, "");
    }
    let end = text.find(ends).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    (word.to_owned(), rest)
}
