//! Single people: by id, user name and mail address, in and out of scope; and their pictures.

use attune_plugin::provider::script::{Transcript, asked, begin, json, run};
use attune_plugin::provider::{Goal, Image, Request};
use serde_json::{Value, json};

use super::{ADMIN, id, list, no_user, options, people, user};
use crate::Keycloak;

/// A realm of those users that knows them by id, user name and address.
fn looked_up(options: &Value, names: &[&str], users: &[&str]) -> Transcript {
    run::<Keycloak>(options, people(names), |request: &Request| {
        let path = asked(request);
        if path.contains("/users?") {
            let by = |name: &str| {
                let name = name.to_lowercase();
                let address = format!("email={name}@contoso.example&");
                path.contains(&format!("username={name}&")) || path.contains(&address)
            };
            let in_query = !path.contains("&q=") || path.contains("username=ada&");
            let found = users.iter().filter(|name| by(name) && in_query);
            return json(
                request,
                200,
                &list(&found.map(|name| user(name)).collect::<Vec<_>>()),
            );
        }
        match users.iter().find(|name| path.ends_with(&id(name))) {
            Some(name) => json(request, 200, &user(name)),
            None => no_user(request),
        }
    })
}

#[test]
fn an_id_is_one_request() {
    let seen = looked_up(&options(), &[&id("ada")], &["ada"]);
    assert_eq!(seen.asked(), [format!("{ADMIN}/users/{}", id("ada"))]);
    assert_eq!(
        (seen.keys(), seen.complete),
        (vec![id("ada").as_str()], Some(1))
    );
    assert_eq!(seen.people[0].person.in_scope, None);
}

#[test]
fn a_user_name_is_searched_for_exactly_and_an_address_besides() {
    let seen = looked_up(&options(), &["ada"], &["ada"]);
    let path = format!("{ADMIN}/users?username=ada&exact=true&max=100&briefRepresentation=false");
    assert_eq!(seen.asked(), [path]);
    assert_eq!(seen.complete, Some(1));
    let seen = looked_up(&options(), &["ada@contoso.example"], &["ada"]);
    let path = format!(
        "{ADMIN}/users?email=ada@contoso.example&exact=true&max=100&briefRepresentation=false"
    );
    assert_eq!(seen.asked()[1], path);
    assert_eq!((seen.complete, seen.absent.len()), (Some(1), 0));
}

#[test]
fn who_is_found_by_no_question_is_absent() {
    let seen = looked_up(
        &options(),
        &[&id("ben"), "ben", "ben@contoso.example"],
        &["ada"],
    );
    assert_eq!(seen.absent.len(), 3, "{:?}", seen.absent);
    assert_eq!((seen.complete, seen.requests.len()), (Some(0), 5));
}

#[test]
fn one_person_by_three_names_is_delivered_once() {
    let seen = looked_up(
        &options(),
        &[&id("ada"), "ada", "ada@contoso.example"],
        &["ada"],
    );
    assert_eq!(
        (seen.people.len(), seen.complete, seen.absent.len()),
        (1, Some(1), 0)
    );
}

#[test]
fn a_user_name_and_an_address_may_be_of_two_people() {
    let one = r#"[{"id":"a","username":"x@contoso.example"}]"#;
    let other = r#"[{"id":"b","username":"y","email":"X@contoso.example"}]"#;
    let seen = run::<Keycloak>(&options(), people(&["x@contoso.example"]), |request| {
        let body = if asked(request).contains("username=") {
            one
        } else {
            other
        };
        json(request, 200, body)
    });
    assert_eq!((seen.keys(), seen.complete), (vec!["a", "b"], Some(2)));
}

#[test]
fn a_part_of_a_name_is_nobody() {
    let body = list(&[user("adam"), user("adana")]);
    let seen = run::<Keycloak>(&options(), people(&["ada"]), |request| {
        json(request, 200, &body)
    });
    assert_eq!(
        (seen.absent.as_slice(), seen.complete),
        (["ada".to_owned()].as_slice(), Some(0))
    );
    let many: Vec<String> = (0..100).map(|n| user(&format!("ada{n}"))).collect();
    let seen = run::<Keycloak>(&options(), people(&["ada"]), |r| json(r, 200, &list(&many)));
    assert_eq!((seen.code(), seen.complete), ("bad-answer", None));
}

#[test]
fn the_account_of_a_client_is_nobody() {
    let body = r#"[{"id":"c","username":"service-account-x","serviceAccountClientId":"x"}]"#;
    let seen = run::<Keycloak>(&options(), people(&["service-account-x"]), |r| {
        json(r, 200, body)
    });
    assert_eq!((seen.absent.len(), seen.complete), (1, Some(0)));
}

#[test]
fn a_404_that_is_no_word_about_the_user_is_a_problem_and_not_an_absence() {
    for (body, code) in [
        ("<html>not here</html>", "bad-answer"),
        ("{}", "bad-answer"),
        (r#"{"error":"HTTP 404 Not Found"}"#, "bad-answer"),
        (r#"{"error":"Realm not found."}"#, "options"),
        ("", "bad-answer"),
    ] {
        let seen = run::<Keycloak>(&options(), people(&[&id("ada")]), |r| json(r, 404, body));
        assert_eq!((seen.code(), seen.complete), (code, None), "{body}");
        assert!(seen.absent.is_empty());
    }
}

#[test]
fn names_that_keycloak_cannot_have_are_absent_without_a_request() {
    let long = "a".repeat(256);
    let seen = looked_up(&options(), &["", "  ", "a\r\nb", &long], &[]);
    assert_eq!(
        (seen.absent.len(), seen.requests.len(), seen.complete),
        (4, 0, Some(0))
    );
}

#[test]
fn odd_names_stay_in_their_places() {
    let seen = looked_up(&options(), &["f:x:../a?b", "a&exact=false#ü"], &[]);
    let asked = seen.asked();
    assert!(asked[0].ends_with("/users/f:x:..%2Fa%3Fb"), "{asked:?}");
    assert!(
        asked
            .iter()
            .any(|path| path.contains("username=a%26exact=false%23%C3%BC&exact=true"))
    );
}

#[test]
fn single_people_are_held_against_the_query() {
    let options = json!({ "realm": "contoso", "query": "department:Sales" });
    let seen = looked_up(&options, &["ada", "ben"], &["ada", "ben"]);
    let mut scopes: Vec<_> = seen
        .people
        .iter()
        .map(|p| (p.person.names[0].as_str(), p.person.in_scope))
        .collect();
    scopes.sort_unstable();
    assert_eq!(scopes, [("ada", Some(true)), ("ben", Some(false))]);
    assert!(seen.people[0].document.contains("contoso.example"));
    assert!(
        seen.asked()
            .iter()
            .any(|path| path.ends_with("&q=department:Sales"))
    );
}

fn pictured(known: &[(&str, &str)], body: impl Fn(&str) -> String) -> Transcript {
    let known = known
        .iter()
        .map(|(key, mark)| ((*key).to_owned(), (*mark).to_owned()))
        .collect();
    run::<Keycloak>(&options(), begin(Goal::Pictures(known), &[]), |request| {
        let path = asked(request);
        if path.ends_with("/gone") {
            return no_user(request);
        }
        json(request, 200, &body(&path))
    })
}

#[test]
fn a_picture_is_a_link_whose_mark_is_itself() {
    let link = "https://pictures.contoso.example/ada.png?v=2";
    let known = [
        ("a", ""),
        ("b", link),
        ("c", "https://old.example.com/"),
        ("gone", link),
    ];
    let seen = pictured(&known, |_| {
        format!(r#"{{"id":"x","attributes":{{"picture":["{link}"]}}}}"#)
    });
    let mut found: Vec<_> = seen
        .pictures
        .iter()
        .map(|(picture, _)| (picture.key.as_str(), picture.mark.as_str(), &picture.image))
        .collect();
    found.sort_by_key(|(key, ..)| *key);
    assert!(matches!(found[0], ("a", mark, Image::Link(to)) if mark == link && to == link));
    assert!(matches!(found[1], ("b", _, Image::Unchanged)));
    assert!(matches!(found[2], ("c", _, Image::Link(_))));
    assert!(matches!(found[3], ("gone", "", Image::Missing)));
    assert_eq!(seen.complete, Some(0));
}

#[test]
fn a_picture_that_is_no_link_is_missing() {
    for body in [
        r#"{"id":"x"}"#,
        r#"{"attributes":{"picture":["none"]}}"#,
        r#"{"attributes":[]}"#,
    ] {
        let seen = pictured(&[("a", "m")], |_| body.to_owned());
        assert!(matches!(seen.pictures[0].0.image, Image::Missing), "{body}");
    }
    let seen = pictured(&[("a", "m")], |_| "[]".to_owned());
    assert_eq!((seen.code(), seen.complete), ("bad-answer", None));
}
