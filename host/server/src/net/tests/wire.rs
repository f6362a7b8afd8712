//! Repeating, waiting, limits and credentials.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{Listener, noon, outside, reply, slot};
use crate::clock::{Clock, TestClock};
use crate::net::{
    Credential, Error, Method, Outside, Request, Response, Script, Secret, Sign, Slot, SlotSpec,
};

#[tokio::test]
async fn a_throttled_read_waits_as_long_as_it_is_asked_to() {
    let server = Listener::start(|nth, _| match nth {
        1 => reply(429, &[("retry-after", "2.128")], ""),
        2 => reply(503, &[("retry-after", "3")], ""),
        3 => reply(
            429,
            &[
                ("date", "Sat, 21 Nov 2026 09:00:00 GMT"),
                ("retry-after", "Sat, 21 Nov 2026 09:00:40 GMT"),
            ],
            "",
        ),
        _ => reply(200, &[], "here"),
    })
    .await;
    let (outside, clock) = outside();
    let answer = slot(&outside, &server.url())
        .exchange(Request::get("/v1/users?$top=9"))
        .await;
    let answer = answer.unwrap();
    assert_eq!((answer.status, answer.attempts), (200, 4));
    assert_eq!(&answer.body[..], b"here");
    let expected = [2128, 3000, 40_000].map(Duration::from_millis);
    assert_eq!(clock.waits(), expected);
    assert_eq!(server.seen()[0], "GET /v1/users?$top=9");
}

#[tokio::test]
async fn while_an_origin_is_held_off_nobody_sends_to_it() {
    let clock = TestClock::at(noon());
    let script = Script::new(|_| Ok(Response::new(200, "")));
    let outside = Outside::with_send(Arc::new(script.clone()), Arc::<TestClock>::clone(&clock), 1);
    let first = slot(&outside, "https://graph.example.com");
    let second = slot(&outside, "https://graph.example.com/beta");
    let other = slot(&outside, "https://login.example.com");
    first.hold(Duration::from_secs(30));
    let mut tasks = JoinSet::new();
    for _ in 0..3 {
        let slot = second.clone();
        tasks.spawn(async move { slot.exchange(Request::get("/x")).await.unwrap() });
    }
    other.exchange(Request::get("/y")).await.unwrap();
    for _ in 0..29 {
        clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
    assert_eq!(script.seen().len(), 1);
    clock.advance(Duration::from_secs(1));
    tasks.join_all().await;
    assert_eq!(script.seen().len(), 4);
}

#[tokio::test]
async fn a_hold_that_is_too_long_is_an_error_at_once() {
    let (outside, clock) = outside();
    let slot = slot(&outside, "https://graph.example.com");
    slot.hold(Duration::from_hours(2));
    let error = slot.exchange(Request::get("/x")).await.unwrap_err();
    assert_eq!(error.kind(), "throttled");
    assert!(clock.waits().is_empty());
}

#[tokio::test]
async fn bursts_of_5xx_back_off_and_end() {
    let server = Listener::start(|_, _| reply(503, &[], "busy")).await;
    let (outside, clock) = outside();
    let answer = slot(&outside, &server.url())
        .exchange(Request::get("/"))
        .await
        .unwrap();
    assert_eq!((answer.status, answer.attempts), (503, 10));
    let waits = clock.waits();
    assert_eq!(waits.len(), 9);
    assert!(waits.iter().all(|wait| *wait <= Duration::from_mins(1)));
    assert!(waits[8] > waits[0] * 10);
}

#[tokio::test]
async fn a_refused_connection_is_given_up_after_ten_seconds() {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let (outside, clock) = outside();
    let slot = slot(&outside, &format!("http://{address}"));
    let error = slot
        .exchange(Request::get("/secret?token=abc"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), "connect");
    assert_eq!(
        error.to_string(),
        format!("cannot connect to http://{address}: connection refused")
    );
    assert!(clock.uptime() <= Duration::from_secs(10));
    assert!(clock.waits().len() >= 3);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_ambiguous_and_sent_once() {
    let server = cut_off(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").await;
    let (outside, _) = outside();
    let slot = slot(&outside, &server.url());
    let write = Request::write(Method::Put, "/rest/user").with_body("application/json", "{}");
    let error = slot.exchange(write).await.unwrap_err();
    assert!(matches!(error, Error::Ambiguous { .. }), "{error}");
    assert_eq!(server.connections(), 1);

    let again = slot.exchange(Request::get("/rest/user")).await.unwrap_err();
    assert_eq!(again.kind(), "interrupted");
    assert_eq!(server.connections(), 11);
}

#[tokio::test]
async fn a_write_is_sent_again_after_429_but_not_after_502() {
    let server = Listener::start(|nth, _| match nth {
        1 => reply(429, &[("retry-after", "1")], ""),
        2 => reply(204, &[], ""),
        _ => reply(502, &[], ""),
    })
    .await;
    let (outside, _) = outside();
    let slot = slot(&outside, &server.url());
    let write = Request::write(Method::Post, "/x");
    assert_eq!(slot.exchange(write.clone()).await.unwrap().status, 204);
    assert_eq!(slot.exchange(write).await.unwrap_err().kind(), "ambiguous");
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_body_is_counted_after_decompression() {
    let bomb = gzip_stored(&vec![0; 3 * 1024 * 1024]);
    let server = Listener::start(move |_, request| {
        let mut reply = axum::response::Response::builder();
        if request.uri().path() == "/packed" {
            reply = reply.header("content-encoding", "gzip");
        }
        reply.body(bomb.clone().into()).unwrap()
    })
    .await;
    let (outside, _) = outside();
    let slot = slot(&outside, &server.url());
    for path in ["/packed", "/announced"] {
        let request = Request {
            body_bytes_max: 1024 * 1024,
            ..Request::get(path)
        };
        let error = slot.exchange(request).await.unwrap_err();
        assert_eq!(error.kind(), "too-large", "{path}");
    }
    let whole = slot.exchange(Request::get("/packed")).await.unwrap();
    assert_eq!(whole.body.len(), 3 * 1024 * 1024);
}

/// gzip with stored blocks (RFC 1952, RFC 1951 3.2.4): enough to see that it is unpacked.
fn gzip_stored(data: &[u8]) -> Vec<u8> {
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut blocks = data.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        packed.push(u8::from(blocks.peek().is_none()));
        let length = u16::try_from(block.len()).unwrap();
        packed.extend_from_slice(&length.to_le_bytes());
        packed.extend_from_slice(&(!length).to_le_bytes());
        packed.extend_from_slice(block);
    }
    let mut crc = !0_u32;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    packed.extend_from_slice(&(!crc).to_le_bytes());
    packed.extend_from_slice(&u32::try_from(data.len()).unwrap().to_le_bytes());
    packed
}

#[tokio::test]
async fn the_credential_and_our_name_are_added() {
    let server = Listener::start(|_, request| {
        let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
        let text = format!("{} | {}", header("authorization"), header("user-agent"));
        // The other way round: a credential that is said back does not arrive.
        reply(200, &[], &text.chars().rev().collect::<String>())
    })
    .await;
    let (outside, _) = outside();
    let credential = Credential::Basic {
        username: "svc-attune".to_owned(),
        password: Secret::from("s\u{e9}same:open"),
    };
    let spec = SlotSpec {
        address: server.url(),
        sign: Sign::with(&credential, None, None).unwrap(),
        ..SlotSpec::default()
    };
    let slot = Slot::open(&outside, spec.clone()).unwrap();
    let answer = slot.exchange(Request::get("/")).await.unwrap();
    let pair = base64::engine::general_purpose::STANDARD.encode("svc-attune:s\u{e9}same:open");
    let expected = format!("Basic {pair} | attune/{}", env!("CARGO_PKG_VERSION"));
    let text: String = String::from_utf8_lossy(&answer.body)
        .chars()
        .rev()
        .collect();
    assert_eq!(text, expected);
    assert_eq!(slot.credential_header(), Some("authorization"));
    for shown in [
        format!("{credential:?}"),
        format!("{spec:?}"),
        format!("{slot:?}"),
    ] {
        assert!(!shown.contains("same") && !shown.contains(&pair), "{shown}");
    }
}

/// A server that says something and hangs up.
struct CutOff {
    address: std::net::SocketAddr,
    count: Arc<std::sync::atomic::AtomicUsize>,
    _task: JoinSet<()>,
}

impl CutOff {
    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn connections(&self) -> usize {
        self.count.load(std::sync::atomic::Ordering::SeqCst)
    }
}

async fn cut_off(words: &'static [u8]) -> CutOff {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let mut task = JoinSet::new();
    task.spawn(async move {
        loop {
            let (mut stream, _) = socket.accept().await.unwrap();
            counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let mut request = [0; 4096];
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut request).await;
            stream.write_all(words).await.unwrap();
        }
    });
    CutOff {
        address,
        count,
        _task: task,
    }
}
