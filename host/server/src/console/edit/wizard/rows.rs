//! The sixth step: the rows to begin with, as people of this provider usually have them, each beside the
//! values of those who were chosen.
//!
//! Where the provider cannot be asked, the rows are those that its people can have in any installation,
//! and there are no values.

use std::collections::BTreeMap;

use askama::Template;
use serde_json::Value as Json;

use super::super::super::acts::actor;
use super::super::super::filters;
use super::super::super::form::Fields;
use super::super::super::page::{Answer, Page, Visit};
use super::super::super::person::shown;
use super::super::super::shown::{Shown, cut};
use super::draft::{Draft, Step};
use super::{Errors, Way, review, target, told};
use crate::fault::Failure;
use crate::mapping::{self, Draft as RowDraft, SetOrder, Unsaved, Written};
use crate::sync::Trial;

pub(super) const ACTION: &str = "/connectors/new/mappings";
/// People who are looked at.
const PEOPLE: u32 = 100;

#[derive(Template)]
#[template(path = "wizard_mappings.html")]
struct Show {
    page: Page,
    step: u32,
    wiz: Step,
    people: Vec<String>,
    rows: Vec<Row>,
}

/// A row that can be chosen.
struct Row {
    field: String,
    row: String,
    from: String,
    fill: String,
    fill_width: u32,
    has_fill: bool,
    chosen: bool,
    /// One for each person.
    values: Vec<Value>,
}

/// What a row makes of somebody.
struct Value {
    who: String,
    is: Shown,
}

/// A row before anybody's value is beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Proposed {
    field: String,
    row: String,
    percent: u8,
    is_seen: bool,
}

/// `POST /connectors/new/mappings`
pub(super) async fn act(visit: Visit, fields: Fields) -> Answer {
    let mut draft = Draft::of(&fields);
    let target = draft.target();
    let chosen: Vec<&str> = fields.all("row").collect();
    for field in fields.all("field") {
        let row = fields.one(&format!("row:{field}"));
        let is_chosen = chosen.contains(&field) && !row.is_empty();
        let is_there = rows_of(&draft).any(|known| known == field);
        if is_chosen || is_there {
            set(&mut draft, (&target, field), is_chosen.then_some(row))?;
        }
    }
    match Way::of(&fields) {
        Way::Back => target::page(&visit, draft, Errors::default(), None).await,
        Way::Again => {
            draft.is_offline = false;
            page(&visit, draft, String::new()).await
        }
        Way::Stay => page(&visit, draft, String::new()).await,
        Way::Next if rows_of(&draft).next().is_none() => {
            let error = visit.say("wiz-rows-missing");
            page(&visit, draft, error).await
        }
        Way::Next => review(&visit, &draft).await,
    }
}

/// The fields that the text has rows for.
fn rows_of(draft: &Draft) -> impl Iterator<Item = String> {
    let said = draft.said();
    let map = said.pointer(&format!("/target/{}/map", draft.target()));
    let rows = map.and_then(Json::as_object).cloned().unwrap_or_default();
    rows.into_iter().map(|(field, _)| field)
}

fn set(draft: &mut Draft, (target, field): (&str, &str), row: Option<&str>) -> Result<(), Failure> {
    let order = SetOrder {
        target,
        field,
        row,
        revision: None,
        is_dry: true,
    };
    draft.text = mapping::with_row(&draft.as_text(), order)?;
    Ok(())
}

/// The same text without the rows of its target.
fn bare(draft: &Draft) -> Result<Draft, Failure> {
    let mut bare = draft.clone();
    let target = draft.target();
    bare.edit(&[super::draft::key(&["target", &target, "map"], None)])?;
    Ok(bare)
}

pub(super) async fn page(visit: &Visit, mut draft: Draft, error: String) -> Answer {
    let mut error = error;
    let target = draft.target();
    let mut proposed = Vec::new();
    if !draft.is_offline {
        match suggested(visit, &bare(&draft)?).await {
            Ok(found) => proposed = found,
            Err(failure) => {
                draft.is_offline = true;
                error = told(&failure);
            }
        }
    }
    if proposed.is_empty() {
        proposed = usual(visit, &bare(&draft)?)?;
    }
    let written: Vec<String> = rows_of(&draft).collect();
    for field in &written {
        let row = match RowDraft::written(&draft.text, (&target, field)) {
            Written::Row(row) => row.row(),
            Written::Nothing | Written::Other => String::new(),
        };
        match proposed.iter_mut().find(|one| one.field == *field) {
            Some(known) if !row.is_empty() => known.row = row,
            Some(_) => {}
            None => proposed.push(Proposed {
                field: field.clone(),
                row,
                percent: 0,
                is_seen: false,
            }),
        }
    }
    let is_asked = visit.may_see() && !draft.is_offline && !draft.pins.is_empty();
    let mut values = Vec::new();
    if is_asked {
        match tried(visit, &draft, &proposed).await {
            Ok(found) => values = found,
            Err(failure) => error = told(&failure),
        }
    }
    let has_values = !values.is_empty();
    let row = |one: Proposed| Row {
        chosen: written.is_empty() || written.contains(&one.field),
        values: values
            .iter()
            .zip(&draft.pins)
            .map(|(of, pin)| Value {
                who: cut(&pin.called),
                is: of.get(&one.field).cloned().unwrap_or_default(),
            })
            .collect(),
        from: cut(one.row.trim_matches('"')),
        fill: format!("{} %", one.percent),
        fill_width: u32::from(one.percent),
        has_fill: one.is_seen,
        row: one.row,
        field: one.field,
    };
    let people = draft.pins.iter().filter(|_| has_values);
    visit.show(&Show {
        page: visit.page("connectors", visit.say("wiz-mappings")).await?,
        step: 6,
        people: people.map(|pin| cut(&pin.called)).collect(),
        rows: proposed.into_iter().map(row).collect(),
        wiz: draft.step(ACTION, visit.say("review"), cut(&error)),
    })
}

/// Rows by what the provider's people have.
async fn suggested(visit: &Visit, bare: &Draft) -> Result<Vec<Proposed>, Failure> {
    let actor = actor(visit)?;
    let found = actor
        .suggest_unsaved(&bare.name, &bare.text, PEOPLE)
        .await?;
    let rows = found.suggestions.into_iter().map(|one| Proposed {
        field: one.field,
        row: one.row,
        percent: one.percent,
        is_seen: true,
    });
    Ok(rows.collect())
}

/// Rows by what they can have.
fn usual(visit: &Visit, bare: &Draft) -> Result<Vec<Proposed>, Failure> {
    let folder = &visit.service()?.options().connectors_dir;
    let unsaved = Unsaved::new(folder, &bare.name, &bare.text)?;
    let rows = unsaved.usual()?.into_iter().map(|one| Proposed {
        field: one.field,
        row: one.row,
        percent: 0,
        is_seen: false,
    });
    Ok(rows.collect())
}

/// What every proposed row makes of those who were chosen, person by person.
async fn tried(
    visit: &Visit,
    draft: &Draft,
    proposed: &[Proposed],
) -> Result<Vec<BTreeMap<String, Shown>>, Failure> {
    let mut whole = draft.clone();
    let target = draft.target();
    for one in proposed.iter().filter(|one| !one.row.is_empty()) {
        set(&mut whole, (&target, &one.field), Some(&one.row))?;
    }
    let actor = actor(visit)?;
    let mut values = Vec::new();
    for pin in &draft.pins {
        let trial = actor.trial_unsaved(&whole.name, &whole.text, &pin.key);
        values.push(of_trial(trial.await?));
    }
    Ok(values)
}

fn of_trial(trial: Trial) -> BTreeMap<String, Shown> {
    let fields = trial.targets.into_iter().flat_map(|one| one.fields);
    fields
        .map(|trace| (trace.field.name, shown(&trace.outcome)))
        .collect()
}
