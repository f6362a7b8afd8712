//! Entra application provisioning: a `synchronizationSchema` of Microsoft Graph.
//!
//! Microsoft Graph documents the shape (synchronizationSchema, objectMapping, attributeMapping,
//! attributeMappingSource, filter). Plain attributes and constants become rows; functions keep their
//! expression, which a plugin evaluates. Deliberately not here: what expressions mean.

mod attributes;
mod fields;
mod scope;

use attune_core::account::Product;
use serde_json::{Map, Value};

use super::draft::{Credential, Draft, Input, Kind, Row, Step};
use super::object::{Parts, folded, is_empty};
use super::{slug, toml};
use fields::Place;

const ORIGIN: &str = "an Entra provisioning schema";
/// The function that evaluates Entra's expressions, and the one for those that ask for the time.
const EXPRESSION: &str = "entra.expression";
const EXPRESSION_NOW: &str = "entra.expression-now";
/// Longest expression that is quoted in a remark, in characters.
const QUOTED_CHARS_MAX: usize = 160;

/// The connector of a schema.
pub(super) fn draft(root: &Value) -> Result<Draft, String> {
    let Some(map) = root.as_object() else {
        return Err("it is no object".to_owned());
    };
    let schema = Parts::new(map, "", &[]);
    let list = |value: &Value| value.as_array().cloned();
    let Some((_, rules)) = schema.find(&["synchronizationRules"], list) else {
        return Err(
            "it has no synchronizationRules: is it a synchronizationSchema of Microsoft Graph?"
                .to_owned(),
        );
    };
    let mut draft = Draft::new("entra".to_owned(), ORIGIN, "entra");
    source(&mut draft);
    let mut users = 0;
    for (number, rule) in rules.iter().enumerate() {
        let at = format!("synchronizationRules[{number}]");
        users += of_rule(&at, rule, users, &mut draft);
    }
    if users == 0 {
        return Err("no mapping of users in it is switched on".to_owned());
    }
    if draft.jira.matches.is_empty() {
        draft
            .jira
            .matches
            .push(("userPrincipalName".to_owned(), "username"));
        let message = "no attribute is used for matching; `userPrincipalName` stands for it";
        draft.remark(
            Kind::Check,
            "[target.jira] match",
            message,
            "write what user names are made of",
        );
    }
    // What it is called, and what both sides could have besides, is nothing to carry over.
    schema.has_any(&[
        "id",
        "version",
        "provisioningTaskIdentifier",
        "directories",
        "odatacontext",
    ]);
    schema.rest(&mut draft);
    Ok(draft)
}

fn source(draft: &mut Draft) {
    draft.options.push(("tenant", "contoso.example".to_owned()));
    draft.credential = Credential {
        slot: "app",
        kind: "oauth2-client-credentials",
        plain: vec![(
            "client-id",
            "00000000-0000-0000-0000-000000000000".to_owned(),
        )],
        secret: ("client-secret", "ENTRA_CLIENT_SECRET"),
    };
    let message = "a schema does not say the tenant; contoso.example stands for it";
    draft.remark(Kind::Set, "[source] options", message, "write the tenant");
    draft.remark(
        Kind::Set,
        "[source.credential.app]",
        "the app registration is one of its own; its secret comes from ENTRA_CLIENT_SECRET",
        "write client-id, and set ENTRA_CLIENT_SECRET",
    );
}

/// Reads one rule; how many mappings of users it has that are taken.
fn of_rule(at: &str, rule: &Value, before: usize, draft: &mut Draft) -> usize {
    let Some(map) = rule.as_object() else {
        draft.remark(Kind::Left, at, "it is no synchronization rule", "nothing");
        return 0;
    };
    let rule = Parts::new(map, at, &[]);
    let names = (
        rule.text(&["sourceDirectoryName"]).unwrap_or_default(),
        rule.text(&["targetDirectoryName"]).unwrap_or_default(),
    );
    if before == 0
        && let Some(name) = rule.text(&["name"])
    {
        draft.name = slug(&name, "entra");
    }
    rule.has_any(&["id", "name", "priority", "editable", "metadata"]);
    let list = |value: &Value| value.as_array().cloned();
    let mappings = rule.find(&["objectMappings"], list);
    let from_entra = folded(&names.0);
    let is_from_entra = from_entra.is_empty()
        || ["azureactivedirectory", "entra", "activedirectory", "aad"]
            .iter()
            .any(|word| from_entra.contains(word));
    if !is_from_entra {
        let message = format!("its source is `{}`, and not Entra", names.0);
        draft.remark(
            Kind::Left,
            at,
            message,
            "make a connector of that directory",
        );
        return 0;
    }
    let mut taken = 0;
    for (number, mapping) in mappings
        .map(|(_, list)| list)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        let place = format!("{at}.objectMappings[{number}]");
        let is_taken = of_objects(&place, mapping, before + taken == 0, draft);
        taken += usize::from(is_taken);
    }
    rule.rest(draft);
    taken
}

/// Reads one object mapping; whether it is one of users that is taken.
fn of_objects(at: &str, mapping: &Value, is_first: bool, draft: &mut Draft) -> bool {
    let Some(map) = mapping.as_object() else {
        draft.remark(Kind::Left, at, "it is no object mapping", "nothing");
        return false;
    };
    let mapping = Parts::new(map, at, &[]);
    let object = mapping.text(&["sourceObjectName"]).unwrap_or_default();
    let target = mapping.text(&["targetObjectName"]).unwrap_or_default();
    let why = if folded(&object) != "user" {
        format!("it maps `{object}`, and only people are mapped here")
    } else if mapping.flag(&["enabled"]) == Some(false) {
        "it is switched off".to_owned()
    } else if !is_first {
        format!("a mapping of users was taken over already; this one is for `{target}`")
    } else {
        String::new()
    };
    if !why.is_empty() {
        draft.remark(
            Kind::Left,
            at,
            why,
            "where it is wanted, make a connector for it",
        );
        return false;
    }
    let deletes = mapping.text(&["flowTypes"]).unwrap_or_default();
    if folded(&deletes).contains("delete") {
        draft.remark(
            Kind::Left,
            format!("{at}.flowTypes"),
            format!("`{deletes}`: accounts are never made, disabled or deleted here"),
            "[scope] leavers = \"clear\" clears our values of people who left",
        );
    }
    mapping.has_any(&[
        "name",
        "metadata",
        "sourceObjectName",
        "targetObjectName",
        "enabled",
    ]);
    if let Some((place, filter)) = mapping.find(&["scope"], |value| value.as_object().cloned()) {
        scope::read(&place, &filter, draft);
    }
    let list = |value: &Value| value.as_array().cloned();
    let rows = mapping.find(&["attributeMappings"], list);
    for (number, row) in rows
        .map(|(_, list)| list)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        let place = format!("{at}.attributeMappings[{number}]");
        match row.as_object() {
            Some(row) => of_attribute(&place, row, draft),
            None => draft.remark(Kind::Left, place, "it is no attribute mapping", "nothing"),
        }
    }
    mapping.rest(draft);
    true
}

/// What one attribute mapping is told by: its place and its target.
struct Told<'a> {
    at: &'a str,
    target: String,
}

impl Told<'_> {
    fn left(&self, draft: &mut Draft, why: impl Into<String>, advice: &str) {
        let at = format!("{} ({})", self.at, self.target);
        draft.remark(Kind::Left, at, why, advice);
    }

    fn check(&self, draft: &mut Draft, why: impl Into<String>, advice: &str) {
        let at = format!("{} ({})", self.at, self.target);
        draft.remark(Kind::Check, at, why, advice);
    }
}

fn of_attribute(at: &str, row: &Map<String, Value>, draft: &mut Draft) {
    let parts = Parts::new(row, at, &[]);
    let told = Told {
        at,
        target: parts.text(&["targetAttributeName"]).unwrap_or_default(),
    };
    let object = |value: &Value| value.as_object().cloned();
    let Some((_, source)) = parts.find(&["source"], object) else {
        told.left(draft, "it has no source", "nothing");
        return;
    };
    let source = Source::read(&source);
    let priority = parts.text(&["matchingPriority"]).unwrap_or_default();
    if priority.parse::<u32>().is_ok_and(|priority| priority > 0) {
        matching(&told, &source, draft);
    }
    let default = parts.text(&["defaultValue"]);
    let flow = parts.text(&["flowType"]).unwrap_or_default();
    let behavior = parts.text(&["flowBehavior"]).unwrap_or_default();
    parts.has_any(&["exportMissingReferences"]);
    let field = match fields::place(&told.target) {
        Place::Field(field) => field,
        Place::Nowhere(why, advice) => {
            told.left(draft, why, advice);
            return;
        }
    };
    let Some((input, steps)) = value(&told, &source, draft) else {
        return;
    };
    let Some(once) = once(&told, &flow, draft) else {
        return;
    };
    if folded(&behavior) == "flowalways" {
        let message = "`FlowAlways`: here a value is written when it differs";
        told.check(
            draft,
            message,
            "`attune sync --full` repairs what others changed",
        );
    }
    if field.starts_with("account.") {
        let message = format!("{field} is written where the site's own directory is writable");
        told.check(draft, message, "else take the row out");
    }
    let row = Row {
        input,
        steps,
        default,
        once,
    };
    if !draft.add(Product::JiraDataCenter, &field, row) {
        told.left(
            draft,
            format!("`{field}` has a row already"),
            "keep one of them",
        );
        return;
    }
    parts.rest(draft);
}

/// Whether a flow writes only while the field is empty; told where it cannot be said.
fn once(told: &Told<'_>, flow: &str, draft: &mut Draft) -> Option<bool> {
    match folded(flow).as_str() {
        "" | "always" => Some(false),
        "objectaddonly" | "attributeaddonly" => {
            let message =
                format!("`{flow}` became apply = \"once\": only while the field is empty");
            told.check(
                draft,
                message,
                "without `apply` it is written whenever it differs",
            );
            Some(true)
        }
        _ => {
            let why = format!("`{flow}` adds to what is there, and a field has one value");
            told.left(draft, why, "join the values: { from, use = \"list.join\" }");
            None
        }
    }
}

/// Where a value comes from.
struct Source {
    kind: String,
    name: String,
    expression: String,
    /// What is not known, by name.
    stranger: Option<String>,
}

impl Source {
    fn read(map: &Map<String, Value>) -> Self {
        let parts = Parts::new(map, "", &[]);
        // A constant of blanks is one: nothing is trimmed here.
        let exact = |value: &Value| value.as_str().map(str::to_owned);
        let name = parts.find(&["name"], exact).map(|(_, name)| name);
        let name = name.unwrap_or_default();
        let expression = parts.find(&["expression"], exact).map(|(_, text)| text);
        let kind = parts.text(&["type"]).unwrap_or_default();
        let parameters = parts.find(&["parameters"], |value| value.as_array().cloned());
        let parameters = parameters.map(|(_, list)| list).unwrap_or_default();
        let expression = expression.filter(|text| !text.trim().is_empty());
        let strangers = parts.unread();
        let mut strangers = strangers.iter().filter(|(_, _, value)| !is_empty(value));
        Self {
            kind: folded(&kind),
            expression: expression.unwrap_or_else(|| written(&name, &parameters)),
            name,
            stranger: strangers.next().map(|(_, name, _)| (*name).to_owned()),
        }
    }

    /// The attribute, where it is one and nothing else.
    fn attribute(&self) -> Option<String> {
        let bare = self.expression.trim();
        let inside = bare
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let is_plain = |name: &&str| !name.is_empty() && !name.contains(['[', ']', '(', '"', ',']);
        match self.kind.as_str() {
            "attribute" if !self.name.is_empty() => Some(self.name.clone()),
            "attribute" | "" => inside.filter(is_plain).map(str::to_owned),
            _ => None,
        }
    }
}

/// A function as an expression, where the schema has only its parts.
fn written(name: &str, parameters: &[Value]) -> String {
    if parameters.is_empty() {
        return String::new();
    }
    let all = parameters.iter().map(|parameter| {
        let source = parameter.get("value").and_then(Value::as_object);
        let source = source.map(Source::read);
        match source {
            None => String::new(),
            Some(source) => match source.kind.as_str() {
                "attribute" => format!("[{}]", source.name),
                "constant" if source.expression.is_empty() => {
                    let text = source.name.replace('\\', "\\\\").replace('"', "\\\"");
                    format!("\"{text}\"")
                }
                _ => source.expression,
            },
        }
    });
    format!("{name}({})", all.collect::<Vec<_>>().join(", "))
}

/// A rule of matching, where the source is a plain attribute.
fn matching(told: &Told<'_>, source: &Source, draft: &mut Draft) {
    let of = match fields::place(&told.target) {
        Place::Field(field) if field == "account.email" => Some("email"),
        _ if folded(&told.target).ends_with("username") => Some("username"),
        _ => None,
    };
    match (source.attribute().map(|name| attributes::selector(&name)), of) {
        (Some(Ok(selector)), Some(of)) => draft.jira.matches.push((selector, of)),
        _ => told.left(
            draft,
            "it is used for matching, and accounts are matched by an attribute and their user name, \
             e-mail address or key",
            "write [target.jira] match",
        ),
    }
}

/// First value and steps of a row; told where there are none.
fn value(told: &Told<'_>, source: &Source, draft: &mut Draft) -> Option<(Input, Vec<Step>)> {
    if let Some(name) = &source.stranger {
        let why = format!("its source has `{name}`, whose meaning is not known here");
        told.left(draft, why, "write the row by hand");
        return None;
    }
    if let Some(name) = source.attribute() {
        return match attributes::selector(&name) {
            Ok(selector) => {
                if selector != name {
                    let message = format!("`{name}` is `{selector}` in Microsoft Graph");
                    told.check(
                        draft,
                        message,
                        "attune source discover NAME shows what people have",
                    );
                }
                Some((Input::From(selector), Vec::new()))
            }
            Err(why) => {
                told.left(draft, why, "map an attribute that people have");
                None
            }
        };
    }
    if source.kind == "constant" {
        let text = constant(&source.expression).unwrap_or_else(|| source.name.clone());
        return Some((Input::Value(text), Vec::new()));
    }
    if source.expression.trim().is_empty() {
        told.left(
            draft,
            "its source says no expression",
            "write the row by hand",
        );
        return None;
    }
    let (expression, renamed) = match attributes::renamed(&source.expression) {
        Ok(found) => found,
        Err(why) => {
            let why = format!("{why}: {}", cut(&source.expression));
            told.left(draft, why, "write the row by hand");
            return None;
        }
    };
    for (name, selector) in renamed {
        let message = format!("`{name}` is `{selector}` in Microsoft Graph, and was renamed");
        told.check(
            draft,
            message,
            "attune source discover NAME shows what people have",
        );
    }
    let step = Step {
        name: if attributes::calls_now(&expression) {
            EXPRESSION_NOW
        } else {
            EXPRESSION
        },
        options: vec![("expression", toml::text(&expression))],
    };
    Some((Input::Nothing, vec![step]))
}

/// A constant of an expression: `"Contoso"`.
fn constant(expression: &str) -> Option<String> {
    let inside = expression.trim().strip_prefix('"')?.strip_suffix('"')?;
    Some(inside.replace("\\\"", "\"").replace("\\\\", "\\"))
}

fn cut(text: &str) -> String {
    if text.chars().count() <= QUOTED_CHARS_MAX {
        return text.to_owned();
    }
    let cut: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    format!("{cut}…")
}
