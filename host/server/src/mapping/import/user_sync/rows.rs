//! Rows of User Sync's mapping table.
//!
//! Invariant: a row is carried over whole or not at all: half a rule would write wrong values.

use attune_core::account::Product;
use serde_json::{Map, Value};

use super::super::draft::{Draft, Input, Kind, Row, Step};
use super::super::object::{Parts, flag, folded, text};
use super::super::toml;
use super::provider::Provider;
use super::{TABLES, rules};
use crate::connector::PROFILE_FIELDS;

/// Members that hold nothing but more of a row.
const GROUPS: [&str; 8] = [
    "options",
    "settings",
    "transformation",
    "transformations",
    "transform",
    "switches",
    "modifiers",
    "regexsettings",
];
/// What was written as code.
const CODE: [&str; 5] = [
    "script",
    "code",
    "groovy",
    "groovyScript",
    "scriptedMapping",
];

/// Switches of a row in the order in which they are taken here, and the steps that they are.
const SWITCHES: [(&[&str], &str); 5] = [
    (&["trim", "trimWhitespace"], "text.trim"),
    (
        &[
            "azureGuestToEmail",
            "guestToEmail",
            "convertGuestToEmail",
            "transformGuestUsers",
            "guestUserToEmail",
        ],
        "text.guest-to-email",
    ),
    (
        &[
            "stripEmailDomain",
            "stripDomain",
            "removeEmailDomain",
            "removeDomain",
            "stripMailDomain",
        ],
        "text.strip-domain",
    ),
    (
        &["toLowerCase", "lowerCase", "convertToLowerCase", "toLower"],
        "text.lower",
    ),
    (
        &["toUpperCase", "upperCase", "convertToUpperCase", "toUpper"],
        "text.upper",
    ),
];

/// Where a value goes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Field(Product, String),
    Account(&'static str),
    Photo,
    /// Nowhere, and why.
    Nowhere(String),
}

/// Reads every mapping table of a connector.
pub(super) fn read_all(
    parts: &Parts<'_>,
    (provider, product): (Provider, Option<Product>),
    draft: &mut Draft,
) {
    let table = |value: &Value| (value.is_array() || value.is_object()).then(|| value.clone());
    let mut has_rules = false;
    while let Some((at, table)) = parts.find_next(&TABLES, table) {
        for (place, target, row) in listed(&at, &table) {
            let context = Context {
                provider,
                product,
                target,
            };
            match row {
                Some(row) => has_rules |= read(&place, &row, &context, draft),
                None => draft.remark(
                    Kind::Left,
                    place,
                    "it is no row of a mapping table",
                    "write the row by hand",
                ),
            }
        }
    }
    if has_rules {
        draft.remark(
            Kind::Check,
            "regular expressions",
            "here a pattern matches anywhere in a value, and every match of it is replaced",
            "where it is to cover the whole value, put ^ and $ around it",
        );
    }
}

/// The rows of a table: place, target where it is the row's name, and the row.
type Listed = (String, Option<String>, Option<Map<String, Value>>);

fn listed(at: &str, table: &Value) -> Vec<Listed> {
    match table {
        Value::Array(list) => {
            let of = |(number, row): (usize, &Value)| {
                (format!("{at}[{number}]"), None, row.as_object().cloned())
            };
            list.iter().enumerate().map(of).collect()
        }
        // By target: an attribute alone, or a row.
        Value::Object(map) => {
            let of = |(name, row): (&String, &Value)| {
                let place = format!("{at}.{name}");
                let row = match row {
                    Value::Object(row) => Some(row.clone()),
                    row => text(row).map(|source| {
                        [("source".to_owned(), Value::from(source))]
                            .into_iter()
                            .collect()
                    }),
                };
                (place, Some(name.clone()), row)
            };
            map.iter().map(of).collect()
        }
        _ => Vec::new(),
    }
}

/// What is known beside the row itself.
struct Context {
    provider: Provider,
    product: Option<Product>,
    target: Option<String>,
}

/// Reads one row; whether it has patterns.
fn read(at: &str, row: &Map<String, Value>, context: &Context, draft: &mut Draft) -> bool {
    let parts = Parts::new(row, at, &GROUPS);
    let (place, row) = match understood(&parts, context) {
        Ok(Some(found)) => found,
        Ok(None) => {
            let product = context.product.unwrap_or(Product::JiraDataCenter);
            draft.target(product).photo = true;
            parts.rest(draft);
            return false;
        }
        Err((why, advice)) => {
            draft.remark(Kind::Left, at, why, advice);
            return false;
        }
    };
    let (product, field) = match place {
        Place::Account(name) => {
            let message = format!("{name} is written where the site's own directory is writable");
            draft.remark(Kind::Check, at, message, "else take the row out");
            let product = context.product.unwrap_or(Product::JiraDataCenter);
            (product, name.to_owned())
        }
        Place::Field(product, field) => (product, field),
        Place::Photo | Place::Nowhere(_) => return false,
    };
    let names: Vec<&str> = row.steps.iter().map(|step| step.name).collect();
    let has_rules = names.iter().any(|name| name.contains("regex"));
    if names.len() > 1 {
        let names = names.join(", ");
        let message = format!("the export does not say in which order; here: {names}");
        let advice = "attune mapping test NAME FIELD --user U";
        draft.remark(Kind::Check, at, message, advice);
    }
    tell_guess(at, &row.input, draft);
    if !draft.add(product, &field, row) {
        let message = format!("`{field}` has a row already");
        let advice = "keep one of them, or give each a `when`";
        draft.remark(Kind::Left, at, message, advice);
        return false;
    }
    parts.rest(draft);
    has_rules
}

/// Why a row is left, and what to do.
type Why = (String, &'static str);

/// Where a row goes and what it says; nothing where it is the picture.
fn understood(parts: &Parts<'_>, context: &Context) -> Result<Option<(Place, Row)>, Why> {
    if let Some((_, false)) = parts.find(&["enabled", "active"], flag) {
        let why = "the row was switched off".to_owned();
        return Err((why, "nothing, or write it by hand"));
    }
    if parts.has_any(&CODE) {
        let advice = "build it of steps, or write a plugin: `attune plugin list`";
        return Err(("the value is made by code".to_owned(), advice));
    }
    let place = match place(parts, context) {
        Place::Photo => return Ok(None),
        Place::Nowhere(why) => {
            return Err((why, "the README says what can be written"));
        }
        place @ (Place::Field(..) | Place::Account(_)) => place,
    };
    let steps = steps(parts).map_err(|why| (why, "write the row by hand"))?;
    let input = input(parts, context.provider);
    let input = input.map_err(|why| (why, "name an attribute or a constant"))?;
    let row = Row {
        steps,
        ..Row::of(input)
    };
    Ok(Some((place, row)))
}

/// Attributes that are taken otherwise than they are named.
fn tell_guess(at: &str, input: &Input, draft: &mut Draft) {
    let Input::From(selector) = input else { return };
    if selector == "manager.displayName" {
        let message = "the manager is taken by the name that is shown";
        let advice = "other attributes of theirs: manager.mail, manager.account.username";
        draft.remark(Kind::Check, at, message, advice);
    } else if let Some(list) = selector.strip_suffix("[0]") {
        let message = format!("`{list}` is a list; the first of it is taken");
        draft.remark(
            Kind::Check,
            at,
            message,
            "all of them: { from, use = \"list.join\" }",
        );
    }
}

fn place(parts: &Parts<'_>, context: &Context) -> Place {
    let kinds = [
        "targetKind",
        "targetType",
        "mappingType",
        "kind",
        "product",
        "application",
        "type",
    ];
    let names = [
        "targetName",
        "target",
        "targetAttribute",
        "targetField",
        "to",
        "property",
        "propertyName",
        "propertyKey",
        "userProperty",
        "field",
        "fieldName",
        "name",
        "key",
    ];
    let kind = parts.text(&kinds);
    let inner = parts.inner(&["target", "to"], |target| {
        Some((target.text(&kinds), target.text(&names)))
    });
    let (inner_kind, inner_name) = inner.unwrap_or_default();
    let name = inner_name.or_else(|| parts.text(&names));
    let name = name.or_else(|| context.target.clone());
    let kind = inner_kind.or(kind).unwrap_or_default();
    resolved(&folded(&kind), name.as_deref(), context.product, &kind)
}

fn resolved(kind: &str, name: Option<&str>, product: Option<Product>, as_written: &str) -> Place {
    let profile = |name: &str| {
        let meant = folded(name);
        let mut fields = PROFILE_FIELDS.into_iter();
        let field =
            fields.find(|field| meant == *field || meant.ends_with(&format!("profile{field}")));
        match field {
            Some(field) => Place::Field(Product::ConfluenceDataCenter, field.to_owned()),
            None => Place::Nowhere(format!("Confluence has no profile field `{name}`")),
        }
    };
    let property = |name: Option<&str>| match name {
        Some(name) if name.chars().any(char::is_control) => {
            Place::Nowhere("its field has a name of control characters".to_owned())
        }
        Some(name) => Place::Field(Product::JiraDataCenter, name.to_owned()),
        None => Place::Nowhere("nothing says which field it goes to".to_owned()),
    };
    match kind {
        "email" | "mail" | "emailaddress" => Place::Account("account.email"),
        "fullname" | "displayname" => Place::Account("account.full-name"),
        "username" | "login" | "userid" => {
            Place::Nowhere("user names are never changed here".to_owned())
        }
        "group" | "groups" => Place::Nowhere("groups are never changed here".to_owned()),
        "avatar" | "picture" | "photo" | "profilepicture" => Place::Photo,
        kind if PROFILE_FIELDS.contains(&kind) => profile(kind),
        kind if kind.contains("confluence") || kind.contains("profile") => match name {
            Some(name) => profile(name),
            None => profile(kind),
        },
        kind if kind.contains("jira") || kind.contains("property") => property(name),
        "" => match (name.map(folded).as_deref(), product) {
            (Some("email" | "mail" | "emailaddress"), _) => Place::Account("account.email"),
            (Some("fullname" | "displayname"), _) => Place::Account("account.full-name"),
            (Some("username"), _) => Place::Nowhere("user names are never changed here".to_owned()),
            (Some(_), Some(Product::ConfluenceDataCenter)) => profile(name.unwrap_or_default()),
            _ => property(name),
        },
        _ => Place::Nowhere(format!(
            "the kind of target `{as_written}` is not known here"
        )),
    }
}

fn input(parts: &Parts<'_>, provider: Provider) -> Result<Input, String> {
    let constants = ["constant", "constantValue", "fixedValue", "staticValue"];
    if let Some(value) = parts.text(&constants) {
        return Ok(Input::Value(value));
    }
    let sources = [
        "source",
        "sourceAttribute",
        "sourceAttributes",
        "sourceField",
        "idpAttribute",
        "attributes",
        "attribute",
        "attributeName",
        "from",
    ];
    let names = ["attribute", "attributeName", "name", "path", "field"];
    let of_object = |source: &Parts<'_>| {
        let kind = source.text(&["type", "kind"]).unwrap_or_default();
        let kind = folded(&kind);
        if kind.contains("constant") || kind.contains("fixed") || kind.contains("static") {
            return source
                .text(&["value", "constant", "text"])
                .map(Input::Value);
        }
        let name = source.text(&names)?;
        Some(Input::From(provider.selector(&name)))
    };
    let of_list = |value: &Value| {
        let all: Option<Vec<String>> = value.as_array()?.iter().map(text).collect();
        let all: Vec<String> = all?.iter().map(|name| provider.selector(name)).collect();
        match all.as_slice() {
            [] => None,
            [only] => Some(Input::From(only.clone())),
            _ => Some(Input::First(all)),
        }
    };
    let read = |value: &Value| match value {
        Value::Array(_) => of_list(value),
        value => text(value).map(|name| Input::From(provider.selector(&name))),
    };
    let plain = parts.find(&sources, read).map(|(_, input)| input);
    match plain.or_else(|| parts.inner(&sources, of_object)) {
        Some(Input::From(selector)) if folded(&selector) == "groups" => {
            Err("a person's groups are no attribute here".to_owned())
        }
        Some(input) => Ok(input),
        None => match parts.text(&["value"]) {
            Some(value) => Ok(Input::Value(value)),
            None => Err("nothing says which attribute it starts from".to_owned()),
        },
    }
}

/// The steps, in the order in which they are taken here.
fn steps(parts: &Parts<'_>) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    for (spellings, step) in SWITCHES {
        if parts.flag(spellings) == Some(true) {
            steps.push(Step::plain(step));
        }
    }
    steps.extend(replaced(parts));
    let spellings = [
        "noMatch",
        "onNoMatch",
        "noMatchPolicy",
        "ifNoMatch",
        "whenNoMatch",
        "noMatchBehavior",
    ];
    let no_match = parts.text(&spellings);
    let no_match = no_match.map(|word| rules::no_match(&word)).transpose()?;
    let spellings = [
        "regexRules",
        "regexReplacements",
        "regexes",
        "rules",
        "regex",
    ];
    let found = match parts.find(&spellings, rules::listed) {
        Some((_, found)) => found.into_iter().collect::<Result<Vec<_>, _>>()?,
        None => rules::alone(parts).into_iter().collect(),
    };
    if !found.is_empty() {
        steps.push(rules::step(&found, no_match));
    }
    Ok(steps)
}

/// A text for another one.
fn replaced(parts: &Parts<'_>) -> Option<Step> {
    let searches = ["search", "searchFor", "searchText", "find"];
    let withs = ["replace", "replaceWith", "replaceText", "with"];
    let exact = |value: &Value| {
        value
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let any = |value: &Value| value.as_str().map(str::to_owned);
    let pair = |parts: &Parts<'_>| {
        let (_, find) = parts.find(&searches, exact)?;
        let with = parts.find(&withs, any).map(|(_, with)| with);
        Some((find, with.unwrap_or_default()))
    };
    let spellings = ["searchReplace", "searchAndReplace", "searchReplaceRule"];
    let inner = parts.inner(&spellings, |inner| pair(inner));
    let (find, with) = inner.or_else(|| pair(parts))?;
    let options = vec![("find", toml::text(&find)), ("with", toml::text(&with))];
    Some(Step {
        name: "text.replace",
        options,
    })
}
