//! Marks: a conversation between two pages, as bytes that outlive its process.
//!
//! An adapter is a pure step, so its state, the requests that were not answered yet and what was
//! counted so far are all there is to a conversation. Invariant: a mark holds no credential, because
//! those are added where a request is sent. Deliberately not here: directories. Their pages are
//! good on the connection that gave them, so a conversation with an open search has no mark.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::adapter::{Locator, Request};

/// A conversation that can be gone on with.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Mark {
    /// People who were delivered and are not gone.
    pub delivered: u64,
    /// The last checkpoint that was said.
    pub checkpoint: Option<String>,
    /// Requests over the wire.
    pub sent: u64,
    /// Bytes of all answers.
    pub bytes: u64,
    /// What the adapter waits for: id and ms.
    pub wakes: Vec<(u32, u32)>,
    open: Vec<Asked>,
    state: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    id: u32,
    method: String,
    slot: String,
    text: String,
    is_link: bool,
    headers: Vec<(String, String)>,
    body: String,
    scopes: Vec<String>,
}

impl Mark {
    /// A mark without requests; `None` where a request cannot be sent a second time.
    pub(super) fn of<'a>(state: &[u8], open: impl Iterator<Item = &'a Request>) -> Option<Self> {
        let open: Option<Vec<Asked>> = open.map(asked).collect();
        let mut open = open?;
        open.sort_unstable_by_key(|asked| asked.id);
        Some(Self {
            delivered: 0,
            checkpoint: None,
            sent: 0,
            bytes: 0,
            wakes: Vec::new(),
            open,
            state: STANDARD.encode(state),
        })
    }

    /// As bytes.
    pub(super) fn encode(&self) -> Option<Vec<u8>> {
        serde_json::to_vec(self).ok()
    }

    /// Of bytes; `None` where they are no mark.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// The adapter's state.
    pub(super) fn state(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.state).ok()
    }

    /// The requests that were not answered.
    pub(super) fn requests(&self) -> Option<Vec<Request>> {
        self.open.iter().map(request).collect()
    }
}

fn asked(request: &Request) -> Option<Asked> {
    let Request::Http {
        id,
        method,
        locator,
        headers,
        body,
        scopes,
    } = request
    else {
        return None;
    };
    let (Locator::Endpoint(slot, text) | Locator::Link(slot, text)) = locator;
    Some(Asked {
        id: *id,
        method: method.clone(),
        slot: slot.clone(),
        text: text.clone(),
        is_link: matches!(locator, Locator::Link(..)),
        headers: headers.clone(),
        body: STANDARD.encode(body),
        scopes: scopes.clone(),
    })
}

fn request(asked: &Asked) -> Option<Request> {
    let (slot, text) = (asked.slot.clone(), asked.text.clone());
    Some(Request::Http {
        id: asked.id,
        method: asked.method.clone(),
        locator: if asked.is_link {
            Locator::Link(slot, text)
        } else {
            Locator::Endpoint(slot, text)
        },
        headers: asked.headers.clone(),
        body: STANDARD.decode(&asked.body).ok()?,
        scopes: asked.scopes.clone(),
    })
}
