//! Conversations against scripted answers; one file for each thing that a source is asked for.
//!
//! Fixture people are invented. The shapes of the bodies are those of the public documentation and
//! of recorded exchanges.

mod delta;
mod groups;
mod listing;
mod mutations;
mod people;
mod photos;
mod probe;
mod refusals;

use attune_plugin::provider::script::{self, Transcript, asked, begin, check_manifest, json};
use attune_plugin::provider::{Begin, Goal, Provider, Reply, Request, dispatch};
use serde_json::{Value, json};

use crate::Entra;

/// Ada's id; Ben's and Cleo's end in 2 and 3.
const ADA: &str = "00000000-0000-4000-8000-000000000001";
const BEN: &str = "00000000-0000-4000-8000-000000000002";
const CLEO: &str = "00000000-0000-4000-8000-000000000003";

fn options() -> Value {
    json!({ "tenant": "contoso.example" })
}

/// Plays a conversation without the question where changes will go on: a listing does not mind that
/// it is refused. What is made of the answer is in `delta`.
fn run<P: Provider>(
    options: &Value,
    begin: Begin,
    mut answer: impl FnMut(&Request) -> Reply,
) -> Transcript {
    let is_latest = |request: &Request| asked(request).ends_with("$deltatoken=latest");
    let mut seen = script::run::<P>(options, begin, |request| {
        if is_latest(request) {
            return not_found(request);
        }
        answer(request)
    });
    seen.requests.retain(|request| !is_latest(request));
    seen
}

fn everyone(wanted: &[&str]) -> Begin {
    begin(Goal::Everyone, wanted)
}

fn people(names: &[&str]) -> Begin {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    begin(Goal::People(names), &["displayName"])
}

/// Answers the requests with these bodies, in order, all with status 200.
fn listed(begin: Begin, bodies: &[&str]) -> Transcript {
    let mut bodies = bodies.iter();
    run::<Entra>(&options(), begin, |request| {
        json(request, 200, bodies.next().expect("no more requests"))
    })
}

/// Ends a listing of everyone with one answer.
fn answered(status: u16, body: &str) -> Transcript {
    run::<Entra>(&options(), everyone(&[]), |request| {
        json(request, status, body)
    })
}

fn user(id: &str, name: &str) -> String {
    format!(
        r#"{{"id":"{id}","displayName":"{name}","userPrincipalName":"{name}@contoso.example","mail":null}}"#
    )
}

fn page(users: &[String], link: Option<&str>) -> String {
    let link = link.map_or(String::new(), |link| {
        format!(r#","@odata.nextLink":"{link}""#)
    });
    format!(r#"{{"value":[{}]{link}}}"#, users.join(","))
}

/// The page of those users of a request's `$filter=id in (...)` who exist.
fn batch(request: &Request, existing: &[&str]) -> String {
    let path = asked(request);
    let found = existing.iter().filter(|id| path.contains(**id));
    page(&found.map(|id| user(id, "x")).collect::<Vec<_>>(), None)
}

fn not_found(request: &Request) -> Reply {
    let body = r#"{"error":{"code":"Request_ResourceNotFound","message":"Resource 'x' does not exist or one of its queried reference-property objects are not present.","innerError":{"request-id":"r-1"}}}"#;
    json(request, 404, body)
}

#[test]
fn needs_put_the_tenant_into_the_token_path_and_the_cloud_into_the_scope() {
    let needs = dispatch::needs::<Entra>(&options().to_string()).unwrap();
    let grant = needs.credentials[0].grant.clone().unwrap();
    assert_eq!(grant.path, "/contoso.example/oauth2/v2.0/token");
    assert_eq!(grant.scopes, ["{api}/.default"]);
    assert_eq!(grant.endpoint, "login");
    let api = &needs.endpoints[0];
    assert_eq!(
        (api.name.as_str(), api.default_url.as_str()),
        ("api", "https://graph.microsoft.com")
    );
}

#[test]
fn a_tenant_that_would_leave_the_path_is_refused() {
    for tenant in ["", "a/b", "a?b", "..%2f", "a b"] {
        let options = json!({ "tenant": tenant }).to_string();
        let problem = dispatch::needs::<Entra>(&options).unwrap_err();
        assert_eq!(
            (problem.code.as_str(), problem.at.as_str()),
            ("options", "tenant")
        );
    }
}

#[test]
fn the_manifest_has_one_function_named_like_the_id() {
    check_manifest::<Entra>();
    let manifest = Entra::manifest();
    let schema: Value = serde_json::from_str(&manifest.functions[0].options_schema).unwrap();
    assert_eq!(schema["required"], json!(["tenant"]));
}
