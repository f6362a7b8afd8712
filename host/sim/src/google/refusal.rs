//! Errors as the Directory API words them.

use serde_json::json;

use crate::wire::Reply;

/// An answer that is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    domain: &'static str,
    reason: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            domain: "global",
            reason,
            message: message.into(),
        }
    }

    pub(super) fn credentials() -> Self {
        Self::new(401, "authError", "Invalid Credentials")
    }

    pub(super) fn scope() -> Self {
        let message = "Request had insufficient authentication scopes.";
        Self::new(403, "insufficientPermissions", message)
    }

    pub(super) fn forbidden() -> Self {
        let message = "Not Authorized to access this resource/api";
        Self::new(403, "forbidden", message)
    }

    /// Too much; `reason` is one of three.
    pub(super) fn quota(reason: &'static str) -> Self {
        Self {
            domain: "usageLimits",
            ..Self::new(403, reason, "Quota exceeded for quota metric 'Queries'.")
        }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "badRequest", message)
    }

    pub(super) fn invalid(what: &str) -> Self {
        Self::new(400, "invalid", format!("Invalid Input: {what}"))
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::new(404, "notFound", format!("Resource Not Found: {what}"))
    }

    /// What the service says when it is in trouble.
    pub(super) fn scripted(status: u16) -> Self {
        match status {
            401 => Self::credentials(),
            403 => Self::forbidden(),
            404 => Self::not_found("userKey"),
            429 => Self::new(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted."),
            _ if status < 500 => Self::invalid("request"),
            _ => Self::new(status, "backendError", "Backend Error"),
        }
    }

    pub(super) fn reply(&self) -> Reply {
        let mut error = json!({
            "code": self.status,
            "message": self.message,
            "errors": [
                { "message": self.message, "domain": self.domain, "reason": self.reason },
            ],
        });
        // The newer form has a status and no reason.
        if self.status == 429 {
            error = json!({
                "code": 429, "message": self.message, "status": self.reason,
            });
        }
        let body = json!({ "error": error }).to_string();
        Reply::json("error", self.status, body)
    }
}
