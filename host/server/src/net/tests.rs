//! The way out against a real listener on loopback: what is repeated, what is waited for, what is
//! added to a request and what never leaves.

mod assertions;
mod links;
mod mail;
mod moved;
mod proxies;
mod redirects;
mod service_accounts;
mod slow;
mod strangers;
mod tls;
mod tokens;
mod wire;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request as Incoming;
use axum::response::Response as Reply;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{Options, Outside, Slot, SlotSpec};
use crate::clock::TestClock;

/// A server on loopback that answers from a function and counts what it was asked.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    _task: JoinSet<()>,
}

impl Listener {
    pub(crate) async fn start<F>(answer: F) -> Self
    where
        F: Fn(usize, &Incoming) -> Reply + Clone + Send + Sync + 'static,
    {
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&seen);
        let app = Router::new().fallback(move |request: Incoming| {
            let (log, answer) = (Arc::clone(&log), answer.clone());
            async move {
                let line = format!("{} {}", request.method(), request.uri());
                let nth = {
                    let mut log = log.lock().unwrap();
                    log.push(line);
                    log.len()
                };
                answer(nth, &request)
            }
        });
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let mut task = JoinSet::new();
        task.spawn(async move { axum::serve(socket, app).await.unwrap() });
        Self {
            address,
            seen,
            _task: task,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

pub(crate) fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

/// The real network under a clock that jumps over every wait.
pub(crate) fn outside() -> (Outside, Arc<TestClock>) {
    let clock = TestClock::skipping(noon());
    let outside = Outside::open(Options::default(), Arc::<TestClock>::clone(&clock), 7).unwrap();
    (outside, clock)
}

pub(crate) fn slot(outside: &Outside, address: &str) -> Slot {
    let spec = SlotSpec {
        address: address.to_owned(),
        ..SlotSpec::default()
    };
    Slot::open(outside, spec).unwrap()
}

pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut reply = Reply::builder().status(status);
    for (name, value) in headers {
        reply = reply.header(*name, *value);
    }
    reply.body(body.to_owned().into()).unwrap()
}
