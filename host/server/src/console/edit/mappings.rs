//! The tab Mappings: the Attribute Mapping table, with the values of three people beside each row.

use askama::Template;
use attune_core::mapping::{Apply, Conflict, Existing, FieldRows, Input, Row, WhenMissing};
use axum::extract::Path;

use super::super::connector::{Head, frame};
use super::super::filters;
use super::super::form::{Fields, encoded};
use super::super::page::{Answer, Page, Visit};
use super::super::shown::{cut, percent};
use super::change::{self, Edited};
use super::preview::{self, Cell, PINNED};
use super::sent::Sent;
use crate::connector::TargetSpec;
use crate::fault::Failure;
use crate::mapping;
use crate::store::fills::Fill;
use crate::sync::{self, Explanation};

#[derive(Template)]
#[template(path = "connector_mappings.html")]
struct Tab {
    page: Page,
    tab: &'static str,
    connector: Head,
    pinned: Vec<Pinned>,
    is_locked: bool,
    lock_text: String,
    tables: Vec<Table>,
}

struct Pinned {
    name: String,
    position: u32,
}

struct Table {
    target: String,
    product: &'static str,
    people: u64,
    rows: Vec<MapRow>,
}

struct MapRow {
    kind: &'static str,
    field: String,
    href: String,
    from: Vec<String>,
    constant: String,
    steps: Vec<StepText>,
    missing: &'static str,
    notes: Vec<String>,
    state: &'static str,
    cells: Vec<Cell>,
    coverage: String,
    coverage_width: u32,
    failed: u64,
    is_first: bool,
    is_last: bool,
}

struct StepText {
    name: String,
    text: String,
}

/// `GET /connectors/{name}/mappings`
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let (page, head, condition) = frame(&visit, &loaded).await?;
    let mut people = preview::people(&visit, &loaded).await?;
    people.truncate(PINNED);
    let mut explained = Vec::with_capacity(people.len());
    for whom in &people {
        let (about, key) = (std::sync::Arc::clone(&loaded), whom.key.clone());
        let one = visit.service()?.apart(async move |service| {
            Ok(sync::explain_kept(&service.pin().0, &about, &key).await?)
        });
        explained.push((whom.name.clone(), one.await?));
    }
    let id = &loaded.connector.id;
    let store = visit.host()?.store;
    let fills = store.fills(id).await?;
    let held = store.held(Some(id)).await?;
    let tables = loaded.connector.targets.iter().map(|target| {
        let place = (name.as_str(), target.name.as_str());
        let last = target.map.fields.len().saturating_sub(1);
        let rows = target.map.fields.iter().enumerate().map(|(at, rows)| {
            let field = &rows.field.name;
            let of_field = held
                .iter()
                .filter(|row| row.target == target.name && &row.field == field);
            let mut row = MapRow::of(&visit, place, rows, &fills);
            row.failed = of_field.count() as u64;
            row.cells = cells(&visit, &explained, (&target.name, field));
            (row.is_first, row.is_last) = (at == 0, at == last);
            row
        });
        Table {
            product: product(target),
            people: condition.people,
            rows: rows.collect(),
            target: target.name.clone(),
        }
    });
    visit.show(&Tab {
        page,
        tab: "mappings",
        connector: head,
        tables: tables.collect(),
        pinned: people
            .into_iter()
            .zip(1..)
            .map(|(whom, position)| Pinned {
                name: whom.name,
                position,
            })
            .collect(),
        is_locked: false,
        lock_text: String::new(),
    })
}

pub(super) fn product(target: &TargetSpec) -> &'static str {
    match target.product {
        attune_core::account::Product::JiraDataCenter => "Jira Data Center",
        attune_core::account::Product::ConfluenceDataCenter => "Confluence Data Center",
    }
}

fn cells(
    visit: &Visit,
    explained: &[(String, Explanation)],
    (target, field): (&str, &str),
) -> Vec<Cell> {
    let cell = |(name, explained): &(String, Explanation)| {
        let mut targets = explained.targets.iter();
        let of_target = targets.find(|one| one.target == target)?;
        let mut fields = of_target.fields.iter();
        let of_field = fields.find(|one| one.trace.field.name == field)?;
        Some(Cell::of(visit, name, &of_field.trace))
    };
    explained.iter().filter_map(cell).collect()
}

impl MapRow {
    fn of(
        visit: &Visit,
        (connector, target): (&str, &str),
        rows: &FieldRows,
        fills: &[Fill],
    ) -> Self {
        let field = &rows.field.name;
        let first = rows.rows.first();
        let from = first.map(attributes).unwrap_or_default();
        let fill = fills
            .iter()
            .find(|fill| from.first() == Some(&fill.selector));
        let (coverage, coverage_width) = match fill {
            Some(fill) => {
                let share = percent(fill.filled, fill.people);
                (format!("{share} %"), share)
            }
            None => (String::new(), 0),
        };
        let steps = first.map(|row| row.steps.as_slice()).unwrap_or_default();
        Self {
            kind: rows.field.kind.word(),
            href: format!(
                "/connectors/{}/mappings/{}/{}",
                encoded(connector),
                encoded(target),
                encoded(field)
            ),
            field: field.clone(),
            from,
            constant: match first.map(|row| &row.input) {
                Some(Input::Value(text)) => cut(text),
                _ => String::new(),
            },
            steps: steps
                .iter()
                .map(|step| StepText {
                    name: format!("{}.{}", step.plugin, step.function),
                    text: super::super::person::options(&step.options),
                })
                .collect(),
            missing: first.map_or("keep", missing),
            notes: notes(visit, rows),
            state: "active",
            cells: Vec::new(),
            coverage,
            coverage_width,
            failed: 0,
            is_first: false,
            is_last: false,
        }
    }
}

fn attributes(row: &Row) -> Vec<String> {
    match &row.input {
        Input::From(one) => vec![one.to_string()],
        Input::First(all) => all.iter().map(ToString::to_string).collect(),
        Input::Value(_) | Input::Nothing => Vec::new(),
    }
}

fn missing(row: &Row) -> &'static str {
    match row.when_missing {
        WhenMissing::Keep => "keep",
        WhenMissing::Clear => "clear",
        WhenMissing::Fail => "fail",
        WhenMissing::Default(_) => "default",
    }
}

/// What else a row says, in words.
fn notes(visit: &Visit, rows: &FieldRows) -> Vec<String> {
    let mut notes = Vec::new();
    if rows.rows.len() > 1 {
        let about = [("count", (rows.rows.len() as u64).into())];
        notes.push(visit.reader.say_of("note-rows", &about));
    }
    let Some(row) = rows.rows.first() else {
        return notes;
    };
    if !row.when.is_empty() {
        notes.push(visit.say("note-when"));
    }
    if row.apply == Apply::Once {
        notes.push(visit.say("apply-once"));
    }
    match row.existing {
        Existing::Overwrite => {}
        Existing::Keep => notes.push(visit.say("note-existing-keep")),
        Existing::Hold => notes.push(visit.say("note-existing-hold")),
    }
    match row.conflict {
        Conflict::SourceWins => {}
        Conflict::KeepLocal => notes.push(visit.say("note-conflict-keep")),
        Conflict::Hold => notes.push(visit.say("note-conflict-hold")),
    }
    notes
}

/// `POST /connectors/{name}/mappings/move`
pub(super) async fn moved(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let before = change::file(&visit, &name)?;
    let place = (fields.one("target"), fields.one("field"));
    let moved = mapping::moved(&before.text, place, fields.one("to") == "up");
    let text = moved.map_err(Failure::from)?;
    let edited = Edited {
        name: &name,
        title: visit.say("tab-mappings"),
        is_mapping: false,
        text,
        before,
        back: format!("/connectors/{}/mappings", encoded(&name)),
        // There is nothing in a button that could be typed again.
        form: Sent::default(),
    };
    change::show(&visit, edited).await
}
