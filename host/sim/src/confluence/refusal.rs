//! Errors as Confluence words them: `{"statusCode", "data", "message", "reason"}`, the shorter
//! form of the layers before its REST API, or a page.

use axum::http::StatusCode;
use serde_json::json;

use crate::pages;
use crate::wire::Reply;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Of the REST API itself.
    Api,
    /// Of a filter or router before it: a message only.
    Short,
    /// An HTML page with a title.
    Page,
}

/// An answer that is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    message: String,
    form: Form,
    headers: Vec<(&'static str, String)>,
}

impl Refusal {
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            form: Form::Api,
            headers: Vec::new(),
        }
    }

    pub(super) fn short(status: u16, message: impl Into<String>) -> Self {
        Self {
            form: Form::Short,
            ..Self::new(status, message)
        }
    }

    pub(super) fn page(status: u16, title: impl Into<String>) -> Self {
        Self {
            form: Form::Page,
            ..Self::new(status, title)
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// What the product, or the proxy before it, says when it is in trouble.
    pub(super) fn scripted(status: u16) -> Self {
        match status {
            401 => Self::page(401, "Basic Authentication Failure"),
            502..=504 => Self::page(status, "The server is temporarily unavailable"),
            429 => Self::short(429, "Rate limit exceeded."),
            403 => Self::new(403, "Not permitted to do this."),
            404 => Self::new(404, "No user found."),
            500 => Self::new(500, "java.lang.NullPointerException"),
            _ => Self::new(status, "The request was refused."),
        }
    }

    pub(super) fn reply(&self) -> Reply {
        let reply = match self.form {
            Form::Page => pages::refusal(self.status, &self.message),
            Form::Short => {
                let body = json!({ "message": self.message, "status-code": self.status });
                Reply::json("error", self.status, body.to_string())
            }
            Form::Api => Reply::json("error", self.status, self.document()),
        };
        let headers = self.headers.iter().cloned();
        headers.fold(reply, |reply, (name, value)| reply.with(name, value))
    }

    fn document(&self) -> String {
        let status = StatusCode::from_u16(self.status).ok();
        let reason = status.and_then(|status| status.canonical_reason());
        let body = json!({
            "statusCode": self.status,
            "data": {
                "authorized": !matches!(self.status, 401 | 403),
                "valid": self.status != 400,
                "errors": [],
                "successful": self.status == 404,
            },
            "message": self.message,
            "reason": reason.unwrap_or_default(),
        });
        body.to_string()
    }
}
