//! Add New Mapping, the first two steps: which field, and from which attribute. The third is the row's
//! own page.
//!
//! Each step is a form of the one before by GET, so that going back loses nothing.

use askama::Template;
use attune_core::account::Product;
use axum::extract::{Path, RawQuery};

use super::super::filters;
use super::super::form::Fields;
use super::super::page::{Answer, Page, Visit};
use super::mappings::product;
use super::row;
use super::source::{self, Attribute};
use crate::connector::{ACCOUNT_FIELDS, Loaded, PROFILE_FIELDS, Route, TargetSpec};
use crate::fault::Failure;

#[derive(Template)]
#[template(path = "mapping_field.html")]
struct FieldStep {
    page: Page,
    connector: String,
    title: String,
    step: u32,
    targets: Vec<TargetChoice>,
    kinds: Vec<KindChoice>,
    known: Vec<String>,
    field: String,
    error: String,
}

struct TargetChoice {
    name: String,
    product: &'static str,
    chosen: bool,
}

struct KindChoice {
    kind: &'static str,
    text: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "mapping_source.html")]
struct SourceStep {
    page: Page,
    connector: String,
    title: String,
    step: u32,
    target: String,
    kind: String,
    field: String,
    q: String,
    attributes: Vec<Pick>,
    has_sample: bool,
    typed: String,
    others: String,
    constant: String,
    error: String,
}

struct Pick {
    of: Attribute,
    chosen: bool,
    suggested: bool,
}

/// `GET /connectors/{name}/mappings/new?step=&target=&kind=&field=&...`
pub(super) async fn show(
    visit: Visit,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let loaded = visit.service()?.found(&name)?;
    let step = query.one("step");
    if !matches!(step, "2" | "3") {
        return field_step(&visit, &loaded, &query, String::new()).await;
    }
    if let Err(error) = checked(&visit, &loaded, &query) {
        return field_step(&visit, &loaded, &query, error).await;
    }
    if step == "2" {
        return source_step(&visit, &loaded, &query, String::new()).await;
    }
    let sources = ["from", "typed", "constant"];
    if sources.iter().all(|name| query.one(name).trim().is_empty()) {
        let error = visit.say("source-missing");
        return source_step(&visit, &loaded, &query, error).await;
    }
    row::new(&visit, &loaded, &query).await
}

/// Whether the first step names a field that can be mapped.
fn checked(visit: &Visit, loaded: &Loaded, query: &Fields) -> Result<(), String> {
    let field = query.one("field").trim();
    if field.is_empty() {
        return Err(visit.say("field-missing"));
    }
    let target = target(loaded, query).map_err(|failure| failure.message)?;
    let mut fields = target.map.fields.iter();
    let name = named(field, query.one("kind"));
    if fields.any(|rows| rows.field.name == name) {
        return Err(visit.say("field-taken"));
    }
    Ok(())
}

/// A field as reports name it.
pub(super) fn named(field: &str, kind: &str) -> String {
    match kind {
        "account" if !field.starts_with("account.") => format!("account.{}", field.trim()),
        _ => field.trim().to_owned(),
    }
}

/// The target that is meant: the one that is named, else the first.
pub(super) fn target<'l>(loaded: &'l Loaded, query: &Fields) -> Result<&'l TargetSpec, Failure> {
    let (mut targets, name) = (loaded.connector.targets.iter(), query.one("target"));
    let found = if name.is_empty() {
        targets.next()
    } else {
        targets.find(|target| target.name == name)
    };
    found.ok_or_else(|| Failure::of("no-such-field", format!("there is no target `{name}`")))
}

fn kinds(visit: &Visit, target: &TargetSpec, chosen: &str) -> Vec<KindChoice> {
    let main = match (target.product, target.route) {
        (Product::ConfluenceDataCenter, _) => "profile",
        (_, Route::AdminForm) => "admin-form",
        (_, Route::EntityProperty) => "entity-property",
        (_, Route::Custom) => "custom",
    };
    let kinds = [main, "account"].into_iter();
    kinds
        .map(|kind| KindChoice {
            kind,
            text: visit.say(&format!("kind-text-{kind}")),
            chosen: kind == chosen || (chosen.is_empty() && kind == main),
        })
        .collect()
}

async fn field_step(visit: &Visit, loaded: &Loaded, query: &Fields, error: String) -> Answer {
    let connector = &loaded.connector;
    let wanted = target(loaded, query)?;
    let mapped = |name: &&&str| {
        let mut fields = wanted.map.fields.iter();
        !fields.any(|rows| rows.field.name.trim_start_matches("account.") == **name)
    };
    let known: &[&str] = match (wanted.product, query.one("kind")) {
        (_, "account") => &ACCOUNT_FIELDS,
        (Product::ConfluenceDataCenter, _) => &PROFILE_FIELDS,
        _ => &[],
    };
    let title = visit.say("mapping-add");
    visit.show(&FieldStep {
        page: visit.page("connectors", title.clone()).await?,
        connector: connector.name.clone(),
        title,
        step: 1,
        targets: connector
            .targets
            .iter()
            .map(|target| TargetChoice {
                name: target.name.clone(),
                product: product(target),
                chosen: target.name == wanted.name,
            })
            .collect(),
        kinds: kinds(visit, wanted, query.one("kind")),
        known: known
            .iter()
            .filter(mapped)
            .map(|&name| name.to_owned())
            .collect(),
        field: query.one("field").to_owned(),
        error,
    })
}

async fn source_step(visit: &Visit, loaded: &Loaded, query: &Fields, error: String) -> Answer {
    let connector = &loaded.connector;
    if visit.samples.last(&connector.id).is_none() {
        // Without a sample an attribute can still be typed; why there is none, the tab Source says.
        if let Err(failure) = source::sample(visit, &connector.name).await {
            tracing::warn!(
                code = failure.code,
                "no sample was read: {}",
                failure.message
            );
        }
    }
    let (attributes, people) = source::attributes(visit, loaded);
    let (field, q) = (query.one("field").trim(), query.one("q").trim());
    let wanted = q.to_lowercase();
    let fits = |one: &Attribute| {
        let examples = one.examples.iter().map(|example| example.text.as_str());
        let mut texts = [one.selector.as_str(), one.about.as_str()]
            .into_iter()
            .chain(examples);
        wanted.is_empty() || texts.any(|text| text.to_lowercase().contains(&wanted))
    };
    let mut picks: Vec<Pick> = attributes
        .into_iter()
        .filter(fits)
        .map(|of| Pick {
            chosen: of.selector == query.one("from"),
            suggested: is_alike(&of.selector, field),
            of,
        })
        .collect();
    picks.sort_by_key(|pick| !pick.suggested);
    let title = visit.say("mapping-add");
    visit.show(&SourceStep {
        page: visit.page("connectors", title.clone()).await?,
        connector: connector.name.clone(),
        title,
        step: 2,
        target: target(loaded, query)?.name.clone(),
        kind: query.one("kind").to_owned(),
        field: field.to_owned(),
        q: q.to_owned(),
        attributes: picks,
        has_sample: people > 0,
        typed: query.one("typed").to_owned(),
        others: query.one("others").to_owned(),
        constant: query.one("constant").to_owned(),
        error,
    })
}

/// Whether an attribute's name says what the field's says.
fn is_alike(selector: &str, field: &str) -> bool {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let last = selector.rsplit('.').next().unwrap_or(selector);
    let (last, field) = (plain(last), plain(field));
    field.len() > 2
        && (last == field || last.contains(&field) || field.contains(&last) && last.len() > 3)
}

#[cfg(test)]
mod tests {
    use super::{is_alike, named};

    #[test]
    fn names_that_say_the_same_are_alike() {
        assert!(is_alike("department", "Department"));
        assert!(is_alike("jobTitle", "Title") && is_alike("businessPhones[0]", "Phone"));
        assert!(!is_alike("city", "Department") && !is_alike("id", "Id"));
        assert_eq!(named("email", "account"), "account.email");
        assert_eq!(named(" Phone ", "profile"), "Phone");
    }
}
