//! Changes since a mark: times and numbers, and that nothing falls through between them.

use attune_plugin::provider::script::{Transcript, begin, run};
use attune_plugin::provider::{Goal, LdapEntry, LdapScope, Reply, Request};
use serde_json::{Value, json};

use super::{BASE, ad_options, code, entry, options, page, search_of, someone, uuid};
use crate::Ldap;

/// A day before every conversation begins.
const QUIET: &str = "20261120220000Z";
const FILTER: &str = "(|(objectClass=inetOrgPerson)(&(objectCategory=person)(objectClass=user)))";
const DC1: &[u8] = b"CN=NTDS Settings,CN=DC1,CN=Servers";

fn modified(name: &str, time: &str) -> LdapEntry {
    let mut entry = someone(name);
    let time = ("modifyTimestamp".to_owned(), vec![time.as_bytes().to_vec()]);
    entry.attributes.push(time);
    entry
}

fn is_recent(request: &Request) -> bool {
    search_of(request).attributes == ["modifyTimestamp"]
}

fn listed(recent: impl Fn(&Request) -> Reply, people: &[LdapEntry]) -> Transcript {
    run::<Ldap>(&options(), begin(Goal::Everyone, &[]), |request| {
        if is_recent(request) {
            recent(request)
        } else {
            page(request, people.to_vec(), b"")
        }
    })
}

fn since(options: &Value, mark: &str, answer: impl FnMut(&Request) -> Reply) -> Transcript {
    let begin = begin(Goal::ChangesSince(mark.to_owned()), &[]);
    run::<Ldap>(options, begin, answer)
}

#[test]
fn the_mark_is_the_newest_time_before_the_listing_and_not_within_it() {
    let recent = |request: &Request| {
        let entries = vec![
            modified("ada", "20261121091500Z"),
            modified("ben", "20261121080000.5Z"),
        ];
        page(request, entries, b"more")
    };
    // Cleo was modified while the listing was read: perhaps after her page, perhaps others with her.
    let seen = listed(recent, &[modified("cleo", "20261121220005Z")]);
    assert_eq!(seen.checkpoint.as_deref(), Some("time:20261121091500"));
    let [first, second] = &seen.requests[..] else {
        panic!("{:?}", seen.requests)
    };
    let (first, second) = (search_of(first), search_of(second));
    assert_eq!(
        first.filter,
        format!("(&{FILTER}(modifyTimestamp>={QUIET}))")
    );
    assert_eq!(
        (first.base.as_str(), second.filter.as_str()),
        (BASE, FILTER)
    );
    assert!(second.attributes.contains(&"modifyTimestamp".to_owned()));
}

#[test]
fn after_a_quiet_day_the_mark_is_the_newest_time_of_all_but_never_within_the_listing() {
    let nobody = |request: &Request| page(request, vec![], b"");
    let seen = listed(
        nobody,
        &[
            modified("ada", "20250101000000Z"),
            modified("ben", "20240101000000Z"),
        ],
    );
    assert_eq!(seen.checkpoint.as_deref(), Some("time:20250101000000"));
    let seen = listed(nobody, &[modified("ada", "20261121220005Z")]);
    assert_eq!(seen.checkpoint.as_deref(), Some("time:20261120220000"));
}

#[test]
fn without_a_time_there_is_no_mark() {
    let nobody = |request: &Request| page(request, vec![], b"");
    let seen = listed(nobody, &[someone("ada")]);
    assert_eq!((seen.complete, seen.checkpoint), (Some(1), None));
    let refused = |request: &Request| code(request, 53, "");
    let seen = listed(refused, &[modified("ada", "20250101000000Z")]);
    assert_eq!((seen.complete, seen.checkpoint), (Some(1), None));
    let odd = |request: &Request| page(request, vec![modified("ada", "yesterday")], b"");
    let seen = listed(odd, &[modified("ada", "20261121230000+0100")]);
    assert_eq!((seen.complete, seen.checkpoint), (Some(1), None));
}

#[test]
fn changes_are_searched_from_the_mark_on_and_the_next_one_is_of_the_first_page() {
    let mut pages = vec![
        (vec![modified("ben", "20261121220009Z")], &b""[..]),
        (
            vec![
                modified("ada", "20261121220001Z"),
                modified("cleo", "20261121215959Z"),
            ],
            &b"1"[..],
        ),
    ];
    let seen = since(&options(), "time:20261121215959", |request| {
        let (entries, cookie) = pages.pop().expect("two pages");
        page(request, entries, cookie)
    });
    assert_eq!(seen.keys(), [uuid("ada"), uuid("cleo"), uuid("ben")]);
    assert_eq!(seen.checkpoint.as_deref(), Some("time:20261121220001"));
    for request in &seen.requests {
        let expected = format!("(&{FILTER}(modifyTimestamp>=20261121215959Z))");
        assert_eq!(search_of(request).filter, expected);
    }
    assert_eq!(seen.complete, Some(3));
}

#[test]
fn where_nothing_changed_the_mark_stays() {
    let seen = since(&options(), "time:20261121215959", |r| page(r, vec![], b""));
    assert_eq!(seen.checkpoint.as_deref(), Some("time:20261121215959"));
    let older = vec![someone("ada")];
    let seen = since(&options(), "time:20261121215959", |r| {
        page(r, older.clone(), b"")
    });
    assert_eq!(seen.checkpoint.as_deref(), Some("time:20261121215959"));
}

#[test]
fn active_directory_wants_a_fraction_in_its_times() {
    let mut options = ad_options();
    options["modified"] = json!("whenChanged");
    let seen = since(&options, "time:20261121215959", |r| page(r, vec![], b""));
    assert!(
        search_of(&seen.requests[0])
            .filter
            .ends_with("(whenChanged>=20261121215959.0Z))")
    );
}

#[test]
fn a_code_ends_the_changes() {
    for number in [1, 4, 32, 50, 51] {
        let seen = since(&options(), "time:20261121215959", |r| code(r, number, ""));
        assert_eq!(
            (seen.complete, seen.checkpoint.as_deref()),
            (None, None),
            "{number}"
        );
        assert!(!seen.code().is_empty() && seen.code() != "paging-lost");
    }
}

/// Active Directory's root entry with this number, and its people.
fn domain<'a>(server: &'a [u8], number: &'a [u8]) -> impl FnMut(&Request) -> Reply + 'a {
    move |request| {
        if search_of(request).base.is_empty() {
            let root = entry(
                "",
                &[
                    ("highestCommittedUSN", &[number]),
                    ("dsServiceName", &[server]),
                ],
            );
            return page(request, vec![root], b"");
        }
        let guid: &[u8] = b"0123456789abcdef";
        let ada = entry(
            "CN=Ada",
            &[("objectGUID", &[guid]), ("uSNChanged", &[b"4711"])],
        );
        page(request, vec![ada], b"")
    }
}

fn dc1(number: u64) -> String {
    format!("usn:{number}:{}", String::from_utf8_lossy(DC1))
}

#[test]
fn a_number_is_taken_from_the_root_before_anybody_is_read() {
    let seen = run::<Ldap>(
        &ad_options(),
        begin(Goal::Everyone, &[]),
        domain(DC1, b"9000"),
    );
    assert_eq!(seen.checkpoint, Some(dc1(9000)));
    let root = search_of(&seen.requests[0]);
    assert_eq!((root.base.as_str(), root.scope), ("", LdapScope::Base));
    assert_eq!(root.attributes, ["highestCommittedUSN", "dsServiceName"]);
    let seen = since(&ad_options(), &dc1(9000), domain(DC1, b"9007"));
    assert_eq!(seen.checkpoint, Some(dc1(9007)));
    assert!(
        search_of(&seen.requests[1])
            .filter
            .ends_with("(uSNChanged>=9000))")
    );
    assert_eq!((seen.requests.len(), seen.complete), (2, Some(1)));
}

#[test]
fn a_number_of_another_server_or_from_before_a_restore_is_lost() {
    let other: &[u8] = b"CN=NTDS Settings,CN=DC2,CN=Servers";
    for (server, number) in [
        (other, &b"9999"[..]),
        (DC1, &b"8999"[..]),
        (DC1, &b"odd"[..]),
    ] {
        let seen = since(&ad_options(), &dc1(9000), domain(server, number));
        assert_eq!((seen.code(), seen.complete), ("paging-lost", None));
        assert_eq!(seen.requests.len(), 1, "nobody is read");
    }
}

#[test]
fn a_root_that_hides_its_number_gives_no_mark() {
    let seen = run::<Ldap>(&ad_options(), begin(Goal::Everyone, &[]), |request| {
        page(request, vec![], b"")
    });
    assert_eq!((seen.complete, seen.checkpoint), (Some(0), None));
}

#[test]
fn a_foreign_mark_is_lost_without_a_request() {
    for (options, marks) in [
        (
            options(),
            vec!["", "time", "time:", "time:2026", "usn:1:x", "https://x"],
        ),
        (
            ad_options(),
            vec!["", "usn:", "usn:x:y", "usn:1", "time:20261121215959"],
        ),
    ] {
        for mark in marks {
            let seen = since(&options, mark, |_| panic!("{mark}"));
            assert_eq!(
                (seen.code(), seen.requests.len()),
                ("paging-lost", 0),
                "{mark}"
            );
        }
    }
}

#[test]
fn a_key_of_ones_own_has_no_mark_unless_the_option_names_one() {
    let bare = json!({ "base": BASE, "key": "employeeNumber" });
    let ada = entry(
        "uid=ada",
        &[
            ("employeeNumber", &[b"1"]),
            ("modifyTimestamp", &[b"20250101000000Z"]),
        ],
    );
    let answer = |request: &Request| page(request, vec![ada.clone()], b"");
    let seen = run::<Ldap>(&bare, begin(Goal::Everyone, &[]), answer);
    assert_eq!((seen.requests.len(), seen.checkpoint), (1, None));
    let named = json!({ "base": BASE, "key": "employeeNumber", "modified": "modifyTimestamp" });
    let seen = run::<Ldap>(&named, begin(Goal::Everyone, &[]), answer);
    assert!(seen.checkpoint.is_some());
}
