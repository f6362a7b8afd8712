//! Complete listings: pages by index and by cursor, and what ends them.

use attune_plugin::provider::script::{asked, json};
use serde_json::{Value, json};

use super::{
    FULL, answered, everyone, indexed, listed, number, page, parameter, served, user, users,
};

fn is_everybody(seen: &attune_plugin::provider::script::Transcript, number: usize) {
    assert_eq!(seen.problem, None);
    let expected: Vec<String> = (1..=number).map(|n| format!("u{n}")).collect();
    assert_eq!(seen.keys(), expected);
    assert_eq!(seen.complete, Some(u32::try_from(number).unwrap()));
}

#[test]
fn pages_by_index_begin_with_the_last_person_of_the_page_before() {
    let seen = listed(&users(1..=250), 200);
    is_everybody(&seen, 250);
    let starts = seen
        .requests
        .iter()
        .skip(1)
        .map(|r| number(r, "startIndex"));
    assert_eq!(starts.collect::<Vec<_>>(), [1, 100, 199]);
}

#[test]
fn pages_may_be_shorter_than_asked_for() {
    for page_max in [1, 2, 3, 7, 24, 25, 26] {
        is_everybody(&listed(&users(1..=25), page_max), 25);
    }
}

#[test]
fn an_empty_directory_is_empty_with_and_without_resources() {
    for body in [
        page(&[], 0),
        r#"{"totalResults":0}"#.to_owned(),
        r#"{"totalResults":0,"Resources":null}"#.to_owned(),
        r#"{"TOTALRESULTS":"0","resources":[]}"#.to_owned(),
    ] {
        assert_eq!(answered(200, &body).complete, Some(0), "{body}");
    }
}

#[test]
fn people_who_are_counted_and_do_not_come_are_no_empty_directory() {
    for body in [
        page(&[], 3),
        r#"{"totalResults":3}"#.to_owned(),
        r#"{"totalResults":3,"Resources":null}"#.to_owned(),
        r#"{"totalResults":3,"Resources":{}}"#.to_owned(),
        r#"{"totalResults":-1,"Resources":[]}"#.to_owned(),
        r#"{"totalResults":null,"Resources":[]}"#.to_owned(),
        r#"{"Resources":[]}"#.to_owned(),
        r#"{"totalResults":0,"Resources":[{"userName":"nobody"}]}"#.to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        String::new(),
    ] {
        let seen = answered(200, &body);
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{body}");
    }
    // The second page holds nobody although there are more.
    let all = users(1..=30);
    let seen = served(
        &json!({ "page-size": 10 }),
        everyone(&[]),
        FULL,
        |request| {
            if number(request, "startIndex") > 1 {
                json(request, 200, &page(&[], 30))
            } else {
                indexed(request, &all, 10)
            }
        },
    );
    assert_eq!((seen.code(), seen.complete), ("bad-answer", None));
}

#[test]
fn a_service_that_ignores_the_index_goes_round_in_a_circle() {
    let all = users(1..=30);
    let seen = served(
        &json!({ "page-size": 10 }),
        everyone(&[]),
        FULL,
        |request| json(request, 200, &page(&all[..10], 30)),
    );
    assert_eq!((seen.code(), seen.complete), ("paging-loop", None));
}

#[test]
fn the_services_own_limit_is_kept_and_its_configuration_may_be_missing() {
    let limited = r#"{"filter":{"supported":true,"maxResults":50},"pagination":{"index":true,"maxPageSize":20}}"#;
    let all = users(1..=25);
    let seen = served(&json!({}), everyone(&[]), limited, |request| {
        indexed(request, &all, 20)
    });
    is_everybody(&seen, 25);
    assert_eq!(number(&seen.requests[1], "count"), 20);
    for (status, body) in [
        (404, ""),
        (403, "{}"),
        (501, ""),
        (200, "<html>"),
        (200, "[]"),
        (401, ""),
    ] {
        let seen = attune_plugin::provider::script::run::<crate::Scim>(
            &json!({}),
            everyone(&[]),
            |request| match asked(request).as_str() {
                "/ServiceProviderConfig" => super::dated(json(request, status, body)),
                _ => indexed(request, &all, 1000),
            },
        );
        is_everybody(&seen, 25);
        assert_eq!(number(&seen.requests[1], "count"), 100);
        assert_eq!(seen.checkpoint, None, "nobody said that it filters");
    }
}

#[test]
fn a_list_is_sorted_where_the_service_sorts_and_else_not() {
    let sorting = r#"{"filter":{"supported":true},"sort":{"supported":true}}"#;
    let all = users(1..=5);
    let seen = served(&json!({}), everyone(&[]), sorting, |request| {
        indexed(request, &all, 9)
    });
    assert_eq!(
        parameter(&seen.requests[1], "sortBy").as_deref(),
        Some("id")
    );
    let seen = served(&json!({}), everyone(&[]), sorting, |request| {
        if parameter(request, "sortBy").is_some() {
            json(request, 400, r#"{"scimType":"invalidPath","status":"400"}"#)
        } else {
            indexed(request, &all, 9)
        }
    });
    is_everybody(&seen, 5);
    assert!(parameter(&seen.requests[2], "attributes").is_some());
}

/// The page behind a cursor, which is a number in a costume.
fn cursored(request: &attune_plugin::provider::Request, all: &[Value], has_total: bool) -> String {
    let cursor = parameter(request, "cursor").unwrap();
    let from: usize = cursor.trim_start_matches("c-").parse().unwrap_or(0);
    let count = number(request, "count");
    let mut body = json!({ "Resources": all.iter().skip(from).take(count).collect::<Vec<_>>() });
    if has_total {
        body["totalResults"] = all.len().into();
    }
    if from + count < all.len() {
        body["nextCursor"] = format!("c-{}", from + count).into();
    }
    body.to_string()
}

const CURSORS: &str = r#"{"filter":{"supported":true},"pagination":{"cursor":true,"index":true}}"#;

#[test]
fn cursors_are_followed_to_the_page_without_one() {
    let all = users(1..=25);
    for has_total in [true, false] {
        let options = json!({ "page-size": 10 });
        let seen = served(&options, everyone(&[]), CURSORS, |request| {
            json(request, 200, &cursored(request, &all, has_total))
        });
        is_everybody(&seen, 25);
        let cursors = seen
            .requests
            .iter()
            .skip(1)
            .map(|r| parameter(r, "cursor").unwrap());
        assert_eq!(cursors.collect::<Vec<_>>(), ["", "c-10", "c-20"]);
        assert!(
            seen.requests
                .iter()
                .skip(1)
                .all(|r| number(r, "count") == 10)
        );
        assert!(parameter(&seen.requests[1], "startIndex").is_none());
    }
}

#[test]
fn a_cursor_in_an_answer_by_index_is_followed() {
    let all = users(1..=25);
    let seen = served(
        &json!({ "page-size": 10 }),
        everyone(&[]),
        FULL,
        |request| {
            if parameter(request, "cursor").is_some() {
                return json(request, 200, &cursored(request, &all, false));
            }
            let mut body: Value = serde_json::from_str(&page(&all[..10], 25)).unwrap();
            body["nextCursor"] = "c-10".into();
            json(request, 200, &body.to_string())
        },
    );
    is_everybody(&seen, 25);
}

#[test]
fn a_service_that_promises_cursors_and_gives_none_is_read_by_index() {
    let all = users(1..=25);
    let ignores = |request: &attune_plugin::provider::Request| {
        if parameter(request, "cursor").is_some() {
            json(request, 200, &page(&all[..10], 25))
        } else {
            indexed(request, &all, 10)
        }
    };
    let options = json!({ "page-size": 10 });
    is_everybody(&served(&options, everyone(&[]), CURSORS, ignores), 25);
    let refuses = |request: &attune_plugin::provider::Request| {
        if parameter(request, "cursor").is_some() {
            json(request, 501, r#"{"status":"501"}"#)
        } else {
            indexed(request, &all, 10)
        }
    };
    is_everybody(&served(&options, everyone(&[]), CURSORS, refuses), 25);
}

#[test]
fn a_walk_by_cursor_that_ends_too_early_or_never_is_a_problem() {
    let all = users(1..=25);
    let options = json!({ "page-size": 10 });
    let with = |second: &str| {
        let first = cursored(&first_request(), &all, true);
        served(
            &options,
            everyone(&[]),
            CURSORS,
            |request| match parameter(request, "cursor").unwrap().as_str() {
                "" => json(request, 200, &first),
                _ if second.starts_with('{') => json(request, 200, second),
                _ => json(
                    request,
                    400,
                    &format!(r#"{{"scimType":"{second}","status":"400"}}"#),
                ),
            },
        )
    };
    let early = json!({ "totalResults": 25, "Resources": &all[10..20] }).to_string();
    let again = json!({ "Resources": &all[10..20], "nextCursor": "c-10" }).to_string();
    let no_text = json!({ "Resources": &all[10..20], "nextCursor": 7 }).to_string();
    for (second, code) in [
        (early.as_str(), "paging-lost"),
        (&again, "paging-loop"),
        (&no_text, "bad-answer"),
        ("expiredCursor", "paging-lost"),
        ("invalidCursor", "paging-lost"),
    ] {
        let seen = with(second);
        assert_eq!((seen.code(), seen.complete), (code, None), "{second}");
    }
}

fn first_request() -> attune_plugin::provider::Request {
    use attune_plugin::provider::{HttpRequest, Locator, Request};
    let path = "/Users?cursor=&count=10".to_owned();
    Request::Http(HttpRequest::get(
        0,
        Locator::Endpoint("api".to_owned(), path),
    ))
}

#[test]
fn the_example_of_the_rfc_has_a_hundred_and_shows_two() {
    let seen = served(&json!({}), everyone(&[]), FULL, |request| {
        let start = number(request, "startIndex");
        let shown = users(start..=start + 1);
        json(request, 200, &page(&shown, 100))
    });
    assert_eq!(seen.complete, Some(100));
    assert_eq!(seen.keys().last(), Some(&"u100"));
    assert_eq!(user(1)["id"], "u1");
}
