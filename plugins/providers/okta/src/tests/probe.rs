//! `attune check`: one line for each thing that can be wrong.

use attune_plugin::provider::script::{Transcript, asked, begin, failed, json, run};
use attune_plugin::provider::{Finding, Goal, Reply, Request};
use serde_json::{Value, json};

use super::{ADA, page, user, users, with};
use crate::Okta;

const DENIED: &str = r#"{"errorCode":"E0000006","errorSummary":"You do not have permission to perform the requested action"}"#;

fn probe(options: &Value, groups: &[&str], answer: impl FnMut(&Request) -> Reply) -> Transcript {
    let mut begin = begin(
        Goal::Probe,
        &["profile.department", "manager.profile.login"],
    );
    begin.groups = groups.iter().map(|&group| group.to_owned()).collect();
    run::<Okta>(options, begin, answer)
}

fn good(request: &Request) -> Reply {
    let path = asked(request);
    let body = if path.contains("/linkedObjects/") {
        "[]".to_owned()
    } else if path.contains("/groups") {
        users(&[r#"{"id":"00g1","profile":{"name":"Sales"}}"#.to_owned()])
    } else {
        users(&[user(ADA, "ada")])
    };
    let reply = with(
        page(request, &body, None),
        "date",
        "Sat, 21 Nov 2026 22:03:00 GMT",
    );
    with(reply, "x-rate-limit-limit", "600")
}

fn line<'a>(seen: &'a Transcript, name: &str) -> &'a Finding {
    let mut found = seen.findings.iter().filter(|finding| finding.name == name);
    found
        .next()
        .unwrap_or_else(|| panic!("no {name}: {:?}", seen.findings))
}

#[test]
fn a_good_org_is_good_line_by_line() {
    let options = json!({ "manager": "linked:boss" });
    let seen = probe(&options, &["Sales"], good);
    assert!(
        seen.findings.iter().all(|finding| finding.ok),
        "{:?}",
        seen.findings
    );
    let names: Vec<&str> = seen
        .findings
        .iter()
        .map(|finding| finding.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "sign-in",
            "clock",
            "okta.users.read",
            "rate limit",
            "attributes",
            "groups",
            "manager"
        ]
    );
    assert!(line(&seen, "clock").message.contains("180 s"));
    assert_eq!((seen.complete, seen.checkpoint.clone()), (Some(0), None));
    assert!(seen.asked()[0].starts_with("/api/v1/users?limit=1&fields="));
}

#[test]
fn what_is_wrong_is_named_with_what_to_do() {
    let seen = probe(&json!({}), &[], |request| failed(request, "sign-in"));
    assert!(line(&seen, "sign-in").fix.contains("key-id"));

    let seen = probe(&json!({}), &[], |r| {
        json(r, 401, r#"{"errorCode":"E0000011"}"#)
    });
    assert!(!line(&seen, "sign-in").ok);

    let seen = probe(&json!({}), &[], |request| json(request, 403, DENIED));
    assert!(line(&seen, "sign-in").ok);
    assert!(
        line(&seen, "okta.users.read")
            .fix
            .contains("`okta.users.read`")
    );

    let seen = probe(&json!({}), &[], |request| json(request, 404, "not here"));
    assert!(line(&seen, "users").fix.contains("-admin"));

    let options = json!({ "search": "nonsense" });
    let seen = probe(&options, &[], |request| {
        if asked(request).contains("nonsense") {
            json(
                request,
                400,
                r#"{"errorCode":"E0000031","errorSummary":"Invalid search criteria."}"#,
            )
        } else {
            good(request)
        }
    });
    assert!(line(&seen, "attributes").message.contains("E0000031"));
}

#[test]
fn groups_and_links_that_cannot_be_read_are_lines_of_their_own() {
    let options = json!({ "manager": "linked:boss" });
    let seen = probe(&options, &["Sales", "Ops"], |request| {
        let path = asked(request);
        if path.contains("Sales") {
            json(request, 403, DENIED)
        } else if path.contains("linkedObjects") {
            json(
                request,
                404,
                r#"{"errorCode":"E0000007","errorSummary":"Not found: boss"}"#,
            )
        } else {
            good(request)
        }
    });
    let groups = line(&seen, "groups");
    assert!(!groups.ok && groups.fix.contains("okta.groups.read"));
    let manager = line(&seen, "manager");
    assert!(!manager.ok && manager.message.contains("`boss`"));
    assert_eq!(seen.complete, Some(0));
    let wrong = seen.findings.iter().filter(|finding| !finding.ok).count();
    assert_eq!(wrong, 3, "{:?}", seen.findings);
}

#[test]
fn a_wrong_clock_is_told() {
    let seen = probe(&json!({}), &[], |request| {
        with(
            page(request, "[]", None),
            "date",
            "Sat, 21 Nov 2026 22:10:00 GMT",
        )
    });
    let clock = line(&seen, "clock");
    assert!(!clock.ok && clock.message.contains("600 s") && clock.fix.contains("NTP"));
}
