//! The way to the administrator's pages, as a browser meets it: the log-in form, the session, the
//! password again.
//!
//! Signing in by basic on any page or by the log-in form; `/authenticate.action` (websudo) before
//! every page of `/admin`, with a rolling time-out. Confluence sets no cookie for its token: it is
//! read from the pages.
//!
//! Two things that no public page settles are played in the way that catches more. The token is
//! wanted at `/doauthenticate.action` from 9 on, because from 9 on every action wants one by default,
//! and not before, because public clients of the time send none. The page that says that the token
//! is missing comes with status 403 from 9 on and with 200 before.
//!
//! Source: apis.md E2; pages and parameters that it does not show are unknown routes.

use axum::http::Method;

use super::page;
use super::refusal::Refusal;
use super::{Interruption, Site, Version};
use crate::pages::{self, encoded};
use crate::seraph::{self, Denied};
use crate::session::Visit;
use crate::wire::{Received, Reply};

impl Site {
    /// The answer to a browser.
    pub(super) fn browse(&self, received: &Received, path: &[&str]) -> Reply {
        let is_get = received.method == Method::GET;
        let is_post = received.method == Method::POST;
        let visit = match self.welcome(received) {
            Ok(visit) => visit,
            Err(refusal) => return refusal.reply(),
        };
        let (visit, reply) = match path {
            ["login.action"] if is_get => {
                let next = received.parameter("os_destination").unwrap_or_default();
                let page = page::log_in(self, "log-in page", &next, "");
                (visit, page)
            }
            ["login.action" | "dologin.action"] if is_post => self.log_in(received, visit),
            ["authenticate.action"] if is_get && visit.is_signed_in => {
                let next = received.parameter("destination").unwrap_or_default();
                let page = page::sudo(self, &visit.token, &next, "");
                (visit, page)
            }
            ["doauthenticate.action"] if is_post && visit.is_signed_in => {
                let reply = self.check_sudo(received, &visit);
                (visit, reply)
            }
            ["authenticate.action"] if is_get => self.log_in_wanted(received, visit),
            ["doauthenticate.action"] if is_post => self.log_in_wanted(received, visit),
            ["admin", "users", name] => self.administer(received, visit, name),
            _ => return Reply::unknown_route(received),
        };
        visit.on(reply, &self.base_path, None)
    }

    /// The visitor's session; credentials in the header sign it in.
    fn welcome(&self, received: &Received) -> Result<Visit, Refusal> {
        let visit = self.sessions.visit(received);
        let is_closed = self.settings().is_basic_closed;
        if visit.is_signed_in || received.header("authorization").is_none() || is_closed {
            return Ok(visit);
        }
        self.sign_in(received)?;
        Ok(self.sessions.sign_in(&visit))
    }

    fn log_in(&self, received: &Received, visit: Visit) -> (Visit, Reply) {
        let given = |name: &str| received.field(name).unwrap_or_default();
        let settings = self.settings().clone();
        let (username, password) = (given("os_username"), given("os_password"));
        let next = given("os_destination");
        let checked = self
            .seraph
            .check_password((&username, &password), settings.credentials());
        if let Err(denied) = checked {
            let message = if denied == Denied::Captcha {
                "Sorry, you have to answer a CAPTCHA question correctly as well."
            } else {
                "Sorry, your username and/or password are incorrect. Please try again."
            };
            let page = page::log_in(self, "log-in refused", &next, message);
            return (visit, page.with("x-seraph-loginreason", denied.reason()));
        }
        if let Some(Interruption::TwoStep) = settings.interruption {
            return (visit, pages::two_step());
        }
        let visit = self.sessions.sign_in(&visit);
        let next = Some(next).filter(|next| next.starts_with('/'));
        let next = next.unwrap_or_else(|| "/index.action".to_owned());
        let reply = self.redirect("log-in", &next);
        (visit, reply.with("x-seraph-loginreason", "OK"))
    }

    fn log_in_wanted(&self, received: &Received, visit: Visit) -> (Visit, Reply) {
        let here = encoded(&pages::destination(received, &self.base_path));
        let to = format!("/login.action?os_destination={here}&permissionViolation=true");
        (visit, self.redirect("log-in wanted", &to))
    }

    fn administer(&self, received: &Received, visit: Visit, name: &str) -> (Visit, Reply) {
        let settings = self.settings().clone();
        if !visit.is_signed_in || !settings.is_admin {
            return self.log_in_wanted(received, visit);
        }
        if let Some(Interruption::Licence) = settings.interruption {
            return (visit, pages::licence("Confluence"));
        }
        let is_allowed = settings
            .websudo
            .is_none_or(|length| self.sessions.is_administering(&visit, length));
        if !is_allowed {
            let here = encoded(&pages::destination(received, &self.base_path));
            let to = format!("/authenticate.action?destination={here}");
            return (visit, self.redirect("websudo wanted", &to));
        }
        let reply = self.user_page(received, &visit, name);
        (visit, reply)
    }

    fn check_sudo(&self, received: &Received, visit: &Visit) -> Reply {
        if self.version >= Version::V9 && !self.is_from_our_form(received, visit) {
            return self.token_missing();
        }
        let settings = self.settings().clone();
        let destination = received.field("destination").unwrap_or_default();
        let is_asked = received.field("authenticate").as_deref() == Some("Confirm");
        let password = received.field("password").filter(|_| is_asked);
        let right = settings.credentials();
        if !self.seraph.confirm(password.as_deref(), right) {
            let message = "The password you entered is incorrect. Please try again.";
            return page::sudo(self, &visit.token, &destination, message);
        }
        let length = settings.websudo.unwrap_or_default();
        self.sessions.administer(visit, length);
        self.redirect("websudo", &destination)
    }

    /// Whether the form's token came back; before 9 a header is as good.
    pub(super) fn is_from_our_form(&self, received: &Received, visit: &Visit) -> bool {
        let given = received
            .field("atl_token")
            .or_else(|| received.parameter("atl_token"));
        given.is_some_and(|token| token == visit.token)
            || (self.version < Version::V9 && seraph::is_no_check(received))
    }

    pub(super) fn token_missing(&self) -> Reply {
        let status = if self.version < Version::V9 { 200 } else { 403 };
        pages::token_missing("Confluence", status)
    }

    pub(super) fn redirect(&self, class: &'static str, to: &str) -> Reply {
        // Some answers name the whole address, others the path.
        let location = if class.ends_with("wanted") {
            format!("{}{to}", self.base)
        } else {
            format!("{}{to}", self.base_path)
        };
        Reply::empty(class, 302).with("location", location)
    }
}

#[cfg(test)]
mod tests;
