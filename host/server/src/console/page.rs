//! What every page has: who reads it and from where, and the frame around what it shows.
//!
//! A handler takes a [`Visit`], asks `view` for documents, and ends with [`Visit::show`].

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};

use super::Begun;
use super::audit::Verified;
use super::checks::Checks;
use super::edit::Samples;
use super::look;
use super::reader::Reader;
use super::refused::Refused;
use crate::access::{Access, Peer, Principal, Role};
use crate::fault::Failure;
use crate::service::Service;
use crate::sync::Host;
use crate::view;

/// What comes of a request.
pub(super) type Answer = Result<Response, Refused>;

/// One request for a page.
#[derive(Clone)]
pub(super) struct Visit {
    pub(super) access: Access,
    pub(super) peer: Peer,
    pub(super) reader: Reader,
    /// Path and query.
    pub(super) path: String,
    pub(super) request_id: String,
    pub(super) principal: Option<Principal>,
    pub(super) begun: Begun,
    pub(super) checks: Checks,
    pub(super) verified: Verified,
    pub(super) samples: Samples,
}

/// The frame's fields, as `layout.html` has them.
#[derive(Debug, Clone, Default)]
pub(super) struct Page {
    pub(super) title: String,
    pub(super) section: &'static str,
    pub(super) lang: &'static str,
    pub(super) theme: &'static str,
    pub(super) keys: bool,
    pub(super) path: String,
    pub(super) user: String,
    pub(super) role: &'static str,
    pub(super) may_operate: bool,
    pub(super) may_edit: bool,
    pub(super) may_admin: bool,
    pub(super) may_see: bool,
    pub(super) held: u64,
    pub(super) waiting: u64,
    pub(super) version: &'static str,
    pub(super) node: String,
    /// Where the reader is, as times are said.
    pub(super) zone: String,
    pub(super) notices: Vec<Notice>,
}

/// Something that everybody has to know.
#[derive(Debug, Clone)]
pub(super) struct Notice {
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) text: String,
    pub(super) href: String,
    pub(super) action: String,
}

impl Visit {
    /// The service, once it has begun.
    pub(super) fn service(&self) -> Result<&Service, Failure> {
        let starting = || Failure::of("no-service", "the service is starting");
        self.begun.get().ok_or_else(starting)
    }

    /// What the service's runs work with.
    pub(super) fn host(&self) -> Result<Host, Failure> {
        Ok(self.service()?.pin().0)
    }

    /// Who asks; the gate lets nobody else through to pages that take somebody.
    pub(super) fn principal(&self) -> Result<&Principal, Failure> {
        let nobody = || Failure::of("signed-out", "nobody is signed in");
        self.principal.as_ref().ok_or_else(nobody)
    }

    /// Whether values of people may be shown.
    pub(super) fn may_see(&self) -> bool {
        self.principal.as_ref().is_some_and(|one| one.personal)
    }

    /// A text without arguments.
    pub(super) fn say(&self, key: &str) -> String {
        self.reader.say(key)
    }

    /// The frame of a page of a section; its title is a text already.
    pub(super) async fn page(&self, section: &'static str, title: String) -> Result<Page, Refused> {
        let service = self.service()?;
        let counts = view::frame::counts(service).await?;
        let mut page = self.plain(section, title);
        (page.held, page.waiting) = (counts.held_people, counts.waiting);
        if service.stop().is_cancelled() {
            page.notices.push(Notice {
                tone: "warn",
                icon: "alert",
                text: self.say("notice-stopping"),
                href: String::new(),
                action: String::new(),
            });
        }
        Ok(page)
    }

    /// The frame without anything that the store would be asked for.
    pub(super) fn plain(&self, section: &'static str, title: String) -> Page {
        let mut page = Page {
            title,
            section,
            lang: self.reader.language.tag(),
            theme: self.reader.look.theme,
            keys: self.reader.look.keys,
            path: self.path.clone(),
            version: env!("CARGO_PKG_VERSION"),
            node: self.peer.host.clone(),
            zone: look::zone_name(self.reader.zone(), self.access.now()),
            role: Role::Viewer.as_str(),
            ..Page::default()
        };
        if let Some(principal) = &self.principal {
            page.user.clone_from(&principal.name);
            page.role = principal.role.as_str();
            page.may_operate = principal.role >= Role::Operator;
            page.may_edit = principal.role >= Role::Editor;
            page.may_admin = principal.role >= Role::Admin;
            page.may_see = principal.personal;
        }
        page
    }

    /// A page that was found.
    pub(super) fn show(&self, template: &impl Template) -> Answer {
        self.show_as(StatusCode::OK, template)
    }

    /// The same with another status.
    pub(super) fn show_as(&self, status: StatusCode, template: &impl Template) -> Answer {
        let made = template.render_with_values(&self.reader);
        let html = made.map_err(|error| {
            let error = crate::fault::chain(&error);
            Failure::of("internal", format!("the page was not made: {error}"))
        })?;
        let kind = [(CONTENT_TYPE, "text/html; charset=utf-8")];
        Ok((status, kind, html).into_response())
    }
}

/// Sends a browser on to a page that shows what came of its form.
#[expect(clippy::unnecessary_wraps, reason = "handlers end with it")]
pub(super) fn to(place: &str) -> Answer {
    Ok((StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response())
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = StatusCode;

    /// What the guard made of the request.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let found = parts.extensions.get::<Self>().cloned();
        found.ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
