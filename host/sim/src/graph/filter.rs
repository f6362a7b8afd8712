//! The part of `$filter` that adapters use.
//!
//! `and`, `or`, `not`, parentheses, `eq`, `ne`, `in`, `startsWith`, `endsWith` over members and
//! paths such as `onPremisesExtensionAttributes/extensionAttribute1`. Text is compared without
//! case, as the directory does. Anything else is refused as an invalid clause.

use serde_json::Value;

use super::refusal::Refusal;

/// Graph refuses longer lists of alternatives.
const ALTERNATIVES_MAX: usize = 15;

/// A parsed filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Equal(String, Value),
    Differs(String, Value),
    In(String, Vec<Value>),
    StartsWith(String, String),
    EndsWith(String, String),
}

impl Filter {
    /// Whether it wants `ConsistencyLevel: eventual` and `$count=true`.
    pub(super) fn is_advanced(&self) -> bool {
        match self {
            Self::And(one, other) | Self::Or(one, other) => {
                one.is_advanced() || other.is_advanced()
            }
            Self::Not(_) | Self::Differs(..) | Self::EndsWith(..) => true,
            Self::Equal(..) | Self::In(..) | Self::StartsWith(..) => false,
        }
    }

    /// The only ids that it can hold for, where it names them.
    pub(super) fn ids(&self) -> Option<Vec<&str>> {
        let values = match self {
            Self::Equal(path, value) if path == "id" => std::slice::from_ref(value),
            Self::In(path, values) if path == "id" => values,
            _ => return None,
        };
        Some(values.iter().filter_map(Value::as_str).collect())
    }

    fn alternatives(&self) -> usize {
        match self {
            Self::Or(one, other) => one.alternatives() + other.alternatives(),
            Self::And(one, other) => one.alternatives().max(other.alternatives()),
            Self::In(_, values) => values.len(),
            _ => 1,
        }
    }

    /// Whether an object meets it; `member` says what the object's members are.
    pub(super) fn holds(&self, member: &dyn Fn(&str) -> Option<Value>) -> bool {
        match self {
            Self::And(one, other) => one.holds(member) && other.holds(member),
            Self::Or(one, other) => one.holds(member) || other.holds(member),
            Self::Not(inner) => !inner.holds(member),
            Self::Equal(path, value) => is_same(&value_at(path, member), value),
            Self::Differs(path, value) => !is_same(&value_at(path, member), value),
            Self::In(path, values) => {
                let found = value_at(path, member);
                values.iter().any(|value| is_same(&found, value))
            }
            Self::StartsWith(path, text) => lower_at(path, member).starts_with(text),
            Self::EndsWith(path, text) => lower_at(path, member).ends_with(text),
        }
    }
}

fn value_at(path: &str, member: &dyn Fn(&str) -> Option<Value>) -> Value {
    let mut steps = path.split('/');
    let first = steps.next().and_then(member).unwrap_or_default();
    steps.fold(first, |value, step| {
        value.get(step).cloned().unwrap_or_default()
    })
}

fn lower_at(path: &str, member: &dyn Fn(&str) -> Option<Value>) -> String {
    let found = value_at(path, member);
    found.as_str().unwrap_or_default().to_lowercase()
}

fn is_same(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::String(found), Value::String(wanted)) => {
            found.to_lowercase() == wanted.to_lowercase()
        }
        _ => found == wanted,
    }
}

/// Reads a filter.
pub(super) fn parse(text: &str) -> Result<Filter, Refusal> {
    let tokens = tokens(text).ok_or_else(|| invalid(text))?;
    let mut parser = Parser { rest: &tokens };
    let filter = parser.either().filter(|_| parser.rest.is_empty());
    let filter = filter.ok_or_else(|| invalid(text))?;
    let number = filter.alternatives();
    if number > ALTERNATIVES_MAX {
        return Err(Refusal::new(
            400,
            "BadRequest",
            format!(
                "Too many child clauses specified in search filter expression containing 'OR' \
                 operators: {number}. Max allowed: {ALTERNATIVES_MAX}."
            ),
        ));
    }
    Ok(filter)
}

fn invalid(text: &str) -> Refusal {
    Refusal::new(400, "BadRequest", format!("Invalid filter clause: {text}"))
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Mark(char),
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        match first {
            '(' | ')' | ',' => {
                tokens.push(Token::Mark(first));
                rest = rest.get(1..)?;
            }
            '\'' => {
                let (literal, after) = quoted(rest.get(1..)?)?;
                tokens.push(Token::Text(literal));
                rest = after;
            }
            _ => {
                let end = rest.find(|c: char| c.is_whitespace() || "(),'".contains(c));
                let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
                tokens.push(Token::Word(word.to_owned()));
                rest = after;
            }
        }
        rest = rest.trim_start();
    }
    Some(tokens)
}

/// A literal up to its closing quote; a doubled quote is a quote.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut literal = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('\'')?;
        literal.push_str(before);
        match after.strip_prefix('\'') {
            Some(after) => {
                literal.push('\'');
                rest = after;
            }
            None => return Some((literal, after)),
        }
    }
}

struct Parser<'a> {
    rest: &'a [Token],
}

impl Parser<'_> {
    fn take(&mut self) -> Option<Token> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first.clone())
    }

    fn takes(&mut self, wanted: &Token) -> bool {
        let is_next = self.rest.first() == Some(wanted);
        if is_next {
            self.take();
        }
        is_next
    }

    fn takes_word(&mut self, word: &str) -> bool {
        self.takes(&Token::Word(word.to_owned()))
    }

    fn either(&mut self) -> Option<Filter> {
        let mut left = self.both()?;
        while self.takes_word("or") {
            left = Filter::Or(Box::new(left), Box::new(self.both()?));
        }
        Some(left)
    }

    fn both(&mut self) -> Option<Filter> {
        let mut left = self.one()?;
        while self.takes_word("and") {
            left = Filter::And(Box::new(left), Box::new(self.one()?));
        }
        Some(left)
    }

    fn one(&mut self) -> Option<Filter> {
        if self.takes_word("not") {
            return Some(Filter::Not(Box::new(self.one()?)));
        }
        if self.takes(&Token::Mark('(')) {
            let inner = self.either()?;
            return self.takes(&Token::Mark(')')).then_some(inner);
        }
        let Token::Word(word) = self.take()? else {
            return None;
        };
        match word.to_lowercase().as_str() {
            "startswith" => self.affix().map(|(p, text)| Filter::StartsWith(p, text)),
            "endswith" => self.affix().map(|(p, text)| Filter::EndsWith(p, text)),
            _ => self.comparison(word),
        }
    }

    fn affix(&mut self) -> Option<(String, String)> {
        let is_open = self.takes(&Token::Mark('('));
        let path = match self.take()? {
            Token::Word(path) if is_open => path,
            _ => return None,
        };
        let has_comma = self.takes(&Token::Mark(','));
        let text = match self.take()? {
            Token::Text(text) if has_comma => text.to_lowercase(),
            _ => return None,
        };
        self.takes(&Token::Mark(')')).then_some((path, text))
    }

    fn comparison(&mut self, path: String) -> Option<Filter> {
        let Token::Word(operator) = self.take()? else {
            return None;
        };
        match operator.as_str() {
            "eq" => Some(Filter::Equal(path, self.literal()?)),
            "ne" => Some(Filter::Differs(path, self.literal()?)),
            "in" => self.values().map(|values| Filter::In(path, values)),
            _ => None,
        }
    }

    fn values(&mut self) -> Option<Vec<Value>> {
        if !self.takes(&Token::Mark('(')) {
            return None;
        }
        let mut values = vec![self.literal()?];
        while self.takes(&Token::Mark(',')) {
            values.push(self.literal()?);
        }
        self.takes(&Token::Mark(')')).then_some(values)
    }

    fn literal(&mut self) -> Option<Value> {
        match self.take()? {
            Token::Text(text) => Some(Value::String(text)),
            Token::Word(word) => match word.as_str() {
                "true" => Some(Value::Bool(true)),
                "false" => Some(Value::Bool(false)),
                "null" => Some(Value::Null),
                number => number.parse::<i64>().ok().map(Value::from),
            },
            Token::Mark(_) => None,
        }
    }
}
