//! A listing of everyone: paging, projection, what is passed over, what is never an end.

use attune_plugin::provider::script::{json, run};
use serde_json::{Value, json};

use super::{
    ADA, BEN, CLEO, DATE, answered, changed, everyone, listed, options, page, user, users, with,
};
use crate::Okta;

const NEXT: &str = "https://o.example.com/api/v1/users?after=000u1&limit=200";

#[test]
fn what_rows_mention_is_asked_for_and_nothing_else() {
    let wanted = [
        "profile.department",
        "profile.badge_colour",
        "created",
        "profile.phones[0]",
    ];
    let seen = listed(everyone(&wanted), &[(users(&[user(ADA, "ada")]), None)]);
    assert_eq!(
        seen.asked(),
        [
            "/api/v1/users?limit=200&fields=id,status,lastUpdated,created,\
          profile:(login,email,department,badge_colour,phones)"
        ]
    );
    let request = format!("{:?}", seen.requests[0]);
    assert!(
        request.contains("application/json; okta-response=omitCredentials,omitCredentialsLinks"),
        "{request}"
    );
    let person = &seen.people[0].person;
    assert_eq!(
        person.names,
        ["ada@contoso.example", "ada@mail.example.com"]
    );
    assert_eq!(person.revision, "2026-11-20T08:00:00.000Z");
    assert_eq!(person.in_scope, None);
    assert_eq!(seen.people[0].document, user(ADA, "ada"));
}

#[test]
fn the_whole_profile_is_whole_users() {
    let seen = listed(everyone(&["profile"]), &[(users(&[]), None)]);
    assert_eq!(seen.asked(), ["/api/v1/users?limit=200"]);
    assert_eq!(seen.complete, Some(0));
}

#[test]
fn a_sign_in_is_no_update_so_there_is_no_revision() {
    let seen = listed(
        everyone(&["lastLogin"]),
        &[(users(&[user(ADA, "ada")]), None)],
    );
    assert_eq!(seen.people[0].person.revision, "");
}

#[test]
fn attributes_that_okta_cannot_have_are_refused_by_name() {
    for (wanted, hint) in [
        ("department", "`profile.department`"),
        ("profile.a-b", "letters, digits"),
        ("profile.\"a b\"", "letters, digits"),
    ] {
        let seen = listed(everyone(&[wanted]), &[]);
        assert_eq!(seen.code(), "options", "{wanted}");
        assert!(seen.problem.unwrap().message.contains(hint));
    }
}

#[test]
fn pages_are_followed_to_the_end_and_links_kept_letter_by_letter() {
    let pages = [
        (users(&[user(ADA, "ada")]), Some(NEXT)),
        (
            users(&[]),
            Some("https://o.example.com/api/v1/users?after=%2B2&limit=200"),
        ),
        (users(&[user(BEN, "ben")]), None),
    ];
    let seen = listed(everyone(&[]), &pages);
    assert_eq!((seen.keys(), seen.complete), (vec![ADA, BEN], Some(2)));
    assert_eq!(seen.asked()[1..], [NEXT, pages[1].1.unwrap()]);
}

#[test]
fn a_comma_joined_link_line_leads_on_like_several_lines() {
    let mut first = true;
    let seen = run::<Okta>(&options(), everyone(&[]), |request| {
        let body = users(&[user(if first { ADA } else { BEN }, "x")]);
        let reply = json(request, 200, &body);
        if std::mem::take(&mut first) {
            let line = format!(
                "<https://o.example.com/u?fields=id,status>; rel=\"self\", <{NEXT}>; rel=next"
            );
            with(reply, "Link", &line)
        } else {
            reply
        }
    });
    assert_eq!((seen.keys(), seen.complete), (vec![ADA, BEN], Some(2)));
}

#[test]
fn a_page_that_leads_back_is_a_loop() {
    let pages = [
        (users(&[user(ADA, "ada")]), Some(NEXT)),
        (users(&[user(BEN, "ben")]), Some(NEXT)),
    ];
    let seen = listed(everyone(&[]), &pages);
    assert_eq!((seen.code(), seen.complete), ("paging-loop", None));
}

#[test]
fn a_link_header_that_cannot_be_read_is_no_end() {
    let seen = run::<Okta>(&options(), everyone(&[]), |request| {
        with(
            json(request, 200, "[]"),
            "link",
            "https://o.example.com; rel=next",
        )
    });
    assert_eq!((seen.code(), seen.complete), ("bad-answer", None));
}

#[test]
fn a_full_page_without_any_link_is_no_end() {
    let body = |count: usize| {
        let all: Vec<String> = (0..count)
            .map(|n| user(&format!("00u{n:017}"), "x"))
            .collect();
        users(&all)
    };
    let seen = answered(200, &body(200));
    assert_eq!((seen.code(), seen.complete), ("bad-answer", None));
    assert!(seen.problem.unwrap().message.contains("`Link` header"));
    assert_eq!(answered(200, &body(199)).complete, Some(199));
    // With its own link alone a full page is the last one.
    let seen = listed(everyone(&[]), &[(body(200), None)]);
    assert_eq!(seen.complete, Some(200));
}

#[test]
fn a_stale_cursor_is_a_lost_page() {
    let mut first = true;
    let seen = run::<Okta>(&options(), everyone(&[]), |request| {
        if std::mem::take(&mut first) {
            return page(request, &users(&[user(ADA, "ada")]), Some(NEXT));
        }
        let body = r#"{"errorCode":"E0000029","errorSummary":"Invalid paging request.","errorLink":"E0000029","errorId":"oae9","errorCauses":[]}"#;
        json(request, 400, body)
    });
    assert_eq!((seen.code(), seen.complete), ("paging-lost", None));
}

#[test]
fn deactivated_people_are_passed_over() {
    let gone = changed(&user(BEN, "ben"), "/status", json!("DEPROVISIONED"));
    let all = [user(ADA, "ada"), gone, user(CLEO, "cleo")];
    let options = json!({ "search": "profile.department eq \"Sales\"" });
    let seen = run::<Okta>(&options, everyone(&[]), |r| page(r, &users(&all), None));
    assert_eq!((seen.keys(), seen.complete), (vec![ADA, CLEO], Some(2)));
    assert!(seen.asked()[0].starts_with(
        "/api/v1/users?limit=200&search=profile.department%20eq%20%22Sales%22&fields="
    ));
}

#[test]
fn staged_people_with_null_everywhere_are_people() {
    let staged = format!(
        r#"{{"id":"{ADA}","status":"STAGED","activated":null,"statusChanged":null,"lastLogin":null,"lastUpdated":null,"profile":{{"login":null,"email":null,"managerId":null,"secondEmail":null}}}}"#
    );
    let bare = format!(r#"{{"id":"{BEN}","status":"STAGED","profile":null}}"#);
    let body = users(&[staged.clone(), bare]);
    let seen = listed(
        everyone(&["activated", "manager.profile.login"]),
        &[(body, None)],
    );
    assert_eq!((seen.keys(), seen.complete), (vec![ADA, BEN], Some(2)));
    assert_eq!(seen.people[0].document, staged);
    for found in &seen.people {
        assert!(found.person.names.is_empty() && found.person.relations.is_empty());
    }
}

#[test]
fn the_manager_is_whoever_manager_id_names() {
    let with_manager = |value: Value| {
        let mut document: Value = serde_json::from_str(&user(ADA, "ada")).unwrap();
        document["profile"]["managerId"] = value;
        let body = users(&[document.to_string()]);
        let seen = listed(everyone(&["manager.profile.displayName"]), &[(body, None)]);
        assert!(seen.asked()[0].ends_with("profile:(login,email,managerId)"));
        let relations = seen.people[0].person.relations.clone();
        relations
            .into_iter()
            .map(|link| link.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(with_manager(json!(BEN)), [BEN]);
    assert_eq!(
        with_manager(json!(" ben@contoso.example ")),
        ["ben@contoso.example"]
    );
    for nobody in [json!(null), json!(""), json!("  "), json!(17)] {
        assert!(with_manager(nobody).is_empty());
    }
}

#[test]
fn the_mark_is_the_servers_time_before_the_first_page_less_a_margin() {
    let mut first = true;
    let seen = run::<Okta>(&options(), everyone(&[]), |request| {
        if std::mem::take(&mut first) {
            with(page(request, "[]", Some(NEXT)), "date", DATE)
        } else {
            with(
                page(request, "[]", None),
                "date",
                "Sat, 21 Nov 2026 22:09:00 GMT",
            )
        }
    });
    assert_eq!(seen.checkpoint.as_deref(), Some("2026-11-21T21:55:00.000Z"));
    let silent = listed(everyone(&[]), &[(users(&[]), None)]);
    assert_eq!((silent.checkpoint, silent.complete), (None, Some(0)));
}

#[test]
fn a_sample_is_one_page_of_whole_users_beside_the_schema() {
    use attune_plugin::provider::Goal;
    use attune_plugin::provider::script::{asked, begin};
    let schema = r##"{"definitions":{"base":{"id":"#base","properties":{"login":{"title":"Username","type":"string"}}},
        "custom":{"properties":{"badge":{"title":"Badge","type":"integer"},"since":{"type":"string","format":"date-time"},
        "tags":{"title":"Tags","type":"array","items":{"type":"string"}}}}}}"##;
    for (status, found) in [(200, "profile.tags list"), (403, "profile.department text")] {
        let seen = run::<Okta>(&options(), begin(Goal::Discover(1), &[]), |request| {
            if asked(request).ends_with("/schemas/user/default") {
                return json(request, status, schema);
            }
            assert_eq!(asked(request), "/api/v1/users?limit=1");
            page(
                request,
                &users(&[user(ADA, "ada"), user(BEN, "ben")]),
                Some(NEXT),
            )
        });
        assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(1)));
        let lines: Vec<String> = seen
            .attributes
            .iter()
            .map(|a| format!("{} {}", a.selector, a.kind))
            .collect();
        assert!(lines.contains(&found.to_owned()), "{lines:?}");
        assert!(lines.contains(&"profile.login text".to_owned()));
    }
}
