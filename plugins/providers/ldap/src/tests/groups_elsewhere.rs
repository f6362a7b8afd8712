//! Groups that the server judges: Active Directory's matching rule, and `memberOf` where asked for.

use attune_plugin::provider::script::{Transcript, begin, run};
use attune_plugin::provider::{Goal, LdapScope};
use serde_json::{Value, json};

use super::groups::{group, uid};
use super::{BASE, ad_options, code, entry, options, page, search_of, someone};
use crate::Ldap;

const DOMAIN: &str = "DC=corp,DC=example";
const JIRA: &str = "CN=Jira (all)*,OU=Groups,DC=corp,DC=example";
/// S-1-5-21-1-2-3-1105.
const SID: [u8; 28] = [
    1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0x51, 4, 0, 0,
];

/// A domain controller with one group and one user.
fn in_domain(goal: Goal, name: &str, has_user: bool) -> Transcript {
    let mut begin = begin(goal, &[]);
    begin.groups = vec![name.to_owned()];
    run::<Ldap>(&ad_options(), begin, |request| {
        let search = search_of(request);
        if search.base.is_empty() {
            let root = entry(
                "",
                &[
                    ("supportedCapabilities", &[b"1.2.840.113556.1.4.800"]),
                    (
                        "namingContexts",
                        &[DOMAIN.as_bytes(), b"CN=Schema,CN=Configuration"],
                    ),
                ],
            );
            return page(request, vec![root], b"");
        }
        let jira = entry(
            JIRA,
            &[("objectClass", &[b"top", b"group"]), ("objectSid", &[&SID])],
        );
        if search.scope == LdapScope::Base && search.base == JIRA {
            return page(request, vec![jira], b"");
        }
        if search.filter.starts_with("(&(|(objectClass=group)") {
            let is_nested = search.filter.contains("1941");
            let mut sid = SID;
            sid[24] = 0x52;
            let dn = "CN=inner,DC=corp,DC=example";
            let inner = entry(dn, &[("objectSid", &[&sid])]);
            let elsewhere = entry("CN=x,DC=other,DC=example", &[("objectSid", &[&[1]])]);
            let found = if is_nested {
                vec![inner, elsewhere]
            } else {
                vec![jira]
            };
            return page(request, found, b"");
        }
        let mut ada = someone("ada");
        ada.attributes
            .push(("objectGUID".to_owned(), vec![vec![7; 16]]));
        page(request, if has_user { vec![ada] } else { vec![] }, b"")
    })
}

fn filters(seen: &Transcript) -> Vec<&str> {
    let filter = |request| search_of(request).filter.as_str();
    seen.requests.iter().map(filter).collect()
}

#[test]
fn active_directory_follows_nesting_itself() {
    let condition = "(|(memberOf:1.2.840.113556.1.4.1941:=CN=Jira \\28all\\29\\2a,OU=Groups,DC=corp,DC=example)\
                     (primaryGroupID=1105)(primaryGroupID=1106))";
    for name in [JIRA, "Jira (all)*"] {
        let seen = in_domain(Goal::Everyone, name, true);
        assert_eq!(seen.complete, Some(1), "{:?}", seen.problem);
        let last = filters(&seen).last().copied().unwrap().to_owned();
        let condition = condition.replace("CN=", "cn=").replace("OU=", "ou=");
        assert!(
            last.ends_with(&format!("{})", condition.replace("DC=", "dc="))),
            "{last}"
        );
        // The members themselves are never read: there may be a hundred thousand.
        let asked = seen.requests.iter().flat_map(|r| &search_of(r).attributes);
        assert_eq!(asked.filter(|name| name.starts_with("member")).count(), 0);
    }
}

#[test]
fn a_domain_in_which_nobody_is_found_is_no_empty_list() {
    let seen = in_domain(Goal::Everyone, JIRA, false);
    assert_eq!((seen.code(), seen.complete), ("options", None));
}

#[test]
fn single_people_of_a_domain_are_asked_for_within_the_group() {
    let seen = in_domain(Goal::People(vec!["ada".to_owned()]), JIRA, true);
    assert_eq!(seen.people[0].person.in_scope, Some(true));
    assert!(filters(&seen).last().unwrap().contains("1941"));
    let seen = in_domain(Goal::People(vec!["ada".to_owned()]), JIRA, false);
    assert_eq!(seen.absent, ["ada"]);
    assert!(!filters(&seen).last().unwrap().contains("1941"));
}

/// A domain in which these are the identifiers of the groups within the group.
fn with_identifiers(identifiers: &[Vec<u8>]) -> Transcript {
    let mut begin = begin(Goal::Everyone, &[]);
    begin.groups = vec![JIRA.to_owned()];
    run::<Ldap>(&ad_options(), begin, |request| {
        let search = search_of(request);
        let domain: &[u8] = b"1.2.840.113556.1.4.800";
        let found = if search.base.is_empty() {
            let trees = ("namingContexts", &[DOMAIN.as_bytes()][..]);
            vec![entry("", &[("supportedCapabilities", &[domain]), trees])]
        } else if search.base == JIRA {
            vec![entry(JIRA, &[("objectClass", &[b"group"])])]
        } else if search.filter.starts_with("(&(|(objectClass=group)") {
            let group = |(number, sid): (usize, &Vec<u8>)| {
                let dn = format!("CN={number},{DOMAIN}");
                entry(&dn, &[("objectSid", &[sid.as_slice()])])
            };
            identifiers.iter().enumerate().map(group).collect()
        } else {
            vec![entry("CN=Ada", &[("objectGUID", &[&[7; 16]])])]
        };
        page(request, found, b"")
    })
}

#[test]
fn primary_groups_that_do_not_fit_or_cannot_be_read_are_an_error_and_not_left_out() {
    let sids = |count: u16| (0..count).map(|n| [&SID[..24], &n.to_le_bytes(), &[0; 2]].concat());
    let seen = with_identifiers(&sids(500).collect::<Vec<_>>());
    assert_eq!(seen.complete, Some(1), "{:?}", seen.problem);
    let seen = with_identifiers(&sids(501).collect::<Vec<_>>());
    assert_eq!((seen.code(), seen.complete), ("unsupported", None));
    for odd in [&SID[..27], &[], b"S-1-5-21-1-2-3-1105"] {
        let seen = with_identifiers(&[odd.to_vec()]);
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None));
    }
}

fn by_member_of() -> Value {
    json!({ "base": BASE, "members": "member-of" })
}

/// A server that keeps `memberOf`: groups within groups come level by level.
fn kept(options: &Value, is_kept: bool) -> Transcript {
    let dn = |name: &str| format!("cn={name},ou=groups,dc=example,dc=com");
    let mut begin = begin(Goal::Everyone, &[]);
    begin.groups = vec![dn("jira")];
    run::<Ldap>(options, begin, |request| {
        let search = search_of(request);
        if search.base.is_empty() {
            return page(request, vec![entry("", &[])], b"");
        }
        if search.scope == LdapScope::Base {
            return page(request, vec![group("jira", &[&uid("ada")])], b"");
        }
        if search.base == BASE {
            return page(
                request,
                if is_kept {
                    vec![someone("ada")]
                } else {
                    vec![]
                },
                b"",
            );
        }
        let within = |parent: &str, groups: &[&str]| {
            let is_it = search
                .filter
                .contains(&format!("(memberOf={})", dn(parent)));
            let found: Vec<String> = groups.iter().map(|name| dn(name)).collect();
            (is_it && is_kept).then_some(found)
        };
        let found = within("jira", &["inner", "jira"]).or_else(|| within("inner", &["jira"]));
        let found = found.unwrap_or_default();
        let found = found.iter().map(|dn| entry(dn, &[])).collect();
        page(request, found, b"")
    })
}

#[test]
fn member_of_is_asked_for_where_the_admin_says_so() {
    let seen = kept(&by_member_of(), true);
    assert_eq!(seen.complete, Some(1), "{:?}", seen.problem);
    assert!(
        filters(&seen).last().unwrap().ends_with(
            "(|(memberOf=cn=jira,ou=groups,dc=example,dc=com)\
             (memberOf=cn=inner,ou=groups,dc=example,dc=com)))"
        ),
        "{:?}",
        filters(&seen)
    );
}

#[test]
fn a_server_without_member_of_is_no_empty_list() {
    let seen = kept(&by_member_of(), false);
    assert_eq!((seen.code(), seen.complete), ("options", None));
    let problem = seen.problem.unwrap();
    assert!(
        problem.message.contains("may keep no `memberOf`"),
        "{}",
        problem.message
    );
}

#[test]
fn a_busy_server_is_no_ordinary_one() {
    let mut begin = begin(Goal::Everyone, &[]);
    begin.groups = vec!["jira".to_owned()];
    let seen = run::<Ldap>(&options(), begin, |request| code(request, 51, ""));
    assert_eq!((seen.code(), seen.requests.len()), ("unavailable", 1));
}
