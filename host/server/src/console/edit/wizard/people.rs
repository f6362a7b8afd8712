//! The fourth step: three people whom somebody knows, as the provider has them now. Their values stand
//! beside the rows, and they are pinned for previews when the file is saved.

use askama::Template;

use super::super::super::acts::actor;
use super::super::super::filters;
use super::super::super::form::Fields;
use super::super::super::page::{Answer, Page, Visit};
use super::super::super::shown::cut;
use super::draft::{Draft, Pin, Step};
use super::{Errors, Way, target, test, told};
use crate::act::Whom;
use crate::fault::Failure;
use crate::store::pinned::PINNED_MAX;
use crate::sync::FoundPerson;

const ACTION: &str = "/connectors/new/people";
/// People who are looked at, and those of them that are shown.
const PEOPLE: u32 = 100;
const SHOWN: usize = 12;

#[derive(Template)]
#[template(path = "wizard_people.html")]
struct Show {
    page: Page,
    step: u32,
    wiz: Step,
    q: String,
    found: Vec<Choice>,
    is_asked: bool,
}

/// Somebody who can be chosen.
struct Choice {
    key: String,
    called: String,
    names: String,
    about: String,
    chosen: bool,
}

/// `POST /connectors/new/people`
pub(super) async fn act(visit: Visit, fields: Fields) -> Answer {
    let mut draft = Draft::of(&fields);
    match Way::of(&fields) {
        Way::Back => test::page(&visit, draft, None).await,
        Way::Again => {
            draft.is_offline = false;
            page(&visit, draft, fields.one("q").trim(), String::new()).await
        }
        Way::Stay => page(&visit, draft, "", String::new()).await,
        Way::Next if draft.pins.len() > PINNED_MAX as usize => {
            let error = visit.say("wiz-people-many");
            page(&visit, draft, fields.one("q").trim(), error).await
        }
        Way::Next => target::page(&visit, draft, Errors::default(), None).await,
    }
}

pub(super) async fn page(visit: &Visit, mut draft: Draft, q: &str, error: String) -> Answer {
    let mut error = error;
    let mut found = Vec::new();
    let is_asked = visit.may_see() && !draft.is_offline;
    if is_asked {
        match find(visit, &draft, q).await {
            Ok(people) => found = people,
            Err(failure) => {
                draft.is_offline = true;
                error = told(&failure);
            }
        }
    }
    let is_chosen = |key: &str| draft.pins.iter().any(|pin| pin.key == key);
    let chosen = draft.pins.iter().map(|pin| Choice::of_pin(&found, pin));
    let others = found.iter().filter(|one| !is_chosen(&one.person));
    let choices = chosen
        .chain(others.map(|one| Choice::of(one, false)))
        .take(SHOWN);
    let choices: Vec<Choice> = choices.collect();
    visit.show(&Show {
        page: visit.page("connectors", visit.say("wiz-people")).await?,
        step: 4,
        wiz: draft.step(ACTION, visit.say("next"), cut(&error)),
        q: cut(q),
        found: choices,
        is_asked,
    })
}

/// The first people of whom the words say something; where there are none, whoever the provider knows by
/// that name.
async fn find(visit: &Visit, draft: &Draft, q: &str) -> Result<Vec<FoundPerson>, Failure> {
    let actor = actor(visit)?;
    let (name, text) = (draft.name.as_str(), draft.text.as_str());
    let mut found = actor
        .people_unsaved(name, text, Whom::First(PEOPLE))
        .await?;
    if q.is_empty() {
        return Ok(found);
    }
    let wanted = q.to_lowercase();
    found.retain(|one| {
        let texts = [&one.person, &one.called, &one.about];
        let mut texts = texts.into_iter().chain(&one.names);
        texts.any(|text| text.to_lowercase().contains(&wanted))
    });
    if found.is_empty() {
        let whom = Whom::Called(q.to_owned());
        found = actor.people_unsaved(name, text, whom).await?;
    }
    Ok(found)
}

impl Choice {
    fn of(person: &FoundPerson, chosen: bool) -> Self {
        let first = person.names.first().unwrap_or(&person.person);
        let called = match person.called.as_str() {
            "" => first,
            called => called,
        };
        Self {
            called: cut(called),
            names: cut(first),
            about: cut(&person.about),
            key: person.person.clone(),
            chosen,
        }
    }

    /// Who was chosen stays to be seen, also where something else was looked for since.
    fn of_pin(found: &[FoundPerson], pin: &Pin) -> Self {
        let known = found.iter().find(|one| one.person == pin.key);
        let unseen = || Self {
            called: cut(if pin.called.is_empty() {
                &pin.key
            } else {
                &pin.called
            }),
            names: String::new(),
            about: String::new(),
            key: pin.key.clone(),
            chosen: true,
        };
        known.map_or_else(unseen, |one| Self::of(one, true))
    }
}
