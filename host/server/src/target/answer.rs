//! What an answer of Jira or Confluence means: for this user, for this request, or for the whole
//! site.
//!
//! Invariants: nothing that is not the product's own JSON is ever taken for "there is no such user";
//! what the product says about an error is shown to administrators, cut and without control
//! characters; the body of a success is never part of an error.

use serde::Deserialize;
use serde_json::Value as Json;

use super::Error;
use crate::net::{self, Credential, Response};

/// Longest text of a product's that becomes part of a message.
const MESSAGE_CHARS_MAX: usize = 300;

/// The site and our account there, as messages name them.
#[derive(Debug, Clone)]
pub(super) struct Us {
    /// `Jira`.
    pub product: &'static str,
    /// The service account.
    pub who: String,
    /// Where its secret lies and when it ends, to stand behind it; may be empty.
    pub secret: String,
}

impl Us {
    /// The account of this credential.
    pub(super) fn of(product: &'static str, credential: &Credential) -> Self {
        let who = match credential {
            Credential::Basic { username, .. } => format!("the account {username}"),
            _ => "the account of the token".to_owned(),
        };
        let secret = credential.secret().words();
        Self {
            product,
            who,
            secret,
        }
    }
}

/// An answer that says something about the request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    /// Done, or here it is; null where there is no body.
    Yes(Json),
    /// The product says that what was named does not exist.
    Absent(String),
    /// No such route, by somebody who is not the product's REST API, or by an older version.
    NoRoute,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Refusal {
    error_messages: Vec<String>,
    errors: serde_json::Map<String, Json>,
    /// Confluence's, and Jira's where its REST filter words it:
    /// `{"message": "...", "status-code": 401}`.
    message: String,
    /// Only where Confluence itself words it; its REST filter writes `status-code`.
    status_code: Option<u16>,
}

impl Refusal {
    fn read(answer: &Response) -> Option<Self> {
        let refusal: Self = serde_json::from_slice(&answer.body).ok()?;
        let is_empty = refusal.error_messages.is_empty()
            && refusal.errors.is_empty()
            && refusal.message.is_empty();
        (!is_empty).then_some(refusal)
    }

    /// Whether the product's own API speaks, and not a filter or a gateway before it that knows no
    /// such route.
    fn is_of_the_api(&self) -> bool {
        !self.error_messages.is_empty() || !self.errors.is_empty() || self.status_code.is_some()
    }

    fn text(&self) -> String {
        let fields = self.errors.iter().map(|(field, what)| {
            let what = what
                .as_str()
                .map_or_else(|| what.to_string(), str::to_owned);
            format!("{field}: {what}")
        });
        let general = self.error_messages.iter().cloned();
        let all: Vec<String> = general.chain(fields).collect();
        let text = if all.is_empty() {
            self.message.clone()
        } else {
            all.join(" ")
        };
        shown(&text)
    }
}

/// Sorts an answer.
pub(super) fn judge(answer: &Response, is_write: bool, us: &Us) -> Result<Said, Error> {
    let refusal = Refusal::read(answer);
    let text = refusal.as_ref().map(Refusal::text);
    let said = || text.clone().unwrap_or_default();
    let product = us.product;
    match answer.status {
        200..=299 if is_page(answer) => Err(sign_in_page()),
        200..=299 => success(answer).map_err(|error| match error {
            // It may have been done: what is there decides.
            Error::Target { .. } if is_write => Error::Unknown,
            error => error,
        }),
        301..=308 => Err(redirected(answer, us)),
        401 => Err(not_signed_in(answer, us)),
        403 => Err(forbidden(answer, us, &said())),
        404 | 410 if refusal.as_ref().is_some_and(Refusal::is_of_the_api) => {
            Ok(Said::Absent(said()))
        }
        404 | 410 => Ok(Said::NoRoute),
        429 => Err(Error::target(
            "throttled",
            format!(
                "{product} limits the requests of this account and asks to wait longer than a run \
                 does"
            ),
        )),
        // Nobody was there to do it: a proxy without its product, or a product that starts.
        503 => Err(Error::target(
            down(refusal.is_some(), &answer.body),
            join(&format!("{product} is in maintenance or starting"), &said()),
        )),
        // Something broke, maybe after it was done.
        500 | 502 | 504.. if is_write => Err(Error::Unknown),
        // What one user's data breaks is about this user; a site that is broken answers so to
        // everybody, and then nothing is written.
        500 => Err(Error::rejected(
            "unavailable",
            join(&format!("{product} answered with status 500"), &said()),
        )),
        501.. => Err(Error::target(
            "unavailable",
            join(
                &format!("{product} answered with status {}", answer.status),
                &said(),
            ),
        )),
        status => Err(rejected(status, us, &said())),
    }
}

/// The code of a 503: a product that is in maintenance says so in its own form or by that word;
/// anything else may as well be a proxy whose product broke down.
fn down(is_of_the_product: bool, body: &[u8]) -> &'static str {
    let page = String::from_utf8_lossy(body).to_ascii_lowercase();
    let words = ["maintenance", "starting", "being started", "re-index"];
    if is_of_the_product || words.iter().any(|word| page.contains(word)) {
        "maintenance"
    } else {
        "unavailable"
    }
}

fn success(answer: &Response) -> Result<Said, Error> {
    if answer.body.is_empty() {
        return Ok(Said::Yes(Json::Null));
    }
    let json = serde_json::from_slice(&answer.body);
    json.map(Said::Yes).map_err(|_| {
        Error::target(
            "bad-answer",
            "the answer is not JSON: does the url lead to the product itself, with its context path?",
        )
    })
}

fn rejected(status: u16, us: &Us, said: &str) -> Error {
    if says_read_only(said) {
        return read_only(us, said);
    }
    let what = format!("{} refused the change with status {status}", us.product);
    Error::rejected("rejected", join(&what, said))
}

/// The account comes from a directory that the product may only read.
fn says_read_only(said: &str) -> bool {
    said.to_ascii_lowercase().contains("read-only")
}

fn read_only(us: &Us, said: &str) -> Error {
    let what = format!("{} refused the change", us.product);
    Error::rejected("read-only", join(&what, said))
}

fn not_signed_in(answer: &Response, us: &Us) -> Error {
    if wants_captcha(answer) {
        return captcha(us);
    }
    Error::target(
        "sign-in",
        format!(
            "{} does not accept the credential of {}{}",
            us.product, us.who, us.secret
        ),
    )
}

/// 403 has many reasons, and few of them are about this one user.
fn forbidden(answer: &Response, us: &Us, said: &str) -> Error {
    if wants_captcha(answer) {
        return captcha(us);
    }
    if says_read_only(said) {
        return read_only(us, said);
    }
    let Us { product, who, .. } = us;
    let body = String::from_utf8_lossy(&answer.body);
    if body.contains("XSRF") {
        return Error::target(
            "xsrf",
            format!(
                "{product}'s XSRF check refused the request: a proxy replaces our User-Agent or \
                 drops X-Atlassian-Token"
            ),
        );
    }
    if said.contains("Basic Authentication") || said.contains("Basic authentication") {
        return Error::target(
            "sign-in",
            format!(
                "{product} takes no password from programs (basic authentication is switched off): \
                 let its administrator allow it for {who}"
            ),
        );
    }
    let denied = answer.header("x-seraph-loginreason");
    if denied.is_some_and(|reason| reason.contains("AUTHENTICATION_DENIED")) {
        return Error::target("sign-in", format!("{product} denies {who} to sign in"));
    }
    // An administrator may not change system administrators: that is about one user.
    Error::rejected("permission", join(&format!("{who} may not do this"), said))
}

fn wants_captcha(answer: &Response) -> bool {
    let reason = answer.header("x-authentication-denied-reason");
    reason.is_some_and(|reason| reason.contains("CAPTCHA_CHALLENGE"))
}

pub(super) fn captcha(us: &Us) -> Error {
    Error::target(
        "captcha",
        format!(
            "after failed sign-ins {} wants {} to solve a CAPTCHA: sign in once with a browser, or \
             use a personal access token",
            us.product, us.who
        ),
    )
}

pub(super) fn sign_in_page() -> Error {
    Error::target(
        "sign-in",
        "a sign-in page came instead of an answer: single sign-on stands before the REST API, or \
         the credential is not accepted",
    )
}

pub(super) fn redirected(answer: &Response, us: &Us) -> Error {
    let place = answer.redirect();
    Error::target(
        "sign-in",
        format!(
            "{} redirects to {} and no redirect is followed: single sign-on stands before the REST \
             API, the credential is not accepted, or the url is not that of the site",
            us.product,
            place.as_deref().unwrap_or("another page")
        ),
    )
}

pub(super) fn is_page(answer: &Response) -> bool {
    let kind = answer.header("content-type").unwrap_or_default();
    let start = answer.body.iter().find(|byte| !byte.is_ascii_whitespace());
    kind.starts_with("text/html") || start == Some(&b'<')
}

/// What the network says, sorted the same way.
pub(super) fn from_net(error: &net::Error) -> Error {
    let text = error.to_string();
    match error {
        net::Error::Ambiguous { .. } => Error::Unknown,
        net::Error::Refused { .. } => Error::rejected("request-refused", text),
        net::Error::Dns { .. } | net::Error::Connect { .. } => Error::target("connect", text),
        net::Error::Astray { .. } => Error::target("name-refused", text),
        net::Error::Proxy { .. } => Error::target("proxy", text),
        net::Error::Tls { .. } => Error::target("tls", text),
        net::Error::Throttled { .. } => Error::target("throttled", text),
        net::Error::SignIn { .. } => Error::target("sign-in", text),
        net::Error::Credential { .. } => Error::target("credential", text),
        net::Error::TooLarge { .. } | net::Error::Status { .. } => {
            Error::target("bad-answer", text)
        }
        // No product is written to by mail.
        net::Error::Mail { .. }
        | net::Error::Timeout { .. }
        | net::Error::Interrupted { .. }
        | net::Error::PagingLost { .. } => Error::target("unavailable", text),
        net::Error::Unsupported { .. } => Error::target("unsupported", text),
        net::Error::Address { .. } | net::Error::Setup { .. } => Error::target("config", text),
    }
}

/// An answer that is JSON, but not the JSON that was asked for.
pub(super) fn unexpected(what: &str) -> Error {
    Error::target(
        "bad-answer",
        format!("{what} is not as the product documents it"),
    )
}

/// A route that the product always has was not there.
pub(super) fn no_route(path: &str) -> Error {
    Error::target(
        "bad-answer",
        format!(
            "there is no {path} at this url: does it lead to the product itself, with its context \
             path?"
        ),
    )
}

fn join(what: &str, said: &str) -> String {
    if said.is_empty() {
        return what.to_owned();
    }
    format!("{what}: {said}")
}

fn shown(text: &str) -> String {
    let plain = text.chars().filter(|c| !c.is_control());
    plain.take(MESSAGE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_that_says_it_is_in_maintenance_is_told_from_one_that_broke_down() {
        let us = Us {
            product: "Jira",
            who: "the account svc-attune".to_owned(),
            secret: String::new(),
        };
        let code = |body: &'static str| {
            let error = judge(&Response::new(503, body), true, &us).unwrap_err();
            error.problem().code
        };
        assert_eq!(
            code(r#"{"errorMessages":["Jira is being re-indexed."]}"#),
            "maintenance"
        );
        assert_eq!(code(r#"{"state":"MAINTENANCE"}"#), "maintenance");
        assert_eq!(code("<h1>Down for maintenance</h1>"), "maintenance");
        assert_eq!(code(r#"{"state":"STARTING"}"#), "maintenance");
        assert_eq!(code("<h1>503 Service Unavailable</h1>"), "unavailable");
        assert_eq!(code(""), "unavailable");
    }

    #[test]
    fn a_redirect_is_told_by_its_origin_and_never_by_what_it_carries() {
        let us = Us {
            product: "Confluence",
            who: "the account svc-attune".to_owned(),
            secret: String::new(),
        };
        for status in [301, 302, 303, 307, 308] {
            let place = "https://sso.example.com:8443/login?ticket=hunter2";
            let answer = Response::new(status, "").with_header("location", place);
            let error = judge(&answer, false, &us).unwrap_err();
            let problem = error.problem();
            assert_eq!(problem.code, "sign-in", "{status}");
            let origin = "Confluence redirects to https://sso.example.com:8443 ";
            assert!(problem.message.starts_with(origin), "{problem}");
            assert!(!problem.message.contains("hunter2"), "{problem}");
        }
    }

    #[test]
    fn what_is_about_the_whole_site_is_no_persons_problem_and_has_help() {
        let us = Us {
            product: "Jira",
            who: "the account svc-attune".to_owned(),
            secret: String::new(),
        };
        let basic = r#"{"message":"Basic Authentication has been disabled on this instance."}"#;
        let xsrf = Response::new(403, "XSRF check failed");
        let denied =
            Response::new(403, "").with_header("x-seraph-loginreason", "AUTHENTICATION_DENIED");
        let captcha = Response::new(403, "").with_header(
            "x-authentication-denied-reason",
            "CAPTCHA_CHALLENGE; login-url=https://jira.example.com/login.jsp",
        );
        let cases = [
            (xsrf, "xsrf"),
            (Response::new(403, basic), "sign-in"),
            (denied, "sign-in"),
            (captcha, "captcha"),
            (Response::new(401, ""), "sign-in"),
        ];
        for (answer, code) in cases {
            for is_write in [false, true] {
                let error = judge(&answer, is_write, &us).unwrap_err();
                assert!(matches!(error, Error::Target { .. }), "{code}: {error}");
                assert_eq!(error.problem().code, code);
            }
        }
        for code in ["xsrf", "websudo", "licence", "captcha", "sign-in"] {
            let help = crate::fault::find(code).map(|entry| entry.remedy);
            assert!(help.is_some_and(|help| !help.is_empty()), "{code}");
        }
    }
}
