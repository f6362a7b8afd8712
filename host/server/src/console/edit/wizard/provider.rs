//! The first step: which provider, and what the connector is called.

use askama::Template;
use axum::extract::RawQuery;
use serde_json::json;

use super::super::super::connectors::provider;
use super::super::super::filters;
use super::super::super::form::Fields;
use super::super::super::page::{Answer, Page, Visit};
use super::super::begin::PROVIDERS;
use super::draft::{Draft, Step, key};
use super::{Errors, Way, access};
use crate::connector;

const ACTION: &str = "/connectors/new";
/// Names that pages of this console have.
const TAKEN: [&str; 1] = ["new"];
/// Longest name.
const NAME_CHARS_MAX: usize = 64;

#[derive(Template)]
#[template(path = "wizard_provider.html")]
struct Show {
    page: Page,
    step: u32,
    wiz: Step,
    providers: Vec<Choice>,
    provider_error: String,
    name_error: String,
}

struct Choice {
    id: &'static str,
    name: String,
    about: String,
    chosen: bool,
}

/// `GET /connectors/new?provider=`
pub(super) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let draft = Draft::of(&query);
    page(&visit, draft, query.one("provider"), Errors::default()).await
}

/// `POST /connectors/new`
pub(super) async fn act(visit: Visit, fields: Fields) -> Answer {
    let mut draft = Draft::of(&fields);
    let wanted = fields.one("provider");
    let mut errors = Errors::default();
    if !PROVIDERS.iter().any(|known| known.id == wanted) {
        errors.put("provider", visit.say("wiz-provider-missing"));
    }
    if let Err(why) = named(&visit, &draft.name) {
        errors.put("name", visit.say(why));
    }
    if !errors.is_empty() || !matches!(Way::of(&fields), Way::Next) {
        return page(&visit, draft, wanted, errors).await;
    }
    if draft.provider() != wanted {
        // Another provider has other addresses, credentials and attributes, and other people.
        "[source]\n".clone_into(&mut draft.text);
        draft.pins.clear();
        draft.edit(&[key(&["source", "provider"], Some(json!(wanted)))])?;
    }
    if draft.said().get("id").is_none_or(|id| id != &draft.name) {
        draft.edit(&[key(&["id"], None)])?;
        draft.text = format!("id = \"{}\"\n\n{}", draft.name, draft.text.trim_start());
    }
    access::page(&visit, draft, Errors::default()).await
}

/// Why a connector cannot be called so.
fn named(visit: &Visit, name: &str) -> Result<(), &'static str> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty()
        || name.starts_with('-')
        || name.len() > NAME_CHARS_MAX
        || !name.chars().all(is_plain)
    {
        return Err("wiz-name-hint");
    }
    let is_taken = visit.service().is_ok_and(|service| {
        let folder = &service.options().connectors_dir;
        tokio::task::block_in_place(|| connector::find(folder, name)).is_ok()
    });
    if is_taken || TAKEN.contains(&name) {
        return Err("wiz-name-taken");
    }
    Ok(())
}

pub(super) async fn page(visit: &Visit, draft: Draft, wanted: &str, errors: Errors) -> Answer {
    let provider_now = draft.provider();
    let wanted = if wanted.is_empty() {
        &provider_now
    } else {
        wanted
    };
    let summary = errors.summary(visit);
    visit.show(&Show {
        page: visit.page("connectors", visit.say("wiz-provider")).await?,
        step: 1,
        wiz: draft.step(ACTION, visit.say("next"), summary),
        providers: PROVIDERS
            .iter()
            .map(|one| Choice {
                id: one.id,
                name: provider(visit, one.id),
                about: visit.say(&format!("wiz-about-{}", one.id)),
                chosen: one.id == wanted,
            })
            .collect(),
        provider_error: errors.of("provider"),
        name_error: errors.of("name"),
    })
}
