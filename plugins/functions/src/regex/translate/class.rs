//! Character classes: `[...]`.
//!
//! In .NET a bracket inside a class is a character and `-[...]` at its end takes away; in Java
//! brackets nest and `&&` intersects, as here.

use super::super::Syntax;
use super::Translator;

impl Translator<'_> {
    /// What follows `[`.
    pub(super) fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.chars.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        if self.chars.next_if_eq(&']').is_some() {
            self.out.push_str(r"\]");
        }
        // Whether what came last may be the lower end of a range.
        let mut may_range = false;
        loop {
            let Some(char) = self.chars.next() else {
                return Err("a class `[...]` is not closed".to_owned());
            };
            let is_minus = char == '-';
            let was_range = self.out.ends_with('-') && !self.out.ends_with(r"\-");
            match char {
                ']' => {
                    self.out.push(']');
                    return Ok(());
                }
                '\\' => {
                    may_range = self.escape_in_class()? && !was_range;
                    continue;
                }
                '[' if self.syntax == Syntax::Java => self.class()?,
                '-' => self.minus(may_range)?,
                '&' if self.syntax == Syntax::Java && self.chars.next_if_eq(&'&').is_some() => {
                    self.out.push_str("&&");
                }
                char if char.is_whitespace() && self.flags.has(super::EXTENDED) => {
                    if self.syntax == Syntax::Java {
                        continue;
                    }
                    self.out.push(char);
                }
                char => self.literal(char),
            }
            may_range = !is_minus && !was_range;
        }
    }

    fn minus(&mut self, may_range: bool) -> Result<(), String> {
        match self.chars.peek() {
            Some('[') if self.syntax == Syntax::DotNet => {
                self.chars.next();
                self.out.push_str("--");
                self.class()
            }
            Some(next) if may_range && *next != ']' => {
                self.out.push('-');
                Ok(())
            }
            _ => {
                self.out.push_str(r"\-");
                Ok(())
            }
        }
    }
}
