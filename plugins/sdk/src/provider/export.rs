//! The glue between a [`Provider`] and the component's exports: wire types in, wire types out.
//!
//! The contract's records are mirrored by plain types so that adapters and native tests never see
//! the bindings; this is the only place that knows both. Extension events and goals are answered
//! here, the way the contract asks: an unknown event by an unchanged turn.

use std::marker::PhantomData;

use super::{
    Action, Attribute, Begin, Document, Event, Failure, Finding, Goal, HttpRequest, HttpResponse,
    Image, LdapEntry, LdapPage, LdapScope, LdapSearch, Locator, Person, Picture, Presence,
    Provider, Reply, Request, Requirements, dispatch,
};
use crate::wit::provider::exports::attune::plugin::provider as wire;
use crate::wit::transform::attune::plugin::types::Manifest;
use crate::{Problem, log};

/// The component of the adapter `P`.
#[derive(Debug)]
pub struct Component<P>(PhantomData<P>);

impl<P: Provider + 'static> wire::Guest for Component<P> {
    fn describe() -> Manifest {
        log::hook_panics();
        P::manifest()
    }

    fn needs(options: String) -> Result<wire::Requirements, Problem> {
        log::hook_panics();
        dispatch::needs::<P>(&options).map(requirements)
    }

    fn advance(
        options: String,
        state: Vec<u8>,
        now_ms: f64,
        event: wire::Event,
    ) -> Result<wire::Turn, Problem> {
        log::hook_panics();
        let Some(event) = event_of(event)? else {
            let actions = Vec::new();
            return Ok(wire::Turn { state, actions });
        };
        let outcome = dispatch::advance::<P>(&options, &state, now_ms, event)?;
        Ok(wire::Turn {
            state: outcome.state,
            actions: outcome.actions.into_iter().map(action).collect(),
        })
    }
}

/// `None` for an extension event.
fn event_of(event: wire::Event) -> Result<Option<Event>, Problem> {
    Ok(Some(match event {
        wire::Event::Begin(begin) => Event::Begin(Begin {
            goal: goal(begin.goal)?,
            wanted: begin.wanted,
            groups: begin.groups,
        }),
        wire::Event::Replied(reply) => Event::Replied(reply_of(reply)),
        wire::Event::Woke(id) => Event::Woke(id),
        wire::Event::Extension(_) => return Ok(None),
    }))
}

fn goal(goal: wire::Goal) -> Result<Goal, Problem> {
    Ok(match goal {
        wire::Goal::Everyone => Goal::Everyone,
        wire::Goal::ChangesSince(mark) => Goal::ChangesSince(mark),
        wire::Goal::People(names) => Goal::People(names),
        wire::Goal::Pictures(known) => Goal::Pictures(known),
        wire::Goal::Probe => Goal::Probe,
        wire::Goal::Discover(people) => Goal::Discover(people),
        wire::Goal::Extension((name, _)) => {
            let message = format!("this adapter does not know the goal `{name}`");
            return Err(Problem::new("unsupported", message));
        }
    })
}

fn reply_of(reply: wire::Reply) -> Reply {
    match reply {
        wire::Reply::Http(response) => Reply::Http(HttpResponse {
            id: response.id,
            status: response.status,
            headers: pairs(response.headers),
            body: response.body,
        }),
        wire::Reply::Ldap(page) => Reply::Ldap(LdapPage {
            id: page.id,
            code: page.code,
            diagnostic: page.diagnostic,
            entries: page.entries.into_iter().map(entry).collect(),
            cookie: page.cookie,
        }),
        wire::Reply::Failed(failure) => Reply::Failed(Failure {
            id: failure.id,
            kind: failure.kind,
            detail: failure.detail,
        }),
    }
}

fn pairs(headers: Vec<wire::Header>) -> Vec<(String, String)> {
    headers
        .into_iter()
        .map(|header| (header.name, header.value))
        .collect()
}

fn entry(entry: wire::LdapEntry) -> LdapEntry {
    LdapEntry {
        dn: entry.dn,
        attributes: entry
            .attributes
            .into_iter()
            .map(|attribute| (attribute.name, attribute.values))
            .collect(),
    }
}

fn action(action: Action) -> wire::Action {
    match action {
        Action::Send(request) => wire::Action::Send(match request {
            Request::Http(http) => wire::Request::Http(http_request(http)),
            Request::Ldap(search) => wire::Request::Ldap(ldap_search(search)),
        }),
        Action::Deliver(people) => wire::Action::Deliver(people.into_iter().map(person).collect()),
        Action::Absent(names) => wire::Action::Absent(names),
        Action::Pictures(pictures) => {
            wire::Action::Pictures(pictures.into_iter().map(picture).collect())
        }
        Action::Finding(finding) => wire::Action::Finding(finding_of(finding)),
        Action::Attributes(attributes) => {
            wire::Action::Attributes(attributes.into_iter().map(attribute).collect())
        }
        Action::WakeAfter { id, ms } => wire::Action::WakeAfter(wire::Wait { id, ms }),
        Action::HoldOff { endpoint, until_ms } => wire::Action::HoldOff((endpoint, until_ms)),
        Action::Checkpoint(mark) => wire::Action::Checkpoint(mark),
        Action::Complete(people) => wire::Action::Complete(people),
    }
}

fn http_request(request: HttpRequest) -> wire::HttpRequest {
    wire::HttpRequest {
        id: request.id,
        method: request.method,
        locator: match request.locator {
            Locator::Endpoint(slot, path) => wire::Locator::Endpoint((slot, path)),
            Locator::Link(slot, link) => wire::Locator::Link((slot, link)),
        },
        headers: request
            .headers
            .into_iter()
            .map(|(name, value)| wire::Header { name, value })
            .collect(),
        body: request.body,
        extra: if request.scopes.is_empty() {
            Vec::new()
        } else {
            vec![("scopes".to_owned(), request.scopes.join(" "))]
        },
    }
}

fn ldap_search(search: LdapSearch) -> wire::LdapSearch {
    wire::LdapSearch {
        id: search.id,
        endpoint: search.endpoint,
        base: search.base,
        scope: match search.scope {
            LdapScope::Base => wire::LdapScope::Base,
            LdapScope::OneLevel => wire::LdapScope::OneLevel,
            LdapScope::Subtree => wire::LdapScope::Subtree,
        },
        filter: search.filter,
        attributes: search.attributes,
        binary: search.binary,
        page_size: search.page_size,
        cookie: search.cookie,
        extra: Vec::new(),
    }
}

fn document(document: Document) -> wire::Document {
    match document {
        Document::Slice(start, end) => wire::Document::Slice((start, end)),
        Document::Entry(index) => wire::Document::Entry(index),
        Document::Json(text) => wire::Document::Json(text),
        Document::Nothing => wire::Document::Nothing,
    }
}

fn person(person: Person) -> wire::Person {
    wire::Person {
        key: person.key,
        names: person.names,
        revision: person.revision,
        presence: match person.presence {
            Presence::Whole => wire::Presence::Whole,
            Presence::Partial => wire::Presence::Partial,
            Presence::Gone => wire::Presence::Gone,
        },
        in_scope: person.in_scope,
        document: document(person.document),
        parts: person
            .parts
            .into_iter()
            .map(|(member, part)| (member, document(part)))
            .collect(),
        relations: person
            .relations
            .into_iter()
            .map(|relation| wire::Relation {
                role: relation.role,
                name: relation.name,
            })
            .collect(),
        extra: Vec::new(),
    }
}

fn picture(picture: Picture) -> wire::Picture {
    wire::Picture {
        key: picture.key,
        mark: picture.mark,
        media_type: picture.media_type,
        image: match picture.image {
            Image::Unchanged => wire::Image::Unchanged,
            Image::Missing => wire::Image::Missing,
            Image::Slice(start, end) => wire::Image::Slice((start, end)),
            Image::Bytes(bytes) => wire::Image::Bytes(bytes),
            Image::Link(link) => wire::Image::Link(link),
        },
    }
}

fn finding_of(finding: Finding) -> wire::Finding {
    wire::Finding {
        name: finding.name,
        ok: finding.ok,
        message: finding.message,
        fix: finding.fix,
    }
}

fn attribute(attribute: Attribute) -> wire::Attribute {
    wire::Attribute {
        selector: attribute.selector,
        title: attribute.title,
        kind: attribute.kind,
    }
}

fn requirements(needs: Requirements) -> wire::Requirements {
    wire::Requirements {
        endpoints: needs.endpoints.into_iter().map(endpoint).collect(),
        credentials: needs.credentials.into_iter().map(credential).collect(),
        attributes: needs.attributes,
        extra: if needs.ignores_case {
            vec![("names".to_owned(), "ignore-case".to_owned())]
        } else {
            Vec::new()
        },
    }
}

fn endpoint(slot: super::EndpointSlot) -> wire::EndpointSlot {
    wire::EndpointSlot {
        name: slot.name,
        purpose: slot.purpose,
        required: slot.required,
        default_url: slot.default_url,
        credential: slot.credential,
        extra: Vec::new(),
    }
}

fn credential(slot: super::CredentialSlot) -> wire::CredentialSlot {
    wire::CredentialSlot {
        name: slot.name,
        purpose: slot.purpose,
        required: slot.required,
        kinds: slot.kinds,
        grant: slot.grant.map(|grant| wire::TokenGrant {
            endpoint: grant.endpoint,
            path: grant.path,
            scopes: grant.scopes,
            audience: grant.audience,
            parameters: grant.parameters,
        }),
        extra: slot
            .token_header
            .map(|(name, prefix)| {
                let pair = |key: &str, value| (key.to_owned(), value);
                vec![pair("header", name), pair("prefix", prefix)]
            })
            .unwrap_or_default(),
    }
}

/// Makes a component of an adapter: `export_provider!(Adapter)`, where `Adapter` is a type of the
/// crate's root that implements [`Provider`](crate::provider::Provider). Natively it does nothing.
#[macro_export]
macro_rules! export_provider {
    ($adapter:ident) => {
        #[cfg(target_family = "wasm")]
        mod exported {
            type Component = $crate::provider::Component<super::$adapter>;

            $crate::wit::provider::export_provider_world!(
                Component with_types_in $crate::wit::provider
            );
        }
    };
}
