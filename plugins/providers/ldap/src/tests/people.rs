//! Single people: by DN, key, user name and mail address, in and out of scope.

use attune_plugin::provider::script::{Transcript, begin};
use attune_plugin::provider::{Goal, LdapScope, Reply, Request};
use serde_json::Value;

use super::{BASE, ad_options, code, entry, options, page, run, search_of, someone, uuid};
use crate::Ldap;

fn looked_up(options: &Value, names: &[&str], answer: impl FnMut(&Request) -> Reply) -> Transcript {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    run::<Ldap>(
        options,
        begin(Goal::People(names), &["displayName"]),
        answer,
    )
}

#[test]
fn a_name_is_one_search_for_user_name_and_address_within_the_filter() {
    let seen = looked_up(&options(), &["ada"], |request| {
        page(request, vec![someone("ada")], b"")
    });
    let search = search_of(&seen.requests[0]);
    assert_eq!(
        search.filter,
        "(&(|(objectClass=inetOrgPerson)(&(objectCategory=person)(objectClass=user)))\
         (|(uid=ada)(mail=ada)))"
    );
    assert_eq!(
        (search.base.as_str(), search.scope),
        (BASE, LdapScope::Subtree)
    );
    assert_eq!((seen.requests.len(), seen.complete), (1, Some(1)));
    assert_eq!(seen.people[0].person.in_scope, Some(true));
}

#[test]
fn who_is_found_only_without_the_filter_is_out_of_scope() {
    let seen = looked_up(&options(), &["ada"], |request| {
        let found = !search_of(request).filter.contains("objectClass");
        page(
            request,
            if found { vec![someone("ada")] } else { vec![] },
            b"",
        )
    });
    assert_eq!(seen.people[0].person.in_scope, Some(false));
    assert_eq!(seen.asked()[1], "(|(uid=ada)(mail=ada))");
}

#[test]
fn who_is_not_found_is_absent() {
    let seen = looked_up(&options(), &["", "nobody", "nobody"], |request| {
        page(request, vec![], b"")
    });
    assert_eq!(seen.absent, ["", "nobody"]);
    assert_eq!((seen.requests.len(), seen.complete), (2, Some(0)));
}

#[test]
fn a_page_with_nobody_and_a_cookie_is_no_absence() {
    // One cookie for all searches, as 389 Directory Server may give it.
    let seen = looked_up(&options(), &["ada", "ben"], |request| {
        let search = search_of(request);
        if search.cookie.is_empty() {
            return page(request, vec![], b"0");
        }
        let name = if search.filter.contains("(uid=ada)") {
            "ada"
        } else {
            "ben"
        };
        page(request, vec![someone(name)], b"")
    });
    assert_eq!(seen.keys(), [uuid("ada"), uuid("ben")]);
    assert!(seen.absent.is_empty());
    assert_eq!((seen.requests.len(), seen.complete), (4, Some(2)));
}

#[test]
fn two_people_of_one_name_are_both_found_though_they_come_page_by_page() {
    let mut pages = [("ada", &b"1"[..]), ("ben", b"")].into_iter();
    let seen = looked_up(&options(), &["shared@example.com"], |request| {
        let (name, cookie) = pages.next().expect("two pages");
        page(request, vec![someone(name)], cookie)
    });
    assert_eq!(seen.keys(), [uuid("ada"), uuid("ben")]);
}

#[test]
fn filter_characters_in_names_are_escaped() {
    let seen = looked_up(&options(), &["*)(uid=*"], |request| {
        page(request, vec![], b"")
    });
    assert_eq!(
        seen.asked()[1],
        r"(|(uid=\2a\29\28uid=\2a)(mail=\2a\29\28uid=\2a))"
    );
}

#[test]
fn a_uuid_is_asked_for_as_the_key_too() {
    let key = uuid("ada");
    let seen = looked_up(&options(), &[&key], |request| {
        page(request, vec![someone("ada")], b"")
    });
    assert!(seen.asked()[0].contains(&format!("(entryUUID={key})")));
}

#[test]
fn a_guid_of_active_directory_is_asked_for_by_its_bytes() {
    let name = "00112233-4455-6677-8899-aabbccddeeff";
    let seen = looked_up(&ad_options(), &[name], |request| page(request, vec![], b""));
    let bytes = r"(objectGUID=\33\22\11\00\55\44\77\66\88\99\aa\bb\cc\dd\ee\ff)";
    assert!(seen.asked()[0].contains(bytes), "{}", seen.asked()[0]);
}

#[test]
fn a_dn_is_a_base_search() {
    let dn = format!("uid=ada,{BASE}");
    let seen = looked_up(&options(), &[&dn], |request| {
        page(request, vec![someone("ada")], b"")
    });
    let search = search_of(&seen.requests[0]);
    assert_eq!(
        (search.base.as_str(), search.scope),
        (dn.as_str(), LdapScope::Base)
    );
    assert_eq!(seen.people[0].person.in_scope, Some(true));
}

#[test]
fn a_dn_outside_the_base_is_out_of_scope_and_needs_no_key() {
    let seen = looked_up(&options(), &["CN=Boss, dc=example,dc=com"], |request| {
        let boss = entry("CN=Boss,dc=example,dc=com", &[("cn", &[b"Boss"])]);
        page(request, vec![boss], b"")
    });
    assert_eq!(search_of(&seen.requests[0]).filter, "(objectClass=*)");
    assert_eq!(seen.keys(), ["cn=Boss,dc=example,dc=com"]);
    assert_eq!(seen.people[0].person.in_scope, Some(false));
}

#[test]
fn a_dn_that_misses_the_filter_is_asked_for_once_more_without_it() {
    let dn = format!("uid=ada,{BASE}");
    let seen = looked_up(&options(), &[&dn], |request| {
        let found = search_of(request).filter == "(objectClass=*)";
        page(
            request,
            if found { vec![someone("ada")] } else { vec![] },
            b"",
        )
    });
    assert_eq!((seen.requests.len(), seen.complete), (2, Some(1)));
    assert_eq!(seen.people[0].person.in_scope, Some(false));
}

#[test]
fn a_dn_without_an_entry_is_absent_and_spares_the_others() {
    for result in [32, 34, 10] {
        let dn = format!("uid=gone,{BASE}");
        let seen = looked_up(&options(), &[&dn, "ada"], |request| {
            if search_of(request).scope == LdapScope::Base {
                code(request, result, "")
            } else {
                page(request, vec![someone("ada")], b"")
            }
        });
        assert_eq!(seen.absent, [dn]);
        assert_eq!(seen.complete, Some(1));
    }
}

#[test]
fn an_error_is_never_an_absence() {
    for result in [1, 3, 4, 11, 32, 50, 51, 52, 80] {
        let seen = looked_up(&options(), &["ada"], |request| code(request, result, ""));
        assert_eq!(seen.complete, None, "{result}");
        assert!(seen.absent.is_empty());
    }
}
