//! `phone.dial`: the digits that somebody would dial, without a look at any numbering plan.
//!
//! One pass, and nothing but the digits is kept. Every text has a result, so what is no number, and
//! what is a wrong one, shows in the target: whoever wants that refused takes `phone.format`, at a
//! hundred times the cost. What stands after a letter, a comma, a semicolon or a `#` is an extension or
//! another number; its digits would make the first one wrong, so they are left out.

use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, Open, Outcome, TextCell};
use serde::Deserialize;

use crate::digit;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Options {
    country_code: Option<String>,
    #[serde(default = "zero")]
    trunk: String,
    #[serde(default = "two_zeros")]
    international: String,
}

fn zero() -> String {
    "0".to_owned()
}

fn two_zeros() -> String {
    "00".to_owned()
}

const SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "country-code": { "title": "Country code", "type": "string", "pattern": "^[1-9][0-9]{0,2}$",
            "description": "What takes the place of the trunk prefix, without its plus (49); when left out, national numbers stay as they are" },
        "trunk": { "title": "Trunk prefix", "type": "string", "pattern": "^[0-9]{0,4}$", "default": "0",
            "description": "What a national number begins with; empty where there is none (Italy): then every number without international prefix is national" },
        "international": { "title": "International prefix", "type": "string", "pattern": "^[0-9]{1,6}$", "default": "00",
            "description": "What becomes the plus (011 in the United States)" }
    },
    "additionalProperties": false
}"#;

/// `phone.dial`
pub(crate) fn dial() -> Function {
    Function {
        name: "dial",
        summary: "The digits to dial, with a plus and a country's code in front; checks nothing and is fast",
        options: SCHEMA,
        examples: r#"[
            {"options": {"country-code": "49"}, "input": ["030 / 901820"], "output": "+4930901820"},
            {"options": {"country-code": "49"}, "input": ["+49 (0)171 1234567"], "output": "+491711234567",
             "note": "a trunk prefix in parentheses after a country's code"},
            {"options": {"country-code": "49"}, "input": ["0041 44 668-18-00"], "output": "+41446681800"},
            {"options": {"country-code": "49"}, "input": ["Tel. (030) 90 18 20, ext. 42"], "output": "+4930901820",
             "note": "nothing after a letter, comma, semicolon or #"},
            {"options": {"country-code": "39", "trunk": ""}, "input": ["06 6982"], "output": "+39066982"},
            {"options": {"country-code": "1", "trunk": "1", "international": "011"},
             "input": ["011 49 30 901820"], "output": "+4930901820"},
            {"options": {"country-code": "20"}, "input": ["٠٢ ٢٣٤٥٦٧٨٩"], "output": "+20223456789"},
            {"options": {}, "input": ["030 901820"], "output": "030901820"},
            {"options": {}, "input": ["n/a"], "output": "", "note": "as an empty text: missing, if the row does not say otherwise"},
            {"options": {}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Options| {
            let dialling = Dialling::new(options)?;
            Ok(move |text: &str, out: Cell<'_>| dialling.dial(text, out))
        }),
    }
}

/// An open step.
struct Dialling {
    /// The plus and the country's code.
    code: Option<String>,
    trunk: String,
    /// The trunk prefix and what closes its parentheses.
    trunk_closed: String,
    international: String,
}

impl Dialling {
    fn new(options: Options) -> Result<Self, Problem> {
        let code = options.country_code.as_deref();
        let is_code = |code: &str| is_digits(code, 1..=3) && !code.starts_with('0');
        if let Some(code) = code.filter(|code| !is_code(code)) {
            let message = format!("`{code}` is no country code: one to three digits, such as 49");
            return Err(Problem::option("country-code", message));
        }
        if !is_digits(&options.trunk, 0..=4) {
            let message = format!("`{}` is no prefix: up to four digits", options.trunk);
            return Err(Problem::option("trunk", message));
        }
        if !is_digits(&options.international, 1..=6) {
            let message = format!(
                "`{}` is no prefix: one to six digits",
                options.international
            );
            return Err(Problem::option("international", message));
        }
        if options.trunk.starts_with(&options.international) {
            let message = "every such number would count as international";
            return Err(Problem::option("trunk", message));
        }
        Ok(Self {
            code: code.map(|code| format!("+{code}")),
            trunk_closed: format!("{})", options.trunk),
            trunk: options.trunk,
            international: options.international,
        })
    }

    #[inline]
    fn dial(&self, text: &str, out: Cell<'_>) -> Outcome {
        match self.usual(text) {
            Some((digits, len, has_plus)) => {
                let digits = digits.get(..len).unwrap_or_default();
                let mut out = out.write_text();
                if !digits.is_empty() {
                    let (front, rest) = self.front(digits, has_plus);
                    out.push_str(front);
                    out.push_ascii(rest);
                }
                out.done()
            }
            None => self.any(text, out),
        }
    }

    /// The digits of a usual number, and whether a plus is in front of them: all but short texts of
    /// digits and punctuation is left to [`Dialling::any`], which gives the same for these.
    #[inline]
    fn usual(&self, text: &str) -> Option<([u8; HELD], usize, bool)> {
        let bytes = text.as_bytes();
        let (mut digits, mut len, mut has_plus) = ([0; HELD], 0, false);
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            at += 1;
            // Written in any case, and counted only if it is one: no jump to be guessed wrong.
            *digits.get_mut(len)? = *byte;
            let is_digit = byte.is_ascii_digit();
            len += usize::from(is_digit);
            if is_digit || matches!(byte, b' ' | b'-' | b'.' | b'/' | b')') {
                continue;
            }
            match byte {
                b'+' => has_plus |= len == 0,
                b'(' => {
                    let closed = bytes.get(at..)?.starts_with(self.trunk_closed.as_bytes());
                    if closed && self.is_country_code(digits.get(..len)?, has_plus) {
                        at += self.trunk_closed.len();
                    }
                }
                _ => return None,
            }
        }
        Some((digits, len, has_plus))
    }

    /// Whether this is a country's code and no more, as far as its length says.
    fn is_country_code(&self, digits: &[u8], has_plus: bool) -> bool {
        let prefix = if has_plus { "" } else { &self.international };
        let code = digits.strip_prefix(prefix.as_bytes());
        code.is_some_and(|code| (1..=3).contains(&code.len()))
    }

    fn any(&self, text: &str, out: Cell<'_>) -> Outcome {
        let mut number = Number::new(self, out.write_text());
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            match char {
                '0'..='9' => number.push(char as u8),
                ' ' | '-' | '.' | '/' | ')' => {}
                '(' => {
                    let closed = chars.as_str().strip_prefix(&*self.trunk_closed);
                    if let Some(rest) = closed.filter(|_| number.is_at_country_code()) {
                        chars = rest.chars();
                    }
                }
                '+' => number.plus(),
                _ => match Other::of(char) {
                    Other::Digit(digit) => number.push(digit),
                    Other::Plus => number.plus(),
                    Other::End if number.is_empty() => number.no_plus(),
                    Other::End => break,
                    Other::Nothing => {}
                },
            }
        }
        number.done()
    }
}

fn is_digits(text: &str, count: std::ops::RangeInclusive<usize>) -> bool {
    count.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A character that is no usual part of a number.
enum Other {
    Digit(u8),
    Plus,
    /// Nothing after it belongs to the number.
    End,
    Nothing,
}

impl Other {
    fn of(char: char) -> Self {
        match char {
            '\u{FF0B}' => Self::Plus,
            ',' | ';' | '#' => Self::End,
            _ if char.is_alphabetic() => Self::End,
            _ => digit::ascii(char).map_or(Self::Nothing, Self::Digit),
        }
    }
}

/// Digits that are held before they are written: more than any number has.
const HELD: usize = 32;

/// A number while its digits come. What stands in front is known when the first are written: they
/// are more than any prefix has, or all that there are.
struct Number<'a> {
    dialling: &'a Dialling,
    out: TextCell<'a>,
    has_plus: bool,
    is_begun: bool,
    held: [u8; HELD],
    len: usize,
}

impl<'a> Number<'a> {
    #[inline]
    fn new(dialling: &'a Dialling, out: TextCell<'a>) -> Self {
        Self {
            dialling,
            out,
            has_plus: false,
            is_begun: false,
            held: [0; HELD],
            len: 0,
        }
    }

    #[inline]
    fn push(&mut self, digit: u8) {
        if self.len == HELD {
            self.write();
        }
        if let Some(place) = self.held.get_mut(self.len) {
            *place = digit;
            self.len += 1;
        }
    }

    fn is_empty(&self) -> bool {
        self.len == 0 && !self.is_begun
    }

    /// A plus counts in front of all digits.
    fn plus(&mut self) {
        self.has_plus |= self.is_empty();
    }

    /// A plus in front of a word is none of the number's.
    fn no_plus(&mut self) {
        self.has_plus = false;
    }

    /// Whether so far there is a country's code and no more, as far as its length says.
    fn is_at_country_code(&self) -> bool {
        let held = self.held.get(..self.len).unwrap_or_default();
        !self.is_begun && self.dialling.is_country_code(held, self.has_plus)
    }

    fn write(&mut self) {
        let held = self.held.get(..self.len).unwrap_or_default();
        let mut rest = held;
        if !self.is_begun {
            let (front, after) = self.dialling.front(held, self.has_plus);
            self.out.push_str(front);
            rest = after;
        }
        self.out.push_ascii(rest);
        self.is_begun = true;
        self.len = 0;
    }

    #[inline]
    fn done(mut self) -> Outcome {
        if self.len > 0 {
            self.write();
        }
        self.out.done()
    }
}

impl Dialling {
    /// What a number begins with, and which of its first digits come after that. A prefix with
    /// nothing behind it is none.
    #[inline]
    fn front<'a>(&'a self, digits: &'a [u8], has_plus: bool) -> (&'a str, &'a [u8]) {
        let rest = |prefix: &str| digits.strip_prefix(prefix.as_bytes());
        let without = |prefix: &str| rest(prefix).filter(|rest| !rest.is_empty());
        if has_plus {
            return ("+", digits);
        }
        if let Some(rest) = without(&self.international) {
            return ("+", rest);
        }
        match (&self.code, without(&self.trunk)) {
            (Some(code), Some(rest)) => (code, rest),
            _ => ("", digits),
        }
    }
}
