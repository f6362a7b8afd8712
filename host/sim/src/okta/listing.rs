//! Pages: `limit`, `after`, and the `Link` headers that lead on.
//!
//! A cursor names a position in the order of the listing, not a number of people, so that people who
//! come or go between two pages neither repeat nor hide others.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use url::form_urlencoded;

use super::refusal::Refusal;
use super::{Org, Settings};
use crate::wire::{Received, Reply};

/// Where a page begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The position of its first element.
    pub(super) position: usize,
    /// How many pages there were before.
    pages: usize,
}

/// What a request says about its page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) cursor: Cursor,
    size: usize,
}

impl Asked {
    /// Reads `limit` and `after`.
    pub(super) fn read(
        received: &Received,
        settings: &Settings,
        (usual, most): (usize, usize),
    ) -> Result<Self, Refusal> {
        let limit = match received.parameter("limit") {
            Some(text) => text.parse().ok().filter(|limit| (1..=most).contains(limit)),
            None => Some(usual),
        };
        let limit = limit.ok_or_else(|| Refusal::invalid("limit"))?;
        let cursor = match received.parameter("after") {
            Some(text) => read_cursor(&text).ok_or_else(Refusal::cursor)?,
            None => Cursor::default(),
        };
        let stale = settings.traps.stale_from_page;
        if stale.is_some_and(|page| cursor.pages >= page) {
            return Err(Refusal::cursor());
        }
        Ok(Self {
            cursor,
            size: limit.min(settings.page_max.max(1)),
        })
    }
}

fn read_cursor(text: &str) -> Option<Cursor> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (position, pages) = text.strip_prefix("c:")?.split_once(':')?;
    Some(Cursor {
        position: position.parse().ok()?,
        pages: pages.parse().ok()?,
    })
}

impl Org {
    /// A page of elements with their positions, and where the next one begins.
    pub(super) fn page(
        &self,
        received: &Received,
        class: &'static str,
        asked: Asked,
        elements: impl Iterator<Item = (usize, Value)>,
    ) -> Reply {
        let traps = self.settings().traps.clone();
        let number = asked.cursor.pages + 1;
        let mut elements = elements.peekable();
        let is_empty = traps.empty_page == Some(number);
        let size = if is_empty { 0 } else { asked.size };
        let page: Vec<Value> = elements
            .by_ref()
            .take(size)
            .map(|(_, value)| value)
            .collect();
        let next = elements.peek().map(|(position, _)| Cursor {
            position: *position,
            pages: number,
        });
        let reply = Reply::json(class, 200, Value::Array(page).to_string());
        if traps.hides_links {
            return reply;
        }
        let query = &received.query;
        let separator = if query.is_empty() { "" } else { "?" };
        let own = format!("{}{}{separator}{query}", self.origin, received.path);
        let mut links = vec![format!("<{own}>; rel=\"self\"")];
        if let Some(next) = next {
            let origin = traps.foreign_next_links.as_deref().unwrap_or(&self.origin);
            links.push(format!(
                "<{}>; rel=\"next\"",
                next_link(origin, received, next)
            ));
        }
        if traps.joins_links {
            return reply.with("link", links.join(", "));
        }
        links
            .into_iter()
            .fold(reply, |reply, link| reply.with("link", link))
    }
}

/// The request's own parameters and the cursor; commas and parentheses stay as Okta leaves them.
fn next_link(origin: &str, received: &Received, next: Cursor) -> String {
    let cursor = URL_SAFE_NO_PAD.encode(format!("c:{}:{}", next.position, next.pages));
    let mut link = format!("{origin}{}?after={cursor}", received.path);
    for (name, value) in received.parameters() {
        if name != "after" {
            let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let value = value
                .replace("%2C", ",")
                .replace("%28", "(")
                .replace("%29", ")");
            let _ = write!(link, "&{name}={value}");
        }
    }
    link
}
