//! Single people, by every name that they have.

use attune_plugin::provider::script::{Transcript, asked, json};
use attune_plugin::provider::{Presence, Reply, Request};
use serde_json::{Value, json};

use super::{BAD_FILTER, NOBODY, page, people, served, user, users};

/// A service that filters by equality and by `and` with the option's filter.
fn answer(request: &Request, all: &[Value], knows: &[&str]) -> Reply {
    let path = asked(request).replace("%20", " ").replace("%22", "\"");
    if let Some(id) = path.strip_prefix("/Users/") {
        return match all.iter().find(|user| user["id"] == id) {
            Some(user) => json(request, 200, &user.to_string()),
            None => json(request, 404, NOBODY),
        };
    }
    let filter = path.strip_prefix("/Users?filter=").unwrap();
    let condition = filter
        .split(") and (")
        .next()
        .unwrap()
        .trim_start_matches('(');
    let (attribute, value) = condition.split_once(" eq ").unwrap();
    if !knows.contains(&attribute) {
        return json(request, 400, BAD_FILTER);
    }
    let value = value.trim_matches('"').to_lowercase();
    let is_it = |user: &&Value| {
        let texts = match attribute {
            "emails.value" => user["emails"][1]["value"].clone(),
            name => user[name].clone(),
        };
        let is_in = !filter.contains(") and (") || user["active"] != json!(false);
        texts
            .as_str()
            .is_some_and(|text| text.to_lowercase() == value)
            && is_in
    };
    let found: Vec<Value> = all.iter().filter(is_it).cloned().collect();
    json(request, 200, &page(&found, found.len()))
}

const ALL: &[&str] = &["id", "userName", "emails.value", "externalId"];

fn asked_for(names: &[&str], knows: &[&str]) -> Transcript {
    let all = users(1..=5);
    served(&json!({}), people(names), "", |request| {
        answer(request, &all, knows)
    })
}

#[test]
fn somebody_is_found_by_id_user_name_address_and_external_id() {
    for name in ["u3", "USER3@contoso.example", "user.3@EXAMPLE.com", "e3"] {
        let seen = asked_for(&[name], ALL);
        assert_eq!(
            (seen.keys(), seen.complete),
            (vec!["u3"], Some(1)),
            "{name}"
        );
        assert_eq!(seen.people[0].person.in_scope, None);
        assert_eq!(seen.people[0].person.presence, Presence::Whole);
    }
    assert_eq!(asked_for(&["u3"], ALL).asked(), ["/Users/u3"]);
}

#[test]
fn several_names_of_one_person_deliver_one_person() {
    let seen = asked_for(&["u3", "u3", "e3", "user3@contoso.example", "u4"], ALL);
    let mut keys = seen.keys();
    keys.sort_unstable();
    assert_eq!((keys, seen.complete), (vec!["u3", "u4"], Some(2)));
    assert!(seen.absent.is_empty());
}

#[test]
fn whoever_the_service_does_not_know_is_absent() {
    let seen = asked_for(&["u9", "nobody@contoso.example", "", "a\nb", ".."], ALL);
    let mut absent = seen.absent.clone();
    absent.sort_unstable();
    assert_eq!(absent, ["", "..", "a\nb", "nobody@contoso.example", "u9"]);
    assert_eq!(seen.complete, Some(0));
    assert!(
        !seen
            .asked()
            .iter()
            .any(|path| path.starts_with("/Users/.."))
    );
}

#[test]
fn questions_that_a_service_does_not_know_are_passed_over() {
    for knows in [&["userName"][..], &["externalId", "userName"]] {
        assert_eq!(asked_for(&["user2@contoso.example"], knows).keys(), ["u2"]);
        assert_eq!(
            asked_for(&["nobody@contoso.example"], knows).absent.len(),
            1
        );
    }
    let seen = asked_for(&["user.2@example.com"], &["userName"]);
    assert!(
        seen.asked()
            .iter()
            .any(|path| path.contains("emails%5Bvalue%20eq%20"))
    );
    // Nothing but ids: somebody of that address may well be there.
    let seen = asked_for(&["user2@contoso.example"], &[]);
    assert_eq!((seen.code(), seen.complete), ("unsupported", None));
    assert_eq!(asked_for(&["u9"], &[]).absent, ["u9"]);
}

#[test]
fn everybody_of_an_address_is_delivered() {
    let mut all = users(1..=3);
    all[2]["emails"][1]["value"] = "user.1@example.com".into();
    let seen = served(&json!({}), people(&["User.1@example.com"]), "", |r| {
        answer(r, &all, ALL)
    });
    assert_eq!(seen.keys(), ["u1", "u3"]);
}

#[test]
fn a_service_that_ignores_filters_finds_nobody_wrong() {
    let all = users(1..=5);
    let everybody = |total: usize| {
        served(
            &json!({}),
            people(&["user4@contoso.example"]),
            "",
            |request| json(request, 200, &page(&all, total)),
        )
    };
    assert_eq!(everybody(5).keys(), ["u4"]);
    let seen = everybody(500);
    assert_eq!((seen.code(), seen.complete), ("unsupported", None));
}

#[test]
fn a_wrong_address_of_the_service_makes_nobody_absent() {
    for (status, body) in [(404, "<html>nginx</html>"), (404, ""), (400, "Bad Request")] {
        let seen = served(&json!({}), people(&["u1"]), "", |request| {
            json(request, status, body)
        });
        assert_eq!(
            (seen.code(), seen.complete),
            ("bad-answer", None),
            "{status} {body}"
        );
        assert!(seen.absent.is_empty());
    }
}

#[test]
fn an_error_that_comes_as_a_good_answer_is_an_error() {
    let seen = served(&json!({}), people(&["u1"]), "", |request| {
        if asked(request).starts_with("/Users/") {
            json(request, 200, NOBODY)
        } else {
            json(request, 200, &page(&[], 0))
        }
    });
    assert_eq!(
        (seen.absent.clone(), seen.complete),
        (vec!["u1".to_owned()], Some(0))
    );
}

#[test]
fn the_option_filter_says_who_is_in_scope() {
    let mut all = users(1..=3);
    all[1]["active"] = false.into();
    let options = json!({ "filter": "active eq true" });
    let names = ["u1", "u2", "user3@contoso.example", "u9"];
    let seen = served(&options, people(&names), "", |request| {
        answer(request, &all, ALL)
    });
    let mut said: Vec<_> = seen
        .people
        .iter()
        .map(|p| (p.person.key.as_str(), p.person.in_scope))
        .collect();
    said.sort_unstable();
    assert_eq!(
        said,
        [("u1", Some(true)), ("u2", Some(false)), ("u3", Some(true))]
    );
    assert_eq!(seen.absent, ["u9"]);
    let held = &seen.people[0];
    let document: Value = serde_json::from_str(&held.document).unwrap();
    assert_eq!(document["id"], held.person.key.as_str());
    assert_eq!(held.person.relations[0].name, "u1");
    // By user name where the service does not filter by id; a problem where it does neither.
    let by_name = served(&options, people(&["u2"]), "", |r| {
        answer(r, &all, &["userName"])
    });
    assert_eq!(by_name.people[0].person.in_scope, Some(false));
    let neither = served(&options, people(&["u2"]), "", |r| {
        answer(r, &all, &["externalId"])
    });
    assert_eq!((neither.code(), neither.complete), ("options", None));
}

#[test]
fn names_with_odd_letters_stay_in_their_place() {
    let name = r#"a"b\c/d?e#f@contoso.example"#;
    let seen = asked_for(&[name], ALL);
    assert_eq!(seen.absent, [name]);
    let first = seen.asked().remove(0);
    assert_eq!(
        first,
        "/Users?filter=userName%20eq%20%22a%5C%22b%5C%5Cc/d?e%23f@contoso.example%22"
    );
    assert_eq!(user(1)["id"], "u1");
}
