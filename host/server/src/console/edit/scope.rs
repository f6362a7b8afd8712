//! The tab Scope and matching: who takes part, which account is whose, and what becomes of leavers.
//!
//! Names of groups and values have commas in them: lists are written one per line.

use askama::Template;
use attune_core::account::MatchBy;
use attune_core::mapping::Condition;
use axum::extract::Path;
use serde_json::{Value as Json, json};

use super::super::connector::{Head, frame};
use super::super::filters;
use super::super::form::Fields;
use super::super::page::{Answer, Page, Visit};
use super::change;
use super::conditions::{self, Line, entries, plain, rows};
use super::errors::Errors;
use super::wanted::{Made, Wanted};
use crate::connector::{Connector, Leavers, Loaded, TargetSpec};
use crate::mapping::Edit;
use crate::view::standing::{self, Standings};

#[derive(Template)]
#[template(path = "connector_scope.html")]
struct Tab {
    page: Page,
    tab: &'static str,
    connector: Head,
    counts: Standings,
    form: Form,
    error: String,
    groups_rows: usize,
    groups_error: String,
    after_error: String,
}

/// What the form says.
struct Form {
    groups: String,
    include: Vec<Line>,
    exclude: Vec<Line>,
    leavers: &'static str,
    after: String,
    tables: Vec<Matching>,
}

struct Matching {
    target: String,
    rules: Vec<Rule>,
    error: String,
}

#[derive(Default)]
struct Rule {
    source: String,
    account: &'static str,
    error: String,
}

/// `GET /connectors/{name}/scope`
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let form = Form::of(&loaded.connector);
    page(&visit, &loaded, form, &Errors::default()).await
}

async fn page(visit: &Visit, loaded: &Loaded, mut form: Form, errors: &Errors) -> Answer {
    let (page, head, _) = frame(visit, loaded).await?;
    form.finish(errors);
    visit.show(&Tab {
        page,
        tab: "scope",
        connector: head,
        counts: standing::counts(&visit.host()?.store, &loaded.connector.id).await?,
        groups_rows: rows(&form.groups).max(2),
        form,
        error: errors.summary(visit),
        groups_error: errors.of("groups"),
        after_error: errors.of("after"),
    })
}

/// `POST /connectors/{name}/edit/scope`
pub(super) async fn edit(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let before = change::file(&visit, &name)?;
    let form = Form::read(&fields, &loaded.connector);
    let wanted = form.wanted(&loaded.connector);
    match change::of_tab(&visit, "scope", (before, wanted), &fields).await? {
        Made::Done(shown) => Ok(shown),
        Made::Again(errors) => page(&visit, &loaded, form, &errors).await,
    }
}

impl Form {
    fn of(connector: &Connector) -> Self {
        let scope = &connector.scope;
        let (leavers, after) = leavers(connector);
        let lines = |list, conditions: &[Condition]| {
            let lines = conditions.iter().map(|one| Line::of(list, one));
            lines.collect()
        };
        Self {
            groups: scope.groups.join("\n"),
            include: lines("include", &scope.include),
            exclude: lines("exclude", &scope.exclude),
            leavers,
            after,
            tables: connector.targets.iter().map(Matching::of).collect(),
        }
    }

    fn read(fields: &Fields, connector: &Connector) -> Self {
        let targets = connector.targets.iter();
        Self {
            groups: plain(fields.one("groups")),
            include: Line::read("include", fields),
            exclude: Line::read("exclude", fields),
            leavers: match fields.one("leavers") {
                "clear" => "clear",
                _ => "keep",
            },
            after: fields.one("after").trim().to_owned(),
            tables: targets
                .map(|target| Matching::read(&target.name, fields))
                .collect(),
        }
    }

    /// An empty line at the end of each list, and what is wrong beside the others.
    fn finish(&mut self, errors: &Errors) {
        for (list, lines) in [
            ("include", &mut self.include),
            ("exclude", &mut self.exclude),
        ] {
            lines.push(Line {
                list,
                test: "equals",
                ..Line::default()
            });
            for (at, line) in lines.iter_mut().enumerate() {
                line.error = errors.of(&format!("{list}.{at}"));
                line.rows = rows(&line.value);
            }
        }
        for table in &mut self.tables {
            table.rules.push(Rule {
                account: "username",
                ..Rule::default()
            });
            table.error = errors.of(&format!("{}.match", table.target));
            for (at, rule) in table.rules.iter_mut().enumerate() {
                rule.error = errors.of(&format!("{}.{at}", table.target));
            }
        }
    }

    /// What is another one now.
    fn wanted(&self, connector: &Connector) -> Wanted {
        let mut wanted = Wanted::default();
        let scope = &connector.scope;
        let groups: Vec<&str> = entries(&self.groups).collect();
        if self.groups != scope.groups.join("\n") && groups != scope.groups {
            let value = (!groups.is_empty()).then(|| json!(groups));
            wanted.put("groups", vec![Edit::new("scope.groups", value)]);
        }
        conditions::put(&mut wanted, &self.include, ("include", &scope.include));
        conditions::put(&mut wanted, &self.exclude, ("exclude", &scope.exclude));
        let (leavers, after) = leavers(connector);
        let is_clear = self.leavers == "clear";
        if self.leavers != leavers || (is_clear && self.after != after) {
            let edits = vec![
                Edit::new("scope.leavers", is_clear.then(|| json!("clear"))),
                Edit::new("scope.after", is_clear.then(|| json!(self.after))),
            ];
            wanted.put("after", edits);
        }
        for (table, target) in self.tables.iter().zip(&connector.targets) {
            put_rules(&mut wanted, table, &Matching::of(target));
        }
        wanted
    }
}

fn leavers(connector: &Connector) -> (&'static str, String) {
    match connector.scope.leavers {
        Leavers::Keep => ("keep", String::new()),
        Leavers::Clear { after_days } => ("clear", format!("{after_days}d")),
    }
}

fn put_rules(wanted: &mut Wanted, table: &Matching, is: &Matching) {
    let said = |rule: &Rule| json!({ "source": rule.source, "target": rule.account });
    let now: Vec<Json> = table.rules.iter().map(said).collect();
    let was: Vec<Json> = is.rules.iter().map(said).collect();
    if now == was {
        return;
    }
    let path = ["target", table.target.as_str(), "match"].map(str::to_owned);
    let edit = |rules: Vec<Json>| Edit {
        path: path.to_vec(),
        value: (!rules.is_empty()).then_some(Json::Array(rules)),
    };
    if now.is_empty() {
        wanted.put(&format!("{}.match", table.target), vec![edit(now)]);
        return;
    }
    let harmless = json!({ "source": "id", "target": "username" });
    for at in 0..now.len() {
        let alone = now.iter().enumerate();
        let alone = alone.map(|(other, rule)| if other == at { rule } else { &harmless });
        let alone: Vec<Json> = alone.cloned().collect();
        wanted.alone(format!("{}.{at}", table.target), edit(alone));
    }
    wanted.together(edit(now));
}

impl Matching {
    fn of(target: &TargetSpec) -> Self {
        let rules = target.matching.iter().map(|rule| Rule {
            source: rule.source.to_string(),
            account: word(rule.target),
            ..Rule::default()
        });
        Self {
            target: target.name.clone(),
            rules: rules.collect(),
            error: String::new(),
        }
    }

    /// The rules that a form sent; one without attribute is none.
    fn read(target: &str, fields: &Fields) -> Self {
        let (source, account) = (format!("{target}.source"), format!("{target}.account"));
        let sources = fields.all(&source).map(str::trim);
        let rules = sources.zip(fields.all(&account));
        let rules = rules.filter(|(source, _)| !source.is_empty());
        let known = |account: &str| {
            let mut words = MatchBy::WORDS.iter().map(|(word, _)| *word);
            words.find(|word| *word == account)
        };
        let rules = rules.map(|(source, account)| Rule {
            source: source.to_owned(),
            account: known(account).unwrap_or("username"),
            ..Rule::default()
        });
        Self {
            target: target.to_owned(),
            rules: rules.collect(),
            error: String::new(),
        }
    }
}

fn word(by: MatchBy) -> &'static str {
    let mut words = MatchBy::WORDS.iter();
    words
        .find(|(_, one)| *one == by)
        .map_or("", |(word, _)| word)
}
