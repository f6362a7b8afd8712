//! Failures as answers: RFC 9457, with the code, the hint and the request's id beside.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::access::Refusal;
use crate::fault::{self, Failure};

/// A failure on its way out; [`super::guard`] writes the request's id into it.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) failure: Failure,
    status: StatusCode,
    retry_after: Option<u64>,
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self {
            status: status(&failure.code),
            failure,
            retry_after: None,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self {
            retry_after: refusal.retry_after_seconds(),
            status: refusal.status,
            failure: refusal.failure,
        }
    }
}

/// The status of a code.
fn status(code: &str) -> StatusCode {
    match code {
        "request" => StatusCode::BAD_REQUEST,
        // A name that no connector file has.
        "config" | "no-such-job" | "no-such-person" | "no-such-route" => StatusCode::NOT_FOUND,
        "paused" | "not-running" | "ambiguous-person" | "out-of-scope" => StatusCode::CONFLICT,
        "no-service" => StatusCode::SERVICE_UNAVAILABLE,
        _ => Refusal::from(Failure::of(code, "")).status,
    }
}

impl Problem {
    /// The answer to a request that may not go on.
    pub(super) fn refused(refusal: &Refusal, request_id: &str) -> Response {
        Self::from(refusal.clone()).answer(request_id)
    }

    /// The answer to the request of this id, with the status of its code.
    pub(super) fn answer(self, request_id: &str) -> Response {
        let status = self.status;
        self.answer_with(status, request_id)
    }

    /// The same with another status.
    pub(super) fn answer_with(self, status: StatusCode, request_id: &str) -> Response {
        let failure = self.failure;
        let title = fault::find(&failure.code).map_or("", |entry| entry.summary);
        // What broke on our side is in the log under the request's id.
        let detail = if status == StatusCode::INTERNAL_SERVER_ERROR {
            ""
        } else {
            failure.message.as_str()
        };
        let mut answer = (
            status,
            Json(json!({
                "type": format!("urn:attune:fault:{}", failure.code),
                "title": title,
                "status": status.as_u16(),
                "detail": detail,
                "code": failure.code,
                "hint": failure.hint,
                "request-id": request_id,
            })),
        )
            .into_response();
        let headers = answer.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut answer = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        answer.extensions_mut().insert(Raised(self));
        answer
    }
}

/// Carries a failure from a route to where the request's id is known.
#[derive(Debug, Clone)]
pub(super) struct Raised(pub(super) Problem);
