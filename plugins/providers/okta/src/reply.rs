//! Tells a good answer of Okta from everything else, and says what went wrong.
//!
//! Only status 200 with complete JSON is an answer. Errors keep Okta's code and words, the causes
//! that it lists and the id of the request, say what to do, and name the scope where one is missing.

use attune_plugin::Problem;
use attune_plugin::provider::{HttpResponse, json};

/// What a request was for, in words, and what it needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purpose {
    /// "the list of users"
    pub(crate) what: &'static str,
    /// `okta.users.read`
    pub(crate) scope: &'static str,
}

/// Okta's own words about an error.
#[derive(Debug, Default)]
pub(crate) struct OktaError {
    /// `E0000007`, ...; empty when the body is no error of Okta.
    pub(crate) code: String,
    pub(crate) summary: String,
    causes: Vec<String>,
    request: String,
}

impl OktaError {
    /// Reads the body of an error; what is not there stays empty.
    pub(crate) fn read(response: &HttpResponse) -> Self {
        let mut error = json::text(&response.body)
            .ok()
            .and_then(Self::parse)
            .unwrap_or_default();
        let header = response.header("x-okta-request-id").unwrap_or_default();
        header.clone_into(&mut error.request);
        error
    }

    fn parse(body: &str) -> Option<Self> {
        let names = ["errorCode", "errorSummary", "errorCauses"];
        let [code, summary, causes] = json::members(body, names).ok()?;
        let causes = causes.and_then(|causes| json::elements(causes).ok());
        let cause = |raw: &str| {
            let [summary] = json::members(raw, ["errorSummary"]).ok()?;
            json::string(summary?)
        };
        Some(Self {
            code: code.and_then(json::string).unwrap_or_default(),
            summary: summary.and_then(json::string).unwrap_or_default(),
            causes: causes
                .unwrap_or_default()
                .into_iter()
                .filter_map(cause)
                .take(3)
                .collect(),
            request: String::new(),
        })
    }

    /// Whether Okta says that there is no such thing.
    pub(crate) fn is_not_found(&self) -> bool {
        self.code == "E0000007"
    }

    pub(crate) fn words(&self, status: u16) -> String {
        let mut words = format!("status {status}");
        let parts = [&self.code, &self.summary];
        for part in parts.into_iter().chain(&self.causes) {
            if !part.is_empty() {
                words.push_str(": ");
                words.push_str(part.trim_end_matches('.'));
            }
        }
        if !self.request.is_empty() {
            words = format!("{words} (x-okta-request-id {})", self.request);
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
    let error = OktaError::read(response);
    let Purpose { what, scope } = purpose;
    let words = error.words(response.status);
    let (code, message) = match response.status {
        401 => (
            "sign-in",
            format!("Okta does not accept the token for {what}: {words}"),
        ),
        403 => (
            "permission",
            format!(
                "Okta does not allow {what}: {words}; grant the app the scope `{scope}` and the \
                 admin role Read-only Administrator (an API token can do what its owner can)"
            ),
        ),
        429 => (
            "throttled",
            format!("Okta's rate limit was reached by {what}: {words}"),
        ),
        400 if error.code == "E0000029" => (
            "paging-lost",
            format!("Okta no longer knows this page of {what}: {words}"),
        ),
        400 | 414 => (
            "options",
            format!(
                "Okta cannot answer {what}: {words}; check the options `search` and `filter` and \
                 the names that rows and scope mention"
            ),
        ),
        500..=599 => (
            "unavailable",
            format!("Okta did not answer {what}: {words}"),
        ),
        _ => (
            "bad-answer",
            format!(
                "unexpected answer to {what}: {words}; check the endpoint `api`: the org's \
                 address without a path and without `-admin`"
            ),
        ),
    };
    Problem::new(code, message).at(what)
}

/// What a failed sign-in says, and what to do where the app demands `DPoP`.
pub(crate) fn sign_in_words(detail: &str) -> String {
    if !detail.to_ascii_lowercase().contains("dpop") {
        return detail.to_owned();
    }
    format!(
        "{detail}: the app demands DPoP, which Attune does not speak; switch off \"Require \
         Demonstrating Proof of Possession (DPoP) header in token requests\" in the app's General \
         settings"
    )
}
