//! Trying: what rows make of one person, or of a document that somebody wrote.
//!
//! The same reading, relations and evaluation as a run, with every station written down, and nothing
//! kept of it: a row that is only tried reads other attributes than those that run, and a document
//! read for it would be of no use to them. No target is asked. Accounts of managers are those that are
//! known.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use attune_core::evaluate::{Batch, FieldTrace, Program};
use attune_core::project::Projector;
use attune_core::selector::Names;
use attune_core::{Cell, Column, Problem};
use serde::Serialize;

use super::managers::Managers;
use super::pin::{Pinned, PinnedTarget};
use super::read::{Inputs as Reading, Reader};
use super::relate::{Chain, Inputs, Known};
use super::{Error, Host, ends};
use crate::connector::Loaded;
use crate::source::{self, Source};
use crate::store::links::Place;
use crate::store::people::{Kept, KeptDocument};

/// On whom a row is tried.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject<'a> {
    /// Source key, user name or e-mail: the source is asked for them.
    pub user: Option<&'a str>,
    /// A JSON object whose members stand in place of the person's; without a person it is all there
    /// is. A member `manager` is the manager's document.
    pub input: Option<&'a str>,
}

/// What came of a trial.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Trial {
    /// The connector file's name.
    pub connector: String,
    /// The source key; none where no source was asked.
    pub person: Option<String>,
    /// Digest of every plugin used.
    pub generations: BTreeMap<String, String>,
    /// Target by target.
    pub targets: Vec<TrialTarget>,
}

/// One target of a [`Trial`].
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TrialTarget {
    /// Its name.
    pub target: String,
    /// Source, steps and outcome of each field.
    pub fields: Vec<FieldTrace>,
}

/// The person as the source delivered them, and those above.
struct Found {
    key: String,
    names: Names,
    chain: Chain,
    columns: Vec<Column>,
}

/// Evaluates every row of a connector for one person.
pub async fn trial(host: &Host, loaded: &Loaded, subject: Subject<'_>) -> Result<Trial, Error> {
    let (pinned, mut programs) = Pinned::open(loaded, &host.plugins)?;
    let now_ms = host.clock.now().as_millisecond();
    let found = match subject.user {
        Some(user) => Some(find(host, &pinned, user, now_ms).await?),
        None => None,
    };
    let given = match subject.input {
        Some(input) => {
            let names = found
                .as_ref()
                .map_or_else(|| names(&pinned), |one| Ok(one.names))?;
            Some(Given::read(&pinned, names, input)?)
        }
        None => None,
    };
    let mut targets = Vec::with_capacity(pinned.targets.len());
    for of_target in pinned.targets.iter().zip(&mut programs) {
        let values = (found.as_ref(), given.as_ref());
        targets.push(target(host, &pinned, of_target, values, now_ms).await?);
    }
    Ok(Trial {
        connector: pinned.connector.name.clone(),
        person: found.map(|found| found.key),
        generations: pinned.generations.clone(),
        targets,
    })
}

async fn target(
    host: &Host,
    pinned: &Pinned,
    (of_target, program): (&PinnedTarget, &mut Program),
    (found, given): (Option<&Found>, Option<&Given>),
    now_ms: i64,
) -> Result<TrialTarget, Error> {
    let connector = &pinned.connector.id;
    let mut columns = match found {
        Some(found) => found.columns.clone(),
        None => vec![one(Cell::ABSENT); pinned.resolved.len()],
    };
    let key = found.map_or("", |found| found.key.as_str());
    if let Some(found) = found {
        let last = host.store.last_listing(connector).await?;
        let listing = last.map(|(_, name)| name).unwrap_or_default();
        let managers = Managers {
            store: &host.store,
            place: Place {
                connector,
                target: &of_target.spec.name,
                site: &of_target.site,
            },
            claims: (&listing, &found.key),
            refused: &HashMap::new(),
            selectors: &pinned.resolved,
            are_looked_for: true,
        };
        managers
            .fill(&of_target.accounts, &found.chain, &mut columns)
            .await?;
    }
    if let Some(given) = given {
        given.fill(pinned, &mut columns);
    }
    let batch = Batch {
        wanted: &pinned.resolved,
        columns: &columns,
        people: &[key],
        connector,
        target: &of_target.spec.name,
        now_ms,
    };
    Ok(TrialTarget {
        target: of_target.spec.name.clone(),
        fields: crate::compute::here(|| program.explain(&batch)),
    })
}

/// Asks the source for the one person of a name, and for those above as far as rows lead.
async fn find(host: &Host, pinned: &Pinned, user: &str, now_ms: i64) -> Result<Found, Error> {
    let source = ends::source(host, pinned)?;
    let reader = reader(host, pinned, &source, now_ms);
    let mut people = reader.look(user).await?;
    let person = match (people.pop(), people.is_empty()) {
        (Some(only), true) => only,
        (None, _) => return Err(Error::NoSuchPerson(user.to_owned())),
        (Some(_), false) => return Err(Error::AmbiguousPerson(user.to_owned())),
    };
    let key = person.key.clone();
    let inputs = Inputs::of(&pinned.resolved, &pinned.documents)?;
    let mut levels = vec![vec![known(person, now_ms)]];
    for _ in 0..inputs.depth() {
        let below = levels.last().and_then(|level| level.first());
        let name = below.and_then(|known| known.as_ref()?.manager().map(str::to_owned));
        let above = match name {
            Some(name) => only(reader.look(&name).await?, &name),
            None => None,
        };
        levels.push(vec![above.and_then(|above| known(above, now_ms))]);
    }
    let chain = Chain::of(levels);
    Ok(Found {
        key,
        names: source.names(),
        columns: inputs.columns(&chain),
        chain,
    })
}

fn reader<'a>(host: &'a Host, pinned: &'a Pinned, source: &'a Source, now_ms: i64) -> Reader<'a> {
    Reader::new(Reading {
        store: &host.store,
        source: Some(source),
        connector: &pinned.connector.id,
        groups: &[],
        wanted: &pinned.documents,
        asked: &pinned.asked,
        keeps_names: false,
        now_ms,
        clock: host.clock.as_ref(),
    })
}

/// Who is meant by a relation: by key first, else the only one of that name.
fn only(mut people: Vec<Kept>, name: &str) -> Option<Kept> {
    if let Some(at) = people.iter().position(|one| one.key == name) {
        return Some(people.swap_remove(at));
    }
    people.pop().filter(|_| people.is_empty())
}

fn known(kept: Kept, now_ms: i64) -> Option<Arc<Known>> {
    let document = KeptDocument {
        key: kept.key,
        relations: kept.relations,
        wanted: kept.wanted,
        document: kept.document,
        read_ms: now_ms,
        complete_in: String::new(),
    };
    Known::of(document).map(Arc::new)
}

/// How the provider's documents compare names, where it is not asked for anybody.
fn names(pinned: &Pinned) -> Result<Names, Error> {
    let options = &pinned.connector.source.options;
    let adapter = source::Wasm::open(&pinned.provider, options).map_err(Error::Source)?;
    crate::compute::here(|| source::names(&adapter)).map_err(Error::Source)
}

/// A document that somebody wrote: one cell for every selector of the rows.
struct Given {
    cells: Column,
    /// Whether the document has the member that a selector begins with.
    has: Vec<bool>,
}

impl Given {
    fn read(pinned: &Pinned, names: Names, input: &str) -> Result<Self, Error> {
        let unreadable = |why: String| {
            Error::Configuration(Problem::new(
                "usage",
                format!("the input is no document: {why}"),
            ))
        };
        let document: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(input).map_err(|error| unreadable(error.to_string()))?;
        let mut cells = Column::default();
        // Relations are paths here: what stands under `manager` is the manager's.
        Projector::new(pinned.resolved.clone(), names)
            .project_json(input.as_bytes(), &mut cells)
            .map_err(|error| unreadable(error.to_string()))?;
        let selectors = pinned.resolved.selectors().iter();
        let has = selectors.map(|selector| {
            let mut members = document.keys();
            members.any(|member| names.same(member, selector.root()))
        });
        Ok(Self {
            cells,
            has: has.collect(),
        })
    }

    /// Puts what the document has into the place of what the source said.
    fn fill(&self, pinned: &Pinned, columns: &mut [Column]) {
        let places = columns.iter_mut().zip(&self.has).enumerate();
        for (at, (column, has)) in places.take(pinned.resolved.len()) {
            if *has {
                *column = one(self.cells.cell(at));
            }
        }
    }
}

fn one(cell: Cell<'_>) -> Column {
    let mut column = Column::with_capacity(1, cell.bytes.len());
    column.push(cell);
    column
}
