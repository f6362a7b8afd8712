//! Single people: by id, address and alias, in and out of scope.

use attune_plugin::provider::script::{asked, json, run};
use attune_plugin::provider::{Goal, Relation};
use serde_json::json;

use super::{ADA, BEN, begin, error, listed, not_found, page, people, scopes, user};
use crate::Google;
use crate::options::USERS;

const FIELDS: &str = "?viewType=admin_view&fields=id,primaryEmail,aliases,nonEditableAliases,name";

#[test]
fn a_person_is_one_request_by_whatever_name() {
    for name in [ADA, "ada@contoso.example", "o'ada@contoso.example"] {
        let seen = listed(people(&[name]), &[&user(ADA, "ada")]);
        assert_eq!(
            seen.asked(),
            [format!("/admin/directory/v1/users/{name}{FIELDS}")]
        );
        assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(1)));
        assert_eq!(seen.people[0].person.in_scope, None);
        assert_eq!(scopes(&seen.requests[0]), [USERS]);
        assert!(seen.absent.is_empty());
    }
}

#[test]
fn somebody_unknown_is_absent_by_googles_own_word() {
    let seen = run::<Google>(&json!({}), people(&[ADA]), not_found);
    assert_eq!(seen.absent, [ADA]);
    assert_eq!((seen.requests.len(), seen.complete), (1, Some(0)));

    let no_key = error(400, "invalid", "Type not supported: userKey");
    let seen = run::<Google>(&json!({}), people(&["ada"]), |r| json(r, 400, &no_key));
    assert_eq!(
        (seen.absent, seen.complete),
        (vec!["ada".to_owned()], Some(0))
    );
}

#[test]
fn a_404_that_is_no_word_of_google_is_a_problem_and_not_an_absence() {
    for body in [
        "<html>not here</html>",
        "{}",
        r#"{"error":{"code":404,"errors":[{"reason":"moved"}]}}"#,
        "",
    ] {
        let seen = run::<Google>(&json!({}), people(&[ADA]), |r| json(r, 404, body));
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{body}");
        assert!(seen.absent.is_empty());
    }
}

/// `users.get` says the same of strangers as of administrators who may not read at all.
#[test]
fn an_address_of_another_customer_is_absent_and_a_missing_permission_is_not() {
    let forbidden = error(
        403,
        "forbidden",
        "Not Authorized to access this resource/api",
    );
    let stranger = "boss@elsewhere.example";
    let search = |may_list: bool| {
        let forbidden = &forbidden;
        run::<Google>(&json!({}), people(&[stranger]), move |request| {
            if may_list && asked(request).contains("&query=") {
                json(request, 200, &page(&[], None))
            } else {
                json(request, 403, forbidden)
            }
        })
    };
    let seen = search(true);
    assert_eq!(
        (seen.absent.as_slice(), seen.complete),
        (&[stranger.to_owned()][..], Some(0))
    );
    assert_eq!(
        seen.asked()[1],
        "/admin/directory/v1/users?customer=my_customer&viewType=admin_view&fields=kind,\
         nextPageToken,users(id,primaryEmail,aliases,nonEditableAliases,name)\
         &query=email='boss@elsewhere.example'"
    );
    let seen = search(false);
    assert_eq!((seen.code(), seen.complete), ("permission", None));
    assert!(seen.absent.is_empty());
    let seen = run::<Google>(&json!({}), people(&[ADA]), |r| json(r, 403, &forbidden));
    assert_eq!((seen.code(), seen.requests.len()), ("permission", 1));
}

#[test]
fn names_that_google_cannot_have_are_absent_without_a_request() {
    let long = "a".repeat(400);
    let names = ["", "Ben from Sales", "a\r\nb@contoso.example", "..", &long];
    let seen = listed(people(&names), &[]);
    assert_eq!(seen.absent.len(), 5);
    assert_eq!((seen.requests.len(), seen.complete), (0, Some(0)));
}

#[test]
fn a_name_cannot_leave_its_place_in_the_path() {
    let seen = listed(people(&["../groups?x#y"]), &[&user(ADA, "ada")]);
    assert!(seen.asked()[0].starts_with("/admin/directory/v1/users/..%2Fgroups%3Fx%23y?"));
}

#[test]
fn somebody_with_several_names_is_delivered_once() {
    let names = [ADA, "ada@contoso.example", ADA, "ADA@contoso.example"];
    let seen = run::<Google>(&json!({}), people(&names), |request| {
        json(request, 200, &user(ADA, "ada"))
    });
    assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(1)));
    assert_eq!(seen.requests.len(), 2);
}

#[test]
fn who_meets_the_options_is_in_scope_and_who_does_not_is_out_of_it() {
    let options = json!({ "query": "orgUnitPath='/Sales'", "manager-relation": "boss" });
    let mut begin = people(&[ADA, BEN]);
    begin.wanted.push("manager.name.fullName".to_owned());
    let seen = run::<Google>(&options, begin, |request| {
        let path = asked(request);
        if path.contains("email='ada@") {
            // An empty page may lead on.
            let token = (!path.contains("pageToken")).then_some("t2");
            let found = [format!(r#"{{"id":"{ADA}"}}"#)];
            return json(
                request,
                200,
                &page(if token.is_some() { &[] } else { &found }, token),
            );
        }
        if path.contains("email='") {
            return json(request, 200, &page(&[], None));
        }
        let (id, name) = if path.contains(ADA) {
            (ADA, "ada")
        } else {
            (BEN, "ben")
        };
        let user = user(id, name);
        let related = r#","relations":[{"type":"boss","value":"c@contoso.example"}]}"#;
        json(
            request,
            200,
            &format!("{}{related}", user.strip_suffix('}').unwrap()),
        )
    });
    let scopes: Vec<_> = seen
        .people
        .iter()
        .map(|p| (p.person.key.as_str(), p.person.in_scope))
        .collect();
    assert_eq!(scopes, [(BEN, Some(false)), (ADA, Some(true))]);
    assert_eq!(seen.complete, Some(2));
    let ada = &seen.people[1];
    assert!(ada.document.starts_with('{') && ada.document.contains("relations"));
    assert_eq!(ada.person.names, ["ada@contoso.example"]);
    let boss = Relation {
        role: "manager".to_owned(),
        name: "c@contoso.example".to_owned(),
    };
    assert_eq!(ada.person.relations, [boss]);
    let question = "/admin/directory/v1/users?customer=my_customer&viewType=admin_view\
                    &fields=kind,nextPageToken,users(id)\
                    &query=orgUnitPath='/Sales'%20email='ada@contoso.example'";
    assert!(
        seen.asked().contains(&question.to_owned()),
        "{:?}",
        seen.asked()
    );
}

#[test]
fn a_domain_is_a_limit_too() {
    let options = json!({ "domain": "sub.contoso.example" });
    let seen = run::<Google>(&options, people(&[ADA]), |request| {
        if asked(request).contains("query=") {
            json(request, 200, &page(&[], None))
        } else {
            json(request, 200, &user(ADA, "ada"))
        }
    });
    assert_eq!(seen.people[0].person.in_scope, Some(false));
    assert!(seen.asked()[1].starts_with("/admin/directory/v1/users?domain=sub.contoso.example&"));
}

#[test]
fn a_quote_in_an_address_stays_inside_the_search() {
    let options = json!({ "query": "isAdmin=false" });
    let odd = format!(r#"{{"id":"{ADA}","primaryEmail":"o'ada@contoso.example"}}"#);
    let seen = run::<Google>(&options, people(&[ADA]), |request| {
        if asked(request).contains("query=") {
            json(request, 200, &page(&[], None))
        } else {
            json(request, 200, &odd)
        }
    });
    assert!(seen.asked()[1].ends_with("email='o%5C'ada@contoso.example'"));
}

#[test]
fn a_hundred_people_are_eight_at_once() {
    let names: Vec<String> = (0..100).map(|n| format!("p{n}@contoso.example")).collect();
    let seen = run::<Google>(&json!({}), begin(Goal::People(names), &[]), |request| {
        let id = asked(request);
        let id = id.split(['/', '@']).nth(5).unwrap().to_owned();
        json(request, 200, &user(&id, &id))
    });
    assert_eq!((seen.complete, seen.requests.len()), (Some(100), 100));
}
