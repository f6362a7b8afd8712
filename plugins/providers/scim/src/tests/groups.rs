//! Members of groups: by name and id, nested, few and many, and groups that tell nothing.

use attune_plugin::provider::script::{Transcript, asked, json};
use attune_plugin::provider::{Begin, Goal, Reply, Request};
use serde_json::{Value, json};

use super::{
    BAD_FILTER, FULL, NOBODY, everyone, indexed, of_groups, page, parameter, people, served, users,
};

fn group(id: &str, name: &str, members: &[(&str, &str)]) -> Value {
    let members = members.iter().map(|(id, kind)| match *kind {
        "" => json!({ "value": id, "$ref": format!("https://scim.example.com/v2/Groups/{id}") }),
        kind => json!({ "value": id, "type": kind }),
    });
    json!({ "id": id, "displayName": name, "members": members.collect::<Vec<_>>() })
}

/// Sales has u1, u2 and the group EMEA, which has u3, u1, Sales again and a group that is gone.
fn groups() -> Vec<Value> {
    vec![
        group(
            "g1",
            "Sales",
            &[("u1", "User"), ("u2", "user"), ("g2", "Group")],
        ),
        group(
            "g2",
            "EMEA",
            &[("u3", "User"), ("u1", "User"), ("g1", ""), ("g9", "Group")],
        ),
        group("g3", "Twins", &[("u5", "User")]),
        group("g4", "twins", &[("u6", "User")]),
        group("g5", "TWINS ", &[]),
    ]
}

fn answer(request: &Request, groups: &[Value], all: &[Value]) -> Reply {
    let path = asked(request).replace("%20", " ").replace("%22", "\"");
    if let Some(id) = path.strip_prefix("/Groups/") {
        return match groups.iter().find(|group| group["id"] == id) {
            Some(group) => json(request, 200, &group.to_string()),
            None => json(request, 404, NOBODY),
        };
    }
    if let Some(rest) = path.strip_prefix("/Groups?filter=displayName eq \"") {
        let name = rest.split('"').next().unwrap().to_lowercase();
        let same = |group: &&Value| group["displayName"].as_str().unwrap().to_lowercase() == name;
        let found: Vec<Value> = groups.iter().filter(same).cloned().collect();
        return json(request, 200, &page(&found, found.len()));
    }
    if let Some(id) = path.strip_prefix("/Users/") {
        return match all.iter().find(|user| user["id"] == id) {
            Some(user) => json(request, 200, &user.to_string()),
            None => json(request, 404, NOBODY),
        };
    }
    if !path.contains("startIndex") {
        return json(request, 200, &page(&[], 0));
    }
    indexed(request, all, 100)
}

fn asked_with(begin: Begin, options: &Value) -> Transcript {
    let (groups, all) = (groups(), users(1..=6));
    served(options, begin, FULL, |request| {
        answer(request, &groups, &all)
    })
}

fn sorted(seen: &Transcript) -> Vec<&str> {
    let mut keys = seen.keys();
    keys.sort_unstable();
    keys
}

#[test]
fn few_members_are_asked_for_one_by_one_through_nested_groups() {
    for name in ["sales", "g1"] {
        let seen = asked_with(of_groups(everyone(&[]), &[name]), &json!({}));
        assert_eq!(
            (sorted(&seen), seen.complete),
            (vec!["u1", "u2", "u3"], Some(3)),
            "{name}"
        );
        assert!(!seen.asked().iter().any(|path| path.contains("startIndex")));
    }
    let both = asked_with(of_groups(everyone(&[]), &["Sales", "g4"]), &json!({}));
    assert_eq!(sorted(&both), ["u1", "u2", "u3", "u6"]);
}

#[test]
fn with_a_filter_and_where_they_are_many_members_are_found_among_everyone() {
    let options = json!({ "filter": "active eq true" });
    let seen = asked_with(of_groups(everyone(&[]), &["Sales"]), &options);
    assert_eq!(
        (sorted(&seen), seen.complete),
        (vec!["u1", "u2", "u3"], Some(3))
    );
    assert!(!seen.asked().iter().any(|path| path.starts_with("/Users/")));
    let ids: Vec<String> = (1..=300).step_by(2).map(|n| format!("u{n}")).collect();
    let members: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "User")).collect();
    let (many, all) = (vec![group("g1", "Many", &members)], users(1..=400));
    let seen = served(
        &json!({}),
        of_groups(everyone(&[]), &["Many"]),
        FULL,
        |request| answer(request, &many, &all),
    );
    assert_eq!(seen.complete, Some(150));
    assert!(seen.requests.len() < 12, "{}", seen.requests.len());
}

#[test]
fn a_member_who_was_removed_meanwhile_is_passed_over() {
    let (groups, all) = (groups(), users(1..=2));
    let seen = served(
        &json!({}),
        of_groups(everyone(&[]), &["Sales"]),
        FULL,
        |request| answer(request, &groups, &all),
    );
    assert_eq!((sorted(&seen), seen.complete), (vec!["u1", "u2"], Some(2)));
}

#[test]
fn a_group_of_no_or_of_several_of_that_name_is_said_so() {
    for (name, words) in [
        ("Nobody", "no group"),
        ("..", "no group"),
        ("tWins", "several groups"),
    ] {
        let seen = asked_with(of_groups(everyone(&[]), &[name]), &json!({}));
        let problem = seen.problem.unwrap();
        assert_eq!(
            (problem.code.as_str(), problem.at.as_str()),
            ("options", name)
        );
        assert!(problem.message.contains(words), "{}", problem.message);
    }
    // One of several is spelt exactly so.
    let exact = asked_with(of_groups(everyone(&[]), &["Twins"]), &json!({}));
    assert_eq!(exact.keys(), ["u5"]);
}

#[test]
fn a_service_that_does_not_look_groups_up_by_name_takes_their_ids() {
    let (groups, all) = (groups(), users(1..=6));
    let refusing = |name: &str| {
        served(
            &json!({}),
            of_groups(everyone(&[]), &[name]),
            FULL,
            |request| {
                if asked(request).starts_with("/Groups?") {
                    json(request, 400, BAD_FILTER)
                } else {
                    answer(request, &groups, &all)
                }
            },
        )
    };
    assert_eq!(refusing("g4").keys(), ["u6"]);
    assert_eq!(refusing("Sales").code(), "options");
    let ignoring = served(
        &json!({}),
        of_groups(everyone(&[]), &["Zeta"]),
        FULL,
        |request| json(request, 200, &page(&groups, 90)),
    );
    assert_eq!(ignoring.code(), "options");
    assert!(
        ignoring
            .problem
            .unwrap()
            .message
            .contains("give the group's id")
    );
}

#[test]
fn an_empty_group_needs_a_second_witness() {
    let empty = [json!({ "id": "g1", "displayName": "Sales" })];
    let all = users(1..=6);
    let asked_so = |claim: &dyn Fn(&Request) -> Reply| {
        served(
            &json!({}),
            of_groups(everyone(&[]), &["Sales"]),
            FULL,
            |request| {
                let filter = parameter(request, "filter").unwrap_or_default();
                if filter.starts_with("groups.value") {
                    claim(request)
                } else {
                    answer(request, &empty, &all)
                }
            },
        )
    };
    let nobody = asked_so(&|request| json(request, 200, &page(&[], 0)));
    assert_eq!(nobody.complete, Some(0));
    let mut claimants = users(1..=2);
    for user in &mut claimants {
        user["groups"] = json!([{ "value": "g0" }, { "value": "g1" }]);
    }
    let two = asked_so(&|request| json(request, 200, &page(&claimants, 2)));
    assert_eq!((two.keys(), two.complete), (vec!["u1", "u2"], Some(2)));
    // A service that does not know the question and answers with everybody.
    let everybody = asked_so(&|request| json(request, 200, &page(&users(1..=2), 2)));
    assert_eq!(
        (everybody.code(), everybody.complete),
        ("unsupported", None)
    );
    let refused = asked_so(&|request| json(request, 400, BAD_FILTER));
    assert_eq!((refused.code(), refused.complete), ("unsupported", None));
    assert_eq!(refused.problem.unwrap().at, "groups");
}

#[test]
fn members_that_cannot_be_read_are_no_empty_group() {
    for members in [
        json!({}),
        json!("u1"),
        json!([{ "type": "User" }]),
        json!([{ "value": 5 }]),
    ] {
        let odd = [json!({ "id": "g1", "displayName": "Sales", "members": members })];
        let seen = served(
            &json!({}),
            of_groups(everyone(&[]), &["Sales"]),
            FULL,
            |request| answer(request, &odd, &[]),
        );
        assert_eq!(
            (seen.code(), seen.complete),
            ("bad-answer", None),
            "{}",
            odd[0]
        );
    }
}

#[test]
fn a_single_person_is_held_against_the_groups() {
    let seen = asked_with(
        of_groups(people(&["u3", "u5", "u9"]), &["Sales"]),
        &json!({}),
    );
    let mut said: Vec<_> = seen
        .people
        .iter()
        .map(|p| (p.person.key.as_str(), p.person.in_scope))
        .collect();
    said.sort_unstable();
    assert_eq!(said, [("u3", Some(true)), ("u5", Some(false))]);
    assert_eq!(seen.absent, ["u9"]);
    // Groups that name nobody: what the user says of themselves.
    let silent = [json!({ "id": "g1", "displayName": "Sales" })];
    let mut all = users(1..=2);
    all[0]["groups"] = json!([{ "value": "g1", "type": "direct" }]);
    let seen = served(
        &json!({}),
        of_groups(people(&["u1", "u2"]), &["Sales"]),
        FULL,
        |request| answer(request, &silent, &all),
    );
    let said: Vec<_> = seen.people.iter().map(|p| p.person.in_scope).collect();
    assert_eq!(said, [Some(true), Some(false)]);
}

#[test]
fn changes_say_who_is_in_the_groups() {
    let begin = attune_plugin::provider::script::begin(
        Goal::ChangesSince("2026-11-21T21:00:00Z".to_owned()),
        &[],
    );
    let seen = asked_with(of_groups(begin, &["Sales"]), &json!({}));
    let said: Vec<_> = seen
        .people
        .iter()
        .map(|p| p.person.in_scope.unwrap())
        .collect();
    assert_eq!(said, [true, true, true, false, false, false]);
}
