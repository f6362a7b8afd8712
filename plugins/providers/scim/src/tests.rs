//! Conversations against scripted answers; one file for each thing that a source is asked for.
//!
//! Fixture people are invented. The shapes of the bodies are those of the RFCs and of recorded
//! answers.

mod changes;
mod discovery;
mod groups;
mod listing;
mod moving;
mod mutations;
mod people;
mod pictures;
mod probe;
mod reading;
mod refusals;

use attune_plugin::provider::script::{Transcript, asked, begin, check_manifest, json, run};
use attune_plugin::provider::{Begin, Goal, HttpResponse, Reply, Request, dispatch};
use serde_json::{Value, json};

use crate::Scim;

const URN: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const FULL: &str = r#"{"filter":{"supported":true,"maxResults":200},"sort":{"supported":false}}"#;
const NOBODY: &str = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"Resource x not found"}"#;
const BAD_FILTER: &str = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"invalidFilter","detail":"no such attribute"}"#;

fn everyone(wanted: &[&str]) -> Begin {
    begin(Goal::Everyone, wanted)
}

fn people(names: &[&str]) -> Begin {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    begin(Goal::People(names), &["displayName"])
}

fn of_groups(begin: Begin, groups: &[&str]) -> Begin {
    let groups = groups.iter().map(|&name| name.to_owned()).collect();
    Begin { groups, ..begin }
}

/// `u1`, `u2`, ...
fn user(number: usize) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", URN],
        "id": format!("u{number}"),
        "userName": format!("user{number}@contoso.example"),
        "externalId": format!("e{number}"),
        "displayName": format!("User {number}"),
        "emails": [{ "type": "work", "primary": true },
            { "value": format!("User.{number}@example.com") }],
        "meta": { "resourceType": "User", "version": format!("W/\"{number}\"") },
        URN: { "department": "Sales", "manager": { "value": "u1" } },
    })
}

fn users(numbers: std::ops::RangeInclusive<usize>) -> Vec<Value> {
    numbers.map(user).collect()
}

/// A page of a list that holds so many in all.
fn page(resources: &[Value], total: usize) -> String {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total, "startIndex": 1, "itemsPerPage": resources.len(),
        "Resources": resources,
    })
    .to_string()
}

/// One parameter of a request, not decoded.
fn parameter(request: &Request, name: &str) -> Option<String> {
    let path = asked(request);
    let (_, query) = path.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

fn number(request: &Request, name: &str) -> usize {
    parameter(request, name).unwrap().parse().unwrap()
}

/// The page by index that a request asks for, at most so many people long.
fn indexed(request: &Request, all: &[Value], page_max: usize) -> Reply {
    let (start, count) = (number(request, "startIndex"), number(request, "count"));
    let rest = all.iter().skip(start - 1).take(count.min(page_max));
    let rest: Vec<Value> = rest.cloned().collect();
    json(request, 200, &page(&rest, all.len()))
}

/// A conversation with a service that says this of itself and answers everything else so.
fn served(
    options: &Value,
    begin: Begin,
    configuration: &str,
    mut answer: impl FnMut(&Request) -> Reply,
) -> Transcript {
    run::<Scim>(options, begin, |request| {
        if asked(request) == "/ServiceProviderConfig" {
            dated(json(request, 200, configuration))
        } else {
            answer(request)
        }
    })
}

/// A listing of everyone by a service that gives pages of at most so many.
fn listed(all: &[Value], page_max: usize) -> Transcript {
    served(&json!({}), everyone(&[]), FULL, |request| {
        indexed(request, all, page_max)
    })
}

/// Ends a listing of everyone with one answer.
fn answered(status: u16, body: &str) -> Transcript {
    served(&json!({}), everyone(&[]), FULL, |request| {
        json(request, status, body)
    })
}

fn dated(reply: Reply) -> Reply {
    match reply {
        Reply::Http(response) => {
            let mut headers = response.headers;
            headers.push((
                "Date".to_owned(),
                "Sat, 21 Nov 2026 22:00:30 GMT".to_owned(),
            ));
            Reply::Http(HttpResponse {
                headers,
                ..response
            })
        }
        other => other,
    }
}

#[test]
fn the_manifest_and_the_slots_are_as_the_connector_file_has_them() {
    check_manifest::<Scim>();
    let needs = dispatch::needs::<Scim>(r#"{"token-scope":"scim.read"}"#).unwrap();
    assert!(needs.ignores_case);
    let slots = needs.endpoints.iter();
    let slots = slots.map(|slot| (slot.name.as_str(), slot.required));
    assert_eq!(slots.collect::<Vec<_>>(), [("api", true), ("login", false)]);
    let credential = &needs.credentials[0];
    assert_eq!(credential.name, "api");
    assert_eq!(
        credential.kinds,
        ["bearer", "oauth2-client-credentials", "basic", "header"]
    );
    let grant = credential.grant.as_ref().unwrap();
    assert_eq!(
        (grant.endpoint.as_str(), grant.path.as_str()),
        ("login", "")
    );
    assert_eq!(grant.scopes, ["scim.read"]);
}

#[test]
fn options_of_other_names_or_sizes_are_refused() {
    for options in [r#"{"pagesize":5}"#, r#"{"page-size":"many"}"#] {
        assert!(dispatch::needs::<Scim>(options).is_err(), "{options}");
    }
}
