//! Tells a good answer from everything else, and says what went wrong.
//!
//! Only status 200 with a complete JSON object is an answer. A SCIM error says its status once more
//! as text, and some services send it with HTTP status 200; AWS writes `schema` beside `schemas`.
//! The service's own words are kept, and the id of the request where a header names it.

use attune_plugin::Problem;
use attune_plugin::provider::{HttpResponse, json};

/// The schema of every SCIM error.
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
/// Headers that name a request; the standard has none.
const REQUEST_IDS: [&str; 4] = [
    "x-request-id",
    "x-correlation-id",
    "x-amzn-requestid",
    "request-id",
];

/// The service's own words about an error.
#[derive(Debug, Default)]
pub(crate) struct ScimError {
    /// Whether the body really is one of SCIM's errors.
    pub(crate) is_scim: bool,
    /// The status in the body, which is text by the standard.
    status: Option<u16>,
    /// `invalidFilter`, `tooMany`, ...; empty where it says nothing.
    pub(crate) kind: String,
    detail: String,
}

impl ScimError {
    /// Reads the body of an error; what is not there stays empty.
    pub(crate) fn read(body: &[u8]) -> Self {
        let parsed = json::text(body).ok().and_then(Self::parse);
        parsed.unwrap_or_default()
    }

    fn parse(body: &str) -> Option<Self> {
        let names = ["schemas", "schema", "status", "scimType", "detail"];
        let [schemas, schema, status, kind, detail] =
            json::members_ignoring_case(body, names).ok()?;
        let says_error = |raw: Option<&str>| {
            let raw = raw.unwrap_or_default().to_ascii_lowercase();
            raw.contains(&ERROR.to_ascii_lowercase())
        };
        let text = |raw: Option<&str>| raw.and_then(json::string).unwrap_or_default();
        Some(Self {
            is_scim: says_error(schemas) || says_error(schema),
            status: status.and_then(|raw| raw.trim_matches('"').trim().parse().ok()),
            kind: text(kind),
            detail: text(detail),
        })
    }

    /// Whether the service can do the request in another form only.
    pub(crate) fn is_about_paging(&self) -> bool {
        ["expiredCursor", "invalidCursor"].contains(&self.kind.as_str())
    }

    fn words(&self, response: &HttpResponse) -> String {
        let mut words = format!("status {}", response.status);
        if let Some(status) = self.status.filter(|status| *status != response.status) {
            words = format!("{words}, which says {status}");
        }
        for part in [&self.kind, &self.detail] {
            if !part.is_empty() {
                words.push_str(": ");
                words.push_str(part.trim_end_matches('.'));
            }
        }
        let mut ids = REQUEST_IDS.iter().filter_map(|name| response.header(name));
        match ids.next() {
            Some(id) => format!("{words} (request {id})"),
            None => words,
        }
    }
}

/// The body of a good answer to `what`.
pub(crate) fn body<'a>(response: &'a HttpResponse, what: &str) -> Result<&'a str, Problem> {
    if response.status != 200 {
        return Err(refusal(response, what));
    }
    let text = json::text(&response.body).map_err(|error| odd(what, error))?;
    if text.trim_start().starts_with('<') {
        let message = "it is a web page; is a proxy or a sign-in page in between?";
        return Err(odd(what, message));
    }
    let error = ScimError::read(&response.body);
    if error.is_scim {
        return Err(refusal(response, what));
    }
    Ok(text)
}

/// Whether the service refuses the form of a request rather than us: what it does not know or
/// does not do.
pub(crate) fn is_refused(response: &HttpResponse) -> bool {
    matches!(status(response), 400 | 414 | 501)
}

/// Whether the service itself says that there is no such thing.
pub(crate) fn is_absent(response: &HttpResponse) -> bool {
    status(response) == 404 && ScimError::read(&response.body).is_scim
}

/// The status, also where it is only in the body of an error that came as a good answer.
pub(crate) fn status(response: &HttpResponse) -> u16 {
    if response.status != 200 {
        return response.status;
    }
    let error = ScimError::read(&response.body);
    if error.is_scim {
        error.status.unwrap_or(200)
    } else {
        200
    }
}

/// An answer that is not what was asked for.
pub(crate) fn odd(what: &str, why: impl std::fmt::Display) -> Problem {
    let message = format!("the answer to {what} cannot be used: {why}");
    Problem::new("bad-answer", message).at(what)
}

/// The problem that an answer with another status is.
pub(crate) fn refusal(response: &HttpResponse, what: &str) -> Problem {
    let error = ScimError::read(&response.body);
    let words = error.words(response);
    let (code, message) = match status(response) {
        401 => (
            "sign-in",
            format!("the service does not accept the credential for {what}: {words}"),
        ),
        403 => (
            "permission",
            format!(
                "the service does not allow {what}: {words}; let the credential read /Users (and \
                 /Groups, where groups are used)"
            ),
        ),
        429 => (
            "throttled",
            format!("the service is slowing down {what}: {words}"),
        ),
        400 if error.is_about_paging() => (
            "paging-lost",
            format!("the service no longer knows this page of {what}: {words}"),
        ),
        400 | 414 | 501 => (
            "options",
            format!("the service cannot answer {what}: {words}; check the option `filter`"),
        ),
        500..=599 => (
            "unavailable",
            format!("the service did not answer {what}: {words}"),
        ),
        _ => (
            "bad-answer",
            format!(
                "unexpected answer to {what}: {words}; check the endpoint `api`: it is the URL \
                 below which /Users is"
            ),
        ),
    };
    Problem::new(code, message).at(what)
}
