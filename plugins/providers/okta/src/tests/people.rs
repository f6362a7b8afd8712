//! Single people: by id, login and mail address, in and out of scope.

use attune_plugin::provider::script::{asked, json, run};
use attune_plugin::provider::{Presence, Request};
use serde_json::json;

use super::{ADA, BEN, CLEO, changed, listed, not_found, options, page, people, user, users};
use crate::Okta;

fn is_single(request: &Request) -> bool {
    asked(request).starts_with("/api/v1/users/")
}

/// The users of a batch who exist.
fn batch(request: &Request, existing: &[&str]) -> String {
    let path = asked(request);
    let found = existing.iter().filter(|id| path.contains(**id));
    users(&found.map(|id| user(id, &id[3..6])).collect::<Vec<_>>())
}

#[test]
fn an_id_is_one_request() {
    let seen = listed(people(&[ADA]), &[(user(ADA, "ada"), None)]);
    assert_eq!(seen.asked(), [format!("/api/v1/users/{ADA}")]);
    assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(1)));
}

#[test]
fn an_unknown_id_is_absent_by_oktas_own_word() {
    let seen = run::<Okta>(&options(), people(&[ADA]), not_found);
    assert_eq!(seen.absent, [ADA]);
    assert_eq!((seen.requests.len(), seen.complete), (1, Some(0)));
}

#[test]
fn a_404_that_is_no_word_of_okta_is_a_problem_and_not_an_absence() {
    for body in [
        "<html>not here</html>",
        "{}",
        r#"{"errorCode":"E0000022"}"#,
        "",
    ] {
        let seen = run::<Okta>(&options(), people(&[ADA]), |r| json(r, 404, body));
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{body}");
        assert!(seen.absent.is_empty());
    }
}

#[test]
fn a_name_is_asked_for_as_a_login_and_then_searched_for_as_an_address() {
    let seen = run::<Okta>(
        &options(),
        people(&["o\"ada@mail.example.com"]),
        |request| {
            if is_single(request) {
                not_found(request)
            } else {
                page(request, &users(&[user(ADA, "ada")]), None)
            }
        },
    );
    assert_eq!(
        seen.asked(),
        [
            "/api/v1/users/o%22ada@mail.example.com",
            "/api/v1/users?limit=200&search=profile.email%20eq%20%22o%5C%22ada@mail.example.com%22\
             %20or%20profile.login%20eq%20%22o%5C%22ada@mail.example.com%22\
             &fields=id,status,lastUpdated,profile:(login,email,department)"
        ]
    );
    assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(1)));
    assert!(seen.absent.is_empty());
}

#[test]
fn names_that_mean_something_else_in_a_path_are_searched_for() {
    for name in ["me", "ME", "a/b@contoso.example", "a\\b", "..", "."] {
        let seen = listed(people(&[name]), &[(users(&[]), None)]);
        assert!(
            seen.asked()[0].starts_with("/api/v1/users?limit="),
            "{name}"
        );
        assert_eq!(
            (seen.absent, seen.complete),
            (vec![name.to_owned()], Some(0))
        );
    }
}

#[test]
fn names_that_okta_cannot_have_are_absent_without_a_request() {
    let long = "a".repeat(400);
    let seen = listed(people(&["", "  ", "a\r\nb@contoso.example", &long]), &[]);
    assert_eq!(seen.absent.len(), 4);
    assert_eq!((seen.requests.len(), seen.complete), (0, Some(0)));
}

#[test]
fn a_name_that_okta_cannot_read_fails_nobody_else() {
    let refused =
        r#"{"errorCode":"E0000031","errorSummary":"Invalid search criteria.","errorCauses":[]}"#;
    let seen = run::<Okta>(&options(), people(&["(odd)", "ada"]), |request| {
        if asked(request).contains("odd") {
            json(request, 400, refused)
        } else {
            page(request, &user(ADA, "ada"), None)
        }
    });
    assert_eq!(
        (seen.keys(), seen.absent.clone()),
        (vec![ADA], vec!["(odd)".to_owned()])
    );
    assert_eq!(seen.complete, Some(1));
}

#[test]
fn a_hundred_ids_are_five_requests_and_who_is_missing_is_asked_for_alone() {
    let names: Vec<String> = (0..100).map(|n| format!("00u{n:017}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let seen = run::<Okta>(&options(), people(&names), |request| {
        if is_single(request) {
            not_found(request)
        } else {
            page(request, &batch(request, &names[..98]), None)
        }
    });
    assert_eq!((seen.people.len(), seen.complete), (98, Some(98)));
    assert_eq!((seen.requests.len(), seen.absent.len()), (7, 2));
    assert!(seen.asked()[0].starts_with("/api/v1/users?limit=200&filter=id%20eq%20%2200u0"));
}

#[test]
fn somebody_with_several_names_is_delivered_once() {
    let names = [
        "ada@contoso.example",
        "ADA@contoso.example",
        ADA,
        "ada",
        ADA,
    ];
    let seen = run::<Okta>(&options(), people(&names), |r| {
        page(r, &user(ADA, "ada"), None)
    });
    assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(1)));
    assert!(seen.absent.is_empty());
}

#[test]
fn two_people_with_one_address_are_both_delivered() {
    let seen = run::<Okta>(&options(), people(&["team@mail.example.com"]), |request| {
        if is_single(request) {
            not_found(request)
        } else {
            page(request, &users(&[user(ADA, "ada"), user(BEN, "ben")]), None)
        }
    });
    assert_eq!((seen.keys(), seen.complete), (vec![ADA, BEN], Some(2)));
}

#[test]
fn a_deactivated_person_is_gone_and_nobodys_manager() {
    let gone = changed(&user(ADA, "ada"), "/status", json!("DEPROVISIONED"));
    let seen = listed(people(&[ADA]), &[(gone, None)]);
    assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(0)));
    assert_eq!(seen.people[0].person.presence, Presence::Gone);
    assert_eq!(seen.people[0].document, "");
}

#[test]
fn who_meets_the_option_is_in_scope_and_who_does_not_is_out_of_it() {
    for (parameter, expression) in [
        ("search", "profile.x eq \"1\""),
        ("filter", "status eq \"ACTIVE\""),
    ] {
        let options = json!({ parameter: expression });
        let seen = run::<Okta>(&options, people(&[ADA, BEN, CLEO]), |request| {
            if is_single(request) {
                return not_found(request);
            }
            let is_limited = asked(request).contains("and");
            let existing: &[&str] = if is_limited { &[ADA] } else { &[ADA, BEN] };
            page(request, &batch(request, existing), None)
        });
        let scopes: Vec<_> = seen
            .people
            .iter()
            .map(|p| (p.person.key.as_str(), p.person.in_scope))
            .collect();
        assert_eq!(scopes, [(ADA, Some(true)), (BEN, Some(false))]);
        assert_eq!(seen.absent, [CLEO]);
        let begin = format!("/api/v1/users?limit=200&{parameter}=(id%20eq%20%22{ADA}%22%20or%20");
        assert!(seen.asked()[0].starts_with(&begin), "{:?}", seen.asked());
        assert!(seen.asked()[1].starts_with("/api/v1/users?limit=200&filter=id%20eq"));
    }
}

#[test]
fn somebody_found_by_name_is_held_against_the_option_by_id() {
    let options = json!({ "search": "profile.x eq \"1\"" });
    let seen = run::<Okta>(&options, people(&["ada@contoso.example", ADA]), |request| {
        let body = if is_single(request) {
            user(ADA, "ada")
        } else {
            batch(request, &[ADA])
        };
        page(request, &body, None)
    });
    assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(1)));
    assert_eq!(seen.people[0].person.in_scope, Some(true));
}
