//! Bodies that Keycloak really gave, read by the real component, whole and cut.
//!
//! The table names each file of the folder; one that is not in it fails the test. Organisations are
//! nothing that this adapter asks for: taken for a list of users, they are people without a name.

use std::sync::Arc;

use attune_server::clock::{Clock, TestClock};
use attune_server::net::{Outgoing, Outside, Response, Script};
use attune_server::source::{Goal, Source};
use serde_json::{Value, json};

use crate::entra::{Talk, converse, people, values};
use crate::keycloak;
use crate::peer;

/// Each file, what it is a list of, and how many it has.
const RECORDED: [(&str, &str, u64); 3] = [
    ("02-group-members", "members", 2),
    ("04-organizations", "users", 1),
    ("06-users-partial", "users", 4),
];
const GROUP: &str = "b34866c4-0000-439d-82ab-f8c21bd2d81a";

fn body(name: &str) -> String {
    let path = peer::reference(&format!("examples/keycloak/{name}.json"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What a realm answers whose one list is this body.
fn answer(request: &Outgoing, body: &str) -> Response {
    let path = request.url.path();
    let query = request.url.query().unwrap_or_default();
    let list: Vec<Value> = serde_json::from_str(body).unwrap_or_default();
    let text = if path.ends_with("/token") {
        json!({ "access_token": "t", "expires_in": 60, "token_type": "Bearer" }).to_string()
    } else if path.ends_with("/count") {
        list.len().to_string()
    } else if path.ends_with(&format!("/groups/{GROUP}")) {
        json!({ "id": GROUP, "name": "simpsons", "subGroupCount": 0 }).to_string()
    } else if query.starts_with("first=0&") || query.contains("exact=true") {
        body.to_owned()
    } else {
        // The last one again, and nobody after them.
        Value::from(list.last().cloned().into_iter().collect::<Vec<_>>()).to_string()
    };
    Response::new(200, text).with_header("content-type", "application/json")
}

fn world(body: &str) -> (Source, Script) {
    let body = body.to_owned();
    let script = Script::new(move |request| Ok(answer(request, &body)));
    let clock = TestClock::skipping("2026-11-21T22:00:00Z".parse().expect("a time"));
    let clock: Arc<dyn Clock> = clock;
    let outside = Outside::with_send(Arc::new(script.clone()), clock, 1);
    let url = "https://login.contoso.example";
    (keycloak::source(json!({}), url, &outside), script)
}

async fn listed(source: &Source, of: &str) -> Talk {
    let groups: &[&str] = if of == "members" { &[GROUP] } else { &[] };
    converse(
        source,
        Goal::Everyone,
        &["username", "attributes.department"],
        groups,
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_recorded_list_is_read_to_its_end() {
    let folder = std::fs::read_dir(peer::reference("examples/keycloak")).expect("recorded bodies");
    let mut files: Vec<String> = folder
        .filter_map(|file| file.expect("a file").file_name().into_string().ok())
        .filter(|name| !name.ends_with(".meta.json"))
        .collect();
    files.sort();
    let known: Vec<String> = RECORDED
        .iter()
        .map(|(name, ..)| format!("{name}.json"))
        .collect();
    assert_eq!(files, known);
    for (name, of, count) in RECORDED {
        let (source, _) = world(&body(name));
        let talk = listed(&source, of).await;
        assert_eq!(talk.count(), count, "{name}");
        let list: Vec<Value> = serde_json::from_str(&body(name)).expect("JSON");
        for user in list {
            let person = talk.person(user["id"].as_str().expect("an id"));
            let names = ["username", "email"].map(|member| user[member].as_str());
            let names: Vec<&str> = names.into_iter().flatten().collect();
            assert_eq!(person.names, names, "{name}");
            let username = user["username"].as_str().map(|text| format!("Text {text}"));
            let expected = [username.unwrap_or("Absent".to_owned()), "Absent".to_owned()];
            assert_eq!(
                values(person, &["username", "attributes.department"]),
                expected
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recorded_person_is_found_by_name_and_nobody_else_is() {
    let (source, script) = world(&body("06-users-partial"));
    let talk = converse(
        &source,
        people(&["USER-3", "user"]),
        &["emailVerified"],
        &[],
    )
    .await;
    assert_eq!(talk.count(), 1);
    assert_eq!(
        values(talk.person("u3"), &["emailVerified"]),
        ["Boolean true"]
    );
    assert_eq!(talk.page.absent, ["user"]);
    let asked = script.seen();
    assert!(
        asked
            .iter()
            .any(|request| request.url.as_str().contains("username=USER-3&exact=true"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_list_that_is_cut_completes() {
    for (name, of, _) in RECORDED {
        let whole = body(name);
        let length = whole.trim_end().len();
        for end in (0..length)
            .step_by(length / 60 + 1)
            .chain(length - 3..length)
        {
            let (source, _) = world(&whole[..end]);
            let talk = listed(&source, of).await;
            assert_eq!(
                talk.refusal().0,
                "bad-answer",
                "{name}, {end} of {length} bytes"
            );
            assert!(talk.page.people.is_empty());
        }
    }
}
