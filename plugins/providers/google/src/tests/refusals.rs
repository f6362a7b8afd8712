//! Answers that are none, and what is said about them.

use attune_plugin::provider::script::{failed, run};
use serde_json::json;

use super::{ADA, answered, error, everyone, no_token, page, user};
use crate::Google;
use crate::options::USERS;

#[test]
fn statuses_have_their_codes_and_keep_googles_words() {
    let status = |status: &str| json!({ "error": { "message": "Words.", "status": status } });
    for (code, body, expected) in [
        (
            401,
            error(401, "authError", "Invalid Credentials"),
            "sign-in",
        ),
        (403, error(403, "forbidden", "Not Authorized"), "permission"),
        (403, error(403, "dailyLimitExceeded", "Daily"), "throttled"),
        (403, "<html>no".to_owned(), "permission"),
        (
            404,
            error(404, "domainNotFound", "Domain not found."),
            "options",
        ),
        (404, "nothing".to_owned(), "bad-answer"),
        (
            400,
            error(400, "invalid", "Invalid Input: query"),
            "options",
        ),
        (
            400,
            error(400, "invalidParameter", "Invalid field selection badge"),
            "options",
        ),
        (
            400,
            error(400, "invalid", "Invalid Input: pageToken"),
            "paging-lost",
        ),
        (429, status("RESOURCE_EXHAUSTED").to_string(), "throttled"),
        (500, error(500, "backendError", "Backend"), "unavailable"),
        (503, String::new(), "unavailable"),
        (302, String::new(), "bad-answer"),
        (206, page(&[user(ADA, "ada")], None), "bad-answer"),
    ] {
        let seen = answered(code, &body);
        assert_eq!((seen.code(), seen.complete), (expected, None), "{body}");
        let problem = seen.problem.unwrap();
        assert!(problem.message.contains(&format!("status {code}")));
        assert_eq!(problem.at, "the list of users");
        if let Some((_, words)) = body.split_once("\"message\":\"") {
            let words = words.split(['"', '.']).next().unwrap();
            assert!(problem.message.contains(words), "{}", problem.message);
        }
    }
}

#[test]
fn a_403_says_what_to_do_about_it() {
    let detail = |reason: &str| {
        json!({ "error": {
            "code": 403, "message": "No.", "status": "PERMISSION_DENIED",
            "details": [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason }],
        }})
        .to_string()
    };
    for (body, words) in [
        (error(403, "forbidden", "Not Authorized"), "Users > Read"),
        (
            error(403, "accessNotConfigured", "x"),
            "enable the Admin SDK API",
        ),
        (detail("SERVICE_DISABLED"), "enable the Admin SDK API"),
        (error(403, "insufficientPermissions", "x"), USERS),
        (detail("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), USERS),
    ] {
        let seen = answered(403, &body);
        let message = seen.problem.unwrap().message;
        assert!(message.contains(words), "{message}");
        assert!(seen.hold_offs.is_empty(), "{message}");
    }
}

#[test]
fn a_sign_in_that_failed_keeps_the_hosts_words() {
    let seen = run::<Google>(&json!({}), everyone(&[]), |request| {
        no_token(request, "unauthorized_client: enter the scope")
    });
    let problem = seen.problem.unwrap();
    assert_eq!((problem.code.as_str(), seen.complete), ("sign-in", None));
    assert!(problem.message.contains("enter the scope"));
}

#[test]
fn no_answer_is_no_empty_list() {
    for (kind, code) in [
        ("connect", "unavailable"),
        ("timeout", "unavailable"),
        ("too-large", "bad-answer"),
    ] {
        let seen = run::<Google>(&json!({}), everyone(&[]), |request| failed(request, kind));
        assert_eq!((seen.code(), seen.complete), (code, None));
    }
}

#[test]
fn an_answer_that_is_not_a_page_of_users_is_not_an_empty_page() {
    for body in [
        "",
        "{}",
        "[]",
        "null",
        r#"{"kind":"admin#directory#groups"}"#,
        r#"{"kind":"admin#directory#users","nextPageToken":""}"#,
        r#"{"kind":"admin#directory#users","nextPageToken":null}"#,
        r#"{"kind":"admin#directory#users","users":null}"#,
        r#"{"kind":"admin#directory#users","Users":[]}"#,
        r#"{"kind":"admin#directory#users","users":[{}]}"#,
        r#"{"kind":"admin#directory#users","users":[{"id":""}]}"#,
        r#"{"kind":"admin#directory#users","users":[{"id":7}]}"#,
        r#"{"error":{"code":500}}"#,
        "<!DOCTYPE html><title>Sign in</title>",
        "\u{feff}{\"users\":[]}",
    ] {
        let seen = answered(200, body);
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{body}");
    }
}
