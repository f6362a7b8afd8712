//! Everything that is not a good answer: a problem with a code, never a shorter list.

use attune_plugin::provider::script::{failed, json, run};
use attune_plugin::provider::{LdapPage, Reply};

use super::{answered, everyone, list, listed, options, user};
use crate::Keycloak;

#[test]
fn every_status_has_its_code() {
    for (status, code) in [
        (204, "bad-answer"),
        (302, "bad-answer"),
        (400, "options"),
        (401, "sign-in"),
        (403, "permission"),
        (404, "bad-answer"),
        (405, "bad-answer"),
        (429, "throttled"),
        (500, "unavailable"),
        (503, "unavailable"),
    ] {
        let good = list(&[user("ada")]);
        for body in ["", "{}", good.as_str(), "<html>", r#"{"errorMessage":"x"}"#] {
            for seen in [
                answered(status, body),
                listed(|request| json(request, status, body)),
            ] {
                assert_eq!((seen.code(), seen.complete), (code, None), "{status}");
                assert!(seen.people.is_empty());
            }
        }
    }
}

#[test]
fn keycloaks_own_words_are_kept_in_all_their_forms() {
    for (body, words) in [
        (
            r#"{"error":"HTTP 403 Forbidden"}"#,
            "status 403: HTTP 403 Forbidden",
        ),
        (
            r#"{"errorMessage":"not for you"}"#,
            "status 403: not for you",
        ),
        (
            r#"{"error":"unknown_error","error_description":"consult the log"}"#,
            "unknown_error: consult the log",
        ),
        ("<html>", "status 403;"),
    ] {
        let problem = answered(403, body).problem.unwrap();
        assert_eq!(problem.code, "permission");
        for part in [words, "`view-users`", "`realm-management`"] {
            assert!(problem.message.contains(part), "{}", problem.message);
        }
    }
    let problem = answered(404, r#"{"error":"Realm not found."}"#)
        .problem
        .unwrap();
    assert_eq!(
        (problem.code.as_str(), problem.at.as_str()),
        ("options", "realm")
    );
}

#[test]
fn every_failure_has_its_code() {
    for (kind, code) in [
        ("connect", "unavailable"),
        ("timeout", "unavailable"),
        ("too-large", "bad-answer"),
        ("sign-in", "sign-in"),
        ("cancelled", "cancelled"),
    ] {
        let seen = run::<Keycloak>(&options(), everyone(), |request| failed(request, kind));
        assert_eq!((seen.code(), seen.complete), (code, None));
    }
}

#[test]
fn odd_bodies_with_status_200_are_problems() {
    for body in [
        "",
        "null",
        "{}",
        "5",
        "[null]",
        "[5]",
        "[[]]",
        "[{}]",
        r#"[{"id":5}]"#,
        r#"[{"id":""}]"#,
        r#"[{"id":"a","id":"b"}]"#,
        r#"[{"id":"a"}] trailing"#,
        r#"[{"id":"a"},]"#,
        "\u{feff}[]",
        r#"{"error":"unknown_error"}"#,
        "<!DOCTYPE html><title>Sign in to your account</title>",
    ] {
        let seen = answered(200, body);
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{body}");
    }
    for body in ["", "-1", "1.5", "[]", "\"7\"", "{\"count\":7}", "<html>"] {
        let seen = listed(|request| json(request, 200, body));
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{body}");
    }
}

#[test]
fn an_odd_name_costs_that_name_only() {
    let body = r#"[{"id":"a","username":"\ud800","email":7,"attributes":[]}]"#;
    let seen = answered(200, body);
    assert_eq!(seen.complete, Some(1));
    assert!(seen.people[0].person.names.is_empty());
}

#[test]
fn an_ldap_page_is_no_answer() {
    let seen = listed(|request| {
        Reply::Ldap(LdapPage {
            id: request.id(),
            code: 0,
            diagnostic: String::new(),
            entries: Vec::new(),
            cookie: Vec::new(),
        })
    });
    assert_eq!((seen.code(), seen.complete), ("bad-answer", None));
}
