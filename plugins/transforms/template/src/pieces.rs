//! The grammar of a template: literals, `{selector}`, `{selector?}`, `{}`, `{{` and `}}`.

use attune_plugin::Problem;

/// A template taken apart.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Template {
    pub(crate) pieces: Vec<Piece>,
    /// What the columns after the first hold, in their order.
    pub(crate) selectors: Vec<String>,
}

/// A part of a template.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece {
    Literal(String),
    Value { column: usize, optional: bool },
}

impl Template {
    /// Takes a template apart; a brace that does not pair is refused.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        let mut template = Self::default();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            literal.push_str(before);
            if let Some(after) = from.strip_prefix("{{") {
                literal.push('{');
                rest = after;
            } else if let Some(after) = from.strip_prefix("}}") {
                literal.push('}');
                rest = after;
            } else if let Some(inner) = from.strip_prefix('{') {
                let Some(end) = closing(inner) else {
                    return Err(unpaired(text, from, "{", "is never closed"));
                };
                template.literal(&mut literal);
                template.value(inner.get(..end).unwrap_or_default().trim());
                rest = inner.get(end + 1..).unwrap_or_default();
            } else {
                return Err(unpaired(text, from, "}", "closes nothing"));
            }
        }
        literal.push_str(rest);
        template.literal(&mut literal);
        Ok(template)
    }

    fn literal(&mut self, literal: &mut String) {
        if !literal.is_empty() {
            self.pieces.push(Piece::Literal(std::mem::take(literal)));
        }
    }

    fn value(&mut self, selector: &str) {
        let (selector, optional) = match selector.strip_suffix('?') {
            Some(selector) => (selector.trim_end(), true),
            None => (selector, false),
        };
        let column = if selector.is_empty() {
            0
        } else if let Some(known) = self.selectors.iter().position(|known| known == selector) {
            known + 1
        } else {
            self.selectors.push(selector.to_owned());
            self.selectors.len()
        };
        self.pieces.push(Piece::Value { column, optional });
    }
}

/// Where the first `}` outside quotes is.
fn closing(text: &str) -> Option<usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b'}' if !is_quoted => return Some(at),
            _ => {}
        }
    }
    None
}

fn unpaired(text: &str, from: &str, brace: &str, what: &str) -> Problem {
    let place = text.len() - from.len();
    let character = text.get(..place).map_or(0, |before| before.chars().count()) + 1;
    let message = format!(
        "the {brace} at character {character} {what}; write {brace}{brace} for a plain brace"
    );
    Problem::option("text", message)
}
