//! Lists by `first` and `max`: their end, caps, and people who come and go meanwhile.

use std::collections::BTreeSet;

use attune_plugin::provider::script::{Transcript, asked, json, run};
use attune_plugin::provider::{Reply, Request};
use serde_json::json;

use super::{ADMIN, answered, everyone, id, list, listed, names, options, realm, user, window};
use crate::Keycloak;

const NO_CAP: usize = 10_000;

fn keys(seen: &Transcript) -> BTreeSet<&str> {
    seen.keys().into_iter().collect()
}

/// A realm that changes before the `n`th answer to a page.
fn moving(users: &[String], mut change: impl FnMut(usize, &mut Vec<String>)) -> Transcript {
    let mut users = users.to_vec();
    let mut pages = 0;
    listed(|request| {
        if asked(request).contains("first=") {
            change(pages, &mut users);
            users.sort();
            pages += 1;
        }
        realm(request, &users, NO_CAP)
    })
}

#[test]
fn everyone_is_listed_in_pages_that_overlap_and_counted_before_and_after() {
    let users = names(450);
    let seen = listed(|request| realm(request, &users, NO_CAP));
    let page =
        |first, max| format!("{ADMIN}/users?first={first}&max={max}&briefRepresentation=false");
    let count = || format!("{ADMIN}/users/count");
    let expected = [
        count(),
        page(0, 200),
        page(199, 200),
        page(398, 200),
        page(449, 200),
        count(),
    ];
    assert_eq!(seen.asked(), expected);
    assert_eq!(
        (seen.complete, seen.people.len(), keys(&seen).len()),
        (Some(450), 450, 450)
    );
    assert_eq!((seen.checkpoint, seen.waits), (None, vec![1]));
}

#[test]
fn a_server_that_gives_fewer_than_it_was_asked_for_is_followed_to_the_end() {
    for (number, cap) in [
        (450, 100),
        (101, 50),
        (100, 100),
        (7, 2),
        (1, 200),
        (200, 200),
        (399, 200),
    ] {
        let users = names(number);
        let seen = listed(|request| realm(request, &users, cap));
        assert_eq!(
            seen.complete,
            u32::try_from(number).ok(),
            "{number} by {cap}: {:?}",
            seen.problem
        );
        assert_eq!(keys(&seen).len(), number);
    }
}

#[test]
fn one_at_a_time_cannot_be_told_from_an_end_but_the_count_tells() {
    let users = names(3);
    let seen = listed(|request| realm(request, &users, 1));
    assert_eq!((seen.code(), seen.complete), ("paging-lost", None));
    let message = seen.problem.unwrap().message;
    assert!(
        message.contains("counted 3") && message.contains("listed only 1"),
        "{message}"
    );
}

#[test]
fn a_list_that_a_server_cuts_off_is_a_problem() {
    let users = names(450);
    let seen = listed(|request| {
        let visible = if asked(request).contains("/count") {
            450
        } else {
            300
        };
        realm(request, &users[..visible], NO_CAP)
    });
    assert_eq!((seen.code(), seen.complete), ("paging-lost", None));
}

#[test]
fn who_is_deleted_in_front_of_the_seam_pulls_nobody_over_it() {
    for deleted in [1, 5, 59, 100, 190] {
        let seen = moving(&names(450), |page, users| {
            if page == 1 {
                users.drain(..deleted);
            }
        });
        assert_eq!(seen.complete, Some(450), "{deleted}: {:?}", seen.problem);
        assert_eq!(keys(&seen).len(), 450);
    }
}

#[test]
fn the_last_one_of_a_page_may_be_deleted_too() {
    for last in [198..200, 199..200, 195..205, 449..450] {
        let seen = moving(&names(450), |page, users| {
            if page == 1 {
                users.drain(last.clone());
            }
        });
        let gone_unseen = last.filter(|place| *place > 199).count();
        let expected = u32::try_from(450 - gone_unseen).ok();
        assert_eq!(seen.complete, expected, "{:?}", seen.problem);
    }
}

#[test]
fn the_last_one_of_all_may_make_room_for_another() {
    let seen = moving(&names(200), |page, users| {
        if page == 1 {
            users[199] = "zoe".to_owned();
        }
    });
    assert_eq!(seen.complete, Some(201), "{:?}", seen.problem);
}

#[test]
fn who_is_created_meanwhile_pushes_nobody_out_and_comes_twice_to_nobody() {
    for created in [1, 5, 100] {
        let seen = moving(&names(450), |page, users| {
            if page == 1 {
                users.extend((0..created).map(|n| format!("aaa{n}")));
            }
        });
        assert_eq!(seen.complete, Some(450), "{created}: {:?}", seen.problem);
        let seen = moving(&names(450), |page, users| {
            if page == 1 {
                users.extend((0..created).map(|n| format!("user00199{n:03}")));
            }
        });
        assert_eq!(seen.complete, Some(450 + created), "{:?}", seen.problem);
    }
}

#[test]
fn somebody_who_is_renamed_to_the_front_is_missed_by_the_pages_and_not_by_the_count() {
    let seen = moving(&names(450), |page, users| {
        if page == 1 {
            users[440] = "aaa".to_owned();
        }
    });
    assert_eq!((seen.code(), seen.complete), ("paging-lost", None));
}

#[test]
fn a_list_that_moves_more_than_can_be_followed_is_a_problem() {
    let seen = moving(&names(450), |page, users| {
        *users = (0..450).map(|n| format!("other{page}{n:04}")).collect();
    });
    assert_eq!((seen.code(), seen.complete), ("paging-lost", None));
}

#[test]
fn a_server_that_minds_no_place_gives_the_first_page_for_ever() {
    let users = names(450);
    let seen = listed(|request| {
        let page: Vec<String> = users.iter().take(200).map(|name| user(name)).collect();
        if asked(request).contains("/count") {
            json(request, 200, "450")
        } else {
            json(request, 200, &list(&page))
        }
    });
    assert_eq!((seen.code(), seen.complete), ("paging-loop", None));
}

#[test]
fn nobody_at_all_is_no_empty_realm() {
    let seen = listed(|request| realm(request, &[], NO_CAP));
    assert_eq!((seen.code(), seen.complete), ("permission", None));
    assert!(seen.problem.unwrap().message.contains("`view-users`"));
}

#[test]
fn people_of_a_user_federation_are_not_held_against_the_count() {
    let federated = format!(
        r#"[{{"id":"{}","username":"ada","federationLink":"ldap-1"}}]"#,
        id("ada")
    );
    let seen = listed(|request| {
        if asked(request).contains("/count") {
            json(request, 200, "100")
        } else {
            json(request, 200, &federated)
        }
    });
    assert_eq!(
        (seen.complete, seen.keys()),
        (Some(1), vec![id("ada").as_str()])
    );
}

#[test]
fn the_accounts_of_clients_are_left_out() {
    let users = format!(
        r#"[{},{{"id":"c-1","username":"service-account-attune","serviceAccountClientId":"attune"}}]"#,
        user("ada")
    );
    let seen = answered(200, &users);
    assert_eq!(
        (seen.complete, seen.keys()),
        (Some(1), vec![id("ada").as_str()])
    );
}

/// A realm whose query meets the first `found` of its users; old ones do not count by it.
fn queried(found: usize, all: usize, counts_by_query: bool) -> Transcript {
    let users = names(all);
    let options = json!({ "realm": "contoso", "query": "department:Sales \"a b\":c" });
    run::<Keycloak>(&options, everyone(), |request: &Request| -> Reply {
        let path = asked(request);
        let has_query = path.contains("q=department:Sales%20%22a%20b%22:c");
        let number = if has_query { found } else { all };
        if path.contains("/count") && !counts_by_query {
            return json(request, 200, &all.to_string());
        }
        realm(request, &users[..number], NO_CAP)
    })
}

#[test]
fn a_query_limits_pages_and_counts() {
    let seen = queried(250, 400, true);
    assert_eq!(seen.complete, Some(250));
    assert!(seen.asked().iter().all(|path| path.contains("q=")));
}

#[test]
fn a_server_that_does_not_count_by_the_query_is_found_out_and_not_believed() {
    let seen = queried(250, 400, false);
    assert_eq!(seen.complete, Some(250), "{:?}", seen.problem);
    assert_eq!(
        seen.asked().last().unwrap(),
        &format!("{ADMIN}/users/count")
    );
}

#[test]
fn a_query_that_nobody_meets_is_an_empty_list_where_others_can_be_seen() {
    let seen = queried(0, 5, true);
    assert_eq!(seen.complete, Some(0), "{:?}", seen.problem);
    assert_eq!(
        seen.asked().last().unwrap(),
        &format!("{ADMIN}/users?first=0&max=1")
    );
    let seen = queried(0, 5, false);
    assert_eq!(seen.complete, Some(0), "{:?}", seen.problem);
    let seen = queried(0, 0, true);
    assert_eq!((seen.code(), seen.complete), ("permission", None));
}

#[test]
fn a_person_is_a_slice_with_names_and_a_manager() {
    let document = format!(
        r#"{{ "id" : "{}", "username":"ada", "email": "Ada@contoso.example", "userProfileMetadata":{{"attributes":[]}},
             "attributes":{{"manager":["ben@contoso.example"],"department":["Sales","IT"]}} }}"#,
        id("ada")
    );
    let seen = answered(200, &format!("\n[ {document} ]"));
    let person = &seen.people[0].person;
    assert_eq!(seen.people[0].document, document);
    assert_eq!(person.names, ["ada", "Ada@contoso.example"]);
    let managers: Vec<_> = person
        .relations
        .iter()
        .map(|r| (r.role.as_str(), r.name.as_str()))
        .collect();
    assert_eq!(managers, [("manager", "ben@contoso.example")]);
    assert_eq!((person.revision.as_str(), person.in_scope), ("", None));
}

#[test]
fn a_manager_who_is_no_text_is_none() {
    for odd in [
        "[]",
        "[null]",
        "[\"\"]",
        "[\" \"]",
        "7",
        "{}",
        "null",
        "[[\"a\"]]",
    ] {
        let body = format!(r#"[{{"id":"a","attributes":{{"manager":{odd}}}}}]"#);
        let seen = answered(200, &body);
        assert_eq!(seen.complete, Some(1), "{odd}");
        assert!(seen.people[0].person.relations.is_empty(), "{odd}");
    }
}

#[test]
fn the_prefix_stands_before_everything() {
    let options = json!({ "realm": "contoso", "prefix": "/auth" });
    let users = vec![user("ada")];
    let seen = run::<Keycloak>(&options, everyone(), |request| {
        let path = asked(request);
        assert!(
            path.starts_with("/auth/admin/realms/contoso/users"),
            "{path}"
        );
        if path.contains("/count") {
            json(request, 200, "1")
        } else {
            json(request, 200, &list(&window(&users, &path, NO_CAP)))
        }
    });
    assert_eq!(seen.complete, Some(1));
    assert_ne!(options, self::options());
}
