//! Rate limits: waits by the server's clock, and refusals that outlast the host's patience.

use attune_plugin::provider::script::{BEGAN_MS, json, run};
use attune_plugin::provider::{Reply, Request};

use super::{ADA, DATE, everyone, options, page, user, users, with};
use crate::Okta;

/// Thirty seconds after [`DATE`].
const RESET: &str = "1795298430";

fn limited(reply: Reply, remaining: &str) -> Reply {
    let reply = with(with(reply, "date", DATE), "x-rate-limit-limit", "600");
    with(
        with(reply, "x-rate-limit-remaining", remaining),
        "x-rate-limit-reset",
        RESET,
    )
}

fn refused(request: &Request) -> Reply {
    let body = r#"{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"oae_A","errorCauses":[]}"#;
    json(request, 429, body)
}

#[test]
fn a_listing_slows_down_before_the_limit_is_reached() {
    let next = "https://o.example.com/api/v1/users?after=2";
    let mut pages = vec![None, Some(next)];
    let seen = run::<Okta>(&options(), everyone(&[]), |request| {
        let link = pages.pop().flatten();
        let remaining = if link.is_some() { "12" } else { "599" };
        limited(page(request, &users(&[user(ADA, "ada")]), link), remaining)
    });
    assert_eq!(seen.hold_offs, [("api".to_owned(), BEGAN_MS + 31_000.0)]);
    assert_eq!(seen.complete, Some(2));
}

#[test]
fn a_refusal_waits_for_the_reset_and_asks_again() {
    let mut first = true;
    let seen = run::<Okta>(&options(), everyone(&[]), |request| {
        if std::mem::take(&mut first) {
            limited(refused(request), "0")
        } else {
            limited(page(request, &users(&[user(ADA, "ada")]), None), "599")
        }
    });
    assert_eq!((seen.requests.len(), seen.complete), (2, Some(1)));
    assert_eq!(seen.hold_offs, [("api".to_owned(), BEGAN_MS + 31_000.0)]);
}

#[test]
fn refusals_without_end_are_given_up() {
    let seen = run::<Okta>(&options(), everyone(&[]), |r| limited(refused(r), "0"));
    assert_eq!(
        (seen.code(), seen.requests.len(), seen.complete),
        ("throttled", 4, None)
    );
    assert!(seen.problem.unwrap().message.contains("E0000047"));
}

#[test]
fn a_refusal_that_names_no_time_is_a_problem_at_once() {
    let seen = run::<Okta>(&options(), everyone(&[]), refused);
    assert_eq!((seen.code(), seen.requests.len()), ("throttled", 1));
}
