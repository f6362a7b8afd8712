//! Errors as Keycloak words them: `{"error"}`, with a description where it has something to hide.

use axum::http::StatusCode;

use crate::wire::Reply;

/// An answer that is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    error: String,
}

impl Refusal {
    /// The words that every status has of itself.
    pub(super) fn of(status: u16) -> Self {
        let reason = StatusCode::from_u16(status).ok();
        let reason = reason.and_then(|status| status.canonical_reason());
        let error = format!("HTTP {status} {}", reason.unwrap_or_default());
        Self { status, error }
    }

    pub(super) fn saying(status: u16, error: &str) -> Self {
        Self {
            status,
            error: error.to_owned(),
        }
    }

    pub(super) fn reply(&self) -> Reply {
        let body = if self.status == 404 || self.status >= 500 {
            let text = "For more on this error consult the server log at the debug level.";
            serde_json::json!({ "error": self.error, "error_description": text })
        } else {
            serde_json::json!({ "error": self.error })
        };
        Reply::json("error", self.status, body.to_string())
    }
}
