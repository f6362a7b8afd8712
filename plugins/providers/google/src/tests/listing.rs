//! Complete listings: requests, pages, people.

use attune_plugin::provider::Relation;
use attune_plugin::provider::script::{json, run};
use serde_json::json;

use super::{ADA, BEN, CLEO, LIST, error, everyone, listed, page, scopes, user};
use crate::Google;
use crate::options::USERS;

#[test]
fn what_rows_mention_is_asked_for_and_nothing_else() {
    let wanted = [
        "organizations[primary=true].department",
        "organizations[0].title",
        "orgUnitPath",
        "phones[type=work].value",
        "primaryEmail",
    ];
    let seen = listed(everyone(&wanted), &[&page(&[], None)]);
    assert_eq!(
        seen.asked(),
        [format!("{LIST},organizations,orgUnitPath,phones)")]
    );
    assert_eq!(scopes(&seen.requests[0]), [USERS]);
    assert_eq!((seen.complete, seen.checkpoint), (Some(0), None));
}

#[test]
fn custom_fields_come_by_their_schemas_or_all_together() {
    let custom = |wanted: &[&str]| {
        let seen = listed(everyone(wanted), &[&page(&[], None)]);
        let path = seen.asked()[0].clone();
        let (_, rest) = path.split_once("&viewType=admin_view").unwrap();
        rest.split("&fields=").next().unwrap().to_owned()
    };
    let two = [
        "customSchemas.Work.badge",
        "customSchemas.Home-Office.days[0].value",
        "customSchemas.Work.since",
    ];
    assert_eq!(
        custom(&two),
        "&projection=custom&customFieldMask=Work,Home-Office"
    );
    for whole in [
        "customSchemas",
        "customSchemas[*]",
        "customSchemas.\"a,b\".c",
    ] {
        assert_eq!(custom(&[whole, two[0]]), "&projection=full", "{whole}");
    }
    assert_eq!(custom(&["orgUnitPath"]), "");
}

#[test]
fn the_options_say_whose_users_are_listed() {
    for (options, begins, ends) in [
        (
            json!({ "customer": "C03az79cb" }),
            "customer=C03az79cb&",
            ")",
        ),
        (
            json!({ "domain": "sub.contoso.example" }),
            "domain=sub.contoso.example&",
            ")",
        ),
        (
            json!({ "query": " orgUnitPath='/Sales & Co' isSuspended=false " }),
            "customer=my_customer&",
            ")&query=orgUnitPath='/Sales%20%26%20Co'%20isSuspended=false",
        ),
    ] {
        let seen = run::<Google>(&options, everyone(&[]), |request| {
            json(request, 200, &page(&[], None))
        });
        let path = &seen.asked()[0];
        let (_, query) = path.split_once('?').unwrap();
        assert!(query.starts_with(begins) && query.ends_with(ends), "{path}");
    }
}

#[test]
fn a_person_is_a_slice_of_the_page_with_key_and_all_names() {
    let document = format!(
        r#"{{ "id" : "{ADA}", "primaryEmail": "Ada@contoso.example", "aliases": ["a@contoso.example", 5],
             "nonEditableAliases": ["ada@contoso.example", "ada@contoso.example.test-google-a.com"] }}"#
    );
    let seen = listed(
        everyone(&[]),
        &[&format!("\n{{ \"users\" : [ {document} ] }}")],
    );
    assert_eq!(seen.people[0].document, document);
    assert_eq!(seen.keys(), [ADA]);
    assert_eq!(
        seen.people[0].person.names,
        [
            "Ada@contoso.example",
            "a@contoso.example",
            "ada@contoso.example.test-google-a.com"
        ]
    );
    assert_eq!(seen.people[0].person.in_scope, None);
    assert_eq!(seen.complete, Some(1));
}

#[test]
fn the_last_page_has_no_token_and_an_empty_page_has_no_users() {
    let pages = [
        page(&[user(ADA, "ada")], Some("t+2/=")),
        page(&[], Some("t3")),
        page(&[user(BEN, "ben")], Some("t4")),
        page(&[], None),
    ];
    let bodies = pages.each_ref().map(String::as_str);
    let seen = listed(everyone(&[]), &bodies);
    assert_eq!((seen.keys(), seen.complete), (vec![ADA, BEN], Some(2)));
    assert_eq!(
        seen.asked()[1..],
        [
            format!("{LIST})&pageToken=t%2B2/="),
            format!("{LIST})&pageToken=t3"),
            format!("{LIST})&pageToken=t4")
        ]
    );
}

#[test]
fn a_token_that_comes_again_is_a_loop() {
    let pages = [
        page(&[user(ADA, "ada")], Some("t2")),
        page(&[user(BEN, "ben")], Some("t3")),
        page(&[user(CLEO, "cleo")], Some("t2")),
    ];
    let seen = listed(everyone(&[]), &pages.each_ref().map(String::as_str));
    assert_eq!((seen.code(), seen.complete), ("paging-loop", None));
}

#[test]
fn suspended_and_archived_users_are_listed() {
    let users = [
        format!(r#"{{"id":"{ADA}","suspended":true,"suspensionReason":"ADMIN"}}"#),
        format!(r#"{{"id":"{BEN}","archived":true}}"#),
    ];
    let seen = listed(everyone(&["suspended", "archived"]), &[&page(&users, None)]);
    assert_eq!(seen.keys(), [ADA, BEN]);
    assert!(seen.asked()[0].ends_with(",suspended,archived)"));
}

fn managers(options: &serde_json::Value, relations: &str) -> Vec<Relation> {
    let body = page(
        &[format!(r#"{{"id":"{ADA}","relations":{relations}}}"#)],
        None,
    );
    let seen = run::<Google>(options, everyone(&["manager.name.fullName"]), |request| {
        json(request, 200, &body)
    });
    assert_eq!(seen.complete, Some(1), "{relations}");
    assert_eq!(seen.asked(), [format!("{LIST},relations)")]);
    seen.people[0].person.relations.clone()
}

fn manager(name: &str) -> Vec<Relation> {
    vec![Relation {
        role: "manager".to_owned(),
        name: name.to_owned(),
    }]
}

#[test]
fn the_manager_is_the_relation_of_that_type() {
    let options = json!({});
    let two = r#"[{"type":"assistant","value":"x@contoso.example"},{"type":"manager","value":" Ben@contoso.example "},{"type":"manager","value":"second@contoso.example"}]"#;
    assert_eq!(managers(&options, two), manager("Ben@contoso.example"));
    let custom = r#"[{"type":"manager","value":"a@b.example"},{"type":"custom","customType":"Teamlead","value":"ben@contoso.example"}]"#;
    let lead = json!({ "manager-relation": "teamlead" });
    assert_eq!(managers(&lead, custom), manager("ben@contoso.example"));
    // Any text is possible, and any nonsense.
    let text = r#"[{"type":"manager","value":"Ben from Sales"}]"#;
    assert_eq!(managers(&options, text), manager("Ben from Sales"));
    for nobody in [
        "null",
        "[]",
        "{}",
        "\"ben@contoso.example\"",
        r#"[{"type":"manager"}]"#,
        r#"[{"type":"manager","value":"  "}]"#,
        r#"[{"type":"manager","value":null},7]"#,
    ] {
        assert_eq!(managers(&options, nobody), [], "{nobody}");
    }
}

#[test]
fn slow_down_is_waited_for_and_the_same_page_is_asked_for_again() {
    for reason in [
        "quotaExceeded",
        "userRateLimitExceeded",
        "rateLimitExceeded",
    ] {
        let mut refusals = 3;
        let seen = run::<Google>(&json!({}), everyone(&[]), |request| {
            if refusals > 0 {
                refusals -= 1;
                return json(request, 403, &error(403, reason, "Quota exceeded."));
            }
            json(request, 200, &page(&[user(ADA, "ada")], None))
        });
        assert_eq!(
            (seen.keys(), seen.complete),
            (vec![ADA], Some(1)),
            "{reason}"
        );
        assert_eq!(seen.requests.len(), 4);
        let waits: Vec<f64> = seen
            .hold_offs
            .iter()
            .map(|(slot, until)| {
                assert_eq!(slot, "api");
                until - attune_plugin::provider::script::BEGAN_MS
            })
            .collect();
        let grows = |pair: &[f64]| pair[1] > pair[0];
        assert!(
            waits[0] >= 1000.0 && waits.windows(2).all(grows),
            "{waits:?}"
        );
    }
}

#[test]
fn slow_down_for_ever_is_throttled_and_no_empty_directory() {
    let seen = run::<Google>(&json!({}), everyone(&[]), |request| {
        json(
            request,
            403,
            &error(403, "userRateLimitExceeded", "User Rate Limit Exceeded"),
        )
    });
    assert_eq!((seen.code(), seen.complete), ("throttled", None));
    assert_eq!((seen.requests.len(), seen.hold_offs.len()), (8, 7));
}

#[test]
fn names_that_no_member_has_are_refused_before_anything_is_sent() {
    for name in ["\"a,b\"", "\"x y\"", "ü", "\"users(password\"", "a/b"] {
        let seen = listed(everyone(&[name]), &[]);
        assert_eq!(seen.code(), "options", "{name}");
        assert!(seen.requests.is_empty());
    }
}

#[test]
fn changes_are_not_told_by_google() {
    let goal = attune_plugin::provider::Goal::ChangesSince("x".to_owned());
    let seen = listed(super::begin(goal, &[]), &[]);
    assert_eq!((seen.code(), seen.requests.len()), ("unsupported", 0));
}
