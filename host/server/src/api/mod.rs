//! What the service answers over HTTP: whether it lives, whether it is ready, and what it counts.
//!
//! `/livez` answers 200 as soon as the process runs; `/readyz` answers 503 until everything in use
//! is compiled, and while no run could begin: the service ends, the database cannot be written, the
//! disk is full. `/api/v1` takes orders from whoever has the token.
//!
//! Deliberately not here: what an order means (`service`).

mod access;
mod metrics;
mod problem;
mod triggers;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRef, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::fault::Failure;
use crate::jobs::new_id;
use crate::service::Service;
pub use access::Access;
use problem::{Problem, Raised};

/// Largest body of a request.
const BODY_BYTES_MAX: usize = 1024 * 1024;
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
}

impl FromRef<Api> for Begun {
    fn from_ref(api: &Api) -> Self {
        Self::clone(&api.begun)
    }
}

/// Answers until `stop` is cancelled.
pub async fn serve(
    listener: TcpListener,
    begun: Begun,
    access: Access,
    stop: CancellationToken,
) -> std::io::Result<()> {
    axum::serve(listener, router(begun, access))
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
}

fn router(begun: Begun, access: Access) -> Router {
    let api = Api { begun, access };
    let orders = Router::new()
        .route(
            "/connectors/{name}/people/{key}/sync",
            post(triggers::person),
        )
        .route("/connectors/{name}/sync", post(triggers::connector))
        .route("/connectors/{name}/pause", post(triggers::pause))
        .route("/connectors/{name}/resume", post(triggers::resume))
        .route("/jobs/{id}", get(triggers::job))
        .route("/runs/{id}/cancel", post(triggers::cancel))
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(from_fn_with_state(api.clone(), guard));
    Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .nest("/api/v1", orders)
        .with_state(api)
}

/// Every order: it has an id, its sender has the token, and its body has an end.
async fn guard(State(api): State<Api>, request: Request, next: Next) -> Response {
    let id = request_id(&api, request.headers());
    let (parts, body) = request.into_parts();
    let mut answer = match api.access.check(&parts.headers) {
        Err(failure) => Problem(failure).answer(&id),
        Ok(()) => match to_bytes(body, BODY_BYTES_MAX).await {
            Err(_) => {
                let message = format!("the body has more than {BODY_BYTES_MAX} bytes");
                let problem = Problem(Failure::of("request", message));
                problem.answer_with(StatusCode::PAYLOAD_TOO_LARGE, &id)
            }
            Ok(body) => next.run(Request::from_parts(parts, Body::from(body))).await,
        },
    };
    if let Some(Raised(failure)) = answer.extensions_mut().remove::<Raised>() {
        let code = failure.code.clone();
        let message = failure.message.clone();
        answer = match answer.status() {
            status @ StatusCode::METHOD_NOT_ALLOWED => Problem(failure).answer_with(status, &id),
            _ => Problem(failure).answer(&id),
        };
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
    Problem(Failure::of(
        "no-such-route",
        "there is nothing at this address",
    ))
}

async fn no_method() -> Response {
    let mut answer = no_route().await.into_response();
    *answer.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    answer
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
