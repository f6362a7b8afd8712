//! Attributes that the source delivers no more, and attributes that many people lost at once.
//!
//! Judged on a complete reading, before anything is planned from it. An attribute that people had in
//! the last complete listing that delivered it, and that nobody has now, is not taken for empty: rows
//! that read it keep what is there for whoever lacks it, whatever they say about missing values, until
//! it comes back or somebody accepts that it is gone. Where the scope reads it, the run fails: nobody
//! becomes a leaver by it. Deliberately not here: whether too many lost a value, which is a guard's word.

use std::collections::BTreeMap;

use attune_core::evaluate::Program;
use attune_core::guard::{COUNT_FREE, Emptied};
use attune_core::plan::How;
use attune_core::selector::{Of, Wanted};
use attune_core::{Problem, Selector, json};

use super::page::Page;
use super::pin::{Pinned, PinnedTarget};
use super::walk::Reading;
use super::{Error, Run, hex};
use crate::notify::{self, Kind, Notice};
use crate::store::fills::{Compared, Fill, Pattern};

/// The code of a value that waits for its attribute.
pub(super) const NOT_DELIVERED: &str = "not-delivered";
/// How the relation to managers is called among attributes; no selector is written like this.
const MANAGERS: &str = "manager.*";
/// One in so many people must have had an attribute before it is missed.
const MISSED_SHARE: u64 = 100;

/// What became of the attributes that a run reads.
#[derive(Debug, Default)]
pub(super) struct Fills {
    /// Nobody has them any more.
    gone: Vec<Gone>,
    /// Who lost which one; `None` where there is nothing to compare with.
    pub emptied: Option<Vec<Emptied>>,
}

/// An attribute that is not delivered any more.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Gone {
    selector: String,
    had: u64,
    people: u64,
}

/// For each field of a target, the columns whose emptiness is no word about a person.
#[derive(Debug, Default)]
pub(super) struct Waits {
    fields: Vec<Vec<(usize, Problem)>>,
}

impl Fills {
    /// Which fields of a target read an attribute that is gone.
    pub(super) fn waits(
        &self,
        pinned: &Pinned,
        target: &PinnedTarget,
        program: &Program,
    ) -> Result<Waits, Error> {
        let mut waits = Waits::default();
        if self.gone.is_empty() {
            return Ok(waits);
        }
        waits.fields.resize_with(target.fields.len(), Vec::new);
        for selector in program.selectors().selectors() {
            let (Some(gone), Some(column)) =
                (self.behind(selector)?, pinned.resolved.position(selector))
            else {
                continue;
            };
            for reader in program.readers(selector) {
                let at = target.fields.iter().position(|field| field == reader);
                if let Some(field) = at.and_then(|at| waits.fields.get_mut(at)) {
                    field.push((column, gone.problem()));
                }
            }
        }
        Ok(waits)
    }

    /// Whether a value fails for nothing but its attribute.
    pub(super) fn is_wait(&self, problem: &Problem) -> bool {
        !self.gone.is_empty() && problem.code == NOT_DELIVERED
    }

    /// The attribute without which a selector means nothing.
    fn behind(&self, selector: &Selector) -> Result<Option<&Gone>, Error> {
        let relation = selector.strip_relation().map_err(Error::TooDeep)?;
        let attribute = match &relation.of {
            Of::Document(rest) => Some(rest.to_string()),
            Of::AccountUserName | Of::AccountKey => None,
        };
        let is_behind = |gone: &&Gone| {
            let is_relation = relation.depth > 0 && gone.selector == MANAGERS;
            is_relation || attribute.as_ref() == Some(&gone.selector)
        };
        Ok(self.gone.iter().find(is_behind))
    }

    /// A scope that reads a gone attribute would make leavers of everybody, or let everybody in.
    fn check_scope(&self, pinned: &Pinned) -> Result<(), Error> {
        for selector in pinned.scope.selectors() {
            if let Some(gone) = self.behind(selector)? {
                return Err(Error::Scope(gone.problem()));
            }
        }
        Ok(())
    }
}

impl Waits {
    /// Why a field of a person waits, if it does.
    pub(super) fn of(&self, field: usize, page: &Page, person: usize) -> Option<Problem> {
        let mut columns = self.fields.get(field)?.iter();
        let is_empty = |column: &usize| {
            let column = page.columns.get(*column);
            column.is_some_and(|column| json::is_missing(column.cell(person), false))
        };
        let found = columns.find(|(column, _)| is_empty(column));
        found.map(|(_, problem)| problem.clone())
    }
}

impl Gone {
    fn of(fill: &Fill) -> Self {
        Self {
            selector: fill.selector.clone(),
            had: fill.was_filled,
            people: fill.was_people,
        }
    }

    fn problem(&self) -> Problem {
        let Self {
            selector,
            had,
            people,
        } = self;
        Problem::new(
            NOT_DELIVERED,
            format!(
                "the source does not deliver `{selector}` any more; {had} of {people} people had it. \
                 What is there stays"
            ),
        )
    }
}

/// What became of the attributes; keeps it where everybody was read.
pub(super) async fn look(run: &Run<'_>, reading: &Reading) -> Result<Fills, Error> {
    let names = names(run.pinned);
    let connector = &run.pinned.connector.id;
    let known = run.host.store.fills(connector).await?;
    let fills = if reading.how == How::Complete {
        count(run, reading, (&names, &known)).await?
    } else {
        let is_gone = |fill: &&Fill| fill.gone_ms.is_some() && names.contains(&fill.selector);
        let gone = known.iter().filter(is_gone).map(Gone::of);
        Fills {
            gone: gone.collect(),
            emptied: None,
        }
    };
    if reading.how != How::Person {
        fills.check_scope(run.pinned)?;
    }
    Ok(fills)
}

/// Every attribute that is read, in the order of the marks.
fn names(pinned: &Pinned) -> Vec<String> {
    let mut names: Vec<String> = pinned
        .documents
        .selectors()
        .iter()
        .map(ToString::to_string)
        .collect();
    if pinned.follows_relations() {
        names.push(MANAGERS.to_owned());
    }
    names
}

/// Counts of one attribute while people are gone through.
#[derive(Debug, Clone, Default)]
struct Count {
    filled: u64,
    had: u64,
    lost: u64,
}

async fn count(
    run: &Run<'_>,
    reading: &Reading,
    (names, known): (&[String], &[Fill]),
) -> Result<Fills, Error> {
    let (store, pinned) = (&run.host.store, run.pinned);
    let before = reading.before.as_ref().filter(|_| !run.takes_over);
    let own = hex(&pinned.asked.digest());
    let compared = Compared {
        connector: &pinned.connector.id,
        listing: &run.id,
        last: before.map_or("", |(_, listing)| listing.as_str()),
        wanted: &own,
    };
    let places = places(run, compared).await?;
    let mut counts = vec![Count::default(); names.len()];
    let (mut people, mut compared_people) = (0, 0);
    let each = |pattern: Pattern| {
        people += pattern.people;
        let places = places.get(&pattern.set_before);
        let places = places.filter(|places| places.len() == names.len());
        compared_people += places.map_or(0, |_| pattern.people);
        for (at, count) in counts.iter_mut().enumerate() {
            let is_filled = is_marked(&pattern.filled, at);
            count.filled += if is_filled { pattern.people } else { 0 };
            let place = places.and_then(|places| *places.get(at)?);
            if place.is_some_and(|place| is_marked(&pattern.before, place)) {
                count.had += pattern.people;
                count.lost += if is_filled { 0 } else { pattern.people };
            }
        }
    };
    store.fill_patterns(compared, each).await?;
    let (mut gone, mut emptied, mut fills) = (Vec::new(), Vec::new(), Vec::new());
    for (name, count) in names.iter().zip(&counts) {
        let before = known.iter().find(|fill| fill.selector == *name);
        let missed = before.filter(|fill| is_missed(fill) && count.filled == 0 && people > 0);
        match missed {
            Some(fill) => gone.push(Gone::of(fill)),
            None => emptied.push(Emptied {
                attribute: name.clone(),
                had: count.had,
                lost: count.lost,
            }),
        }
        fills.push(Fill {
            selector: name.clone(),
            people,
            filled: count.filled,
            was_people: 0,
            was_filled: 0,
            gone_ms: missed.map(|fill| fill.gone_ms.unwrap_or(run.now_ms)),
        });
    }
    let is_last_word = run.order.writes;
    store
        .note_fills((&pinned.connector.id, &run.id), &fills, is_last_word)
        .await?;
    if run.order.writes {
        tell(run, known, &gone).await?;
    }
    Ok(Fills {
        gone,
        emptied: (compared_people > 0).then_some(emptied),
    })
}

fn is_marked(marks: &str, at: usize) -> bool {
    marks.as_bytes().get(at) == Some(&b'1')
}

fn is_missed(fill: &Fill) -> bool {
    fill.was_filled > COUNT_FREE && fill.was_filled.saturating_mul(MISSED_SHARE) >= fill.was_people
}

/// Where the marks of each attribute are, for every wanted set that people were read with before.
async fn places(
    run: &Run<'_>,
    compared: Compared<'_>,
) -> Result<BTreeMap<String, Vec<Option<usize>>>, Error> {
    let (store, pinned) = (&run.host.store, run.pinned);
    let documents = pinned.documents.selectors();
    let mut places = BTreeMap::new();
    for set in store.sets_before(compared).await? {
        let theirs = if set == compared.wanted {
            Some(pinned.documents.clone())
        } else {
            let texts = store.wanted_set(&set).await?.unwrap_or_default();
            let selectors: Result<Vec<Selector>, _> =
                texts.iter().map(|text| text.parse()).collect();
            let stored = selectors.ok().map(Wanted::new);
            let stored = stored.filter(|stored| hex(&stored.digest()) == set);
            stored.and_then(|stored| stored.documents().ok())
        };
        let Some(theirs) = theirs else { continue };
        let mut of_set: Vec<Option<usize>> = documents
            .iter()
            .map(|selector| theirs.position(selector))
            .collect();
        if pinned.follows_relations() {
            of_set.push(Some(theirs.len()));
        }
        places.insert(set, of_set);
    }
    Ok(places)
}

/// Raises and settles notices where something changed.
async fn tell(run: &Run<'_>, known: &[Fill], gone: &[Gone]) -> Result<(), Error> {
    let store = &run.host.store;
    let connector = &run.pinned.connector;
    for one in gone {
        let message = format!("connector `{}`: {}", connector.name, one.problem().message);
        let hint = format!(
            "deliver it again, or accept that it is gone: attune source accept {} '{}'",
            connector.name, one.selector
        );
        let notice = Notice {
            key: &key(&connector.id, &one.selector),
            kind: Kind::NotDelivered,
            connector: &connector.name,
            message: &message,
            hint: &hint,
        };
        notify::raise(store, notice, run.now_ms).await?;
    }
    let was_gone = known.iter().filter(|fill| fill.gone_ms.is_some());
    for fill in was_gone.filter(|fill| !gone.iter().any(|one| one.selector == fill.selector)) {
        let message = format!(
            "connector `{}`: `{}` is delivered again",
            connector.name, fill.selector
        );
        notify::settle(
            store,
            &key(&connector.id, &fill.selector),
            &message,
            run.now_ms,
        )
        .await?;
    }
    Ok(())
}

/// Accepts that an attribute is gone: what its rows say about missing values holds from now on. False
/// where it was not missed.
pub async fn accept_gone(
    host: &super::Host,
    (connector, name): (&str, &str),
    selector: &str,
) -> Result<bool, Error> {
    if !host.store.accept_gone(connector, selector).await? {
        return Ok(false);
    }
    let now_ms = host.clock.now().as_millisecond();
    let message = format!("connector `{name}`: somebody accepted that `{selector}` is gone");
    notify::settle(&host.store, &key(connector, selector), &message, now_ms).await?;
    Ok(true)
}

fn key(connector: &str, selector: &str) -> String {
    format!("not-delivered:{connector}:{selector}")
}
