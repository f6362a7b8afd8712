//! Bent answers about groups: a listing has everybody whom the groups name, or ends with a problem.

use attune_plugin::provider::script::{self, Transcript};
use attune_plugin::provider::{Begin, Goal, LdapEntry, LdapPage, LdapScope, LdapSearch, Reply};
use serde_json::{Value, json};

use super::answers::{answers, to};
use super::{FEWER, completed, key, shown};
use crate::tests::groups::{Directory, group, uid};
use crate::tests::{BASE, entry, options, page, search_of, someone, uuid};
use crate::{Ldap, dn, filter};

const TREE: &str = "dc=example,dc=com";
const JIRA: &str = "cn=jira,ou=groups,dc=example,dc=com";
const INNER: &str = "cn=inner,ou=groups,dc=example,dc=com";
const NAMES: [&str; 4] = ["ada", "ben", "cleo", "dora"];
/// Everybody but Dora is in the group: Ben by the group within it, Cleo by her user name.
const MEMBERS: [&str; 3] = ["ada", "ben", "cleo"];
/// S-1-5-21-1-2-3-1105.
const SID: [u8; 28] = [
    1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0x51, 4, 0, 0,
];

fn directory() -> Directory {
    let mut jira = group("jira", &[&uid("ada"), INNER]);
    let by_name = ("memberUid".to_owned(), vec![b"cleo".to_vec()]);
    jira.attributes.push(by_name);
    Directory::of(vec![jira, group("inner", &[&uid("ben")])], &NAMES)
}

fn asked(goal: Goal) -> Begin {
    Begin {
        groups: vec!["jira".to_owned()],
        ..script::begin(goal, &[])
    }
}

fn keys(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| uuid(name)).collect()
}

/// The page of a good answer.
fn good_page(bent: &Reply) -> Option<&LdapPage> {
    match bent {
        Reply::Ldap(page) if page.id == 0 && page.code == 0 => Some(page),
        _ => None,
    }
}

fn is_dn(text: &str, other: &str) -> bool {
    dn::canonical(text).is_some_and(|text| text.eq_ignore_ascii_case(other))
}

/// The first page of one question is bent; everything else is answered well. Those who are expected
/// are listed, nobody means a problem.
fn check(
    good: &[LdapEntry],
    is_question: impl Fn(&LdapSearch) -> bool,
    expected: impl Fn(&Reply) -> Option<Vec<String>>,
) {
    let directory = directory();
    let mut complete = 0;
    for bent in answers(good, FEWER) {
        let seen = script::run::<Ldap>(&options(), asked(Goal::Everyone), |request| {
            let search = search_of(request);
            if is_question(search) && search.cookie.is_empty() {
                to(request, &bent)
            } else {
                directory.answer(request)
            }
        });
        let expected = expected(&bent).filter(|keys| !keys.is_empty());
        assert_eq!(completed(&seen), expected, "{}", shown(&bent));
        assert!(seen.requests.len() <= 10, "{}", shown(&bent));
        complete += usize::from(expected.is_some());
    }
    assert!((FEWER / 20..FEWER).contains(&complete), "{complete}");
}

/// Who is named by the values of a group, each of which is read; `None` where one is not.
fn named_by(group: &LdapEntry) -> Option<Vec<&'static str>> {
    let mut named: Vec<&str> = Vec::new();
    for (name, values) in &group.attributes {
        let name = name.to_ascii_lowercase();
        let mut options = name.split(';');
        let is_uid = match options.next() {
            Some("member") => false,
            Some("memberuid") => true,
            _ => continue,
        };
        // Nobody answers here to the question for the rest.
        if options.any(|option| option.starts_with("range=") && option != "range=0-*") {
            return None;
        }
        for value in values {
            let text = std::str::from_utf8(value).ok()?;
            let is_it = |name: &&&str| {
                if is_uid {
                    text.eq_ignore_ascii_case(name)
                } else {
                    is_dn(text, &uid(name)) || (**name == "ben" && is_dn(text, INNER))
                }
            };
            named.extend(NAMES.iter().filter(is_it));
        }
    }
    Some(named)
}

fn is_group(entry: &LdapEntry) -> bool {
    entry.attributes.iter().any(|(name, values)| {
        let name = name.to_ascii_lowercase();
        let is_class = |value: &Vec<u8>| value == b"groupOfNames";
        name.split(';')
            .next()
            .is_some_and(|name| name.starts_with("member") && name != "member\0")
            && !name.contains('\0')
            || (name == "objectclass" && values.iter().any(is_class))
    })
}

/// The keys of those among everybody who are named.
fn among_all(named: &[&str]) -> Vec<String> {
    let is_named = |name: &&&str| named.contains(*name);
    NAMES
        .iter()
        .filter(is_named)
        .map(|name| uuid(name))
        .collect()
}

#[test]
fn a_bent_group_has_all_its_members_or_is_a_problem() {
    let is_jira = |search: &LdapSearch| search.base == JIRA;
    check(&directory().groups[..1], is_jira, |bent| {
        let group = good_page(bent)?.entries.first()?;
        Some(among_all(&named_by(group).filter(|_| is_group(group))?))
    });
}

#[test]
fn a_bent_group_within_a_group_has_all_its_members_or_is_a_problem() {
    let is_inner = |search: &LdapSearch| search.base == INNER;
    check(&directory().groups[1..], is_inner, |bent| {
        let mut named = vec!["ada", "cleo"];
        match bent {
            // It has gone meanwhile.
            Reply::Ldap(page) if page.id == 0 && page.code == 32 => {}
            _ => {
                let page = good_page(bent)?;
                match page.entries.first() {
                    Some(group) => named.extend(named_by(group)?),
                    None if page.cookie.is_empty() => {}
                    None => return None,
                }
            }
        }
        Some(among_all(&named))
    });
}

#[test]
fn a_bent_list_of_groups_is_read_to_its_end_or_is_a_problem() {
    let groups = [JIRA, INNER].map(|dn| entry(dn, &[]));
    let is_all = |search: &LdapSearch| search.base == TREE && !search.filter.contains("(cn=");
    check(&groups, is_all, |bent| {
        let page = good_page(bent)?;
        let is_inner = |entry: &LdapEntry| is_dn(&entry.dn, INNER);
        let knows_inner = !page.cookie.is_empty() || page.entries.iter().any(is_inner);
        Some(keys(if knows_inner {
            &MEMBERS
        } else {
            &["ada", "cleo"]
        }))
    });
}

#[test]
fn a_bent_answer_about_a_groups_name_is_that_group_or_a_problem() {
    let is_name = |search: &LdapSearch| search.filter.contains("(cn=");
    check(&[entry(JIRA, &[])], is_name, |bent| {
        let page = good_page(bent)?;
        let is_it = match &page.entries[..] {
            [] => !page.cookie.is_empty(),
            [one] => page.cookie.is_empty() && is_dn(&one.dn, JIRA),
            _ => false,
        };
        is_it.then(|| keys(&MEMBERS))
    });
}

#[test]
fn a_bent_root_costs_no_member() {
    let trees: &[&[u8]] = &[b"cn=config", TREE.as_bytes()];
    let root = entry("", &[("namingContexts", trees)]);
    let is_root = |search: &LdapSearch| search.base.is_empty();
    check(&[root], is_root, |bent| match bent {
        // A server may keep its root to itself.
        Reply::Ldap(page) if page.id == 0 && [0, 10, 32, 34, 50].contains(&page.code) => {
            Some(keys(&MEMBERS))
        }
        _ => None,
    });
}

#[test]
fn a_bent_page_of_people_has_the_members_in_it_or_is_a_problem() {
    let is_people = |search: &LdapSearch| search.base == BASE && search.scope != LdapScope::Base;
    check(&directory().people, is_people, |bent| {
        let page = good_page(bent)?;
        let is_member = |entry: &&LdapEntry| {
            let is_cleo = |(name, values): &(String, Vec<Vec<u8>>)| {
                name.eq_ignore_ascii_case("uid") && values.contains(&b"cleo".to_vec())
            };
            let is_named = |name: &str| is_dn(&entry.dn, &uid(name));
            is_named("ada") || is_named("ben") || entry.attributes.iter().any(is_cleo)
        };
        let members = page.entries.iter().filter(is_member);
        let mut found = members.map(key).collect::<Option<Vec<_>>>()?;
        if !page.cookie.is_empty() {
            found.extend(keys(&MEMBERS));
        }
        Some(found)
    });
}

/// A server that judges membership itself: the groups within a group are bent.
fn judged(options: &Value, capability: &[u8], bent: &Reply) -> Transcript {
    let jira = entry(
        JIRA,
        &[("objectClass", &[b"group"]), ("objectSid", &[&SID])],
    );
    let mut is_first = true;
    script::run::<Ldap>(options, asked(Goal::Everyone), |request| {
        let search = search_of(request);
        if search.base.is_empty() {
            let root = entry("", &[("supportedCapabilities", &[capability])]);
            return page(request, vec![root], b"");
        }
        let is_within = search.base == TREE && !search.filter.contains("(cn=");
        if is_within && std::mem::take(&mut is_first) {
            return to(request, bent);
        }
        let found = match search.base.as_str() {
            _ if is_within => Vec::new(),
            BASE => vec![someone("ada")],
            _ => vec![jira.clone()],
        };
        page(request, found, b"")
    })
}

fn within() -> [LdapEntry; 2] {
    let mut other = SID;
    other[24] = 0x52;
    let jira = entry(INNER, &[("objectSid", &[&SID])]);
    let other = entry("cn=deep,dc=example,dc=com", &[("objectSid", &[&other])]);
    [jira, other]
}

#[test]
fn the_filter_names_every_group_of_a_bent_answer_where_the_server_judges() {
    let options = json!({ "base": BASE, "members": "member-of" });
    for bent in answers(&within(), FEWER) {
        let seen = judged(&options, b"", &bent);
        let page = good_page(&bent);
        let expected = page.map(|_| keys(&["ada"]));
        assert_eq!(completed(&seen), expected, "{}", shown(&bent));
        let people = seen.requests.last().map(|last| &search_of(last).filter);
        for group in page.into_iter().flat_map(|page| &page.entries) {
            let name = dn::canonical(&group.dn).unwrap_or_else(|| group.dn.clone());
            let by = filter::equals("memberOf", name.as_bytes());
            assert!(people.is_some_and(|people| people.contains(&by)), "{by}");
        }
    }
}

/// The number of a group of the tree, where it has one; an error where that cannot be read.
fn primary(group: &LdapEntry) -> Result<Option<u32>, ()> {
    if dn::levels_below(&group.dn, TREE).is_none() {
        return Ok(None);
    }
    let named = group.attributes.iter();
    let mut named = named.filter(|(name, _)| name.eq_ignore_ascii_case("objectSid"));
    let Some(sid) = named.find_map(|(_, values)| values.first()) else {
        return Ok(None);
    };
    let is_whole = sid.len() > 8 && sid.len() == 8 + 4 * usize::from(sid[1]);
    let end = sid.last_chunk().filter(|_| is_whole).ok_or(())?;
    Ok(Some(u32::from_le_bytes(*end)))
}

#[test]
fn nobody_is_left_out_whose_primary_group_a_bent_answer_names() {
    for bent in answers(&within(), FEWER) {
        let seen = judged(&options(), b"1.2.840.113556.1.4.800", &bent);
        let page = good_page(&bent);
        let ids = page.map(|page| {
            page.entries
                .iter()
                .map(primary)
                .collect::<Result<Vec<_>, _>>()
        });
        let Some(Ok(ids)) = ids else {
            assert_eq!(completed(&seen), None, "{}", shown(&bent));
            continue;
        };
        assert_eq!(completed(&seen), Some(keys(&["ada"])), "{}", shown(&bent));
        let people = &search_of(seen.requests.last().unwrap()).filter;
        for id in ids.into_iter().flatten() {
            assert!(
                people.contains(&format!("(primaryGroupID={id})")),
                "{}",
                shown(&bent)
            );
        }
    }
}

#[test]
fn the_same_bent_answer_to_everything_about_groups_ends_every_conversation() {
    let by_member_of = json!({ "base": BASE, "members": "member-of" });
    let good = directory().groups;
    for bent in answers(&good, FEWER).into_iter().step_by(2) {
        for options in [&options(), &by_member_of] {
            for goal in [
                Goal::Everyone,
                Goal::People(vec!["ada".to_owned()]),
                Goal::Probe,
            ] {
                let seen = script::run::<Ldap>(options, asked(goal), |r| to(r, &bent));
                assert!(seen.requests.len() <= 12, "{}", shown(&bent));
                if completed(&seen).is_some() && seen.findings.is_empty() {
                    assert!(good_page(&bent).is_some(), "{}", shown(&bent));
                }
            }
        }
    }
}
