//! What an adapter answers: the actions of one turn, and the people in them.
//!
//! Actions are carried out in the order in which they were added. Deliberately not here: the
//! abort action; a step that returns a [`crate::Problem`] says the same.

use super::Request;

/// The actions of one step, in order.
#[derive(Debug, Default)]
pub struct Turn {
    actions: Vec<Action>,
}

impl Turn {
    /// Sends a request; its reply comes as an event.
    pub fn send(&mut self, request: Request) {
        self.actions.push(Action::Send(request));
    }

    /// Hands over people; nothing happens for none.
    pub fn deliver(&mut self, people: Vec<Person>) {
        if !people.is_empty() {
            self.actions.push(Action::Deliver(people));
        }
    }

    /// Says that the provider itself knows nobody of these names.
    pub fn absent(&mut self, names: Vec<String>) {
        if !names.is_empty() {
            self.actions.push(Action::Absent(names));
        }
    }

    /// Hands over pictures.
    pub fn pictures(&mut self, pictures: Vec<Picture>) {
        self.actions.push(Action::Pictures(pictures));
    }

    /// Reports one line of a probe.
    pub fn finding(&mut self, finding: Finding) {
        self.actions.push(Action::Finding(finding));
    }

    /// Says which attributes there are.
    pub fn attributes(&mut self, attributes: Vec<Attribute>) {
        self.actions.push(Action::Attributes(attributes));
    }

    /// Asks to be woken after a time.
    pub fn wake_after(&mut self, id: u32, ms: u32) {
        self.actions.push(Action::WakeAfter { id, ms });
    }

    /// Nothing more is sent to that endpoint slot before this Unix time.
    pub fn hold_off(&mut self, endpoint: &str, until_ms: f64) {
        self.actions.push(Action::HoldOff {
            endpoint: endpoint.to_owned(),
            until_ms,
        });
    }

    /// A mark to go on from; it takes effect only with [`Turn::complete`].
    pub fn checkpoint(&mut self, mark: String) {
        self.actions.push(Action::Checkpoint(mark));
    }

    /// Everything that was asked for has been delivered: so many people.
    pub fn complete(&mut self, people: u32) {
        self.actions.push(Action::Complete(people));
    }

    /// The actions, in order.
    pub fn into_actions(self) -> Vec<Action> {
        self.actions
    }
}

/// One action of a turn.
#[derive(Debug, Clone)]
pub enum Action {
    /// Send a request.
    Send(Request),
    /// Take these people.
    Deliver(Vec<Person>),
    /// The provider says that these do not exist.
    Absent(Vec<String>),
    /// Take these pictures.
    Pictures(Vec<Picture>),
    /// One line of a probe.
    Finding(Finding),
    /// The attributes that there are.
    Attributes(Vec<Attribute>),
    /// Wake the adapter.
    WakeAfter {
        /// Comes back with the event.
        id: u32,
        /// How long from now.
        ms: u32,
    },
    /// Leave an endpoint alone for a while.
    HoldOff {
        /// The endpoint slot.
        endpoint: String,
        /// Unix time in milliseconds.
        until_ms: f64,
    },
    /// A mark for the next conversation.
    Checkpoint(String),
    /// The conversation is done.
    Complete(u32),
}

/// Where a document is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// Start and end in the body of the reply that this turn answers.
    Slice(u32, u32),
    /// Index in the LDAP page that this turn answers.
    Entry(u32),
    /// The document itself, as JSON.
    Json(String),
    /// There is none.
    Nothing,
}

/// How complete a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Every wanted attribute that exists is in it.
    Whole,
    /// What is not in it is unchanged.
    Partial,
    /// The provider says that the person was removed.
    Gone,
}

/// Another person, by any of their key or names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// `manager`, ...
    pub role: String,
    /// Key, user name, address or DN.
    pub name: String,
}

/// One person as the provider delivers them.
#[derive(Debug, Clone)]
pub struct Person {
    /// Never changes and is never used again for somebody else.
    pub key: String,
    /// Other names under which relations and admins may name this person.
    pub names: Vec<String>,
    /// Changes whenever the document does; empty where the provider has no such mark.
    pub revision: String,
    /// How complete the document is.
    pub presence: Presence,
    /// Whether the adapter's own limits (groups, filter) let this person take part; said for
    /// `people` and `changes-since` only.
    pub in_scope: Option<bool>,
    /// The document.
    pub document: Document,
    /// More documents, each hung in under a member.
    pub parts: Vec<(String, Document)>,
    /// The people that this one is related to.
    pub relations: Vec<Relation>,
}

impl Person {
    /// A person with a whole document and nothing else.
    pub fn whole(key: String, document: Document) -> Self {
        Self {
            key,
            names: Vec::new(),
            revision: String::new(),
            presence: Presence::Whole,
            in_scope: None,
            document,
            parts: Vec::new(),
            relations: Vec::new(),
        }
    }

    /// Adds a name unless it is empty, the key, or there already (without ASCII case).
    pub fn add_name(&mut self, name: &str) {
        let known = |other: &str| other.eq_ignore_ascii_case(name);
        if !name.is_empty() && !known(&self.key) && !self.names.iter().any(|n| known(n)) {
            self.names.push(name.to_owned());
        }
    }

    /// Adds a relation to somebody of that name.
    pub fn relate(&mut self, role: &str, name: String) {
        self.relations.push(Relation {
            role: role.to_owned(),
            name,
        });
    }
}

/// Where a picture is.
#[derive(Debug, Clone)]
pub enum Image {
    /// The host's mark still holds.
    Unchanged,
    /// There is no picture.
    Missing,
    /// Start and end in the body of the reply that this turn answers.
    Slice(u32, u32),
    /// The image itself.
    Bytes(Vec<u8>),
    /// Fetched by the host without any credential, under its own rules.
    Link(String),
}

/// One person's picture.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The person's key.
    pub key: String,
    /// Changes whenever the image does.
    pub mark: String,
    /// `image/jpeg`, ...
    pub media_type: String,
    /// The image.
    pub image: Image,
}

/// One line of a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub name: String,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What was seen.
    pub message: String,
    /// What to do about it; empty when nothing is to be done.
    pub fix: String,
}

impl Finding {
    /// Something is as it should be.
    pub fn good(name: &str, message: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            ok: true,
            message: message.into(),
            fix: String::new(),
        }
    }

    /// Something is not as it should be, with what to do about it.
    pub fn bad(name: &str, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            ok: false,
            message: message.into(),
            fix: fix.into(),
        }
    }
}

/// One attribute that the provider knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// How a row names it.
    pub selector: String,
    /// For people.
    pub title: String,
    /// text, number, boolean, date, list, object, bytes.
    pub kind: String,
}

impl Attribute {
    /// An attribute of that selector, title and kind.
    pub fn new(selector: &str, title: &str, kind: &str) -> Self {
        Self {
            selector: selector.to_owned(),
            title: title.to_owned(),
            kind: kind.to_owned(),
        }
    }
}
