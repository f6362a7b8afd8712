//! Groups whose members are read from the groups: names, nesting, parts of long lists.

use attune_plugin::provider::script::{Transcript, begin, run};
use attune_plugin::provider::{Goal, LdapEntry, LdapScope, Reply, Request};
use serde_json::{Value, json};

use super::{BASE, code, entry, options, page, search_of, someone, uuid};
use crate::Ldap;

const TREE: &str = "dc=example,dc=com";

/// A directory that answers what the adapter asks about groups.
pub(super) struct Directory {
    pub(super) groups: Vec<LdapEntry>,
    pub(super) people: Vec<LdapEntry>,
}

pub(super) fn group(name: &str, members: &[&str]) -> LdapEntry {
    let members: Vec<&[u8]> = members.iter().map(|dn| dn.as_bytes()).collect();
    entry(
        &format!("cn={name},ou=groups,{TREE}"),
        &[("objectClass", &[b"groupOfNames"]), ("member", &members)],
    )
}

pub(super) fn uid(name: &str) -> String {
    format!("uid={name},{BASE}")
}

impl Directory {
    pub(super) fn of(groups: Vec<LdapEntry>, people: &[&str]) -> Self {
        Self {
            groups,
            people: people.iter().map(|name| someone(name)).collect(),
        }
    }

    pub(super) fn answer(&self, request: &Request) -> Reply {
        let search = search_of(request);
        if search.base.is_empty() {
            let root = entry("", &[("namingContexts", &[b"cn=config", TREE.as_bytes()])]);
            return page(request, vec![root], b"");
        }
        if search.scope == LdapScope::Base && search.base == BASE {
            return page(request, vec![entry(BASE, &[])], b"");
        }
        if search.scope == LdapScope::Base {
            let same = |one: &&LdapEntry| one.dn.eq_ignore_ascii_case(&search.base);
            let everybody = self.groups.iter().chain(&self.people);
            let found: Vec<LdapEntry> = everybody.filter(same).cloned().collect();
            return match found.len() {
                0 => code(request, 32, ""),
                _ => page(request, found, b""),
            };
        }
        if search.base == TREE {
            let is_named = search.filter.contains("(cn=");
            let named = |group: &&LdapEntry| {
                let (name, _) = group.dn.split_once(',').unwrap();
                !is_named || search.filter.contains(&format!("({name})"))
            };
            let found = self.groups.iter().filter(named);
            let found = found.map(|group| entry(&group.dn, &[])).collect();
            return page(request, found, b"");
        }
        page(request, self.people.clone(), b"")
    }
}

pub(super) fn listed(options: &Value, groups: &[&str], directory: &Directory) -> Transcript {
    let mut begin = begin(Goal::Everyone, &[]);
    begin.groups = groups.iter().map(|&name| name.to_owned()).collect();
    run::<Ldap>(options, begin, |request| directory.answer(request))
}

pub(super) fn looked_up(options: &Value, name: &str, directory: &Directory) -> Transcript {
    let mut begin = begin(Goal::People(vec![name.to_owned()]), &[]);
    begin.groups = vec!["jira".to_owned()];
    run::<Ldap>(options, begin, |request| directory.answer(request))
}

fn keys(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| uuid(name)).collect()
}

#[test]
fn only_the_members_are_listed_however_the_group_is_named() {
    let jira = group(
        "jira",
        &["UID=ada, ou=People,dc=example,dc=com", &uid("cleo")],
    );
    let directory = Directory::of(vec![jira.clone()], &["ada", "ben", "cleo"]);
    for name in ["jira", &jira.dn, "CN=Jira,OU=groups,dc=example,dc=com"] {
        let seen = listed(&options(), &[name, name], &directory);
        assert_eq!(seen.keys(), keys(&["ada", "cleo"]), "{:?}", seen.problem);
        assert_eq!(seen.complete, Some(2));
        let people = search_of(seen.requests.last().unwrap());
        assert!(!people.filter.contains("member"), "{}", people.filter);
    }
}

#[test]
fn nested_groups_count_and_cycles_end() {
    let dn = |name: &str| format!("cn={name},ou=groups,{TREE}");
    let groups = vec![
        group("jira", &[&uid("ada"), &dn("inner"), &uid("gone")]),
        group("inner", &[&uid("ben"), &dn("Deepest").to_uppercase()]),
        group("deepest", &[&uid("cleo"), &dn("jira"), &dn("deepest")]),
        group("other", &[&uid("dora")]),
    ];
    let directory = Directory::of(groups, &["ada", "ben", "cleo", "dora"]);
    let seen = listed(&options(), &["jira"], &directory);
    assert_eq!(seen.keys(), keys(&["ada", "ben", "cleo"]));
    let read = seen.requests.iter().map(search_of);
    let read = read.filter(|search| search.attributes.contains(&"member".to_owned()));
    assert_eq!(read.count(), 3);
}

#[test]
fn a_nested_group_that_vanished_meanwhile_has_no_members() {
    let inner = format!("cn=inner,ou=groups,{TREE}");
    let mut directory = Directory::of(vec![group("jira", &[&uid("ada"), &inner])], &["ada", "ben"]);
    directory.groups.push(group("inner", &[&uid("ben")]));
    let mut begin = begin(Goal::Everyone, &[]);
    begin.groups = vec!["jira".to_owned()];
    let seen = run::<Ldap>(&options(), begin, |request| {
        let search = search_of(request);
        if search.scope == LdapScope::Base && search.base == inner {
            return code(request, 32, "");
        }
        directory.answer(request)
    });
    assert_eq!(seen.keys(), keys(&["ada"]));
}

#[test]
fn a_nested_group_that_is_there_and_not_given_is_an_error() {
    let inner = format!("cn=inner,ou=groups,{TREE}");
    let mut directory = Directory::of(vec![group("jira", &[&uid("ada"), &inner])], &["ada", "ben"]);
    directory.groups.push(group("inner", &[&uid("ben")]));
    let mut begin = begin(Goal::Everyone, &[]);
    begin.groups = vec!["jira".to_owned()];
    for (result, cookie) in [(10, &b""[..]), (34, b""), (50, b""), (0, b"more")] {
        let seen = run::<Ldap>(&options(), begin.clone(), |request| {
            if search_of(request).base != inner {
                return directory.answer(request);
            }
            match result {
                0 => page(request, vec![], cookie),
                _ => code(request, result, ""),
            }
        });
        assert_eq!((seen.people.len(), seen.complete), (0, None), "{result}");
    }
}

#[test]
fn a_name_that_no_group_or_several_have_ends_the_conversation() {
    let directory = Directory::of(vec![group("jira", &[&uid("ada")])], &["ada"]);
    for (name, says) in [
        ("wiki", "there is no group `wiki`"),
        ("cn=wiki,dc=example,dc=com", "there is no group"),
        (&uid("ada"), "is no group"),
    ] {
        let seen = listed(&options(), &["jira", name], &directory);
        let problem = seen.problem.unwrap();
        assert_eq!(
            (problem.code.as_str(), problem.at.as_str()),
            ("options", name)
        );
        assert!(problem.message.contains(says), "{}", problem.message);
        assert_eq!((seen.complete, seen.people.len()), (None, 0));
    }
    let mut twin = group("jira", &[&uid("ada")]);
    twin.dn = "cn=jira,ou=old,dc=example,dc=com".to_owned();
    let directory = Directory::of(vec![group("jira", &[]), twin], &["ada"]);
    let problem = listed(&options(), &["jira"], &directory).problem.unwrap();
    assert!(problem.message.contains("several groups are called `jira`"));
}

#[test]
fn a_group_in_which_nobody_is_seen_is_no_empty_list() {
    // An access rule that hides `member` looks like this.
    let directory = Directory::of(vec![group("jira", &[])], &["ada"]);
    let seen = listed(&options(), &["jira"], &directory);
    assert_eq!((seen.code(), seen.complete), ("options", None));
    assert!(
        seen.problem
            .unwrap()
            .message
            .contains("may not see their members")
    );
}

#[test]
fn an_error_about_groups_is_an_error() {
    let directory = Directory::of(vec![group("jira", &[&uid("ada")])], &["ada"]);
    for which in 0..4 {
        for result in [1, 3, 4, 11, 51, 52, 80] {
            let mut begin = begin(Goal::Everyone, &[]);
            begin.groups = vec!["jira".to_owned()];
            let mut count = 0;
            let seen = run::<Ldap>(&options(), begin, |request| {
                count += 1;
                if count == which + 1 {
                    return code(request, result, "");
                }
                directory.answer(request)
            });
            assert_eq!(seen.complete, None, "question {which}, result {result}");
            assert!(seen.people.is_empty());
        }
    }
}

#[test]
fn unique_members_and_user_names_count_too() {
    let identifier = format!("{}#'0101'B", uid("ada"));
    let unique = entry(
        &format!("cn=unique,{TREE}"),
        &[
            ("objectClass", &[b"groupOfUniqueNames"]),
            ("uniqueMember", &[identifier.as_bytes()]),
        ],
    );
    let posix = entry(
        &format!("cn=posix,{TREE}"),
        &[
            ("objectClass", &[b"posixGroup"]),
            ("memberUid", &[b"BEN", b"nobody"]),
            ("gidNumber", &[b"100"]),
        ],
    );
    let mut directory = Directory::of(vec![unique, posix], &["ada", "ben", "cleo", "dora"]);
    let own_group = ("gidNumber".to_owned(), vec![b"100".to_vec()]);
    directory.people[2].attributes.push(own_group);
    let seen = listed(&options(), &["unique", "posix"], &directory);
    assert_eq!(seen.keys(), keys(&["ada", "ben", "cleo"]));
    let people = search_of(seen.requests.last().unwrap());
    assert!(people.attributes.contains(&"gidNumber".to_owned()));
    // Who is no user name there is none: the mail address of ben is not in the list.
    assert_eq!(
        people
            .attributes
            .iter()
            .filter(|name| *name == "uid")
            .count(),
        1
    );
}

/// A group whose server gives two members at a time.
fn in_parts(request: &Request, names: &[&str], is_broken: bool) -> Option<Reply> {
    let search = search_of(request);
    let dn = format!("cn=jira,ou=groups,{TREE}");
    if search.scope != LdapScope::Base || search.base != dn {
        return None;
    }
    let asked = search
        .attributes
        .iter()
        .find(|name| name.contains("range="));
    let start = asked.map_or(0, |name| {
        name["member;range=".len()..name.len() - 2].parse().unwrap()
    });
    let end = names.len().min(start + 2);
    let members: Vec<String> = names[start..end].iter().map(|name| uid(name)).collect();
    let members: Vec<&[u8]> = members.iter().map(String::as_bytes).collect();
    let part = if end == names.len() {
        format!("member;range={start}-*")
    } else {
        format!("member;range={start}-{}", end - 1)
    };
    let mut attributes: Vec<(&str, &[&[u8]])> = vec![("objectClass", &[b"group"])];
    if start == 0 || !is_broken {
        attributes.push(("member", &[]));
        attributes.push((&part, &members));
    }
    Some(page(request, vec![entry(&dn, &attributes)], b""))
}

#[test]
fn members_that_come_in_parts_are_all_read() {
    let names = ["ada", "ben", "cleo", "dora", "emil"];
    let directory = Directory::of(vec![group("jira", &[])], &names);
    for is_broken in [false, true] {
        let mut begin = begin(Goal::Everyone, &[]);
        begin.groups = vec!["jira".to_owned()];
        let seen = run::<Ldap>(&options(), begin, |request| {
            in_parts(request, &names, is_broken).unwrap_or_else(|| directory.answer(request))
        });
        if is_broken {
            assert_eq!((seen.code(), seen.complete), ("bad-answer", None));
            continue;
        }
        assert_eq!(seen.keys(), keys(&names));
        let ranges: Vec<_> = seen
            .requests
            .iter()
            .flat_map(|r| &search_of(r).attributes)
            .collect();
        assert!(
            ranges.contains(&&"member;range=4-*".to_owned()),
            "{ranges:?}"
        );
    }
}

#[test]
fn a_part_that_comes_again_or_leaves_a_gap_is_an_error() {
    for part in [
        "member;range=0-1",
        "member;range=3-4",
        "member;range=3-*",
        "member;range=2-1",
    ] {
        let dn = format!("cn=jira,ou=groups,{TREE}");
        let directory = Directory::of(vec![group("jira", &[])], &["ada", "ben"]);
        let mut begin = begin(Goal::Everyone, &[]);
        begin.groups = vec![dn.clone()];
        let members = [uid("ada"), uid("ben")];
        let members: Vec<&[u8]> = members.iter().map(String::as_bytes).collect();
        let seen = run::<Ldap>(&options(), begin, |request| {
            let search = search_of(request);
            if search.scope != LdapScope::Base || search.base != dn {
                return directory.answer(request);
            }
            let is_first = !search.attributes[0].contains("range=");
            let name = if is_first { "member;range=0-1" } else { part };
            let found = entry(&dn, &[("objectClass", &[b"group"]), (name, &members)]);
            page(request, vec![found], b"")
        });
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{part}");
    }
}

#[test]
fn members_that_cannot_be_read_are_an_error_and_not_left_out() {
    let ada = uid("ada");
    let readable: &[&[u8]] = &[ada.as_bytes()];
    for (name, members) in [
        ("member;range=3-*", readable),
        ("member;range=x-y", readable),
        ("member;range=", readable),
        ("member;x-y;range=0-0", readable),
        ("member", &[ada.as_bytes(), b"uid=b\xe9n,dc=example,dc=com"]),
        ("memberUid", &[b"ada", b"b\xe9n"]),
    ] {
        let mut jira = group("jira", &[]);
        jira.attributes
            .extend(entry("", &[(name, members)]).attributes);
        let directory = Directory::of(vec![jira], &["ada", "ben"]);
        let seen = listed(&options(), &["jira"], &directory);
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{name}");
    }
}

#[test]
fn single_people_are_held_against_the_groups() {
    let directory = Directory::of(vec![group("jira", &[&uid("ada")])], &["ada", "ben"]);
    for (name, is_member) in [("ada", true), ("ben", false)] {
        let seen = looked_up(&options(), &uid(name), &directory);
        assert_eq!(seen.people[0].person.in_scope, Some(is_member), "{name}");
        assert_eq!(seen.complete, Some(1));
    }
}

#[test]
fn a_probe_says_what_the_groups_are_or_what_is_wrong_with_them() {
    let directory = Directory::of(vec![group("jira", &[&uid("ada")])], &["ada"]);
    for (name, is_well) in [("jira", true), ("wiki", false)] {
        let mut begin = begin(Goal::Probe, &[]);
        begin.groups = vec![name.to_owned()];
        let seen = run::<Ldap>(&options(), begin, |request| directory.answer(request));
        let finding = seen.findings.iter().find(|f| f.name == "groups").unwrap();
        assert_eq!(finding.ok, is_well, "{finding:?}");
        assert!(seen.findings.iter().any(|f| f.name == "people" && f.ok));
    }
    let mut begin = begin(Goal::Probe, &[]);
    begin.groups = vec!["jira".to_owned()];
    let seen = run::<Ldap>(&options(), begin, |request| code(request, 49, ""));
    assert_eq!((seen.requests.len(), seen.findings.len()), (1, 1));
}

#[test]
fn where_groups_are_looked_for_can_be_said() {
    let directory = Directory::of(vec![group("jira", &[&uid("ada")])], &["ada"]);
    let narrow = json!({ "base": BASE, "group-base": "ou=groups,dc=example,dc=com" });
    let seen = listed(&narrow, &["jira"], &directory);
    let bases: Vec<&str> = seen
        .requests
        .iter()
        .map(|r| search_of(r).base.as_str())
        .collect();
    assert_eq!(bases[1], "ou=groups,dc=example,dc=com");
    // A server that keeps its trees to itself: the domain of the base is taken.
    for result in [0, 32, 50] {
        let mut begin = begin(Goal::Everyone, &[]);
        begin.groups = vec!["jira".to_owned()];
        let seen = run::<Ldap>(&options(), begin, |request| {
            if search_of(request).base.is_empty() {
                return code(request, result, "");
            }
            directory.answer(request)
        });
        assert_eq!(seen.keys(), keys(&["ada"]), "{result}: {:?}", seen.problem);
    }
}

#[test]
fn a_discovery_is_not_limited_by_groups() {
    let directory = Directory::of(Vec::new(), &["ada"]);
    let mut begin = begin(Goal::Discover(5), &[]);
    begin.groups = vec!["gone".to_owned()];
    let seen = run::<Ldap>(&options(), begin, |request| directory.answer(request));
    assert_eq!((seen.requests.len(), seen.people.len()), (1, 1));
}
