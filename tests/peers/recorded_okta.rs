//! Answers that Okta really gave, or that its documentation shows, read by the real component.
//!
//! Every example of the folder is named here with what it is an answer to; one that is not named
//! fails the test.

use std::collections::BTreeSet;

use attune_server::net::Response;
use attune_server::source::{Error, Goal, Source};
use serde_json::{Value, json};

use crate::okta;
use crate::replay::{Examples, Replay, answer};
use crate::talk::{Talk, converse, people, values};

const OKTA: Examples = Examples("okta");
const API: &str = "https://test.okta.com";
const DOE: &str = "00uqrks9ig7XuWV7X5d7";
const GROUP: &str = "00gcwh6k5xmXRfTos5d7";

/// What a body is an answer to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum As {
    /// The last page of everyone.
    Page,
    /// A single user.
    User,
    /// The members of a group.
    Members,
    /// The groups of a user.
    MemberOf,
    /// A search for a group called `NBA Players`.
    Groups,
    /// Any question: refused.
    Refused,
    /// A token; the product reads it, not the adapter.
    Token,
    /// Nothing that this adapter asks for.
    Foreign,
}

/// File, what it answers, people delivered, and the code of the problem.
const ANSWERS: [(&str, As, usize, &str); 16] = [
    ("02-users-page-1", As::Page, 1, ""),
    ("04-user-active-etag", As::User, 1, ""),
    ("06-user-groups", As::MemberOf, 1, ""),
    ("08-error-404-user", As::User, 0, ""),
    ("10-error-429-rate-limit", As::Refused, 0, "throttled"),
    ("12-group-users", As::Members, 1, ""),
    ("14-groups-list", As::Groups, 1, ""),
    ("16-linked-object-definition", As::Foreign, 0, ""),
    ("18-error-400-validation", As::Refused, 0, "options"),
    ("20-error-403-status", As::Refused, 0, "permission"),
    ("22-token-dpop-success", As::Token, 0, ""),
    ("24-recorded-group-members", As::Members, 3, ""),
    ("26-doc-list-users-fields", As::Page, 2, ""),
    ("28-doc-list-user-groups", As::MemberOf, 1, ""),
    ("30-doc-error-access-denied", As::Refused, 0, "permission"),
    ("32-doc-error-invalid-token", As::Refused, 0, "sign-in"),
];

/// Documentation shows errors without the status that they come with.
fn recorded(name: &str) -> Response {
    match name {
        "30-doc-error-access-denied" => answer(403, OKTA.body(name)),
        "32-doc-error-invalid-token" => answer(401, OKTA.body(name)),
        _ => OKTA.recorded(name),
    }
}

fn source(world: &Replay) -> Source {
    okta::source(okta::plugin(), &json!({}), API, &world.outside)
}

fn group(id: &str, name: &str) -> String {
    json!({ "id": id, "profile": { "name": name } }).to_string()
}

/// Holds the conversation in which this is an answer.
async fn played(reply: Response, role: As) -> Talk {
    let user = || answer(200, OKTA.body("04-user-active-etag"));
    let (answers, goal, groups) = match role {
        // The recorded page leads on; the one behind it ends the list.
        As::Page => (vec![reply, answer(200, "[]")], Goal::Everyone, vec![]),
        As::User => (vec![reply, answer(200, "[]")], people(&[DOE]), vec![]),
        As::Members => {
            let group = answer(200, group(GROUP, "Sales"));
            (vec![group, reply], Goal::Everyone, vec![GROUP])
        }
        As::MemberOf => {
            let group = answer(200, group("00gnwlw0pbm3qMcXs5d7", "Everyone"));
            (
                vec![group, user(), reply],
                people(&[DOE]),
                vec!["00gnwlw0pbm3qMcXs5d7"],
            )
        }
        As::Groups => {
            let members = answer(200, OKTA.body("12-group-users"));
            (vec![reply, members], Goal::Everyone, vec!["nba players"])
        }
        As::Refused | As::Token | As::Foreign => (vec![reply; 60], Goal::Everyone, vec![]),
    };
    let world = Replay::with_token(answer(404, "{}"), answers);
    let wanted = ["profile.displayName", "manager.profile.login"];
    converse(&source(&world), goal, &wanted, &groups).await
}

#[test]
fn every_example_of_okta_is_in_the_table() {
    let known: BTreeSet<String> = ANSWERS
        .iter()
        .map(|(name, ..)| (*name).to_owned())
        .collect();
    assert_eq!(OKTA.names().into_iter().collect::<BTreeSet<_>>(), known);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_example_is_read_for_what_it_is() {
    for (name, role, people, code) in ANSWERS {
        if matches!(role, As::Foreign | As::Token) {
            continue;
        }
        let talk = played(recorded(name), role).await;
        let words = format!("{name}: {:?}", talk.result);
        if code.is_empty() {
            assert_eq!(talk.page.people.len(), people, "{words}");
            assert_eq!(talk.count(), people as u64);
        } else {
            let (found, message) = talk.refusal();
            assert_eq!(found, code, "{words}");
            let body: Value = serde_json::from_str(&OKTA.body(name)).unwrap();
            let summary = body["errorSummary"].as_str().unwrap().trim_end_matches('.');
            assert!(
                message.contains(summary) || code == "throttled",
                "{message}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_are_what_the_bodies_say() {
    let talk = played(recorded("02-users-page-1"), As::Page).await;
    let staged = talk.person("00usfdsyqnIjEmHNm4x6");
    assert_eq!(staged.names, ["John.Doe-Activate@example.com"]);
    assert_eq!(staged.revision, "2020-08-27T18:16:00.000Z");
    let wanted = [
        "status",
        "activated",
        "profile.mobilePhone",
        "profile.lastName",
        "profile.title",
    ];
    assert_eq!(
        values(staged, &wanted),
        ["Text STAGED", "Null", "Null", "Text Doe-Activate", "Absent"]
    );
    let talk = played(recorded("04-user-active-etag"), As::User).await;
    let active = talk.person(DOE);
    assert_eq!(
        values(
            active,
            &["profile.nickName", "profile.mobilePhone", "type.id"]
        ),
        [
            "Text JohnnyC",
            "Text +1-555-123-4567",
            "Text otynwlw0pkLLUgtNG5d7"
        ]
    );
    let talk = played(recorded("24-recorded-group-members"), As::Members).await;
    let relations: Vec<_> = talk
        .page
        .people
        .iter()
        .flat_map(|person| &person.relations)
        .collect();
    assert_eq!(relations.len(), 1);
    assert_eq!(
        (relations[0].role.as_str(), relations[0].name.as_str()),
        ("manager", "00uabig334Y6bdCWr5d7")
    );
    assert_eq!(talk.keys().len(), 3);
    let talk = played(recorded("08-error-404-user"), As::User).await;
    assert_eq!(talk.page.absent, [DOE]);
    let talk = played(recorded("06-user-groups"), As::MemberOf).await;
    assert_eq!(talk.person(DOE).in_scope, Some(true));
    let talk = played(recorded("28-doc-list-user-groups"), As::MemberOf).await;
    assert_eq!(talk.person(DOE).in_scope, Some(false));
}

/// The recorded refusal has no `Retry-After`; its reset lies 48 seconds after its own `Date`, and
/// fourteen months before our clock.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recorded_refusal_is_waited_for_by_oktas_own_clock() {
    let page = || OKTA.recorded("12-group-users");
    let world = Replay::of(vec![OKTA.recorded("10-error-429-rate-limit"), page()]);
    let talk = converse(&source(&world), Goal::Everyone, &["profile.title"], &[]).await;
    assert_eq!(talk.count(), 1);
    let waited: u64 = world
        .clock
        .waits()
        .iter()
        .map(std::time::Duration::as_secs)
        .sum();
    assert!((48..52).contains(&waited), "{:?}", world.clock.waits());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_recorded_next_link_is_asked_for_letter_by_letter() {
    let world = Replay::of(vec![OKTA.recorded("02-users-page-1"), answer(200, "[]")]);
    let talk = converse(&source(&world), Goal::Everyone, &["profile.title"], &[]).await;
    assert_eq!(talk.count(), 1);
    let requests = world.requests();
    let last = requests.last().unwrap();
    assert_eq!(
        last.url.as_str(),
        "https://test.okta.com/api/v1/users?after=000usfdsyqnIjEmHNm4x6&limit=1"
    );
    // The recorded answer's own time, less the margin.
    let mark = talk.result.unwrap().checkpoint;
    assert_eq!(mark.as_deref(), Some("2020-08-27T18:14:48.000Z"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_example_that_is_cut_completes() {
    let mut cuts = 0;
    for (name, role, ..) in ANSWERS {
        if !matches!(role, As::Page | As::User | As::Members | As::Groups) || name.contains("error")
        {
            continue;
        }
        let whole = OKTA.body(name);
        let end = whole.trim_end().len();
        for at in (0..end).step_by(end / 12 + 1).chain([end - 1]) {
            let cut = String::from_utf8_lossy(&whole.as_bytes()[..at]).into_owned();
            let talk = played(answer(200, cut), role).await;
            assert_eq!(talk.refusal().0, "bad-answer", "{name} cut at {at}");
            cuts += 1;
        }
    }
    assert!(cuts > 60, "{cuts}");
}

/// Every body as the answer to every question: the component answers or says what is wrong.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_example_is_a_trap() {
    for (name, ..) in ANSWERS {
        for status in [200, 400, 404] {
            for role in [As::Page, As::User, As::Members, As::MemberOf, As::Groups] {
                let talk = played(answer(status, OKTA.body(name)), role).await;
                let is_sound = match &talk.result {
                    Ok(completion) => completion.count as usize <= talk.page.people.len(),
                    Err(Error::Aborted { problem, .. }) => !problem.message.is_empty(),
                    Err(error) => matches!(error, Error::PagingLoop { .. }),
                };
                assert!(is_sound, "{name} ({status}) as {role:?}: {:?}", talk.result);
            }
        }
    }
}
