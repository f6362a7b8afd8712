//! Sites that are slow, silent or gone, and names that nobody knows: every request ends, in the
//! time that it may take, and a write is not sent twice.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{Listener, noon, reply, slot};
use crate::clock::TestClock;
use crate::net::{Method, Names, Options, Outside, Request, Times};

/// How often each of these is done (the fault table asks for a hundred).
const TIMES: usize = 100;

/// The real network with limits of half a second.
fn impatient(names: Names) -> Outside {
    let options = Options {
        names,
        times: Times {
            connect: Duration::from_millis(500),
            idle: Duration::from_millis(200),
            request: Duration::from_millis(500),
        },
        ..Options::default()
    };
    Outside::open(options, TestClock::skipping(noon()), 7).unwrap()
}

/// A server that sends a whole head and then one byte after each pause.
async fn drips(pause: Duration) -> (String, Arc<AtomicUsize>, JoinSet<()>) {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    let mut task = JoinSet::new();
    task.spawn(async move {
        let mut clients = JoinSet::new();
        while let Ok((mut stream, _)) = socket.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            clients.spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
                let _ = stream.write_all(head).await;
                while stream.write_all(b"x").await.is_ok() {
                    tokio::time::sleep(pause).await;
                }
            });
        }
    });
    (url, connections, task)
}

#[tokio::test]
async fn an_answer_that_drips_or_stops_is_given_up_and_a_write_is_sent_once() {
    // A byte now and then, and silence.
    for pause in [Duration::from_millis(50), Duration::from_mins(1)] {
        let (url, connections, _task) = drips(pause).await;
        let outside = impatient(Names::default());
        let slot = slot(&outside, &url);
        let began = Instant::now();
        let mut reads = JoinSet::new();
        for _ in 0..TIMES {
            let slot = slot.clone();
            reads.spawn(async move { slot.exchange(Request::get("/x")).await.unwrap_err() });
            if reads.len() == 8 {
                let error = reads.join_next().await.unwrap().unwrap();
                assert_eq!(error.kind(), "timeout", "{error}");
            }
            if began.elapsed() > Duration::from_secs(8) {
                break;
            }
        }
        for error in reads.join_all().await {
            assert_eq!(error.kind(), "timeout", "{error}");
        }
        let at_once = outside.paces()[0].at_once;
        assert_eq!(at_once, 1, "silence makes us ask less");
        let before = connections.load(Ordering::SeqCst);
        let write = Request::write(Method::Put, "/x").with_body("text/plain", "1");
        let error = slot.exchange(write).await.unwrap_err();
        assert_eq!(error.kind(), "ambiguous", "{error}");
        assert_eq!(connections.load(Ordering::SeqCst), before + 1);
    }
}

#[tokio::test]
async fn names_that_nobody_knows_are_asked_for_again_and_found_later() {
    let server = Listener::start(|_, _| reply(200, &[], "ok")).await;
    for failure in [ErrorKind::NotFound, ErrorKind::TimedOut, ErrorKind::Other] {
        for _ in 0..TIMES / 3 {
            let asked = Arc::new(AtomicUsize::new(0));
            let count = Arc::clone(&asked);
            let outside = impatient(Names::of(move |_| {
                match count.fetch_add(1, Ordering::SeqCst) {
                    0 => Err(failure.into()),
                    1 => Ok(Vec::new()),
                    _ => Ok(vec!["127.0.0.1".parse().unwrap()]),
                }
            }));
            let slot = slot(
                &outside,
                &format!("http://localhost:{}", server.address.port()),
            );
            let answer = slot.exchange(Request::get("/x")).await.unwrap();
            assert_eq!((answer.status, answer.attempts), (200, 3));
        }
    }
    let outside = impatient(Names::of(|_| Err(ErrorKind::NotFound.into())));
    let slot = slot(
        &outside,
        &format!("http://localhost:{}", server.address.port()),
    );
    let error = slot.exchange(Request::get("/x")).await.unwrap_err();
    assert_eq!(error.kind(), "dns");
    assert!(error.is_unreachable() && error.is_unsent());
    assert!(outside.clock().uptime() <= Duration::from_secs(10));
}

#[tokio::test]
async fn a_name_server_that_takes_too_long_is_a_passing_failure() {
    let server = Listener::start(|_, _| reply(200, &[], "ok")).await;
    let asked = AtomicUsize::new(0);
    let outside = impatient(Names::of(move |_| {
        if asked.fetch_add(1, Ordering::SeqCst) == 0 {
            // A blocking look-up, as the system's resolver makes it.
            #[expect(clippy::disallowed_methods, reason = "this is what is tested")]
            std::thread::sleep(Duration::from_secs(2));
        }
        Ok(vec!["127.0.0.1".parse().unwrap()])
    }));
    let slot = slot(
        &outside,
        &format!("http://localhost:{}", server.address.port()),
    );
    let began = Instant::now();
    let answer = slot.exchange(Request::get("/x")).await.unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.attempts >= 2, "{}", answer.attempts);
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
}
