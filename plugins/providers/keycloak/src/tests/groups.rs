//! Groups as the limit of who takes part: found by name, path or id, with all their sub-groups.

use attune_plugin::provider::script::{Transcript, asked, json, run};
use attune_plugin::provider::{Begin, Request};
use serde_json::json;

use super::{ADMIN, everyone, id, list, names, options, people, user, window};
use crate::Keycloak;

/// `/sales` with `/sales/emea`, which has `/sales/emea/dach`; and `/it/emea`.
const FOUND: &str = r#"[
    {"id":"g-sales","name":"sales","path":"/sales","subGroups":[
        {"id":"g-emea","name":"emea","path":"/sales/emea","subGroups":[]}]},
    {"id":"g-it","name":"it","path":"/it","subGroups":[
        {"id":"g-it-emea","name":"emea","path":"/it/emea","subGroups":[]}]}]"#;

fn group(id: &str, children: usize) -> String {
    format!(
        r#"{{"id":"{id}","name":"{id}","path":"/{id}","subGroupCount":{children},"subGroups":[]}}"#
    )
}

/// What a realm with these groups answers; members are the users of [`names`], a hundred a group.
fn answer(path: &str) -> String {
    let path = path.strip_prefix(ADMIN).unwrap();
    if path.starts_with("/groups?") {
        return FOUND.to_owned();
    }
    let children = |of: &str| match of {
        "g-sales" => vec![group("g-emea", 1)],
        "g-emea" => vec![group("g-dach", 0)],
        _ => Vec::new(),
    };
    let all = names(300);
    let parts: Vec<&str> = path.split(['/', '?']).collect();
    match parts.as_slice() {
        [_, "groups", of] => group(of, children(of).len()),
        [_, "groups", of, "children", _] => list(&window(&children(of), path, 100)),
        [_, "groups", of, "members", _] => {
            let members = match *of {
                "g-sales" => &all[..250],
                "g-emea" => &all[100..260],
                _ => &all[259..261],
            };
            let members: Vec<String> = members.iter().map(|name| user(name)).collect();
            list(&window(&members, path, 1000))
        }
        [_, "users", user, "groups", _] => {
            let of = if user.ends_with(&id("ada")[30..]) && *user == id("ada") {
                "g-dach"
            } else {
                "g-hr"
            };
            list(&window(&[group(of, 0)], path, 100))
        }
        [_, "users", _] => list(&[user("ada")]),
        _ => panic!("{path}"),
    }
}

fn in_groups(mut begin: Begin, groups: &[&str]) -> Transcript {
    begin.groups = groups.iter().map(|&group| group.to_owned()).collect();
    run::<Keycloak>(&options(), begin, |request: &Request| {
        let path = asked(request);
        if path.contains("/users?") {
            let name = if path.contains("username=ada&") {
                "ada"
            } else {
                "ben"
            };
            return json(request, 200, &list(&[user(name)]));
        }
        json(request, 200, &answer(&path))
    })
}

#[test]
fn members_of_a_group_and_its_sub_groups_are_listed_once() {
    let seen = in_groups(everyone(), &["sales"]);
    assert_eq!(seen.complete, Some(261), "{:?}", seen.problem);
    let asked = seen.asked();
    assert_eq!(
        asked[0],
        format!("{ADMIN}/groups?search=sales&exact=true&briefRepresentation=true")
    );
    assert_eq!(asked[1], format!("{ADMIN}/groups/g-sales"));
    assert!(asked.contains(&format!(
        "{ADMIN}/groups/g-emea/children?first=0&max=200&briefRepresentation=true"
    )));
    assert!(asked.contains(&format!(
        "{ADMIN}/groups/g-dach/members?first=0&max=200&briefRepresentation=false"
    )));
    assert!(asked.iter().all(|path| !path.contains("/count")));
}

#[test]
fn a_path_names_one_group_where_a_name_names_two() {
    let seen = in_groups(everyone(), &["emea"]);
    assert_eq!((seen.code(), seen.complete), ("options", None));
    let message = seen.problem.unwrap().message;
    assert!(message.contains("/sales/emea, /it/emea"), "{message}");
    let seen = in_groups(everyone(), &["/sales/emea"]);
    assert_eq!(seen.complete, Some(161), "{:?}", seen.problem);
    assert!(seen.asked()[0].contains("search=emea&"));
}

#[test]
fn a_slash_within_a_name_is_no_step_of_the_path() {
    let body = r#"[{"id":"g-1","name":"r/d","path":"/it/r~/d","subGroups":[]}]"#;
    let mut begin = everyone();
    begin.groups = vec!["/it/r~/d".to_owned()];
    let seen = run::<Keycloak>(&options(), begin, |request| {
        let path = asked(request);
        if path.contains("search=") {
            assert!(path.contains("search=r/d&"), "{path}");
            return json(request, 200, body);
        }
        json(request, 200, &answer(&path))
    });
    assert!(
        seen.asked()[1].ends_with("/groups/g-1"),
        "{:?}",
        seen.asked()
    );
}

#[test]
fn an_id_needs_no_search_and_an_unknown_one_is_a_problem() {
    let known = id("sales");
    let seen = in_groups(everyone(), &[&known]);
    assert_eq!(seen.asked()[0], format!("{ADMIN}/groups/{known}"));
    assert_eq!(seen.complete, Some(2));
    let mut begin = everyone();
    begin.groups = vec![known];
    let seen = run::<Keycloak>(&options(), begin, |request| {
        json(request, 404, r#"{"error":"Could not find group by id"}"#)
    });
    assert_eq!((seen.code(), seen.complete), ("options", None));
}

#[test]
fn a_group_that_does_not_exist_is_a_problem_and_not_an_empty_list() {
    for begin in [everyone(), people(&["ada"])] {
        let seen = in_groups(begin, &["Nobody"]);
        assert_eq!((seen.code(), seen.complete), ("options", None));
    }
}

#[test]
fn before_version_23_sub_groups_come_with_the_group() {
    let body = r#"{"id":"g-sales","name":"sales","path":"/sales","subGroups":[
        {"id":"g-emea","name":"emea","path":"/sales/emea","subGroups":[
            {"id":"g-dach","name":"dach","path":"/sales/emea/dach","subGroups":[]}]}]}"#;
    let mut begin = everyone();
    begin.groups = vec!["sales".to_owned()];
    let seen = run::<Keycloak>(&options(), begin, |request| {
        let path = asked(request);
        assert!(!path.contains("/children"), "{path}");
        if path.ends_with("/groups/g-sales") {
            return json(request, 200, body);
        }
        json(request, 200, &answer(&path))
    });
    assert_eq!(seen.complete, Some(261), "{:?}", seen.problem);
}

#[test]
fn groups_that_hold_each_other_do_not_go_round_for_ever() {
    let mut begin = everyone();
    begin.groups = vec!["sales".to_owned()];
    let seen = run::<Keycloak>(&options(), begin, |request| {
        let path = asked(request);
        if path.contains("/children") {
            let round = [group("g-sales", 1), group("g-emea", 1)];
            return json(request, 200, &list(&window(&round, &path, 100)));
        }
        json(request, 200, &answer(&path))
    });
    assert_eq!(seen.complete, Some(260), "{:?}", seen.problem);
}

#[test]
fn single_people_are_held_against_groups_and_sub_groups() {
    let seen = in_groups(people(&["ada", "ben"]), &["/sales"]);
    let mut scopes: Vec<_> = seen
        .people
        .iter()
        .map(|p| (p.person.names[0].as_str(), p.person.in_scope))
        .collect();
    scopes.sort_unstable();
    assert_eq!(scopes, [("ada", Some(true)), ("ben", Some(false))]);
    assert_eq!(seen.complete, Some(2));
    let membership = format!(
        "/users/{}/groups?first=0&max=200&briefRepresentation=true",
        id("ada")
    );
    assert!(seen.asked().iter().any(|path| path.ends_with(&membership)));
}

#[test]
fn groups_and_a_query_together_are_refused_with_the_other_way_to_say_it() {
    let mut begin = everyone();
    begin.groups = vec!["sales".to_owned()];
    let options = json!({ "realm": "contoso", "query": "department:Sales" });
    let seen = run::<Keycloak>(&options, begin, |request| json(request, 200, "[]"));
    assert_eq!((seen.code(), seen.requests.len()), ("options", 0));
    assert!(seen.problem.unwrap().message.contains("[scope] include"));
}
