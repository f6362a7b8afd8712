//! What the service answers over HTTP: whether it lives, whether it is ready, and what it counts.
//!
//! `/livez` answers 200 as soon as the process runs; `/readyz` answers 503 until everything in use
//! is compiled, and again while the service ends. Deliberately not here yet: the API proper.

mod metrics;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::service::Service;

/// The service, once it has begun.
pub type Begun = Arc<OnceLock<Service>>;

/// Answers until `stop` is cancelled.
pub async fn serve(
    listener: TcpListener,
    begun: Begun,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let router = Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(begun);
    axum::serve(listener, router)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
}

async fn livez() -> Response {
    plain(StatusCode::OK, "ok")
}

async fn readyz(State(begun): State<Begun>) -> Response {
    match begun.get() {
        Some(service) if service.stop().is_cancelled() => {
            plain(StatusCode::SERVICE_UNAVAILABLE, "stopping")
        }
        Some(service) if service.is_ready() => plain(StatusCode::OK, "ready"),
        _ => plain(StatusCode::SERVICE_UNAVAILABLE, "starting"),
    }
}

async fn metrics(State(begun): State<Begun>) -> Response {
    match begun.get() {
        Some(service) => {
            let headers = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
            (StatusCode::OK, headers, metrics::page(service)).into_response()
        }
        None => plain(StatusCode::SERVICE_UNAVAILABLE, "starting"),
    }
}

fn plain(status: StatusCode, word: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, format!("{word}\n")).into_response()
}
