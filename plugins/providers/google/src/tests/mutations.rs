//! Bent answers: nothing panics, nothing pages for ever, and what completes is complete.

use attune_plugin::provider::mutation::bodies;
use attune_plugin::provider::script::{Transcript, asked, json, run};
use attune_plugin::provider::{Begin, HttpResponse, Reply, Request};
use serde_json::{Value, json};

use super::{ADA, BEN, everyone, list, page, people, user};
use crate::Google;

const BENT: usize = 2_000;

fn good() -> String {
    json!({
        "kind": "admin#directory#users",
        "etag": "\"e\"",
        "users": [
            { "id": ADA, "primaryEmail": "ada@contoso.example", "aliases": ["a@contoso.example"],
              "relations": [{ "type": "manager", "value": "ben@contoso.example" }],
              "name": { "fullName": "Ada Ümläut \u{1F600}" } },
            { "id": BEN, "primaryEmail": "ben@contoso.example", "nonEditableAliases": [] }
        ],
        "nextPageToken": "t2"
    })
    .to_string()
}

fn raw(request: &Request, body: &[u8]) -> Reply {
    Reply::Http(HttpResponse {
        id: request.id(),
        status: 200,
        headers: Vec::new(),
        body: body.to_vec(),
    })
}

fn wanting(begin: Begin) -> Begin {
    Begin {
        wanted: vec!["manager.name.fullName".to_owned(), "name".to_owned()],
        ..begin
    }
}

/// A conversation in which the first answer is bent and all others are good and last.
fn bent(begin: Begin, body: &[u8]) -> Transcript {
    let mut is_first = true;
    run::<Google>(&json!({}), wanting(begin), |request| {
        if std::mem::take(&mut is_first) {
            return raw(request, body);
        }
        if asked(request).contains("/users?") {
            json(request, 200, &page(&[], None))
        } else {
            json(request, 200, &user(ADA, "ada"))
        }
    })
}

#[test]
fn a_bent_page_is_whole_or_a_problem() {
    assert_eq!(bent(everyone(&[]), good().as_bytes()).complete, Some(2));
    let (mut refused, mut completed) = (0, 0);
    for body in bodies(&good(), BENT) {
        let seen = bent(everyone(&[]), &body);
        let Some(count) = seen.complete else {
            assert!(!seen.code().is_empty());
            refused += 1;
            continue;
        };
        completed += 1;
        // What completes was complete JSON with exactly these people in it.
        let page: Value = serde_json::from_slice(&body).unwrap();
        let listed = page["users"].as_array().map_or(0, Vec::len);
        assert_eq!((count as usize, seen.people.len()), (listed, listed));
        let ids: Vec<&str> = page["users"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|user| user["id"].as_str().unwrap())
            .collect();
        assert_eq!(seen.keys(), ids);
        // Nobody got lost by a member that is spelt otherwise.
        let is_whole = page["nextPageToken"].is_string() || page.get("nextPageToken").is_none();
        assert!(is_whole && page.get("users").is_some(), "{page}");
    }
    assert!(refused > 1_000 && completed > 100, "{refused} {completed}");
}

#[test]
fn a_bent_user_is_that_user_or_a_problem() {
    let body = user(ADA, "ada");
    let (mut refused, mut found) = (0, 0);
    for body in bodies(&body, BENT) {
        let seen = bent(people(&[ADA]), &body);
        assert!(seen.absent.is_empty(), "nobody said that she is gone");
        if seen.complete.is_some() {
            let user: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(seen.keys(), [user["id"].as_str().unwrap()]);
            found += 1;
        } else {
            refused += 1;
        }
    }
    assert!(refused > 1_000 && found > 100, "{refused} {found}");
}

/// Who is left out of a bent page of members would look like somebody who left.
#[test]
fn a_bent_page_of_members_is_whole_or_a_problem() {
    let members = [
        format!(r#"{{"id":"{ADA}","email":"ada@contoso.example","type":"USER"}}"#),
        format!(r#"{{"id":"{BEN}","email":"ben@contoso.example","type":"USER"}}"#),
    ];
    let body = list("members", &members, None);
    let mut refused = 0;
    for body in bodies(&body, BENT) {
        let mut begin = everyone(&[]);
        begin.groups = vec!["g1".to_owned()];
        let seen = run::<Google>(&json!({}), begin, |request| {
            let path = asked(request);
            if path.contains("/members?") {
                return if path.contains("pageToken") {
                    json(request, 200, &list("members", &[], None))
                } else {
                    raw(request, &body)
                };
            }
            if path.contains("/groups/") {
                return json(request, 200, r#"{"id":"g1"}"#);
            }
            json(
                request,
                200,
                &page(&[user(ADA, "ada"), user(BEN, "ben")], None),
            )
        });
        if seen.complete.is_none() {
            assert!(!seen.code().is_empty());
            refused += 1;
            continue;
        }
        let page: Value = serde_json::from_slice(&body).unwrap();
        let listed = page["members"].as_array().unwrap();
        let is_in = |id: &str, mail: &str| {
            listed.iter().any(|member| {
                let is_group = ["GROUP", "CUSTOMER"]
                    .iter()
                    .any(|kind| member["type"] == *kind);
                !is_group
                    && (member["id"] == id
                        || (member["id"].as_str().unwrap_or("").is_empty()
                            && member["email"] == mail))
            })
        };
        assert_eq!(
            seen.keys().contains(&ADA),
            is_in(ADA, "ada@contoso.example"),
            "{page}"
        );
        assert_eq!(
            seen.keys().contains(&BEN),
            is_in(BEN, "ben@contoso.example"),
            "{page}"
        );
    }
    assert!(refused > 1_000, "{refused}");
}
