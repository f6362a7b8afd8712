//! Errors by RFC 7644 section 3.12: the status is text, and AWS writes `schema` besides.

use serde_json::json;

use crate::json::set;
use crate::wire::Reply;

/// The schema of every error.
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// An answer that is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    kind: &'static str,
    detail: String,
}

impl Refusal {
    pub(super) fn new(status: u16, kind: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            status,
            kind,
            detail,
        }
    }

    pub(super) fn filter(detail: impl Into<String>) -> Self {
        Self::new(400, "invalidFilter", detail)
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::new(404, "", format!("Resource {what} not found"))
    }

    /// What the service says when it is in trouble.
    pub(super) fn scripted(status: u16) -> Self {
        let detail = match status {
            401 => "Authorization failure.",
            403 => "Operation is not permitted.",
            429 => "Too many requests.",
            _ => "Internal error.",
        };
        Self::new(status, "", detail)
    }

    pub(super) fn reply(&self, is_hidden: bool) -> Reply {
        let mut body = json!({
            "schema": [ERROR],
            "schemas": [ERROR],
            "status": self.status.to_string(),
            "detail": self.detail,
        });
        if !self.kind.is_empty() {
            set(&mut body, "scimType", self.kind);
        }
        let status = if is_hidden { 200 } else { self.status };
        Reply::json("error", status, body.to_string())
            .with("content-type", "application/scim+json;charset=UTF-8")
    }
}
