//! What is asked for of people: names by the standard, whatever selectors look like.

use attune_plugin::provider::script::json;
use attune_plugin::provider::{Document, Request};
use serde_json::{Value, json};

use super::{FULL, URN, everyone, indexed, page, parameter, served, user, users};

/// `attributes` of a listing of everyone for these selectors, without those that are always there.
fn attributes(wanted: &[&str]) -> Option<Vec<String>> {
    let all = users(1..=1);
    let seen = served(&json!({}), everyone(wanted), FULL, |request| {
        indexed(request, &all, 9)
    });
    let asked = parameter(&seen.requests[1], "attributes")?;
    let rest = asked
        .strip_prefix("id,userName,externalId,emails,meta")
        .unwrap();
    Some(rest.split(',').skip(1).map(str::to_owned).collect())
}

#[test]
fn selectors_in_any_case_become_the_standards_names() {
    let upper = format!("\"{}\".DEPARTMENT", URN.to_uppercase());
    let core = r#""URN:IETF:params:scim:schemas:core:2.0:USER".TITLE"#;
    let own = r#""urn:example:scim:2.0:User".badge.colour"#;
    let wanted = [
        "DISPLAYNAME",
        "Emails[type=work].value",
        "name.givenName",
        &upper,
        core,
        own,
        "manager.displayName",
        "Manager.mail",
        "phoneNumbers[type=\"x.y]\"].value",
    ];
    let expected = [
        "displayName".to_owned(),
        "name".to_owned(),
        format!("{URN}:department"),
        "title".to_owned(),
        "urn:example:scim:2.0:User:badge".to_owned(),
        format!("{URN}:manager"),
        "phoneNumbers".to_owned(),
    ];
    assert_eq!(attributes(&wanted).unwrap(), expected);
}

#[test]
fn what_cannot_be_named_is_read_with_whole_documents() {
    for wanted in ["\"urn:example:scim:2.0:User\"", "\"odd name\"", "\"a,b\""] {
        assert_eq!(attributes(&["title", wanted]), None, "{wanted}");
    }
}

#[test]
fn the_notation_of_filters_is_refused_with_the_right_one() {
    for wanted in [
        format!("\"{URN}:department\""),
        format!("\"{}.department\"", URN.to_lowercase()),
    ] {
        let seen = served(&json!({}), everyone(&[&wanted]), FULL, |_| unreachable!());
        let problem = seen.problem.unwrap();
        assert_eq!(problem.code, "options");
        assert!(
            problem.message.contains("\".department"),
            "{}",
            problem.message
        );
    }
}

#[test]
fn the_core_schema_is_hung_in_under_every_name_that_rows_have_for_it() {
    let names = [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "URN:ietf:params:scim:schemas:core:2.0:user",
    ];
    let wanted: Vec<String> = names
        .iter()
        .map(|name| format!("\"{name}\".title"))
        .collect();
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let all = users(1..=1);
    let seen = served(&json!({}), everyone(&wanted), FULL, |request| {
        indexed(request, &all, 9)
    });
    let person = &seen.people[0].person;
    assert_eq!(person.parts.len(), 2);
    for ((name, part), expected) in person.parts.iter().zip(names) {
        assert_eq!((name.as_str(), part), (expected, &person.document));
        assert!(matches!(part, Document::Slice(..)));
    }
}

#[test]
fn a_service_that_refuses_attributes_is_read_without() {
    let all = users(1..=150);
    for status in [400, 414, 501] {
        let seen = served(&json!({}), everyone(&["title"]), FULL, |request| {
            if parameter(request, "attributes").is_some() {
                json(
                    request,
                    status,
                    r#"{"status":"400","scimType":"invalidPath"}"#,
                )
            } else {
                indexed(request, &all, 100)
            }
        });
        assert_eq!(seen.complete, Some(150), "{status}");
        assert_eq!(seen.requests.len(), 4, "it is tried once");
    }
}

/// Keeps the members that `attributes` names letter by letter, as a simple service would.
fn simply(request: &Request, all: &[Value]) -> attune_plugin::provider::Reply {
    let Some(asked) = parameter(request, "attributes") else {
        return indexed(request, all, 100);
    };
    let names: Vec<&str> = asked.split(',').collect();
    let kept = all.iter().map(|user| {
        let mut user = user.clone();
        user.as_object_mut()
            .unwrap()
            .retain(|name, _| name == "schemas" || names.contains(&name.as_str()));
        user
    });
    json(request, 200, &page(&kept.collect::<Vec<_>>(), all.len()))
}

#[test]
fn a_value_that_was_not_sent_never_looks_like_one_that_is_not_there() {
    let selector = format!("\"{URN}\".department");
    let mut all = users(1..=5);
    let departments = |all: &[Value]| {
        let seen = served(&json!({}), everyone(&[&selector]), FULL, |request| {
            simply(request, all)
        });
        assert_eq!(seen.complete, Some(5));
        let has = |text: &str| text.contains("\"department\":\"Sales\"");
        seen.people
            .iter()
            .filter(|person| has(&person.document))
            .count()
    };
    assert_eq!(departments(&all), 5);
    // Also where `schemas` does not come along.
    for user in &mut all {
        user.as_object_mut().unwrap().remove("schemas");
    }
    assert_eq!(departments(&all), 5);
}

#[test]
fn names_managers_and_revisions_are_read_from_what_there_is() {
    let mut all = users(1..=12);
    let managers = [
        json!({ "value": "u9" }),
        json!({}),
        json!(null),
        json!([]),
        json!("u8"),
        json!({ "value": "", "displayName": "Ada" }),
        json!({ "$ref": "../Users/u7" }),
        json!({ "$ref": "https://scim.example.com/v2/Users/u6/" }),
        json!({ "$ref": "https://scim.example.com/v2/People/u5" }),
        json!({ "value": 7 }),
        json!(true),
    ];
    for (user, manager) in all.iter_mut().zip(&managers) {
        user[URN]["manager"] = manager.clone();
    }
    // The extension in another case, an address that is no list, no version.
    let mut odd = user(12);
    let extension = odd.as_object_mut().unwrap().remove(URN).unwrap();
    odd[URN.to_uppercase()] = extension;
    odd["emails"] = json!({ "value": "single@example.com" });
    odd["meta"] = json!({ "lastModified": "2026-11-21T22:00:00-05:00", "location": "" });
    all[11] = odd;
    let seen = served(&json!({}), everyone(&["manager.displayName"]), FULL, |r| {
        indexed(r, &all, 20)
    });
    let found = seen.people.iter().map(|delivered| {
        let relation = delivered.person.relations.first();
        relation.map_or("", |relation| relation.name.as_str())
    });
    let expected = ["u9", "", "", "", "u8", "", "u7", "u6", "", "", "", "u1"];
    assert_eq!(found.collect::<Vec<_>>(), expected);
    let (first, last) = (&seen.people[0].person, &seen.people[11].person);
    assert_eq!(
        first.names,
        ["user1@contoso.example", "e1", "User.1@example.com"]
    );
    assert_eq!(first.revision, "W/\"1\"");
    assert_eq!(
        last.names,
        ["user12@contoso.example", "e12", "single@example.com"]
    );
    assert_eq!(last.revision, "2026-11-21T22:00:00-05:00");
}
