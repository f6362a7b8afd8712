//! What a probe says of a service that works, and of one that does not.

use attune_plugin::provider::script::{Transcript, asked, begin, failed, json, run};
use attune_plugin::provider::{Begin, Goal, Request};
use serde_json::json;

use super::{BAD_FILTER, FULL, NOBODY, dated, indexed, of_groups, page, parameter, served, users};
use crate::Scim;

fn probe() -> Begin {
    begin(Goal::Probe, &["title"])
}

fn finding(seen: &Transcript, name: &str) -> (bool, String, String) {
    let found = seen.findings.iter().find(|finding| finding.name == name);
    let found = found.unwrap_or_else(|| panic!("no {name}: {:?}", seen.findings));
    (found.ok, found.message.clone(), found.fix.clone())
}

#[test]
fn a_service_that_works_is_said_to_work_line_by_line() {
    let mut all = users(1..=12);
    all[3]["photos"] = json!([{ "value": "https://p.example.com/1" }]);
    let options = json!({ "filter": "active eq true" });
    let seen = served(&options, probe(), FULL, |request| {
        indexed(request, &all, 10)
    });
    assert_eq!((seen.complete, seen.keys().len()), (Some(0), 0));
    assert!(
        seen.findings
            .iter()
            .all(|finding| finding.ok && finding.fix.is_empty())
    );
    let names: Vec<_> = seen
        .findings
        .iter()
        .map(|finding| finding.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "configuration",
            "clock",
            "sign-in",
            "users",
            "photos",
            "attributes"
        ]
    );
    assert!(
        finding(&seen, "configuration")
            .1
            .contains("filter: yes, sort: no, cursors: no, 100")
    );
    assert!(finding(&seen, "clock").1.contains("by 30 s"));
    assert!(finding(&seen, "users").1.contains("there are 12"));
    assert!(finding(&seen, "photos").1.contains("1 of 10"));
    assert!(finding(&seen, "attributes").1.contains("alone"));
}

#[test]
fn each_thing_that_is_wrong_has_a_line_and_a_remedy() {
    for (status, name) in [
        (401, "sign-in"),
        (403, "users"),
        (404, "users"),
        (500, "users"),
    ] {
        let seen = served(&json!({}), probe(), FULL, |request| {
            json(request, status, "{}")
        });
        let (ok, message, fix) = finding(&seen, name);
        assert!(
            !ok && message.contains(&format!("status {status}")),
            "{message}"
        );
        assert!(!fix.is_empty());
        assert_eq!(seen.complete, Some(0));
    }
    let all = users(1..=3);
    let seen = served(&json!({ "filter": "x" }), probe(), FULL, |request| {
        if parameter(request, "filter").is_some() {
            json(request, 400, BAD_FILTER)
        } else {
            indexed(request, &all, 10)
        }
    });
    let (ok, message, fix) = finding(&seen, "attributes");
    assert!(
        !ok && message.contains("invalidFilter") && fix.contains("`filter`"),
        "{message}"
    );
    // The attributes are not blamed for it, and whole users do not help either.
    assert_eq!(seen.requests.len(), 4);
}

#[test]
fn a_token_that_cannot_be_had_is_a_finding() {
    let seen = run::<Scim>(&json!({}), probe(), |request| failed(request, "sign-in"));
    let (ok, _, fix) = finding(&seen, "sign-in");
    assert!(!ok && fix.contains("`login`"));
    assert_eq!(seen.complete, Some(0));
    let seen = run::<Scim>(&json!({}), probe(), |request| failed(request, "connect"));
    assert_eq!((seen.code(), seen.complete), ("unavailable", None));
}

#[test]
fn groups_are_read_and_a_clock_that_is_off_is_told() {
    let all = users(1..=3);
    let with = |members: &str, request: &Request| {
        let path = asked(request);
        match path.as_str() {
            "/ServiceProviderConfig" => {
                let reply = dated(json(request, 404, NOBODY));
                match reply {
                    attune_plugin::provider::Reply::Http(mut response) => {
                        response.headers.retain(|(name, _)| name != "Date");
                        let late = "Sat, 21 Nov 2026 23:00:00 GMT".to_owned();
                        response.headers.push(("date".to_owned(), late));
                        attune_plugin::provider::Reply::Http(response)
                    }
                    other => other,
                }
            }
            "/Groups/g1" => json(
                request,
                200,
                &format!(r#"{{"id":"g1","members":{members}}}"#),
            ),
            path if path.starts_with("/Groups") => {
                let sales = json!({ "id": "g1", "displayName": "Sales" });
                json(request, 200, &page(&[sales], 1))
            }
            _ => indexed(request, &all, 10),
        }
    };
    let seen = run::<Scim>(&json!({}), of_groups(probe(), &["Sales"]), |request| {
        with(r#"[{"value":"u1"}]"#, request)
    });
    assert!(finding(&seen, "groups").0);
    assert!(
        finding(&seen, "configuration")
            .1
            .contains("nothing of itself")
    );
    let (ok, message, _) = finding(&seen, "clock");
    assert!(!ok && message.contains("3600 s"), "{message}");
    let seen = run::<Scim>(&json!({}), of_groups(probe(), &["Zeta"]), |request| {
        with("[]", request)
    });
    assert!(!finding(&seen, "groups").0);
    let seen = run::<Scim>(&json!({}), of_groups(probe(), &["Sales"]), |request| {
        with("[]", request)
    });
    assert!(finding(&seen, "groups").1.contains("name no members"));
}
