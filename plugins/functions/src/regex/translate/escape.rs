//! What follows a backslash.

use super::super::Syntax;
use super::Translator;

const JAVA_SPACE: &str = r" \t\n\x0B\f\r";
const JAVA_HORIZONTAL: &str = r" \t\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}";
const JAVA_VERTICAL: &str = r"\n\x0B\f\r\x{85}\x{2028}\x{2029}";

impl Translator<'_> {
    /// Outside a class.
    pub(super) fn escape(&mut self) -> Result<(), String> {
        let char = self.after_backslash()?;
        match char {
            'b' | 'B' | 'A' | 'z' | 'G' => self.shorthand(char),
            'Z' => self.end(),
            'k' => return self.named_back_reference(),
            '1'..='9' => return self.numbered_back_reference(char),
            'R' if self.syntax == Syntax::Java => {
                self.put(format_args!(r"(?:\r\n|[{JAVA_VERTICAL}])"));
            }
            'Q' if self.syntax == Syntax::Java => self.quoted(),
            'E' if self.syntax == Syntax::Java => {}
            other => {
                self.any_place(other, false)?;
            }
        }
        Ok(())
    }

    /// Inside a class; says whether it is one character, which may begin a range.
    pub(super) fn escape_in_class(&mut self) -> Result<bool, String> {
        match self.after_backslash()? {
            'b' => {
                self.out.push_str(r"\x08");
                Ok(true)
            }
            other => self.any_place(other, true),
        }
    }

    fn after_backslash(&mut self) -> Result<char, String> {
        let next = self.chars.next();
        next.ok_or_else(|| "the pattern ends with a `\\`".to_owned())
    }

    /// What means the same inside and outside of classes.
    fn any_place(&mut self, char: char, in_class: bool) -> Result<bool, String> {
        let is_java = self.syntax == Syntax::Java;
        match char {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' | 'h' | 'H' | 'v' | 'V' if is_java => {
                self.java_shorthand(char, in_class);
                return Ok(false);
            }
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => {
                self.shorthand(char);
                return Ok(false);
            }
            'p' | 'P' => {
                self.property(char, in_class)?;
                return Ok(false);
            }
            'a' | 'f' | 'n' | 'r' | 't' | 'v' => self.shorthand(char),
            'e' => self.out.push_str(r"\x1B"),
            'x' if is_java && self.chars.next_if_eq(&'{').is_some() => {
                let digits = self.until('}')?;
                self.code(u32::from_str_radix(&digits, 16).ok())?;
            }
            'x' => {
                let code = self.hex(2);
                self.code(code)?;
            }
            'u' => self.utf16()?,
            'c' => {
                let control = self.chars.next().map(|char| u32::from(char) & 0x1F);
                self.code(control)?;
            }
            '0'..='7' => {
                let code = self.octal(char);
                self.code(Some(code))?;
            }
            char if char.is_ascii_alphanumeric() => {
                return Err(format!("`\\{char}` is not supported"));
            }
            char => self.literal(char),
        }
        Ok(true)
    }

    fn shorthand(&mut self, char: char) {
        self.out.push('\\');
        self.out.push(char);
    }

    /// Java's classes are of ASCII.
    fn java_shorthand(&mut self, char: char, in_class: bool) {
        let set = match char.to_ascii_lowercase() {
            'd' => "0-9",
            'w' => "a-zA-Z0-9_",
            's' => JAVA_SPACE,
            'h' => JAVA_HORIZONTAL,
            _ => JAVA_VERTICAL,
        };
        match (char.is_ascii_uppercase(), in_class) {
            (true, _) => self.put(format_args!("[^{set}]")),
            (false, true) => self.out.push_str(set),
            (false, false) => self.put(format_args!("[{set}]")),
        }
    }

    /// `\p{Name}`; Java's POSIX names are of ASCII.
    fn property(&mut self, char: char, in_class: bool) -> Result<(), String> {
        let name = match self.chars.next() {
            Some('{') => self.until('}')?,
            Some(letter) if self.syntax == Syntax::Java => letter.to_string(),
            _ => {
                return Err(format!(
                    "`\\{char}` wants a name in braces, as `\\{char}{{L}}`"
                ));
            }
        };
        let posix = match name.as_str() {
            "Lower" | "Upper" | "ASCII" | "Alpha" | "Digit" | "Alnum" | "Punct" | "Graph"
            | "Print" | "Blank" | "Cntrl" | "XDigit" | "Space" => Some(name.to_ascii_lowercase()),
            _ => None,
        };
        if let Some(posix) = posix.filter(|_| self.syntax == Syntax::Java) {
            let not = if char == 'P' { "^" } else { "" };
            if in_class {
                self.put(format_args!("[:{not}{posix}:]"));
            } else {
                self.put(format_args!("[[:{not}{posix}:]]"));
            }
            return Ok(());
        }
        let name = match self.syntax {
            Syntax::Java => java_property(&name),
            _ => &name,
        };
        self.put(format_args!("\\{char}{{{name}}}"));
        Ok(())
    }

    fn hex(&mut self, count: usize) -> Option<u32> {
        let mut code = 0;
        for _ in 0..count {
            code = code * 16 + self.chars.next()?.to_digit(16)?;
        }
        Some(code)
    }

    fn octal(&mut self, first: char) -> u32 {
        let mut code = first.to_digit(8).unwrap_or_default();
        for _ in 0..if first == '0' { 3 } else { 2 } {
            let Some(digit) = self.chars.peek().and_then(|char| char.to_digit(8)) else {
                break;
            };
            if code * 8 + digit > 0o377 {
                break;
            }
            code = code * 8 + digit;
            self.chars.next();
        }
        code
    }

    /// `\uXXXX`; two halves of a pair are one character.
    fn utf16(&mut self) -> Result<(), String> {
        let mut code = self.hex(4);
        if let Some(high @ 0xD800..=0xDBFF) = code {
            let is_low = self.chars.next() == Some('\\') && self.chars.next() == Some('u');
            let low = self
                .hex(4)
                .filter(|low| is_low && (0xDC00..0xE000).contains(low));
            code = low.map(|low| 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00));
        }
        self.code(code)
    }

    fn code(&mut self, code: Option<u32>) -> Result<(), String> {
        let Some(char) = code.and_then(char::from_u32) else {
            return Err("an escaped character is not complete or does not exist".to_owned());
        };
        self.put(format_args!(r"\x{{{:X}}}", u32::from(char)));
        Ok(())
    }

    fn quoted(&mut self) {
        while let Some(char) = self.chars.next() {
            if char == '\\' && self.chars.next_if_eq(&'E').is_some() {
                return;
            }
            self.literal(char);
        }
    }

    fn named_back_reference(&mut self) -> Result<(), String> {
        let name = match self.chars.next() {
            Some('<') => self.until('>')?,
            Some('\'') => self.until('\'')?,
            _ => return Err(r"`\k` wants a name, as `\k<name>`".to_owned()),
        };
        self.back_reference(&name, "")
    }

    fn numbered_back_reference(&mut self, first: char) -> Result<(), String> {
        let mut number = first.to_string();
        while let Some(digit) = self.chars.next_if(char::is_ascii_digit) {
            number.push(digit);
        }
        // As many digits as make a number of a group; the others stand for themselves.
        let mut digits = number.len();
        if let Some(known) = &self.known {
            while digits > 1
                && known
                    .find(number.get(..digits).unwrap_or_default())
                    .is_none()
            {
                digits -= 1;
            }
        }
        let (number, rest) = number.split_at(digits);
        self.back_reference(number, rest)
    }

    fn back_reference(&mut self, name: &str, rest: &str) -> Result<(), String> {
        let group = match &self.known {
            Some(known) => known
                .find(name)
                .ok_or_else(|| format!("the pattern has no group `{name}`"))?,
            None => 1,
        };
        self.put(format_args!(r"(?:\{group}){rest}"));
        Ok(())
    }
}

/// What Java calls a property, as a general category where it nearly is one.
fn java_property(name: &str) -> &str {
    match name.strip_prefix("Is").unwrap_or(name) {
        "Alphabetic" | "Letter" => "L",
        "Lowercase" => "Ll",
        "Uppercase" => "Lu",
        "Punctuation" => "P",
        "Digit" => "Nd",
        other => other,
    }
}
