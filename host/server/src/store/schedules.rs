//! When each line of a connector's schedule comes next, so that a restart neither misses nor
//! doubles a run.

use sqlx::Row as _;

use super::jobs::Asked;
use super::{Result, Store};

/// One line of one connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The connector's id.
    pub connector: String,
    /// `sync`, `changes` or `full`.
    pub kind: String,
    /// The cron line that it was computed of.
    pub line: String,
    /// The time zone that it was computed in.
    pub zone: String,
    /// When it came last, or was first seen, in ms.
    pub last_ms: i64,
    /// When it comes next, in ms.
    pub next_ms: i64,
}

impl Store {
    /// Every line.
    pub async fn schedules(&self) -> Result<Vec<Planned>> {
        let rows = sqlx::query(
            "select connector, kind, line, zone, last_ms, next_ms from schedules \
             order by connector, kind",
        )
        .fetch_all(&self.pool)
        .await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| -> Result<Planned> {
            Ok(Planned {
                connector: row.try_get(0)?,
                kind: row.try_get(1)?,
                line: row.try_get(2)?,
                zone: row.try_get(3)?,
                last_ms: row.try_get(4)?,
                next_ms: row.try_get(5)?,
            })
        };
        rows.iter().map(decode).collect()
    }

    /// Records when a line comes next and queues the job of the time that has come, in one
    /// transaction: a crash in between neither loses a run nor makes two of it.
    pub async fn save_schedule(&self, planned: &Planned, due: Option<Asked<'_>>) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "insert into schedules (connector, kind, line, zone, last_ms, next_ms) \
             values ($1, $2, $3, $4, $5, $6) on conflict (connector, kind) do update set \
             line = excluded.line, zone = excluded.zone, last_ms = excluded.last_ms, \
             next_ms = excluded.next_ms",
        )
        .bind(&planned.connector)
        .bind(&planned.kind)
        .bind(&planned.line)
        .bind(&planned.zone)
        .bind(planned.last_ms)
        .bind(planned.next_ms)
        .execute(&mut *tx)
        .await?;
        if let Some(asked) = due {
            super::jobs::insert(&mut tx, asked).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// A line that is in no file any more.
    pub async fn forget_schedule(&self, connector: &str, kind: &str) -> Result<()> {
        self.write(
            sqlx::query("delete from schedules where connector = $1 and kind = $2")
                .bind(connector)
                .bind(kind),
        )
        .await?;
        Ok(())
    }
}
