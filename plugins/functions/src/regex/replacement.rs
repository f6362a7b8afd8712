//! The text that takes a match's place, taken apart once.
//!
//! The three languages differ in what `$` does: Rust has `$1`, `$name`, `${name}`, `$$`, and a group
//! that the pattern has not is refused; .NET has `$1`, `${name}`, `$$`, `$&`, `` $` ``, `$'`, `$+`,
//! `$_`, and anything else stands for itself; Java has `$1`, `${name}`, and `\` before a character
//! that stands for itself.

use std::fmt;

use super::{Pattern, Spans, Syntax, part, whole, write};

/// A replacement, for the pattern that it was made with.
#[derive(Clone, Debug)]
pub struct Replacement(Vec<Piece>);

#[derive(Clone, Debug)]
enum Piece {
    Literal(String),
    Group(usize),
    BeforeMatch,
    AfterMatch,
    WholeText,
}

struct Parser<'a> {
    pattern: &'a Pattern,
    rest: &'a str,
    literal: String,
    pieces: Vec<Piece>,
}

impl Replacement {
    /// Takes `with` apart in the pattern's own syntax.
    pub fn new(with: &str, pattern: &Pattern) -> Result<Self, String> {
        let mut parser = Parser {
            pattern,
            rest: with,
            literal: String::new(),
            pieces: Vec::new(),
        };
        parser.parse()?;
        parser.push_literal();
        Ok(Self(parser.pieces))
    }

    /// A text in which nothing is special.
    pub fn literal(text: &str) -> Self {
        Self(vec![Piece::Literal(text.to_owned())])
    }

    pub(super) fn write(&self, text: &str, spans: &Spans, out: &mut impl fmt::Write) {
        for piece in &self.0 {
            let text = match piece {
                Piece::Literal(literal) => literal,
                Piece::Group(group) => part(text, spans, *group).unwrap_or_default(),
                Piece::BeforeMatch => text.get(..whole(spans).0).unwrap_or_default(),
                Piece::AfterMatch => text.get(whole(spans).1..).unwrap_or_default(),
                Piece::WholeText => text,
            };
            write(out, text);
        }
    }
}

impl<'a> Parser<'a> {
    fn parse(&mut self) -> Result<(), String> {
        while let Some(at) = self.rest.find(['$', '\\']) {
            let (before, from) = self.rest.split_at(at);
            self.literal.push_str(before);
            let after = from.get(1..).unwrap_or_default();
            let is_dollar = from.starts_with('$');
            self.rest = after;
            match self.pattern.syntax {
                Syntax::Java if !is_dollar => self.escaped()?,
                _ if !is_dollar => self.literal.push('\\'),
                Syntax::Rust => self.rust()?,
                Syntax::DotNet => self.dot_net(),
                Syntax::Java => self.java()?,
            }
        }
        self.literal.push_str(self.rest);
        Ok(())
    }

    fn escaped(&mut self) -> Result<(), String> {
        let Some(char) = self.rest.chars().next() else {
            return Err("the replacement ends with a `\\`; `\\\\` stands for one".to_owned());
        };
        self.literal.push(char);
        self.rest = self.rest.get(char.len_utf8()..).unwrap_or_default();
        Ok(())
    }

    fn rust(&mut self) -> Result<(), String> {
        if let Some(rest) = self.rest.strip_prefix('$') {
            self.literal.push('$');
            self.rest = rest;
            return Ok(());
        }
        let (name, rest) = match self.braced() {
            Some(found) => found,
            None => self.rest.split_at(name_len(self.rest)),
        };
        if name.is_empty() {
            self.literal.push('$');
            return Ok(());
        }
        let Some(group) = self.pattern.group(name) else {
            return Err(no_group(name, "$$"));
        };
        self.push(Piece::Group(group), rest);
        Ok(())
    }

    fn dot_net(&mut self) {
        let special = self.rest.chars().next().and_then(|char| {
            Some(match char {
                '$' => Piece::Literal("$".to_owned()),
                '&' => Piece::Group(0),
                '`' => Piece::BeforeMatch,
                '\'' => Piece::AfterMatch,
                '_' => Piece::WholeText,
                '+' => Piece::Group(self.pattern.groups.number(self.pattern.groups())?),
                _ => return None,
            })
        });
        if let Some(piece) = special {
            let rest = self.rest.get(1..).unwrap_or_default();
            return self.push(piece, rest);
        }
        let (name, rest) = match self.braced() {
            Some(found) => found,
            None => self.rest.split_at(digits(self.rest)),
        };
        match self.pattern.group(name) {
            Some(group) => self.push(Piece::Group(group), rest),
            // .NET takes what names no group literally.
            None => self.literal.push('$'),
        }
    }

    fn java(&mut self) -> Result<(), String> {
        if let Some((name, rest)) = self.braced() {
            let Some(group) = self.pattern.group(name) else {
                return Err(no_group(name, "\\$"));
            };
            self.push(Piece::Group(group), rest);
            return Ok(());
        }
        // As many digits as make a number of a group, at least one.
        let (mut found, mut len) = (None, 1);
        while len <= digits(self.rest) {
            let Some(group) = self
                .rest
                .get(..len)
                .and_then(|name| self.pattern.group(name))
            else {
                break;
            };
            found = Some((group, len));
            len += 1;
        }
        let Some((group, len)) = found else {
            let name = self.rest.get(..digits(self.rest)).unwrap_or_default();
            return Err(no_group(name, "\\$"));
        };
        self.push(
            Piece::Group(group),
            self.rest.get(len..).unwrap_or_default(),
        );
        Ok(())
    }

    /// What stands in braces, and what comes behind them.
    fn braced(&self) -> Option<(&'a str, &'a str)> {
        self.rest.strip_prefix('{')?.split_once('}')
    }

    fn push(&mut self, piece: Piece, rest: &'a str) {
        self.push_literal();
        self.pieces.push(piece);
        self.rest = rest;
    }

    fn push_literal(&mut self) {
        if !self.literal.is_empty() {
            let literal = std::mem::take(&mut self.literal);
            self.pieces.push(Piece::Literal(literal));
        }
    }
}

fn no_group(name: &str, dollar: &str) -> String {
    format!("the pattern has no group `{name}`; `{dollar}` stands for `$`")
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Digits alone, so that `$1x` is group 1 and an x; or a word that does not begin with a digit.
fn name_len(text: &str) -> usize {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    match digits(text) {
        0 => text.bytes().take_while(is_word).count(),
        digits => digits,
    }
}
