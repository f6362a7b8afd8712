//! Changes since a mark of the service's clock.

use attune_plugin::provider::script::{begin, json};
use attune_plugin::provider::{Begin, Goal};
use serde_json::json;

use super::{BAD_FILTER, FULL, everyone, indexed, listed, parameter, served, users};

fn since(mark: &str) -> Begin {
    begin(Goal::ChangesSince(mark.to_owned()), &["displayName"])
}

#[test]
fn a_listing_leaves_a_mark_of_the_services_clock_from_before_its_first_page() {
    let seen = listed(&users(1..=3), 100);
    assert_eq!(seen.checkpoint.as_deref(), Some("2026-11-21T21:55:30Z"));
    let all = users(1..=3);
    let silent = r#"{"filter":{"supported":false}}"#;
    let seen = served(&json!({}), everyone(&[]), silent, |request| {
        indexed(request, &all, 9)
    });
    assert_eq!((seen.checkpoint, seen.complete), (None, Some(3)));
}

#[test]
fn who_changed_is_asked_for_within_the_filter_and_leaves_a_new_mark() {
    let all = users(1..=3);
    let options = json!({ "filter": "active eq true" });
    let seen = served(&options, since("2026-11-20T08:00:00Z"), FULL, |r| {
        indexed(r, &all, 9)
    });
    assert_eq!(seen.complete, Some(3));
    assert_eq!(seen.checkpoint.as_deref(), Some("2026-11-21T21:55:30Z"));
    assert_eq!(
        parameter(&seen.requests[1], "filter").unwrap(),
        "(meta.lastModified%20gt%20%222026-11-20T08:00:00Z%22)%20and%20(active%20eq%20true)"
    );
}

#[test]
fn a_service_that_does_not_filter_by_time_is_said_to_be_so() {
    for status in [400, 501] {
        let seen = served(&json!({}), since("2026-11-20T08:00:00Z"), FULL, |request| {
            json(request, status, BAD_FILTER)
        });
        assert_eq!((seen.code(), seen.complete), ("unsupported", None));
        assert_eq!(seen.checkpoint, None);
    }
}

#[test]
fn a_mark_that_is_not_ours_never_reaches_a_filter() {
    for mark in [
        "",
        "yesterday",
        "2026-11-20T08:00:00+00:00",
        "2026-11-20T08:00:00\" or",
        "00000000000000000000x",
    ] {
        let seen = served(&json!({}), since(mark), FULL, |_| unreachable!());
        assert_eq!(
            (seen.code(), seen.requests.len()),
            ("unsupported", 0),
            "{mark}"
        );
    }
}
