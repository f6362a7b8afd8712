//! Probe and discovery.

use attune_plugin::provider::script::{Transcript, begin, failed};
use attune_plugin::provider::{Goal, LdapScope};

use super::{code, entry, options, page, run, search_of, someone};
use crate::Ldap;

fn names(seen: &Transcript) -> Vec<(&str, bool)> {
    seen.findings
        .iter()
        .map(|finding| (finding.name.as_str(), finding.ok))
        .collect()
}

#[test]
fn a_probe_that_goes_well_says_so_line_by_line() {
    let seen = run::<Ldap>(&options(), begin(Goal::Probe, &[]), |request| {
        page(request, vec![someone("ada")], b"more")
    });
    let lines = ["sign-in", "base", "people", "key", "uid", "mail"];
    assert_eq!(names(&seen), lines.map(|line| (line, true)));
    let first = search_of(&seen.requests[0]);
    assert_eq!((first.scope, first.attributes.len()), (LdapScope::Base, 1));
    assert_eq!(seen.complete, Some(0));
}

#[test]
fn wrong_attributes_are_found() {
    let seen = run::<Ldap>(&options(), begin(Goal::Probe, &[]), |request| {
        let ada = entry("cn=ada", &[("objectGUID", &[b"0123456789abcdef"])]);
        page(request, vec![ada], b"")
    });
    let bad: Vec<_> = names(&seen).into_iter().filter(|(_, ok)| !ok).collect();
    assert_eq!(bad, [("key", false), ("uid", false), ("mail", false)]);
    assert!(seen.findings.iter().all(|f| f.ok || !f.fix.is_empty()));
}

#[test]
fn a_failed_bind_and_a_missing_base_are_findings() {
    let seen = run::<Ldap>(&options(), begin(Goal::Probe, &[]), |request| {
        failed(request, "sign-in")
    });
    assert_eq!(names(&seen), [("sign-in", false)]);
    let seen = run::<Ldap>(&options(), begin(Goal::Probe, &[]), |request| {
        code(request, 49, "")
    });
    assert_eq!(names(&seen), [("sign-in", false)]);
    let seen = run::<Ldap>(&options(), begin(Goal::Probe, &[]), |request| {
        code(request, 32, "")
    });
    assert_eq!(names(&seen), [("search", false)]);
    assert!(seen.findings[0].message.contains("does not exist"));
    assert_eq!(seen.complete, Some(0));
}

#[test]
fn a_directory_that_cannot_be_reached_ends_the_probe() {
    let seen = run::<Ldap>(&options(), begin(Goal::Probe, &[]), |request| {
        failed(request, "connect")
    });
    assert_eq!((seen.code(), seen.complete), ("unavailable", None));
}

#[test]
fn a_discovery_tells_what_entries_have() {
    let ada = entry(
        "uid=ada",
        &[
            ("uid", &[b"ada"]),
            ("jpegPhoto", &[b"\xff\xd8"]),
            ("mail", &[b"a@example.com"]),
        ],
    );
    let ben = entry(
        "uid=ben",
        &[("mail", &[b"b@example.com", b"c@example.com"])],
    );
    let seen = run::<Ldap>(&options(), begin(Goal::Discover(2), &[]), |request| {
        page(
            request,
            vec![ada.clone(), ben.clone(), someone("cleo")],
            b"more",
        )
    });
    assert_eq!((seen.requests.len(), seen.complete), (1, Some(2)));
    assert_eq!(
        search_of(&seen.requests[0]).attributes,
        ["*", "+", "entryUUID"]
    );
    let kinds: Vec<_> = seen
        .attributes
        .iter()
        .map(|a| (a.selector.as_str(), a.kind.as_str()))
        .collect();
    assert_eq!(
        kinds,
        [("uid", "text"), ("jpegPhoto", "bytes"), ("mail", "list")]
    );
}
