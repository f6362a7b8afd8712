//! Two thousand bent answers through each kind of conversation: no panic, no endless paging, and
//! nobody missing from a listing that completes.

use attune_plugin::provider::mutation::bodies;
use attune_plugin::provider::script::{Transcript, asked, begin, run};
use attune_plugin::provider::{Begin, Goal, HttpResponse, Reply, Request};
use serde_json::{Value, json};

use super::{FULL, everyone, number, of_groups, page, people, user, users};
use crate::Scim;

const BENT: usize = 2_000;
/// Of what is a courtesy, or read by the same code.
const FEWER: usize = 500;

fn raw(request: &Request, body: &[u8]) -> Reply {
    Reply::Http(HttpResponse {
        id: request.id(),
        status: 200,
        headers: Vec::new(),
        body: body.to_vec(),
    })
}

/// Holds a conversation in which every answer that `is_bent` picks is this body.
fn held(begin: Begin, bent: &[u8], is_bent: impl Fn(&str) -> bool) -> Transcript {
    let all = users(1..=2);
    let mut asked_for = 0;
    run::<Scim>(&json!({}), begin, |request| {
        asked_for += 1;
        assert!(asked_for < 200, "endless paging");
        let path = asked(request);
        if is_bent(&path) {
            return raw(request, bent);
        }
        let body = match path.as_str() {
            "/ServiceProviderConfig" => FULL.to_owned(),
            path if path.starts_with("/Groups?") => {
                page(&[json!({ "id": "g1", "displayName": "Sales" })], 1)
            }
            path if path.starts_with("/Users/") => user(1).to_string(),
            path if path.contains("startIndex") && number(request, "startIndex") > 1 => {
                page(&[], 0)
            }
            _ => page(&all, 2),
        };
        raw(request, body.as_bytes())
    })
}

/// The people in a body, if it is well-formed JSON.
fn resources(body: &[u8]) -> Option<Vec<Value>> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let members = value.as_object()?;
    let named = members
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("Resources"));
    Some(
        named
            .and_then(|(_, list)| list.as_array())
            .cloned()
            .unwrap_or_default(),
    )
}

#[test]
fn a_page_is_whole_or_a_problem() {
    let good = page(&users(1..=2), 2);
    assert_eq!(
        held(everyone(&[]), good.as_bytes(), |path| path
            .contains("count="))
        .complete,
        Some(2)
    );
    let (mut completed, mut refused) = (0, 0);
    {
        for body in bodies(&good, BENT) {
            let wanted = everyone(&["manager.displayName"]);
            let seen = held(wanted, &body, |path| path.contains("count="));
            if seen.complete.is_some() {
                let people = resources(&body).expect("well-formed JSON");
                let ids: Vec<_> = people
                    .iter()
                    .map(|user| user["id"].as_str().unwrap())
                    .collect();
                assert_eq!(seen.keys(), ids);
                assert!(
                    !ids.is_empty() || says_nobody(&body),
                    "{}",
                    String::from_utf8_lossy(&body)
                );
                completed += 1;
            } else {
                assert!(!seen.code().is_empty());
                refused += 1;
            }
        }
    }
    assert!(completed > 100 && refused > 500, "{completed} {refused}");
}

/// Whether a body itself says that there is nobody.
fn says_nobody(body: &[u8]) -> bool {
    let value: Value = serde_json::from_slice(body).unwrap();
    let total = value
        .as_object()
        .unwrap()
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("totalResults"));
    total.is_some_and(|(_, total)| *total == json!(0) || *total == json!("0"))
}

#[test]
fn a_page_of_cursors_is_whole_or_a_problem() {
    let good =
        json!({ "totalResults": 2, "Resources": users(1..=2), "nextCursor": "c" }).to_string();
    let mut refused = 0;
    for body in bodies(&good, BENT) {
        let seen = held(everyone(&[]), &body, |path| path.contains("startIndex"));
        if seen.complete.is_some() {
            let ids = resources(&body).expect("well-formed JSON");
            assert!(seen.keys().len() >= ids.len());
        } else {
            refused += 1;
        }
    }
    assert!(refused > 500, "{refused}");
}

#[test]
fn bent_answers_about_single_people_make_nobody_absent() {
    let found = page(&users(1..=1), 1);
    let mut absent = 0;
    for body in bodies(&found, BENT) {
        let seen = held(people(&["user1@contoso.example"]), &body, |path| {
            path.contains("filter=")
        });
        assert!(seen.complete.is_some() != seen.problem.is_some());
        if seen.complete == Some(0) {
            // Only a list in good order that holds nobody of that name says so.
            assert!(
                resources(&body).is_some(),
                "{}",
                String::from_utf8_lossy(&body)
            );
            assert_eq!(seen.absent.len(), 1);
            absent += 1;
        }
    }
    assert!(absent < BENT / 4, "{absent}");
    for body in bodies(&user(1).to_string(), BENT) {
        let seen = held(people(&["u1"]), &body, |path| path.starts_with("/Users/"));
        assert!(seen.absent.is_empty(), "{}", String::from_utf8_lossy(&body));
        assert!(seen.complete == Some(1) || !seen.code().is_empty());
    }
}

#[test]
fn bent_changes_groups_pictures_and_schemas_end_somehow() {
    let since = || begin(Goal::ChangesSince("2026-11-20T08:00:00Z".to_owned()), &[]);
    for body in bodies(&page(&users(1..=2), 2), BENT) {
        let seen = held(since(), &body, |path| path.contains("lastModified"));
        assert!(seen.complete.is_none() || resources(&body).is_some());
    }
    let group = json!({ "id": "g1", "displayName": "Sales",
        "members": [{ "value": "u1", "type": "User" }, { "value": "u2", "$ref": "../Users/u2" }] });
    for body in bodies(&group.to_string(), FEWER) {
        let begin = of_groups(everyone(&[]), &["Sales"]);
        let seen = held(begin, &body, |path| path.starts_with("/Groups/"));
        let is_json = serde_json::from_slice::<Value>(&body).is_ok();
        assert!(seen.complete.is_none() || is_json);
    }
    let known = || vec![("u1".to_owned(), String::new())];
    let photo =
        json!({ "id": "u1", "photos": [{ "value": "https://p.example.com/1" }] }).to_string();
    for body in bodies(&photo, FEWER) {
        let seen = held(begin(Goal::Pictures(known()), &[]), &body, |path| {
            path.contains("photos")
        });
        assert!(seen.pictures.len() == 1 || !seen.code().is_empty());
    }
    let schemas = page(
        &[json!({ "id": "urn:x:User", "attributes": [
        { "name": "a", "type": "complex", "multiValued": true, "subAttributes": [{ "name": "value" }] }] })],
        1,
    );
    for body in bodies(&schemas, FEWER) {
        let seen = held(begin(Goal::Discover(1), &[]), &body, |path| {
            path == "/Schemas"
        });
        assert!(!seen.attributes.is_empty());
    }
    for body in bodies(FULL, FEWER) {
        let seen = held(everyone(&[]), &body, |path| {
            path == "/ServiceProviderConfig"
        });
        assert_eq!(seen.complete, Some(2), "{}", String::from_utf8_lossy(&body));
    }
}
