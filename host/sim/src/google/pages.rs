//! Page tokens: opaque, and good for the same search only.

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::wire::Received;

/// Where a page begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// In the order of the listing.
    pub(super) position: usize,
    /// How many pages came before.
    pub(super) pages: usize,
}

impl Mark {
    /// The mark in the request's token, or the beginning.
    pub(super) fn read(received: &Received) -> Result<Self, Refusal> {
        let Some(token) = received.parameter("pageToken") else {
            return Ok(Self::default());
        };
        let refused = || Refusal::invalid("pageToken");
        let bytes = STANDARD.decode(&token).map_err(|_| refused())?;
        let text = String::from_utf8(bytes).map_err(|_| refused())?;
        let mut parts = text.split('~');
        let mut number = || parts.next()?.parse::<u64>().ok();
        let (search, position, pages) = (number(), number(), number());
        if search != Some(digest(received)) {
            return Err(refused());
        }
        let place = |number: Option<u64>| number.and_then(|n| usize::try_from(n).ok());
        Ok(Self {
            position: place(position).ok_or_else(refused)?,
            pages: place(pages).ok_or_else(refused)?,
        })
    }

    /// The token that leads here, with the letters of base64 that URLs do not like.
    pub(super) fn token(self, received: &Received) -> String {
        let text = format!(
            "{}~{}~{}~\u{fffd}",
            digest(received),
            self.position,
            self.pages
        );
        STANDARD.encode(text)
    }
}

/// A page of a list; an empty one has no list at all.
pub(super) fn answer(list: &str, found: Vec<Value>, token: Option<String>) -> Value {
    let mut page = Map::new();
    let kind = format!("admin#directory#{list}");
    page.insert("kind".to_owned(), kind.into());
    page.insert("etag".to_owned(), "\"list\"".into());
    if let Some(token) = token {
        page.insert("nextPageToken".to_owned(), token.into());
    }
    if !found.is_empty() {
        page.insert(list.to_owned(), found.into());
    }
    Value::Object(page)
}

/// So many, between one and the method's limit.
pub(super) fn size(received: &Received, usual: usize, most: usize) -> Result<usize, Refusal> {
    let Some(text) = received.parameter("maxResults") else {
        return Ok(usual);
    };
    let size = text.parse().ok().filter(|size| (1..=most).contains(size));
    size.ok_or_else(|| Refusal::invalid("maxResults"))
}

/// What a token is bound to: everything of the request but the token.
fn digest(received: &Received) -> u64 {
    let mut hasher = DefaultHasher::new();
    received.path.hash(&mut hasher);
    for (name, value) in received.parameters() {
        if name != "pageToken" {
            (name, value).hash(&mut hasher);
        }
    }
    hasher.finish()
}
