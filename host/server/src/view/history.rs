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
