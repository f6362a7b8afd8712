//! Scoping filters of Entra as conditions of ours, where they are plain: one group, whose clauses all
//! have to hold.

use serde_json::{Map, Value};

use super::super::draft::{Draft, Kind};
use super::super::object::{Parts, folded, is_empty, text};
use super::super::toml;
use super::attributes;

const ADVICE: &str = "write [scope] include or exclude";

/// Reads the scope of an object mapping.
pub(super) fn read(at: &str, filter: &Map<String, Value>, draft: &mut Draft) {
    let parts = Parts::new(filter, at, &[]);
    let list = |value: &Value| value.as_array().cloned();
    let groups = parts
        .find(&["groups"], list)
        .map(|(_, list)| list)
        .unwrap_or_default();
    match groups.as_slice() {
        [] => {}
        [only] => group(&format!("{at}.groups[0]"), only, draft),
        several => {
            let message = format!(
                "one of {} groups of clauses has to hold, and conditions here all have to",
                several.len()
            );
            draft.remark(Kind::Left, format!("{at}.groups"), message, ADVICE);
        }
    }
    parts.rest(draft);
}

fn group(at: &str, group: &Value, draft: &mut Draft) {
    let Some(map) = group.as_object() else {
        draft.remark(Kind::Left, at, "it is no group of clauses", ADVICE);
        return;
    };
    let parts = Parts::new(map, at, &[]);
    parts.has_any(&["name"]);
    let list = |value: &Value| value.as_array().cloned();
    let clauses = parts
        .find(&["clauses"], list)
        .map(|(_, list)| list)
        .unwrap_or_default();
    for (number, clause) in clauses.iter().enumerate() {
        let place = format!("{at}.clauses[{number}]");
        match condition(clause) {
            Ok(Condition::Include(condition)) => draft.include.push(condition),
            Ok(Condition::Exclude(condition)) => draft.exclude.push(condition),
            Err(why) => draft.remark(Kind::Left, place, why, ADVICE),
        }
    }
    parts.rest(draft);
}

enum Condition {
    Include(String),
    Exclude(String),
}

fn condition(clause: &Value) -> Result<Condition, String> {
    let map = clause.as_object().ok_or("it is no clause")?;
    let parts = Parts::new(map, "", &[]);
    let operator = parts.text(&["operatorName"]).unwrap_or_default();
    let operand = parts
        .text(&["sourceOperandName"])
        .ok_or("it names no attribute")?;
    let object = |value: &Value| value.as_object().cloned();
    let target = parts
        .find(&["targetOperand"], object)
        .map(|(_, target)| target);
    let values = target.as_ref().and_then(|target| target.get("values"));
    let values = values.and_then(Value::as_array).into_iter().flatten();
    let values: Vec<String> = values.filter_map(text).collect();
    let strangers = parts.unread();
    if let Some((_, name, _)) = strangers.iter().find(|(_, _, value)| !is_empty(value)) {
        return Err(format!("it has `{name}`, whose meaning is not known here"));
    }
    let attribute = attributes::selector(&operand)?;
    let with = |test: &str, value: String| {
        toml::table(&[
            ("attribute".to_owned(), toml::text(&attribute)),
            (test.to_owned(), value),
        ])
    };
    let only = || match values.as_slice() {
        [only] => Ok(toml::text(only)),
        _ => Err(format!(
            "`{operator}` has {} values, and one is wanted",
            values.len()
        )),
    };
    Ok(match folded(&operator).as_str() {
        "equals" | "includes" if values.len() > 1 => {
            Condition::Include(with("in", toml::texts(&values)))
        }
        "equals" => Condition::Include(with("equals", only()?)),
        "notequals" => Condition::Include(with("not-equals", only()?)),
        "istrue" => Condition::Include(with("equals", toml::text("true"))),
        "isfalse" => Condition::Include(with("equals", toml::text("false"))),
        "isnull" => Condition::Include(with("present", "false".to_owned())),
        "isnotnull" => Condition::Include(with("present", "true".to_owned())),
        "regexmatch" => Condition::Include(with("matches", pattern(&only()?, &values)?)),
        "notregexmatch" => Condition::Exclude(with("matches", pattern(&only()?, &values)?)),
        _ => return Err(format!("there is no condition for `{operator}`")),
    })
}

/// A pattern of .NET, where it is one of ours too.
fn pattern(quoted: &str, values: &[String]) -> Result<String, String> {
    let text = values.first().map(String::as_str).unwrap_or_default();
    match regex::Regex::new(text) {
        Ok(_) => Ok(quoted.to_owned()),
        Err(_) => Err(format!("the pattern `{text}` cannot be used here")),
    }
}
