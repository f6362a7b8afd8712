//! Filters by RFC 7644 section 3.4.2.2, over documents: `and`, `or`, brackets, the operators that
//! adapters use, `emails[value eq "x"]`. What is not played here is refused, so that a test notices.

use serde_json::Value;

use super::document::{CORE, ENTERPRISE};
use super::refusal::Refusal;

/// A condition on a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Compared(Vec<String>, String, Value),
    Present(Vec<String>),
}

/// Members that users and groups have, without their sub-attributes.
#[rustfmt::skip]
const KNOWN: &[&str] = &[
    "id", "externalid", "meta", "username", "name", "displayname", "title", "usertype",
    "preferredlanguage", "active", "emails", "phonenumbers", "photos", "addresses", "groups",
    "members", "employeenumber", "costcenter", "organization", "division", "department", "manager",
];

pub(super) fn parse(text: &str) -> Result<Filter, Refusal> {
    let mut words = words(text)?;
    words.reverse();
    let filter = any(&mut words)?;
    match words.pop() {
        None => Ok(filter),
        Some(word) => Err(Refusal::filter(format!("unexpected '{word}'"))),
    }
}

fn words(text: &str) -> Result<Vec<String>, Refusal> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' => 1,
            '"' => {
                let mut json = serde_json::Deserializer::from_str(rest).into_iter::<String>();
                let is_text = matches!(json.next(), Some(Ok(_)));
                let length = json.byte_offset();
                is_text
                    .then_some(length)
                    .ok_or_else(|| Refusal::filter("a text without an end"))?
            }
            _ => {
                let is_end = |c: char| c.is_whitespace() || matches!(c, '(' | ')');
                let end = rest.find(is_end).unwrap_or(rest.len());
                // A value filter is one word, its spaces included.
                match rest.find('[').filter(|at| *at < end) {
                    Some(_) => rest.find(']').map_or(rest.len(), |at| at + 1),
                    None => end,
                }
            }
        };
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    Ok(words)
}

fn any(words: &mut Vec<String>) -> Result<Filter, Refusal> {
    let mut filter = all(words)?;
    while take(words, "or") {
        filter = Filter::Or(Box::new(filter), Box::new(all(words)?));
    }
    Ok(filter)
}

fn all(words: &mut Vec<String>) -> Result<Filter, Refusal> {
    let mut filter = one(words)?;
    while take(words, "and") {
        filter = Filter::And(Box::new(filter), Box::new(one(words)?));
    }
    Ok(filter)
}

fn one(words: &mut Vec<String>) -> Result<Filter, Refusal> {
    if take(words, "(") {
        let filter = any(words)?;
        return if take(words, ")") {
            Ok(filter)
        } else {
            Err(Refusal::filter("a bracket without an end"))
        };
    }
    let short = || Refusal::filter("it ends too early");
    let path = words.pop().ok_or_else(short)?;
    if let Some((list, inner)) = path.split_once('[') {
        let inner = parse(inner.trim_end_matches(']'))?;
        let Filter::Compared(steps, operator, value) = inner else {
            return Err(Refusal::filter("only one comparison in [ ]"));
        };
        let mut whole = steps_of(list)?;
        whole.extend(steps);
        return Ok(Filter::Compared(whole, operator, value));
    }
    let steps = steps_of(&path)?;
    let operator = words.pop().ok_or_else(short)?.to_lowercase();
    if operator == "pr" {
        return Ok(Filter::Present(steps));
    }
    if !["eq", "ne", "co", "sw", "gt", "ge", "lt", "le"].contains(&operator.as_str()) {
        return Err(Refusal::filter(format!("no operator '{operator}'")));
    }
    let value = words.pop().ok_or_else(short)?;
    let value = serde_json::from_str(&value)
        .map_err(|_| Refusal::filter(format!("'{value}' is no value")))?;
    Ok(Filter::Compared(steps, operator, value))
}

fn take(words: &mut Vec<String>, word: &str) -> bool {
    words
        .pop_if(|next| next.eq_ignore_ascii_case(word))
        .is_some()
}

/// The members that a path leads through, in lower case, without the schema of users.
fn steps_of(path: &str) -> Result<Vec<String>, Refusal> {
    let lower = path.to_lowercase();
    let (core, enterprise) = (CORE.to_lowercase(), ENTERPRISE.to_lowercase());
    let mut steps = Vec::new();
    let rest = if let Some(rest) = lower.strip_prefix(&format!("{core}:")) {
        rest
    } else if let Some(rest) = lower.strip_prefix(&format!("{enterprise}:")) {
        steps.push(enterprise);
        rest
    } else {
        &lower
    };
    let begin = steps.len();
    steps.extend(rest.split('.').map(str::to_owned));
    // `value` stands alone inside of `emails[...]`.
    let first = steps.get(begin).map_or("", String::as_str);
    if begin == 0 && first != "value" && !KNOWN.contains(&first) {
        return Err(Refusal::filter(format!("no attribute '{path}'")));
    }
    Ok(steps)
}

impl Filter {
    pub(super) fn holds(&self, document: &Value) -> bool {
        match self {
            Self::And(one, other) => one.holds(document) && other.holds(document),
            Self::Or(one, other) => one.holds(document) || other.holds(document),
            Self::Present(steps) => !values(document, steps).is_empty(),
            Self::Compared(steps, operator, wanted) => {
                let found = values(document, steps);
                let mut found = found.iter();
                if operator == "ne" {
                    return !found.any(|value| is_same(value, wanted));
                }
                found.any(|value| compared(value, operator, wanted))
            }
        }
    }
}

fn values(document: &Value, steps: &[String]) -> Vec<Value> {
    let Some((first, rest)) = steps.split_first() else {
        return match document {
            Value::Array(elements) => elements.clone(),
            Value::Null => Vec::new(),
            value => vec![value.clone()],
        };
    };
    match document {
        Value::Array(elements) => elements.iter().flat_map(|e| values(e, steps)).collect(),
        Value::Object(members) => {
            let same = members
                .iter()
                .filter(|(name, _)| name.to_lowercase() == *first);
            same.flat_map(|(_, value)| values(value, rest)).collect()
        }
        _ => Vec::new(),
    }
}

fn compared(value: &Value, operator: &str, wanted: &Value) -> bool {
    let (Some(value), Some(wanted)) = (value.as_str(), wanted.as_str()) else {
        return operator == "eq" && is_same(value, wanted);
    };
    let (value, wanted) = (value.to_lowercase(), wanted.to_lowercase());
    match operator {
        "eq" => value == wanted,
        "co" => value.contains(&wanted),
        "sw" => value.starts_with(&wanted),
        "gt" => value > wanted,
        "ge" => value >= wanted,
        "lt" => value < wanted,
        _ => value <= wanted,
    }
}

fn is_same(value: &Value, wanted: &Value) -> bool {
    match (value.as_str(), wanted.as_str()) {
        (Some(value), Some(wanted)) => value.to_lowercase() == wanted.to_lowercase(),
        _ => value == wanted,
    }
}
