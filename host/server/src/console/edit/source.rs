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
use super::change;
use super::errors::{Errors, told};
use super::new::step_at;
use super::options::{self, OptionField};
use super::wanted::{Made, Wanted};
use crate::connector::{Loaded, find_source, said};
use crate::fault::Failure;
use crate::mapping::Edit;
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
    error: String,
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
    error: String,
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
    page(&visit, &loaded, None, &Errors::default()).await
}

/// The tab, with what somebody typed where they did.
async fn page(visit: &Visit, loaded: &Loaded, typed: Option<&Fields>, errors: &Errors) -> Answer {
    let (page, head, _) = frame(visit, loaded).await?;
    let source = &loaded.connector.source;
    let schema = schema(visit, loaded)?;
    let mut options = match typed {
        Some(fields) => options::typed(&schema, "option.", |option| {
            fields.one(&format!("option.{option}"))
        }),
        None => options::fields(&schema, &set(loaded), "option."),
    };
    for option in &mut options {
        option.error = errors.of(&option.name);
    }
    let checked = visit.checks.last(&loaded.connector.id);
    let (has_checks, (checked, checks)) = (checked.is_some(), checked.unwrap_or_default());
    let vault = visit.host()?.vault;
    let secrets = tokio::task::block_in_place(|| secrets::of(&vault, loaded));
    let (attributes, sampled) = attributes(visit, loaded);
    visit.show(&Tab {
        page,
        tab: "source",
        connector: head,
        error: errors.summary(visit),
        options,
        endpoints: source
            .endpoints
            .iter()
            .map(|(slot, endpoint)| {
                let name = format!("endpoint.{slot}");
                Endpoint {
                    slot: slot.clone(),
                    error: errors.of(&name),
                    url: match typed {
                        Some(fields) => fields.one(&name).trim().to_owned(),
                        None => endpoint.url.clone(),
                    },
                }
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
    let wanted = wanted(&loaded, &schema(&visit, &loaded)?, &fields);
    match change::of_tab(&visit, "source", (before, wanted), &fields).await? {
        Made::Done(shown) => Ok(shown),
        Made::Again(errors) => page(&visit, &loaded, Some(&fields), &errors).await,
    }
}

/// What is another one now.
fn wanted(loaded: &Loaded, schema: &Json, fields: &Fields) -> Wanted {
    let mut wanted = Wanted::default();
    let sent = |option: &str| fields.one(&format!("option.{option}"));
    let (now, mistakes) = options::read(schema, sent);
    for (option, why) in mistakes {
        wanted.errors.put(format!("option.{option}"), cut(&why));
    }
    let edit = |path: [&str; 3], value: Option<Json>| Edit {
        path: path.map(str::to_owned).to_vec(),
        value,
    };
    let is = set(loaded);
    for option in options::names(schema) {
        let (is, now) = (is.get(option), now.get(option));
        if is != now {
            let edit = edit(["source", "options", option], now.cloned());
            wanted.put(&format!("option.{option}"), vec![edit]);
        }
    }
    for (slot, endpoint) in &loaded.connector.source.endpoints {
        let name = format!("endpoint.{slot}");
        let now = fields.one(&name).trim();
        if !now.is_empty() && now != endpoint.url {
            let edit = edit(["source", "endpoint", slot.as_str()], Some(json!(now)));
            wanted.put(&name, vec![edit]);
        }
    }
    wanted
}

/// The options as the file says them: a file that one names is not read in.
fn set(loaded: &Loaded) -> Map<String, Json> {
    let whole = said("the file", &loaded.kept().text).unwrap_or_default();
    let options = whole.pointer("/source/options").and_then(Json::as_object);
    options.cloned().unwrap_or_default()
}

/// `POST /connectors/{name}/discover`: reads a sample.
pub(super) async fn discover(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let loaded = visit.service()?.found(&name);
    let id = loaded.map_or_else(|_| name.clone(), |loaded| loaded.connector.id.clone());
    let read = sample(&visit, &name, &id).await;
    // The second step of Add New Mapping says itself why there is nothing to choose from.
    if fields.one("step") == "2" {
        return to(&step_at(&name, "2", &fields));
    }
    read?;
    to(&format!("/connectors/{}/source", encoded(&name)))
}

/// Why no sample was read of a source, for a page that shows one: empty where there is one. What nobody has
/// read yet is read once; a source that failed is left alone for a while.
pub(super) async fn unread(visit: &Visit, loaded: &Loaded) -> Result<String, Failure> {
    let id = &loaded.connector.id;
    if visit.samples.last(id).is_some() {
        return Ok(String::new());
    }
    let now = visit.host()?.clock.uptime();
    if let Some(why) = visit.samples.failed(id, now) {
        return Ok(why);
    }
    let Err(failure) = sample(visit, &loaded.connector.name, id).await else {
        return Ok(String::new());
    };
    let code = &failure.code;
    tracing::warn!(code, "no sample was read: {}", failure.message);
    Ok(cut(&told(&failure)))
}

/// Reads a sample, and keeps what was seen, or that nothing was.
async fn sample(visit: &Visit, name: &str, id: &str) -> Result<(), Failure> {
    let name = name.to_owned();
    let found = visit.service()?.apart(async move |service| {
        let folder = &service.options().connectors_dir;
        let file = find_source(folder, &name).map_err(|all| Failure::of_mistakes(&all))?;
        Ok(sync::discover(&service.pin().0, &file, PEOPLE, true).await?)
    });
    match found.await {
        Ok(found) => {
            visit.samples.keep(found);
            Ok(())
        }
        Err(failure) => {
            let now = visit.host()?.clock.uptime();
            visit.samples.miss(id, (cut(&told(&failure)), now));
            Err(failure)
        }
    }
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
