//! Errors as Okta words them.

use serde_json::json;

use crate::wire::Reply;

/// An answer that is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    code: &'static str,
    summary: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, summary: impl Into<String>) -> Self {
        Self {
            status,
            code,
            summary: summary.into(),
        }
    }

    pub(super) fn token() -> Self {
        Self::new(401, "E0000011", "Invalid token provided")
    }

    pub(super) fn denied() -> Self {
        let summary = "You do not have permission to perform the requested action";
        Self::new(403, "E0000006", summary)
    }

    /// `Not found: Resource not found: 00u... (User)`
    pub(super) fn not_found(what: &str, kind: &str) -> Self {
        let summary = format!("Not found: Resource not found: {what} ({kind})");
        Self::new(404, "E0000007", summary)
    }

    pub(super) fn invalid(what: &str) -> Self {
        Self::new(400, "E0000001", format!("Api validation failed: {what}"))
    }

    pub(super) fn expression() -> Self {
        Self::new(400, "E0000031", "Invalid search criteria.")
    }

    pub(super) fn cursor() -> Self {
        Self::new(400, "E0000029", "Invalid paging request.")
    }

    /// What the service says when it is in trouble.
    pub(super) fn scripted(status: u16) -> Self {
        match status {
            401 => Self::token(),
            403 => Self::denied(),
            429 => Self::new(
                429,
                "E0000047",
                "API call exceeded rate limit due to too many requests.",
            ),
            _ if status < 500 => Self::invalid("request"),
            _ => Self::new(status, "E0000009", "Internal Server Error"),
        }
    }

    pub(super) fn reply(&self) -> Reply {
        let body = json!({
            "errorCode": self.code,
            "errorSummary": self.summary,
            "errorLink": self.code,
            "errorId": "oaeSimulated",
            "errorCauses": [],
        });
        Reply::json("error", self.status, body.to_string())
    }
}
