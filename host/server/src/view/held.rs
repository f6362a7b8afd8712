//! Held people: values that could not be brought in tune.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::fault::Failure;
use crate::service::Service;
use crate::store::held::HeldRow;
use crate::store::held_causes::{HeldCause, Messages, Wanted as HeldWanted};
use crate::sync::HELD_ATTENTION_MS;

/// One value that is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Held {
    /// The connector's id.
    pub connector: String,
    /// The source key.
    pub person: String,
    /// Name of the target; empty for the source's own problems.
    pub target: String,
    /// The field; empty where the whole person is concerned.
    pub field: String,
    /// Why.
    pub code: String,
    /// Since when.
    pub first: String,
    /// When it was last tried.
    pub last: String,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next; none: in the next run.
    pub next: Option<String>,
    /// Whether it has been held for so long that somebody has to look.
    pub needs_attention: bool,
}

impl Held {
    /// A row, as it is seen at this moment.
    pub fn of(row: &HeldRow, now_ms: i64) -> Self {
        Self {
            connector: row.connector.clone(),
            person: row.person.clone(),
            target: row.target.clone(),
            field: row.field.clone(),
            code: row.code.clone(),
            first: time(row.first_ms),
            last: time(row.last_ms),
            tries: row.tries,
            next: (row.step > 0).then(|| time(row.next_ms)),
            needs_attention: now_ms - row.first_ms >= HELD_ATTENTION_MS,
        }
    }
}

/// Which held values somebody looks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only of this connector, by its id.
    pub connector: Option<String>,
    /// Only with this code.
    pub code: Option<String>,
    /// Only of this field.
    pub field: Option<String>,
    /// Only those that have been held for so long that somebody has to look.
    pub is_old: bool,
}

/// What is held for one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ByCause {
    /// The stable word.
    pub code: String,
    /// People.
    pub people: u64,
    /// Values; of a person who is held as a whole, one.
    pub values: u64,
    /// Since when the first of them is.
    pub first: String,
    /// When one of them was last tried.
    pub last: String,
    /// Whether one has been held for so long that somebody has to look.
    pub needs_attention: bool,
}

/// A held value with what is known of its trouble.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct HeldValue {
    /// The value.
    #[serde(flatten)]
    pub held: Held,
    /// The connector file's name.
    pub name: String,
    /// What the newest run over everybody said of it; may be empty.
    pub message: String,
}

/// What is held, cause by cause, those of most people first.
pub async fn causes(service: &Service, wanted: &Wanted) -> Result<Vec<ByCause>, Failure> {
    let host = service.pin().0;
    let now_ms = host.clock.now().as_millisecond();
    let meant = wanted.at(now_ms, None);
    let causes = host.store.held_causes(&meant).await?;
    let cause = |row: HeldCause| ByCause {
        needs_attention: now_ms - row.first_ms >= HELD_ATTENTION_MS,
        code: row.code,
        people: row.people,
        values: row.values,
        first: time(row.first_ms),
        last: time(row.last_ms),
    };
    Ok(causes.into_iter().map(cause).collect())
}

/// Whose values somebody looks for, of connectors that run, as connector's id and source key: those who
/// were not tried for longest first.
pub async fn people(service: &Service, wanted: &Wanted) -> Result<Vec<(String, String)>, Failure> {
    let (host, state) = service.pin();
    let now_ms = host.clock.now().as_millisecond();
    let meant = wanted.at(now_ms, None);
    let mut tried: BTreeMap<(String, String), i64> = BTreeMap::new();
    for row in host.store.held_rows(&meant, u32::MAX).await? {
        if state.connectors.contains_key(&row.connector) {
            let last_ms = tried.entry((row.connector, row.person)).or_default();
            *last_ms = row.last_ms.max(*last_ms);
        }
    }
    let mut people: Vec<_> = tried.into_iter().collect();
    people.sort_by_key(|(_, last_ms)| *last_ms);
    Ok(people.into_iter().map(|(person, _)| person).collect())
}

/// The values that are held for one cause, the oldest first: so many, behind so many.
pub async fn of_cause(
    service: &Service,
    wanted: &Wanted,
    code: &str,
    (passed, limit): (u32, u32),
) -> Result<Vec<HeldValue>, Failure> {
    let (host, state) = service.pin();
    let now_ms = host.clock.now().as_millisecond();
    let meant = wanted.at(now_ms, Some(code));
    let most = passed.saturating_add(limit);
    let rows = host.store.held_rows(&meant, most).await?;
    let rows = rows.get(passed as usize..).unwrap_or_default();
    let mut messages: BTreeMap<String, Messages> = BTreeMap::new();
    for id in rows.iter().map(|row| &row.connector) {
        if !messages.contains_key(id) {
            let said = host.store.last_messages(id, code).await?;
            messages.insert(id.clone(), said);
        }
    }
    let value = |row: &HeldRow| {
        let place = (row.person.clone(), row.target.clone(), row.field.clone());
        let said = messages.get(&row.connector);
        let name = state.connectors.get(&row.connector);
        HeldValue {
            held: Held::of(row, now_ms),
            name: name.map_or_else(
                || row.connector.clone(),
                |loaded| loaded.connector.name.clone(),
            ),
            message: said
                .and_then(|said| said.get(&place))
                .cloned()
                .unwrap_or_default(),
        }
    };
    Ok(rows.iter().map(value).collect())
}

impl Wanted {
    fn at<'a>(&'a self, now_ms: i64, code: Option<&'a str>) -> HeldWanted<'a> {
        HeldWanted {
            connector: self.connector.as_deref().unwrap_or_default(),
            code: code.or(self.code.as_deref()).unwrap_or_default(),
            field: self.field.as_deref().unwrap_or_default(),
            before_ms: if self.is_old {
                now_ms - HELD_ATTENTION_MS
            } else {
                i64::MAX
            },
        }
    }
}
