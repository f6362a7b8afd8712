//! Signing in by the organisation's own service: a whole sign-in, and everything that is none.
//!
//! The service is a stand-in on loopback that checks our side too: the client's secret, the redirect
//! address, and that the code comes with what its challenge was made of.

#![expect(
    clippy::indexing_slicing,
    reason = "clippy.toml allows it in tests; these functions serve nothing else"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use attune_server::access::oidc::Config;
use attune_server::access::{Access, Options, Role};
use attune_server::clock::{Clock, TestClock};
use attune_server::net::{self, Outside};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use url::Url;
use url::form_urlencoded;

use super::access::{Answer, Gate};

const SECRET: &str = "s3cret: of the client";

/// A sign-in service.
struct Service {
    issuer: String,
    state: Arc<Mutex<Signing>>,
    _serving: JoinSet<()>,
}

struct Signing {
    issuer: String,
    pair: EcdsaKeyPair,
    key_id: String,
    key_reads: usize,
    /// Nonce and challenge of each code.
    codes: BTreeMap<String, (String, String)>,
    /// What the next token says otherwise.
    changes: BTreeMap<String, Value>,
    now: i64,
}

type Shared = State<Arc<Mutex<Signing>>>;

fn pair() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
}

async fn describe(State(state): Shared) -> Json<Value> {
    let issuer = state.lock().unwrap().issuer.clone();
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize?tenant=1"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
    }))
}

async fn keys(State(state): Shared) -> Json<Value> {
    let mut state = state.lock().unwrap();
    state.key_reads += 1;
    let point = state.pair.public_key().as_ref();
    let text = |bytes| URL_SAFE_NO_PAD.encode(bytes);
    Json(json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": state.key_id,
        "x": text(&point[1..33]), "y": text(&point[33..]),
    }] }))
}

async fn token(State(state): Shared, headers: HeaderMap, RawForm(form): RawForm) -> Response {
    let form: BTreeMap<_, _> = form_urlencoded::parse(&form).into_owned().collect();
    let mut state = state.lock().unwrap();
    let encoded: String = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let basic = format!("Basic {}", STANDARD.encode(format!("attune:{encoded}")));
    let known = state.codes.remove(&form["code"]);
    let refused = |error: &str| {
        let body = Json(json!({ "error": error, "error_description": form["code"] }));
        (StatusCode::BAD_REQUEST, body).into_response()
    };
    if headers["authorization"] != basic.as_str() {
        return refused("invalid_client");
    }
    let Some((nonce, challenge)) = known else {
        return refused("invalid_grant");
    };
    let made = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
    let redirect = "https://attune.example.com/sign-in/oidc/return";
    if made != challenge || form["redirect_uri"] != redirect {
        return refused("invalid_grant");
    }
    let now = state.now;
    let mut claims = json!({
        "iss": state.issuer, "aud": "attune", "sub": "17", "nonce": nonce, "iat": now,
        "exp": now + 300, "preferred_username": "ada", "groups": ["attune-editors"],
    });
    for (name, value) in &state.changes {
        claims[name] = value.clone();
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({ "alg": "ES256", "kid": state.key_id });
    let text = format!("{}.{}", part(&header), part(&claims));
    let random = SystemRandom::new();
    let signature = state.pair.sign(&random, text.as_bytes()).unwrap();
    let token = format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));
    Json(json!({ "token_type": "Bearer", "access_token": "x", "id_token": token })).into_response()
}

impl Service {
    async fn start(now: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}/realm", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(Signing {
            issuer: issuer.clone(),
            pair: pair(),
            key_id: "1".to_owned(),
            key_reads: 0,
            codes: BTreeMap::new(),
            changes: BTreeMap::new(),
            now,
        }));
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(Arc::clone(&state));
        let router = Router::new().nest("/realm", routes);
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            issuer,
            state,
            _serving: serving,
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Signing) -> T) -> T {
        act(&mut self.state.lock().unwrap())
    }

    /// What the next tokens say otherwise.
    fn says(&self, name: &str, value: Value) {
        self.with(|state| state.changes = BTreeMap::from([(name.to_owned(), value)]));
    }
}

/// The gate with this service.
async fn gate(config: impl FnOnce(&mut Config)) -> (Gate, Service) {
    let clock = TestClock::at("2026-11-23T08:00:00Z".parse().unwrap());
    let service = Service::start(clock.now().as_second()).await;
    let mut of = Config {
        issuer: service.issuer.clone(),
        client_id: "attune".to_owned(),
        client_secret: SECRET.into(),
        address: "https://attune.example.com/".to_owned(),
        scopes: vec!["profile".to_owned()],
        roles_claim: "groups".to_owned(),
        roles: vec![("attune-editors".to_owned(), Role::Editor)],
        personal: vec!["hr".to_owned()],
        ca_file: None,
    };
    config(&mut of);
    let outside = Outside::open(net::Options::default(), clock, 1).unwrap();
    let options = Options {
        oidc: Some((of, outside)),
        ..Options::default()
    };
    (Gate::with(options).await, service)
}

/// A browser on its way back.
struct Browser {
    cookie: String,
    state: String,
    code: String,
}

/// Goes to the service and signs in there.
async fn leave(gate: &Gate, service: &Service) -> Browser {
    let answer = gate.ask("GET /sign-in/oidc", "", "").await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let set = answer.header("set-cookie").unwrap();
    assert!(
        set.contains("SameSite=Lax") && set.contains("HttpOnly"),
        "{set}"
    );
    let cookie = set.split(';').next().unwrap();
    let location = Url::parse(answer.header("location").unwrap()).unwrap();
    assert!(
        location
            .as_str()
            .starts_with(&format!("{}/authorize?tenant=1&", service.issuer))
    );
    let asked: BTreeMap<_, _> = location.query_pairs().into_owned().collect();
    assert_eq!(
        (asked["response_type"].as_str(), asked["scope"].as_str()),
        ("code", "openid profile")
    );
    assert_eq!(asked["code_challenge_method"], "S256");
    let code = format!("code-{}", asked["state"]);
    let kept = (asked["nonce"].clone(), asked["code_challenge"].clone());
    service.with(|state| state.codes.insert(code.clone(), kept));
    Browser {
        cookie: format!("cookie: {cookie}\r\n"),
        state: asked["state"].clone(),
        code,
    }
}

impl Browser {
    async fn comes_back(&self, gate: &Gate) -> Answer {
        let line = format!(
            "GET /sign-in/oidc/return?state={}&code={}",
            self.state, self.code
        );
        gate.ask(&line, &self.cookie, "").await
    }
}

fn session(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{answer:?}");
    let lines = answer
        .head
        .lines()
        .filter_map(|line| line.strip_prefix("set-cookie: "));
    let set = lines.map(|line| line.split(';').next().unwrap());
    let set = set
        .filter(|pair| !pair.contains("-away="))
        .collect::<Vec<_>>();
    assert_eq!(set.len(), 1, "{answer:?}");
    format!("cookie: {}\r\n", set[0])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_in_at_the_organisation_s_service_has_the_role_of_their_groups() {
    let (gate, service) = gate(|_| {}).await;
    let answer = leave(&gate, &service).await.comes_back(&gate).await;
    let ada = session(&answer);
    assert_eq!(
        answer.header("refresh"),
        Some("0;url=/"),
        "the cookie is strict: {answer:?}"
    );
    let seen = gate.ask("GET /api/v1/session", &ada, "").await;
    assert_eq!(
        (&seen.body["name"], &seen.body["kind"]),
        (&"ada".into(), &"oidc".into())
    );
    assert_eq!(
        (&seen.body["role"], &seen.body["personal"]),
        (&"editor".into(), &false.into())
    );
    let tokens = gate.ask("GET /api/v1/tokens", &ada, "").await;
    assert_eq!(tokens.status, 403);
    service.says("groups", json!(["attune-editors", "hr"]));
    let answer = leave(&gate, &service).await.comes_back(&gate).await;
    let seen = gate.ask("GET /api/v1/session", &session(&answer), "").await;
    assert_eq!(seen.body["personal"], true);
    let log = gate.store.audit_log(5, 0).await.unwrap();
    assert_eq!(
        (log[0].who.as_str(), log[0].what.as_str()),
        ("oidc:ada", "sign-in")
    );
    assert_eq!(service.with(|state| state.key_reads), 1, "keys are kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_counts_once_in_the_browser_that_asked_and_within_ten_minutes() {
    let (gate, service) = gate(|_| {}).await;
    let once = leave(&gate, &service).await;
    assert_eq!(once.comes_back(&gate).await.status, 200);
    let refused = |answer: &Answer| (answer.status, answer.code().to_owned());
    let expected = (403, "sign-in-refused".to_owned());
    assert_eq!(refused(&once.comes_back(&gate).await), expected, "twice");
    let mut other = leave(&gate, &service).await;
    other.cookie = leave(&gate, &service).await.cookie;
    assert_eq!(
        refused(&other.comes_back(&gate).await),
        expected,
        "another browser"
    );
    let mut none = leave(&gate, &service).await;
    none.cookie.clear();
    assert_eq!(
        refused(&none.comes_back(&gate).await),
        expected,
        "no browser of ours"
    );
    let mut made_up = leave(&gate, &service).await;
    made_up.state.push('x');
    assert_eq!(
        refused(&made_up.comes_back(&gate).await),
        expected,
        "made up"
    );
    let late = leave(&gate, &service).await;
    gate.clock.advance(Duration::from_mins(10));
    assert_eq!(refused(&late.comes_back(&gate).await), expected, "too late");
    let denied = leave(&gate, &service).await;
    let line = format!(
        "GET /sign-in/oidc/return?state={}&error=access_denied",
        denied.state
    );
    assert_eq!(
        refused(&gate.ask(&line, &denied.cookie, "").await),
        expected,
        "denied"
    );
    let mixed = leave(&gate, &service).await;
    let line = format!(
        "GET /sign-in/oidc/return?state={}&code={}&iss=https://evil.example.com",
        mixed.state, mixed.code
    );
    assert_eq!(
        refused(&gate.ask(&line, &mixed.cookie, "").await),
        expected,
        "mixed up"
    );
    // A code of somebody else's sign-in: its challenge is another one.
    let (mut mine, theirs) = (leave(&gate, &service).await, leave(&gate, &service).await);
    mine.code = theirs.code;
    let injected = mine.comes_back(&gate).await;
    assert_eq!(
        refused(&injected),
        (502, "sign-in-service".to_owned()),
        "{injected:?}"
    );
    assert!(
        !injected.body.to_string().contains(&mine.code),
        "{injected:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_for_others_of_another_time_or_without_a_role_lets_nobody_in() {
    let (gate, service) = gate(|_| {}).await;
    for (name, value, code) in [
        ("iss", json!("https://evil.example.com"), "sign-in-refused"),
        ("aud", json!("other"), "sign-in-refused"),
        ("nonce", json!("other"), "sign-in-refused"),
        ("exp", json!(1), "sign-in-refused"),
        ("groups", json!(["other"]), "forbidden"),
        ("groups", json!(null), "forbidden"),
    ] {
        service.says(name, value.clone());
        let answer = leave(&gate, &service).await.comes_back(&gate).await;
        assert_eq!(
            (answer.status, answer.code()),
            (403, code),
            "{name} {value}"
        );
        assert_eq!(answer.header("set-cookie"), None);
    }
    assert!(gate.store.sessions().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_of_the_service_is_asked_for_once_and_a_stranger_s_is_not_believed() {
    let (gate, service) = gate(|_| {}).await;
    let known = leave(&gate, &service).await;
    // The same name, another key.
    let own = service.with(|state| std::mem::replace(&mut state.pair, pair()));
    let forged = known.comes_back(&gate).await;
    assert_eq!(forged.code(), "sign-in-refused", "{forged:?}");
    service.with(|state| state.pair = own);
    assert_eq!(
        leave(&gate, &service).await.comes_back(&gate).await.status,
        200
    );
    service.with(|state| {
        state.pair = pair();
        "2".clone_into(&mut state.key_id);
    });
    gate.clock.advance(Duration::from_mins(1));
    assert_eq!(
        leave(&gate, &service).await.comes_back(&gate).await.status,
        200
    );
    assert_eq!(service.with(|state| state.key_reads), 2);
    service.with(|state| "3".clone_into(&mut state.key_id));
    for _ in 0..3 {
        let unknown = leave(&gate, &service).await.comes_back(&gate).await;
        assert_eq!(unknown.code(), "sign-in-refused", "{unknown:?}");
    }
    assert_eq!(
        service.with(|state| state.key_reads),
        2,
        "not again within a minute"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_not_the_one_of_the_settings_is_not_gone_to() {
    let (gate, _service) = gate(|config| config.issuer.push('/')).await;
    let answer = gate.ask("GET /sign-in/oidc", "", "").await;
    assert_eq!(
        (answer.status, answer.code()),
        (502, "sign-in-service"),
        "{answer:?}"
    );
    let off = Gate::open().await;
    let answer = off.ask("GET /sign-in/oidc", "", "").await;
    assert_eq!((answer.status, answer.code()), (404, "no-such-route"));
    let is_set: fn(&Access) -> bool = Access::has_oidc;
    assert!(is_set(&gate.access) && !is_set(&off.access));
}
