//! Expressions of `filter` and `search`, as far as Okta documents them for users and groups.
//!
//! `and`, `or`, parentheses; no `not`, no `ne`. `filter` knows a handful of attributes, `eq` alone
//! (and comparisons of `lastUpdated`) and minds case; `search` knows every attribute and does not.

use serde_json::Value;

use super::refusal::Refusal;

/// Which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Filter,
    Search,
    /// A search for groups.
    Groups,
}

/// A parsed expression.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Is(String, String, Value),
}

const FILTERED: [&str; 7] = [
    "status",
    "lastUpdated",
    "id",
    "profile.login",
    "profile.email",
    "profile.firstName",
    "profile.lastName",
];
const BESIDE_PROFILE: [&str; 7] = [
    "id",
    "status",
    "created",
    "activated",
    "statusChanged",
    "lastUpdated",
    "type.id",
];
const CONTAINED: [&str; 4] = [
    "profile.firstName",
    "profile.lastName",
    "profile.email",
    "profile.login",
];

impl Expression {
    /// Whether a document meets it.
    pub(super) fn holds(&self, document: &Value, kind: Kind) -> bool {
        match self {
            Self::And(one, other) => one.holds(document, kind) && other.holds(document, kind),
            Self::Or(one, other) => one.holds(document, kind) || other.holds(document, kind),
            Self::Is(path, operator, wanted) => {
                let steps = path.split('.');
                let found = steps.fold(document, |value, step| &value[step]);
                let elements = found.as_array().cloned();
                let mut values = elements.unwrap_or_else(|| vec![found.clone()]).into_iter();
                values.any(|value| meets(&value, operator, wanted, kind))
            }
        }
    }
}

fn meets(found: &Value, operator: &str, wanted: &Value, kind: Kind) -> bool {
    if operator == "pr" {
        return !found.is_null();
    }
    let (Some(found), Some(wanted)) = (found.as_str(), wanted.as_str()) else {
        return operator == "eq" && !found.is_null() && found == wanted;
    };
    let fold = |text: &str| match kind {
        Kind::Filter => text.to_owned(),
        Kind::Search | Kind::Groups => text.to_lowercase(),
    };
    let (found, wanted) = (fold(found), fold(wanted));
    match operator {
        "eq" => found == wanted,
        "sw" => found.starts_with(&wanted),
        "co" => found.contains(&wanted),
        "gt" => found > wanted,
        "ge" => found >= wanted,
        "lt" => found < wanted,
        _ => found <= wanted,
    }
}

/// Reads an expression.
pub(super) fn parse(text: &str, kind: Kind) -> Result<Expression, Refusal> {
    let tokens = tokens(text).ok_or_else(Refusal::expression)?;
    let mut parser = Parser {
        rest: &tokens,
        kind,
    };
    let parsed = parser.either().filter(|_| parser.rest.is_empty());
    parsed.ok_or_else(Refusal::expression)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Word(String),
    Value(Value),
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '"' => {
                let mut json = serde_json::Deserializer::from_str(rest).into_iter::<String>();
                let value = json.next()?.ok()?;
                (Token::Value(value.into()), json.byte_offset())
            }
            _ => {
                let end = rest.find([' ', '(', ')', '"']).unwrap_or(rest.len());
                let word = &rest[..end];
                let value = serde_json::from_str::<Value>(word).ok();
                let token = value.map_or_else(|| Token::Word(word.to_owned()), Token::Value);
                (token, end)
            }
        };
        tokens.push(token);
        rest = rest.get(length..)?.trim_start();
    }
    Some(tokens)
}

struct Parser<'a> {
    rest: &'a [Token],
    kind: Kind,
}

impl Parser<'_> {
    fn take(&mut self) -> Option<Token> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first.clone())
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is_there = matches!(self.rest.first(), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word));
        if is_there {
            self.take();
        }
        is_there
    }

    fn either(&mut self) -> Option<Expression> {
        let mut left = self.both()?;
        while self.takes_word("or") {
            left = Expression::Or(Box::new(left), Box::new(self.both()?));
        }
        Some(left)
    }

    fn both(&mut self) -> Option<Expression> {
        let mut left = self.one()?;
        while self.takes_word("and") {
            left = Expression::And(Box::new(left), Box::new(self.one()?));
        }
        Some(left)
    }

    fn one(&mut self) -> Option<Expression> {
        let path = match self.take()? {
            Token::Open => {
                let inner = self.either()?;
                return (self.take()? == Token::Close).then_some(inner);
            }
            Token::Word(path) => path,
            Token::Close | Token::Value(_) => return None,
        };
        let Token::Word(operator) = self.take()? else {
            return None;
        };
        let operator = operator.to_ascii_lowercase();
        if !is_known(&path, &operator, self.kind) {
            return None;
        }
        let value = if operator == "pr" {
            Value::Null
        } else {
            match self.take()? {
                Token::Value(value) => value,
                _ => return None,
            }
        };
        Some(Expression::Is(path, operator, value))
    }
}

fn is_known(path: &str, operator: &str, kind: Kind) -> bool {
    let compares = ["gt", "ge", "lt", "le"].contains(&operator);
    match kind {
        Kind::Filter => {
            FILTERED.contains(&path) && (operator == "eq" || (compares && path == "lastUpdated"))
        }
        Kind::Search => {
            let is_path = BESIDE_PROFILE.contains(&path) || path.starts_with("profile.");
            let contains = operator == "co" && CONTAINED.contains(&path);
            is_path && (["eq", "sw", "pr"].contains(&operator) || compares || contains)
        }
        Kind::Groups => {
            let is_path = ["id", "type"].contains(&path) || path.starts_with("profile.");
            is_path && ["eq", "sw"].contains(&operator)
        }
    }
}
