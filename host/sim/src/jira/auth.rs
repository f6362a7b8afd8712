//! Who may come in, and what Jira says to those who may not.

use super::refusal::Refusal;
use super::{Settings, Site};
use crate::seraph::{self, Credentials, Denied};
use crate::wire::Received;

impl Settings {
    pub(super) fn credentials(&self) -> Credentials<'_> {
        Credentials {
            username: &self.username,
            password: &self.password,
            token: &self.token,
            second_token: self.second_token.as_deref(),
            captcha_after: self.captcha_after,
        }
    }
}

impl Site {
    /// Checks the credentials of a request.
    pub(super) fn sign_in(&self, received: &Received) -> Result<(), Refusal> {
        let settings = self.settings();
        let admitted = self.seraph.admit(received, settings.credentials());
        admitted.map_err(|denied| self.denied(denied))
    }

    fn denied(&self, denied: Denied) -> Refusal {
        let refusal = match denied {
            Denied::Nobody => Refusal::new(
                401,
                "You are not authenticated. Authentication required to perform this operation.",
            ),
            Denied::Token => {
                Refusal::new(401, "Client must be authenticated to access this resource.")
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
        let headers = denied.headers("jira", &format!("{}/login.jsp", self.base));
        headers
            .into_iter()
            .fold(refusal, |refusal, (name, value)| refusal.with(name, value))
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
    if seraph::is_forgeable(received) {
        return Err(Refusal::page(403, "XSRF check failed"));
    }
    Ok(())
}
