//! How many people have a value of each attribute: whether one is still delivered, and who lost it.
//!
//! Each kept person carries a mark per attribute, written with their document and in the same
//! transaction, so that a listing that was read twice or went on after a crash counts nobody twice.
//! Invariant: what an attribute had is that of the last complete listing in which anybody had a value:
//! a listing without any does not make it forgotten. Deliberately not here: what follows from it
//! (`sync`).

use attune_core::{Column, json};
use futures_util::TryStreamExt as _;
use sqlx::{Row as _, Sqlite, Transaction};

use super::people::{Kept, MANAGER, Reading};
use super::{Result, Store};

/// One attribute of one connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    /// Its selector.
    pub selector: String,
    /// People of the newest complete reading.
    pub people: u64,
    /// How many of them have a value.
    pub filled: u64,
    /// People of the last complete listing in which anybody had a value; 0 where none had.
    pub was_people: u64,
    /// How many of them had one.
    pub was_filled: u64,
    /// Since when nobody has one although enough people had.
    pub gone_ms: Option<i64>,
}

/// People of a listing who are alike: marks now, and those that the last complete listing left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// A `1` or a `0` for each cell of the document, and one more for a manager.
    pub filled: String,
    /// The same of the last complete listing; empty where it did not have them.
    pub before: String,
    /// The wanted set of those marks.
    pub set_before: String,
    /// How many people.
    pub people: u64,
}

/// Which listings are compared.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// The connector's id.
    pub connector: &'a str,
    /// The listing that was just read.
    pub listing: &'a str,
    /// The last complete one before it; empty where there is none.
    pub last: &'a str,
    /// The wanted set of the new one: who was read for another one meanwhile is left out.
    pub wanted: &'a str,
}

/// The marks of a person. A document that cannot be read has none.
pub(super) fn filled(kept: &Kept) -> String {
    let Ok(document) = Column::decode(&kept.document) else {
        return String::new();
    };
    let is_filled = |is_filled: bool| if is_filled { '1' } else { '0' };
    let cells = document.iter();
    let mut marks: String = cells
        .map(|cell| is_filled(!json::is_missing(cell, false)))
        .collect();
    let has_manager = kept.relations.iter().any(|(role, _)| role == MANAGER);
    marks.push(is_filled(has_manager));
    marks
}

/// What a listing had is what the next ones are compared with.
pub(super) async fn close(tx: &mut Transaction<'_, Sqlite>, reading: Reading<'_>) -> Result<()> {
    sqlx::query(
        "update fills set was_people = people, was_filled = filled \
         where connector = $1 and listing = $2 and filled > 0",
    )
    .bind(reading.connector)
    .bind(reading.listing)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// Hands over the people of a listing by what they have and had, in one pass.
    pub async fn fill_patterns(
        &self,
        compared: Compared<'_>,
        mut each: impl FnMut(Pattern),
    ) -> Result<()> {
        let mut rows = sqlx::query(
            "select filled, case when complete_in = $3 then filled_before else '' end as before, \
             case when complete_in = $3 then set_before else '' end as set_then, count(*) \
             from people where connector = $1 and listed_in = $2 and wanted = $4 \
             group by filled, before, set_then",
        )
        .bind(compared.connector)
        .bind(compared.listing)
        .bind(
            Some(compared.last)
                .filter(|last| !last.is_empty())
                .unwrap_or("-"),
        )
        .bind(compared.wanted)
        .fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            let people: i64 = row.try_get(3)?;
            each(Pattern {
                filled: row.try_get(0)?,
                before: row.try_get(1)?,
                set_before: row.try_get(2)?,
                people: people.unsigned_abs(),
            });
        }
        Ok(())
    }

    /// The wanted sets that people of the last complete listing were read with.
    pub async fn sets_before(&self, compared: Compared<'_>) -> Result<Vec<String>> {
        if compared.last.is_empty() {
            return Ok(Vec::new());
        }
        let sets = sqlx::query_scalar(
            "select distinct set_before from people where connector = $1 and complete_in = $2",
        )
        .bind(compared.connector)
        .bind(compared.last)
        .fetch_all(&self.pool)
        .await?;
        Ok(sets)
    }

    /// What is known of every attribute of a connector.
    pub async fn fills(&self, connector: &str) -> Result<Vec<Fill>> {
        let rows = sqlx::query(
            "select selector, people, filled, was_people, was_filled, gone_ms from fills \
             where connector = $1 order by selector",
        )
        .bind(connector)
        .fetch_all(&self.pool)
        .await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| -> Result<Fill> {
            let count = |at: usize| row.try_get::<i64, _>(at).map(i64::unsigned_abs);
            Ok(Fill {
                selector: row.try_get(0)?,
                people: count(1)?,
                filled: count(2)?,
                was_people: count(3)?,
                was_filled: count(4)?,
                gone_ms: row.try_get(5)?,
            })
        };
        rows.iter().map(decode).collect()
    }

    /// Keeps what a complete reading found of every attribute. `drops_others`: those that it did not
    /// ask for are not read any more.
    pub async fn note_fills(
        &self,
        (connector, listing): (&str, &str),
        fills: &[Fill],
        drops_others: bool,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        for fill in fills {
            sqlx::query(
                "insert into fills (connector, selector, listing, people, filled, was_people, \
                 was_filled, gone_ms) values ($1, $2, $3, $4, $5, 0, 0, $6) \
                 on conflict (connector, selector) do update set listing = excluded.listing, \
                 people = excluded.people, filled = excluded.filled, gone_ms = excluded.gone_ms",
            )
            .bind(connector)
            .bind(&fill.selector)
            .bind(listing)
            .bind(fill.people.cast_signed())
            .bind(fill.filled.cast_signed())
            .bind(fill.gone_ms)
            .execute(&mut *tx)
            .await?;
        }
        if drops_others {
            sqlx::query("delete from fills where connector = $1 and listing <> $2")
                .bind(connector)
                .bind(listing)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Forgets that an attribute was ever delivered; true where it was missed.
    pub async fn accept_gone(&self, connector: &str, selector: &str) -> Result<bool> {
        let done = self
            .write(
                sqlx::query(
                    "update fills set was_people = 0, was_filled = 0, gone_ms = null \
             where connector = $1 and selector = $2 and gone_ms is not null",
                )
                .bind(connector)
                .bind(selector),
            )
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
