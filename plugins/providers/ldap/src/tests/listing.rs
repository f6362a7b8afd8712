//! Complete listings: the search, its pages, the people.

use attune_plugin::provider::script::begin;
use attune_plugin::provider::{Goal, LdapPage, LdapScope, Relation};
use serde_json::json;

use super::{BASE, ad_options, entry, listed, page, run, search_of, someone, uuid};
use crate::{Conversation, Ldap};

#[test]
fn what_rows_mention_is_asked_for_beside_key_and_names() {
    let wanted = [
        "departmentNumber",
        "manager.displayName",
        "jpegPhoto",
        "MAIL",
        "telephoneNumber[0]",
    ];
    let seen = listed(&wanted, &[(vec![], b"")]);
    let search = search_of(&seen.requests[0]);
    assert_eq!(
        search.attributes,
        [
            "entryUUID",
            "uid",
            "mail",
            "modifyTimestamp",
            "departmentNumber",
            "manager",
            "jpegPhoto",
            "telephoneNumber"
        ]
    );
    assert_eq!(search.binary, ["jpegPhoto"]);
    assert_eq!(search.endpoint, "directory");
    assert_eq!(
        (search.base.as_str(), search.scope),
        (BASE, LdapScope::Subtree)
    );
    assert_eq!((search.page_size, search.cookie.len()), (500, 0));
    assert_eq!((seen.complete, seen.checkpoint), (Some(0), None));
}

#[test]
fn options_shape_the_search() {
    let options = json!({
        "base": BASE, "filter": "employeeType=internal", "scope": "one-level",
        "binary": ["photo"], "page-size": 2
    });
    let seen = run::<Ldap>(&options, begin(Goal::Everyone, &[]), |request| {
        page(request, vec![], b"")
    });
    let search = search_of(&seen.requests[0]);
    assert_eq!(search.filter, "(employeeType=internal)");
    assert_eq!((search.scope, search.page_size), (LdapScope::OneLevel, 2));
    assert_eq!(search.binary, ["photo"]);
}

#[test]
fn a_person_is_an_entry_of_the_page_with_key_and_names() {
    let ada = entry(
        "UID=ada, OU=people, DC=example,DC=com",
        &[
            ("UID", &[b"ada", b"alovelace"]),
            ("entryuuid", &[uuid("ada").as_bytes()]),
            ("mail", &[b"ada@example.com"]),
            (
                "manager",
                &[b"cn=Babbage\\2C Charles, ou=people,dc=example,dc=com"],
            ),
        ],
    );
    let seen = listed(&["manager.mail"], &[(vec![someone("ben"), ada], b"")]);
    let person = &seen.people[1].person;
    assert_eq!(person.key, uuid("ada"));
    assert_eq!(
        person.names,
        [
            "uid=ada,ou=people,dc=example,dc=com",
            "UID=ada, OU=people, DC=example,DC=com",
            "ada",
            "alovelace",
            "ada@example.com"
        ]
    );
    let manager = Relation {
        role: "manager".to_owned(),
        name: r"cn=Babbage\, Charles,ou=people,dc=example,dc=com".to_owned(),
    };
    assert_eq!(person.relations, [manager]);
    assert_eq!(
        seen.people[1].document,
        "UID=ada, OU=people, DC=example,DC=com"
    );
    assert_eq!(seen.complete, Some(2));
}

#[test]
fn active_directory_keys_are_read_as_guids_and_marks_as_revisions() {
    let guid: &[u8] = &[
        0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee,
        0xff,
    ];
    let ada = entry(
        "CN=Ada,DC=corp,DC=example",
        &[
            ("objectGUID", &[guid]),
            ("sAMAccountName", &[b"ada"]),
            ("uSNChanged", &[b"4711"]),
        ],
    );
    let seen = run::<Ldap>(&ad_options(), begin(Goal::Everyone, &[]), |request| {
        page(request, vec![ada.clone()], b"")
    });
    assert_eq!(seen.keys(), ["00112233-4455-6677-8899-aabbccddeeff"]);
    assert_eq!(seen.people[0].person.revision, "4711");
    assert_eq!(search_of(&seen.requests[0]).binary, ["objectGUID"]);
}

#[test]
fn pages_follow_the_cookie_to_its_end() {
    let seen = listed(
        &[],
        &[
            (vec![someone("ada")], b"1"),
            (vec![], b"2"),
            (vec![someone("ben")], b""),
        ],
    );
    assert_eq!(seen.keys(), [uuid("ada"), uuid("ben")]);
    let cookies: Vec<_> = seen.requests.iter().map(|r| &search_of(r).cookie).collect();
    assert_eq!(cookies, [&b""[..], b"1", b"2"]);
    assert_eq!(seen.complete, Some(2));
}

#[test]
fn one_cookie_for_all_pages_is_no_loop() {
    // 389 Directory Server numbers the search, not the page.
    let seen = listed(
        &[],
        &[
            (vec![someone("ada")], b"0"),
            (vec![someone("ben")], b"0"),
            (vec![someone("cleo")], b""),
        ],
    );
    assert_eq!(seen.complete, Some(3));
}

#[test]
fn a_page_that_comes_again_is_a_loop() {
    let seen = listed(
        &[],
        &[
            (vec![someone("ada")], b"1"),
            (vec![someone("ben")], b"2"),
            (vec![someone("ada")], b"1"),
        ],
    );
    assert_eq!((seen.code(), seen.complete), ("paging-loop", None));
}

#[test]
fn a_list_without_end_ends() {
    let mut conversation = Conversation::default();
    let mut follow = |number: u32| {
        conversation.turn_over(&LdapPage {
            id: number,
            code: 0,
            diagnostic: String::new(),
            entries: Vec::new(),
            cookie: number.to_be_bytes().to_vec(),
        })
    };
    for number in 0..10_000 {
        follow(number).unwrap();
    }
    assert_eq!(follow(10_000).unwrap_err().code, "paging-loop");
}

#[test]
fn the_same_person_twice_is_delivered_twice() {
    let seen = listed(
        &[],
        &[(vec![someone("ada")], b"1"), (vec![someone("ada")], b"")],
    );
    assert_eq!(seen.complete, Some(2));
}

#[test]
fn somebody_without_a_key_ends_the_listing() {
    for attributes in [
        &[("uid", &[&b"ada"[..]][..])][..],
        &[("entryUUID", &[&b""[..]][..])][..],
        &[("entryUUID", &[&b"a"[..], &b"b"[..]][..])][..],
        &[("entryUUID", &[&b"\xff\xfe"[..]][..])][..],
        &[
            ("entryUUID", &[&b"a"[..]][..]),
            ("ENTRYUUID", &[&b"b"[..]][..]),
        ][..],
    ] {
        let seen = listed(
            &[],
            &[(vec![someone("ben"), entry("uid=ada", attributes)], b"")],
        );
        assert_eq!((seen.code(), seen.complete), ("options", None));
        let problem = seen.problem.unwrap();
        assert_eq!(problem.at, "key");
        assert!(problem.message.contains("uid=ada"), "{}", problem.message);
    }
}

#[test]
fn bytes_in_a_name_cost_that_name_only() {
    let ada = entry(
        "uid=ada,dc=example",
        &[("entryUUID", &[b"k"]), ("uid", &[b"\xff\x00", b"ada"])],
    );
    let seen = listed(&[], &[(vec![ada], b"")]);
    assert_eq!(seen.people[0].person.names, ["uid=ada,dc=example", "ada"]);
}

#[test]
fn names_that_are_no_attributes_are_refused_before_anything_is_sent() {
    for name in ["\"a b\"", "\"*\"", "\"x)(y=\""] {
        let seen = listed(&[name], &[]);
        assert_eq!((seen.code(), seen.requests.len()), ("options", 0), "{name}");
    }
}
