//! Tells a good answer of Google from everything else, and says what went wrong.
//!
//! Only status 200 with a complete JSON object is an answer. An empty page has no list at all, so a
//! page is believed only if it has its list or says of which kind it is, and has nothing besides
//! that was not asked for. Status 403 means "slow down" or "no"; the reasons inside tell which.

use attune_plugin::Problem;
use attune_plugin::provider::{HttpResponse, json};

use crate::options::{GROUPS, SCHEMAS};

/// Reasons of a 403 that passes when one waits a little (limits per minute).
const SLOW_DOWN: [&str; 4] = [
    "quotaExceeded",
    "userRateLimitExceeded",
    "rateLimitExceeded",
    "RATE_LIMIT_EXCEEDED",
];
/// The API is not switched on in the project of the service account.
const NO_API: [&str; 2] = ["accessNotConfigured", "SERVICE_DISABLED"];
/// The token lacks the scope.
const NO_SCOPE: [&str; 2] = ["insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"];

/// What a request was for, in words, and the scope that it needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purpose {
    /// "the list of users"
    pub(crate) what: &'static str,
    /// The whole name of the scope.
    pub(crate) scope: &'static str,
}

/// Google's own words about an error.
#[derive(Debug, Default)]
pub(crate) struct GoogleError {
    message: String,
    status: String,
    /// Of `errors` and of `details`.
    reasons: Vec<String>,
}

impl GoogleError {
    /// Reads the body of an error; what is not there stays empty.
    pub(crate) fn read(response: &HttpResponse) -> Self {
        json::text(&response.body)
            .ok()
            .and_then(Self::parse)
            .unwrap_or_default()
    }

    fn parse(body: &str) -> Option<Self> {
        let [error] = json::members(body, ["error"]).ok()?;
        let names = ["message", "status", "errors", "details"];
        let [message, status, errors, details] = json::members(error?, names).ok()?;
        let reasons = [errors, details].into_iter().flatten();
        let reasons = reasons
            .filter_map(|list| json::elements(list).ok())
            .flatten()
            .filter_map(|one| {
                let [reason] = json::members(one, ["reason"]).ok()?;
                json::string(reason?)
            });
        let text = |raw: Option<&str>| raw.and_then(json::string).unwrap_or_default();
        Some(Self {
            message: text(message),
            status: text(status),
            reasons: reasons.collect(),
        })
    }

    fn has(&self, reasons: &[&str]) -> bool {
        let mut own = self.reasons.iter();
        own.any(|own| reasons.contains(&own.as_str()))
    }

    /// Whether Google says that there is no such user, group or domain.
    pub(crate) fn is_not_found(&self) -> bool {
        self.has(&["notFound", "domainNotFound"]) || self.status == "NOT_FOUND"
    }

    /// Whether Google says that nobody can have such a key.
    pub(crate) fn is_no_key(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        let is_about_key = ["userkey", "groupkey"]
            .iter()
            .any(|key| message.contains(key));
        self.has(&["invalid"]) && is_about_key
    }

    /// Whether a 403 is the answer for users who are not of this customer.
    pub(crate) fn is_forbidden(&self) -> bool {
        self.has(&["forbidden"])
    }

    /// Whether a 403 means "later" and not "no".
    pub(crate) fn is_slow_down(&self) -> bool {
        self.has(&SLOW_DOWN)
    }

    fn words(&self, status: u16) -> String {
        let mut words = format!("status {status}");
        if let Some(reason) = self.reasons.first() {
            words = format!("{words}: {reason}");
        } else if !self.status.is_empty() {
            words = format!("{words}: {}", self.status);
        }
        if !self.message.is_empty() {
            words = format!("{words}: {}", self.message.trim_end_matches('.'));
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

/// The elements of a page's list (`users`, `groups`, `members`, `schemas`), and the token of the
/// next page.
pub(crate) fn page<'a>(
    body: &'a str,
    list: &str,
    purpose: &Purpose,
) -> Result<(Vec<&'a str>, Option<String>), Problem> {
    let odd = |why: &dyn std::fmt::Display| odd(purpose, why);
    let names = ["kind", "etag", "nextPageToken", list];
    let [kind, _, token, found] = json::only_members(body, names).map_err(|error| odd(&error))?;
    let elements = match found {
        Some(list) => json::elements(list).map_err(|error| odd(&error))?,
        // An empty page: Google leaves the list out.
        None if kind.and_then(json::string) == Some(format!("admin#directory#{list}")) => {
            Vec::new()
        }
        None => return Err(odd(&format!("it has no `{list}`"))),
    };
    // A token that is there but cannot be followed is no end of the list.
    let token = token
        .map(|raw| {
            json::string(raw)
                .filter(|token| !token.is_empty())
                .ok_or_else(|| odd(&"its `nextPageToken` is no text"))
        })
        .transpose()?;
    Ok((elements, token))
}

/// An answer with status 200 that is not what was asked for.
pub(crate) fn odd(purpose: &Purpose, why: impl std::fmt::Display) -> Problem {
    let message = format!("the answer to {} cannot be used: {why}", purpose.what);
    Problem::new("bad-answer", message).at(purpose.what)
}

/// The problem that an answer with another status is.
pub(crate) fn refusal(response: &HttpResponse, purpose: &Purpose) -> Problem {
    let error = GoogleError::read(response);
    let what = purpose.what;
    let words = error.words(response.status);
    let (code, message) = match response.status {
        401 => (
            "sign-in",
            format!("Google does not accept the token for {what}: {words}"),
        ),
        403 if error.is_slow_down() || error.has(&["dailyLimitExceeded"]) => (
            "throttled",
            format!("Google is slowing down {what}: {words}; run again later"),
        ),
        403 => (
            "permission",
            format!(
                "Google does not allow {what}: {words}; {}",
                advice(&error, purpose)
            ),
        ),
        429 => (
            "throttled",
            format!("Google is slowing down {what}: {words}; run again later"),
        ),
        400 if is_page_lost(&error.message) => (
            "paging-lost",
            format!("Google no longer knows this page of {what}: {words}"),
        ),
        400 => (
            "options",
            format!(
                "Google cannot answer {what}: {words}; check the option `query` and the names \
                 that rows and scope mention"
            ),
        ),
        404 if error.is_not_found() => (
            "options",
            format!("Google does not know {what}: {words}; check `customer` and `domain`"),
        ),
        500..=599 => (
            "unavailable",
            format!("Google did not answer {what}: {words}"),
        ),
        _ => (
            "bad-answer",
            format!("unexpected answer to {what}: {words}; check the endpoint `api`"),
        ),
    };
    Problem::new(code, message).at(what)
}

/// What an administrator does about a 403 that means "no".
pub(crate) fn fix(response: &HttpResponse, purpose: &Purpose) -> String {
    advice(&GoogleError::read(response), purpose)
}

fn advice(error: &GoogleError, purpose: &Purpose) -> String {
    if error.has(&NO_API) {
        return "enable the Admin SDK API in the project of the service account (Google Cloud \
                console, APIs & Services > Library)"
            .to_owned();
    }
    if error.has(&NO_SCOPE) {
        return format!(
            "add the scope {} to the service account's domain-wide delegation",
            purpose.scope
        );
    }
    let privilege = match purpose.scope {
        GROUPS => "Groups > Read",
        SCHEMAS => "Schema management > Schema read",
        _ => "Users > Read",
    };
    format!(
        "the credential's `subject` must be an administrator of this customer whose role has the \
         Admin API privilege {privilege}"
    )
}

/// A page's token is good for three days, and for the same search only.
fn is_page_lost(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("pagetoken") || message.contains("page token")
}
