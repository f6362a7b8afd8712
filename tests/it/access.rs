//! Who may what over HTTP: routes that say what they need, roles, API tokens, headers, rates.
//!
//! The API is served on loopback with a clock that the test moves; no service is begun, since the gate
//! stands before it. Signing in and sessions are in `sign_in`.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use attune_server::access::tokens::{self, Wanted};
use attune_server::access::{self, Access, Needs, Options, Principal, Role, Routes};
use attune_server::api;
use attune_server::clock::{Clock, TestClock};
use attune_server::store::Store;
use attune_tests::TestApp;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The gate and the API behind it, on loopback.
pub(crate) struct Gate {
    pub(crate) access: Access,
    pub(crate) store: Store,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) address: String,
    pub(crate) folder: TempDir,
    _serving: JoinSet<()>,
}

/// An answer, taken apart.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        let code = self.body.get("code").and_then(Value::as_str);
        code.unwrap_or_default()
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }
}

impl Gate {
    pub(crate) async fn open() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let clock = TestClock::at("2026-11-23T08:00:00Z".parse().unwrap());
        let access = Access::new(store.clone(), Arc::<TestClock>::clone(&clock), options);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mut serving = JoinSet::new();
        let begun = Arc::new(OnceLock::new());
        let (gate, stop) = (access.clone(), CancellationToken::new());
        serving.spawn(async move { api::serve(listener, begun, gate, stop).await.unwrap() });
        Self {
            access,
            store,
            clock,
            address,
            folder,
            _serving: serving,
        }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// A request with these header lines, each with its line end.
    pub(crate) async fn ask(&self, line: &str, headers: &str, body: &str) -> Answer {
        ask(&self.address, line, headers, body).await
    }

    /// The header line of a new token.
    async fn token(&self, role: Role, change: impl FnOnce(&mut Wanted)) -> String {
        let mut wanted = Wanted {
            name: format!("{role}-{}", self.store.tokens().await.unwrap().len()),
            role,
            personal: false,
            connectors: None,
            days: 90,
        };
        change(&mut wanted);
        let made = tokens::create(&self.store, wanted, ("cli:test", self.now_ms())).await;
        bearer(made.unwrap().secret.expose_secret())
    }
}

fn bearer(token: &str) -> String {
    format!("authorization: Bearer {token}\r\n")
}

async fn ask(address: &str, line: &str, headers: &str, body: &str) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let host = if headers.contains("host: ") {
        String::new()
    } else {
        format!("host: {address}\r\n")
    };
    let request = format!(
        "{line} HTTP/1.1\r\n{host}connection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: serde_json::from_str(body).unwrap_or_default(),
    }
}

#[derive(Clone)]
struct Guarded {
    access: Access,
    table: Arc<access::Table>,
}

async fn guard(State(at): State<Guarded>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let admitted = at
        .access
        .admit(&at.table, &mut parts, |word| Some(word.to_owned()))
        .await;
    match admitted {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) => (refusal.status, refusal.failure.code).into_response(),
    }
}

async fn nothing() -> StatusCode {
    StatusCode::NOT_FOUND
}

async fn who(principal: Option<Principal>) -> String {
    principal.map_or_else(String::new, |principal| principal.who())
}

/// Routes of every kind, and one that somebody forgot to declare.
async fn guarded(gate: &Gate, serving: &mut JoinSet<()>) -> String {
    let routes = Routes::<()>::below("/x")
        .get("/open", Needs::ANYBODY, who)
        .get("/look", Needs::LOOK, who)
        .get("/operate", Needs::OPERATE, who)
        .get("/edit", Needs::EDIT, who)
        .get("/administer", Needs::ADMINISTER, who)
        .get("/people", Needs::LOOK.personal(), who)
        .get("/of/{name}/it", Needs::LOOK.of_connector(), who)
        .get("/own", Needs::LOOK.sorts_out(), who)
        .get("/trigger", Needs::OPERATE.by_trigger(), who);
    let (router, table) = routes.into_parts();
    let state = Guarded {
        access: gate.access.clone(),
        table: Arc::new(table),
    };
    let router: Router = router
        .route("/forgotten", get(who))
        .route("/look", post(who))
        .fallback(nothing)
        .layer(from_fn_with_state(state, guard));
    let router = Router::new().nest("/x", router);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_route_whose_needs_nobody_declared_answers_nobody() {
    let gate = Gate::open().await;
    let mut serving = JoinSet::new();
    let address = guarded(&gate, &mut serving).await;
    let admin = gate
        .token(Role::Admin, |wanted| wanted.personal = true)
        .await;
    // Neither a forgotten path nor a forgotten method of a path.
    for (line, status) in [("GET /x/forgotten", 403), ("POST /x/look", 405)] {
        let answer = ask(&address, line, &admin, "").await;
        assert_eq!(answer.status, status, "{line}: {answer:?}");
        let answer = ask(&address, line, "", "").await;
        assert_eq!(answer.status, 401, "{line}: {answer:?}");
    }
    assert_eq!(ask(&address, "GET /x/look", &admin, "").await.status, 200);
    assert_eq!(ask(&address, "HEAD /x/look", &admin, "").await.status, 200);
    assert_eq!(
        ask(&address, "GET /x/elsewhere", &admin, "").await.status,
        404
    );
    assert_eq!(ask(&address, "GET /x/elsewhere", "", "").await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_role_may_what_those_before_it_may_and_no_more() {
    let gate = Gate::with(Options {
        trigger: Some("of-the-hook".into()),
        ..Options::default()
    })
    .await;
    let mut serving = JoinSet::new();
    let address = guarded(&gate, &mut serving).await;
    let paths = ["open", "look", "operate", "edit", "administer"];
    for (at, role) in Role::ALL.into_iter().enumerate() {
        let token = gate.token(role, |_| {}).await;
        for (needed, path) in paths.iter().enumerate() {
            let answer = ask(&address, &format!("GET /x/{path}"), &token, "").await;
            let expected = if needed <= at + 1 { 200 } else { 403 };
            assert_eq!(answer.status, expected, "{role} {path}: {answer:?}");
        }
        // Seeing values of people is a right of its own.
        assert_eq!(ask(&address, "GET /x/people", &token, "").await.status, 403);
        let sees = gate.token(role, |wanted| wanted.personal = true).await;
        assert_eq!(ask(&address, "GET /x/people", &sees, "").await.status, 200);
    }
    // The token of log-in hooks does what is declared for it, and nothing else.
    let hook = bearer("of-the-hook");
    for path in ["look", "operate", "people", "own", "administer"] {
        let answer = ask(&address, &format!("GET /x/{path}"), &hook, "").await;
        assert_eq!(answer.status, 403, "{path}");
    }
    assert_eq!(ask(&address, "GET /x/trigger", &hook, "").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_for_some_connectors_reaches_no_other() {
    let gate = Gate::open().await;
    let mut serving = JoinSet::new();
    let address = guarded(&gate, &mut serving).await;
    let one = gate
        .token(Role::Admin, |wanted| {
            wanted.connectors = Some(vec!["a b".to_owned()]);
        })
        .await;
    for (path, expected) in [
        ("of/a%20b/it", 200),
        ("of/a%2520b/it", 403),
        ("of/a+b/it", 403),
        ("of/other/it", 403),
        ("own", 200),
        ("look", 403),
        ("administer", 403),
    ] {
        let answer = ask(&address, &format!("GET /x/{path}"), &one, "").await;
        assert_eq!(answer.status, expected, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_ends_with_its_time_and_when_it_is_revoked() {
    let gate = Gate::open().await;
    let day = gate.token(Role::Viewer, |wanted| wanted.days = 1).await;
    let asked = async |token: &str| gate.ask("GET /api/v1/session", token, "").await;
    let seen = asked(&day).await;
    assert_eq!(
        (seen.status, &seen.body["role"]),
        (200, &"viewer".into()),
        "{seen:?}"
    );
    assert_eq!(
        (&seen.body["kind"], &seen.body["personal"]),
        (&"token".into(), &false.into())
    );
    let used = gate.store.tokens().await.unwrap()[0].used_ms;
    assert_eq!(used, Some(gate.now_ms()));
    // Its use is written down at most once a minute.
    gate.clock.advance(Duration::from_secs(59));
    assert_eq!(asked(&day).await.status, 200);
    assert_eq!(gate.store.tokens().await.unwrap()[0].used_ms, used);
    gate.clock.advance(Duration::from_mins(24 * 60 - 1));
    assert_eq!(asked(&day).await.status, 200);
    assert_ne!(gate.store.tokens().await.unwrap()[0].used_ms, used);
    gate.clock.advance(Duration::from_secs(1));
    let over = asked(&day).await;
    assert_eq!((over.status, over.code()), (401, "token"), "{over:?}");
    let other = gate
        .token(Role::Operator, |wanted| "one".clone_into(&mut wanted.name))
        .await;
    assert_eq!(asked(&other).await.status, 200);
    tokens::revoke(&gate.store, "one").await.unwrap();
    assert_eq!(asked(&other).await.status, 401);
    let twice = tokens::revoke(&gate.store, "one").await;
    assert_eq!(twice.unwrap_err().code, "no-such-token");
    for wrong in ["attune_", "attune_x", "x", ""] {
        assert_eq!(asked(&bearer(wrong)).await.status, 401, "{wrong}");
    }
    assert_eq!(asked("authorization: Basic eDp5\r\n").await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_makes_lists_and_ends_tokens_over_the_api_and_nobody_gives_what_they_lack()
{
    let gate = Gate::open().await;
    let admin = gate.token(Role::Admin, |_| {}).await;
    let create = "POST /api/v1/tokens";
    let made = gate
        .ask(
            create,
            &admin,
            r#"{"name":"ci","role":"operator","days":30}"#,
        )
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    let token = made.body["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("attune_") && token.len() == 50);
    assert_eq!(made.body["expires"], "2026-12-23T08:00:00Z");
    let ci = bearer(&token);
    assert_eq!(
        gate.ask("GET /api/v1/session", &ci, "").await.body["name"],
        "ci"
    );
    for (body, status, code) in [
        (r#"{"name":"ci","role":"viewer"}"#, 409, "token-exists"),
        (
            r#"{"name":"p","role":"viewer","personal":true}"#,
            403,
            "forbidden",
        ),
        (r#"{"name":"p","role":"root"}"#, 400, "request"),
        (r#"{"name":"p q","role":"viewer"}"#, 400, "request"),
        (r#"{"name":"p","role":"viewer","days":367}"#, 400, "request"),
        (r#"{"name":"p","role":"viewer","days":0}"#, 400, "request"),
        (r#"{"name":"p","rule":"viewer"}"#, 400, "request"),
    ] {
        let refused = gate.ask(create, &admin, body).await;
        assert_eq!((refused.status, refused.code()), (status, code), "{body}");
    }
    for line in [
        "GET /api/v1/tokens",
        "POST /api/v1/tokens",
        "GET /api/v1/sessions",
    ] {
        let refused = gate.ask(line, &ci, "{}").await;
        assert_eq!(
            (refused.status, refused.code()),
            (403, "forbidden"),
            "{line}"
        );
    }
    let listed = gate.ask("GET /api/v1/tokens", &admin, "").await;
    assert_eq!(listed.body["tokens"].as_array().unwrap().len(), 2);
    assert!(!listed.body.to_string().contains(&token));
    let ended = gate.ask("DELETE /api/v1/tokens/ci", &admin, "").await;
    assert_eq!(ended.status, 204, "{ended:?}");
    assert_eq!(gate.ask("GET /api/v1/session", &ci, "").await.status, 401);
    let log = gate.store.audit_log(10, 0).await.unwrap();
    let acts: Vec<_> = log
        .iter()
        .map(|one| (one.what.as_str(), one.object.as_str()))
        .collect();
    assert_eq!(acts, [("token-revoke", "ci"), ("token-create", "ci")]);
    assert_eq!(log[0].who, "token:admin-0");
    assert_eq!(log[1].detail, "operator, 30 days");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_has_the_headers_that_bind_a_browser() {
    let gate = Gate::open().await;
    let table = api::table();
    let mut lines: Vec<String> = table
        .routes()
        .map(|(method, path, _)| format!("{method} {}", path.replace(['{', '}'], "")))
        .collect();
    assert!(lines.len() > 15, "{lines:?}");
    lines.push("GET /elsewhere".to_owned());
    lines.push("GET /api/v1/elsewhere".to_owned());
    lines.push("PATCH /api/v1/session".to_owned());
    for line in lines {
        let answer = gate.ask(&line, "", "").await;
        for (name, value) in access::HEADERS {
            assert_eq!(answer.header(name), Some(value), "{line}: {answer:?}");
        }
        assert_eq!(answer.header("strict-transport-security"), None, "{line}");
        if line.contains("/api/") {
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{line}");
            assert!(answer.header("x-request-id").is_some(), "{line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_browser_that_came_by_tls_is_told_to_come_so() {
    let gate = Gate::with(Options {
        proxies: vec!["127.0.0.0/8".parse().unwrap()],
        ..Options::default()
    })
    .await;
    let by = async |proto: &str| {
        let header = format!("x-forwarded-proto: {proto}\r\n");
        let answer = gate.ask("GET /livez", &header, "").await;
        answer
            .header("strict-transport-security")
            .map(str::to_owned)
    };
    assert_eq!(by("https").await.as_deref(), Some("max-age=31536000"));
    assert_eq!(by("http").await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_without_a_token_gets_anything_but_what_is_declared_open() {
    let gate = Gate::open().await;
    for (method, path, _) in api::table().routes() {
        let line = format!("{method} {}", path.replace(['{', '}'], ""));
        let own = "sec-fetch-site: same-origin\r\n";
        let answer = gate.ask(&line, own, "{}").await;
        // Forms that refuse in words of their own: `console::doors`.
        if matches!(path, "/sign-in" | "/first-use") {
            continue;
        }
        let open = ["/livez", "/readyz", "/metrics"].contains(&path)
            || line.ends_with("POST /api/v1/session")
            || path == "/api/v1/set-up"
            || path.starts_with("/assets/")
            || path.starts_with("/sign-in/");
        let place = answer.header("location").unwrap_or_default();
        let is_sent_away = answer.status == 303 && place.starts_with("/sign-in");
        let is_refused =
            is_sent_away || matches!(answer.status, 401 | 403) && answer.code() != "set-up-code";
        assert_eq!(is_refused, !open, "{line}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_too_often_is_told_when_to_ask_again() {
    let gate = Gate::with(Options {
        requests_per_minute: 10,
        trigger: Some("of-the-hook".into()),
        ..Options::default()
    })
    .await;
    let (one, other) = (
        gate.token(Role::Viewer, |_| {}).await,
        gate.token(Role::Viewer, |_| {}).await,
    );
    let asked = async |token: &str| gate.ask("GET /api/v1/session", token, "").await;
    for _ in 0..10 {
        assert_eq!(asked(&one).await.status, 200);
    }
    let refused = asked(&one).await;
    assert_eq!((refused.status, refused.code()), (429, "too-many-requests"));
    assert_eq!(refused.header("retry-after"), Some("6"));
    assert_eq!(asked(&other).await.status, 200);
    gate.clock.advance(Duration::from_secs(6));
    assert_eq!(asked(&one).await.status, 200);
    // An address has four times as much, whoever asks from there, and whatever they send.
    let mut answered = 0;
    while asked("authorization: Bearer attune_guess\r\n").await.status == 401 {
        answered += 1;
        assert!(answered < 100);
    }
    assert_eq!(asked(&other).await.status, 429);
    let probe = gate.ask("GET /livez", "", "").await;
    assert_eq!(probe.status, 200, "probes are not counted");
    let hook = bearer("of-the-hook");
    let job = gate.ask("GET /api/v1/jobs/1", &hook, "").await;
    assert_eq!(
        job.status, 503,
        "hooks are heard, and there is no service: {job:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_for_one_connector_starts_that_one_by_either_name() {
    let app = TestApp::tidy(2).await.unwrap();
    app.maps(attune_tests::PLAIN).unwrap();
    let service = app.serve_with(|_| {}).await.unwrap();
    let host = service.service.pin().0;
    let access = Access::new(
        host.store.clone(),
        Arc::clone(&host.clock),
        Options::default(),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (begun, stop) = (Arc::new(OnceLock::new()), CancellationToken::new());
    assert!(begun.set(service.service.clone()).is_ok());
    let mut serving = JoinSet::new();
    serving.spawn(api::serve(listener, begun, access, stop.clone()));
    let made = async |name: &str, connector: &str| {
        let wanted = Wanted {
            name: name.to_owned(),
            role: Role::Operator,
            personal: false,
            connectors: Some(vec![connector.to_owned()]),
            days: 1,
        };
        let now_ms = host.clock.now().as_millisecond();
        let made = tokens::create(&host.store, wanted, ("cli:test", now_ms)).await;
        bearer(made.unwrap().secret.expose_secret())
    };
    let (own, other) = (made("own", "demo").await, made("other", "elsewhere").await);
    let sync = "POST /api/v1/connectors/demo/sync?wait=30";
    let done = ask(&address, sync, &own, "").await;
    assert_eq!(done.status, 200, "{done:?}");
    let refused = ask(&address, sync, &other, "").await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    let job = format!("GET /api/v1/jobs/{}", done.body["id"].as_str().unwrap());
    assert_eq!(ask(&address, &job, &own, "").await.status, 200);
    assert_eq!(ask(&address, &job, &other, "").await.status, 404);
    let pause = ask(&address, "POST /api/v1/connectors/demo/pause", &own, "").await;
    assert_eq!(pause.status, 200, "{pause:?}");
    let pause = host.store.paused("demo").await.unwrap().unwrap();
    assert_eq!(pause.by, "token:own");
    stop.cancel();
    service.stop().await;
}

#[test]
fn statuses_are_those_of_http() {
    let refusal = access::Refusal {
        failure: attune_server::fault::Failure::of("too-many-requests", ""),
        status: StatusCode::TOO_MANY_REQUESTS,
        retry_after: Some(Duration::from_millis(1_001)),
    };
    assert_eq!(refusal.retry_after_seconds(), Some(2), "never too early");
}
