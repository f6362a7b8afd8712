//! Errors as Graph words them.
//!
//! `innerError` is spelt `innererror` by some of its services, so both spellings take turns;
//! a client that reads only one of them fails half of the time, as it should.

use crate::moment;
use crate::wire::Reply;

/// An answer that is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    pub(super) fn token(message: &str) -> Self {
        Self::new(401, "InvalidAuthenticationToken", message)
    }

    pub(super) fn forbidden() -> Self {
        let message = "Insufficient privileges to complete the operation.";
        Self::new(403, "Authorization_RequestDenied", message)
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "Request_BadRequest", message)
    }

    pub(super) fn unsupported_query(message: impl Into<String>) -> Self {
        Self::new(400, "Request_UnsupportedQuery", message)
    }

    pub(super) fn not_found(key: &str) -> Self {
        let message = format!(
            "Resource '{key}' does not exist or one of its queried reference-property objects \
             are not present."
        );
        Self::new(404, "Request_ResourceNotFound", message)
    }

    /// What the service says when it is in trouble.
    pub(super) fn scripted(status: u16) -> Self {
        let (code, message) = match status {
            401 => return Self::token("Access token has expired or is not yet valid."),
            403 => return Self::forbidden(),
            429 => ("TooManyRequests", "Please retry again later."),
            503 => (
                "serviceNotAvailable",
                "The service is temporarily unavailable.",
            ),
            504 => ("GatewayTimeout", ""),
            _ if status < 500 => ("Request_BadRequest", "Bad request."),
            _ => ("InternalServerError", ""),
        };
        Self::new(status, code, message)
    }

    pub(super) fn reply(&self, serial: u64) -> Reply {
        let inner = if serial.is_multiple_of(2) {
            "innerError"
        } else {
            "innererror"
        };
        let id = request_id(serial);
        let body = serde_json::json!({
            "error": {
                "code": self.code,
                "message": self.message,
                inner: {
                    "date": moment::graph_date(),
                    "request-id": id,
                    "client-request-id": id,
                },
            },
        });
        let reply = Reply::json("error", self.status, body.to_string()).with("request-id", id);
        if self.status == 401 {
            return reply.with("www-authenticate", "Bearer realm=\"\"");
        }
        reply
    }
}

/// An id that looks like theirs and differs for every answer.
pub(super) fn request_id(serial: u64) -> String {
    format!("0baa99e9-1825-4c10-af3f-{serial:012x}")
}
