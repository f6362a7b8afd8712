//! A provider component behind [`Adapter`]: the contract's records turned into ours and back.
//!
//! One component serves one conversation after the other; a conversation's state is bytes, so
//! nothing of one reaches the next. Its words are made fit to be shown; nothing else is judged
//! here: what a guest returned is checked by `people` and `requests`.

use std::sync::{Mutex, PoisonError};

use attune_core::selector::Names;
use attune_wasm::Plugin;
use attune_wasm::provider::{self as guest, Provider};

use super::Error;
use super::adapter::{
    Action, Adapter, CredentialSlot, DocumentAt, EndpointSlot, Event, Fault, Found, Goal, ImageAt,
    Locator, PersonAt, PictureAt, Reply, Request, Requirements, TokenGrant, Turn,
};
use super::people::{Attribute, Presence, Relation};
use crate::net::ldap;

/// A provider plugin with its options.
pub struct Wasm {
    provider: Mutex<Provider>,
}

impl Wasm {
    /// Checks the options against the plugin's schema and makes its sandbox.
    pub fn open(plugin: &Plugin, options: &serde_json::Value) -> Result<Self, Error> {
        let provider =
            Provider::open(plugin, &options.to_string()).map_err(|error| match fault(error) {
                Fault::Problem(problem) => Error::Options(problem),
                fault @ Fault::Plugin { .. } => Error::of_fault(fault, None),
            })?;
        Ok(Self {
            provider: Mutex::new(provider),
        })
    }
}

impl Adapter for Wasm {
    fn needs(&self) -> Result<Requirements, Fault> {
        let mut provider = self.provider.lock().unwrap_or_else(PoisonError::into_inner);
        provider.needs().map(requirements).map_err(fault)
    }

    fn advance(&self, state: &[u8], now_ms: f64, event: &Event) -> Result<Turn, Fault> {
        let mut provider = self.provider.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = provider
            .advance(state, now_ms, &event_of(event))
            .map_err(fault)?;
        let actions = turn.actions.into_iter().map(action).collect();
        Ok(Turn {
            state: turn.state,
            actions,
        })
    }
}

fn fault(error: attune_wasm::Error) -> Fault {
    match error {
        attune_wasm::Error::Problem(problem) => Fault::Problem(problem),
        error => Fault::Plugin {
            code: error.code().to_owned(),
            message: error.to_string(),
        },
    }
}

fn requirements(needs: guest::Requirements) -> Requirements {
    Requirements {
        endpoints: needs.endpoints.into_iter().map(endpoint_slot).collect(),
        credentials: needs.credentials.into_iter().map(credential_slot).collect(),
        attributes: needs.attributes,
        names: names(&needs.extra),
    }
}

/// `("names", "ignore-case")` says that members are compared without case.
fn names(extra: &[(String, String)]) -> Names {
    let mut said = extra.iter().filter(|(name, _)| name == "names");
    if said.any(|(_, value)| value == "ignore-case") {
        Names::IgnoreCase
    } else {
        Names::Exact
    }
}

fn endpoint_slot(slot: guest::EndpointSlot) -> EndpointSlot {
    EndpointSlot {
        name: slot.name,
        purpose: slot.purpose,
        required: slot.required,
        default_url: slot.default_url,
        credential: slot.credential,
    }
}

fn credential_slot(slot: guest::CredentialSlot) -> CredentialSlot {
    CredentialSlot {
        name: slot.name,
        purpose: slot.purpose,
        required: slot.required,
        kinds: slot.kinds,
        grant: slot.grant.map(|grant| TokenGrant {
            endpoint: grant.endpoint,
            path: grant.path,
            scopes: grant.scopes,
            audience: grant.audience,
            parameters: grant.parameters,
        }),
        extra: slot.extra,
    }
}

fn event_of(event: &Event) -> guest::Event {
    match event {
        Event::Begin {
            goal,
            wanted,
            groups,
        } => guest::Event::Begin(guest::Begin {
            goal: goal_of(goal),
            wanted: wanted.clone(),
            groups: groups.clone(),
            extra: Vec::new(),
        }),
        Event::Replied { id, reply } => guest::Event::Replied(reply_of(*id, reply)),
        Event::Woke(id) => guest::Event::Woke(*id),
    }
}

fn goal_of(goal: &Goal) -> guest::Goal {
    match goal {
        Goal::Everyone => guest::Goal::Everyone,
        Goal::ChangesSince(checkpoint) => guest::Goal::ChangesSince(checkpoint.clone()),
        Goal::People(names) => guest::Goal::People(names.clone()),
        Goal::Pictures(marks) => guest::Goal::Pictures(marks.clone()),
        Goal::Probe => guest::Goal::Probe,
        Goal::Discover(people) => guest::Goal::Discover(*people),
    }
}

fn reply_of(id: u32, reply: &Reply) -> guest::Reply {
    match reply {
        Reply::Http {
            status,
            headers,
            body,
        } => guest::Reply::Http(guest::HttpResponse {
            id,
            status: *status,
            headers: headers
                .iter()
                .map(|(name, value)| guest::Header {
                    name: name.clone(),
                    value: value.clone(),
                })
                .collect(),
            body: body.to_vec(),
        }),
        Reply::Ldap(page) => guest::Reply::Ldap(guest::LdapPage {
            id,
            code: page.code,
            diagnostic: page.diagnostic.clone(),
            entries: page.entries.iter().map(entry_of).collect(),
            cookie: page.cookie.clone(),
        }),
        Reply::Failed { kind, detail } => guest::Reply::Failed(guest::Failure {
            id,
            kind: (*kind).to_owned(),
            detail: detail.clone(),
        }),
    }
}

fn entry_of(entry: &ldap::Entry) -> guest::LdapEntry {
    let attributes = entry.attributes.iter();
    guest::LdapEntry {
        dn: entry.dn.clone(),
        attributes: attributes
            .map(|(name, values)| guest::LdapValue {
                name: name.clone(),
                values: values.clone(),
            })
            .collect(),
    }
}

fn action(action: guest::Action) -> Action {
    match action {
        guest::Action::Send(request) => Action::Send(request_of(request)),
        guest::Action::Deliver(people) => Action::Deliver(people.into_iter().map(person).collect()),
        guest::Action::Absent(names) => Action::Absent(names),
        guest::Action::Pictures(pictures) => {
            Action::Pictures(pictures.into_iter().map(picture).collect())
        }
        guest::Action::Finding(finding) => Action::Finding(Found {
            name: guest::line(&finding.name),
            ok: finding.ok,
            message: guest::line(&finding.message),
            fix: guest::line(&finding.fix),
        }),
        guest::Action::Attributes(attributes) => {
            let attribute = |attribute: guest::Attribute| Attribute {
                selector: attribute.selector,
                title: attribute.title,
                kind: attribute.kind,
            };
            Action::Attributes(attributes.into_iter().map(attribute).collect())
        }
        guest::Action::WakeAfter(wait) => Action::WakeAfter(wait.id, wait.ms),
        guest::Action::HoldOff((slot, until_ms)) => Action::HoldOff(slot, until_ms),
        guest::Action::Checkpoint(checkpoint) => Action::Checkpoint(checkpoint),
        guest::Action::Complete(count) => Action::Complete(count),
        guest::Action::Abort(said) => Action::Abort(guest::problem(&said)),
        guest::Action::Extension((name, _)) => Action::Extension(guest::line(&name)),
    }
}

fn request_of(request: guest::Request) -> Request {
    match request {
        guest::Request::Http(http) => Request::Http {
            id: http.id,
            method: http.method,
            locator: match http.locator {
                guest::Locator::Endpoint((slot, path)) => Locator::Endpoint(slot, path),
                guest::Locator::Link((slot, link)) => Locator::Link(slot, link),
            },
            headers: http
                .headers
                .into_iter()
                .map(|h| (h.name, h.value))
                .collect(),
            body: http.body,
            scopes: scopes(&http.extra),
        },
        guest::Request::Ldap(search) => Request::Ldap {
            id: search.id,
            endpoint: search.endpoint,
            search: ldap::Search {
                base: search.base,
                scope: match search.scope {
                    guest::LdapScope::Base => ldap::Scope::Base,
                    guest::LdapScope::OneLevel => ldap::Scope::OneLevel,
                    guest::LdapScope::Subtree => ldap::Scope::Subtree,
                },
                filter: search.filter,
                attributes: search.attributes,
                binary: search.binary,
                page_size: search.page_size,
                cookie: search.cookie,
            },
        },
    }
}

/// `("scopes", "a b")` says which scopes of the grant a request needs.
fn scopes(extra: &[(String, String)]) -> Vec<String> {
    let named = extra.iter().filter(|(name, _)| name == "scopes");
    named
        .flat_map(|(_, scopes)| scopes.split_whitespace().map(str::to_owned))
        .collect()
}

fn person(person: guest::Person) -> PersonAt {
    let parts = person.parts.into_iter();
    let relations = person.relations.into_iter();
    PersonAt {
        key: person.key,
        names: person.names,
        revision: person.revision,
        presence: match person.presence {
            guest::Presence::Whole => Presence::Whole,
            guest::Presence::Partial => Presence::Partial,
            guest::Presence::Gone => Presence::Gone,
        },
        in_scope: person.in_scope,
        document: document(person.document),
        parts: parts
            .map(|(member, part)| (member, document(part)))
            .collect(),
        relations: relations
            .map(|r| Relation {
                role: r.role,
                name: r.name,
            })
            .collect(),
    }
}

fn document(at: guest::Document) -> DocumentAt {
    match at {
        guest::Document::Slice((start, end)) => DocumentAt::Slice(start, end),
        guest::Document::Entry(index) => DocumentAt::Entry(index),
        guest::Document::Json(json) => DocumentAt::Json(json),
        guest::Document::Nothing => DocumentAt::Nothing,
    }
}

fn picture(picture: guest::Picture) -> PictureAt {
    PictureAt {
        key: picture.key,
        mark: picture.mark,
        media_type: picture.media_type,
        image: match picture.image {
            guest::Image::Unchanged => ImageAt::Unchanged,
            guest::Image::Missing => ImageAt::Missing,
            guest::Image::Slice((start, end)) => ImageAt::Slice(start, end),
            guest::Image::Bytes(bytes) => ImageAt::Bytes(bytes),
            guest::Image::Link(link) => ImageAt::Link(link),
        },
    }
}
