//! Probe and discovery.

use attune_plugin::provider::script::{asked, begin, failed, json};
use attune_plugin::provider::{Goal, Reply};

use super::{ADA, options, page, run, user};
use crate::Entra;

fn names(seen: &attune_plugin::provider::script::Transcript) -> Vec<(&str, bool)> {
    seen.findings
        .iter()
        .map(|finding| (finding.name.as_str(), finding.ok))
        .collect()
}

#[test]
fn a_probe_that_goes_well_says_so_line_by_line() {
    let seen = run::<Entra>(&options(), begin(Goal::Probe, &["department"]), |request| {
        let mut reply = json(request, 200, &page(&[user(ADA, "ada")], None));
        if let Reply::Http(response) = &mut reply {
            let date = "Sat, 21 Nov 2026 22:00:03 GMT".to_owned();
            response.headers.push(("Date".to_owned(), date));
        }
        reply
    });
    let lines = ["sign-in", "clock", "User.Read.All", "attributes"];
    assert_eq!(names(&seen), lines.map(|line| (line, true)));
    assert!(
        seen.findings[1]
            .message
            .contains("differs from ours by 3 s")
    );
    assert!(seen.asked().iter().all(|path| path.contains("$top=1")));
    assert_eq!(seen.complete, Some(0));
}

#[test]
fn a_clock_that_is_off_is_found() {
    let seen = run::<Entra>(&options(), begin(Goal::Probe, &[]), |request| {
        let mut reply = json(request, 200, &page(&[], None));
        if let Reply::Http(response) = &mut reply {
            let date = "Sat, 21 Nov 2026 22:10:00 GMT".to_owned();
            response.headers.push(("date".to_owned(), date));
        }
        reply
    });
    assert!(names(&seen).contains(&("clock", false)));
}

#[test]
fn a_failed_sign_in_is_a_finding_with_a_fix() {
    let seen = run::<Entra>(&options(), begin(Goal::Probe, &[]), |request| {
        failed(request, "sign-in")
    });
    assert_eq!(names(&seen), [("sign-in", false)]);
    assert!(!seen.findings[0].fix.is_empty());
    assert_eq!(seen.complete, Some(0));
}

#[test]
fn a_missing_permission_is_named() {
    let denied = r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}}"#;
    let seen = run::<Entra>(&options(), begin(Goal::Probe, &[]), |request| {
        json(request, 403, denied)
    });
    assert_eq!(names(&seen), [("sign-in", true), ("User.Read.All", false)]);
    assert!(seen.findings[1].fix.contains("`User.Read.All`"));
}

#[test]
fn an_endpoint_that_cannot_be_reached_ends_the_probe() {
    let seen = run::<Entra>(&options(), begin(Goal::Probe, &[]), |request| {
        failed(request, "connect")
    });
    assert_eq!((seen.code(), seen.complete), ("unavailable", None));
}

#[test]
fn a_discovery_asks_for_everything_that_can_be_listed() {
    let users = [user(ADA, "a"), user(ADA, "b"), user(ADA, "c")];
    let seen = run::<Entra>(&options(), begin(Goal::Discover(2), &[]), |request| {
        json(
            request,
            200,
            &page(&users, Some("https://graph.contoso.example/more")),
        )
    });
    assert_eq!((seen.people.len(), seen.complete), (2, Some(2)));
    assert_eq!(seen.requests.len(), 1);
    let path = asked(&seen.requests[0]);
    assert!(path.contains("onPremisesExtensionAttributes"));
    assert!(path.ends_with("&$expand=manager($select=id)&$top=2"));
    assert!(seen.attributes.iter().any(|a| a.selector == "department"));
}
