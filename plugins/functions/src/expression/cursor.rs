//! Reading an expression's text, character by character, with its column.
//!
//! Both grammars are simple enough to be parsed without a list of tokens.

use super::{DEPTH_MAX, Error, LENGTH_MAX, Value};

/// A place in the text.
#[derive(Clone, Debug)]
pub struct Cursor<'s> {
    source: &'s str,
    at: usize,
    depth: usize,
}

impl<'s> Cursor<'s> {
    /// The beginning of a text; refuses one that is empty or too long.
    pub fn new(source: &'s str) -> Result<Self, Error> {
        let length = source.chars().count();
        if length > LENGTH_MAX {
            let message =
                format!("the expression has {length} characters; {LENGTH_MAX} is the most");
            return Err(Error::syntax(LENGTH_MAX + 1, message));
        }
        let mut cursor = Self {
            source,
            at: 0,
            depth: 0,
        };
        cursor.skip_white();
        if cursor.rest().is_empty() {
            Err(Error::syntax(1, "the expression is empty"))
        } else {
            Ok(cursor)
        }
    }

    /// What is not read yet.
    pub fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    /// The next character.
    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The column of the next character, from 1.
    pub fn column(&self) -> usize {
        let before = self.source.get(..self.at).unwrap_or_default();
        before.chars().count() + 1
    }

    /// An error here that says what should stand here.
    pub fn expected(&self, what: &str) -> Error {
        let message = match self.peek() {
            Some(char) => format!("{what} is expected, not `{char}`"),
            None => format!("{what} is expected, and the expression ends"),
        };
        Error::syntax(self.column(), message)
    }

    /// White space of any kind.
    pub fn skip_white(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// Takes `text` and the white space behind it, where it stands here.
    pub fn eat(&mut self, text: &str) -> bool {
        let is_here = self.rest().starts_with(text);
        if is_here {
            self.at += text.len();
            self.skip_white();
        }
        is_here
    }

    /// Takes `text` or fails.
    pub fn expect(&mut self, text: &str) -> Result<(), Error> {
        if self.eat(text) {
            Ok(())
        } else {
            Err(self.expected(&format!("`{text}`")))
        }
    }

    /// Takes a word where it stands here alone, in any case.
    pub fn eat_word(&mut self, word: &str) -> bool {
        let here = self.rest().get(..word.len());
        let after = self
            .rest()
            .get(word.len()..)
            .and_then(|rest| rest.chars().next());
        let is_here =
            here.is_some_and(|here| here.eq_ignore_ascii_case(word)) && !after.is_some_and(is_name);
        if is_here {
            self.at += word.len();
            self.skip_white();
        }
        is_here
    }

    /// Takes characters as long as they are wanted, and nothing behind them.
    pub fn take_while(&mut self, mut wanted: impl FnMut(char) -> bool) -> &'s str {
        let rest = self.rest();
        let end = rest.find(|char| !wanted(char)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// Takes one character and nothing behind it.
    pub fn bump(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    /// A name: a letter or `_`, then letters, digits, `_`. Nothing is taken where there is none.
    pub fn name(&mut self) -> Option<&'s str> {
        let first = self.peek()?;
        if !(first.is_alphabetic() || first == '_') {
            return None;
        }
        let name = self.take_while(is_name);
        self.skip_white();
        Some(name)
    }

    /// A text between two `quote`s, of which the first is next. `\\` and `\` before the quote stand
    /// for one character; any other `\` is itself, so that patterns may be pasted. With `doubled`,
    /// two quotes stand for one.
    pub fn string(&mut self, quote: char, doubled: bool) -> Result<String, Error> {
        let start = self.column();
        self.bump();
        let mut text = String::new();
        loop {
            let Some(char) = self.bump() else {
                let message = format!("the text that begins here has no closing `{quote}`");
                return Err(Error::syntax(start, message));
            };
            match (char, self.peek()) {
                ('\\', Some(next)) if next == '\\' || next == quote => {
                    text.push(next);
                    self.bump();
                }
                (char, Some(next)) if doubled && char == quote && next == quote => {
                    text.push(quote);
                    self.bump();
                }
                (char, _) if char == quote => break,
                (char, _) => text.push(char),
            }
        }
        self.skip_white();
        Ok(text)
    }

    /// Digits with at most one point between them, as they are written.
    pub fn number(&mut self) -> &'s str {
        let rest = self.rest();
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let mut end = digits(rest);
        if let Some(fraction) = rest.get(end..).and_then(|rest| rest.strip_prefix('.')) {
            let more = digits(fraction);
            end += if more > 0 { 1 + more } else { 0 };
        }
        self.at += end;
        self.skip_white();
        rest.get(..end).unwrap_or_default()
    }

    /// A number with or without a minus: whole where it has no fraction.
    pub fn signed(&mut self) -> Result<Value<'static>, Error> {
        let is_negative = self.eat("-");
        let digits = self.number();
        let text = format!("{}{digits}", if is_negative { "-" } else { "" });
        match (text.parse(), text.parse()) {
            (Ok(integer), _) => Ok(Value::Integer(integer)),
            (_, Ok(float)) if !digits.is_empty() => Ok(Value::Float(float)),
            _ => Err(self.expected("a number")),
        }
    }

    /// Behind an argument: whether a comma says that another follows, or a bracket ends the call.
    pub fn another(&mut self) -> Result<bool, Error> {
        if self.eat(")") {
            return Ok(false);
        }
        if self.eat(",") {
            return Ok(true);
        }
        Err(self.expected("`,` or `)`"))
    }

    /// One level deeper; fails beyond [`DEPTH_MAX`].
    pub fn descend(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let message = format!("the expression is nested deeper than {DEPTH_MAX}");
            return Err(Error::syntax(self.column(), message));
        }
        Ok(())
    }

    /// One level up again.
    pub fn ascend(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Fails unless everything is read.
    pub fn end(&self) -> Result<(), Error> {
        if self.rest().is_empty() {
            Ok(())
        } else {
            Err(self.expected("the end of the expression"))
        }
    }
}

fn is_name(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}
