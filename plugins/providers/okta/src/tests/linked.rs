//! Managers by a linked object: one question for each person, and only where a row wants it.

use attune_plugin::provider::script::{Transcript, asked, json, run};
use attune_plugin::provider::{Begin, Reply, Request};
use serde_json::json;

use super::{ADA, BEN, CLEO, everyone, page, people, user, users};
use crate::Okta;

fn play(begin: Begin, answer: impl Fn(&Request) -> Reply) -> Transcript {
    run::<Okta>(&json!({ "manager": "linked:boss" }), begin, |request| {
        let path = asked(request);
        if path.contains("/linkedObjects/") {
            answer(request)
        } else if path.starts_with("/api/v1/users/") {
            page(request, &user(ADA, "ada"), None)
        } else {
            page(request, &users(&[user(ADA, "ada"), user(BEN, "ben")]), None)
        }
    })
}

fn link(id: &str) -> String {
    json!([{ "_links": { "self": { "href": format!("https://o.example.com/api/v1/users/{id}") } } }]).to_string()
}

#[test]
fn a_linked_object_is_asked_for_only_where_a_row_wants_the_manager() {
    let seen = play(everyone(&["profile.department"]), |_| unreachable!());
    assert_eq!((seen.requests.len(), seen.complete), (1, Some(2)));

    let seen = play(everyone(&["manager.profile.displayName"]), |request| {
        let is_ada = asked(request).contains(ADA);
        page(
            request,
            &if is_ada { link(CLEO) } else { "[]".to_owned() },
            None,
        )
    });
    assert_eq!(seen.requests.len(), 3);
    assert!(seen.asked()[0].starts_with("/api/v1/users?limit=40&fields="));
    assert!(!seen.asked()[0].contains("managerId"));
    assert_eq!(
        seen.asked()[1],
        format!("/api/v1/users/{ADA}/linkedObjects/boss")
    );
    let managers: Vec<_> = seen
        .people
        .iter()
        .map(|p| p.person.relations.first().map(|link| link.name.as_str()))
        .collect();
    assert_eq!(managers, [Some(CLEO), None]);
    assert_eq!(seen.people[0].document, user(ADA, "ada"));
    assert_eq!((seen.keys(), seen.complete), (vec![ADA, BEN], Some(2)));
}

#[test]
fn somebody_who_was_deleted_meanwhile_is_passed_over() {
    let seen = play(everyone(&["manager.profile.login"]), |request| {
        if asked(request).contains(BEN) {
            return page(request, "[]", None);
        }
        let body = format!(
            r#"{{"errorCode":"E0000007","errorSummary":"Not found: Resource not found: {ADA} (User)"}}"#
        );
        json(request, 404, &body)
    });
    assert_eq!((seen.keys(), seen.complete), (vec![BEN], Some(1)));
}

#[test]
fn a_name_that_is_no_primary_link_is_told() {
    let unknown = r#"{"errorCode":"E0000007","errorSummary":"Not found: Resource not found: boss (LinkedObjectDefinition)"}"#;
    let both = r#"[{"_links":{"self":{"href":"https://o.example.com/api/v1/users/00u1"}}},{"_links":{"self":{"href":"https://o.example.com/api/v1/users/00u2"}}}]"#;
    for (status, body, words) in [(404, unknown, "E0000007"), (200, both, "primary side")] {
        let seen = play(everyone(&["manager.profile.login"]), |r| {
            json(r, status, body)
        });
        assert_eq!((seen.code(), seen.complete), ("options", None));
        let problem = seen.problem.unwrap();
        assert_eq!(problem.at, "manager");
        assert!(problem.message.contains(words), "{}", problem.message);
    }
}

#[test]
fn a_link_that_leads_to_no_user_is_a_problem() {
    for href in [
        "",
        "https://o.example.com/api/v1/groups/00g1",
        "https://o.example.com/api/v1/users/a/b",
        "https://o.example.com/api/v1/users/",
    ] {
        let body = json!([{ "_links": { "self": { "href": href } } }]).to_string();
        let seen = play(everyone(&["manager.profile.login"]), |r| {
            json(r, 200, &body)
        });
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{href}");
    }
}

#[test]
fn a_single_person_is_asked_for_their_link_too() {
    let mut begin = people(&[ADA]);
    begin.wanted = vec!["manager.profile.login".to_owned()];
    let seen = play(begin, |request| page(request, &link(BEN), None));
    assert_eq!((seen.requests.len(), seen.complete), (2, Some(1)));
    assert_eq!(seen.people[0].person.relations[0].name, BEN);
}

/// A page of whole users waits in the state for its links; the script sees to eight at once.
#[test]
fn a_page_of_large_users_fits_into_the_state() {
    let large: Vec<String> = (0..40)
        .map(|n| {
            let profile = json!({ "login": format!("u{n}"), "notes": "x".repeat(10_000) });
            json!({ "id": format!("00u{n:017}"), "status": "ACTIVE", "profile": profile })
                .to_string()
        })
        .collect();
    let options = json!({ "manager": "linked:boss" });
    let seen = run::<Okta>(
        &options,
        everyone(&["manager.profile", "profile"]),
        |request| {
            let is_list = !asked(request).contains("linkedObjects");
            page(
                request,
                &if is_list {
                    users(&large)
                } else {
                    "[]".to_owned()
                },
                None,
            )
        },
    );
    assert_eq!((seen.people.len(), seen.complete), (40, Some(40)));
}
