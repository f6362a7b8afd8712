//! What we changed of one person, from the journal, and whom a name means to the store.
//!
//! People who are out of scope or gone have a history as well: nothing here asks who takes part now.
//! Deliberately not here: what somebody else changed; nobody tells us.

use std::collections::{BTreeSet, HashMap};

use attune_core::mapping::Field;
use attune_core::matching::fold;
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::journal::FieldChange;
use super::{CHUNK_ROWS, Error, Result, Store};

/// One change of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    /// The run that made it.
    pub run: String,
    /// What that run was: `sync`, `approve`, `undo`, ...; empty where it is not kept any more.
    pub verb: String,
    /// The target's name.
    pub target: String,
    /// The target's site.
    pub site: String,
    /// The account's stable key.
    pub account: String,
    /// When it was about to be sent, in ms.
    pub at_ms: i64,
    /// The operation that it was sent with: one of the run's.
    pub operation: i64,
    /// How it ended: `written`, `rejected`, `conflict`, ...; `intent` where nobody knows.
    pub result: String,
    /// The field, and its values; pictures are their hashes.
    pub change: FieldChange,
    /// When its values were forgotten, in ms.
    pub forgotten_ms: Option<i64>,
    /// The run that took it back.
    pub undone_by: Option<String>,
}

impl Store {
    /// The source keys that a key, user name or e-mail means or meant in a connector.
    pub async fn keys_called(&self, connector: &str, word: &str) -> Result<Vec<String>> {
        let exact: Vec<String> = sqlx::query_scalar(
            "select key from people where connector = $1 and key = $2 \
             union select key from versions where connector = $1 and key = $2 \
             union select person from links where connector = $1 and person = $2 \
             union select person from journal where connector = $1 and person = $2",
        )
        .bind(connector)
        .bind(word)
        .fetch_all(&self.pool)
        .await?;
        if !exact.is_empty() {
            return Ok(exact);
        }
        let folded = fold(word);
        let mut keys: BTreeSet<String> = sqlx::query_scalar(
            "select key from names where connector = $1 and name = $2 \
             union select key from version_names where connector = $1 and name = $2 \
             union select person from links where connector = $1 and lower(username) = $2",
        )
        .bind(connector)
        .bind(&folded)
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .collect();
        // Names stand in tables of their own only where somebody's manager is looked for by them.
        let quoted = serde_json::Value::from(folded).to_string();
        let rows: Vec<String> = sqlx::query_scalar(
            "select key from people where connector = $1 and names like $2 escape '\\' \
             union select key from versions where connector = $1 and names like $2 escape '\\'",
        )
        .bind(connector)
        .bind(format!("%{}%", literal(&quoted)))
        .fetch_all(&self.pool)
        .await?;
        keys.extend(rows);
        Ok(keys.into_iter().collect())
    }

    /// Every connector of which anything is known, by its id.
    pub async fn known_connectors(&self) -> Result<Vec<String>> {
        let ids = sqlx::query_scalar(
            "select connector from runs union select connector from people \
             union select connector from links union select connector from versions \
             union select connector from journal",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(ids)
    }

    /// Every change of a person's fields that we made or tried, the latest first.
    pub async fn history(&self, connector: &str, person: &str) -> Result<Vec<HistoryLine>> {
        let rows = sqlx::query(
            "select j.run, coalesce(r.verb, ''), j.target, j.site, j.account, j.intent_ms, j.state, \
             j.fields, j.forgotten_ms, coalesce(u.undone, ''), j.operation from journal j \
             left join runs r on r.id = j.run left join undo_runs b on b.run = j.run \
             left join undos u on u.plan = b.plan \
             where j.connector = $1 and j.person = $2 \
             order by j.intent_ms desc, j.run desc, j.operation desc",
        )
        .bind(connector)
        .bind(person)
        .fetch_all(&self.pool)
        .await?;
        let mut lines = Vec::with_capacity(rows.len());
        let mut taken_back: HashMap<(String, String, String, Field), String> = HashMap::new();
        for row in &rows {
            let fields: &str = row.try_get(7)?;
            let changes: Vec<FieldChange> =
                serde_json::from_str(fields).map_err(|_| Error::Row {
                    what: "an operation",
                })?;
            let undone: String = row.try_get(9)?;
            for change in changes {
                let mut line = HistoryLine {
                    run: row.try_get(0)?,
                    verb: row.try_get(1)?,
                    target: row.try_get(2)?,
                    site: row.try_get(3)?,
                    account: row.try_get(4)?,
                    at_ms: row.try_get(5)?,
                    operation: row.try_get(10)?,
                    result: row.try_get(6)?,
                    change,
                    forgotten_ms: row.try_get(8)?,
                    undone_by: None,
                };
                let key = |run: &str| {
                    let (site, account) = (line.site.clone(), line.account.clone());
                    (run.to_owned(), site, account, line.change.field.clone())
                };
                // An undo is later than what it takes back, so that it was met before.
                let undone_by = taken_back.get(&key(&line.run)).cloned();
                if !undone.is_empty() && line.result == "written" {
                    taken_back.insert(key(&undone), line.run.clone());
                }
                line.undone_by = undone_by;
                lines.push(line);
            }
        }
        Ok(lines)
    }

    /// What of ours these people's fields held before a run, by site, account and field: the last
    /// value that an earlier run wrote and did not give up.
    pub async fn ours_before(
        &self,
        (connector, run): (&str, &str),
        people: &[String],
    ) -> Result<HashMap<(String, String, Field), String>> {
        let mut found = HashMap::new();
        for chunk in people.chunks(CHUNK_ROWS) {
            let mut select = QueryBuilder::<Sqlite>::new(
                "select site, account, fields from journal where connector = ",
            );
            select
                .push_bind(connector)
                .push(" and state = 'written' and forgotten_ms is null and run < ")
                .push_bind(run)
                .push(" and person in (");
            let mut list = select.separated(", ");
            for person in chunk {
                list.push_bind(person);
            }
            select.push(") order by run, operation");
            for row in select.build().fetch_all(&self.pool).await? {
                let (site, account): (String, String) = (row.try_get(0)?, row.try_get(1)?);
                let fields: &str = row.try_get(2)?;
                let changes: Vec<FieldChange> =
                    serde_json::from_str(fields).map_err(|_| Error::Row {
                        what: "an operation",
                    })?;
                for change in changes {
                    let key = (site.clone(), account.clone(), change.field);
                    match change.after.filter(|_| !change.disowned) {
                        Some(value) => found.insert(key, value),
                        None => found.remove(&key),
                    };
                }
            }
        }
        Ok(found)
    }
}

/// A text that `like` takes as it is.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            literal.push('\\');
        }
        literal.push(character);
    }
    literal
}
