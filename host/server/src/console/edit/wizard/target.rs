//! The fifth step: the site whose profiles are kept in tune, how it lets us in, and how people are matched
//! with its accounts.

use askama::Template;
use attune_core::account::Product;
use serde_json::{Value as Json, json};

use super::super::super::connector::Check;
use super::super::super::filters;
use super::super::super::form::Fields;
use super::super::super::page::{Answer, Page, Visit};
use super::super::super::shown::Time;
use super::super::begin;
use super::draft::{Draft, Step, key};
use super::references::{Asked, Slot};
use super::{Errors, Way, people, rows, test};
use crate::sync::CheckLine;

const ACTION: &str = "/connectors/new/target";
/// How a site lets us in.
const KINDS: [&str; 2] = ["bearer", "basic"];
/// Ways to Jira's User Properties that need nothing more than their word.
const ROUTES: [&str; 2] = ["admin-form", "entity-property"];
/// Rules that a form has fields for.
const RULES: usize = 2;

#[derive(Template)]
#[template(path = "wizard_target.html")]
struct Show {
    page: Page,
    step: u32,
    wiz: Step,
    products: Vec<Choice>,
    url: String,
    url_error: String,
    slot: Slot,
    routes: Vec<Choice>,
    rules: Vec<Rule>,
    rules_error: String,
    checks: Vec<Check>,
    has_checks: bool,
    checked: Time,
}

struct Choice {
    word: &'static str,
    text: String,
    chosen: bool,
}

/// A rule for matching.
#[derive(Clone)]
struct Rule {
    source: String,
    account: String,
}

/// `POST /connectors/new/target`
pub(super) async fn act(visit: Visit, fields: Fields) -> Answer {
    let mut draft = Draft::of(&fields);
    let mut errors = Errors::default();
    let wanted = fields.one("product");
    let mut products = Product::WORDS.iter();
    let product = products.find(|(word, _)| *word == wanted);
    let Some((word, product)) = product else {
        errors.put("product", visit.say("wiz-product-missing"));
        return page(&visit, draft, errors, None).await;
    };
    let name = name_of(*product);
    let mut edits = Vec::new();
    let before = draft.target();
    if !before.is_empty() && before != name {
        // The fields of one product are none of the other.
        edits.push(key(&["target", &before], None));
    }
    let url = fields.one("url").trim();
    if url.is_empty() {
        errors.put("url", visit.say("wiz-missing"));
    } else if url::Url::parse(url).is_err() {
        errors.put("url", visit.say("wiz-url-wrong"));
    }
    edits.push(key(&["target", name, "product"], Some(json!(word))));
    edits.push(key(&["target", name, "url"], Some(json!(url))));
    let route = fields.one("route");
    let is_jira = *product == Product::JiraDataCenter;
    let route = ROUTES.iter().skip(1).find(|known| **known == route);
    let route = route.filter(|_| is_jira).map(|route| json!(route));
    edits.push(key(&["target", name, "user-property-route"], route));
    let rules = rules(&fields, *product);
    if rules.is_empty() {
        errors.put("rules", visit.say("wiz-rules-missing"));
    }
    let value = (!rules.is_empty()).then_some(Json::Array(rules));
    edits.push(key(&["target", name, "match"], value));
    let kinds = KINDS.map(str::to_owned);
    let path = ["target", name, "credential"];
    edits.extend(asked(&visit, &path, &kinds).read(&visit, &fields, &mut errors));
    draft.edit(&edits)?;
    match Way::of(&fields) {
        Way::Back => people::page(&visit, draft, "", String::new()).await,
        Way::Next if errors.is_empty() => rows::page(&visit, draft, String::new()).await,
        Way::Again if errors.is_empty() => {
            let lines = test::lines(&visit, &draft).await;
            page(&visit, draft, errors, Some(lines)).await
        }
        Way::Next | Way::Again | Way::Stay => page(&visit, draft, errors, None).await,
    }
}

fn name_of(product: Product) -> &'static str {
    match product {
        Product::JiraDataCenter => "jira",
        Product::ConfluenceDataCenter => "wiki",
    }
}

fn asked<'a>(visit: &Visit, path: &'a [&'a str], kinds: &'a [String]) -> Asked<'a> {
    Asked {
        path,
        prefix: "target",
        title: visit.say("wiz-sign-in"),
        purpose: "",
        kinds,
    }
}

/// The rules that a form sent; Confluence finds nobody by an address.
fn rules(fields: &Fields, product: Product) -> Vec<Json> {
    let sources = fields.all("match.source").map(str::trim);
    let rules = sources.zip(fields.all("match.account"));
    rules
        .filter(|(source, account)| {
            let fits = product == Product::JiraDataCenter || *account != "email";
            fits && !source.is_empty() && ["username", "email", "key"].contains(account)
        })
        .map(|(source, account)| json!({ "source": source, "target": account }))
        .collect()
}

/// The rules of a text; where it has none, those that usually fit the provider's people.
fn shown(draft: &Draft, is: &Json) -> Vec<Rule> {
    let said = is.get("match").and_then(Json::as_array);
    let text = |rule: &Json, key: &str| {
        let value = rule.get(key).and_then(Json::as_str);
        value.unwrap_or_default().to_owned()
    };
    let of = |rule: &Json| Rule {
        source: text(rule, "source"),
        account: text(rule, "target"),
    };
    let mut rules: Vec<Rule> = if let Some(said) = said {
        said.iter().map(of).collect()
    } else {
        let provider = begin::provider_of(&draft.provider());
        let usual = [(provider.username, "username"), (provider.mail, "email")];
        let usual = usual.into_iter().map(|(source, account)| Rule {
            source: source.to_owned(),
            account: account.to_owned(),
        });
        usual.collect()
    };
    let empty = Rule {
        source: String::new(),
        account: "username".to_owned(),
    };
    rules.resize(rules.len().max(RULES), empty);
    rules
}

pub(super) async fn page(
    visit: &Visit,
    draft: Draft,
    errors: Errors,
    lines: Option<Vec<CheckLine>>,
) -> Answer {
    let said = draft.said();
    let name = match draft.target() {
        name if name.is_empty() => name_of(Product::JiraDataCenter).to_owned(),
        name => name,
    };
    let is = said.pointer(&format!("/target/{name}")).cloned();
    let is = is.unwrap_or_default();
    let text = |key: &str| is.get(key).and_then(Json::as_str).unwrap_or_default();
    let (product, route) = (text("product"), text("user-property-route"));
    let product = if product.is_empty() {
        "jira-data-center"
    } else {
        product
    };
    let route = if route.is_empty() {
        "admin-form"
    } else {
        route
    };
    let kinds = KINDS.map(str::to_owned);
    let path = ["target", name.as_str(), "credential"];
    let slot = asked(visit, &path, &kinds).slot(visit, &said, &errors);
    let has_checks = lines.is_some();
    visit.show(&Show {
        page: visit.page("connectors", visit.say("wiz-target")).await?,
        step: 5,
        wiz: draft.step(ACTION, visit.say("next"), errors.summary(visit)),
        products: Product::WORDS
            .iter()
            .map(|(word, _)| Choice {
                word,
                text: visit.say(&format!("product-{word}")),
                chosen: *word == product,
            })
            .collect(),
        url: text("url").to_owned(),
        url_error: errors.of("url"),
        slot,
        routes: ROUTES
            .iter()
            .map(|word| Choice {
                word,
                text: visit.say(&format!("kind-text-{word}")),
                chosen: *word == route,
            })
            .collect(),
        rules: shown(&draft, &is),
        rules_error: errors.of("rules"),
        checks: lines.into_iter().flatten().map(Check::from).collect(),
        has_checks,
        checked: Time(visit.access.now().as_millisecond()),
    })
}
