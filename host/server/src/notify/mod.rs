//! Notices: what an admin should know without looking, once when it begins and once when it is over.
//!
//! [`raise`] and [`settle`] write into the store and send nothing; [`send_due`] sends what the store
//! says, so that a notice outlives a crash of the service and a night in which the other side is down.
//! It arrives at least once; its id tells a repetition. Invariants: a text says which connector, guard
//! or place is meant and never has a value of a person or a secret; an attempt that fails keeps nobody
//! else waiting. Deliberately not here: what is worth a notice, which whoever raises it knows.

mod mail;
mod signature;
mod webhook;

use std::time::Duration;

use crate::net::Outside;
use crate::settings::Notify;
use crate::store::notices::{Entry, Fate, Outgoing};
use crate::store::{self, Store};
use crate::vault::Vault;

pub use signature::sign;

/// Waits between attempts, in minutes; the last one again and again.
const WAITS_MIN: [i64; 4] = [1, 5, 15, 60];
/// After so long it is given up.
const GIVEN_UP_MS: i64 = 24 * 60 * 60 * 1000;
/// Sent in one go.
const BATCH: u32 = 50;
/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(30);

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A guard holds a plan: somebody decides.
    Held,
    /// A connector is left alone because it keeps failing.
    Quarantined,
    /// What a notice told is over.
    Recovered,
    /// A credential ends soon.
    SecretExpires,
    /// A source does not deliver an attribute any more.
    NotDelivered,
    /// A connector or the service does nothing any more until somebody looks.
    Stopped,
}

impl Kind {
    /// Every kind, by its word in `[notify] events`.
    pub const ALL: [Self; 6] = [
        Self::Held,
        Self::Quarantined,
        Self::Recovered,
        Self::SecretExpires,
        Self::NotDelivered,
        Self::Stopped,
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Quarantined => "quarantined",
            Self::Recovered => "recovered",
            Self::SecretExpires => "secret-expires",
            Self::NotDelivered => "not-delivered",
            Self::Stopped => "stopped",
        }
    }
}

/// Something that somebody should know.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// `held:CONNECTOR`, ...: one of a key is open at a time.
    pub key: &'a str,
    /// What it is about.
    pub kind: Kind,
    /// The connector, as people call it; empty for the service itself.
    pub connector: &'a str,
    /// What happened.
    pub message: &'a str,
    /// What to do.
    pub hint: &'a str,
}

/// Opens a notice; true where this key was not open before.
pub async fn raise(store: &Store, notice: Notice<'_>, now_ms: i64) -> store::Result<bool> {
    let entry = Entry {
        key: notice.key,
        kind: notice.kind.word(),
        connector: notice.connector,
        message: notice.message,
        hint: notice.hint,
    };
    store.raise_notice(entry, now_ms).await
}

/// Ends an open notice and tells so once; false where the key is not open.
pub async fn settle(store: &Store, key: &str, message: &str, now_ms: i64) -> store::Result<bool> {
    store.settle_notice(key, message, now_ms).await
}

/// Everything that sending needs.
#[derive(Debug, Clone, Copy)]
pub struct Office<'a> {
    /// What has to go out.
    pub store: &'a Store,
    /// The way out.
    pub net: &'a Outside,
    /// Secrets by their places.
    pub vault: &'a Vault,
    /// `[notify]`.
    pub settings: &'a Notify,
}

/// Sends what is due, and answers how many arrived.
pub async fn send_due(office: Office<'_>, now_ms: i64) -> store::Result<usize> {
    let mut sent = 0;
    loop {
        let due = office.store.outgoing(now_ms, BATCH).await?;
        if due.is_empty() {
            return Ok(sent);
        }
        for one in &due {
            let fate = attempt(office, one, now_ms).await;
            sent += usize::from(fate == Fate::Sent);
            office.store.note_sent(one, fate, now_ms).await?;
        }
    }
}

/// Sends a notice of this command's own on every way that is set up: the way, and why it did not
/// arrive.
pub async fn test(office: Office<'_>, now_ms: i64) -> Vec<(&'static str, Result<(), String>)> {
    let mut told = Vec::new();
    for way in store::notices::WAYS {
        if !office.settings.has(way) {
            continue;
        }
        let one = Outgoing {
            id: format!("{now_ms}-test"),
            way: way.to_owned(),
            key: "test".to_owned(),
            event: "raised".to_owned(),
            kind: "test".to_owned(),
            connector: String::new(),
            message: "this is a test: notices of Attune arrive here".to_owned(),
            hint: String::new(),
            happened_ms: now_ms,
            not_before_ms: now_ms,
            attempts: 0,
        };
        told.push((way, deliver(office, &one, now_ms).await));
    }
    told
}

async fn attempt(office: Office<'_>, one: &Outgoing, now_ms: i64) -> Fate {
    let kind = if one.event == "settled" {
        Kind::Recovered.word()
    } else {
        &one.kind
    };
    if !office.settings.has(&one.way) || !office.settings.wants(kind) {
        return Fate::Off;
    }
    let Err(why) = deliver(office, one, now_ms).await else {
        return Fate::Sent;
    };
    let wait = WAITS_MIN.get(one.attempts as usize).or(WAITS_MIN.last());
    let next_ms = now_ms + wait.copied().unwrap_or_default() * 60_000;
    let (way, key) = (one.way.as_str(), one.key.as_str());
    if next_ms - one.not_before_ms > GIVEN_UP_MS {
        tracing::error!(code = "notify", way, key, "a notice was given up: {why}");
        return Fate::GivenUp;
    }
    tracing::warn!(
        code = "notify",
        way,
        key,
        "a notice could not be sent, and is tried again: {why}"
    );
    Fate::Again(next_ms)
}

/// One attempt on one way.
async fn deliver(office: Office<'_>, one: &Outgoing, now_ms: i64) -> Result<(), String> {
    let settings = office.settings;
    match (one.way.as_str(), &settings.webhook, &settings.mail) {
        ("webhook", Some(webhook), _) => webhook::send(office, webhook, one, now_ms).await,
        ("mail", _, Some(mail)) => mail::send(office, mail, one).await,
        _ => Ok(()),
    }
}
