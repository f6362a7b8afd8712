//! Whom was updated since a time.

use attune_plugin::provider::script::{asked, begin, run};
use attune_plugin::provider::{Begin, Goal, Presence};
use serde_json::json;

use super::{ADA, BEN, CLEO, DATE, changed, page, user, users, with};
use crate::Okta;

const SINCE: &str = "2026-11-21T21:00:00.000Z";

fn since(mark: &str) -> Begin {
    begin(Goal::ChangesSince(mark.to_owned()), &["profile.department"])
}

#[test]
fn changes_include_who_was_deactivated_and_go_on_from_the_servers_time() {
    let gone = changed(&user(BEN, "ben"), "/status", json!("DEPROVISIONED"));
    let seen = run::<Okta>(&json!({}), since(SINCE), |request| {
        with(
            page(request, &users(&[user(ADA, "ada"), gone.clone()]), None),
            "date",
            DATE,
        )
    });
    assert_eq!(
        seen.asked(),
        [
            "/api/v1/users?limit=200&filter=lastUpdated%20gt%20%222026-11-21T21:00:00.000Z%22\
          &fields=id,status,lastUpdated,profile:(login,email,department)"
        ]
    );
    assert_eq!((seen.keys(), seen.complete), (vec![ADA, BEN], Some(1)));
    let presence: Vec<_> = seen.people.iter().map(|p| p.person.presence).collect();
    assert_eq!(presence, [Presence::Whole, Presence::Gone]);
    assert_eq!(seen.people[0].person.in_scope, None);
    assert_eq!(seen.checkpoint.as_deref(), Some("2026-11-21T21:55:00.000Z"));
}

#[test]
fn who_no_longer_meets_the_option_is_out_of_scope() {
    let options = json!({ "search": "profile.x eq \"1\"" });
    let gone = changed(&user(CLEO, "cleo"), "/status", json!("DEPROVISIONED"));
    let seen = run::<Okta>(&options, since(SINCE), |request| {
        let is_limited = asked(request).contains("search=(lastUpdated");
        let body = if is_limited {
            users(&[user(ADA, "ada")])
        } else {
            users(&[user(ADA, "ada"), user(BEN, "ben"), gone.clone()])
        };
        page(request, &body, None)
    });
    assert_eq!(seen.requests.len(), 2);
    let scopes: Vec<_> = seen
        .people
        .iter()
        .map(|p| (p.person.key.as_str(), p.person.in_scope))
        .collect();
    assert_eq!(
        scopes,
        [(ADA, Some(true)), (BEN, Some(false)), (CLEO, Some(false))]
    );
    assert_eq!(seen.complete, Some(2));
}

#[test]
fn a_mark_that_is_not_ours_never_reaches_an_expression() {
    for mark in [
        "",
        "yesterday",
        "2026-11-21T21:00:00Z",
        "2026-11-21T21:00:00.000Z\" or id pr",
    ] {
        let seen = run::<Okta>(&json!({}), since(mark), |_| unreachable!());
        assert_eq!(
            (seen.code(), seen.complete),
            ("paging-lost", None),
            "{mark}"
        );
    }
}

#[test]
fn pictures_are_not_offered() {
    let begin = begin(Goal::Pictures(Vec::new()), &[]);
    let seen = run::<Okta>(&json!({}), begin, |_| unreachable!());
    assert_eq!(seen.code(), "unsupported");
}
