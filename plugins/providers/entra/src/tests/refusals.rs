//! Everything that is not a good answer: a problem with a code, never a shorter list.

use attune_plugin::provider::script::{failed, json};

use super::{ADA, answered, everyone, options, page, run, user};
use crate::Entra;

#[test]
fn every_status_has_its_code() {
    for (status, code) in [
        (204, "bad-answer"),
        (302, "bad-answer"),
        (400, "options"),
        (401, "sign-in"),
        (403, "permission"),
        (404, "bad-answer"),
        (410, "bad-answer"),
        (429, "throttled"),
        (500, "unavailable"),
        (501, "options"),
        (503, "unavailable"),
        (504, "unavailable"),
    ] {
        let good = page(&[user(ADA, "ada")], None);
        for body in ["", "{}", good.as_str(), "<html>"] {
            let seen = answered(status, body);
            assert_eq!((seen.code(), seen.complete), (code, None), "{status}");
            assert!(seen.people.is_empty());
        }
    }
}

#[test]
fn every_failure_has_its_code() {
    for (kind, code) in [
        ("connect", "unavailable"),
        ("tls", "unavailable"),
        ("timeout", "unavailable"),
        ("something-new", "unavailable"),
        ("refused", "bad-answer"),
        ("too-large", "bad-answer"),
        ("sign-in", "sign-in"),
        ("paging-lost", "paging-lost"),
        ("cancelled", "cancelled"),
    ] {
        let seen = run::<Entra>(&options(), everyone(&[]), |request| failed(request, kind));
        assert_eq!((seen.code(), seen.complete), (code, None));
    }
}

#[test]
fn a_web_page_with_status_200_is_a_problem() {
    let seen = answered(200, "<!DOCTYPE html><html><body>Sign in</body></html>");
    assert_eq!((seen.code(), seen.complete), ("bad-answer", None));
    assert!(seen.problem.unwrap().message.contains("web page"));
}

#[test]
fn odd_bodies_with_status_200_are_problems() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"value":null}"#,
        r#"{"value":{}}"#,
        r#"{"value":[null]}"#,
        r#"{"value":[5]}"#,
        r#"{"value":[{}]}"#,
        r#"{"value":[{"id":5}]}"#,
        r#"{"value":[{"id":""}]}"#,
        r#"{"value":[],"@odata.nextLink":null}"#,
        r#"{"value":[],"@odata.nextLink":""}"#,
        r#"{"value":[],"@odata.nextLink":5}"#,
        r#"{"value":[],"value":[]}"#,
        r#"{"value":[]} trailing"#,
        "\u{feff}{\"value\":[]}",
        r#"{"error":{"code":"UnknownError","message":""}}"#,
    ] {
        let seen = answered(200, body);
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{body}");
    }
}

#[test]
fn an_odd_name_costs_that_name_only() {
    let body = format!(r#"{{"value":[{{"id":"{ADA}","mail":"\ud800","userPrincipalName":7}}]}}"#);
    let seen = answered(200, &body);
    assert_eq!(seen.complete, Some(1));
    assert!(seen.people[0].person.names.is_empty());
}

#[test]
fn a_missing_permission_is_named_in_both_spellings_and_with_an_empty_message() {
    for inner in ["innerError", "innererror"] {
        let body = format!(
            r#"{{"error":{{"code":"Authorization_RequestDenied","message":"","{inner}":{{"request-id":"r-7"}}}}}}"#
        );
        let problem = answered(403, &body).problem.unwrap();
        assert_eq!(problem.code, "permission");
        for part in ["`User.Read.All`", "Authorization_RequestDenied", "r-7"] {
            assert!(problem.message.contains(part), "{}", problem.message);
        }
    }
}

#[test]
fn attributes_with_permissions_of_their_own_name_them() {
    let wanted = ["customSecurityAttributes.Engineering.Project"];
    let seen = run::<Entra>(&options(), everyone(&wanted), |request| {
        json(request, 403, "{}")
    });
    let message = seen.problem.unwrap().message;
    assert!(
        message.contains("`CustomSecAttributeAssignment.Read.All`"),
        "{message}"
    );
}

#[test]
fn a_page_that_graph_no_longer_knows_is_lost() {
    let body = r#"{"error":{"code":"Directory_ExpiredPageToken","message":"The specified page token value has expired."}}"#;
    assert_eq!(answered(400, body).code(), "paging-lost");
}

#[test]
fn an_ldap_page_is_no_answer() {
    use attune_plugin::provider::{LdapPage, Reply};
    let seen = run::<Entra>(&options(), everyone(&[]), |request| {
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
