//! Who may come in: basic or a personal access token, the CAPTCHA, the XSRF rule.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Site;
use super::refusal::Refusal;
use crate::wire::Received;

impl Site {
    /// Checks the credentials of a request.
    pub(super) fn sign_in(&self, received: &Received) -> Result<(), Refusal> {
        let Some(header) = received.header("authorization") else {
            let text = "You are not authenticated. Authentication required to perform this \
                        operation.";
            return Err(Refusal::new(401, text)
                .with("www-authenticate", "OAuth realm=\"jira\"")
                .with("x-seraph-loginreason", "AUTHENTICATED_FAILED"));
        };
        let (scheme, credential) = header.split_once(' ').unwrap_or((header, ""));
        if scheme.eq_ignore_ascii_case("bearer") {
            return self.check_token(credential);
        }
        let settings = self.settings();
        let mut bad_logins = self.bad_logins();
        if *bad_logins >= settings.captcha_after {
            let reason = format!("CAPTCHA_CHALLENGE; login-url={}/login.jsp", self.base);
            return Err(Refusal::page(
                403,
                "Basic Authentication Failure - Reason : CAPTCHA_CHALLENGE",
            )
            .with("x-authentication-denied-reason", reason)
            .with("x-seraph-loginreason", "AUTHENTICATION_DENIED"));
        }
        let expected = format!("{}:{}", settings.username, settings.password);
        let given = STANDARD.decode(credential).unwrap_or_default();
        if scheme.eq_ignore_ascii_case("basic") && given == expected.as_bytes() {
            *bad_logins = 0;
            return Ok(());
        }
        *bad_logins += 1;
        Err(Refusal::page(
            401,
            "Basic Authentication Failure - Reason : AUTHENTICATED_FAILED",
        )
        .with("www-authenticate", "OAuth realm=\"jira\"")
        .with("x-seraph-loginreason", "AUTHENTICATED_FAILED"))
    }

    fn check_token(&self, token: &str) -> Result<(), Refusal> {
        if token == self.settings().token {
            return Ok(());
        }
        let text = "Client must be authenticated to access this resource.";
        Err(Refusal::new(401, text).with("x-seraph-loginreason", "AUTHENTICATED_FAILED"))
    }

    /// Whether the signed-in account may administer other users.
    pub(super) fn check_admin(&self) -> Result<(), Refusal> {
        if self.settings().is_admin {
            return Ok(());
        }
        Err(Refusal::new(
            403,
            "You do not have the permission to administer users.",
        ))
    }
}

/// A change that looks as if a browser sent it wants the header that browsers cannot forge.
pub(super) fn check_xsrf(received: &Received) -> Result<(), Refusal> {
    let is_change = !matches!(received.method, Method::GET | Method::HEAD);
    let agent = received.header("user-agent").unwrap_or_default();
    let is_browser = agent.contains("Mozilla") || agent.contains("Opera");
    let token = received.header("x-atlassian-token").unwrap_or_default();
    let is_exempt = matches!(token.to_ascii_lowercase().as_str(), "no-check" | "nocheck");
    if is_change && is_browser && !is_exempt {
        return Err(Refusal::page(403, "XSRF check failed"));
    }
    Ok(())
}
