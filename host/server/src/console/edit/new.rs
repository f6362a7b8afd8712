//! Add New Mapping, the first two steps: which field, and from which attribute. The third is the row's
//! own page.
//!
//! Each step is a form of the one before by GET, with everything that was entered in the others, so that
//! going back loses nothing.

use askama::Template;
use attune_core::account::Product;
use axum::extract::{Path, RawQuery};

use super::super::filters;
use super::super::form::{Fields, encoded};
use super::super::page::{Answer, Page, Visit};
use super::super::shown::cut;
use super::errors::told;
use super::mappings::product;
use super::sent::Hidden;
use super::source::{self, Attribute};
use super::{change, row};
use crate::connector::{ACCOUNT_FIELDS, Loaded, PROFILE_FIELDS, Route, TargetSpec};
use crate::fault::Failure;
use crate::mapping::{self, SetOrder};

/// Fields that say where a form leads.
const BUTTONS: [&str; 4] = ["step", "go", "act", "add"];
/// Fields that the first step has.
const FIRST: [&str; 3] = ["target", "kind", "field"];
/// Fields of the second.
const SECOND: [&str; 8] = [
    "target", "kind", "field", "from", "typed", "others", "constant", "q",
];

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
    kept: Vec<Hidden>,
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
    unread: String,
    typed: String,
    others: String,
    constant: String,
    error: String,
    kept: Vec<Hidden>,
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

/// Whether the first step names a field that can be mapped; what the reader of files has against it is told
/// here and not at the end.
fn checked(visit: &Visit, loaded: &Loaded, query: &Fields) -> Result<(), String> {
    let (field, kind) = (query.one("field").trim(), query.one("kind"));
    if field.is_empty() {
        return Err(visit.say("field-missing"));
    }
    let target = target(loaded, query).map_err(|failure| failure.message)?;
    let mut fields = target.map.fields.iter();
    let name = named(field, kind);
    if fields.any(|rows| rows.field.name == name) {
        return Err(visit.say("field-taken"));
    }
    let known = known(target, kind);
    if !known.is_empty() && !known.contains(&bare(field, kind)) {
        let about = [("names", known.join(", ").into())];
        return Err(visit.reader.say_of("field-unknown", &about));
    }
    taken_by_reader(visit, loaded, (&target.name, &name)).map_err(|failure| cut(&told(&failure)))
}

/// Whether a file with a row for this field has nothing wrong that it has not now.
fn taken_by_reader(
    visit: &Visit,
    loaded: &Loaded,
    (target, field): (&str, &str),
) -> Result<(), Failure> {
    let name = &loaded.connector.name;
    let before = change::file(visit, name)?;
    let order = SetOrder {
        target,
        field,
        row: Some("\"id\""),
        revision: None,
        is_dry: true,
    };
    let text = mapping::with_row(&before, order)?;
    let is = change::look(visit, name, &before.text)?.mistakes;
    let would = change::look(visit, name, &text)?.mistakes;
    let is_new = |message: &str| !is.iter().any(|known| known.message == message);
    match would.into_iter().find(|flaw| is_new(&flaw.message)) {
        Some(flaw) => Err(Failure::of("config", flaw.message).hint(flaw.hint)),
        None => Ok(()),
    }
}

/// The only names that fields of a kind have; empty where they may have any.
fn known(target: &TargetSpec, kind: &str) -> &'static [&'static str] {
    match (target.product, kind) {
        (_, "account") => &ACCOUNT_FIELDS,
        (Product::ConfluenceDataCenter, _) => &PROFILE_FIELDS,
        _ => &[],
    }
}

/// A step's address, with everything that was entered in all of them.
pub(super) fn step_at(connector: &str, step: &str, fields: &Fields) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("step", step);
    for field in kept(fields, &[]) {
        query.append_pair(&field.name, &field.value);
    }
    let connector = encoded(connector);
    format!("/connectors/{connector}/mappings/new?{}", query.finish())
}

/// What other steps than this one have asked for.
fn kept(query: &Fields, own: &[&str]) -> Vec<Hidden> {
    let others = query.pairs().filter(|(name, value)| {
        !value.is_empty() && !BUTTONS.contains(name) && !own.contains(name)
    });
    let hidden = others.map(|(name, value)| Hidden {
        name: name.to_owned(),
        value: value.to_owned(),
    });
    hidden.collect()
}

/// A field as reports name it.
pub(super) fn named(field: &str, kind: &str) -> String {
    match kind {
        "account" if !field.starts_with("account.") => format!("account.{}", field.trim()),
        _ => field.trim().to_owned(),
    }
}

/// The same as its target calls it.
fn bare<'f>(field: &'f str, kind: &str) -> &'f str {
    match kind {
        "account" => field.strip_prefix("account.").unwrap_or(field),
        _ => field,
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
    let kind = query.one("kind");
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
        kinds: kinds(visit, wanted, kind),
        known: known(wanted, kind)
            .iter()
            .filter(mapped)
            .map(|&name| name.to_owned())
            .collect(),
        field: bare(query.one("field"), kind).to_owned(),
        error,
        kept: kept(query, &FIRST),
    })
}

async fn source_step(visit: &Visit, loaded: &Loaded, query: &Fields, error: String) -> Answer {
    let connector = &loaded.connector;
    // Without a sample an attribute can still be typed.
    let unread = source::unread(visit, loaded).await?;
    let (attributes, people) = source::attributes(visit, loaded);
    let (field, q) = (query.one("field").trim(), query.one("q").trim());
    let (from, typed) = (query.one("from"), query.one("typed"));
    // What was typed comes back as `from` out of the third step.
    let is_listed = attributes.iter().any(|one| one.selector == from);
    let typed = if typed.is_empty() && !is_listed {
        from
    } else {
        typed
    };
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
        .filter(|one| one.selector == from || fits(one))
        .map(|of| Pick {
            chosen: of.selector == from,
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
        unread,
        typed: typed.to_owned(),
        others: query.one("others").to_owned(),
        constant: query.one("constant").to_owned(),
        error,
        kept: kept(query, &SECOND),
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
