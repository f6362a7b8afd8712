//! What a stand-in was asked: every request, and counts that tests assert on.
//!
//! Headers are kept as they came, credentials too: tests look for secrets that went to the
//! wrong place. The list of requests is bounded (the oldest go), the counts are not.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::wire::{Received, Reply, UNKNOWN_ROUTE};

/// One request and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place among all requests, from 1.
    pub sequence: u64,
    /// The method.
    pub method: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query without the question mark, still percent-encoded.
    pub query: String,
    /// The headers as they came, `authorization` included; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
    /// The kind of request, such as `users.list` or `property.put`.
    pub class: &'static str,
    /// The status of the answer; 0 where the connection was cut instead.
    pub status: u16,
    /// Whether the request changed the state, even where its answer got lost.
    pub is_applied: bool,
    /// The scripted fault that met it.
    pub fault: Option<&'static str>,
}

impl Record {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(kept, _)| kept == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Counts since the start, or since the last [`reset`](crate::Stand::reset_log).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All requests.
    pub requests: u64,
    /// Requests that changed the state.
    pub applied: u64,
    /// Requests by kind.
    pub by_class: BTreeMap<&'static str, u64>,
    /// Answers by status; 0 for cut connections.
    pub by_status: BTreeMap<u16, u64>,
    /// How many requests were under way at once, at most.
    pub in_flight_max: u64,
}

impl Counts {
    /// How many requests of one kind there were.
    pub fn class(&self, class: &str) -> u64 {
        self.by_class.get(class).copied().unwrap_or_default()
    }

    /// How many answers had this status.
    pub fn status(&self, status: u16) -> u64 {
        self.by_status.get(&status).copied().unwrap_or_default()
    }

    /// How many requests the stand-in did not know; a test fails on any.
    pub fn unknown_routes(&self) -> u64 {
        self.class(UNKNOWN_ROUTE)
    }
}

#[derive(Debug, Default)]
struct Kept {
    records: VecDeque<Record>,
    counts: Counts,
    unknown: Vec<String>,
    in_flight: u64,
}

/// The log of one stand-in.
#[derive(Debug)]
pub(crate) struct Log {
    records_max: usize,
    kept: Mutex<Kept>,
}

/// How a request ended.
pub(crate) struct Outcome<'a> {
    pub(crate) reply: &'a Reply,
    /// The status as it went out; 0 for none.
    pub(crate) status: u16,
    pub(crate) fault: Option<&'static str>,
}

impl Log {
    pub(crate) fn new(records_max: usize) -> Self {
        Self {
            records_max,
            kept: Mutex::default(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request as under way until the guard is dropped.
    pub(crate) fn enter(&self) -> UnderWay<'_> {
        let mut kept = self.kept();
        kept.in_flight += 1;
        kept.counts.in_flight_max = kept.counts.in_flight_max.max(kept.in_flight);
        UnderWay(self)
    }

    pub(crate) fn push(&self, received: &Received, outcome: &Outcome) {
        let mut kept = self.kept();
        let reply = outcome.reply;
        kept.counts.requests += 1;
        kept.counts.applied += u64::from(reply.is_applied);
        *kept.counts.by_class.entry(reply.class).or_default() += 1;
        *kept.counts.by_status.entry(outcome.status).or_default() += 1;
        if reply.class == UNKNOWN_ROUTE {
            let line = format!("{} {}?{}", received.method, received.path, received.query);
            kept.unknown.push(line);
        }
        if self.records_max == 0 {
            return;
        }
        if kept.records.len() >= self.records_max {
            kept.records.pop_front();
        }
        let sequence = kept.counts.requests;
        kept.records
            .push_back(record_of(sequence, received, outcome));
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.kept().records.iter().cloned().collect()
    }

    pub(crate) fn counts(&self) -> Counts {
        self.kept().counts.clone()
    }

    pub(crate) fn unknown_routes(&self) -> Vec<String> {
        self.kept().unknown.clone()
    }

    pub(crate) fn reset(&self) {
        let mut kept = self.kept();
        kept.records.clear();
        kept.counts = Counts::default();
    }
}

fn record_of(sequence: u64, received: &Received, outcome: &Outcome) -> Record {
    let headers = received.headers.iter().map(|(name, value)| {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), text)
    });
    Record {
        sequence,
        method: received.method.to_string(),
        path: received.path.clone(),
        query: received.query.clone(),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&received.body).into_owned(),
        class: outcome.reply.class,
        status: outcome.status,
        is_applied: outcome.reply.is_applied,
        fault: outcome.fault,
    }
}

/// A request that is under way.
pub(crate) struct UnderWay<'a>(&'a Log);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.kept().in_flight -= 1;
    }
}
