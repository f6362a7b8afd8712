//! The administrator's pages for "User Properties", as a browser meets them.
//!
//! Signing in by basic or by the log-in form, websudo before every page of `/secure/admin`, the
//! XSRF token on every change, one table row for each property. Markup is legal and untidy, and
//! differs between versions, because the real one does. A change that succeeds is answered 302; one
//! that does not is answered 200 with the form and an error.
//!
//! Source: apis.md E1; pages and parameters that it does not show are unknown routes.

use axum::http::Method;

use super::accounts::{Field, Write};
use super::page::{self, Row};
use super::refusal::Refusal;
use super::{Interruption, Site};
use crate::pages::{self, encoded};
use crate::seraph::{self, Denied};
use crate::session::Visit;
use crate::wire::{Received, Reply};

/// Longest value that the form takes.
const VALUE_CHARS_MAX: usize = 250;
const TOKEN_COOKIE: &str = "atlassian.xsrf.token";
const SUDO_PAGE: &str = "/secure/admin/WebSudoAuthenticate!default.jspa";

impl Site {
    /// The answer to a browser; `None` where the path is not one of its pages.
    pub(super) fn browse(&self, received: &Received, path: &[&str]) -> Option<Reply> {
        let is_page = matches!(path, ["login.jsp"] | ["secure", ..]);
        if !is_page {
            return None;
        }
        let visit = match self.welcome(received) {
            Ok(visit) => visit,
            Err(refusal) => return Some(refusal.reply()),
        };
        let (visit, reply) = match path {
            ["login.jsp"] => self.log_in(received, visit),
            ["secure", "admin", rest @ ..] => {
                let reply = self.administer(received, &visit, rest);
                (visit, reply)
            }
            _ => return Some(Reply::unknown_route(received)),
        };
        Some(visit.on(reply, &self.base_path, Some(TOKEN_COOKIE)))
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
        if received.method != Method::POST {
            return (visit, page::log_in("log-in page", ""));
        }
        let given = |name: &str| received.field(name).unwrap_or_default();
        let settings = self.settings().clone();
        let (username, password) = (given("os_username"), given("os_password"));
        let checked = self
            .seraph
            .check_password((&username, &password), settings.credentials());
        if let Err(denied) = checked {
            let message = if denied == Denied::Captcha {
                "Sorry, your userid is required to answer a CAPTCHA question correctly."
            } else {
                "Sorry, your username and password are incorrect - please try again."
            };
            let page = page::log_in("log-in refused", message);
            return (visit, page.with("x-seraph-loginreason", denied.reason()));
        }
        if let Some(Interruption::TwoStep) = settings.interruption {
            return (visit, pages::two_step());
        }
        let visit = self.sessions.sign_in(&visit);
        let next = Some(given("os_destination")).filter(|next| next.starts_with('/'));
        let next = next.unwrap_or_else(|| "/secure/Dashboard.jspa".to_owned());
        let reply = self.redirect("log-in", &next);
        (visit, reply.with("x-seraph-loginreason", "OK"))
    }

    fn administer(&self, received: &Received, visit: &Visit, path: &[&str]) -> Reply {
        let here = pages::destination(received, &self.base_path);
        let settings = self.settings().clone();
        if !visit.is_signed_in || !settings.is_admin {
            let next = encoded(&here);
            return self.redirect(
                "log-in wanted",
                &format!("/login.jsp?permissionViolation=true&os_destination={next}"),
            );
        }
        if let Some(Interruption::Licence) = settings.interruption {
            return pages::licence("Jira");
        }
        match path {
            // Some clients read the form where it goes to (`user_get_websudo`).
            ["WebSudoAuthenticate!default.jspa" | "WebSudoAuthenticate.jspa"]
                if received.method == Method::GET =>
            {
                let next = received.parameter("webSudoDestination");
                page::sudo(&visit.token, &next.unwrap_or_default(), "")
            }
            ["WebSudoAuthenticate.jspa"] if received.method == Method::POST => {
                self.check_sudo(received, visit)
            }
            ["user", name] => {
                let is_allowed = settings
                    .websudo
                    .is_none_or(|length| self.sessions.is_administering(visit, length));
                if !is_allowed {
                    let is_post = received.method == Method::POST;
                    let next = encoded(&here);
                    let query = format!("webSudoDestination={next}&webSudoIsPost={is_post}");
                    return self.redirect("websudo wanted", &format!("{SUDO_PAGE}?{query}"));
                }
                self.user_page(received, visit, name)
            }
            _ => Reply::unknown_route(received),
        }
    }

    fn check_sudo(&self, received: &Received, visit: &Visit) -> Reply {
        if !is_from_our_form(received, visit) {
            return pages::token_missing("Jira", 403);
        }
        let settings = self.settings().clone();
        let destination = received.field("webSudoDestination").unwrap_or_default();
        let password = received.field("webSudoPassword");
        let is_right = self
            .seraph
            .confirm(password.as_deref(), settings.credentials());
        let length = settings.websudo.unwrap_or_default();
        if !is_right {
            let message = "Sorry, your password was incorrect.";
            return page::sudo(&visit.token, &destination, message);
        }
        self.sessions.administer(visit, length);
        self.redirect("websudo", &destination)
    }

    fn user_page(&self, received: &Received, visit: &Visit, name: &str) -> Reply {
        let is_post = received.method == Method::POST;
        if is_post && !is_from_our_form(received, visit) {
            return pages::token_missing("Jira", 403);
        }
        let change = match (name, is_post) {
            ("EditUserProperties.jspa", false) => {
                let username = received.parameter("name").unwrap_or_default();
                return self.properties_page(visit, &username, "");
            }
            ("EditUserProperties!add.jspa", true) => Change::Add,
            ("EditUserProperty!update.jspa", true) => Change::Update,
            ("DeleteUserProperty.jspa", true) => Change::Delete,
            _ => return Reply::unknown_route(received),
        };
        let field = |name: &str| received.field(name).unwrap_or_default();
        let (username, key, value) = (field("name"), field("key"), field("value"));
        if let Change::Delete = change
            && field("confirm") != "true"
        {
            return self.properties_page(visit, &username, "Please confirm.");
        }
        let mut accounts = self.accounts();
        let Some(account) = accounts.by_name(&username).map(|a| a.key.clone()) else {
            drop(accounts);
            return self.properties_page(visit, &username, "");
        };
        let before = accounts.user_property(&account, &key).map(str::to_owned);
        let refused = match (&change, &before) {
            _ if key.trim().is_empty() => Some("You must specify a key."),
            (Change::Add, Some(_)) => Some("The key already exists for this user."),
            (Change::Update | Change::Delete, None) => Some("The key does not exist."),
            (Change::Delete, Some(_)) => None,
            _ if value.trim().is_empty() => Some("You must specify a value."),
            _ if value.chars().count() > VALUE_CHARS_MAX => {
                Some("The value must be less than 250 characters.")
            }
            _ => None,
        };
        if let Some(message) = refused {
            drop(accounts);
            return self.properties_page(visit, &username, message);
        }
        let after = match change {
            Change::Delete => None,
            Change::Add | Change::Update => Some(self.kept(value)),
        };
        accounts.set_user_property(&account, &key, after.as_deref());
        accounts.note(Write {
            account,
            field: Field::UserProperty(key),
            before: before.map(Into::into),
            after: after.map(Into::into),
        });
        drop(accounts);
        let class = match change {
            Change::Add => "userproperty.add",
            Change::Update => "userproperty.update",
            Change::Delete => "userproperty.delete",
        };
        let next = format!(
            "/secure/admin/user/EditUserProperties.jspa?name={}",
            encoded(&username)
        );
        self.redirect(class, &next).applied()
    }

    /// What becomes of a value.
    fn kept(&self, value: String) -> String {
        let settings = self.settings();
        if settings.is_escaping {
            value.replace('&', "&amp;")
        } else if settings.is_trimming {
            value.trim().to_owned()
        } else {
            value
        }
    }

    fn properties_page(&self, visit: &Visit, username: &str, error: &str) -> Reply {
        let accounts = self.accounts();
        let found = accounts.by_name(username);
        if found.is_none() && username != self.settings().username {
            return page::no_such_user(username);
        }
        let username = found.map_or(username, |account| account.name.as_str());
        let properties = found
            .map(|account| accounts.user_properties(&account.key))
            .unwrap_or_default();
        let rows: Vec<Row<'_>> = properties
            .iter()
            .map(|(key, value)| Row {
                key,
                value,
                query: format!("key={}&name={}", encoded(key), encoded(username)),
            })
            .collect();
        page::properties(self.version, &visit.token, username, &rows, error)
    }

    fn redirect(&self, class: &'static str, to: &str) -> Reply {
        // Some answers name the whole address, others the path.
        let location = if class.ends_with("wanted") {
            format!("{}{to}", self.base)
        } else {
            format!("{}{to}", self.base_path)
        };
        Reply::empty(class, 302).with("location", location)
    }
}

#[derive(Clone, Copy)]
enum Change {
    Add,
    Update,
    Delete,
}

fn is_from_our_form(received: &Received, visit: &Visit) -> bool {
    seraph::is_no_check(received) || received.field("atl_token") == Some(visit.token.clone())
}

#[cfg(test)]
mod tests;
