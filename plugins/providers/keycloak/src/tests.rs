//! Conversations against a realm that the tests play; one file for each thing that a source is
//! asked for.
//!
//! Fixture people are invented. The shapes of the bodies are those of Keycloak's description of its
//! Admin REST API, of recorded exchanges and of its sources.

mod groups;
mod mutations;
mod paging;
mod people;
mod probe;
mod refusals;

use std::collections::BTreeMap;

use attune_plugin::provider::script::{Transcript, asked, begin, check_manifest, json, run};
use attune_plugin::provider::{Begin, Goal, Provider, Reply, Request, dispatch};
use serde_json::{Value, json};

use crate::Keycloak;

/// Where everything is below.
const ADMIN: &str = "/admin/realms/contoso";

fn options() -> Value {
    json!({ "realm": "contoso" })
}

fn everyone() -> Begin {
    begin(Goal::Everyone, &["attributes.department"])
}

fn people(names: &[&str]) -> Begin {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    begin(Goal::People(names), &["firstName"])
}

/// The id of the user of that name.
fn id(name: &str) -> String {
    let digits = name
        .bytes()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let digits = format!("{digits:0<32.32}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
    parts.join("-")
}

fn user(name: &str) -> String {
    format!(
        r#"{{"id":"{}","username":"{name}","email":"{name}@contoso.example","enabled":true}}"#,
        id(name)
    )
}

fn list(users: &[String]) -> String {
    format!("[{}]", users.join(","))
}

/// `n` names in the order of the list.
fn names(n: usize) -> Vec<String> {
    (0..n).map(|n| format!("user{n:05}")).collect()
}

/// The query of a path, decoded as far as these tests need it.
fn parameters(path: &str) -> BTreeMap<String, String> {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| {
            (
                name.to_owned(),
                value.replace("%20", " ").replace("%3A", ":"),
            )
        })
        .collect()
}

/// The part of a list that `first` and `max` of a path name, at most `cap` of it.
fn window<T: Clone>(all: &[T], path: &str, cap: usize) -> Vec<T> {
    let parameters = parameters(path);
    let number = |name: &str| parameters.get(name).and_then(|text| text.parse().ok());
    let first = number("first").unwrap_or(0_usize);
    let max = number("max").unwrap_or(100_usize);
    all.iter().skip(first).take(max.min(cap)).cloned().collect()
}

/// A realm of those users that gives at most `cap` of them at once.
fn realm(request: &Request, users: &[String], cap: usize) -> Reply {
    let path = asked(request);
    if path.starts_with(&format!("{ADMIN}/users/count")) {
        return json(request, 200, &users.len().to_string());
    }
    assert!(path.starts_with(&format!("{ADMIN}/users?")), "{path}");
    let page: Vec<String> = window(users, &path, cap)
        .iter()
        .map(|name| user(name))
        .collect();
    json(request, 200, &list(&page))
}

/// Lists a realm that answers by this function.
fn listed(answer: impl FnMut(&Request) -> Reply) -> Transcript {
    run::<Keycloak>(&options(), everyone(), answer)
}

/// Everything of a listing is answered with this, but the counts.
fn answered(status: u16, body: &str) -> Transcript {
    listed(|request| {
        if asked(request).ends_with("/count") {
            json(request, 200, "0")
        } else {
            json(request, status, body)
        }
    })
}

fn no_user(request: &Request) -> Reply {
    let body = r#"{"error":"User not found","error_description":"For more on this error consult the server log at the debug level."}"#;
    json(request, 404, body)
}

#[test]
fn needs_put_realm_and_prefix_into_the_token_path() {
    let path = |options: Value| {
        let needs = dispatch::needs::<Keycloak>(&options.to_string()).unwrap();
        let grant = needs.credentials[0].grant.clone().unwrap();
        assert_eq!(
            (grant.endpoint.as_str(), needs.endpoints[0].name.as_str()),
            ("server", "server")
        );
        assert_eq!(needs.credentials[0].kinds, ["oauth2-client-credentials"]);
        grant.path
    };
    let token = "protocol/openid-connect/token";
    assert_eq!(path(options()), format!("/realms/contoso/{token}"));
    let old = json!({ "realm": "my realm", "prefix": "/auth" });
    assert_eq!(path(old), format!("/auth/realms/my%20realm/{token}"));
}

#[test]
fn options_that_would_leave_the_path_or_list_everyone_are_refused() {
    for (options, at) in [
        (json!({ "realm": ".." }), "realm"),
        (json!({ "realm": "a/b" }), "realm"),
        (json!({ "realm": "a%2fb" }), "realm"),
        (json!({ "realm": "a", "prefix": "auth" }), "prefix"),
        (json!({ "realm": "a", "prefix": "/auth/" }), "prefix"),
        (json!({ "realm": "a", "prefix": "/a/../b" }), "prefix"),
        (json!({ "realm": "a", "prefix": "/a?b" }), "prefix"),
        (json!({ "realm": "a", "query": "Sales" }), "query"),
    ] {
        let problem = dispatch::needs::<Keycloak>(&options.to_string()).unwrap_err();
        assert_eq!(
            (problem.code.as_str(), problem.at.as_str()),
            ("options", at),
            "{options}"
        );
    }
}

#[test]
fn the_manifest_has_one_function_named_like_the_id() {
    check_manifest::<Keycloak>();
    let manifest = Keycloak::manifest();
    let schema: Value = serde_json::from_str(&manifest.functions[0].options_schema).unwrap();
    assert_eq!(schema["required"], json!(["realm"]));
}
