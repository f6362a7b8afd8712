//! Groups that limit who takes part.

use attune_plugin::provider::script::{Transcript, asked, json, run};
use attune_plugin::provider::{Begin, Request};
use serde_json::{Value, json};

use super::{ADA, BEN, CLEO, DATE, changed, everyone, not_found, page, people, user, users, with};
use crate::Okta;

const SALES: &str = "00gsales00000000Ss11";
const OPS: &str = "00gops0000000000Oo22";

fn group(id: &str, name: &str) -> String {
    json!({ "id": id, "type": "OKTA_GROUP", "profile": { "name": name, "description": null } })
        .to_string()
}

fn limited(mut begin: Begin, groups: &[&str]) -> Begin {
    begin.groups = groups.iter().map(|&group| group.to_owned()).collect();
    begin
}

fn is_about(request: &Request, what: &str) -> bool {
    asked(request).contains(what)
}

/// A listing of the members of groups called so, where a search finds these.
fn of_groups(names: &[&str], found: &[String]) -> Transcript {
    run::<Okta>(&json!({}), limited(everyone(&[]), names), |request| {
        if is_about(request, "/groups?limit=200&search=") {
            page(request, &users(found), None)
        } else if is_about(request, SALES) && !is_about(request, "/users") {
            page(request, &group(SALES, "Sales"), None)
        } else if is_about(request, SALES) {
            page(request, &users(&[user(ADA, "ada"), user(BEN, "ben")]), None)
        } else {
            page(
                request,
                &users(&[user(BEN, "ben"), user(CLEO, "cleo")]),
                None,
            )
        }
    })
}

#[test]
fn members_are_listed_and_nobody_else() {
    let seen = of_groups(&["Sa\"les"], &[group(SALES, "Sa\"les")]);
    assert_eq!(
        seen.asked(),
        [
            "/api/v1/groups?limit=200&search=profile.name%20eq%20%22Sa%5C%22les%22".to_owned(),
            format!("/api/v1/groups/{SALES}/users?limit=200"),
        ]
    );
    assert_eq!((seen.keys(), seen.complete), (vec![ADA, BEN], Some(2)));
    assert!(!format!("{:?}", seen.requests[1]).contains("okta-response"));
}

#[test]
fn a_group_by_id_is_looked_at_before_its_members_are() {
    let seen = of_groups(&[SALES], &[]);
    assert_eq!(seen.asked()[0], format!("/api/v1/groups/{SALES}"));
    assert_eq!(seen.complete, Some(2));
    let seen = run::<Okta>(&json!({}), limited(everyone(&[]), &[SALES]), not_found);
    assert_eq!((seen.code(), seen.complete), ("options", None));
}

#[test]
fn a_group_that_is_named_twice_is_listed_once() {
    let seen = of_groups(&[SALES, "Sales"], &[group(SALES, "Sales")]);
    assert_eq!((seen.keys(), seen.complete), (vec![ADA, BEN], Some(2)));
    assert_eq!(seen.requests.len(), 3);
}

#[test]
fn somebody_in_two_groups_is_one_person() {
    let both = |request: &Request| {
        let name = if is_about(request, "Sales") {
            ("Sales", SALES)
        } else {
            ("Ops", OPS)
        };
        users(&[group(name.1, name.0)])
    };
    let seen = run::<Okta>(
        &json!({}),
        limited(everyone(&[]), &["Sales", "Ops"]),
        |request| {
            if is_about(request, "search=") {
                page(request, &both(request), None)
            } else if is_about(request, SALES) {
                page(request, &users(&[user(ADA, "ada"), user(BEN, "ben")]), None)
            } else {
                page(
                    request,
                    &users(&[user(BEN, "ben"), user(CLEO, "cleo")]),
                    None,
                )
            }
        },
    );
    assert_eq!(
        (seen.keys(), seen.complete),
        (vec![ADA, BEN, CLEO], Some(3))
    );
    assert_eq!(seen.checkpoint, None);
}

#[test]
fn a_name_of_no_group_or_of_several_ends_the_listing() {
    for (found, words) in [
        (vec![], "there is no group `Sales`"),
        (vec![group(OPS, "Sales East")], "there is no group `Sales`"),
        (
            vec![group(SALES, "Sales"), group(OPS, "Sales")],
            "several groups",
        ),
        (
            vec![group(SALES, "SALES"), group(OPS, "sales")],
            "several groups",
        ),
    ] {
        let seen = of_groups(&["Sales"], &found);
        assert_eq!((seen.code(), seen.complete), ("options", None));
        assert!(seen.problem.unwrap().message.contains(words), "{words}");
    }
    // The very name wins over one that differs in case.
    let seen = of_groups(&["Sales"], &[group(OPS, "SALES"), group(SALES, "Sales")]);
    assert_eq!(seen.complete, Some(2));
}

#[test]
fn members_are_held_against_the_option_in_batches() {
    let options = json!({ "search": "profile.x eq \"1\"" });
    let seen = run::<Okta>(&options, limited(everyone(&[]), &[SALES]), |request| {
        if is_about(request, "/users?limit=200&search=") {
            page(request, &users(&[user(BEN, "ben")]), None)
        } else if is_about(request, "/users") {
            let gone = changed(&user(CLEO, "cleo"), "/status", json!("DEPROVISIONED"));
            page(
                request,
                &users(&[user(ADA, "ada"), user(BEN, "ben"), gone]),
                None,
            )
        } else {
            page(request, &group(SALES, "Sales"), None)
        }
    });
    assert_eq!((seen.keys(), seen.complete), (vec![BEN], Some(1)));
    assert_eq!(seen.people[0].person.in_scope, None);
    let path = &seen.asked()[2];
    assert!(
        path.contains(ADA) && path.contains(BEN) && !path.contains(CLEO),
        "{path}"
    );
}

#[test]
fn a_single_person_is_held_against_the_groups() {
    let next = "https://o.example.com/api/v1/users/x/groups?after=1";
    for (second, is_member) in [(SALES, true), (OPS, false)] {
        let seen = run::<Okta>(&json!({}), limited(people(&[ADA]), &[SALES]), |request| {
            let path = asked(request);
            if path == next {
                page(request, &users(&[group(second, "x")]), None)
            } else if path.ends_with("/groups") {
                page(
                    request,
                    &users(&[group("00geveryone00000Ee44", "Everyone")]),
                    Some(next),
                )
            } else if path.contains("/groups/") {
                page(request, &group(SALES, "Sales"), None)
            } else {
                page(request, &user(ADA, "ada"), None)
            }
        });
        assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(1)));
        assert_eq!(seen.people[0].person.in_scope, Some(is_member));
        assert_eq!(seen.people[0].document, user(ADA, "ada"));
    }
}

#[test]
fn changes_of_groups_are_not_offered_and_not_marked() {
    use attune_plugin::provider::Goal;
    use attune_plugin::provider::script::begin;
    let goal = begin(
        Goal::ChangesSince("2026-11-21T21:55:00.000Z".to_owned()),
        &[],
    );
    let seen = run::<Okta>(&json!({}), limited(goal, &["Sales"]), |_| unreachable!());
    assert_eq!(seen.code(), "unsupported");
    let seen = run::<Okta>(&json!({}), limited(everyone(&[]), &[SALES]), |request| {
        let body = if is_about(request, "/users") {
            "[]".to_owned()
        } else {
            group(SALES, "Sales")
        };
        with(page(request, &body, None), "date", DATE)
    });
    assert_eq!((seen.checkpoint, seen.complete), (None, Some(0)));
}

#[test]
fn an_odd_group_is_a_problem() {
    for body in [
        "{}",
        "[{}]",
        r#"[{"id":"x"}]"#,
        r#"[{"id":"x","profile":{"name":7}}]"#,
    ] {
        let seen = run::<Okta>(&json!({}), limited(everyone(&[]), &["Sales"]), |r| {
            json(r, 200, body)
        });
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{body}");
    }
    let body: Value = json!({ "profile": { "name": "Sales" } });
    let seen = run::<Okta>(&json!({}), limited(everyone(&[]), &[SALES]), |r| {
        json(r, 200, &body.to_string())
    });
    assert_eq!(seen.code(), "bad-answer");
}
