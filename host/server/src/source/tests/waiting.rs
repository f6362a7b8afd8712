//! Waits, repeats, circles and giving up.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::{converse, everyone, failure, follow, get, source, turn};
use attune_core::Problem;

use crate::clock::{Clock, TestClock};
use crate::net::tests::noon;
use crate::net::{Error as NetError, Outside, Response, Script};
use crate::source::adapter::{Action, Event, Reply, Turn};
use crate::source::{Error, Source};

const API: &str = "https://api.example.com";

fn world(status: u16) -> (Outside, Arc<TestClock>, Script) {
    let clock = TestClock::skipping(noon());
    let script = Script::new(move |_| Ok(Response::new(status, "{}")));
    let outside = Outside::with_send(Arc::new(script.clone()), Arc::<TestClock>::clone(&clock), 1);
    (outside, clock, script)
}

/// Asks for the paths one after the other and completes.
fn walk(outside: &Outside, paths: &'static [&'static str]) -> Source {
    source(outside, API, move |state, _| {
        let step = state.len();
        let actions = match paths.get(step) {
            Some(path) => vec![get(u32::try_from(step).unwrap(), path)],
            None => vec![Action::Complete(0)],
        };
        let state = vec![0; step + 1];
        Ok(Turn { state, actions })
    })
}

#[tokio::test]
async fn a_page_that_comes_back_is_a_loop() {
    for paths in [
        &["/a", "/a"][..],
        &["/a", "/b", "/a"],
        &["/a?x=1", "/b", "/c", "/a?x=1"],
    ] {
        let (outside, _, script) = world(200);
        let paths: &'static [&'static str] = Box::leak(paths.to_vec().into_boxed_slice());
        let error = failure(&walk(&outside, paths)).await;
        assert!(matches!(error, Error::PagingLoop { .. }), "{error}");
        assert_eq!(script.seen().len(), paths.len() - 1);
    }
    let (outside, _, _) = world(200);
    let (completion, _) = converse(&walk(&outside, &["/a", "/b", "/c"]), everyone()).await;
    completion.unwrap();
}

/// Each page leads on to one that nobody has seen yet.
#[tokio::test]
async fn pages_without_end_end_at_a_hundred_thousand() {
    let (outside, _, script) = world(200);
    let source = source(&outside, API, |state, _| {
        let page = state.try_into().map_or(0, u32::from_le_bytes) + 1;
        let actions = vec![follow(page, &format!("{API}/users?page={page}"))];
        let state = page.to_le_bytes().to_vec();
        Ok(Turn { state, actions })
    });
    let error = failure(&source).await;
    assert!(matches!(error, Error::PagingLoop { .. }), "{error}");
    assert_eq!(script.seen().len(), 100_000);
}

#[tokio::test]
async fn after_a_failure_an_adapter_may_begin_again() {
    let (outside, _, script) = world(410);
    let (completion, _) = converse(&walk(&outside, &["/a", "/b", "/a", "/a"]), everyone()).await;
    completion.unwrap();
    assert_eq!(script.seen().len(), 4);
}

#[tokio::test]
async fn a_circle_of_failures_ends_too() {
    let (outside, _, script) = world(410);
    let source = source(&outside, API, |_, _| Ok(turn(vec![get(0, "/a")])));
    let error = failure(&source).await;
    assert!(matches!(error, Error::PagingLoop { .. }), "{error}");
    assert_eq!(script.seen().len(), 101);
}

#[tokio::test]
async fn a_hold_off_and_a_wake_are_waited_for_and_allow_the_same_request_again() {
    let (outside, clock, script) = world(200);
    let now_ms = noon().as_millisecond() as f64;
    let source = source(&outside, API, move |state, event| {
        let step = state.len();
        let actions = match (step, event) {
            (0, Event::Begin { .. }) => vec![get(0, "/a")],
            (1, Event::Replied { .. }) => vec![
                Action::HoldOff("api".to_owned(), now_ms + 30_000.0),
                get(1, "/a"),
            ],
            (2, Event::Replied { .. }) => vec![Action::WakeAfter(9, 5_000)],
            (3, Event::Woke(9)) => vec![get(2, "/a")],
            (4, Event::Replied { .. }) => vec![Action::Complete(0)],
            other => panic!("{other:?}"),
        };
        let state = vec![0; step + 1];
        Ok(Turn { state, actions })
    });
    let (completion, _) = converse(&source, everyone()).await;
    completion.unwrap();
    assert_eq!(script.seen().len(), 3);
    assert_eq!(clock.uptime(), Duration::from_secs(35));
}

#[tokio::test]
async fn an_answer_that_cannot_be_had_is_told_to_the_adapter() {
    let clock = TestClock::skipping(noon());
    let script = Script::new(|sent| {
        let origin = crate::net::Origin::of(&sent.url).unwrap();
        let why = "connection refused".to_owned();
        Err(NetError::Connect { origin, why })
    });
    let outside = Outside::with_send(Arc::new(script), Arc::<TestClock>::clone(&clock), 1);
    let source = source(&outside, API, |_, event| match event {
        Event::Begin { .. } => Ok(turn(vec![get(7, "/a")])),
        Event::Replied {
            id: 7,
            reply: Reply::Failed { kind, detail },
        } => {
            assert_eq!(*kind, "connect");
            let problem = Problem {
                code: "unavailable".to_owned(),
                message: detail.clone(),
                at: String::new(),
            };
            Ok(turn(vec![Action::Abort(problem)]))
        }
        other => panic!("{other:?}"),
    });
    let error = failure(&source).await;
    assert_eq!(
        (error.code(), error.is_unreachable()),
        ("unavailable", true)
    );
    assert!(clock.uptime() <= Duration::from_secs(10));
    assert_eq!(
        error.to_string(),
        "cannot connect to https://api.example.com: connection refused"
    );
}

#[tokio::test]
async fn who_takes_no_more_pages_gives_the_conversation_up() {
    let clock = TestClock::at(noon());
    let script = Script::new(|_| Ok(Response::new(200, "{}")));
    let outside = Outside::with_send(Arc::new(script), clock, 1);
    let source = source(&outside, API, |_, _| {
        Ok(turn(vec![Action::WakeAfter(0, 60_000)]))
    });
    let (sender, receiver) = mpsc::channel(1);
    drop(receiver);
    let error = source.converse(everyone(), sender).await.unwrap_err();
    assert!(matches!(error, Error::Cancelled));
}
