//! What a staged plan would write, counted by field and by value, and whom one of them concerns.
//!
//! A plan never changes, so its counts may be kept by whoever asked. Invariant: memory has a bound that
//! does not grow with the plan: of a field so many different changes are counted apart, the rest together.

use std::collections::BTreeMap;

use attune_core::mapping::FieldKind;
use attune_core::plan::{Change, Op};
use serde::Serialize;
use utoipa::ToSchema;

use super::runs::staged;
use crate::fault::Failure;
use crate::store::stage::Stage;
use crate::sync::{self, Host};

/// Different changes of one field that are counted apart.
const VALUES_MAX: usize = 2000;
/// Different changes that are told, those of most people.
const VALUES_TOLD: usize = 500;
/// Changes looked at in one go.
const PAGE: usize = 2000;

/// What a plan would write.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Breakdown {
    /// Field by field, those of most people first.
    pub fields: Vec<FieldCount>,
    /// Change by change, those of most people first; at most 500.
    pub values: Vec<ValueCount>,
}

/// One field of one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FieldCount {
    /// The target's name.
    pub target: String,
    /// The field.
    pub field: String,
    /// How it is stored.
    pub kind: FieldKind,
    /// Values set.
    pub sets: u64,
    /// Values cleared.
    pub clears: u64,
    /// Pictures written.
    pub photos: u64,
    /// A change of it: what was there, and what would be.
    pub example: (Option<String>, Option<String>),
}

/// The same change of one field, of so many people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ValueCount {
    /// The target's name.
    pub target: String,
    /// The field.
    pub field: String,
    /// What was there.
    pub before: Option<String>,
    /// What would be there.
    pub after: Option<String>,
    /// Accounts.
    pub people: u64,
}

/// Which changes of a plan somebody looks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only of this target; empty: of all.
    pub target: String,
    /// Only of this field; empty: of all.
    pub field: String,
    /// Only those that change this into that.
    pub values: Option<(Option<String>, Option<String>)>,
}

type Values = BTreeMap<(Option<String>, Option<String>), u64>;

/// Counts a plan; `None` where it is not staged any more.
pub async fn breakdown(host: &Host, digest: &str) -> Result<Option<Breakdown>, Failure> {
    let Some(stage) = staged(host, digest).await? else {
        return Ok(None);
    };
    let counted = counted(&stage).await;
    stage.finish().await;
    Ok(Some(counted?))
}

async fn counted(stage: &Stage) -> Result<Breakdown, Failure> {
    let mut fields: BTreeMap<(String, String), (FieldCount, Values)> = BTreeMap::new();
    sync::each_change(stage, &mut |change| {
        let key = (change.target.clone(), change.field.clone());
        let (field, values) = fields
            .entry(key)
            .or_insert_with(|| (FieldCount::of(&change), Values::new()));
        match change.op {
            Op::Set => field.sets += 1,
            Op::Clear => field.clears += 1,
            Op::Photo => field.photos += 1,
        }
        let pair = (change.before, change.after);
        if let Some(count) = values.get_mut(&pair) {
            *count += 1;
        } else if values.len() < VALUES_MAX {
            values.insert(pair, 1);
        }
        true
    })
    .await?;
    let mut told = Breakdown::default();
    for ((target, name), (field, values)) in fields {
        told.fields.push(field);
        told.values.extend(
            values
                .into_iter()
                .map(|((before, after), people)| ValueCount {
                    target: target.clone(),
                    field: name.clone(),
                    before,
                    after,
                    people,
                }),
        );
    }
    told.fields
        .sort_by_key(|field| std::cmp::Reverse(field.people()));
    told.values
        .sort_by_key(|value| std::cmp::Reverse(value.people));
    told.values.truncate(VALUES_TOLD);
    Ok(told)
}

/// Changes of a plan that are wanted, after a place, and the place of the next ones.
pub async fn changes(
    host: &Host,
    digest: &str,
    (wanted, after): (&Wanted, &str),
    limit: usize,
) -> Result<(Vec<Change>, Option<String>), Failure> {
    let Some(stage) = staged(host, digest).await? else {
        return Ok((Vec::new(), None));
    };
    let mut found = Vec::new();
    let place = after.split_once('.');
    let place = place.and_then(|(target, account)| Some((target.parse().ok()?, account)));
    let mut place = place.map_or((0, String::new()), |(target, account)| {
        (target, account.to_owned())
    });
    let mut next = None;
    let outcome = loop {
        let step = if *wanted == Wanted::default() {
            limit
        } else {
            PAGE
        };
        match sync::changes_after(&stage, (place.0, &place.1), step).await {
            Err(error) => break Err(Failure::from(error)),
            Ok((changes, more)) => {
                let changes = changes.into_iter().filter(|change| wanted.fits(change));
                found.extend(changes);
                let Some(more) = more else { break Ok(()) };
                place = more;
                if found.len() >= limit {
                    next = Some(format!("{}.{}", place.0, place.1));
                    break Ok(());
                }
            }
        }
    };
    stage.finish().await;
    outcome.map(|()| (found, next))
}

impl FieldCount {
    fn of(change: &Change) -> Self {
        Self {
            target: change.target.clone(),
            field: change.field.clone(),
            kind: change.kind,
            sets: 0,
            clears: 0,
            photos: 0,
            example: (change.before.clone(), change.after.clone()),
        }
    }

    /// Accounts whose field changes.
    pub fn people(&self) -> u64 {
        self.sets + self.clears + self.photos
    }
}

impl Wanted {
    fn fits(&self, change: &Change) -> bool {
        let is_one = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        let values = self.values.as_ref();
        is_one(&self.target, &change.target)
            && is_one(&self.field, &change.field)
            && values
                .is_none_or(|(before, after)| *before == change.before && *after == change.after)
    }
}
