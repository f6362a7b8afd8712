//! What is held, for people who look: by cause, and with the words of the newest run over everybody.

use std::collections::BTreeMap;

use super::figures::WHOLE;
use super::held::{HeldRow, decode};
use super::{Result, Store};

/// Messages that are looked up for one cause.
const MESSAGES_MAX: u32 = 2000;

/// Which rows are looked for; an empty word means all.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The connector's id.
    pub connector: &'a str,
    /// Why.
    pub code: &'a str,
    /// The field.
    pub field: &'a str,
    /// Only what has been held since before this time, in ms.
    pub before_ms: i64,
}

/// Rows of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldCause {
    /// Why.
    pub code: String,
    /// People.
    pub people: u64,
    /// Rows.
    pub values: u64,
    /// Since when the oldest is, in ms.
    pub first_ms: i64,
    /// When one was last tried, in ms.
    pub last_ms: i64,
}

/// What was said of a person, target and field.
pub type Messages = BTreeMap<(String, String, String), String>;

impl Store {
    /// What is held, cause by cause, those of most people first.
    pub async fn held_causes(&self, wanted: &Wanted<'_>) -> Result<Vec<HeldCause>> {
        let rows: Vec<(String, i64, i64, i64, i64)> = sqlx::query_as(
            "select code, count(distinct connector || '/' || person), count(*), min(first_ms), \
             max(last_ms) from held where ($1 = '' or connector = $1) and ($2 = '' or code = $2) \
             and ($3 = '' or field = $3) and first_ms < $4 group by code order by 2 desc, code",
        )
        .bind(wanted.connector)
        .bind(wanted.code)
        .bind(wanted.field)
        .bind(wanted.before_ms)
        .fetch_all(&self.pool)
        .await?;
        let cause =
            |(code, people, values, first_ms, last_ms): (String, i64, i64, i64, i64)| HeldCause {
                code,
                people: people.unsigned_abs(),
                values: values.unsigned_abs(),
                first_ms,
                last_ms,
            };
        Ok(rows.into_iter().map(cause).collect())
    }

    /// The rows that are looked for, the oldest first, connector by connector.
    pub async fn held_rows(&self, wanted: &Wanted<'_>, limit: u32) -> Result<Vec<HeldRow>> {
        let rows = sqlx::query(
            "select connector, target, person, field, code, first_ms, last_ms, next_ms, tries, step \
             from held where ($1 = '' or connector = $1) and ($2 = '' or code = $2) \
             and ($3 = '' or field = $3) and first_ms < $4 \
             order by connector, first_ms, person limit $5",
        )
        .bind(wanted.connector)
        .bind(wanted.code)
        .bind(wanted.field)
        .bind(wanted.before_ms)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(decode).collect()
    }

    /// What the newest run over everybody of a connector said of a code.
    pub async fn last_messages(&self, connector: &str, code: &str) -> Result<Messages> {
        let rows: Vec<(String, String, String, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "select person, target, field, message from problems where run = (select id \
             from runs where connector = $1 and {WHOLE} order by id desc limit 1) \
             and code = $2 limit $3"
            )))
            .bind(connector)
            .bind(code)
            .bind(MESSAGES_MAX)
            .fetch_all(&self.pool)
            .await?;
        let said = |(person, target, field, message)| ((person, target, field), message);
        Ok(rows.into_iter().map(said).collect())
    }
}
