//! Reads the selector grammar and says, where it cannot, at which character and what it wanted.
//!
//! `step ("." step)*`; `step = name pick*`; `name = bare | quoted`; `pick = "[" (int | "*" |
//! name "=" value) "]"`. Inside quotes `\"` and `\\` stand for the character. The reader accepts
//! a little more than the canonical form (`[007]`, needless quotes) and nothing is ever lost.

use std::str::FromStr;

use super::{PARTS_MAX, Pick, Selector, Step};

/// Why a text is no selector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("selector `{text}`, character {column}: expected {expected}")]
pub struct Error {
    /// The whole text.
    pub text: String,
    /// The character (from 1) where reading stopped.
    pub column: usize,
    /// What would have been right there.
    pub expected: &'static str,
}

/// Whether a name may contain this character without quotes.
pub(super) fn is_name_char(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '.' | '[' | ']' | '"' | '=' | '{' | '}')
}

/// Whether the value of `[member=value]` may contain this character without quotes.
pub(super) fn is_value_char(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '[' | ']' | '"' | '{' | '}')
}

impl FromStr for Selector {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut reader = Reader { text, rest: text };
        let mut steps = vec![reader.step()?];
        while !reader.rest.is_empty() {
            reader.expect('.', "`.`, `[` or the end")?;
            steps.push(reader.step()?);
        }
        Self::from_steps(steps).ok_or_else(|| Error {
            text: text.to_owned(),
            column: 1,
            expected: "at most 48 steps and picks",
        })
    }
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl Reader<'_> {
    fn error(&self, expected: &'static str) -> Error {
        let read = self.text.len() - self.rest.len();
        let column = self.text.get(..read).map_or(0, |t| t.chars().count()) + 1;
        Error {
            text: self.text.to_owned(),
            column,
            expected,
        }
    }

    fn eat(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, c: char, expected: &'static str) -> Result<(), Error> {
        if self.eat(c) {
            Ok(())
        } else {
            Err(self.error(expected))
        }
    }

    fn step(&mut self) -> Result<Step, Error> {
        let name = self.word(is_name_char, "a name or a quoted name")?;
        let mut picks = Vec::new();
        while self.eat('[') {
            picks.push(self.pick()?);
            if picks.len() > PARTS_MAX {
                return Err(self.error("at most 48 steps and picks"));
            }
        }
        Ok(Step { name, picks })
    }

    fn pick(&mut self) -> Result<Pick, Error> {
        if let Some(rest) = self.rest.strip_prefix("*]") {
            self.rest = rest;
            return Ok(Pick::Each);
        }
        if let Some((inside, rest)) = self.rest.split_once(']') {
            let digits = inside.strip_prefix('-').unwrap_or(inside);
            if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
                let Ok(index) = inside.parse() else {
                    return Err(self.error("a smaller number"));
                };
                self.rest = rest;
                return Ok(Pick::Index(index));
            }
        }
        let member = self.word(is_name_char, "a number, `*` or `member=value`")?;
        self.expect('=', "`=` and a value, as in `[type=work]`")?;
        let value = self.word(is_value_char, "a value or a quoted value")?;
        self.expect(']', "`]`")?;
        Ok(Pick::Member(member, value))
    }

    fn word(&mut self, allowed: fn(char) -> bool, expected: &'static str) -> Result<String, Error> {
        if self.eat('"') {
            return self.quoted();
        }
        let end = self.rest.find(|c| !allowed(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if word.is_empty() {
            return Err(self.error(expected));
        }
        self.rest = rest;
        Ok(word.to_owned())
    }

    fn quoted(&mut self) -> Result<String, Error> {
        let mut text = String::new();
        loop {
            let mut chars = self.rest.chars();
            match chars.next() {
                None => return Err(self.error("a closing `\"`")),
                Some('"') => {
                    self.rest = chars.as_str();
                    return Ok(text);
                }
                Some('\\') => match chars.next() {
                    Some(c @ ('"' | '\\')) => text.push(c),
                    _ => return Err(self.error("`\\\"` or `\\\\`")),
                },
                Some(c) => text.push(c),
            }
            self.rest = chars.as_str();
        }
    }
}
