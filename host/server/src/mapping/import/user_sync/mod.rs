//! User Sync for Jira and Confluence: the JSON of its connectors.
//!
//! The shape of that export is published nowhere: this reads what its screens have (connector, mapping
//! table, switches, regular expressions with what happens when none matches, groups, schedule) under
//! several spellings, and has never met a real export. What it does not know is told, and not guessed.
//! Deliberately not here: what providers want (`provider`), and rows (`rows`).

mod provider;
mod rows;
mod rules;

use attune_core::account::Product;
use serde_json::{Map, Value};

use super::draft::{Draft, Kind};
use super::object::{Parts, flag, folded, is_empty, text, unknown};
use super::slug;
use crate::connector::Cron;
use provider::Provider;

const ORIGIN: &str = "User Sync";

/// Members that hold nothing but more settings of a connector.
const GROUPS: [&str; 18] = [
    "settings",
    "config",
    "configuration",
    "connection",
    "connectionsettings",
    "credentials",
    "credential",
    "auth",
    "authentication",
    "authorization",
    "provider",
    "providersettings",
    "provisioning",
    "provisioningsettings",
    "syncsettings",
    "sync",
    "schedule",
    "usermapping",
];
/// How the list of connectors may be called.
const LISTS: [&str; 4] = ["connectors", "usersyncconnectors", "connector", "data"];
/// How the mapping table may be called.
const TABLES: [&str; 11] = [
    "mappings",
    "attributeMappings",
    "attributeMapping",
    "attributeMappingTable",
    "mappingTable",
    "fieldMappings",
    "attributes",
    "userAttributes",
    "mapping",
    "rows",
    "map",
];

/// The connectors of an export.
pub(super) fn drafts(root: &Value) -> Result<Vec<Draft>, String> {
    let mut found = Vec::new();
    let mut strangers = Vec::new();
    match root {
        Value::Array(list) => found.extend(listed(list, "")),
        Value::Object(map) => match map.iter().find(|(name, value)| is_list(name, value)) {
            None => found.push((String::new(), String::new(), map)),
            Some((name, value)) => {
                found.extend(inside(name, value));
                let others = map.iter().filter(|(other, _)| *other != name);
                strangers.extend(others.filter(|(_, value)| !is_empty(value)));
            }
        },
        _ => {}
    }
    let mut drafts = Vec::new();
    for (at, key, map) in found {
        let mut draft = connector(&at, &key, map)?;
        for (name, value) in &strangers {
            unknown(&mut draft, name, name, value);
        }
        drafts.push(draft);
    }
    if drafts.is_empty() {
        return Err("it has no connector".to_owned());
    }
    Ok(drafts)
}

fn is_list(name: &str, value: &Value) -> bool {
    LISTS.contains(&folded(name).as_str()) && (value.is_array() || value.is_object())
}

/// Place, key and object of each connector of a member.
fn inside<'j>(name: &str, value: &'j Value) -> Vec<(String, String, &'j Map<String, Value>)> {
    match value {
        Value::Array(list) => listed(list, name),
        // One connector, or several by their names.
        Value::Object(map) if is_connector(map) => vec![(name.to_owned(), String::new(), map)],
        Value::Object(map) => {
            let of = |(key, value): (&String, &'j Value)| {
                let object = value.as_object()?;
                Some((format!("{name}.{key}"), key.clone(), object))
            };
            map.iter().filter_map(of).collect()
        }
        _ => Vec::new(),
    }
}

fn listed<'j>(list: &'j [Value], name: &str) -> Vec<(String, String, &'j Map<String, Value>)> {
    let of = |(at, value): (usize, &'j Value)| {
        let object = value.as_object()?;
        Some((format!("{name}[{at}]"), String::new(), object))
    };
    list.iter().enumerate().filter_map(of).collect()
}

fn is_connector(map: &Map<String, Value>) -> bool {
    let names = |known: &[&str]| {
        let mut names = map.keys().map(|name| folded(name));
        names.any(|name| known.iter().any(|known| folded(known) == name))
    };
    names(&TABLES) || names(&provider::TYPES)
}

fn connector(at: &str, key: &str, map: &Map<String, Value>) -> Result<Draft, String> {
    let parts = Parts::new(map, at, &GROUPS);
    let provider = Provider::of(&parts)?;
    let name = parts.text(&["name", "connectorName", "displayName", "title", "label"]);
    let name = name.as_deref().unwrap_or(key);
    let mut draft = Draft::new(slug(name, provider.id()), ORIGIN, provider.id());
    provider.settings(&parts, &mut draft);
    people(&parts, provider, &mut draft);
    times(&parts, &mut draft);
    let product = product(&parts);
    let pictures = [
        "syncAvatars",
        "syncAvatar",
        "avatars",
        "syncProfilePictures",
        "syncProfilePicture",
        "profilePicture",
        "profilePictures",
        "photos",
    ];
    if parts.flag(&pictures) == Some(true) {
        let product = product.unwrap_or(Product::JiraDataCenter);
        draft.target(product).photo = true;
    }
    let username = parts.text(&["usernameAttribute", "loginAttribute", "userNameAttribute"]);
    let username = username.map(|name| provider.selector(&name));
    rows::read_all(&parts, (provider, product), &mut draft);
    for product in [Product::JiraDataCenter, Product::ConfluenceDataCenter] {
        let source = username
            .clone()
            .unwrap_or_else(|| provider.login().to_owned());
        draft.target(product).matches.push((source, "username"));
    }
    if username.is_none() {
        let message = format!(
            "people are matched by `{}` and the user name",
            provider.login()
        );
        let advice = "where user names are made otherwise, change `match`";
        draft.remark(Kind::Check, "[target] match", message, advice);
    }
    parts.rest(&mut draft);
    Ok(draft)
}

/// The product that the export as a whole is of.
fn product(parts: &Parts<'_>) -> Option<Product> {
    let word = parts.text(&["product", "application", "host", "hostProduct", "app"]);
    match folded(&word?).as_str() {
        word if word.contains("confluence") => Some(Product::ConfluenceDataCenter),
        word if word.contains("jira") => Some(Product::JiraDataCenter),
        _ => None,
    }
}

/// Who takes part: groups and a filter.
fn people(parts: &Parts<'_>, provider: Provider, draft: &mut Draft) {
    let spellings = [
        "groups",
        "groupFilter",
        "groupsFilter",
        "groupsToSync",
        "syncGroups",
        "includedGroups",
        "includeGroups",
        "selectedGroups",
        "limitToGroups",
    ];
    if let Some((at, groups)) = parts.find(&spellings, groups) {
        for group in groups {
            if group.contains(['*', '^', '$', '[', '|', '\\', '?']) {
                let message = format!("`{group}` is a pattern, and groups are taken by name or id");
                draft.remark(
                    Kind::Left,
                    &at,
                    message,
                    "name the groups in [scope] groups",
                );
            } else {
                draft.groups.push(group);
            }
        }
    }
    let spellings = [
        "userFilter",
        "usersFilter",
        "filter",
        "searchFilter",
        "query",
    ];
    if let Some((at, filter)) = parts.find(&spellings, text) {
        let option = provider.filter();
        draft.options.push((option, filter));
        let message = format!("the filter became the option `{option}`");
        draft.remark(
            Kind::Check,
            at,
            message,
            "try it: attune plan NAME --sample 5",
        );
    }
}

/// Names or ids of groups: a list of texts or objects, or a text with commas.
fn groups(value: &Value) -> Option<Vec<String>> {
    let one = |value: &Value| match value {
        Value::Object(map) => {
            let names = ["name", "displayName", "groupName", "id"];
            names.iter().find_map(|name| text(map.get(*name)?))
        }
        value => text(value),
    };
    match value {
        Value::Array(list) => list.iter().map(one).collect(),
        Value::String(all) => {
            let names = all.split(',').map(str::trim);
            let names: Vec<String> = names
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect();
            (!names.is_empty()).then_some(names)
        }
        _ => None,
    }
}

/// When it runs, and whether it does.
fn times(parts: &Parts<'_>, draft: &mut Draft) {
    let spellings = [
        "cron",
        "cronExpression",
        "schedule",
        "syncSchedule",
        "expression",
    ];
    if let Some((at, line)) = parts.find(&spellings, text) {
        match schedule(&line) {
            Some(line) => draft.schedule = Some(line),
            None => draft.remark(
                Kind::Left,
                at,
                format!("`{line}` cannot be said in the five fields of our schedule"),
                "write schedule = \"minute hour day month weekday\"",
            ),
        }
    }
    let spellings = ["enabled", "active", "scheduled", "scheduleEnabled"];
    while let Some((at, is_on)) = parts.find_next(&spellings, flag) {
        if !is_on {
            draft.remark(
                Kind::Left,
                at,
                "it was switched off, and a connector file cannot say so",
                "attune connector pause NAME, or leave `schedule` out",
            );
        }
    }
    let spellings = [
        "cleanupBehavior",
        "cleanupBehaviour",
        "cleanup",
        "removedUsers",
        "onUserRemoved",
    ];
    if let Some((at, word)) = parts.find(&spellings, text) {
        draft.remark(
            Kind::Left,
            at,
            format!("`{word}`: accounts are never made, disabled or deleted here"),
            "[scope] leavers = \"clear\" clears our values of people who left",
        );
    }
}

/// Five fields of cron; Quartz has seconds before and a year behind them, and `?`.
fn schedule(line: &str) -> Option<String> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let plain = match fields.as_slice() {
        five @ [_, _, _, _, _] => five.to_vec(),
        ["0", five @ .., "*"] | ["0", five @ ..] if five.len() == 5 => five.to_vec(),
        _ => return None,
    };
    let is_quartz = fields.len() > 5;
    // Quartz counts weekdays from Sunday = 1, cron from 0: their names mean the same in both.
    let has_number = plain
        .last()
        .is_some_and(|day| day.contains(|c: char| c.is_ascii_digit()));
    if is_quartz && has_number {
        return None;
    }
    let fields: Vec<&str> = plain
        .iter()
        .map(|one| if *one == "?" { "*" } else { one })
        .collect();
    let line = fields.join(" ");
    Cron::parse(&line).is_ok().then_some(line)
}

#[cfg(test)]
mod tests {
    use super::schedule;

    #[test]
    fn schedules_of_both_kinds_are_read_where_they_mean_the_same() {
        let cases = [
            ("0 2 * * *", Some("0 2 * * *")),
            ("0 0 2 * * ?", Some("0 2 * * *")),
            ("0 15 10 ? * MON-FRI", Some("15 10 * * MON-FRI")),
            ("0 0 2 * * ? *", Some("0 2 * * *")),
            ("0 0 2 ? * 2", None),
            ("30 0 2 * * ?", None),
            ("daily", None),
            ("0 99 * * *", None),
        ];
        for (line, expected) in cases {
            assert_eq!(schedule(line).as_deref(), expected, "{line}");
        }
    }
}
