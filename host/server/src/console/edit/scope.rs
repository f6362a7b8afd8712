//! The tab Scope and matching: who takes part, which account is whose, and what becomes of leavers.

use askama::Template;
use attune_core::account::MatchBy;
use attune_core::mapping::{Condition, Test};
use axum::extract::Path;
use serde_json::{Map, Value as Json, json};

use super::super::connector::{Head, frame};
use super::super::filters;
use super::super::form::{Fields, encoded};
use super::super::page::{Answer, Page, Visit};
use super::change::{self, Edited};
use crate::connector::{Connector, Leavers};
use crate::fault::Failure;
use crate::mapping::{Edit, edited};
use crate::view::standing::{self, Standings};

#[derive(Template)]
#[template(path = "connector_scope.html")]
struct Tab {
    page: Page,
    tab: &'static str,
    connector: Head,
    counts: Standings,
    groups: String,
    include: Vec<Line>,
    exclude: Vec<Line>,
    leavers: &'static str,
    after: String,
    tables: Vec<Matching>,
}

/// A condition.
#[derive(Default)]
struct Line {
    list: &'static str,
    attribute: String,
    test: &'static str,
    value: String,
}

struct Matching {
    target: String,
    rules: Vec<Rule>,
}

#[derive(Default)]
struct Rule {
    source: String,
    account: &'static str,
}

/// `GET /connectors/{name}/scope`
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let (page, head, _) = frame(&visit, &loaded).await?;
    let connector = &loaded.connector;
    let (leavers, after) = leavers(connector);
    visit.show(&Tab {
        page,
        tab: "scope",
        connector: head,
        counts: standing::counts(&visit.host()?.store, &connector.id).await?,
        groups: connector.scope.groups.join(", "),
        include: lines("include", &connector.scope.include),
        exclude: lines("exclude", &connector.scope.exclude),
        leavers,
        after,
        tables: matching(connector),
    })
}

fn leavers(connector: &Connector) -> (&'static str, String) {
    match connector.scope.leavers {
        Leavers::Keep => ("keep", String::new()),
        Leavers::Clear { after_days } => ("clear", format!("{after_days}d")),
    }
}

/// Conditions, and an empty one at the end.
fn lines(list: &'static str, conditions: &[Condition]) -> Vec<Line> {
    let line = |condition: &Condition| {
        let (test, value) = match &condition.test {
            Test::Equals(text) => ("equals", text.clone()),
            Test::NotEquals(text) => ("not-equals", text.clone()),
            Test::In(all) => ("in", all.join(", ")),
            Test::Matches(pattern) => ("matches", pattern.to_string()),
            Test::Present(is_there) => ("present", is_there.to_string()),
        };
        Line {
            list,
            attribute: condition.attribute.to_string(),
            test,
            value,
        }
    };
    let empty = Line {
        list,
        test: "equals",
        ..Line::default()
    };
    conditions.iter().map(line).chain([empty]).collect()
}

fn matching(connector: &Connector) -> Vec<Matching> {
    let targets = connector.targets.iter();
    let of_target = |target: &crate::connector::TargetSpec| {
        let rules = target.matching.iter().map(|rule| Rule {
            source: rule.source.to_string(),
            account: word(rule.target),
        });
        let empty = Rule {
            account: "username",
            ..Rule::default()
        };
        Matching {
            target: target.name.clone(),
            rules: rules.chain([empty]).collect(),
        }
    };
    targets.map(of_target).collect()
}

fn word(by: MatchBy) -> &'static str {
    let mut words = MatchBy::WORDS.iter();
    words
        .find(|(_, one)| *one == by)
        .map_or("", |(word, _)| word)
}

/// `POST /connectors/{name}/edit/scope`
pub(super) async fn edit(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let before = change::file(&visit, &name)?;
    let connector = &loaded.connector;
    let mut edits = Vec::new();
    let groups: Vec<&str> = fields.one("groups").split(',').map(str::trim).collect();
    let groups: Vec<&str> = groups.into_iter().filter(|one| !one.is_empty()).collect();
    if groups != connector.scope.groups {
        let value = (!groups.is_empty()).then(|| json!(groups));
        edits.push(Edit::new("scope.groups", value));
    }
    for (list, is) in [
        ("include", &connector.scope.include),
        ("exclude", &connector.scope.exclude),
    ] {
        let wanted = conditions(list, &fields);
        if wanted != said(&lines(list, is)) {
            let value = (!wanted.is_empty()).then_some(Json::Array(wanted));
            edits.push(Edit::new(&format!("scope.{list}"), value));
        }
    }
    let (leavers, after) = leavers(connector);
    let wanted = (fields.one("leavers"), fields.one("after").trim());
    if wanted.0 != leavers || (wanted.0 == "clear" && wanted.1 != after) {
        let is_clear = wanted.0 == "clear";
        edits.push(Edit::new("scope.leavers", is_clear.then(|| json!("clear"))));
        edits.push(Edit::new("scope.after", is_clear.then(|| json!(wanted.1))));
    }
    for target in matching(connector) {
        let wanted = rules(&target.target, &fields);
        let is: Vec<Json> = target
            .rules
            .iter()
            .filter(|rule| !rule.source.is_empty())
            .map(|rule| json!({ "source": rule.source, "target": rule.account }))
            .collect();
        if wanted != is {
            let path = vec!["target".to_owned(), target.target, "match".to_owned()];
            let value = (!wanted.is_empty()).then_some(Json::Array(wanted));
            edits.push(Edit { path, value });
        }
    }
    let edited = Edited {
        name: &name,
        title: visit.say("tab-scope"),
        is_mapping: false,
        text: edited(&before.text, &edits).map_err(Failure::from)?,
        before,
        back: format!("/connectors/{}/scope", encoded(&name)),
    };
    change::show(&visit, edited).await
}

fn rules(target: &str, fields: &Fields) -> Vec<Json> {
    let (source, account) = (format!("{target}.source"), format!("{target}.account"));
    let sources = fields.all(&source).map(str::trim);
    let rules = sources.zip(fields.all(&account));
    rules
        .filter(|(source, _)| !source.is_empty())
        .map(|(source, account)| json!({ "source": source, "target": account }))
        .collect()
}

/// The conditions that a form sent; a line without attribute counts for nothing.
fn conditions(list: &'static str, fields: &Fields) -> Vec<Json> {
    let name = |part: &str| format!("{list}.{part}");
    let (attribute, test, value) = (name("attribute"), name("test"), name("value"));
    let tests = fields.all(&test).zip(fields.all(&value));
    let lines = fields.all(&attribute).zip(tests);
    let lines: Vec<Line> = lines
        .map(|(attribute, (test, value))| Line {
            list,
            attribute: attribute.trim().to_owned(),
            test: ["not-equals", "in", "matches", "present"]
                .into_iter()
                .find(|known| *known == test)
                .unwrap_or("equals"),
            value: value.to_owned(),
        })
        .collect();
    said(&lines)
}

/// Conditions as the file says them.
fn said(lines: &[Line]) -> Vec<Json> {
    let lines = lines.iter().filter(|line| !line.attribute.is_empty());
    lines
        .map(|line| {
            let value = match line.test {
                "in" => {
                    let all = line.value.split(',').map(str::trim);
                    json!(all.filter(|one| !one.is_empty()).collect::<Vec<_>>())
                }
                "present" => json!(line.value.trim() != "false"),
                _ => json!(line.value),
            };
            let mut condition = Map::new();
            condition.insert("attribute".to_owned(), json!(line.attribute));
            condition.insert(line.test.to_owned(), value);
            Json::Object(condition)
        })
        .collect()
}
