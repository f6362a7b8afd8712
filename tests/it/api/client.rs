//! A client of `/api/v1` that shows answers as they came.

use std::sync::{Arc, OnceLock};

use attune_server::access::tokens::{self, Wanted};
use attune_server::access::{Access, Options, Role};
use attune_server::api;
use attune_tests::service::TestService;
use attune_tests::{PLAIN, TestApp};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub(crate) const TOKEN: &str = "authorization: Bearer s3cret-of-the-hook\r\n";

/// A service behind its HTTP interface.
pub(crate) struct Api {
    address: String,
    /// The header of a token that may do everything.
    pub(crate) powers: String,
    pub(crate) stop: CancellationToken,
    _serving: JoinSet<std::io::Result<()>>,
}

/// An answer, taken apart.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Status line and headers, in lower case.
    pub(crate) head: String,
    pub(crate) body: Value,
}

pub(crate) async fn serve(service: &TestService, trigger: Option<&str>) -> Api {
    serve_at_most(service, trigger, Options::default().requests_per_minute).await
}

async fn serve_at_most(
    service: &TestService,
    trigger: Option<&str>,
    requests_per_minute: u32,
) -> Api {
    let host = service.service.pin().0;
    let options = Options {
        trigger: trigger.map(Into::into),
        requests_per_minute,
        ..Options::default()
    };
    let now_ms = host.clock.now().as_millisecond();
    let wanted = Wanted {
        name: format!("all-{}", host.store.tokens().await.unwrap().len()),
        role: Role::Admin,
        personal: true,
        connectors: None,
        days: 1,
    };
    let created = tokens::create(&host.store, wanted, ("a test", now_ms))
        .await
        .unwrap();
    let secret = created.secret.expose_secret();
    let powers = format!("authorization: Bearer {secret}\r\n");
    let access = Access::new(host.store, host.clock, options);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (begun, stop) = (Arc::new(OnceLock::new()), CancellationToken::new());
    assert!(begun.set(service.service.clone()).is_ok());
    let mut serving = JoinSet::new();
    serving.spawn(api::serve(listener, begun, access, stop.clone()));
    Api {
        address,
        powers,
        stop,
        _serving: serving,
    }
}

impl Api {
    /// Where it is: `http://127.0.0.1:PORT`.
    pub(crate) fn home(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        self.ask_bytes((method, path), headers, body.as_bytes())
            .await
    }

    async fn ask_bytes(&self, place: (&str, &str), headers: &str, body: &[u8]) -> Answer {
        let answer = self.exchange(place, headers, body).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer {
            status,
            head: head.to_ascii_lowercase(),
            body: serde_json::from_str(body).unwrap_or_default(),
        }
    }

    /// The whole answer as it came.
    async fn exchange(&self, (method, path): (&str, &str), headers: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: attune\r\nconnection: close\r\n{headers}\
             content-length: {length}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    /// Sends bytes with a token that may do everything; `METHOD path`.
    pub(crate) async fn send_bytes(&self, request: &str, headers: &str, body: &[u8]) -> Answer {
        let headers = format!("{}{headers}", self.powers);
        let place = request.split_once(' ').unwrap();
        self.ask_bytes(place, &headers, body).await
    }

    /// An answer that is no document, as it came; `METHOD path`.
    pub(crate) async fn text(&self, request: &str) -> String {
        let place = request.split_once(' ').unwrap();
        self.exchange(place, &self.powers, b"").await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        self.ask("POST", path, TOKEN, body).await
    }

    /// Reads with a token that may do everything.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &self.powers, "").await
    }

    /// Sends a body with a token that may do everything; `METHOD path`.
    pub(crate) async fn send(&self, request: &str, headers: &str, body: &str) -> Answer {
        let (method, path) = request.split_once(' ').unwrap();
        let headers = format!("{}{headers}", self.powers);
        self.ask(method, path, &headers, body).await
    }

    /// Asks with a token that may do everything; `METHOD path`.
    pub(crate) async fn all(&self, request: &str) -> Answer {
        let (method, path) = request.split_once(' ').unwrap();
        self.ask(method, path, &self.powers, "").await
    }
}

/// The same for somebody who asks without a pause.
pub(crate) async fn served_to_many(people: usize) -> (TestApp, TestService, Api) {
    let app = TestApp::tidy(people).await.unwrap();
    app.maps(PLAIN).unwrap();
    let service = app.serve_with(|_| {}).await.unwrap();
    let api = serve_at_most(&service, None, 10_000_000).await;
    (app, service, api)
}

pub(crate) async fn served(people: usize) -> (TestApp, TestService, Api) {
    let app = TestApp::tidy(people).await.unwrap();
    app.maps(PLAIN).unwrap();
    let service = app.serve_with(|_| {}).await.unwrap();
    let api = serve(&service, Some("s3cret-of-the-hook")).await;
    (app, service, api)
}

pub(crate) async fn end(service: TestService, api: Api) {
    api.stop.cancel();
    service.stop().await;
}
