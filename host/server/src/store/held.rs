//! Held people: what could not be brought in tune, since when, and when it is tried again.
//!
//! One row per value; a problem of a whole person has no field, one of the source no target. Only codes
//! are kept, no messages: those may say something of a person. Deliberately not here: when the next
//! try is, which `sync` says.

use std::collections::BTreeMap;

use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{CHUNK_ROWS, Result, Store};

/// One value that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRow {
    /// The connector's id.
    pub connector: String,
    /// Name of the target; empty for the source's own problems.
    pub target: String,
    /// The source key.
    pub person: String,
    /// The field; empty where the whole person is concerned.
    pub field: String,
    /// Why.
    pub code: String,
    /// Since when, in ms.
    pub first_ms: i64,
    /// When it was last tried, in ms.
    pub last_ms: i64,
    /// When it is tried next, in ms.
    pub next_ms: i64,
    /// How often it was tried.
    pub tries: u32,
    /// How far the waits have grown; 0: the next run tries it.
    pub step: u32,
}

/// A place in the list of what is held: connector, since when, person, target and field of a row. The
/// default one is before them all.
pub type HeldPlace = (String, i64, String, String, String);

/// A person whose time has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldDue {
    /// The connector's id.
    pub connector: String,
    /// The source key.
    pub person: String,
}

/// What a run lets be concluded of those whom it has no word about.
#[derive(Debug, Clone, Copy)]
pub struct Ran<'a> {
    /// The connector's id.
    pub connector: &'a str,
    /// When it began, in ms; what it met was noted with this time.
    pub now_ms: i64,
    /// The targets of the connector file; rows of others are of no use any more.
    pub targets: &'a [&'a str],
    /// Those that took part to the end.
    pub healthy: &'a [&'a str],
    /// Whether it looked at everybody and all of them were told.
    pub is_of_all: bool,
}

impl HeldRow {
    /// Where it stands in the list of what is held.
    pub fn place(&self) -> HeldPlace {
        (
            self.connector.clone(),
            self.first_ms,
            self.person.clone(),
            self.target.clone(),
            self.field.clone(),
        )
    }
}

const COLUMNS: &str = "select connector, target, person, field, code, first_ms, last_ms, next_ms, tries, step from held";

impl Store {
    /// What is held, the oldest first.
    pub async fn held(&self, connector: Option<&str>) -> Result<Vec<HeldRow>> {
        let mut select = QueryBuilder::<Sqlite>::new(COLUMNS);
        if let Some(connector) = connector {
            select.push(" where connector = ").push_bind(connector);
        }
        select.push(" order by connector, first_ms, person, target, field");
        let rows = select.build().fetch_all(&self.pool).await?;
        rows.iter().map(decode).collect()
    }

    /// What is held behind a place of that list.
    pub async fn held_after(
        &self,
        connector: Option<&str>,
        after: &HeldPlace,
        limit: u32,
    ) -> Result<Vec<HeldRow>> {
        let (of, first_ms, person, target, field) = after;
        let rows = sqlx::query(
            "select connector, target, person, field, code, first_ms, last_ms, next_ms, tries, step \
             from held where ($1 = '' or connector = $1) \
             and (connector, first_ms, person, target, field) > ($2, $3, $4, $5, $6) \
             order by connector, first_ms, person, target, field limit $7",
        )
        .bind(connector.unwrap_or_default())
        .bind(of)
        .bind(*first_ms)
        .bind(person)
        .bind(target)
        .bind(field)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(decode).collect()
    }

    /// What is held of these people.
    pub async fn held_of(&self, connector: &str, people: &[String]) -> Result<Vec<HeldRow>> {
        let mut found = Vec::new();
        for chunk in people.chunks(CHUNK_ROWS) {
            let mut select = QueryBuilder::<Sqlite>::new(COLUMNS);
            select.push(" where connector = ").push_bind(connector);
            select.push(" and person in (");
            let mut list = select.separated(", ");
            for person in chunk {
                list.push_bind(person);
            }
            select.push(")");
            for row in select.build().fetch_all(&self.pool).await? {
                found.push(decode(&row)?);
            }
        }
        Ok(found)
    }

    /// Whose time has come, who waits longest first. Those whom the next run tries are not among them.
    pub async fn held_due(&self, now_ms: i64, limit: u32) -> Result<Vec<HeldDue>> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "select connector, person from held where step > 0 and next_ms <= $1 \
             group by connector, person order by min(next_ms), connector, person limit $2",
        )
        .bind(now_ms)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let due = |(connector, person)| HeldDue { connector, person };
        Ok(rows.into_iter().map(due).collect())
    }

    /// How much is held, by connector.
    pub async fn held_counts(&self) -> Result<BTreeMap<String, u64>> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("select connector, count(*) from held group by connector")
                .fetch_all(&self.pool)
                .await?;
        let counted = |(connector, count): (String, i64)| (connector, count.unsigned_abs());
        Ok(rows.into_iter().map(counted).collect())
    }

    /// Keeps what is held of some people in some targets, in place of what was.
    pub async fn hold(&self, rows: &[HeldRow]) -> Result<()> {
        let mut tx = self.begin().await?;
        let mut of_person: Vec<(&str, &str, &str)> = rows
            .iter()
            .map(|row| {
                (
                    row.connector.as_str(),
                    row.target.as_str(),
                    row.person.as_str(),
                )
            })
            .collect();
        of_person.sort_unstable();
        of_person.dedup();
        for (connector, target, person) in of_person {
            sqlx::query("delete from held where connector = $1 and target = $2 and person = $3")
                .bind(connector)
                .bind(target)
                .bind(person)
                .execute(&mut *tx)
                .await?;
        }
        for chunk in rows.chunks(CHUNK_ROWS) {
            let mut insert = QueryBuilder::<Sqlite>::new(
                "insert into held (connector, target, person, field, code, first_ms, last_ms, \
                 next_ms, tries, step) ",
            );
            insert.push_values(chunk, |mut values, row| {
                values
                    .push_bind(&row.connector)
                    .push_bind(&row.target)
                    .push_bind(&row.person)
                    .push_bind(&row.field)
                    .push_bind(&row.code)
                    .push_bind(row.first_ms)
                    .push_bind(row.last_ms)
                    .push_bind(row.next_ms)
                    .push_bind(i64::from(row.tries))
                    .push_bind(i64::from(row.step));
            });
            insert.push(" on conflict (connector, target, person, field) do nothing");
            insert.build().execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Lets go of somebody who is nobody's matter any more.
    pub async fn drop_held(&self, connector: &str, person: &str) -> Result<()> {
        self.write(
            sqlx::query("delete from held where connector = $1 and person = $2")
                .bind(connector)
                .bind(person),
        )
        .await?;
        Ok(())
    }

    /// Lets go of whom a run had no word about, where that says that they are well, have left, or are
    /// nobody's matter any more.
    pub async fn release_held(&self, ran: Ran<'_>) -> Result<u64> {
        let mut delete = QueryBuilder::<Sqlite>::new("delete from held where connector = ");
        delete.push_bind(ran.connector);
        delete
            .push(" and last_ms < ")
            .push_bind(ran.now_ms)
            .push(" and (");
        delete.push("(target <> ''");
        for target in ran.targets {
            delete.push(" and target <> ").push_bind(*target);
        }
        delete.push(")");
        if ran.is_of_all {
            delete.push(" or target = ''");
            for target in ran.healthy {
                delete.push(" or target = ").push_bind(*target);
            }
        }
        // In tune again: the person has a fingerprint, and nothing of them is in doubt.
        delete.push(
            " or (field <> 'photo' and exists (select 1 from links l where l.connector = held.connector \
             and l.target = held.target and l.person = held.person \
             and (l.is_outside = 1 or length(l.fingerprint) > 0)))",
        );
        // The source's own problem: their document was read since.
        delete.push(
            " or (target = '' and exists (select 1 from people p where p.connector = held.connector \
             and p.key = held.person and p.read_ms >= ",
        );
        delete.push_bind(ran.now_ms).push(")))");
        let done = self.write(delete.build()).await?;
        Ok(done.rows_affected())
    }
}

pub(super) fn decode(row: &sqlx::sqlite::SqliteRow) -> Result<HeldRow> {
    let small = |at: usize| -> Result<u32> {
        let count: i64 = row.try_get(at)?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    };
    Ok(HeldRow {
        connector: row.try_get(0)?,
        target: row.try_get(1)?,
        person: row.try_get(2)?,
        field: row.try_get(3)?,
        code: row.try_get(4)?,
        first_ms: row.try_get(5)?,
        last_ms: row.try_get(6)?,
        next_ms: row.try_get(7)?,
        tries: small(8)?,
        step: small(9)?,
    })
}
