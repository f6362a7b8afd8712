//! The probe: each thing that can be missing is a line with its name and what to do.

use attune_plugin::provider::script::{Transcript, asked, begin, run};
use attune_plugin::provider::{Goal, HttpResponse, Reply, Request};
use serde_json::json;

use super::{ADA, BEN, error, list, no_token, scopes};
use crate::Google;
use crate::options::{GROUPS, USERS};

fn dated(request: &Request, status: u16, body: &str) -> Reply {
    Reply::Http(HttpResponse {
        id: request.id(),
        status,
        headers: vec![(
            "date".to_owned(),
            "Sat, 21 Nov 2026 22:00:02 GMT".to_owned(),
        )],
        body: body.as_bytes().to_vec(),
    })
}

/// A directory in which all is well.
fn well(request: &Request) -> Reply {
    let path = asked(request);
    let body = if path.contains("thumbnailPhotoEtag") {
        let users = [
            format!(r#"{{"id":"{ADA}"}}"#),
            format!(r#"{{"id":"{BEN}","thumbnailPhotoEtag":"\"e\""}}"#),
        ];
        list("users", &users, Some("t2"))
    } else if path.contains("/photos/") {
        r#"{"mimeType":"image/jpeg","photoData":"AAAA"}"#.to_owned()
    } else if path.contains("/members?") {
        let member = format!(r#"{{"id":"{ADA}","type":"USER"}}"#);
        list("members", &[member], Some("m2"))
    } else if path.contains("/groups/") {
        r#"{"id":"g1"}"#.to_owned()
    } else {
        list("users", &[format!(r#"{{"id":"{ADA}"}}"#)], Some("t2"))
    };
    dated(request, 200, &body)
}

fn probed(groups: &[&str], answer: impl FnMut(&Request) -> Reply) -> Transcript {
    let mut begin = begin(Goal::Probe, &["organizations[primary=true].department"]);
    begin.groups = groups.iter().map(|&group| group.to_owned()).collect();
    let options = json!({ "query": "isSuspended=false" });
    run::<Google>(&options, begin, answer)
}

fn lines(seen: &Transcript) -> Vec<(&str, bool)> {
    seen.findings
        .iter()
        .map(|f| (f.name.as_str(), f.ok))
        .collect()
}

#[test]
fn a_good_directory_is_told_line_by_line() {
    let seen = probed(&["g1"], well);
    assert_eq!(
        lines(&seen),
        [
            ("sign-in", true),
            ("clock", true),
            (USERS, true),
            ("attributes", true),
            ("picture", true),
            (GROUPS, true),
        ]
    );
    assert_eq!(seen.complete, Some(0));
    assert!(seen.findings[1].message.contains("by 2 s"));
    assert!(seen.asked()[0].contains("maxResults=100&"));
    assert!(seen.asked()[1].contains("maxResults=1&"));
    assert!(seen.asked()[1].ends_with("&query=isSuspended=false"));
    assert!(seen.asked()[2].contains(&format!("/users/{BEN}/photos/thumbnail")));
    assert_eq!(seen.requests.len(), 5, "one page of each");
    assert_eq!(scopes(&seen.requests[4]), [GROUPS]);
}

#[test]
fn a_missing_scope_is_told_by_its_name_and_the_others_all_the_same() {
    let refused = "signing in failed: unauthorized_client: Client is unauthorized";
    let seen = probed(&["g1", "g2"], |request| {
        if scopes(request) == [GROUPS] {
            no_token(request, refused)
        } else {
            well(request)
        }
    });
    assert_eq!(
        lines(&seen),
        [
            ("sign-in", true),
            ("clock", true),
            (USERS, true),
            ("attributes", true),
            ("picture", true),
            (GROUPS, false),
        ]
    );
    let last = seen.findings.last().unwrap();
    assert!(last.fix.contains(GROUPS) && last.fix.contains("domain-wide delegation"));
    let seen = probed(&["g1"], |request| no_token(request, refused));
    assert_eq!(lines(&seen), [(USERS, false), (GROUPS, false)]);
    assert_eq!(seen.complete, Some(0));
}

#[test]
fn a_key_that_is_not_taken_is_one_line() {
    let seen = probed(&["g1"], |request| {
        no_token(request, "invalid_grant: Invalid JWT Signature")
    });
    assert_eq!(lines(&seen), [("sign-in", false)]);
    assert!(seen.findings[0].message.contains("invalid_grant"));
    assert_eq!((seen.requests.len(), seen.complete), (1, Some(0)));
}

#[test]
fn who_may_not_read_users_is_told_what_to_do() {
    for (reason, words) in [
        ("forbidden", "Users > Read"),
        ("accessNotConfigured", "enable the Admin SDK API"),
        ("insufficientPermissions", USERS),
    ] {
        let seen = probed(&[], |request| {
            dated(request, 403, &error(403, reason, "No"))
        });
        assert_eq!(lines(&seen), [("sign-in", true), (USERS, false)]);
        assert!(seen.findings[1].fix.contains(words), "{:?}", seen.findings);
    }
}

#[test]
fn attributes_pictures_and_groups_fail_alone() {
    let seen = probed(&["nobody@contoso.example"], |request| {
        let path = asked(request);
        if path.contains("query=") && path.contains("maxResults=1&") {
            return dated(request, 400, &error(400, "invalid", "Invalid Input: query"));
        }
        if path.contains("/photos/") {
            return dated(request, 500, "");
        }
        if path.contains("/groups/") {
            return dated(
                request,
                404,
                &error(404, "notFound", "Resource Not Found: groupKey"),
            );
        }
        well(request)
    });
    let bad: Vec<&str> = seen
        .findings
        .iter()
        .filter(|f| !f.ok)
        .map(|f| f.name.as_str())
        .collect();
    assert_eq!(bad, ["attributes", "picture", "groups"]);
    assert_eq!(seen.complete, Some(0));
}

#[test]
fn a_customer_that_nobody_knows_and_a_clock_that_is_wrong_are_told() {
    let seen = probed(&[], |r| {
        dated(
            r,
            404,
            &error(404, "notFound", "Resource Not Found: customer"),
        )
    });
    assert_eq!(lines(&seen), [("users", false)]);
    assert!(seen.findings[0].fix.contains("`customer`"));
    let seen = probed(&[], |request| match well(request) {
        Reply::Http(mut response) => {
            response.headers[0].1 = "Sat, 21 Nov 2026 22:10:00 GMT".to_owned();
            Reply::Http(response)
        }
        other => other,
    });
    assert!(lines(&seen).contains(&("clock", false)));
}

#[test]
fn a_quota_is_waited_for_in_a_probe_too() {
    let mut is_first = true;
    let seen = probed(&[], |request| {
        if std::mem::take(&mut is_first) {
            return dated(request, 403, &error(403, "quotaExceeded", "Quota"));
        }
        well(request)
    });
    assert_eq!(seen.hold_offs.len(), 1);
    assert!(seen.findings.iter().all(|finding| finding.ok));
}
