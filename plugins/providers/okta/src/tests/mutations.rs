//! Two thousand bent answers through every way that people are read: no panic, no wrong list.

use attune_plugin::provider::script::{Transcript, asked, begin, run};
use attune_plugin::provider::{Begin, Goal, HttpResponse, Presence, Reply, mutation};
use serde_json::{Value, json};

use super::{ADA, BEN, CLEO, everyone, page, people, user, users};
use crate::Okta;

const BENT: usize = 2_000;

fn good() -> String {
    let mut first: Value = serde_json::from_str(&user(ADA, "ada")).unwrap();
    first["profile"]["managerId"] = json!(BEN);
    first["profile"]["displayName"] = json!("Ada Ümläut \u{1F600}");
    users(&[first.to_string(), user(BEN, "ben")])
}

/// The first answer is bent; later ones are good.
fn bent(begin: Begin, body: &[u8]) -> Transcript {
    let mut first = true;
    run::<Okta>(&json!({}), begin, |request| {
        if std::mem::take(&mut first) {
            return Reply::Http(HttpResponse {
                id: request.id(),
                status: 200,
                headers: Vec::new(),
                body: body.to_vec(),
            });
        }
        let is_single = asked(request).starts_with("/api/v1/users/");
        page(
            request,
            &if is_single {
                user(CLEO, "cleo")
            } else {
                "[]".to_owned()
            },
            None,
        )
    })
}

/// What completes was complete JSON with exactly these people.
fn check(seen: &Transcript, body: &[u8]) {
    if seen.complete.is_none() {
        assert!(!seen.code().is_empty());
        return;
    }
    let parsed: Value = serde_json::from_slice(body).expect("completed from no JSON");
    let listed = match &parsed {
        Value::Array(users) => users.clone(),
        user => vec![user.clone()],
    };
    let mut ids: Vec<&str> = listed
        .iter()
        .map(|user| user["id"].as_str().expect("an id"))
        .collect();
    let present = |user: &&Value| user["status"] != "DEPROVISIONED";
    assert_eq!(
        listed.iter().filter(present).count(),
        ids.len(),
        "nobody was deactivated"
    );
    ids.sort_unstable();
    let mut keys = seen.keys();
    keys.sort_unstable();
    assert_eq!(keys, ids);
    assert!(
        seen.people
            .iter()
            .all(|p| p.person.presence == Presence::Whole)
    );
}

#[test]
fn a_bent_page_is_whole_or_a_problem() {
    let good = good();
    let since = || {
        begin(
            Goal::ChangesSince("2026-11-21T21:00:00.000Z".to_owned()),
            &[],
        )
    };
    let goals: [fn() -> Begin; 2] = [
        || everyone(&["manager.profile.login"]),
        || {
            begin(
                Goal::ChangesSince("2026-11-21T21:00:00.000Z".to_owned()),
                &[],
            )
        },
    ];
    assert_eq!(bent(since(), good.as_bytes()).complete, Some(2));
    let mut refused = 0;
    for body in mutation::bodies(&good, BENT) {
        for goal in goals {
            let seen = bent(goal(), &body);
            check(&seen, &body);
            refused += usize::from(seen.complete.is_none());
        }
    }
    assert!(refused > BENT, "{refused}");
}

#[test]
fn a_bent_user_is_whole_or_a_problem_and_never_absent() {
    let good = user(ADA, "ada");
    let mut refused = 0;
    for body in mutation::bodies(&good, BENT) {
        let seen = bent(people(&[ADA]), &body);
        check(&seen, &body);
        assert!(seen.absent.is_empty(), "{}", String::from_utf8_lossy(&body));
        refused += usize::from(seen.complete.is_none());
    }
    assert!(refused > BENT / 2, "{refused}");
}

/// Links, groups and linked objects: whatever stands there, the listing ends.
#[test]
fn bent_answers_about_people_never_hang_and_never_complete_wrongly() {
    let link =
        json!([{ "_links": { "self": { "href": "https://o.example.com/api/v1/users/00u9" } } }]);
    let options = json!({ "manager": "linked:boss" });
    for body in mutation::bodies(&link.to_string(), BENT) {
        let seen = run::<Okta>(&options, everyone(&["manager.profile.login"]), |request| {
            if asked(request).contains("linkedObjects") {
                return Reply::Http(HttpResponse {
                    id: request.id(),
                    status: 200,
                    headers: Vec::new(),
                    body: body.clone(),
                });
            }
            page(request, &users(&[user(ADA, "ada")]), None)
        });
        if seen.complete.is_some() {
            assert_eq!(seen.keys(), [ADA]);
            let parsed: Value = serde_json::from_slice(&body).expect("JSON");
            assert_eq!(
                parsed.as_array().map(Vec::len),
                Some(seen.people[0].person.relations.len())
            );
        }
    }
}
