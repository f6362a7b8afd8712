//! Who may come in, and what Confluence says to those who may not.

use super::refusal::Refusal;
use super::{Settings, Site};
use crate::pages;
use crate::seraph::{self, Credentials, Denied};
use crate::wire::Received;

impl Settings {
    pub(super) fn credentials(&self) -> Credentials<'_> {
        Credentials {
            username: &self.username,
            password: &self.password,
            token: &self.token,
            second_token: None,
            captcha_after: self.captcha_after,
        }
    }
}

impl Site {
    /// Checks the credentials of a request.
    pub(super) fn sign_in(&self, received: &Received) -> Result<(), Refusal> {
        let settings = self.settings();
        let header = received.header("authorization").unwrap_or_default();
        let is_basic = header.to_ascii_lowercase().starts_with("basic ");
        if is_basic && settings.is_basic_disabled {
            let text = "Basic Authentication has been disabled on this instance.";
            return Err(Refusal::short(403, text));
        }
        let admitted = self.seraph.admit(received, settings.credentials());
        admitted.map_err(|denied| self.denied(denied))
    }

    fn denied(&self, denied: Denied) -> Refusal {
        let refusal = match denied {
            Denied::Nobody | Denied::Token => {
                Refusal::short(401, "Client must be authenticated to access this resource.")
            }
            Denied::Password => Refusal::page(
                401,
                "Basic Authentication Failure - Reason : AUTHENTICATED_FAILED",
            ),
            Denied::Captcha => Refusal::page(
                403,
                "Basic Authentication Failure - Reason : CAPTCHA_CHALLENGE",
            ),
        };
        let realm = pages::encoded(&self.base);
        let headers = denied.headers(&realm, &format!("{}/login.action", self.base));
        headers
            .into_iter()
            .fold(refusal, |refusal, (name, value)| refusal.with(name, value))
    }

    /// Whether the signed-in account may administer other users.
    pub(super) fn check_admin(&self) -> Result<(), Refusal> {
        if self.settings().is_admin {
            return Ok(());
        }
        let text = "Not permitted to perform this operation: not a Confluence administrator.";
        Err(Refusal::new(403, text))
    }
}

/// A change that looks as if a browser sent it wants the header that browsers cannot forge.
pub(super) fn check_xsrf(received: &Received) -> Result<(), Refusal> {
    if seraph::is_forgeable(received) {
        return Err(Refusal::page(403, "XSRF check failed"));
    }
    Ok(())
}
