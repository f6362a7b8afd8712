//! What the service answers over HTTP: whether it lives, whether it is ready, and what it counts.
//!
//! `/livez` answers 200 as soon as the process runs; `/readyz` answers 503 until everything in use
//! is compiled, and while no run could begin: the service ends, the database cannot be written, the
//! disk is full. `/api/v1` takes orders from whoever may give them.
//!
//! Invariant: every route says what it needs, and passes the gate of `access`.
//!
//! Deliberately not here: what an order means (`service`), who somebody is (`access`).

mod ask;
mod changes;
mod document;
mod events;
mod files;
mod looks;
mod metrics;
mod people;
mod pinned;
mod plugins;
mod problem;
mod routes;
mod runs;
mod sessions;
mod sources;
mod standing;
mod tokens;
mod triggers;
mod unsaved;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use axum::body::{Body, to_bytes};
use axum::extract::{FromRef, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::access::{self, Access, Needs, Routes, Table};
use crate::console;
use crate::fault::Failure;
use crate::jobs::new_id;
use crate::service::Service;
use problem::{Problem, Raised};

/// The most that is read of somebody else's refusal.
const REFUSAL_BYTES_MAX: usize = 4096;
/// The header of a request's id, in and out.
const REQUEST_ID: &str = "x-request-id";
/// Longest id that somebody else gave a request.
const REQUEST_ID_CHARS_MAX: usize = 64;

/// The service, once it has begun.
pub type Begun = Arc<OnceLock<Service>>;

#[derive(Clone)]
struct Api {
    begun: Begun,
    access: Access,
    table: Arc<Table>,
}

impl FromRef<Api> for Begun {
    fn from_ref(api: &Api) -> Self {
        Self::clone(&api.begun)
    }
}

impl FromRef<Api> for Access {
    fn from_ref(api: &Api) -> Self {
        api.access.clone()
    }
}

/// Answers until `stop` is cancelled.
pub async fn serve(
    listener: TcpListener,
    begun: Begun,
    access: Access,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let router = router(begun, access).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
}

/// Every route and what it needs, for tests that try each.
pub fn table() -> Table {
    let (_, table) = routes::orders();
    let (_, others) = others().into_parts();
    table.and(others).and(console::table())
}

/// What is answered below `/api/v1`, as an OpenAPI document: the text that `attune openapi` prints.
pub fn document() -> String {
    let (orders, _) = routes::orders();
    let mut document = serde_json::to_value(orders.into_openapi()).unwrap_or_default();
    routes::in_order(&mut document);
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn others() -> Routes<Api> {
    Routes::below("")
        .get("/livez", Needs::PROBE, livez)
        .get("/readyz", Needs::PROBE, readyz)
        .get("/metrics", Needs::PROBE, metrics)
        .get("/sign-in/link/{link}", Needs::ANYBODY, sessions::by_link)
        .get("/sign-in/oidc", Needs::ANYBODY, sessions::to_oidc)
        .get(access::oidc::RETURN, Needs::ANYBODY, sessions::from_oidc)
}

fn router(begun: Begun, access: Access) -> Router {
    let (orders, table) = routes::orders();
    let (others, more) = others().into_parts();
    let (orders, described) = orders.split_for_parts();
    let pages = console::router(Begun::clone(&begun), access.clone());
    let api = Api {
        begun,
        access: access.clone(),
        table: Arc::new(table.and(more)),
    };
    let document = async move || Json(described);
    let orders = orders
        .route("/openapi.json", get(document))
        .fallback(no_route)
        .method_not_allowed_fallback(no_route)
        .layer(from_fn_with_state(api.clone(), guard));
    let others = others.route_layer(from_fn_with_state(api.clone(), guard));
    others
        .nest("/api/v1", orders)
        .with_state(api)
        .merge(pages)
        .layer(from_fn_with_state(access, access::protect))
}

/// Every request: it has an id, its sender may send it, and its body has an end.
async fn guard(State(api): State<Api>, request: Request, next: Next) -> Response {
    let id = request_id(&api, request.headers());
    let (mut parts, body) = request.into_parts();
    let id_of = |word: &str| {
        let found = api.begun.get()?.connector(word)?;
        Some(found.connector.id.clone())
    };
    let body_bytes = api.table.body_bytes(&parts);
    let mut answer = match api.access.admit(&api.table, &mut parts, id_of).await {
        Err(refusal) => Problem::refused(&refusal, &id),
        Ok(()) => match to_bytes(body, body_bytes).await {
            Err(_) => {
                let message = format!("the body has more than {body_bytes} bytes");
                let problem = Problem::from(Failure::of("request", message));
                problem
                    .with_status(StatusCode::PAYLOAD_TOO_LARGE)
                    .answer(&id)
            }
            Ok(body) => next.run(Request::from_parts(parts, Body::from(body))).await,
        },
    };
    if is_bare(&answer) {
        answer = said(answer).await.into_response();
    }
    if let Some(Raised(problem)) = answer.extensions_mut().remove::<Raised>() {
        let code = problem.failure.code.clone();
        let message = problem.failure.message.clone();
        answer = problem.answer(&id);
        if answer.status().is_server_error() {
            tracing::error!(request.id = id, code, "a request failed: {message}");
        }
    }
    let headers = answer.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Whether something refused a request before a handler of ours saw it: its words are plain text.
fn is_bare(answer: &Response) -> bool {
    let kind = answer.headers().get(header::CONTENT_TYPE);
    let is_text = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    answer.status().is_client_error() && is_text
}

/// The same as a problem document.
async fn said(answer: Response) -> Problem {
    let status = answer.status();
    let words = to_bytes(answer.into_body(), REFUSAL_BYTES_MAX).await;
    let words = words.unwrap_or_default();
    let message = String::from_utf8_lossy(&words).into_owned();
    Problem::from(Failure::of("request", message)).with_status(status)
}

/// The id that the sender gave, where it is fit to be shown; else one of ours.
fn request_id(api: &Api, headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let is_fit = |id: &&str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        !id.is_empty() && id.len() <= REQUEST_ID_CHARS_MAX && id.chars().all(is_plain)
    };
    match (given.filter(is_fit), api.begun.get()) {
        (Some(id), _) => id.to_owned(),
        (None, Some(service)) => new_id(service.pin().0.clock.as_ref()),
        (None, None) => "starting".to_owned(),
    }
}

async fn no_route() -> Problem {
    Problem::from(Failure::of(
        "no-such-route",
        "there is nothing at this address",
    ))
}

async fn livez() -> Response {
    plain(StatusCode::OK, "ok")
}

async fn readyz(State(begun): State<Begun>) -> Response {
    let reason = match begun.get() {
        Some(service) => service.why_not_ready().await,
        None => Some("starting".to_owned()),
    };
    match reason {
        None => plain(StatusCode::OK, "ready"),
        Some(reason) => plain(StatusCode::SERVICE_UNAVAILABLE, &reason),
    }
}

async fn metrics(State(begun): State<Begun>) -> Response {
    match begun.get() {
        Some(service) => {
            let headers = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
            (StatusCode::OK, headers, metrics::page(service).await).into_response()
        }
        None => plain(StatusCode::SERVICE_UNAVAILABLE, "starting"),
    }
}

fn plain(status: StatusCode, word: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, format!("{word}\n")).into_response()
}
