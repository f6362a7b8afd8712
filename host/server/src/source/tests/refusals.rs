//! What a hostile or broken adapter asks for and returns.

use std::sync::Arc;

use super::{converse, everyone, failure, get, http, person, source, turn};
use attune_core::Problem;

use crate::clock::TestClock;
use crate::net::ldap::{Scope, Search};
use crate::net::tests::{Listener, noon, outside, reply};
use crate::net::{Outside, Response, Script};
use crate::source::adapter::{
    Action, DocumentAt, Event, ImageAt, Locator, PersonAt, PictureAt, Request, Turn,
};
use crate::source::{Error, Presence, Relation, Source};

fn to_api(method: &str, headers: &[(&str, &str)]) -> Action {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Action::Send(Request::Http {
        id: 0,
        method: method.to_owned(),
        locator: Locator::Endpoint("api".to_owned(), "/users".to_owned()),
        headers: headers.iter().map(pair).collect(),
        body: Vec::new(),
        scopes: Vec::new(),
    })
}

#[tokio::test]
async fn a_forged_request_sends_no_packet() {
    let here = Listener::start(|_, _| reply(200, &[], "{}")).await;
    let there = Listener::start(|_, _| reply(200, &[], "{}")).await;
    let link = |link: String| http(0, "GET", Locator::Link("api".to_owned(), link));
    let path = |path: String| get(0, &path);
    let forged = [
        link(format!("{}/", there.url())),
        link(format!("http://user@{}/", here.address)),
        link(format!("http://{}@{}/", here.address, there.address)),
        path(format!("{}/", there.url())),
        path(format!("//{}/", there.address)),
        path("/a\r\nHost: evil.example.com".to_owned()),
        to_api("TRACE", &[]),
        to_api("CONNECT", &[]),
        to_api("get", &[]),
        to_api("PUT", &[]),
        to_api("DELETE", &[]),
        to_api("GET", &[("Host", "evil.example.com")]),
        to_api("GET", &[("authorization", "Bearer mine")]),
        to_api("GET", &[("Cookie", "a=b")]),
        to_api("POST", &[("Content-Length", "0")]),
        to_api("POST", &[("Transfer-Encoding", "chunked")]),
        to_api("GET", &[("X-Forwarded-Host", "evil.example.com")]),
        to_api("GET", &[("X-HTTP-Method-Override", "DELETE")]),
        to_api("GET", &[("Prefer", "a\r\nAuthorization: Bearer mine")]),
        to_api("GET", &[("Prefer\r\nHost", "a")]),
    ];
    let (outside, _) = outside();
    for action in forged {
        let shown = format!("{action:?}");
        // The forged request comes after a good one: neither may leave.
        let actions = vec![action];
        let source = source(&outside, &here.url(), move |_, _| Ok(turn(actions.clone())));
        let error = failure(&source).await;
        assert!(
            matches!(error, Error::RequestRefused { .. }),
            "{shown}: {error}"
        );
        assert_eq!(error.code(), "request-refused");
    }
    assert_eq!((here.seen().len(), there.seen().len()), (0, 0));
}

fn world() -> Outside {
    let script = Script::new(|_| Ok(Response::new(200, r#"[{"id":"a"}]"#)));
    Outside::with_send(Arc::new(script), TestClock::skipping(noon()), 1)
}

/// Sends one request, answers the reply with these actions.
fn answering(actions: Vec<Action>) -> Source {
    source(&world(), "https://api.example.com", move |_, event| {
        Ok(turn(match event {
            Event::Begin { .. } => vec![get(0, "/users")],
            _ => actions.clone(),
        }))
    })
}

/// Answers the beginning with these actions.
fn beginning(actions: Vec<Action>) -> Source {
    source(&world(), "https://api.example.com", move |_, _| {
        Ok(turn(actions.clone()))
    })
}

fn deliver(document: DocumentAt) -> Action {
    Action::Deliver(vec![person("a", document)])
}

#[tokio::test]
async fn slices_and_entries_that_do_not_exist_end_the_conversation() {
    for document in [
        DocumentAt::Slice(0, 0),
        DocumentAt::Slice(5, 4),
        DocumentAt::Slice(1, 13),
        DocumentAt::Slice(u32::MAX - 1, u32::MAX),
        DocumentAt::Entry(0),
    ] {
        let error = failure(&answering(vec![
            deliver(document.clone()),
            Action::Complete(1),
        ]))
        .await;
        assert_eq!(error.code(), "bad-answer", "{document:?}");
    }
    for document in [DocumentAt::Slice(1, 11), DocumentAt::Entry(0)] {
        let error = failure(&beginning(vec![deliver(document), Action::Complete(1)])).await;
        assert_eq!(error.code(), "bad-answer");
    }
    let mut with_part = person("a", DocumentAt::Nothing);
    with_part.parts = vec![("manager".to_owned(), DocumentAt::Slice(0, 99))];
    let error = failure(&answering(vec![Action::Deliver(vec![with_part])])).await;
    assert_eq!(error.code(), "bad-answer");
    let picture = PictureAt {
        key: "a".to_owned(),
        mark: String::new(),
        media_type: "image/png".to_owned(),
        image: ImageAt::Slice(3, 2),
    };
    let error = failure(&answering(vec![Action::Pictures(vec![picture])])).await;
    assert_eq!(error.code(), "bad-answer");
}

#[tokio::test]
async fn one_bad_person_does_not_stop_the_others() {
    let good = || person("good", DocumentAt::Slice(1, 11));
    let with = |change: fn(&mut PersonAt)| {
        let mut bad = good();
        change(&mut bad);
        bad
    };
    let people = vec![
        with(|p| p.key = String::new()),
        with(|p| p.key = "a\0b".to_owned()),
        with(|p| p.key = "k".repeat(1025)),
        with(|p| p.document = DocumentAt::Json("[]".to_owned())),
        with(|p| p.document = DocumentAt::Json(format!("{{\"x\":\"{}\"}}", "y".repeat(1 << 20)))),
        with(|p| p.document = DocumentAt::Slice(0, 12)),
        with(|p| p.parts = vec![(String::new(), DocumentAt::Nothing)]),
        with(|p| p.names = vec!["n".to_owned(); 2000]),
        good(),
    ];
    let refused = people.len() - 1;
    let count = u32::try_from(people.len()).unwrap();
    let source = answering(vec![Action::Deliver(people), Action::Complete(count)]);
    let (completion, pages) = converse(&source, everyone()).await;
    assert_eq!(completion.unwrap().count, u64::from(count));
    assert_eq!(pages[0].people.len(), 1);
    assert_eq!(pages[0].refused.len(), refused);
}

#[tokio::test]
async fn names_that_cannot_be_names_are_left_out() {
    let mut odd = person("a", DocumentAt::Nothing);
    odd.names = vec![
        String::new(),
        "a\0".to_owned(),
        "x".repeat(2000),
        "fine".to_owned(),
    ];
    let relation = |name: &str| Relation {
        role: "manager".to_owned(),
        name: name.to_owned(),
    };
    odd.relations = vec![relation(""), relation("boss")];
    let source = answering(vec![Action::Deliver(vec![odd]), Action::Complete(1)]);
    let (completion, pages) = converse(&source, everyone()).await;
    completion.unwrap();
    assert_eq!(pages[0].people[0].names, ["fine"]);
    assert_eq!(pages[0].people[0].relations, [relation("boss")]);
}

#[tokio::test]
async fn an_end_without_complete_is_no_empty_list() {
    assert_eq!(failure(&beginning(Vec::new())).await.code(), "incomplete");
    assert_eq!(failure(&answering(Vec::new())).await.code(), "incomplete");
    assert_eq!(
        failure(&beginning(vec![Action::Complete(1)])).await.code(),
        "incomplete"
    );
    let one = vec![deliver(DocumentAt::Nothing), Action::Complete(2)];
    assert_eq!(failure(&answering(one)).await.code(), "incomplete");
    let mut gone = person("b", DocumentAt::Nothing);
    gone.presence = Presence::Gone;
    let counted = vec![
        deliver(DocumentAt::Nothing),
        Action::Deliver(vec![gone]),
        Action::Complete(1),
    ];
    converse(&answering(counted), everyone()).await.0.unwrap();
}

#[tokio::test]
async fn the_adapters_own_words_reach_the_caller() {
    let problem = Problem {
        code: "permission".to_owned(),
        message: "grant User.Read.All".to_owned(),
        at: "users".to_owned(),
    };
    let error = failure(&answering(vec![
        Action::Checkpoint("never".to_owned()),
        Action::Abort(problem),
        Action::Complete(0),
    ]))
    .await;
    assert_eq!(
        (error.code(), error.to_string()),
        ("permission", "grant User.Read.All".to_owned())
    );
    assert!(!error.is_unreachable());
}

#[tokio::test]
async fn what_cannot_be_is_a_bad_answer() {
    let search = Search {
        base: String::new(),
        scope: Scope::Base,
        filter: "(a=b)".to_owned(),
        attributes: Vec::new(),
        binary: Vec::new(),
        page_size: 0,
        cookie: Vec::new(),
    };
    let ldap = Action::Send(Request::Ldap {
        id: 0,
        endpoint: "api".to_owned(),
        search,
    });
    let elsewhere = Locator::Endpoint("login".to_owned(), "/token".to_owned());
    for actions in [
        vec![ldap],
        vec![http(0, "GET", elsewhere)],
        vec![get(0, "/a"), get(0, "/b")],
        vec![Action::HoldOff("nobody".to_owned(), 0.0)],
        vec![
            Action::HoldOff("api".to_owned(), f64::NAN),
            Action::HoldOff("api".to_owned(), 1e300),
        ],
        vec![Action::WakeAfter(0, u32::MAX)],
        vec![Action::WakeAfter(0, 1); 65],
        vec![Action::Checkpoint("x".repeat(70_000))],
    ] {
        let shown = format!("{:.60?}", actions.first());
        assert_eq!(
            failure(&beginning(actions)).await.code(),
            "bad-answer",
            "{shown}"
        );
    }
    let extension = vec![Action::Extension("dance".to_owned())];
    assert_eq!(failure(&beginning(extension)).await.code(), "unsupported");
}

#[tokio::test]
async fn too_much_state_is_refused() {
    let source = source(&world(), "https://api.example.com", |_, _| {
        Ok(Turn {
            state: vec![0; (1 << 20) + 1],
            actions: vec![Action::Complete(0)],
        })
    });
    assert_eq!(failure(&source).await.code(), "bad-answer");
}
