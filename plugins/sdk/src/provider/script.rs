//! Plays the host for native tests: a whole conversation against a function that answers requests.
//!
//! Every step goes through [`dispatch::advance`], so state crosses as JSON as it does in the
//! component, and each step is taken twice to see that it is pure. What the host would refuse fails
//! the test here: slices outside the body, entries outside the page, more than
//! [`REQUESTS_AT_ONCE`] requests under way, the same request again after a good answer, a wrong
//! count, actions after completion, silence. Time passes only while an adapter waits.

use std::collections::{HashSet, VecDeque};
use std::marker::PhantomData;

use super::{
    Action, Attribute, Begin, Document, Event, Failure, Finding, Goal, HttpResponse, Image,
    LdapPage, Person, Picture, Presence, Provider, REQUESTS_AT_ONCE, Reply, Request, dispatch,
};
use crate::{Problem, options};

/// No test needs more steps; an adapter that does is going round in circles.
const STEPS_MAX: usize = 200_000;

/// When every conversation begins: 2026-11-21T22:00:00Z.
pub const BEGAN_MS: f64 = 1_795_298_400_000.0;

/// A person as delivered, with the text of the document.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// The person.
    pub person: Person,
    /// The document's JSON, or `dn` for an LDAP entry.
    pub document: String,
}

/// Everything that came out of a conversation.
#[derive(Debug, Default)]
pub struct Transcript {
    /// The requests, in the order of sending.
    pub requests: Vec<Request>,
    /// The people, in the order of delivery.
    pub people: Vec<Delivered>,
    /// The names that the provider does not know.
    pub absent: Vec<String>,
    /// The lines of a probe.
    pub findings: Vec<Finding>,
    /// The attributes of a discovery.
    pub attributes: Vec<Attribute>,
    /// The pictures, with the bytes of those that are in a reply.
    pub pictures: Vec<(Picture, Vec<u8>)>,
    /// Endpoint slots that were to be left alone, and until when.
    pub hold_offs: Vec<(String, f64)>,
    /// How long the adapter wanted to wait, in ms.
    pub waits: Vec<u32>,
    /// The mark to go on from.
    pub checkpoint: Option<String>,
    /// The count of `complete`, if it came.
    pub complete: Option<u32>,
    /// The problem that ended the conversation, if one did.
    pub problem: Option<Problem>,
}

impl Transcript {
    /// Path and query (or link, or LDAP filter) of each request.
    pub fn asked(&self) -> Vec<String> {
        self.requests.iter().map(asked).collect()
    }

    /// The keys of the delivered people.
    pub fn keys(&self) -> Vec<&str> {
        self.people.iter().map(|p| p.person.key.as_str()).collect()
    }

    /// The code of the problem; empty for none.
    pub fn code(&self) -> &str {
        self.problem.as_ref().map_or("", |p| p.code.as_str())
    }
}

/// Checks what every manifest of an adapter promises: one function, named like the id, whose schema
/// has exactly the options that the adapter reads.
///
/// # Panics
/// When it does not.
pub fn check_manifest<P: Provider>() {
    let manifest = P::manifest();
    let names: Vec<&str> = manifest.functions.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, [manifest.id.as_str()]);
    let schema = manifest
        .functions
        .first()
        .map(|f| f.options_schema.as_str());
    let schema: serde_json::Value =
        serde_json::from_str(schema.unwrap_or_default()).unwrap_or_default();
    let properties = schema.get("properties").and_then(|p| p.as_object());
    let mut described: Vec<&str> = properties
        .map(|properties| properties.keys().map(String::as_str).collect())
        .unwrap_or_default();
    let mut read = options::fields::<P::Options>().unwrap_or_default().to_vec();
    described.sort_unstable();
    read.sort_unstable();
    assert_eq!(described, read, "schema and options differ");
    assert_eq!(
        schema.get("additionalProperties"),
        Some(&serde_json::Value::Bool(false))
    );
}

/// Where a request goes, in one line.
pub fn asked(request: &Request) -> String {
    match request {
        Request::Http(http) => match &http.locator {
            super::Locator::Endpoint(_, path) => path.clone(),
            super::Locator::Link(_, link) => link.clone(),
        },
        Request::Ldap(search) => search.filter.clone(),
    }
}

/// A beginning without groups.
pub fn begin(goal: Goal, wanted: &[&str]) -> Begin {
    Begin {
        goal,
        wanted: wanted.iter().map(|&w| w.to_owned()).collect(),
        groups: Vec::new(),
    }
}

/// An answer with a status and a JSON body.
pub fn json(request: &Request, status: u16, body: &str) -> Reply {
    Reply::Http(HttpResponse {
        id: request.id(),
        status,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: body.as_bytes().to_vec(),
    })
}

/// No answer, of that kind.
pub fn failed(request: &Request, kind: &str) -> Reply {
    Reply::Failed(Failure {
        id: request.id(),
        kind: kind.to_owned(),
        detail: "as the test wants it".to_owned(),
    })
}

/// Runs a conversation to its end; requests are answered in the order of sending.
///
/// # Panics
/// When the adapter does what the host would refuse.
pub fn run<P: Provider>(
    options: &serde_json::Value,
    begin: Begin,
    mut answer: impl FnMut(&Request) -> Reply,
) -> Transcript {
    let mut play = Play::<P> {
        options: options.to_string(),
        state: Vec::new(),
        now_ms: BEGAN_MS,
        under_way: VecDeque::new(),
        waiting: VecDeque::new(),
        sent: HashSet::new(),
        transcript: Transcript::default(),
        adapter: PhantomData,
    };
    let mut event = Event::Begin(begin);
    let mut steps = 0;
    while play.step(&event) {
        steps += 1;
        assert!(steps < STEPS_MAX, "the adapter goes round in circles");
        let Some(request) = play.under_way.pop_front() else {
            let wait = play.waiting.pop_front();
            assert!(
                wait.is_some(),
                "the adapter neither asks, waits nor completes"
            );
            let (id, ms) = wait.unwrap_or_default();
            play.now_ms += f64::from(ms);
            play.sent.clear();
            event = Event::Woke(id);
            continue;
        };
        let reply = answer(&request);
        if !is_good(&reply) {
            play.sent.clear();
        }
        event = Event::Replied(reply);
    }
    play.transcript
}

struct Play<P> {
    options: String,
    state: Vec<u8>,
    now_ms: f64,
    under_way: VecDeque<Request>,
    waiting: VecDeque<(u32, u32)>,
    sent: HashSet<String>,
    transcript: Transcript,
    adapter: PhantomData<P>,
}

impl<P: Provider> Play<P> {
    /// Takes one step; `false` when the conversation is over.
    fn step(&mut self, event: &Event) -> bool {
        let take = |event| dispatch::advance::<P>(&self.options, &self.state, self.now_ms, event);
        let again = take(event.clone());
        let outcome = match take(event.clone()) {
            Ok(outcome) => outcome,
            Err(problem) => {
                self.transcript.problem = Some(problem);
                return false;
            }
        };
        let again = again.map(|again| (again.state, format!("{:?}", again.actions)));
        let pure = again.is_ok_and(|(state, actions)| {
            state == outcome.state && actions == format!("{:?}", outcome.actions)
        });
        assert!(pure, "the same arguments gave another turn");
        self.state = outcome.state;
        for action in outcome.actions {
            assert_eq!(self.transcript.complete, None, "an action after complete");
            self.carry_out(action, event);
        }
        self.transcript.complete.is_none()
    }

    fn carry_out(&mut self, action: Action, event: &Event) {
        match action {
            Action::Send(request) => {
                assert!(
                    self.sent.insert(mark(&request)),
                    "asked for again: {request:?}"
                );
                self.transcript.requests.push(request.clone());
                self.under_way.push_back(request);
                assert!(
                    self.under_way.len() <= REQUESTS_AT_ONCE,
                    "too many requests under way"
                );
            }
            Action::Deliver(people) => {
                for person in people {
                    let document = resolve(&person.document, event);
                    self.transcript.people.push(Delivered { person, document });
                }
            }
            Action::Absent(names) => self.transcript.absent.extend(names),
            Action::Finding(finding) => self.transcript.findings.push(finding),
            Action::Attributes(attributes) => self.transcript.attributes.extend(attributes),
            Action::Checkpoint(mark) => self.transcript.checkpoint = Some(mark),
            Action::Complete(people) => {
                let present = self.transcript.people.iter();
                let present = present.filter(|p| p.person.presence != Presence::Gone);
                assert_eq!(people as usize, present.count(), "a wrong count");
                self.transcript.complete = Some(people);
                assert!(
                    self.under_way.is_empty(),
                    "complete with requests under way"
                );
            }
            Action::Pictures(pictures) => {
                for picture in pictures {
                    let bytes = match &picture.image {
                        Image::Slice(start, end) => part(*start, *end, event),
                        Image::Bytes(bytes) => Some(bytes.clone()),
                        Image::Unchanged | Image::Missing | Image::Link(_) => Some(Vec::new()),
                    };
                    assert!(bytes.is_some(), "the picture is not in the answered reply");
                    let bytes = bytes.unwrap_or_default();
                    self.transcript.pictures.push((picture, bytes));
                }
            }
            Action::WakeAfter { id, ms } => {
                self.transcript.waits.push(ms);
                self.waiting.push_back((id, ms));
            }
            Action::HoldOff { endpoint, until_ms } => {
                self.sent.clear();
                self.transcript.hold_offs.push((endpoint, until_ms));
            }
        }
    }
}

/// What makes a request another one for the host. A page behind a cookie is another page every
/// time: some servers send one cookie for all pages of a search.
fn mark(request: &Request) -> String {
    match request {
        Request::Http(http) => format!("{:?} {:?} {:?}", http.method, http.locator, http.body),
        Request::Ldap(search) if search.cookie.is_empty() => {
            let (base, scope, filter) = (&search.base, search.scope, &search.filter);
            format!("{base:?} {scope:?} {filter} {:?}", search.attributes)
        }
        Request::Ldap(search) => search.id.to_string(),
    }
}

fn is_good(reply: &Reply) -> bool {
    match reply {
        Reply::Http(response) => (200..300).contains(&response.status),
        Reply::Ldap(page) => page.code == 0,
        Reply::Failed(_) => false,
    }
}

/// A part of the reply that the event brought.
fn part(start: u32, end: u32, event: &Event) -> Option<Vec<u8>> {
    match event {
        Event::Replied(Reply::Http(HttpResponse { body, .. })) => {
            body.get(start as usize..end as usize).map(<[u8]>::to_vec)
        }
        _ => None,
    }
}

/// The text that a document stands for, as the host would find it.
fn resolve(document: &Document, event: &Event) -> String {
    let found = match (document, event) {
        (Document::Slice(start, end), _) => {
            part(*start, *end, event).and_then(|bytes| String::from_utf8(bytes).ok())
        }
        (Document::Entry(index), Event::Replied(Reply::Ldap(LdapPage { entries, .. }))) => {
            entries.get(*index as usize).map(|entry| entry.dn.clone())
        }
        (Document::Json(text), _) => Some(text.clone()),
        (Document::Nothing, _) => Some(String::new()),
        _ => None,
    };
    assert!(found.is_some(), "the document is not in the answered reply");
    found.unwrap_or_default()
}
