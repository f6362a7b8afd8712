//! Errors as Jira words them: `{"errorMessages": [...], "errors": {...}}`, or a page.

use serde_json::{Map, Value};

use crate::pages;
use crate::wire::Reply;

/// An answer that is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    messages: Vec<String>,
    fields: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    is_page: bool,
}

impl Refusal {
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            messages: vec![message.into()],
            fields: Vec::new(),
            headers: Vec::new(),
            is_page: false,
        }
    }

    /// A refusal that is about one field of the request.
    pub(super) fn field(name: &'static str, message: &str) -> Self {
        Self {
            messages: Vec::new(),
            fields: vec![(name, message.to_owned())],
            ..Self::new(400, "")
        }
    }

    /// An HTML page with a title, as the sign-in filter sends it.
    pub(super) fn page(status: u16, title: &str) -> Self {
        Self {
            is_page: true,
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
            429 => Self::new(429, "Rate limit exceeded."),
            403 => Self::new(403, "You do not have the permission to do this."),
            404 => Self::new(404, "The user does not exist."),
            500 => Self::new(500, "Internal server error"),
            _ => Self::new(status, "The request was refused."),
        }
    }

    pub(super) fn reply(&self) -> Reply {
        let reply = if self.is_page {
            pages::refusal(self.status, &self.messages.concat())
        } else {
            let fields: Map<String, Value> = self
                .fields
                .iter()
                .map(|(name, message)| ((*name).to_owned(), message.clone().into()))
                .collect();
            let body = serde_json::json!({ "errorMessages": self.messages, "errors": fields });
            Reply::json("error", self.status, body.to_string())
        };
        let headers = self.headers.iter().cloned();
        headers.fold(reply, |reply, (name, value)| reply.with(name, value))
    }
}
