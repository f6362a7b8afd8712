//! Tells a good answer of Graph from everything else, and says what went wrong.
//!
//! Only status 200 with a complete JSON object is an answer. Errors keep Graph's code and words,
//! say what to do, and name the permission where one is missing. Graph spells `innerError` and
//! `innererror`, and its message may be empty.

use attune_plugin::Problem;
use attune_plugin::provider::{HttpResponse, json};

/// What a request was for, in words, and what it needs.
#[derive(Debug)]
pub(crate) struct Purpose {
    /// "the list of users"
    pub(crate) what: &'static str,
    /// "`User.Read.All`"
    pub(crate) permission: String,
}

/// Graph's own words about an error.
#[derive(Debug, Default)]
pub(crate) struct GraphError {
    /// `Request_ResourceNotFound`, ...; empty when the body is no error of Graph.
    pub(crate) code: String,
    message: String,
    request: String,
}

impl GraphError {
    /// Reads the body of an error; what is not there stays empty.
    pub(crate) fn read(response: &HttpResponse) -> Self {
        let mut error = json::text(&response.body)
            .ok()
            .and_then(Self::parse)
            .unwrap_or_default();
        if error.request.is_empty() {
            let header = response.header("request-id").unwrap_or_default();
            header.clone_into(&mut error.request);
        }
        error
    }

    fn parse(body: &str) -> Option<Self> {
        let [error] = json::members(body, ["error"]).ok()?;
        let names = ["code", "message", "innerError", "innererror"];
        let [code, message, inner, lower] = json::members(error?, names).ok()?;
        let inside = |name| {
            let [found] = json::members(inner.or(lower)?, [name]).ok()?;
            json::string(found?)
        };
        let own = |raw: Option<&str>| raw.and_then(json::string).filter(|text| !text.is_empty());
        Some(Self {
            code: own(code).or_else(|| inside("code")).unwrap_or_default(),
            message: own(message)
                .or_else(|| inside("message"))
                .unwrap_or_default(),
            request: inside("request-id").unwrap_or_default(),
        })
    }

    /// Whether Graph says that there is no such thing.
    pub(crate) fn is_not_found(&self) -> bool {
        ["Request_ResourceNotFound", "ResourceNotFound"].contains(&self.code.as_str())
    }

    /// Whether the filter may work the advanced way.
    pub(crate) fn is_unsupported_query(&self) -> bool {
        self.code == "Request_UnsupportedQuery"
    }

    fn words(&self, status: u16) -> String {
        let mut words = format!("status {status}");
        for part in [&self.code, &self.message] {
            if !part.is_empty() {
                words.push_str(": ");
                words.push_str(part.trim_end_matches('.'));
            }
        }
        if !self.request.is_empty() {
            words = format!("{words} (request-id {})", self.request);
        }
        words
    }
}

/// The body of a good answer.
pub(crate) fn body<'a>(response: &'a HttpResponse, purpose: &Purpose) -> Result<&'a str, Problem> {
    if response.status != 200 {
        return Err(refusal(response, purpose));
    }
    let text = json::text(&response.body).map_err(|error| odd(purpose, error))?;
    if text.trim_start().starts_with('<') {
        let message = "it is a web page; is a proxy or a sign-in page in between?";
        return Err(odd(purpose, message));
    }
    Ok(text)
}

/// An answer with status 200 that is not what was asked for.
pub(crate) fn odd(purpose: &Purpose, why: impl std::fmt::Display) -> Problem {
    let message = format!("the answer to {} cannot be used: {why}", purpose.what);
    Problem::new("bad-answer", message).at(purpose.what)
}

/// The problem that an answer with another status is.
pub(crate) fn refusal(response: &HttpResponse, purpose: &Purpose) -> Problem {
    let error = GraphError::read(response);
    let what = purpose.what;
    let words = error.words(response.status);
    let (code, message) = match response.status {
        401 => (
            "sign-in",
            format!("Graph does not accept the token for {what}: {words}"),
        ),
        403 => (
            "permission",
            format!(
                "Graph does not allow {what}: {words}; grant the application permission {} \
                 (with admin consent) to the app registration",
                purpose.permission
            ),
        ),
        429 => (
            "throttled",
            format!("Graph is slowing down {what}: {words}"),
        ),
        400 if is_page_lost(&error.code) => (
            "paging-lost",
            format!("Graph no longer knows this page of {what}: {words}"),
        ),
        400 | 414 | 501 => (
            "options",
            format!(
                "Graph cannot answer {what}: {words}; check the option `filter` and the names \
                 that rows and scope mention"
            ),
        ),
        500..=599 => (
            "unavailable",
            format!("Graph did not answer {what}: {words}"),
        ),
        _ => (
            "bad-answer",
            format!("unexpected answer to {what}: {words}; check the endpoint `api`"),
        ),
    };
    Problem::new(code, message).at(what)
}

/// Codes of a link that has outlived its list.
fn is_page_lost(code: &str) -> bool {
    code.eq_ignore_ascii_case("Directory_ExpiredPageToken")
        || code.eq_ignore_ascii_case("ExpiredPageToken")
}
