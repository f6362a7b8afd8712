//! The second step: the provider's options, addresses, and where its credentials lie, made of what the
//! provider's own build asks for; and what has to be allowed there, in the words of its page.

use std::sync::Arc;

use askama::Template;
use attune_core::Problem;
use serde_json::{Value as Json, json};

use super::super::super::connectors::provider;
use super::super::super::filters;
use super::super::super::form::Fields;
use super::super::super::page::{Answer, Page, Visit};
use super::super::super::shown::cut;
use super::super::begin;
use super::super::options::{self, OptionField};
use super::super::source::schema_of;
use super::draft::{Draft, Step, key};
use super::references::{Asked, Slot};
use super::{Errors, Way, test};
use crate::connector::{said, source_of};
use crate::fault::{Failure, chain};
use crate::source::{CredentialSlot, EndpointSlot, Error as SourceError, Requirements};
use crate::sync;

const ACTION: &str = "/connectors/new/credentials";

#[derive(Template)]
#[template(path = "wizard_credentials.html")]
struct Show {
    page: Page,
    step: u32,
    wiz: Step,
    provider: String,
    options: Vec<OptionField>,
    endpoints: Vec<Address>,
    slots: Vec<Slot>,
    scopes: Vec<String>,
    has_scopes: bool,
    allow: Vec<Line>,
}

/// A field for an address.
struct Address {
    id: String,
    name: String,
    title: String,
    purpose: String,
    url: String,
    usual: String,
    error: String,
    required: bool,
}

/// A line of what has to be allowed.
struct Line {
    pieces: Vec<Piece>,
}

/// A part of it; names of permissions are code.
struct Piece {
    code: bool,
    text: String,
}

/// `POST /connectors/new/credentials`
pub(super) async fn act(visit: Visit, fields: Fields) -> Answer {
    let mut draft = Draft::of(&fields);
    let mut errors = Errors::default();
    let schema = schema_of(&visit, &draft.provider())?;
    let sent = |option: &str| fields.one(&format!("option.{option}"));
    let (wanted, mistakes) = options::read(&schema, sent);
    for (option, why) in mistakes {
        errors.put(format!("option.{option}"), why);
    }
    let mut edits = Vec::new();
    for option in options::fields(&schema, &wanted, "") {
        let value = wanted.get(&option.name);
        if option.required && value.is_none() {
            errors.put(format!("option.{}", option.name), visit.say("wiz-missing"));
        }
        edits.push(key(&["source", "options", &option.name], value.cloned()));
    }
    let needs = needs(&visit, &draft)?;
    for slot in &needs.endpoints {
        let name = format!("endpoint.{}", slot.name);
        let url = fields.one(&name).trim();
        let value = (!url.is_empty() && url != slot.default_url).then(|| json!(url));
        edits.push(key(&["source", "endpoint", &slot.name], value));
        if !url.is_empty() && url::Url::parse(url).is_err() {
            errors.put(name, visit.say("wiz-url-wrong"));
        } else if url.is_empty() && slot.required && slot.default_url.is_empty() {
            errors.put(name, visit.say("wiz-missing"));
        }
    }
    for slot in &needs.credentials {
        let path = ["source", "credential", slot.name.as_str()];
        let prefix = format!("credential.{}", slot.name);
        edits.extend(asked(&visit, slot, (&path, &prefix)).read(&visit, &fields, &mut errors));
    }
    draft.edit(&edits)?;
    if errors.is_empty() {
        judge(&visit, &draft, &mut errors)?;
    }
    match Way::of(&fields) {
        Way::Back => {
            let provider = draft.provider();
            super::provider::page(&visit, draft, &provider, Errors::default()).await
        }
        Way::Next if errors.is_empty() => test::run(&visit, draft).await,
        Way::Next | Way::Again | Way::Stay => page(&visit, draft, errors).await,
    }
}

fn asked<'a>(
    visit: &Visit,
    slot: &'a CredentialSlot,
    (path, prefix): (&'a [&'a str], &'a str),
) -> Asked<'a> {
    Asked {
        path,
        prefix,
        title: visit.say("wiz-sign-in"),
        purpose: &slot.purpose,
        kinds: &slot.kinds,
    }
}

/// What the provider asks for with these options; where it does not like them, with those of its example.
fn needs(visit: &Visit, draft: &Draft) -> Result<Requirements, Failure> {
    let plugins = Arc::clone(&visit.service()?.pin().1.plugins);
    let id = draft.provider();
    let options = Json::Object(draft.options());
    let asked = tokio::task::block_in_place(|| sync::slots(&plugins, &id, &options));
    if let Ok(needs) = asked {
        return Ok(needs);
    }
    let example = begin::beginning(begin::provider_of(&id));
    let example = said("the example", &example).unwrap_or_default();
    let options = example.pointer("/source/options").cloned();
    let options = options.unwrap_or_else(|| json!({}));
    let asked = tokio::task::block_in_place(|| sync::slots(&plugins, &id, &options));
    Ok(asked?)
}

/// Whether the file is right so far, and the provider content with its options.
fn judge(visit: &Visit, draft: &Draft, errors: &mut Errors) -> Result<(), Failure> {
    let service = visit.service()?;
    let folder = &service.options().connectors_dir;
    let read = tokio::task::block_in_place(|| source_of(&draft.path(folder), &draft.text));
    if let Err(mistakes) = read {
        for mistake in mistakes {
            let hint = match mistake.hint.as_str() {
                "" => String::new(),
                hint => format!(": {hint}"),
            };
            errors.put("", cut(&format!("{}{hint}", mistake.message)));
        }
    }
    let plugins = Arc::clone(&service.pin().1.plugins);
    let options = Json::Object(draft.options());
    let asked = tokio::task::block_in_place(|| sync::slots(&plugins, &draft.provider(), &options));
    match asked {
        Ok(_) => {}
        Err(sync::Error::Source(SourceError::Options(problem))) => {
            let schema = schema_of(visit, &draft.provider())?;
            errors.put(option_of(&schema, &problem), cut(&problem.message));
        }
        Err(error) => errors.put("", cut(&chain(&error))),
    }
    Ok(())
}

/// The field of the option that a provider objects to; empty where it names none of its own.
fn option_of(schema: &Json, problem: &Problem) -> String {
    let name = problem.at.trim_start_matches('/');
    let known = schema.pointer(&format!("/properties/{name}"));
    match (name, known) {
        ("", _) | (_, None) => String::new(),
        (name, Some(_)) => format!("option.{name}"),
    }
}

pub(super) async fn page(visit: &Visit, draft: Draft, errors: Errors) -> Answer {
    let id = draft.provider();
    let schema = schema_of(visit, &id)?;
    let needs = needs(visit, &draft)?;
    let said = draft.said();
    let mut options = options::fields(&schema, &draft.options(), "option.");
    for option in &mut options {
        option.error = errors.of(&option.name);
    }
    let name = provider(visit, &id);
    let credentials = needs.credentials.iter();
    let slots = credentials.clone().map(|slot| {
        let path = ["source", "credential", slot.name.as_str()];
        let prefix = format!("credential.{}", slot.name);
        asked(visit, slot, (&path, &prefix)).slot(visit, &said, &errors)
    });
    let scopes = credentials.clone().filter_map(|slot| slot.grant.as_ref());
    let scopes = scopes.flat_map(|grant| grant.scopes.iter());
    // A scope with a place in it is made when a token is asked for.
    let scopes: Vec<String> = scopes
        .filter(|scope| !scope.contains('{'))
        .map(|scope| cut(scope))
        .collect();
    let summary = errors.summary(visit);
    visit.show(&Show {
        page: visit
            .page("connectors", visit.say("wiz-credentials"))
            .await?,
        step: 2,
        wiz: draft.step(ACTION, visit.say("next"), summary),
        options,
        endpoints: needs
            .endpoints
            .iter()
            .map(|slot| address(visit, slot, &said, &errors))
            .collect(),
        slots: slots.collect(),
        has_scopes: !scopes.is_empty(),
        scopes,
        allow: begin::allow(begin::provider_of(&id))
            .map(Line::of)
            .collect(),
        provider: name,
    })
}

fn address(visit: &Visit, slot: &EndpointSlot, said: &Json, errors: &Errors) -> Address {
    let name = format!("endpoint.{}", slot.name);
    let url = said.pointer(&format!("/source/endpoint/{}", slot.name));
    let text = url.and_then(|url| url.as_str().or_else(|| url.get("url")?.as_str()));
    Address {
        id: name.replace('.', "-"),
        title: visit
            .reader
            .say_of("endpoint", &[("slot", slot.name.as_str().into())]),
        purpose: cut(&slot.purpose),
        url: text.unwrap_or_default().to_owned(),
        usual: slot.default_url.clone(),
        error: errors.of(&name),
        required: slot.required && slot.default_url.is_empty(),
        name,
    }
}

impl Line {
    /// A line of a page: what stands between backquotes is code.
    fn of(line: &str) -> Self {
        let plain = line.replace("**", "").replace('*', "");
        let pieces = plain.split('`').enumerate().map(|(at, text)| Piece {
            code: at % 2 == 1,
            text: text.to_owned(),
        });
        Self {
            pieces: pieces.filter(|piece| !piece.text.is_empty()).collect(),
        }
    }
}
