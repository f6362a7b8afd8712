//! Signing in as the filter before Jira and Confluence does it: basic or a personal access token,
//! the CAPTCHA that follows bad passwords, the XSRF rule of REST.
//!
//! Deliberately not here: what a refusal looks like, which each product words in its own way.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::wire::{Received, Reply};

/// What the one service account signs in with.
#[derive(Clone, Copy)]
pub(crate) struct Credentials<'a> {
    pub(crate) username: &'a str,
    pub(crate) password: &'a str,
    pub(crate) token: &'a str,
    /// Another one that is good too, while they are rotated.
    pub(crate) second_token: Option<&'a str>,
    /// After so many bad passwords a CAPTCHA has to be solved first.
    pub(crate) captcha_after: u32,
}

/// Why somebody stays outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// No credentials at all.
    Nobody,
    /// A personal access token that nobody has.
    Token,
    /// A wrong user name or password.
    Password,
    /// Too many of those: the CAPTCHA first, whatever the password.
    Captcha,
}

impl Denied {
    /// What `X-Seraph-LoginReason` says.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Nobody | Self::Token | Self::Password => "AUTHENTICATED_FAILED",
            Self::Captcha => "AUTHENTICATION_DENIED",
        }
    }

    /// The headers of a refusal by basic or token.
    pub(crate) fn headers(self, realm: &str, log_in: &str) -> Vec<(&'static str, String)> {
        let mut headers = vec![("x-seraph-loginreason", self.reason().to_owned())];
        match self {
            Self::Nobody | Self::Password => {
                headers.push(("www-authenticate", format!("OAuth realm=\"{realm}\"")));
            }
            Self::Captcha => {
                let reason = format!("CAPTCHA_CHALLENGE; login-url={log_in}");
                headers.push(("x-authentication-denied-reason", reason));
            }
            Self::Token => {}
        }
        headers
    }
}

/// The filter, which remembers bad passwords.
#[derive(Debug, Default)]
pub(crate) struct Seraph(Mutex<u32>);

impl Seraph {
    fn bad_passwords(&self) -> MutexGuard<'_, u32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks the `Authorization` header.
    pub(crate) fn admit(&self, received: &Received, right: Credentials<'_>) -> Result<(), Denied> {
        let header = received.header("authorization").ok_or(Denied::Nobody)?;
        let (scheme, credential) = header.split_once(' ').unwrap_or((header, ""));
        if scheme.eq_ignore_ascii_case("bearer") {
            let is_right = credential == right.token || right.second_token == Some(credential);
            return is_right.then_some(()).ok_or(Denied::Token);
        }
        let given = STANDARD.decode(credential).unwrap_or_default();
        let given = String::from_utf8(given).unwrap_or_default();
        let is_basic = scheme.eq_ignore_ascii_case("basic");
        let given = given.split_once(':').filter(|_| is_basic);
        self.check_password(given.unwrap_or_default(), right)
    }

    /// Checks a user name and a password, as the log-in form sends them too.
    pub(crate) fn check_password(
        &self,
        given: (&str, &str),
        right: Credentials<'_>,
    ) -> Result<(), Denied> {
        let mut bad_passwords = self.bad_passwords();
        if *bad_passwords >= right.captcha_after {
            return Err(Denied::Captcha);
        }
        if given == (right.username, right.password) {
            *bad_passwords = 0;
            return Ok(());
        }
        *bad_passwords += 1;
        Err(Denied::Password)
    }

    /// Checks the password that an administrator gives again (websudo); bad ones count.
    pub(crate) fn confirm(&self, password: Option<&str>, right: Credentials<'_>) -> bool {
        let is_right = password == Some(right.password);
        *self.bad_passwords() += u32::from(!is_right);
        is_right
    }

    /// Somebody solved the CAPTCHA.
    pub(crate) fn clear(&self) {
        *self.bad_passwords() = 0;
    }
}

/// An answer to somebody who is signed in.
pub(crate) fn greet(reply: Reply, username: &str) -> Reply {
    reply
        .with("x-seraph-loginreason", "OK")
        .with("x-ausername", username)
}

/// Whether the header says that no browser was tricked into sending this.
pub(crate) fn is_no_check(received: &Received) -> bool {
    let token = received.header("x-atlassian-token").unwrap_or_default();
    matches!(token.to_ascii_lowercase().as_str(), "no-check" | "nocheck")
}

/// Whether a change by REST looks as if a browser was tricked into sending it.
pub(crate) fn is_forgeable(received: &Received) -> bool {
    let is_change = !matches!(received.method, Method::GET | Method::HEAD);
    let agent = received.header("user-agent").unwrap_or_default();
    let is_browser = agent.contains("Mozilla") || agent.contains("Opera");
    is_change && is_browser && !is_no_check(received)
}
