//! How a function sees its arguments: evaluated when asked for, as the kind that it asks for.
//!
//! What is missing is `None`; what has the wrong kind stops the expression with a sentence that
//! names the argument. A list of one is its element, as everywhere. Where types are strict
//! (Connect Sync), a number is no text and a text no number.

use std::borrow::Cow;
use std::rc::Rc;

use super::{Answer, Call, Dialect, Error, Kind, Node, Stop, Value};
use crate::convert::{self, Notation};
use crate::regex::{Pattern, Syntax};
use crate::time;

impl<'a> Call<'_, 'a> {
    /// How many arguments are written, empty ones too.
    pub fn len(&self) -> usize {
        self.node.arguments().len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The argument itself.
    pub fn node(&self, index: usize) -> Option<&'a Node> {
        self.node.arguments().get(index)
    }

    /// The name as which it was called.
    pub fn name(&self) -> &'static str {
        self.node.definition().name
    }

    /// Where the call stands.
    pub fn column(&self) -> usize {
        self.node.column()
    }

    /// Whether argument `index` is left out.
    pub fn is_blank(&self, index: usize) -> bool {
        self.node(index)
            .is_none_or(|node| matches!(node.kind, Kind::Blank))
    }

    /// Any value.
    pub fn value(&self, index: usize) -> Answer<Value<'a>> {
        match self.node(index) {
            Some(node) => node.evaluate(self.scope),
            None => Ok(Value::Null),
        }
    }

    /// One value: a list of one is its element, a longer one fails.
    pub fn single(&self, index: usize) -> Answer<Value<'a>> {
        let value = self.value(index)?;
        match value {
            Value::List(_) | Value::Json(_) => self.only(&value, index),
            value => Ok(value),
        }
    }

    fn only(&self, value: &Value<'a>, index: usize) -> Answer<Value<'a>> {
        let Some(list) = value.elements() else {
            return Err(self.wrong(index, "one value", value));
        };
        let count = list.len();
        let mut list = list.into_iter();
        match (list.next(), count) {
            (None, _) => Ok(Value::Null),
            (Some(Value::List(_) | Value::Json(_)), 1) => {
                Err(self.wrong(index, "one value", value))
            }
            (Some(one), 1) => Ok(one),
            _ => {
                let message = format!("{} values where `{}` wants one", count, self.name());
                Err(self.at(index, "many-values", message))
            }
        }
    }

    /// A text; nothing where it is missing.
    pub fn text(&self, index: usize) -> Answer<Option<Cow<'a, str>>> {
        let value = self.single(index)?;
        self.text_of(value, index)
    }

    /// A value as text, under this dialect's rules.
    pub fn text_of(&self, value: Value<'a>, index: usize) -> Answer<Option<Cow<'a, str>>> {
        let is_strict = self.scope.dialect == Dialect::ConnectSync;
        match value {
            Value::Text(text) => Ok(Some(text)),
            Value::Null => Ok(None),
            value if is_strict => Err(self.wrong(index, "a text (`CStr` makes one)", &value)),
            value => match value.to_text(self.scope.dialect) {
                Some(text) => Ok(Some(text)),
                None => Err(self.wrong(index, "a text", &value)),
            },
        }
    }

    /// A text; empty where it is missing.
    pub fn text_or_empty(&self, index: usize) -> Answer<Cow<'a, str>> {
        Ok(self.text(index)?.unwrap_or_default())
    }

    /// A number; nothing where it is missing.
    pub fn number(&self, index: usize) -> Answer<Option<f64>> {
        let value = self.single(index)?;
        if value.is_empty() {
            return Ok(None);
        }
        match value.numeric(self.scope.dialect) {
            Some(number) => Ok(Some(number)),
            None => Err(self.wrong(index, "a number", &value)),
        }
    }

    /// A whole number; nothing where it is missing.
    pub fn integer(&self, index: usize) -> Answer<Option<i64>> {
        let value = self.single(index)?;
        if value.is_empty() {
            return Ok(None);
        }
        let is_strict = self.scope.dialect == Dialect::ConnectSync;
        let integer = match &value {
            Value::Integer(integer) => Some(*integer),
            Value::Text(text) if !is_strict => text.trim().parse().ok(),
            _ => None,
        };
        let whole = || {
            value
                .numeric(self.scope.dialect)
                .filter(|number| number.fract() == 0.0)
        };
        match integer.or_else(|| whole().and_then(to_integer)) {
            Some(integer) => Ok(Some(integer)),
            None => Err(self.wrong(index, "a whole number", &value)),
        }
    }

    /// A whole number that must be there.
    pub fn required_integer(&self, index: usize) -> Answer<i64> {
        let missing = || self.wrong(index, "a whole number", &Value::Null);
        self.integer(index)?.ok_or_else(missing)
    }

    /// True or false: a boolean, a number that is not zero, or such a word.
    pub fn boolean(&self, index: usize) -> Answer<bool> {
        let value = self.single(index)?;
        let is_strict = self.scope.dialect == Dialect::ConnectSync;
        match &value {
            Value::Boolean(boolean) => Ok(*boolean),
            Value::Null => Ok(false),
            Value::Text(text) if !is_strict => match text.trim() {
                "" => Ok(false),
                text if text.eq_ignore_ascii_case("true") => Ok(true),
                text if text.eq_ignore_ascii_case("false") => Ok(false),
                text => match text.parse::<f64>() {
                    Ok(number) => Ok(number != 0.0),
                    Err(_) => Err(self.wrong(index, "true or false", &value)),
                },
            },
            value => match value.as_number().filter(|_| !is_strict) {
                Some(number) => Ok(number != 0.0),
                None => Err(self.wrong(index, "true or false", value)),
            },
        }
    }

    /// The elements; of one value that value alone, of nothing none.
    pub fn list(&self, index: usize) -> Answer<Vec<Value<'a>>> {
        let value = self.value(index)?;
        match value {
            Value::Null => Ok(Vec::new()),
            Value::List(list) => Ok(list),
            Value::Json(_) => {
                let wrong = || self.wrong(index, "a list", &value);
                value.elements().ok_or_else(wrong)
            }
            one => Ok(vec![one]),
        }
    }

    /// The number that argument `index` has as text; nothing where it is missing or empty.
    pub fn parsed_number(&self, index: usize) -> Answer<Value<'a>> {
        let Some(text) = self.text(index)?.filter(|text| !text.is_empty()) else {
            return Ok(Value::Null);
        };
        let number = convert::number(&text, Notation::default())
            .map_err(|why| self.at(index, why.code(), why.to_string()))?;
        match (number.parse(), number.parse()) {
            (Ok(integer), _) => Ok(Value::Integer(integer)),
            (_, Ok(float)) => Ok(Value::Float(float)),
            _ => Ok(Value::Null),
        }
    }

    /// A compiled pattern; nothing where it is missing or empty.
    pub fn pattern(&self, index: usize, syntax: Syntax) -> Answer<Option<Rc<Pattern>>> {
        let Some(text) = self.text(index)?.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let pattern = self
            .node
            .pattern(&text, |text| Pattern::new(text, syntax, false));
        match pattern {
            Ok(pattern) => Ok(Some(pattern)),
            Err(why) => Err(self.at(index, "bad-pattern", pattern_message(&why))),
        }
    }

    /// A compiled format of dates; nothing where it is missing or empty.
    pub fn format(
        &self,
        index: usize,
        language: time::Language,
    ) -> Answer<Option<Rc<time::Pattern>>> {
        let Some(text) = self.text(index)?.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        match self.node.format(&text, language) {
            Ok(format) => Ok(Some(format)),
            Err(why) => Err(self.at(index, "bad-format", why.to_string())),
        }
    }

    /// A failure at an argument.
    pub fn at(&self, index: usize, code: &'static str, message: impl Into<String>) -> Stop {
        let column = self.node(index).map_or(self.column(), |node| node.column);
        Error::new(code, column, message).into()
    }

    /// An argument of the wrong kind.
    pub fn wrong(&self, index: usize, wanted: &str, value: &Value<'_>) -> Stop {
        let mut shown = value.kind().to_owned();
        if let Value::Text(text) = value {
            let short: String = text.chars().take(40).collect();
            shown = format!("the text `{short}`");
        }
        let message = format!(
            "argument {} of {} must be {wanted}, not {shown}",
            index + 1,
            self.node.definition().form()
        );
        self.at(index, "wrong-type", message)
    }
}

impl super::CallNode {
    /// Compiles argument `index` where it is a constant, so that a wrong pattern is refused when
    /// the expression is opened.
    pub fn check_pattern(
        &self,
        index: usize,
        syntax: Syntax,
    ) -> Result<Option<Rc<Pattern>>, Error> {
        let Some(text) = self.constant_text(index).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let column = self
            .arguments()
            .get(index)
            .map_or(self.column(), |node| node.column);
        let pattern = self.pattern(text, |text| Pattern::new(text, syntax, false));
        let refused = |why: String| Error::syntax(column, pattern_message(&why));
        pattern.map(Some).map_err(refused)
    }

    /// The same for a format of dates.
    pub fn check_format(&self, index: usize, language: time::Language) -> Result<(), Error> {
        let Some(text) = self.constant_text(index).filter(|text| !text.is_empty()) else {
            return Ok(());
        };
        let column = self
            .arguments()
            .get(index)
            .map_or(self.column(), |node| node.column);
        let refused = |why: time::Error| Error::syntax(column, why.to_string());
        self.format(text, language).map(drop).map_err(refused)
    }
}

fn pattern_message(why: &str) -> String {
    format!("the regular expression is refused: {why}")
}

/// Within the whole numbers that a float has exactly.
fn to_integer(number: f64) -> Option<i64> {
    (number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
}
