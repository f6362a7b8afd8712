//! What requests are made of: the service that they ask, pages, bodies, and versions of files.

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Begun;
use crate::access::Principal;
use crate::act::Actor;
use crate::fault::Failure;
use crate::service::Service;

/// Entries of a page where nobody says.
const PAGE: u32 = 50;
/// The most entries of a page.
const PAGE_MAX: u32 = 500;

/// Which part of a list is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Window {
    /// How many entries, at most 500; 50 where it is left out.
    #[param(value_type = Option<u32>, maximum = 500, minimum = 1)]
    limit: Option<String>,
    /// Where the page begins: `next` of the page before it.
    cursor: Option<String>,
}

impl Window {
    pub(super) fn limit(&self) -> Result<u32, Failure> {
        let Some(limit) = &self.limit else {
            return Ok(PAGE);
        };
        let limit = limit.parse().ok();
        let limit = limit.filter(|limit| (1..=PAGE_MAX).contains(limit));
        limit.ok_or_else(|| wrong("`limit` must be a number from 1 to 500"))
    }

    pub(super) fn cursor(&self) -> &str {
        self.cursor.as_deref().unwrap_or_default()
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// The cursor of the next page; none on the last one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Of one entry more than a page has, where there is a next page.
    pub(super) fn of(mut items: Vec<T>, limit: u32, cursor: impl Fn(&T) -> String) -> Self {
        let has_more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = items.last().filter(|_| has_more).map(cursor);
        Self { items, next }
    }

    /// The same page, with its entries as they are shown.
    pub(super) fn shown<U>(self, shown: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(shown).collect(),
            next: self.next,
        }
    }
}

/// The service, once it has begun.
pub(super) fn service(begun: &Begun) -> Result<&Service, Failure> {
    let starting = || Failure::of("no-service", "the service is starting");
    begun.get().ok_or_else(starting)
}

/// Whoever asks, to do something in the service.
pub(super) fn actor(begun: &Begun, principal: &Principal) -> Result<Actor, Failure> {
    Ok(Actor::new(service(begun)?, principal, "api"))
}

/// A body; an empty one is that of no members.
pub(super) fn body<T: DeserializeOwned>(body: &Bytes) -> Result<T, Failure> {
    let body = match body.trim_ascii() {
        b"" => b"{}",
        body => body,
    };
    serde_json::from_slice(body).map_err(|error| wrong(&format!("the body: {error}")))
}

/// The version that a change is meant for: `If-Match` with one strong tag.
pub(super) fn version(headers: &HeaderMap) -> Result<String, Failure> {
    let Some(tag) = headers.get(header::IF_MATCH) else {
        let message = "a change names what it changes: `If-Match` with the `ETag` that was read";
        return Err(Failure::of("precondition", message));
    };
    let tag = tag.to_str().unwrap_or_default().trim();
    let bare = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    let bare = bare.filter(|tag| !tag.contains('"'));
    bare.map(str::to_owned)
        .ok_or_else(|| wrong("`If-Match` must be one strong tag, as `ETag` gave it"))
}

pub(super) fn wrong(message: &str) -> Failure {
    Failure::of("request", message)
}
