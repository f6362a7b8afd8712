//! Probe and discovery, and what Keycloak cannot do.

use attune_plugin::provider::script::{Transcript, asked, begin, failed, json, run};
use attune_plugin::provider::{Goal, Reply, Request};

use super::{id, listed, options, user};
use crate::Keycloak;

const WANTED: [&str; 3] = [
    "attributes.department",
    "attributes.phone",
    "manager.firstName",
];

fn lines(seen: &Transcript) -> Vec<(&str, bool)> {
    seen.findings
        .iter()
        .map(|f| (f.name.as_str(), f.ok))
        .collect()
}

fn dated(request: &Request, body: &str, date: &str) -> Reply {
    let mut reply = json(request, 200, body);
    if let Reply::Http(response) = &mut reply {
        response.headers.push(("date".to_owned(), date.to_owned()));
    }
    reply
}

fn probed(status: u16, body: &str) -> Transcript {
    run::<Keycloak>(&options(), begin(Goal::Probe, &WANTED), |request| {
        json(request, status, body)
    })
}

#[test]
fn a_probe_says_line_by_line_what_it_found() {
    let users = format!(
        r#"[{{"id":"{}","attributes":{{"department":["Sales"],"manager":["ben"]}}}},{}]"#,
        id("ada"),
        user("ben")
    );
    let mut question = begin(Goal::Probe, &WANTED);
    question.groups = vec!["sales".to_owned()];
    let seen = run::<Keycloak>(&options(), question, |request| {
        let path = asked(request);
        if path.ends_with("/count") {
            return dated(request, "2", "Sat, 21 Nov 2026 22:00:03 GMT");
        }
        json(
            request,
            200,
            if path.contains("/groups") {
                "[]"
            } else {
                &users
            },
        )
    });
    let expected = [
        ("sign-in", true),
        ("clock", true),
        ("users", true),
        ("view-users", true),
        ("department", true),
        ("phone", false),
        ("manager", true),
        ("groups", false),
    ];
    assert_eq!(lines(&seen), expected);
    assert!(
        seen.findings[1]
            .message
            .contains("differs from ours by 3 s")
    );
    assert!(seen.findings[4].message.contains("1 of 2"));
    assert_eq!(seen.complete, Some(0));
}

#[test]
fn a_clock_that_is_off_is_found() {
    let seen = run::<Keycloak>(&options(), begin(Goal::Probe, &[]), |request| {
        if asked(request).ends_with("/count") {
            dated(request, "1", "Sat, 21 Nov 2026 22:01:00 GMT")
        } else {
            json(request, 200, "[]")
        }
    });
    assert!(lines(&seen).contains(&("clock", false)));
    // An empty list is what a client sees that may only ask.
    assert!(lines(&seen).contains(&("view-users", false)));
}

#[test]
fn what_is_wrong_is_a_finding_with_a_fix() {
    let seen = run::<Keycloak>(&options(), begin(Goal::Probe, &[]), |r| {
        failed(r, "sign-in")
    });
    assert_eq!(
        (lines(&seen), seen.complete),
        (vec![("sign-in", false)], Some(0))
    );
    assert!(seen.findings[0].fix.contains("`prefix`"));
    let seen = probed(401, r#"{"error":"HTTP 401 Unauthorized"}"#);
    assert_eq!(lines(&seen), [("sign-in", false)]);
    let seen = probed(403, r#"{"error":"HTTP 403 Forbidden"}"#);
    assert_eq!(lines(&seen), [("sign-in", true), ("view-users", false)]);
    assert!(seen.findings[1].fix.contains("`realm-management`"));
    let seen = probed(404, r#"{"error":"Realm not found."}"#);
    assert_eq!(lines(&seen), [("realm", false)]);
    let seen = probed(404, "<html>");
    assert_eq!(lines(&seen), [("users", false)]);
    let seen = run::<Keycloak>(&options(), begin(Goal::Probe, &[]), |r| {
        failed(r, "connect")
    });
    assert_eq!((seen.code(), seen.complete), ("unavailable", None));
}

fn discovered(profile: (u16, &str)) -> Transcript {
    let users = format!(
        r#"[{{"id":"{}","username":"ada","attributes":{{"department":["Sales"],"a.b c":["x"]}}}},{}]"#,
        id("ada"),
        user("ben")
    );
    run::<Keycloak>(&options(), begin(Goal::Discover(1), &[]), |request| {
        let path = asked(request);
        if path.ends_with("/users/profile") {
            return json(request, profile.0, profile.1);
        }
        assert!(
            path.ends_with("/users?first=0&max=1&briefRepresentation=false"),
            "{path}"
        );
        json(request, 200, &users)
    })
}

#[test]
fn a_discovery_tells_what_profile_and_people_have() {
    let profile = r#"{"attributes":[{"name":"username"},
        {"name":"costCentre","displayName":"Cost centre"},{"name":"department","displayName":"${department}"}]}"#;
    let seen = discovered((200, profile));
    assert_eq!((seen.people.len(), seen.complete), (1, Some(1)));
    let known: Vec<_> = seen
        .attributes
        .iter()
        .map(|a| (a.selector.as_str(), a.title.as_str()))
        .collect();
    for expected in [
        ("username", "User name"),
        ("attributes.costCentre", "Cost centre"),
        ("attributes.department", "department"),
        ("attributes.\"a.b c\"", "a.b c"),
    ] {
        assert!(known.contains(&expected), "{expected:?}: {known:?}");
    }
    assert_eq!(
        known
            .iter()
            .filter(|(selector, _)| *selector == "username")
            .count(),
        1
    );
}

#[test]
fn a_realm_without_a_profile_is_discovered_by_its_people() {
    for profile in [(404, "{}"), (403, ""), (200, "<html>"), (200, "[]")] {
        let seen = discovered(profile);
        assert!(
            seen.attributes
                .iter()
                .any(|a| a.selector == "attributes.department")
        );
        assert_eq!(seen.complete, Some(1));
    }
}

#[test]
fn changes_are_unsupported_because_keycloak_keeps_no_time_of_them() {
    let seen = run::<Keycloak>(
        &options(),
        begin(Goal::ChangesSince(String::new()), &[]),
        |request| json(request, 200, "[]"),
    );
    assert_eq!((seen.code(), seen.requests.len()), ("unsupported", 0));
    assert!(seen.problem.unwrap().message.contains("no time of change"));
    assert_eq!(listed(|request| json(request, 500, "")).checkpoint, None);
}
