//! What a row makes of a few people: those who are pinned, else the first ones, and some whose names are odd.
//!
//! They are evaluated as they were last read; where a row wants what they were not read for, the source is
//! asked for them, and nothing of it is kept.

use attune_core::condition::NOT_FETCHED;
use attune_core::evaluate::FieldTrace;

use super::super::page::Visit;
use super::super::people::Called;
use super::super::person::{TraceLine, lines, shown};
use super::super::shown::Shown;
use crate::connector::Loaded;
use crate::fault::Failure;
use crate::mapping::{self, TrialOrder};
use crate::sync::Subject;
use crate::view;
use crate::view::people::Person;

/// People whose values stand beside the rows.
pub(super) const PINNED: usize = 3;
/// People among whom odd ones are looked for.
const LOOKED: u32 = 500;

/// A person of a preview.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) why: String,
    /// One.
    pub(super) cells: Vec<Cell>,
}

/// A value with every station on its way.
pub(super) struct Cell {
    pub(super) person: String,
    pub(super) value: Shown,
    pub(super) tone: &'static str,
    pub(super) trace: Vec<TraceLine>,
}

/// Whom previews show: key, name, and why it is they.
pub(super) struct Whom {
    pub(super) key: String,
    pub(super) name: String,
    why: &'static str,
}

impl Cell {
    pub(super) fn of(visit: &Visit, person: &str, trace: &FieldTrace) -> Self {
        Self {
            person: person.to_owned(),
            value: shown(&trace.outcome).seen(visit.may_see()),
            tone: match trace.outcome.kind {
                "failed" => "bad",
                _ => "",
            },
            trace: lines(visit, trace),
        }
    }
}

/// The people of a connector whose values are shown.
pub(super) async fn people(visit: &Visit, loaded: &Loaded) -> Result<Vec<Whom>, Failure> {
    let store = visit.host()?.store;
    let all = view::people::list(&store, loaded, ("", ""), LOOKED).await?;
    let whom = |person: &Person, why| Whom {
        key: person.person.clone(),
        name: Called::of(visit, person).name,
        why,
    };
    let mut chosen = Vec::new();
    for key in store.pinned(&loaded.connector.id).await? {
        let mut found = all.iter().find(|one| one.person == key).cloned();
        if found.is_none() {
            let called = view::people::list(&store, loaded, (&key, ""), LOOKED).await?;
            found = called.into_iter().find(|one| one.person == key);
        }
        // Who was never read, or left, has nothing to show.
        chosen.extend(found.map(|one| whom(&one, "why-pinned")));
    }
    let is_chosen = |chosen: &[Whom], one: &Person| chosen.iter().any(|had| had.key == one.person);
    for one in &all {
        if chosen.len() < PINNED && !is_chosen(&chosen, one) {
            chosen.push(whom(one, ""));
        }
    }
    let others: Vec<&Person> = all.iter().filter(|one| !is_chosen(&chosen, one)).collect();
    let others = || others.iter().copied();
    let length = |person: &&Person| person.names.first().map_or(0, |name| name.chars().count());
    let is_odd = |person: &&Person| {
        let mut letters = person.names.iter().flat_map(|name| name.chars());
        letters.any(|c| c.is_alphabetic() && !c.is_ascii())
    };
    chosen.extend(
        others()
            .max_by_key(length)
            .map(|one| whom(one, "why-longest")),
    );
    chosen.extend(others().find(is_odd).map(|one| whom(one, "why-odd")));
    chosen.dedup_by(|a, b| a.key == b.key);
    Ok(chosen)
}

/// What a row makes of them.
pub(super) async fn rows(
    visit: &Visit,
    loaded: &std::sync::Arc<Loaded>,
    (target, field): (&str, &str),
    row: &str,
) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for whom in people(visit, loaded).await? {
        let traced = trace(visit, loaded, (target, field, row), &whom.key).await?;
        let Some(trace) = traced else {
            continue;
        };
        rows.push(Row {
            cells: vec![Cell::of(visit, &whom.name, &trace)],
            name: whom.name,
            why: match whom.why {
                "" => String::new(),
                why => visit.say(why),
            },
        });
    }
    Ok(rows)
}

async fn trace(
    visit: &Visit,
    loaded: &std::sync::Arc<Loaded>,
    (target, field, row): (&str, &str, &str),
    key: &str,
) -> Result<Option<FieldTrace>, Failure> {
    let loaded = std::sync::Arc::clone(loaded);
    let [target, field, row, key] = [target, field, row, key].map(str::to_owned);
    let traced = visit.service()?.apart(async move |service| {
        let host = service.pin().0;
        let order = TrialOrder {
            field: &field,
            target: Some(&target),
            row: Some(&row),
            subject: Subject::default(),
        };
        let kept = mapping::trial_kept(&host, &loaded, order, &key).await?;
        let mut kept = kept.targets.into_iter().flat_map(|one| one.fields);
        let kept = kept.next().map(|one| one.trace);
        if !kept.as_ref().is_some_and(was_not_read) {
            return Ok(kept);
        }
        let subject = Subject {
            user: Some(&key),
            input: None,
        };
        let tried = mapping::trial(&host, &loaded, TrialOrder { subject, ..order }).await?;
        Ok(tried.targets.into_iter().flat_map(|one| one.fields).next())
    });
    traced.await
}

/// Whether a value cannot be made because of what nobody read.
fn was_not_read(trace: &FieldTrace) -> bool {
    let is_unread = |shown: &attune_core::evaluate::Shown| {
        shown.kind == "not-fetched" || (shown.kind == "failed" && shown.text.contains(NOT_FETCHED))
    };
    is_unread(&trace.outcome) || trace.source.iter().any(|one| is_unread(&one.value))
}
