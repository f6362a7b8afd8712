//! What a refused or odd answer is called, and that the service's own words are kept.

use attune_plugin::provider::script::{failed, json, run};
use attune_plugin::provider::{HttpResponse, Reply};
use serde_json::json;

use super::{FULL, answered, asked, everyone, people, served};
use crate::Scim;

fn error(status: &str, kind: &str) -> String {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "schema": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": status, "scimType": kind, "detail": "As the test wants it.",
    })
    .to_string()
}

#[test]
fn every_status_has_its_code_and_keeps_the_services_words() {
    for (status, kind, code) in [
        (401, "", "sign-in"),
        (403, "sensitive", "permission"),
        (429, "", "throttled"),
        (400, "invalidFilter", "options"),
        (400, "tooMany", "options"),
        (501, "", "options"),
        (400, "expiredCursor", "paging-lost"),
        (500, "", "unavailable"),
        (503, "", "unavailable"),
        (404, "", "bad-answer"),
        (302, "", "bad-answer"),
        (204, "", "bad-answer"),
    ] {
        let seen = answered(status, &error(&status.to_string(), kind));
        assert_eq!(
            (seen.code(), seen.complete),
            (code, None),
            "{status} {kind}"
        );
        let message = seen.problem.unwrap().message;
        assert!(
            message.contains("As the test wants it") && message.contains(kind),
            "{message}"
        );
        assert!(message.contains(&format!("status {status}")), "{message}");
    }
}

#[test]
fn an_error_with_status_200_is_what_its_own_status_says() {
    for (status, code) in [
        ("401", "sign-in"),
        ("403", "permission"),
        ("500", "unavailable"),
        ("x", "bad-answer"),
    ] {
        let seen = answered(200, &error(status, ""));
        assert_eq!((seen.code(), seen.complete), (code, None), "{status}");
    }
    // As a number, which it should not be.
    let number = error("403", "").replace("\"403\"", "403");
    assert_eq!(answered(200, &number).code(), "permission");
}

#[test]
fn pages_of_the_web_are_no_empty_directory() {
    for body in [
        "<!DOCTYPE html><title>Sign in</title>",
        "",
        "null",
        "\u{feff}{}",
        "{\"Resources\":[],",
    ] {
        let seen = answered(200, body);
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{body}");
    }
}

#[test]
fn the_id_of_a_request_is_told() {
    let seen = served(&json!({}), everyone(&[]), FULL, |request| {
        Reply::Http(HttpResponse {
            id: request.id(),
            status: 403,
            headers: vec![("X-Amzn-RequestId".to_owned(), "r-77".to_owned())],
            body: Vec::new(),
        })
    });
    assert!(seen.problem.unwrap().message.contains("(request r-77)"));
}

#[test]
fn a_service_in_trouble_is_asked_for_nothing_more() {
    for status in [429, 500, 503] {
        let seen = run::<Scim>(&json!({}), everyone(&[]), |request| {
            json(request, status, "")
        });
        assert_eq!(seen.requests.len(), 1, "{status}");
        assert!(
            ["throttled", "unavailable"].contains(&seen.code()),
            "{}",
            seen.code()
        );
    }
    for (kind, code) in [
        ("connect", "unavailable"),
        ("sign-in", "sign-in"),
        ("refused", "bad-answer"),
    ] {
        let seen = run::<Scim>(&json!({}), everyone(&[]), |request| failed(request, kind));
        assert_eq!((seen.code(), seen.complete), (code, None));
    }
}

#[test]
fn single_people_are_refused_for_the_same_reasons() {
    for (status, code) in [
        (401, "sign-in"),
        (403, "permission"),
        (429, "throttled"),
        (500, "unavailable"),
    ] {
        let seen = run::<Scim>(&json!({}), people(&["u1"]), |request| {
            assert_eq!(asked(request), "/Users/u1");
            json(request, status, &error(&status.to_string(), ""))
        });
        assert_eq!((seen.code(), seen.complete), (code, None), "{status}");
        assert!(seen.absent.is_empty());
    }
}
