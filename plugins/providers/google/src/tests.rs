//! Conversations against scripted answers; one file for each thing that a source is asked for.
//!
//! Fixture people are invented. The shapes of the bodies are those of the published description and
//! of recorded exchanges.

mod discovery;
mod groups;
mod listing;
mod mutations;
mod people;
mod pictures;
mod probe;
mod refusals;

use attune_plugin::provider::script::{Transcript, begin, check_manifest, json, run};
use attune_plugin::provider::{Begin, Failure, Goal, Provider, Reply, Request, dispatch};
use serde_json::{Value, json};

use crate::Google;
use crate::options::{GROUPS, SCHEMAS, USERS};

const ADA: &str = "100000000000000000001";
const BEN: &str = "100000000000000000002";
const CLEO: &str = "100000000000000000003";

/// What every list of users begins with.
const LIST: &str = "/admin/directory/v1/users?customer=my_customer&maxResults=500\
                    &viewType=admin_view&fields=kind,nextPageToken,users(id,primaryEmail,aliases,\
                    nonEditableAliases";

fn everyone(wanted: &[&str]) -> Begin {
    begin(Goal::Everyone, wanted)
}

fn people(names: &[&str]) -> Begin {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    begin(Goal::People(names), &["name.fullName"])
}

/// Answers the requests with these bodies, in order, all with status 200.
fn listed(begin: Begin, bodies: &[&str]) -> Transcript {
    let mut bodies = bodies.iter();
    run::<Google>(&json!({}), begin, |request| {
        json(request, 200, bodies.next().expect("no more requests"))
    })
}

/// Ends a listing of everyone with one answer.
fn answered(status: u16, body: &str) -> Transcript {
    run::<Google>(&json!({}), everyone(&[]), |request| {
        json(request, status, body)
    })
}

fn user(id: &str, name: &str) -> String {
    format!(
        r#"{{"id":"{id}","primaryEmail":"{name}@contoso.example","name":{{"fullName":"{name}"}}}}"#
    )
}

/// A page of users; Google leaves the list out where it is empty.
fn page(users: &[String], token: Option<&str>) -> String {
    list("users", users, token)
}

fn list(of: &str, elements: &[String], token: Option<&str>) -> String {
    let token = token.map_or(String::new(), |token| {
        format!(r#","nextPageToken":"{token}""#)
    });
    let elements = match elements {
        [] => String::new(),
        some => format!(r#","{of}":[{}]"#, some.join(",")),
    };
    format!(r#"{{"kind":"admin#directory#{of}"{elements}{token}}}"#)
}

/// An error of the Directory API.
fn error(status: u16, reason: &str, message: &str) -> String {
    json!({ "error": {
        "code": status, "message": message,
        "errors": [{ "message": message, "domain": "global", "reason": reason }],
    }})
    .to_string()
}

fn not_found(request: &Request) -> Reply {
    let body = error(404, "notFound", "Resource Not Found: userKey");
    json(request, 404, &body)
}

/// No token, in the host's words.
fn no_token(request: &Request, detail: &str) -> Reply {
    Reply::Failed(Failure {
        id: request.id(),
        kind: "sign-in".to_owned(),
        detail: detail.to_owned(),
    })
}

fn scopes(request: &Request) -> Vec<String> {
    match request {
        Request::Http(http) => http.scopes.clone(),
        Request::Ldap(_) => Vec::new(),
    }
}

fn needs(options: &Value) -> Result<attune_plugin::provider::Requirements, attune_plugin::Problem> {
    dispatch::needs::<Google>(&options.to_string())
}

#[test]
fn needs_name_every_scope_and_the_token_endpoint() {
    let needs = needs(&json!({})).unwrap();
    let slot = &needs.credentials[0];
    assert_eq!(slot.kinds, ["google-service-account"]);
    let grant = slot.grant.clone().unwrap();
    assert_eq!(
        (grant.endpoint.as_str(), grant.path.as_str()),
        ("login", "/token")
    );
    assert_eq!(grant.audience, "{login}/token");
    assert_eq!(grant.scopes, [USERS, GROUPS, SCHEMAS]);
    let urls: Vec<_> = needs
        .endpoints
        .iter()
        .map(|slot| (slot.name.as_str(), slot.default_url.as_str()))
        .collect();
    assert_eq!(
        urls,
        [
            ("api", "https://admin.googleapis.com"),
            ("login", "https://oauth2.googleapis.com")
        ]
    );
}

#[test]
fn options_that_contradict_or_would_leave_their_place_are_refused() {
    for (options, at) in [
        (
            json!({ "customer": "C1", "domain": "contoso.example" }),
            "domain",
        ),
        (json!({ "customer": "a/b" }), "customer"),
        (json!({ "customer": "" }), "customer"),
        (json!({ "domain": "contoso.example&x=1" }), "domain"),
        (json!({ "manager-relation": "  " }), "manager-relation"),
    ] {
        let problem = needs(&options).unwrap_err();
        assert_eq!(
            (problem.code.as_str(), problem.at.as_str()),
            ("options", at)
        );
    }
    assert!(needs(&json!({ "customer": "C03az79cb" })).is_ok());
}

#[test]
fn the_manifest_has_one_function_named_like_the_id() {
    check_manifest::<Google>();
    let manifest = Google::manifest();
    let schema: Value = serde_json::from_str(&manifest.functions[0].options_schema).unwrap();
    let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["customer", "domain", "query", "manager-relation"]);
}
