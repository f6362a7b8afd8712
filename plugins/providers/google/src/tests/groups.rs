//! Groups: which they are, who is in them, and what that makes of listings and of single people.

use attune_plugin::provider::script::{Transcript, asked, json, run};
use attune_plugin::provider::{Begin, Reply, Request};
use serde_json::json;

use super::{ADA, BEN, CLEO, error, everyone, list, page, people, scopes, user};
use crate::Google;
use crate::options::{GROUPS, USERS};

fn of(mut begin: Begin, groups: &[&str]) -> Begin {
    begin.groups = groups.iter().map(|&group| group.to_owned()).collect();
    begin
}

fn member(id: &str) -> String {
    format!(r#"{{"id":"{id}","email":"x@contoso.example","type":"USER"}}"#)
}

/// A world with these pages of members of `g1`; groups are found under their address.
fn world(begin: Begin, pages: &[String]) -> Transcript {
    let mut pages = pages.iter();
    run::<Google>(&json!({}), begin, |request| {
        let path = asked(request);
        if path.contains("/members?") {
            return json(request, 200, pages.next().expect("no more pages"));
        }
        if path.contains("/groups/") {
            return json(request, 200, r#"{"id":"g1"}"#);
        }
        users(request)
    })
}

fn users(request: &Request) -> Reply {
    let path = asked(request);
    let everybody = [user(ADA, "ada"), user(BEN, "ben"), user(CLEO, "cleo")];
    if path.contains("/users?") {
        return json(request, 200, &page(&everybody, None));
    }
    let all = [(ADA, "ada"), (BEN, "ben"), (CLEO, "cleo")];
    let found = all.iter().find(|(id, _)| path.contains(id)).unwrap();
    json(request, 200, &user(found.0, found.1))
}

#[test]
fn the_users_are_held_against_the_members() {
    let pages = [
        list("members", &[member(ADA), member("external")], Some("m2")),
        list("members", &[member(CLEO), member(ADA)], Some("m3")),
        // A full last page may lead to an empty one.
        list("members", &[], None),
    ];
    let seen = world(of(everyone(&[]), &["sales@contoso.example"]), &pages);
    assert_eq!((seen.keys(), seen.complete), (vec![ADA, CLEO], Some(2)));
    let members = "/admin/directory/v1/groups/g1/members?includeDerivedMembership=true\
                   &maxResults=200&fields=kind,nextPageToken,members(id,email,type)";
    assert_eq!(
        seen.asked()[..4],
        [
            "/admin/directory/v1/groups/sales@contoso.example?fields=id".to_owned(),
            members.to_owned(),
            format!("{members}&pageToken=m2"),
            format!("{members}&pageToken=m3"),
        ]
    );
    let of_groups = seen.requests[..4].iter().all(|r| scopes(r) == [GROUPS]);
    assert!(of_groups && scopes(&seen.requests[4]) == [USERS]);
}

#[test]
fn nested_groups_are_no_people_and_everyone_is_everyone() {
    let nested = list(
        "members",
        &[r#"{"id":"g2","type":"GROUP"}"#.to_owned(), member(BEN)],
        None,
    );
    let seen = world(of(everyone(&[]), &["g1"]), &[nested]);
    assert_eq!(seen.keys(), [BEN]);
    let all = list(
        "members",
        &[r#"{"id":"C03az79cb","type":"CUSTOMER"}"#.to_owned()],
        None,
    );
    let seen = world(of(everyone(&[]), &["g1"]), &[all]);
    assert_eq!(seen.keys(), [ADA, BEN, CLEO]);
}

#[test]
fn a_member_without_an_id_is_known_by_the_address_and_one_without_both_is_a_problem() {
    let by_address = r#"{"email":"Ben@contoso.example","type":"USER"}"#.to_owned();
    let seen = world(
        of(everyone(&[]), &["g1"]),
        &[list("members", &[by_address], None)],
    );
    assert_eq!(seen.keys(), [BEN]);
    let nobody = r#"{"type":"USER"}"#.to_owned();
    let seen = world(
        of(everyone(&[]), &["g1"]),
        &[list("members", &[nobody], None)],
    );
    assert_eq!((seen.code(), seen.complete), ("bad-answer", None));
}

#[test]
fn an_empty_group_is_an_empty_listing() {
    let seen = world(of(everyone(&[]), &["g1"]), &[list("members", &[], None)]);
    assert_eq!((seen.keys(), seen.complete), (vec![], Some(0)));
}

#[test]
fn two_names_of_one_group_are_one_group() {
    let seen = world(
        of(everyone(&[]), &["g1", "sales@contoso.example", "g1"]),
        &[list("members", &[member(BEN)], None)],
    );
    assert_eq!((seen.keys(), seen.requests.len()), (vec![BEN], 4));
}

#[test]
fn single_people_are_in_or_out_of_the_groups() {
    let pages = [list("members", &[member(ADA)], None)];
    let seen = world(of(people(&[ADA, BEN]), &["g1"]), &pages);
    let scopes: Vec<_> = seen.people.iter().map(|p| p.person.in_scope).collect();
    assert_eq!(seen.keys(), [ADA, BEN]);
    assert_eq!(scopes, [Some(true), Some(false)]);
}

fn unknown(groups: &[&str], named: &[String]) -> Transcript {
    run::<Google>(&json!({}), of(everyone(&[]), groups), |request| {
        let path = asked(request);
        if path.contains("/members?") {
            json(request, 200, &list("members", &[member(BEN)], None))
        } else if path.contains("/groups?") {
            json(request, 200, &list("groups", named, None))
        } else if path.contains("/groups/") {
            let body = error(404, "notFound", "Resource Not Found: groupKey");
            json(request, 404, &body)
        } else {
            users(request)
        }
    })
}

#[test]
fn a_group_is_found_by_its_name_too() {
    let named = [
        r#"{"id":"g7","name":"SALES"}"#.to_owned(),
        r#"{"id":"g8","name":"Sales Europe"}"#.to_owned(),
    ];
    let seen = unknown(&["Sales"], &named);
    assert_eq!((seen.keys(), seen.complete), (vec![BEN], Some(1)));
    assert_eq!(
        seen.asked()[1],
        "/admin/directory/v1/groups?customer=my_customer&maxResults=200\
         &fields=kind,nextPageToken,groups(id,name)&query=name='Sales'"
    );
    assert!(seen.asked()[2].starts_with("/admin/directory/v1/groups/g7/members?"));
    // White space is in no key.
    let seen = unknown(&["Sales Europe"], &named);
    assert!(seen.asked()[0].ends_with("&query=name='Sales%20Europe'"));
}

#[test]
fn a_group_that_nobody_or_several_have_is_a_problem_and_no_departure() {
    let twins = [
        r#"{"id":"g7","name":"Sales"}"#.to_owned(),
        r#"{"id":"g8","name":"Sales"}"#.to_owned(),
    ];
    for (group, named, words) in [
        ("sales@contoso.example", &twins[..], "there is no group"),
        ("Sales", &[], "there is no group"),
        ("Sales", &twins, "several groups are called"),
    ] {
        let seen = unknown(&[group], named);
        let problem = seen.problem.unwrap();
        assert_eq!(
            (problem.code.as_str(), problem.at.as_str()),
            ("options", group)
        );
        assert!(problem.message.contains(words), "{}", problem.message);
        assert_eq!(seen.complete, None);
    }
}

#[test]
fn members_that_may_not_be_listed_are_a_missing_permission_with_its_scope() {
    let body = error(
        403,
        "insufficientPermissions",
        "Request had insufficient scopes.",
    );
    let seen = run::<Google>(&json!({}), of(everyone(&[]), &["g1"]), |request| {
        if asked(request).contains("/members?") {
            json(request, 403, &body)
        } else {
            json(request, 200, r#"{"id":"g1"}"#)
        }
    });
    let problem = seen.problem.unwrap();
    assert_eq!((problem.code.as_str(), seen.complete), ("permission", None));
    assert!(problem.message.contains(GROUPS), "{}", problem.message);
}

#[test]
fn more_members_than_can_be_told_apart_are_refused() {
    const AT_ONCE: u32 = 20_000;
    let mut next = 0;
    let seen = run::<Google>(&json!({}), of(everyone(&[]), &["g1"]), |request| {
        if !asked(request).contains("/members?") {
            return json(request, 200, r#"{"id":"g1"}"#);
        }
        let members: Vec<String> = (next..next + AT_ONCE)
            .map(|n| member(&n.to_string()))
            .collect();
        next += AT_ONCE;
        json(
            request,
            200,
            &list("members", &members, Some(&next.to_string())),
        )
    });
    assert_eq!((seen.code(), seen.complete), ("unsupported", None));
    assert_eq!(
        next, 80_000,
        "the page beyond the limit is read and refused"
    );
}
