//! Patterns of .NET and Java, rewritten for the engines here.
//!
//! One pass over the pattern with a stack of what inline options are in force. What means the same
//! passes unchanged; what would mean something else is rewritten (`$`, `.` and `\d` of Java, `\<`,
//! brackets inside classes, `{` that is no quantifier, white space under `x`); what cannot be said
//! is refused with a sentence. Invariant: every group of the pattern is a group of the result, in
//! the same order.

use std::fmt::{self, Write as _};

use super::Syntax;
use super::groups::Groups;

mod class;
mod escape;

/// What `$` means where lines do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The end of the text: right for all texts that do not end with a line end.
    OfText,
    /// The end of the text or the place before a last line end.
    BeforeNewline,
}

/// The result.
pub(super) struct Translated {
    pub(super) pattern: String,
    pub(super) groups: Groups,
    /// There is a `$` or `\Z` whose meaning depends on [`End`].
    pub(super) has_end: bool,
}

/// The letters of the inline options that are in force.
#[derive(Clone, Copy, Default)]
struct Flags(u8);

const MULTI_LINE: u8 = 1;
const DOT_ALL: u8 = 2;
const EXTENDED: u8 = 4;
const EXPLICIT: u8 = 8;

struct Translator<'a> {
    chars: std::iter::Peekable<std::str::Chars<'a>>,
    syntax: Syntax,
    end: End,
    out: String,
    flags: Flags,
    /// The flags outside each open group.
    outside: Vec<Flags>,
    names: Vec<Option<String>>,
    has_end: bool,
    /// The groups of the whole pattern; none in the first pass, which finds them.
    known: Option<Groups>,
}

/// Rewrites a pattern.
pub(super) fn translate(pattern: &str, syntax: Syntax, end: End) -> Result<Translated, String> {
    let first = Translator::new(pattern, syntax, end, None).run()?;
    Translator::new(pattern, syntax, end, Some(first.groups)).run()
}

impl Flags {
    fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }

    fn set(&mut self, flag: u8, is_on: bool) {
        self.0 = if is_on { self.0 | flag } else { self.0 & !flag };
    }
}

impl<'a> Translator<'a> {
    fn new(pattern: &'a str, syntax: Syntax, end: End, known: Option<Groups>) -> Self {
        Self {
            chars: pattern.chars().peekable(),
            syntax,
            end,
            out: String::with_capacity(pattern.len() * 2),
            flags: Flags::default(),
            outside: Vec::new(),
            names: vec![None],
            has_end: false,
            known,
        }
    }

    fn run(mut self) -> Result<Translated, String> {
        while let Some(char) = self.chars.next() {
            self.char(char)?;
        }
        let groups = match self.syntax {
            Syntax::DotNet => Groups::unnamed_first(self.names),
            Syntax::Java | Syntax::Rust => Groups::in_order(self.names),
        };
        Ok(Translated {
            pattern: self.out,
            groups,
            has_end: self.has_end,
        })
    }

    fn char(&mut self, char: char) -> Result<(), String> {
        match char {
            '\\' => return self.escape(),
            '[' => return self.class(),
            '(' => return self.open(),
            ')' => {
                self.flags = self.outside.pop().unwrap_or(self.flags);
                self.out.push(')');
            }
            '$' if !self.flags.has(MULTI_LINE) => self.end(),
            '.' if self.syntax == Syntax::Java && !self.flags.has(DOT_ALL) => {
                self.out.push_str(r"[^\n\r\x{85}\x{2028}\x{2029}]");
            }
            '{' => match self.quantifier() {
                Some(quantifier) => {
                    self.chars.by_ref().take(quantifier.len()).for_each(drop);
                    self.put(format_args!("{{{quantifier}"));
                }
                None => self.out.push_str(r"\{"),
            },
            '#' if self.flags.has(EXTENDED) => {
                while self.chars.next().is_some_and(|char| char != '\n') {}
            }
            char if char.is_whitespace() && self.flags.has(EXTENDED) => {}
            '.' | '^' | '$' | '|' | '*' | '+' | '?' => self.out.push(char),
            char => self.literal(char),
        }
        Ok(())
    }

    fn end(&mut self) {
        self.has_end = true;
        self.out.push_str(match (self.end, self.syntax) {
            (End::OfText, _) => r"\z",
            (End::BeforeNewline, Syntax::Java) => r"(?=(?:\r\n|[\n\r\x{85}\x{2028}\x{2029}])?\z)",
            (End::BeforeNewline, _) => r"(?=\n?\z)",
        });
    }

    fn put(&mut self, text: fmt::Arguments<'_>) {
        // Writing to a string has no way to fail.
        let _never = self.out.write_fmt(text);
    }

    /// A character that stands for itself.
    fn literal(&mut self, char: char) {
        if char.is_ascii_punctuation() && !matches!(char, '<' | '>' | '_') {
            self.out.push('\\');
        }
        self.out.push(char);
    }

    /// What follows `{` where that is `n}`, `n,}` or `n,m}`.
    fn quantifier(&self) -> Option<String> {
        let rest: String = self.chars.clone().take_while(|char| *char != '}').collect();
        let (low, high) = rest.split_once(',').unwrap_or((&rest, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_closed = self.chars.clone().nth(rest.chars().count()) == Some('}');
        (is_closed && !low.is_empty() && is_digits(low) && is_digits(high)).then(|| rest + "}")
    }

    /// What follows `(`.
    fn open(&mut self) -> Result<(), String> {
        let outside = self.flags;
        if self.chars.next_if_eq(&'?').is_none() {
            self.outside.push(outside);
            if self.flags.has(EXPLICIT) {
                self.out.push_str("(?:");
            } else {
                self.out.push('(');
                self.names.push(None);
            }
            return Ok(());
        }
        match self.chars.next() {
            Some('#') => {
                while self.chars.next().is_some_and(|char| char != ')') {}
                return Ok(());
            }
            Some(char @ (':' | '=' | '!' | '>')) => {
                self.out.push_str("(?");
                self.out.push(char);
            }
            Some('<') => match self.chars.next_if(|char| matches!(char, '=' | '!')) {
                Some(char) => {
                    self.out.push_str("(?<");
                    self.out.push(char);
                }
                None => self.named('>')?,
            },
            Some('\'') if self.syntax == Syntax::DotNet => self.named('\'')?,
            Some('P') if self.chars.peek() == Some(&'<') => {
                self.chars.next();
                self.named('>')?;
            }
            Some('(') => return Err("conditions `(?(...)...)` are not supported".to_owned()),
            Some(char) => return self.options(char, outside),
            None => return Err("the pattern ends inside a group".to_owned()),
        }
        self.outside.push(outside);
        Ok(())
    }

    fn named(&mut self, close: char) -> Result<(), String> {
        let name = self.until(close)?;
        let is_word = |char: char| char.is_alphanumeric() || char == '_';
        if name.contains('-') {
            return Err("balancing groups `(?<a-b>...)` are not supported".to_owned());
        }
        if name.is_empty() || !name.chars().all(is_word) || name.starts_with(char::is_numeric) {
            let message = format!("`{name}` is no name of a group: letters, digits and _ make one");
            return Err(message);
        }
        if self.names.iter().flatten().any(|known| *known == name) {
            return Err(format!(
                "two groups are called `{name}`; give each its own name"
            ));
        }
        self.out.push_str("(?<");
        self.out.push_str(&name);
        self.out.push('>');
        self.names.push(Some(name));
        Ok(())
    }

    /// `(?imnsx-imnsx)` or `(?imnsx-imnsx:`, whose first character is taken.
    fn options(&mut self, first: char, outside: Flags) -> Result<(), String> {
        let (mut on, mut off, mut is_on) = (String::new(), String::new(), true);
        let mut next = Some(first);
        let close = loop {
            let Some(char) = next else {
                return Err("the pattern ends inside a group".to_owned());
            };
            match char {
                ')' | ':' => break char,
                '-' => is_on = false,
                'm' => self.flags.set(MULTI_LINE, is_on),
                's' => self.flags.set(DOT_ALL, is_on),
                'x' => self.flags.set(EXTENDED, is_on),
                'n' if self.syntax == Syntax::DotNet => self.flags.set(EXPLICIT, is_on),
                'i' => {}
                // Unicode case is what is done anyway.
                'u' if self.syntax == Syntax::Java => {}
                _ => return Err(format!("the inline option `{char}` is not supported")),
            }
            if matches!(char, 'i' | 'm' | 's') {
                (if is_on { &mut on } else { &mut off }).push(char);
            }
            next = self.chars.next();
        };
        let minus = if off.is_empty() { "" } else { "-" };
        if close == ':' {
            self.outside.push(outside);
            self.put(format_args!("(?{on}{minus}{off}:"));
        } else if !(on.is_empty() && off.is_empty()) {
            self.put(format_args!("(?{on}{minus}{off})"));
        }
        Ok(())
    }

    fn until(&mut self, close: char) -> Result<String, String> {
        let mut text = String::new();
        for char in self.chars.by_ref() {
            if char == close {
                return Ok(text);
            }
            text.push(char);
        }
        Err(format!("`{close}` is missing behind `{text}`"))
    }
}
