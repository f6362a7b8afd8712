//! A product's pages as a browser visits them: cookies and forms, and no redirect followed.
//!
//! The credential goes out only where the caller says so, to open a session; from then on the
//! session's cookies speak for it. Deliberately not here: which page means what, and when to sign
//! in again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use url::form_urlencoded;

use super::Slots;
use super::html::Page;
use crate::net::{self, Method, Request, Response, Slot};

/// Cookies kept of one site; a browser keeps at least 50.
const COOKIES_MAX: usize = 50;
/// A page of a user with thousands of properties is far below it.
const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// One session with one site.
pub(super) struct Browser {
    signed: Slot,
    plain: Slot,
    jar: Mutex<Jar>,
}

/// The cookies of one session. What answers a request of an earlier one sets is not kept: it would
/// sign the new session out.
#[derive(Default)]
struct Jar {
    session: u64,
    cookies: BTreeMap<String, String>,
}

/// Whether a request shows the credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    /// The session's cookies alone.
    Session,
    /// The credential, to open a session.
    Credential,
}

/// An answer of the site.
pub(super) struct Visit {
    /// As it came.
    pub answer: Response,
    /// Where it sends a browser, as it is written.
    pub location: Option<String>,
    /// What it shows; empty where it sends elsewhere.
    pub page: Page,
}

impl Visit {
    /// The last part of the path that a redirect goes to: `login.jsp`.
    pub(super) fn destination(&self) -> Option<&str> {
        self.location.as_deref().map(last_part)
    }
}

/// The last part of an address's path, without query: `login.jsp`.
pub(super) fn last_part(address: &str) -> &str {
    // Some servers put the session's id behind a semicolon.
    let path = address.split(['?', '#', ';']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

impl Browser {
    /// A browser without cookies.
    pub(super) fn new(slots: &Slots) -> Self {
        Self {
            signed: slots.signed.clone(),
            plain: slots.plain.clone(),
            jar: Mutex::default(),
        }
    }

    /// A browser without cookies that shows the credential with every request.
    pub(super) fn signed(slot: &Slot) -> Self {
        Self {
            signed: slot.clone(),
            plain: slot.clone(),
            jar: Mutex::default(),
        }
    }

    /// Sends a request with the credential and the cookies so far, and keeps those that come.
    pub(super) async fn exchange(&self, request: Request) -> Result<Response, net::Error> {
        let (session, cookies) = self.cookie_header();
        let request = if cookies.is_empty() {
            request
        } else {
            request.with_header("cookie", cookies)
        };
        let answer = self.signed.exchange(request).await?;
        self.keep(session, &answer);
        Ok(answer)
    }

    /// Forgets the session.
    pub(super) fn clear(&self) {
        let mut jar = self.jar();
        jar.session += 1;
        jar.cookies.clear();
    }

    /// The value of a cookie.
    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        self.jar().cookies.get(name).cloned()
    }

    /// Reads a page.
    pub(super) async fn get(&self, path: &str, show: Show) -> Result<Visit, net::Error> {
        self.visit(Request::get(path), show).await
    }

    /// Sends a form.
    pub(super) async fn post<'f>(
        &self,
        path: &str,
        fields: impl IntoIterator<Item = (&'f str, &'f str)>,
    ) -> Result<Visit, net::Error> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::write(Method::Post, path)
            .with_body("application/x-www-form-urlencoded; charset=UTF-8", body)
            .with_header("x-atlassian-token", "no-check");
        self.visit(request, Show::Session).await
    }

    async fn visit(&self, request: Request, show: Show) -> Result<Visit, net::Error> {
        let mut request = request.with_header("accept", "text/html");
        request.body_bytes_max = PAGE_BYTES_MAX;
        let (session, cookies) = self.cookie_header();
        if !cookies.is_empty() {
            request = request.with_header("cookie", cookies);
        }
        let slot = match show {
            Show::Credential => &self.signed,
            Show::Session => &self.plain,
        };
        let answer = slot.exchange(request).await?;
        self.keep(session, &answer);
        let location = answer.header("location").map(str::to_owned);
        let is_elsewhere = (300..400).contains(&answer.status);
        let page = if is_elsewhere {
            Page::default()
        } else {
            Page::read(&String::from_utf8_lossy(&answer.body))
        };
        Ok(Visit {
            location: location.filter(|_| is_elsewhere),
            page,
            answer,
        })
    }

    fn jar(&self) -> std::sync::MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session's number, and its cookies as a header.
    fn cookie_header(&self) -> (u64, String) {
        let jar = self.jar();
        let pairs = jar.cookies.iter().map(|(k, v)| format!("{k}={v}"));
        (jar.session, pairs.collect::<Vec<_>>().join("; "))
    }

    /// Keeps what an answer sets. All of them go back to this one site, whatever their path says.
    fn keep(&self, session: u64, answer: &Response) {
        let mut jar = self.jar();
        if jar.session != session {
            return;
        }
        let jar = &mut jar.cookies;
        let set = answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie");
        for (_, cookie) in set {
            let mut parts = cookie.split(';');
            let pair = parts.next().and_then(|pair| pair.split_once('='));
            let Some((name, value)) = pair else { continue };
            let (name, value) = (name.trim(), value.trim());
            let is_over = parts.any(|part| part.trim().eq_ignore_ascii_case("max-age=0"));
            if is_over || value.is_empty() {
                jar.remove(name);
            } else if jar.len() < COOKIES_MAX || jar.contains_key(name) {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
