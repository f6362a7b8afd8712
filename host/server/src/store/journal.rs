//! The journal: one durable row per operation, written before its request leaves.
//!
//! States: `intent` (may or may not have reached the target), then `written`, `rejected`, `gone`,
//! `conflict`, `altered` or `not-sent`. An `intent` that outlived its process is read back by the next run; it is never
//! simply sent again.

use attune_core::mapping::Field;
use serde::{Deserialize, Serialize};
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::altered::{self, ReadBack};
use super::ledger::{self, Author, Record};
use super::links::{self, Place};
use super::{CHUNK_ROWS, Error, Result, Store};

/// One field of an operation, with what was there and what shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field.
    pub field: Field,
    /// As read before the write; `None` = empty.
    pub before: Option<String>,
    /// What is written; `None` = cleared.
    pub after: Option<String>,
    /// Once it is written the field is not ours: an undo puts back what somebody else had there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disowned: bool,
}

impl FieldChange {
    /// What the ledger says of the field once the change is written: a cleared field is no longer
    /// ours.
    pub fn owned(&self) -> Option<String> {
        self.after.clone().filter(|_| !self.disowned)
    }
}

/// One request's worth of changes to one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Number within its run.
    pub number: i64,
    /// The account's stable key.
    pub account: String,
    /// The source key.
    pub person: String,
    /// The fields it writes.
    pub fields: Vec<FieldChange>,
}

/// An operation whose outcome nobody has recorded.
#[derive(Debug, Clone)]
pub struct Open {
    /// The run that sent it, or was about to.
    pub run: String,
    /// The target's name.
    pub target: String,
    /// The target's site at that time.
    pub site: String,
    /// The operation.
    pub operation: Operation,
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The target holds the values.
    Written,
    /// The target refused it.
    Rejected,
    /// The account is gone.
    Gone,
    /// Somebody else changed a field meanwhile; nothing was sent, or the read-back found it.
    Conflict,
    /// The target took it and shows something else.
    Altered,
    /// It never reached the target.
    NotSent,
}

impl Ending {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Rejected => "rejected",
            Self::Gone => "gone",
            Self::Conflict => "conflict",
            Self::Altered => "altered",
            Self::NotSent => "not-sent",
        }
    }
}

/// Where journal rows belong.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Connector and target.
    pub place: Place<'a>,
    /// The site's URL.
    pub site: &'a str,
    /// The run.
    pub run: &'a str,
    /// When, in ms.
    pub now_ms: i64,
}

impl Store {
    /// Makes intents durable; when this returns, their requests may leave.
    ///
    /// With them goes the certainty about their people: until somebody saves their fingerprints again,
    /// what their accounts hold is doubtful. Otherwise a directory that goes back to what it said before
    /// looks as if nothing had ever happened.
    pub async fn intend(&self, page: Page<'_>, operations: &[Operation]) -> Result<()> {
        if cfg!(feature = "sabotage-journal") {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for chunk in operations.chunks(CHUNK_ROWS) {
            let mut rows = Vec::with_capacity(chunk.len());
            for operation in chunk {
                let fields = serde_json::to_string(&operation.fields).map_err(|_| Error::Row {
                    what: "an operation",
                })?;
                rows.push((operation, fields));
            }
            let mut insert = QueryBuilder::<Sqlite>::new(
                "insert into journal (run, operation, connector, target, site, account, person, \
                 fields, state, intent_ms) ",
            );
            insert.push_values(rows, |mut row, (operation, fields)| {
                row.push_bind(page.run)
                    .push_bind(operation.number)
                    .push_bind(page.place.connector)
                    .push_bind(page.place.target)
                    .push_bind(page.site)
                    .push_bind(&operation.account)
                    .push_bind(&operation.person)
                    .push_bind(fields)
                    .push_bind("intent")
                    .push_bind(page.now_ms);
            });
            insert.build().execute(&mut *tx).await?;
        }
        let people: Vec<String> = operations.iter().map(|o| o.person.clone()).collect();
        links::doubt(&mut tx, page.place, &people).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records endings, what they mean for the ledger and what was read back, in one transaction.
    pub async fn settle(
        &self,
        page: Page<'_>,
        endings: &[(i64, Ending)],
        ledger: (Author<'_>, &[Record]),
        read_back: &[ReadBack],
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        for (operation, ending) in endings {
            sqlx::query(
                "update journal set state = $3, done_ms = $4 where run = $1 and operation = $2",
            )
            .bind(page.run)
            .bind(operation)
            .bind(ending.word())
            .bind(page.now_ms)
            .execute(&mut *tx)
            .await?;
        }
        ledger::write(&mut tx, ledger.0, ledger.1).await?;
        altered::write(&mut tx, page.site, read_back).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Operations of earlier runs whose outcome is unknown.
    pub async fn open_operations(&self, connector: &str) -> Result<Vec<Open>> {
        self.operations(connector, "intent").await
    }

    /// All operations of a connector that are in one state: `intent`, `written`, `rejected`, ...
    pub async fn operations(&self, connector: &str, state: &str) -> Result<Vec<Open>> {
        let rows = sqlx::query(
            "select run, target, operation, account, person, fields, site from journal \
             where connector = $1 and state = $2 order by run, operation",
        )
        .bind(connector)
        .bind(state)
        .fetch_all(&self.pool)
        .await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| -> Result<Open> {
            let fields: &str = row.try_get(5)?;
            let operation = Operation {
                number: row.try_get(2)?,
                account: row.try_get(3)?,
                person: row.try_get(4)?,
                fields: serde_json::from_str(fields).map_err(|_| Error::Row {
                    what: "an operation",
                })?,
            };
            Ok(Open {
                run: row.try_get(0)?,
                target: row.try_get(1)?,
                site: row.try_get(6)?,
                operation,
            })
        };
        rows.iter().map(decode).collect()
    }
}
