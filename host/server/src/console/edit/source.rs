//! The tab Source: the provider's options, addresses, credentials (never a secret), the connection test,
//! and the attributes that people really have.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use serde_json::{Map, Value as Json, json};

use super::super::connector::{Check, Head, frame};
use super::super::filters;
use super::super::form::{Fields, encoded};
use super::super::page::{Answer, Page, Visit, to};
use super::super::shown::{Shown, Time, cut};
use super::change::{self, Edited};
use super::options::{self, OptionField};
use crate::connector::{Loaded, find_source};
use crate::fault::Failure;
use crate::mapping::{Edit, edited};
use crate::sync;
use crate::view::secrets;

/// People looked at for a sample.
const PEOPLE: u32 = 200;

#[derive(Template)]
#[template(path = "connector_source.html")]
struct Tab {
    page: Page,
    tab: &'static str,
    connector: Head,
    options: Vec<OptionField>,
    endpoints: Vec<Endpoint>,
    credentials: Vec<Credential>,
    checks: Vec<Check>,
    has_checks: bool,
    checked: Time,
    attributes: Vec<Attribute>,
    sampled: u64,
}

struct Endpoint {
    slot: String,
    url: String,
}

struct Credential {
    slot: String,
    kind: String,
    from: String,
    state: &'static str,
    text: String,
}

/// An attribute that people have; also of the source picker.
pub(super) struct Attribute {
    pub(super) selector: String,
    pub(super) about: String,
    pub(super) fill: String,
    pub(super) fill_width: u32,
    pub(super) examples: Vec<Shown>,
    pub(super) mapped: bool,
}

/// `GET /connectors/{name}/source`
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let (page, head, _) = frame(&visit, &loaded).await?;
    let source = &loaded.connector.source;
    let schema = schema(&visit, &loaded)?;
    let set = source.options.as_object().cloned().unwrap_or_default();
    let checked = visit.checks.last(&loaded.connector.id);
    let (has_checks, (checked, checks)) = (checked.is_some(), checked.unwrap_or_default());
    let vault = visit.host()?.vault;
    let secrets = tokio::task::block_in_place(|| secrets::of(&vault, &loaded));
    let (attributes, sampled) = attributes(&visit, &loaded);
    visit.show(&Tab {
        page,
        tab: "source",
        connector: head,
        options: options::fields(&schema, &set, "option."),
        endpoints: source
            .endpoints
            .iter()
            .map(|(slot, endpoint)| Endpoint {
                slot: slot.clone(),
                url: endpoint.url.clone(),
            })
            .collect(),
        credentials: secrets.iter().map(Credential::from).collect(),
        checks,
        has_checks,
        checked,
        attributes,
        sampled,
    })
}

/// `POST /connectors/{name}/edit/source`
pub(super) async fn edit(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let before = change::file(&visit, &name)?;
    let source = &loaded.connector.source;
    let schema = schema(&visit, &loaded)?;
    let sent = |option: &str| fields.one(&format!("option.{option}"));
    let (wanted, mistakes) = options::read(&schema, sent);
    if let Some((option, why)) = mistakes.first() {
        return Err(Failure::of("request", format!("`{option}`: {why}")).into());
    }
    let empty = Map::new();
    let is = source.options.as_object().unwrap_or(&empty);
    let mut edits = Vec::new();
    for option in options::fields(&schema, is, "") {
        let (was, now) = (is.get(&option.name), wanted.get(&option.name));
        if was != now {
            let path = ["source", "options", option.name.as_str()];
            edits.push(Edit {
                path: path.map(str::to_owned).to_vec(),
                value: now.cloned(),
            });
        }
    }
    for (slot, endpoint) in &source.endpoints {
        let wanted = fields.one(&format!("endpoint.{slot}")).trim();
        if !wanted.is_empty() && wanted != endpoint.url {
            let path = ["source", "endpoint", slot.as_str()];
            edits.push(Edit {
                path: path.map(str::to_owned).to_vec(),
                value: Some(json!(wanted)),
            });
        }
    }
    let edited = Edited {
        name: &name,
        title: visit.say("tab-source"),
        is_mapping: false,
        text: edited(&before.text, &edits).map_err(Failure::from)?,
        before,
        back: format!("/connectors/{}/source", encoded(&name)),
    };
    change::show(&visit, edited).await
}

/// `POST /connectors/{name}/discover`: reads a sample.
pub(super) async fn discover(visit: Visit, Path(name): Path<String>) -> Answer {
    sample(&visit, &name).await?;
    to(&format!("/connectors/{}/source", encoded(&name)))
}

/// Reads a sample, and keeps what was seen.
pub(super) async fn sample(visit: &Visit, name: &str) -> Result<(), Failure> {
    let name = name.to_owned();
    let found = visit.service()?.apart(async move |service| {
        let folder = &service.options().connectors_dir;
        let file = find_source(folder, &name).map_err(|all| Failure::of_mistakes(&all))?;
        Ok(sync::discover(&service.pin().0, &file, PEOPLE, true).await?)
    });
    let found = found.await?;
    visit.samples.keep(found);
    Ok(())
}

/// What was last seen of a source, those that most people have first, and of how many people.
pub(super) fn attributes(visit: &Visit, loaded: &Loaded) -> (Vec<Attribute>, u64) {
    let Some(seen) = visit.samples.last(&loaded.connector.id) else {
        return (Vec::new(), 0);
    };
    let text = &loaded.kept().text;
    let rows = seen.found.attributes.iter().filter(|one| one.filled > 0);
    let rows = rows.map(|one| Attribute {
        about: cut(&one.title),
        fill: format!("{} %", one.percent),
        fill_width: u32::from(one.percent),
        examples: one
            .samples
            .iter()
            .map(|sample| Shown::of(Some(sample)).seen(visit.may_see()))
            .collect(),
        mapped: text.contains(&format!("\"{}\"", one.selector)),
        selector: one.selector.clone(),
    });
    (rows.collect(), u64::from(seen.found.people))
}

fn schema(visit: &Visit, loaded: &Loaded) -> Result<Json, Failure> {
    schema_of(visit, &loaded.connector.source.provider)
}

/// The schema of a provider's options.
pub(super) fn schema_of(visit: &Visit, provider: &str) -> Result<Json, Failure> {
    let plugins = Arc::clone(&visit.service()?.pin().1.plugins);
    let plugin = plugins.plugin(provider)?;
    let functions = plugin.manifest().functions.first();
    Ok(functions.map_or(Json::Null, |function| function.options_schema.clone()))
}

impl From<&secrets::Secret> for Credential {
    fn from(secret: &secrets::Secret) -> Self {
        let state = match (secret.state, secret.problem.is_empty()) {
            ("set", true) => "ok",
            ("set", false) => "warn",
            _ => "bad",
        };
        Self {
            slot: secret.place.clone(),
            kind: secret.key.clone(),
            from: secret.at.clone(),
            state,
            text: cut(&secret.problem),
        }
    }
}
