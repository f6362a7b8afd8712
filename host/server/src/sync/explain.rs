//! Explaining: why a field of one person has the value that it has.
//!
//! The same reading, relations and evaluation as a run, for one person, with every station
//! written down; then what the ledger knows. Nothing is written, and no target is asked.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use attune_core::evaluate::{Batch, FieldTrace, Program};
use attune_core::scope::Standing;
use serde::Serialize;

use super::kept::layouts;
use super::managers::Managers;
use super::pin::{Pinned, PinnedTarget};
use super::read::{Inputs, Reader};
use super::relate::{Known, Relations};
use super::{Error, Host, ends};
use crate::connector::Loaded;
use crate::source::Source;
use crate::store::links::{LinkState, Place};

/// What `attune explain` answers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Explanation {
    /// The connector file's name.
    pub connector: String,
    /// The source key.
    pub person: String,
    /// Digest of every plugin used.
    pub generations: BTreeMap<String, String>,
    /// Whether the scope lets the person take part.
    pub in_scope: bool,
    /// Target by target.
    pub targets: Vec<TargetExplanation>,
}

/// One target of an [`Explanation`].
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TargetExplanation {
    /// Its name.
    pub target: String,
    /// `matched`, `unmatched`, `ambiguous` or `never-looked-up`.
    pub link: &'static str,
    /// The account's stable key; empty unless matched.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// Field by field.
    pub fields: Vec<FieldExplanation>,
}

/// One field of an [`Explanation`].
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FieldExplanation {
    /// Source, steps and outcome.
    #[serde(flatten)]
    pub trace: FieldTrace,
    /// What we last wrote, by which run and when; absent where we never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerLine>,
}

/// What the ledger knows of a field.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LedgerLine {
    /// The value.
    pub value: String,
    /// What was there before our first write.
    pub previous: Option<String>,
    /// The connector that owns the field.
    pub owner: String,
    /// The run.
    pub run: String,
    /// The connector's revision in that run.
    pub revision: String,
    /// When; RFC 3339, UTC.
    pub written: String,
}

/// Explains all fields of one person, or one. The source is asked.
pub async fn explain(
    host: &Host,
    loaded: &Loaded,
    user: &str,
    field: Option<&str>,
) -> Result<Explanation, Error> {
    let (pinned, programs) = Pinned::open(loaded, &host.plugins)?;
    let source = ends::source(host, &pinned)?;
    let reader = reader(host, &pinned, Some(&source));
    let (key, is_listed) = one_person(&reader, user).await?;
    let people = kept(host, &pinned.connector.id, &key).await?;
    let relations = Relations::new(&host.store, &reader);
    let whom = Whom {
        key,
        is_listed,
        people,
    };
    let mut explained = traced(host, &pinned, programs, (&relations, whom)).await?;
    for target in &mut explained.targets {
        let fields = &mut target.fields;
        fields.retain(|one| field.is_none_or(|name| one.trace.field.name == name));
    }
    Ok(explained)
}

/// The same for the person of a source key as they were last read: nobody is asked.
pub async fn explain_kept(host: &Host, loaded: &Loaded, key: &str) -> Result<Explanation, Error> {
    let (pinned, programs) = Pinned::open(loaded, &host.plugins)?;
    let (store, connector) = (&host.store, pinned.connector.id.as_str());
    let last = store.last_listing(connector).await?;
    let listing = last.map(|(_, name)| name).unwrap_or_default();
    let sets = store.all_wanted_sets().await?;
    let layouts = layouts(store, (&listing, sets), &pinned.documents).await?;
    let reader = reader(host, &pinned, None);
    let relations = Relations::new(store, &reader).of_kept(&listing, &layouts);
    let kept = store.people_by_key(connector, &[key.to_owned()]).await?;
    let is_listed = kept.iter().any(|kept| kept.complete_in == listing);
    let known = kept
        .into_iter()
        .filter_map(|kept| relations.participant(kept));
    let people: Vec<Arc<Known>> = known.map(Arc::new).collect();
    if people.is_empty() {
        return Err(Error::NoSuchPerson(key.to_owned()));
    }
    let whom = Whom {
        key: key.to_owned(),
        is_listed,
        people,
    };
    traced(host, &pinned, programs, (&relations, whom)).await
}

/// Whose values are explained.
struct Whom {
    key: String,
    is_listed: bool,
    people: Vec<Arc<Known>>,
}

fn reader<'a>(host: &'a Host, pinned: &'a Pinned, source: Option<&'a Source>) -> Reader<'a> {
    Reader::new(Inputs {
        store: &host.store,
        source,
        connector: &pinned.connector.id,
        groups: &pinned.connector.scope.groups,
        wanted: &pinned.documents,
        asked: &pinned.asked,
        keeps_names: pinned.follows_relations(),
        now_ms: host.clock.now().as_millisecond(),
        clock: host.clock.as_ref(),
    })
}

async fn traced(
    host: &Host,
    pinned: &Pinned,
    mut programs: Vec<Program>,
    (relations, whom): (&Relations<'_>, Whom),
) -> Result<Explanation, Error> {
    let connector = &pinned.connector.id;
    let key = whom.key;
    let (mut columns, chain) = relations.columns(&pinned.resolved, &whom.people).await?;
    let cell = |selector: &attune_core::Selector| {
        Some(columns.get(pinned.resolved.position(selector)?)?.cell(0))
    };
    let standing = pinned.scope.standing(&cell).map_err(Error::Scope)?;
    let last = host.store.last_listing(connector).await?;
    let listing = last.map(|(_, name)| name).unwrap_or_default();
    let mut targets = Vec::with_capacity(pinned.targets.len());
    for (target, program) in pinned.targets.iter().zip(&mut programs) {
        let managers = Managers {
            store: &host.store,
            place: Place {
                connector,
                target: &target.spec.name,
                site: &target.site,
            },
            claims: (&listing, &key),
            refused: &HashMap::new(),
            selectors: &pinned.resolved,
            are_looked_for: true,
        };
        managers
            .fill(&target.accounts, &chain, &mut columns)
            .await?;
        let batch = Batch {
            wanted: &pinned.resolved,
            columns: &columns,
            people: &[&key],
            connector,
            target: &target.spec.name,
            now_ms: host.clock.now().as_millisecond(),
        };
        let traces = crate::compute::here(|| program.explain(&batch));
        targets.push(with_ledger(host, (connector, &key), target, traces).await?);
    }
    Ok(Explanation {
        connector: pinned.connector.name.clone(),
        person: key,
        generations: pinned.generations.clone(),
        in_scope: whom.is_listed && standing == Standing::In,
        targets,
    })
}

/// The person as they were just read.
async fn kept(host: &Host, connector: &str, key: &str) -> Result<Vec<Arc<Known>>, Error> {
    let keys = [key.to_owned()];
    let kept = host.store.people_by_key(connector, &keys).await?;
    let known = kept.into_iter().filter_map(Known::of);
    Ok(known.map(Arc::new).collect())
}

/// Adds to the traces of one target what links and ledger know.
async fn with_ledger(
    host: &Host,
    (connector, person): (&str, &str),
    target: &PinnedTarget,
    traces: Vec<FieldTrace>,
) -> Result<TargetExplanation, Error> {
    let place = Place {
        connector,
        target: &target.spec.name,
        site: &target.site,
    };
    let mut links = host.store.links(place, &[person.to_owned()]).await?;
    let link = links.remove(person);
    let account = link
        .as_ref()
        .map(|link| link.account.clone())
        .unwrap_or_default();
    let ledger = host
        .store
        .ledger(&target.site, std::slice::from_ref(&account))
        .await?;
    let entries = ledger.into_values().next().unwrap_or_default();
    let fields = traces
        .into_iter()
        .map(|trace| {
            let ledger = entries.get(&trace.field).map(ledger_line);
            FieldExplanation { trace, ledger }
        })
        .collect();
    Ok(TargetExplanation {
        target: target.spec.name.clone(),
        link: link_word(link.map(|link| link.state)),
        account,
        fields,
    })
}

/// The key of the one person whom a name means, and whether the connector lists them.
pub(super) async fn one_person(reader: &Reader<'_>, user: &str) -> Result<(String, bool), Error> {
    let mut found = reader.find(user).await?;
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(Error::NoSuchPerson(user.to_owned())),
        (Some(_), false) => Err(Error::AmbiguousPerson(user.to_owned())),
    }
}

fn ledger_line(entry: &crate::store::ledger::Entry) -> LedgerLine {
    let written = jiff::Timestamp::from_millisecond(entry.written_ms);
    LedgerLine {
        value: entry.value.clone(),
        previous: entry.previous.clone(),
        owner: entry.owner.clone(),
        run: entry.run.clone(),
        revision: entry.revision.clone(),
        written: written.map(|time| time.to_string()).unwrap_or_default(),
    }
}

fn link_word(state: Option<LinkState>) -> &'static str {
    match state {
        Some(LinkState::Matched) => "matched",
        Some(LinkState::Unmatched) => "unmatched",
        Some(LinkState::Ambiguous) => "ambiguous",
        None => "never-looked-up",
    }
}
