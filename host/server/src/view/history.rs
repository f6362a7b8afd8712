//! What we changed of one person.

use attune_core::mapping::FieldKind;
use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::fault::Failure;
use crate::store::Store;
use crate::store::history::HistoryLine;

/// Everything that we changed of a person, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct History {
    /// The connector's id.
    pub connector: String,
    /// The source key.
    pub person: String,
    /// The changes.
    pub changes: Vec<Changed>,
}

/// One change of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = HistoryChange)]
pub struct Changed {
    /// When it was about to be sent.
    pub time: String,
    /// The run.
    pub run: String,
    /// What that run was: `sync`, `approve`, `undo`, ...; empty where it is not kept any more.
    pub verb: String,
    /// The target's name.
    pub target: String,
    /// The account's stable key.
    pub account: String,
    /// How the field is stored.
    pub kind: FieldKind,
    /// The field.
    pub field: String,
    /// What was there.
    pub before: Option<String>,
    /// What was written; pictures are their hashes.
    pub after: Option<String>,
    /// `written`, `rejected`, `conflict`, ...; `intent` where nobody knows.
    pub result: String,
    /// The run that took it back.
    pub undone_by: Option<String>,
    /// When its values were forgotten.
    pub forgotten: Option<String>,
}

/// A place in a history: what was sent at this time, by this run, with this operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    at_ms: i64,
    run: String,
    operation: i64,
}

impl Place {
    /// As a text for whoever asks for what is behind it.
    pub fn cursor(&self) -> String {
        format!("{}.{}.{}", self.at_ms, self.operation, self.run)
    }

    /// What such a text says; `None` where it is none.
    pub fn read(cursor: &str) -> Option<Self> {
        let (at_ms, rest) = cursor.split_once('.')?;
        let (operation, run) = rest.split_once('.')?;
        Some(Self {
            at_ms: at_ms.parse().ok()?,
            run: run.to_owned(),
            operation: operation.parse().ok()?,
        })
    }

    fn of(line: &HistoryLine) -> Self {
        Self {
            at_ms: line.at_ms,
            run: line.run.clone(),
            operation: line.operation,
        }
    }
}

/// A part of a person's history behind a place, the latest first, and the place of its end where there is
/// more. What was sent with one operation stays together, so that it may be somewhat longer than asked.
pub async fn page(
    store: &Store,
    (connector, user, field): (&str, &str, Option<&str>),
    after: Option<&Place>,
    limit: usize,
) -> Result<(Vec<Changed>, Option<Place>), Failure> {
    let person = person(store, connector, user).await?;
    // The whole of it is read: what took a change back stands before it.
    let mut lines = store.history(connector, &person).await?;
    lines.retain(|line| {
        field.is_none_or(|field| line.change.field.name == field)
            && after.is_none_or(|after| Place::of(line) < *after)
    });
    let end = lines.get(limit.saturating_sub(1)).map(Place::of);
    let is_in = |line: &&HistoryLine| end.as_ref().is_none_or(|end| Place::of(line) >= *end);
    let found: Vec<Changed> = lines.iter().take_while(is_in).map(Changed::from).collect();
    let has_more = found.len() < lines.len();
    Ok((found, end.filter(|_| has_more)))
}

/// What we changed of whom a word means to the store: they may be out of scope, or gone.
pub async fn of(
    store: &Store,
    connector: &str,
    user: &str,
    field: Option<&str>,
) -> Result<History, Failure> {
    let person = person(store, connector, user).await?;
    let mut lines = store.history(connector, &person).await?;
    lines.retain(|line| field.is_none_or(|field| line.change.field.name == field));
    Ok(History {
        connector: connector.to_owned(),
        person,
        changes: lines.iter().map(Changed::from).collect(),
    })
}

/// The only person whom a word means to the store.
pub async fn person(store: &Store, connector: &str, user: &str) -> Result<String, Failure> {
    let mut keys = store.keys_called(connector, user).await?;
    match (keys.pop(), keys.len()) {
        (Some(key), 0) => Ok(key),
        (Some(_), others) => {
            let message = format!("`{user}` means {} people", others + 1);
            Err(Failure::of("ambiguous-person", message))
        }
        (None, _) => {
            let message = format!("connector `{connector}` knows nobody called `{user}`");
            Err(Failure::of("no-such-person", message))
        }
    }
}

impl From<&HistoryLine> for Changed {
    fn from(line: &HistoryLine) -> Self {
        Self {
            time: time(line.at_ms),
            run: line.run.clone(),
            verb: line.verb.clone(),
            target: line.target.clone(),
            account: line.account.clone(),
            kind: line.change.field.kind,
            field: line.change.field.name.clone(),
            before: line.change.before.clone(),
            after: line.change.after.clone(),
            result: line.result.clone(),
            undone_by: line.undone_by.clone(),
            forgotten: line.forgotten_ms.map(time),
        }
    }
}
