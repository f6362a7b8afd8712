//! Two thousand bent answers for each thing that is asked: nothing panics, nothing goes on for ever,
//! and what completes was well-formed and had exactly these people in it.

use std::collections::BTreeSet;

use attune_plugin::provider::mutation::bodies;
use attune_plugin::provider::script::{Transcript, asked, begin, run};
use attune_plugin::provider::{Begin, Goal, HttpResponse, Reply, Request};
use serde_json::Value;

use super::{everyone, id, options, people, user};
use crate::Keycloak;

const BENT: usize = 2_000;

fn bytes(request: &Request, body: &[u8]) -> Reply {
    Reply::Http(HttpResponse {
        id: request.id(),
        status: 200,
        headers: Vec::new(),
        body: body.to_vec(),
    })
}

fn good() -> String {
    format!(
        r#"[{{"id":"{}","username":"ada","attributes":{{"manager":["ben"],"department":["Ümläut 😀"]}},"enabled":true}},{}]"#,
        id("ada"),
        user("ben")
    )
}

/// The ids of a well-formed page whose people all have one; the accounts of clients left out.
fn ids(body: &[u8]) -> Option<BTreeSet<String>> {
    let page: Vec<Value> = serde_json::from_slice(body).ok()?;
    let people = page
        .iter()
        .filter(|user| user["serviceAccountClientId"].is_null());
    people
        .map(|user| user["id"].as_str().map(str::to_owned))
        .collect()
}

fn keys(seen: &Transcript) -> BTreeSet<String> {
    seen.keys().into_iter().map(str::to_owned).collect()
}

#[test]
fn a_bent_page_completes_only_with_the_people_in_it() {
    let mut completed = 0;
    for body in bodies(&good(), BENT) {
        let seen = run::<Keycloak>(&options(), everyone(), |request| {
            if asked(request).contains("/count") {
                bytes(request, b"2")
            } else {
                bytes(request, &body)
            }
        });
        let shown = String::from_utf8_lossy(&body);
        if seen.complete.is_some() {
            assert_eq!(Some(keys(&seen)), ids(&body), "{shown}");
            assert!(seen.people.len() >= 2, "{shown}");
            completed += 1;
        } else {
            assert!(!seen.code().is_empty(), "{shown}");
        }
    }
    assert!((20..1_000).contains(&completed), "{completed}");
}

#[test]
fn a_bent_member_list_completes_only_with_the_people_in_it() {
    let mut completed = 0;
    for body in bodies(&good(), BENT) {
        let mut question = everyone();
        question.groups = vec![id("sales")];
        let seen = run::<Keycloak>(&options(), question, |request| {
            if asked(request).contains("/members") {
                bytes(request, &body)
            } else {
                bytes(request, br#"{"id":"g","subGroupCount":0}"#)
            }
        });
        if seen.complete.is_some() {
            let shown = String::from_utf8_lossy(&body);
            assert_eq!(Some(keys(&seen)), ids(&body), "{shown}");
            completed += 1;
        }
    }
    assert!((20..1_000).contains(&completed), "{completed}");
}

/// Every answer of a conversation is the same bent body; nobody may be absent by it whose id was
/// not looked for, and nothing may go round.
fn every_answer(question: &Begin, good: &str) -> usize {
    let mut completed = 0;
    for body in bodies(good, BENT) {
        let seen = run::<Keycloak>(&options(), question.clone(), |request| {
            bytes(request, &body)
        });
        if seen.complete.is_some() {
            let is_json = serde_json::from_slice::<Value>(&body).is_ok();
            assert!(is_json, "{}", String::from_utf8_lossy(&body));
            completed += 1;
        }
    }
    completed
}

#[test]
fn bent_answers_about_single_people_groups_and_pictures_are_survived() {
    assert!(every_answer(&people(&["ada", "ben@contoso.example"]), &good()) > 20);
    let mut grouped = people(&["ada"]);
    grouped.groups = vec!["sales".to_owned()];
    let group = r#"[{"id":"g","name":"sales","path":"/sales","subGroupCount":1,"subGroups":[{"id":"h","name":"x"}]}]"#;
    every_answer(&grouped, group);
    let known = vec![("a".to_owned(), "m".to_owned())];
    let picture = r#"{"id":"a","attributes":{"picture":["https://example.com/a.png"]}}"#;
    assert!(every_answer(&begin(Goal::Pictures(known), &[]), picture) > 20);
}
