//! Listings that go well: pages, slices, state, eight at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;

use super::{converse, everyone, follow, get, people_in, source, text, turn};
use crate::clock::TestClock;
use crate::net::tests::{Listener, noon, outside, reply};
use crate::net::{Outside, Response, Script};
use crate::source::adapter::{Action, Event, Found, Turn};
use crate::source::{Document, Goal, check};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_arrive_in_order_and_documents_are_parts_of_the_answer() {
    let server = Listener::start(|_, request| match request.uri().query() {
        None => reply(200, &[], r#"{"value":[{"id":"a"},{"id":"b","x":1}]}"#),
        Some("page=2") => reply(200, &[], r#"{"value":[]}"#),
        Some(_) => reply(200, &[], r#" [{"id":"c"}] "#),
    })
    .await;
    let links = [2, 3].map(|n| format!("{}/users?page={n}", server.url()));
    let (outside, _) = outside();
    let source = source(&outside, &server.url(), move |state, event| {
        let step = usize::from(state.first().copied().unwrap_or_default());
        let mut actions = match event {
            Event::Begin {
                goal,
                wanted,
                groups,
            } => {
                assert_eq!((goal, step), (&Goal::Everyone, 0));
                assert_eq!(
                    (&wanted[0][..], &groups[0][..]),
                    ("department", "jira-users")
                );
                vec![get(0, "/users")]
            }
            event => vec![Action::Deliver(people_in(&text(event)))],
        };
        match step {
            1 | 2 => actions.push(follow(u32::try_from(step).unwrap(), &links[step - 1])),
            3 => actions.extend([Action::Checkpoint("mark".to_owned()), Action::Complete(3)]),
            _ => {}
        }
        let state = vec![u8::try_from(step + 1).unwrap()];
        Ok(Turn { state, actions })
    });
    let (completion, pages) = converse(&source, everyone()).await;
    let completion = completion.unwrap();
    assert_eq!(
        (completion.count, completion.requests, completion.bytes),
        (3, 3, 65)
    );
    assert_eq!(completion.checkpoint.as_deref(), Some("mark"));
    let people: Vec<_> = pages.iter().flat_map(|page| &page.people).collect();
    let keys: Vec<_> = people.iter().map(|person| person.key.as_str()).collect();
    assert_eq!((keys, pages.len()), (vec!["a", "b", "c"], 2));
    let expected = Document::Json(Bytes::from_static(br#"{"id":"b","x":1}"#));
    assert_eq!(people[1].document, expected);
    assert_eq!(
        server.seen(),
        ["GET /users", "GET /users?page=2", "GET /users?page=3"]
    );
}

#[tokio::test]
async fn at_most_eight_requests_are_under_way() {
    let clock = TestClock::skipping(noon());
    let script = Script::new(|_| Ok(Response::new(200, "{}")));
    let slow = Arc::new(Slow {
        inner: script,
        now: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
    });
    let outside = Outside::with_send(Arc::<Slow>::clone(&slow), clock, 1);
    let source = source(&outside, "https://api.example.com", |state, event| {
        let mut left = state.first().copied().unwrap_or(30);
        let mut actions = Vec::new();
        match event {
            Event::Begin { .. } => {
                actions.extend((0..30).map(|n| get(n, &format!("/users/{n}"))));
            }
            _ => left -= 1,
        }
        if left == 0 {
            actions.push(Action::Complete(0));
        }
        let state = vec![left];
        Ok(Turn { state, actions })
    });
    let (completion, _) = converse(&source, everyone()).await;
    assert_eq!(completion.unwrap().requests, 30);
    assert_eq!(slow.most.load(Ordering::SeqCst), 8);
}

/// A world that takes its time and counts who waits.
#[derive(Debug)]
struct Slow {
    inner: Script,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl crate::net::Send for Slow {
    fn send(&self, request: crate::net::Outgoing) -> crate::net::Sent<'_> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            self.now.fetch_sub(1, Ordering::SeqCst);
            self.inner.send(request).await
        })
    }

    fn trusting(
        &self,
        _ca_file: &std::path::Path,
    ) -> Result<Arc<dyn crate::net::Send>, crate::net::Error> {
        panic!("not asked for")
    }
}

#[tokio::test]
async fn a_check_gives_facts_and_what_the_adapter_finds() {
    let server = Listener::start(|_, _| reply(200, &[], "{}")).await;
    let (outside, _) = outside();
    let source = source(&outside, &server.url(), |_, event| {
        let finding = Found {
            name: "User.Read.All".to_owned(),
            ok: true,
            message: "users can be listed".to_owned(),
            fix: String::new(),
        };
        Ok(match event {
            Event::Begin { goal, .. } => {
                assert_eq!(goal, &Goal::Probe);
                turn(vec![get(0, "/users")])
            }
            _ => turn(vec![Action::Finding(finding), Action::Complete(0)]),
        })
    });
    let findings = check(&source, Vec::new(), Vec::new()).await;
    let names: Vec<_> = findings
        .iter()
        .map(|finding| finding.name.as_str())
        .collect();
    assert_eq!(names, ["api: name", "api: port", "User.Read.All"]);
    assert!(findings.iter().all(|finding| finding.ok));
}

#[tokio::test]
async fn a_check_of_a_dead_port_says_so_and_asks_no_adapter() {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", socket.local_addr().unwrap());
    drop(socket);
    let (outside, _) = outside();
    let source = source(&outside, &address, |_, _| panic!("asked"));
    let findings = check(&source, Vec::new(), Vec::new()).await;
    let last = findings.last().unwrap();
    assert_eq!((last.name.as_str(), last.ok), ("api: port", false));
    assert!(
        last.message.contains("connection refused"),
        "{}",
        last.message
    );
}
