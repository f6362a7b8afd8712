//! Conversations against scripted answers; one file for each thing that a source is asked for.
//!
//! Fixture people are invented. The shapes of the bodies are those of Okta's published description
//! and of recorded exchanges.

mod changes;
mod groups;
mod linked;
mod listing;
mod mutations;
mod people;
mod probe;
mod rates;
mod refusals;

use attune_plugin::provider::script::{Transcript, begin, check_manifest, json, run};
use attune_plugin::provider::{Begin, Goal, Provider, Reply, Request, dispatch};
use serde_json::{Value, json};

use crate::Okta;

const ADA: &str = "00uada0000000000Aa11";
const BEN: &str = "00uben0000000000Bb22";
const CLEO: &str = "00ucleo000000000Cc33";

/// The time of every answer that tells one.
const DATE: &str = "Sat, 21 Nov 2026 22:00:00 GMT";

fn options() -> Value {
    json!({})
}

fn everyone(wanted: &[&str]) -> Begin {
    begin(Goal::Everyone, wanted)
}

fn people(names: &[&str]) -> Begin {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    begin(Goal::People(names), &["profile.department"])
}

/// Answers the requests with these pages, in order, all with status 200.
fn listed(begin: Begin, pages: &[(String, Option<&str>)]) -> Transcript {
    let mut pages = pages.iter();
    run::<Okta>(&options(), begin, |request| {
        let (body, next) = pages.next().expect("no more requests");
        page(request, body, *next)
    })
}

/// Ends a listing of everyone with one answer.
fn answered(status: u16, body: &str) -> Transcript {
    run::<Okta>(&options(), everyone(&[]), |request| {
        json(request, status, body)
    })
}

/// A good page with Okta's links.
fn page(request: &Request, body: &str, next: Option<&str>) -> Reply {
    let reply = with(
        json(request, 200, body),
        "link",
        "<https://o.example.com/api/v1/users?limit=200>; rel=\"self\"",
    );
    match next {
        Some(next) => with(reply, "link", &format!("<{next}>; rel=\"next\"")),
        None => reply,
    }
}

/// The reply with one more header.
fn with(reply: Reply, name: &str, value: &str) -> Reply {
    match reply {
        Reply::Http(mut response) => {
            response.headers.push((name.to_owned(), value.to_owned()));
            Reply::Http(response)
        }
        other => other,
    }
}

fn user(id: &str, name: &str) -> String {
    let profile = json!({
        "login": format!("{name}@contoso.example"), "email": format!("{name}@mail.example.com"),
        "department": "Sales", "secondEmail": null,
    });
    json!({
        "id": id, "status": "ACTIVE", "lastUpdated": "2026-11-20T08:00:00.000Z", "profile": profile,
    })
    .to_string()
}

/// A user with another member of the document.
fn changed(user: &str, member: &str, value: Value) -> String {
    let mut document: Value = serde_json::from_str(user).unwrap();
    *document.pointer_mut(member).expect(member) = value;
    document.to_string()
}

fn users(users: &[String]) -> String {
    format!("[{}]", users.join(","))
}

fn not_found(request: &Request) -> Reply {
    let body = r#"{"errorCode":"E0000007","errorSummary":"Not found: Resource not found: x (User)","errorLink":"E0000007","errorId":"oae1","errorCauses":[]}"#;
    json(request, 404, body)
}

#[test]
fn tokens_come_from_the_org_itself_with_the_least_scope() {
    let needs = dispatch::needs::<Okta>("{}").unwrap();
    let slot = &needs.credentials[0];
    let grant = slot.grant.clone().unwrap();
    assert_eq!(
        (grant.endpoint.as_str(), grant.path.as_str()),
        ("api", "/oauth2/v1/token")
    );
    assert_eq!(
        grant.scopes,
        ["okta.users.read", "okta.groups.read", "okta.schemas.read"]
    );
    let header = slot.token_header.clone().unwrap();
    assert_eq!(
        (header.0.as_str(), header.1.as_str()),
        ("Authorization", "SSWS ")
    );
    assert!(needs.endpoints[0].required && needs.endpoints[0].default_url.is_empty());
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    for (options, at) in [
        (
            json!({ "search": "a eq \"b\"", "filter": "c eq \"d\"" }),
            "filter",
        ),
        (json!({ "manager": "linked:" }), "manager"),
        (json!({ "manager": "linked:a/b" }), "manager"),
        (json!({ "manager": "manager" }), "manager"),
    ] {
        let problem = dispatch::needs::<Okta>(&options.to_string()).unwrap_err();
        assert_eq!(
            (problem.code.as_str(), problem.at.as_str()),
            ("options", at)
        );
    }
    for options in [
        json!({ "manager": "managerId" }),
        json!({ "manager": "linked:boss", "search": " " , "filter": "status eq \"ACTIVE\""}),
    ] {
        assert!(dispatch::needs::<Okta>(&options.to_string()).is_ok());
    }
}

#[test]
fn the_manifest_has_one_function_named_like_the_id() {
    check_manifest::<Okta>();
    assert_eq!(Okta::manifest().id, "okta");
}
