//! Answers that are none: Okta's errors, web pages, failures of the way there.

use attune_plugin::provider::script::{failed, json, run};
use attune_plugin::provider::{Failure, Reply};

use super::{answered, everyone, options, with};
use crate::Okta;

fn error(code: &str, summary: &str) -> String {
    format!(
        r#"{{"errorCode":"{code}","errorSummary":"{summary}","errorLink":"{code}","errorId":"oae1","errorCauses":[{{"errorSummary":"the cause"}}]}}"#
    )
}

#[test]
fn okta_errors_keep_their_words_and_get_our_codes() {
    for (status, okta, code) in [
        (400, "E0000031", "options"),
        (400, "E0000029", "paging-lost"),
        (401, "E0000011", "sign-in"),
        (403, "E0000006", "permission"),
        (404, "E0000022", "bad-answer"),
        (429, "E0000047", "throttled"),
        (500, "E0000009", "unavailable"),
        (503, "", "unavailable"),
    ] {
        let body = error(okta, "Okta's own words.");
        let seen = run::<Okta>(&options(), everyone(&[]), |request| {
            with(json(request, status, &body), "X-Okta-Request-Id", "req-7")
        });
        assert_eq!((seen.code(), seen.complete), (code, None), "{status}");
        let message = seen.problem.unwrap().message;
        for part in [
            okta,
            "Okta's own words: the cause",
            "(x-okta-request-id req-7)",
        ] {
            assert!(message.contains(part), "{message}");
        }
    }
}

#[test]
fn a_missing_scope_is_named() {
    let seen = answered(403, &error("E0000006", "You do not have permission"));
    let message = seen.problem.unwrap().message;
    assert!(message.contains("`okta.users.read`") && message.contains("Read-only Administrator"));
}

#[test]
fn a_web_page_is_no_list() {
    let seen = answered(200, "<!DOCTYPE html><title>Sign in</title>");
    assert_eq!((seen.code(), seen.complete), ("bad-answer", None));
}

#[test]
fn a_list_is_an_array_and_its_users_have_ids() {
    for body in [
        "",
        "{}",
        "null",
        "[null]",
        "[7]",
        "[{}]",
        r#"[{"id":""}]"#,
        r#"[{"id":7}]"#,
        r#"[{"id":"00u1","profile":"x"}]"#,
        r#"{"value":[]}"#,
        "[]x",
        r#"[{"id":"a","id":"b"}]"#,
    ] {
        let seen = answered(200, body);
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{body}");
    }
}

#[test]
fn a_way_that_fails_is_told() {
    for (kind, code) in [
        ("connect", "unavailable"),
        ("timeout", "unavailable"),
        ("refused", "bad-answer"),
        ("sign-in", "sign-in"),
    ] {
        let seen = run::<Okta>(&options(), everyone(&[]), |request| failed(request, kind));
        assert_eq!((seen.code(), seen.complete), (code, None));
    }
}

#[test]
fn an_app_that_demands_dpop_is_told_where_to_switch_it_off() {
    for detail in [
        "invalid_dpop_proof: The DPoP proof JWT header is missing.",
        "the token is not a bearer token (is DPoP on?)",
    ] {
        let seen = run::<Okta>(&options(), everyone(&[]), |request| {
            Reply::Failed(Failure {
                id: request.id(),
                kind: "sign-in".to_owned(),
                detail: detail.to_owned(),
            })
        });
        assert_eq!(seen.code(), "sign-in");
        let message = seen.problem.unwrap().message;
        assert!(
            message.contains("switch off \"Require Demonstrating Proof"),
            "{message}"
        );
    }
}
