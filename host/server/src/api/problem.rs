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
        Refusal::from(failure).into()
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

impl Problem {
    /// The same with another status.
    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The answer to a request that may not go on.
    pub(super) fn refused(refusal: &Refusal, request_id: &str) -> Response {
        Self::from(refusal.clone()).answer(request_id)
    }

    /// The answer to the request of this id, with the status of its code.
    pub(super) fn answer(self, request_id: &str) -> Response {
        let (status, failure) = (self.status, self.failure);
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
