//! Groups as the limit of who takes part.

use attune_plugin::provider::Begin;
use attune_plugin::provider::script::{Transcript, asked, json};
use serde_json::Value;

use super::{ADA, BEN, everyone, not_found, options, page, people, run};
use crate::Entra;

const FINANCE: &str = "10000000-0000-4000-8000-000000000002";
const SALES: &str = "10000000-0000-4000-8000-000000000001";

fn in_group(mut begin: Begin, groups: &[&str], options: &Value) -> Transcript {
    begin.groups = groups.iter().map(|&group| group.to_owned()).collect();
    run::<Entra>(options, begin, |request| {
        let path = asked(request);
        let body = if path.starts_with("/v1.0/groups?") {
            let found = usize::from(path.contains("'Sales'"));
            let group = format!(r#"{{"id":"{SALES}","displayName":"Sales"}}"#);
            page(&vec![group; found], None)
        } else if path.contains("/transitiveMembers/") {
            page(&vec![format!(r#"{{"id":"{ADA}"}}"#); 2], None)
        } else if path.contains(&format!("{ADA}/transitiveMemberOf")) {
            page(&[format!(r#"{{"id":"{}"}}"#, SALES.to_uppercase())], None)
        } else if path.contains("/transitiveMemberOf/") {
            page(&[], None)
        } else if path.contains("$filter=id%20in") {
            super::batch(request, &[ADA, BEN])
        } else {
            return not_found(request);
        };
        json(request, 200, &body)
    })
}

#[test]
fn the_members_of_a_named_group_are_listed_and_read() {
    let seen = in_group(everyone(&["displayName"]), &["Sales"], &options());
    assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(1)));
    assert_eq!(
        seen.asked(),
        [
            "/v1.0/groups?$filter=displayName%20eq%20'Sales'&$select=id,displayName&$top=2"
                .to_owned(),
            format!(
                "/v1.0/groups/{SALES}/transitiveMembers/microsoft.graph.user\
                 ?$select=id&$count=true&$top=999"
            ),
            format!(
                "/v1.0/users?$select=id,userPrincipalName,mail,displayName\
                 &$filter=id%20in%20('{ADA}')"
            ),
        ]
    );
}

#[test]
fn a_group_id_needs_no_look_up() {
    let seen = in_group(everyone(&[]), &[SALES], &options());
    assert_eq!((seen.requests.len(), seen.complete), (2, Some(1)));
}

#[test]
fn a_member_of_two_groups_is_asked_for_once() {
    let seen = in_group(everyone(&[]), &["Sales", FINANCE], &options());
    assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(1)));
    assert_eq!(seen.requests.len(), 4);
}

#[test]
fn a_group_that_does_not_exist_is_a_problem_and_not_an_empty_list() {
    let seen = in_group(everyone(&[]), &["Nobody"], &options());
    assert_eq!((seen.code(), seen.complete), ("options", None));
}

#[test]
fn single_people_are_held_against_the_groups() {
    let seen = in_group(people(&[ADA, BEN]), &["Sales"], &options());
    let mut scopes: Vec<_> = seen
        .people
        .iter()
        .map(|p| (p.person.key.as_str(), p.person.in_scope))
        .collect();
    scopes.sort_unstable();
    assert_eq!(scopes, [(ADA, Some(true)), (BEN, Some(false))]);
    assert!(seen.people[0].document.starts_with('{'));
    assert_eq!(seen.complete, Some(2));
}
