//! Conversations with scripted adapters, against listeners on loopback and scripted worlds.

mod listing;
mod opening;
mod refusals;
mod waiting;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;

use super::adapter::{
    Action, CredentialSlot, DocumentAt, EndpointSlot, Event, Fault, Locator, PersonAt, Reply,
    Request, Requirements, TokenGrant, Turn,
};
use super::{Adapter, Ask, Completion, Endpoint, Error, Goal, Page, Presence, Source, SourceSpec};
use crate::net::Outside;

/// An adapter of one function from (state, event) to a turn.
pub(super) struct Scripted<F> {
    pub(super) needs: Requirements,
    pub(super) step: F,
    is_computing: AtomicBool,
}

impl<F> Scripted<F>
where
    F: Fn(&[u8], &Event) -> Result<Turn, Fault> + Send + Sync + 'static,
{
    pub(super) fn adapter(needs: Requirements, step: F) -> Arc<dyn Adapter> {
        let is_computing = AtomicBool::new(false);
        Arc::new(Self {
            needs,
            step,
            is_computing,
        })
    }
}

impl<F> Adapter for Scripted<F>
where
    F: Fn(&[u8], &Event) -> Result<Turn, Fault> + Send + Sync,
{
    fn needs(&self) -> Result<Requirements, Fault> {
        Ok(self.needs.clone())
    }

    fn advance(&self, state: &[u8], _now_ms: f64, event: &Event) -> Result<Turn, Fault> {
        let was_computing = self.is_computing.swap(true, Ordering::SeqCst);
        assert!(!was_computing, "two events at once");
        let turn = (self.step)(state, event);
        self.is_computing.store(false, Ordering::SeqCst);
        turn
    }
}

/// One address `api`, signed by the client `app` with tokens from `login`.
pub(super) fn needs() -> Requirements {
    let endpoint = |name: &str, credential: &str| EndpointSlot {
        name: name.to_owned(),
        purpose: "the people".to_owned(),
        required: true,
        default_url: String::new(),
        credential: credential.to_owned(),
    };
    Requirements {
        endpoints: vec![endpoint("api", "app")],
        credentials: vec![CredentialSlot {
            name: "app".to_owned(),
            purpose: "an app registration".to_owned(),
            kinds: vec![
                "oauth2-client-credentials".to_owned(),
                "api-token".to_owned(),
            ],
            grant: Some(TokenGrant {
                endpoint: "login".to_owned(),
                path: "/token".to_owned(),
                scopes: vec!["{api}/.default".to_owned()],
                ..TokenGrant::default()
            }),
            extra: vec![
                ("header".to_owned(), "X-Key".to_owned()),
                ("prefix".to_owned(), "SSWS ".to_owned()),
            ],
            ..CredentialSlot::default()
        }],
        attributes: vec!["id".to_owned()],
        ..Requirements::default()
    }
}

pub(super) fn spec(adapter: Arc<dyn Adapter>, api: &str) -> SourceSpec {
    let endpoint = Endpoint {
        url: api.to_owned(),
        ca_file: None,
    };
    SourceSpec {
        connector: "entra-main".to_owned(),
        adapter,
        endpoints: BTreeMap::from([("api".to_owned(), endpoint)]),
        ca_file: None,
        credentials: BTreeMap::new(),
        allow_http: false,
        start_tls: true,
        allow_plain: false,
    }
}

/// Opens a source of one scripted adapter.
pub(super) fn source<F>(outside: &Outside, api: &str, step: F) -> Source
where
    F: Fn(&[u8], &Event) -> Result<Turn, Fault> + Send + Sync + 'static,
{
    let adapter = Scripted::adapter(needs(), step);
    Source::open(spec(adapter, api), outside).unwrap()
}

pub(super) fn everyone() -> Ask {
    Ask {
        goal: Goal::Everyone,
        wanted: vec!["department".to_owned()],
        groups: vec!["jira-users".to_owned()],
    }
}

/// Holds a conversation to its end and keeps its pages.
pub(super) async fn converse(source: &Source, ask: Ask) -> (Result<Completion, Error>, Vec<Page>) {
    let (sender, mut receiver) = mpsc::channel(4);
    let keep = async {
        let mut pages = Vec::new();
        while let Some(page) = receiver.recv().await {
            pages.push(page);
        }
        pages
    };
    tokio::join!(source.converse(ask, sender), keep)
}

/// The error of a conversation that must not complete.
pub(super) async fn failure(source: &Source) -> Error {
    let (completion, _) = converse(source, everyone()).await;
    completion.expect_err("it should not complete")
}

pub(super) fn turn(actions: Vec<Action>) -> Turn {
    Turn {
        state: Vec::new(),
        actions,
    }
}

pub(super) fn get(id: u32, path: &str) -> Action {
    http(
        id,
        "GET",
        Locator::Endpoint("api".to_owned(), path.to_owned()),
    )
}

pub(super) fn follow(id: u32, link: &str) -> Action {
    http(id, "GET", Locator::Link("api".to_owned(), link.to_owned()))
}

pub(super) fn http(id: u32, method: &str, locator: Locator) -> Action {
    Action::Send(Request::Http {
        id,
        method: method.to_owned(),
        locator,
        headers: Vec::new(),
        body: Vec::new(),
        scopes: Vec::new(),
    })
}

pub(super) fn person(key: &str, document: DocumentAt) -> PersonAt {
    PersonAt {
        key: key.to_owned(),
        names: vec![format!("{key}@contoso.example")],
        revision: String::new(),
        presence: Presence::Whole,
        in_scope: None,
        document,
        parts: Vec::new(),
        relations: Vec::new(),
    }
}

/// The text of an HTTP reply.
pub(super) fn text(event: &Event) -> String {
    match event {
        Event::Replied {
            reply: Reply::Http { body, .. },
            ..
        } => String::from_utf8(body.to_vec()).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Every person of an array of objects `{"id":"..."}`, as slices of the body.
pub(super) fn people_in(body: &str) -> Vec<PersonAt> {
    let mut people = Vec::new();
    let mut from = 0;
    while let Some(start) = body[from..].find("{\"id\"").map(|at| at + from) {
        let end = body[start..].find('}').unwrap() + start + 1;
        let key = body[start..end].split('"').nth(3).unwrap();
        let at = DocumentAt::Slice(u32::try_from(start).unwrap(), u32::try_from(end).unwrap());
        people.push(person(key, at));
        from = end;
    }
    people
}
