//! Conditions as lines of a form: an attribute, a test and a value, or several values, one per line.
//!
//! Invariant: a condition that nobody touched is written as it was. Deliberately not here: whether an
//! attribute or a pattern is one, which the reader of files says.

use attune_core::mapping::{Condition, Test};
use serde_json::{Map, Value as Json, json};

use super::super::form::Fields;
use super::wanted::Wanted;
use crate::mapping::Edit;

/// Lines of a field that grows with what is in it.
const ROWS_MAX: usize = 8;
/// Tests beside the usual one.
const TESTS: [&str; 4] = ["not-equals", "in", "matches", "present"];

/// A condition.
#[derive(Default)]
pub(super) struct Line {
    pub(super) list: &'static str,
    pub(super) attribute: String,
    pub(super) test: &'static str,
    pub(super) value: String,
    pub(super) rows: usize,
    pub(super) error: String,
}

/// A text of several lines as it was shown.
pub(super) fn plain(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// What stands in the lines of a field.
pub(super) fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|one| !one.is_empty())
}

/// How many lines of a field a text takes.
pub(super) fn rows(text: &str) -> usize {
    text.split('\n').count().min(ROWS_MAX)
}

/// What is another one now in a list of conditions.
pub(super) fn put(wanted: &mut Wanted, lines: &[Line], (list, is): (&'static str, &[Condition])) {
    let named = lines.iter().enumerate();
    let named = named.filter(|(_, line)| !line.attribute.is_empty());
    let now: Vec<(usize, Json)> = named.map(|(at, line)| (at, line.said(is))).collect();
    let was = is.iter().map(exact);
    if now.iter().map(|(_, one)| one.clone()).eq(was) {
        return;
    }
    // A line by itself has to stand at its own place: messages may name that.
    let harmless = json!({ "attribute": "id", "present": true });
    let all = |only: Option<usize>| {
        let one = |(at, one): &(usize, Json)| match only {
            Some(only) if only != *at => harmless.clone(),
            _ => one.clone(),
        };
        let all: Vec<Json> = now.iter().map(one).collect();
        let value = (!all.is_empty()).then_some(Json::Array(all));
        Edit::new(&format!("scope.{list}"), value)
    };
    wanted.together(all(None));
    for (at, _) in &now {
        wanted.alone(format!("{list}.{at}"), all(Some(*at)));
    }
}

impl Line {
    /// A condition of the file.
    pub(super) fn of(list: &'static str, condition: &Condition) -> Self {
        let value = match &condition.test {
            Test::Equals(text) | Test::NotEquals(text) => text.clone(),
            Test::In(all) => all.join("\n"),
            Test::Matches(pattern) => pattern.to_string(),
            Test::Present(is_there) => is_there.to_string(),
        };
        Self {
            list,
            attribute: condition.attribute.to_string(),
            test: test(condition),
            value,
            ..Self::default()
        }
    }

    /// The lines that a form sent; one of which nothing was typed is none.
    pub(super) fn read(list: &'static str, fields: &Fields) -> Vec<Self> {
        let name = |part: &str| format!("{list}.{part}");
        let (attribute, test, value) = (name("attribute"), name("test"), name("value"));
        let tests = fields.all(&test).zip(fields.all(&value));
        let lines = fields.all(&attribute).zip(tests);
        let lines = lines.map(|(attribute, (test, value))| Self {
            list,
            attribute: attribute.trim().to_owned(),
            test: TESTS
                .into_iter()
                .find(|known| *known == test)
                .unwrap_or("equals"),
            value: plain(value),
            ..Self::default()
        });
        let is_typed = |line: &Self| !line.attribute.is_empty() || !line.value.trim().is_empty();
        lines.filter(is_typed).collect()
    }

    /// The condition as the file says it; one that was not touched is what it was.
    fn said(&self, is: &[Condition]) -> Json {
        let is_this = |condition: &&Condition| {
            let one = Self::of(self.list, condition);
            let of = |line: &Self| (line.attribute.clone(), line.test, line.value.clone());
            of(&one) == of(self)
        };
        if let Some(untouched) = is.iter().find(is_this) {
            return exact(untouched);
        }
        let value = match self.test {
            "in" => json!(entries(&self.value).collect::<Vec<_>>()),
            "present" => json!(self.value.trim() != "false"),
            _ => json!(self.value.trim_end_matches('\n')),
        };
        condition((&self.attribute, self.test), value)
    }
}

fn test(condition: &Condition) -> &'static str {
    match condition.test {
        Test::Equals(_) => "equals",
        Test::NotEquals(_) => "not-equals",
        Test::In(_) => "in",
        Test::Matches(_) => "matches",
        Test::Present(_) => "present",
    }
}

/// A condition of the file as it is.
fn exact(one: &Condition) -> Json {
    let value = match &one.test {
        Test::Equals(text) | Test::NotEquals(text) => json!(text),
        Test::In(all) => json!(all),
        Test::Matches(pattern) => json!(pattern.as_str()),
        Test::Present(is_there) => json!(is_there),
    };
    condition((&one.attribute.to_string(), test(one)), value)
}

fn condition((attribute, test): (&str, &str), value: Json) -> Json {
    let mut condition = Map::new();
    condition.insert("attribute".to_owned(), json!(attribute));
    condition.insert(test.to_owned(), value);
    Json::Object(condition)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is() -> Vec<Condition> {
        let one = |attribute: &str, test| Condition {
            attribute: attribute.parse().unwrap(),
            test,
        };
        let groups = ["cn=wiki,ou=groups", "b, c"].map(str::to_owned);
        vec![
            one("memberOf", Test::In(groups.into())),
            one("mail", Test::Present(true)),
        ]
    }

    /// The lines as they are shown, sent as browsers do, after somebody typed.
    fn sent(typed: impl Fn(&mut Line)) -> Vec<Json> {
        let is = is();
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for condition in &is {
            let mut line = Line::of("include", condition);
            typed(&mut line);
            query.append_pair("include.attribute", &line.attribute);
            query.append_pair("include.test", line.test);
            query.append_pair("include.value", &line.value.replace('\n', "\r\n"));
        }
        let fields = Fields::of(query.finish().as_bytes());
        let lines = Line::read("include", &fields);
        lines.iter().map(|line| line.said(&is)).collect()
    }

    #[test]
    fn values_with_commas_come_back_as_they_were() {
        let was: Vec<Json> = is().iter().map(exact).collect();
        assert_eq!(sent(|_| {}), was);
        let more = sent(|line| {
            if line.test == "in" {
                line.value.push_str("\n d=e,f \n");
            }
        });
        let values = json!(["cn=wiki,ou=groups", "b, c", "d=e,f"]);
        assert_eq!(more[0]["in"], values);
        assert_eq!(more[1], was[1]);
    }
}
