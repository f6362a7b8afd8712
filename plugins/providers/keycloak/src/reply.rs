//! Tells a good answer of Keycloak from everything else, and says what went wrong.
//!
//! Only status 200 with complete JSON is an answer. Errors are `{"error"}`, sometimes with
//! `error_description`, or `{"errorMessage"}`; a proxy's page is neither. Only Keycloak's own
//! "User not found" says that somebody does not exist.

use attune_plugin::Problem;
use attune_plugin::provider::{HttpResponse, json};

/// What a request was for, in words, and the role that it needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purpose {
    /// "the list of users"
    pub(crate) what: &'static str,
    /// `view-users`
    pub(crate) role: &'static str,
}

/// Where roles are given.
pub(crate) const ROLE_FIX: &str = "in the client's tab \"Service account roles\" assign it from the client \
     `realm-management` (in the realm master: `master-realm`)";

/// Keycloak's own words about an error.
#[derive(Debug, Default)]
pub(crate) struct Words(String);

impl Words {
    /// Reads the body of an error; empty when it is none of Keycloak's.
    pub(crate) fn of(response: &HttpResponse) -> Self {
        let body = json::text(&response.body).ok();
        Self(body.and_then(Self::parse).unwrap_or_default())
    }

    fn parse(body: &str) -> Option<String> {
        let names = ["error", "errorMessage", "error_description"];
        let [error, message, description] = json::members(body, names).ok()?;
        let said = [error, message, description].into_iter().flatten();
        let said: Vec<String> = said.filter_map(json::string).collect();
        Some(said.join(": "))
    }

    /// Whether Keycloak says that there is no such user.
    pub(crate) fn is_no_user(&self) -> bool {
        self.0.starts_with("User not found")
    }

    /// Whether Keycloak says that there is no such group.
    pub(crate) fn is_no_group(&self) -> bool {
        self.0.starts_with("Could not find group by id")
    }

    fn is_no_realm(&self) -> bool {
        self.0.starts_with("Realm not found")
    }
}

/// The body of a good answer.
pub(crate) fn body(response: &HttpResponse, purpose: Purpose) -> Result<&str, Problem> {
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

/// The elements of a good answer that is a list.
pub(crate) fn list(
    response: &HttpResponse,
    purpose: Purpose,
) -> Result<(&str, Vec<&str>), Problem> {
    let body = body(response, purpose)?;
    let elements = json::elements(body).map_err(|error| odd(purpose, error))?;
    Ok((body, elements))
}

/// An answer with status 200 that is not what was asked for.
pub(crate) fn odd(purpose: Purpose, why: impl std::fmt::Display) -> Problem {
    let message = format!("the answer to {} cannot be used: {why}", purpose.what);
    Problem::new("bad-answer", message).at(purpose.what)
}

/// The problem that an answer with another status is.
pub(crate) fn refusal(response: &HttpResponse, purpose: Purpose) -> Problem {
    let error = Words::of(response);
    let what = purpose.what;
    let status = response.status;
    let words = match error.0.trim_end_matches('.') {
        "" => format!("status {status}"),
        said => format!("status {status}: {said}"),
    };
    let (code, message) = match status {
        401 => (
            "sign-in",
            format!("Keycloak does not accept the token for {what}: {words}"),
        ),
        403 => (
            "permission",
            format!(
                "Keycloak does not allow {what}: {words}; the service account lacks the role \
                 `{}`: {ROLE_FIX}",
                purpose.role
            ),
        ),
        404 if error.is_no_realm() => {
            let message = format!("there is no such realm: {words}; check the option `realm`");
            return Problem::option("realm", message);
        }
        404 if error.is_no_group() => {
            let message = format!("there is no such group (any more): {words}");
            return Problem::new("options", message).at("groups");
        }
        429 => (
            "throttled",
            format!("Keycloak is slowing down {what}: {words}"),
        ),
        400 => (
            "options",
            format!("Keycloak cannot answer {what}: {words}; check the option `query`"),
        ),
        500..=599 => (
            "unavailable",
            format!("Keycloak did not answer {what}: {words}"),
        ),
        _ => (
            "bad-answer",
            format!(
                "unexpected answer to {what}: {words}; check the endpoint `server` and the option \
                 `prefix` (/auth before Keycloak 17)"
            ),
        ),
    };
    Problem::new(code, message).at(what)
}
