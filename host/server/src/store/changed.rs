//! Whom changes spoke of since the last complete listing, and whom a run has yet to look at.
//!
//! A queue that outlives runs: people stay due until a run that lost nothing came to its end.
//! Known are the people of the last complete listing, and those whom changes brought since; who is
//! said to be gone, or outside the adapter's limits, is known no more until they are brought or
//! listed again. Deliberately not here: the listing itself and who is missing from it; neither is
//! ever touched by changes.

use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::links::{Link, Place};
use super::people::{Kept, KeptDocument, decode};
use super::{CHUNK_ROWS, Error, Result, Store};

/// A person `p` of the listing `$2`, or somebody whom changes brought since.
macro_rules! is_known {
    () => {
        "(p.complete_in = $2 or exists (select 1 from changed c \
          where c.connector = p.connector and c.key = p.key and c.takes_part = 1))"
    };
}

/// The complete listing that changes come after.
#[derive(Debug, Clone, Copy)]
pub struct Since<'a> {
    /// The connector's id.
    pub connector: &'a str,
    /// The listing's name.
    pub listing: &'a str,
}

impl Store {
    /// Whether every document of the listing is one of this wanted set, so that it says who leads
    /// whom.
    pub async fn is_of_one_wanted_set(&self, since: Since<'_>, wanted: &str) -> Result<bool> {
        let other: Option<i64> = sqlx::query_scalar(
            "select 1 from people where connector = $1 and complete_in = $2 and wanted <> $3 \
             limit 1",
        )
        .bind(since.connector)
        .bind(since.listing)
        .bind(wanted)
        .fetch_optional(&self.pool)
        .await?;
        Ok(other.is_none())
    }

    /// Forgets what was said before the listing.
    pub async fn begin_changes(&self, since: Since<'_>) -> Result<()> {
        self.write(
            sqlx::query("delete from changed where connector = $1 and listing <> $2")
                .bind(since.connector)
                .bind(since.listing),
        )
        .await?;
        Ok(())
    }

    /// Notes what was just said of these people: they take part and are due, or they are gone or
    /// outside the adapter's limits.
    pub async fn note_changed(
        &self,
        since: Since<'_>,
        keys: &[String],
        takes_part: bool,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        for chunk in keys.chunks(CHUNK_ROWS) {
            let mut insert = QueryBuilder::<Sqlite>::new(
                "insert into changed (connector, key, listing, takes_part, is_due) ",
            );
            insert.push_values(chunk, |mut row, key| {
                row.push_bind(since.connector)
                    .push_bind(key)
                    .push_bind(since.listing)
                    .push_bind(i64::from(takes_part))
                    .push_bind(i64::from(takes_part));
            });
            insert.push(
                " on conflict (connector, key) do update set takes_part = excluded.takes_part, \
                 is_due = excluded.is_due",
            );
            insert.build().execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Makes everybody due whose managers, up to `depth` above them, are among these people by any
    /// of their present names. `cross join` keeps the order of the tables: from the few whose names
    /// are known to those whom they lead; the other way round it is everybody for each of them.
    pub async fn note_led(&self, since: Since<'_>, keys: &[String], depth: usize) -> Result<()> {
        let depth = i64::try_from(depth).unwrap_or(i64::MAX);
        for chunk in keys.chunks(CHUNK_ROWS) {
            let mut insert = QueryBuilder::<Sqlite>::new(
                "with recursive led (key, depth) as ( \
                   select p.key, 1 from names n cross join people p \
                   where p.connector = n.connector and p.manager = n.name and n.connector = ",
            );
            insert.push_bind(since.connector).push(" and n.key in (");
            let mut list = insert.separated(", ");
            for key in chunk {
                list.push_bind(key);
            }
            insert
                .push(
                    ") union select p.key, led.depth + 1 from led cross join names n \
                     cross join people p where n.key = led.key \
                     and p.connector = n.connector and p.manager = n.name and n.connector = ",
                )
                .push_bind(since.connector)
                .push(" and led.depth < ")
                .push_bind(depth)
                .push(
                    ") insert into changed (connector, key, listing, takes_part, is_due) \
                     select distinct p.connector, p.key, ",
                )
                .push_bind(since.listing)
                .push(
                    ", 1, 1 from led cross join people p \
                     where p.key = led.key and p.connector = ",
                )
                .push_bind(since.connector)
                .push(" and (p.complete_in = ")
                .push_bind(since.listing)
                .push(
                    " or exists (select 1 from changed c where c.connector = p.connector \
                     and c.key = p.key and c.takes_part = 1)) \
                     on conflict (connector, key) do update set is_due = 1",
                );
            self.write(insert.build()).await?;
        }
        Ok(())
    }

    /// Makes the known people due of whom something failed, waits or is unknown in a target, or
    /// whose account was looked for in vain before `looked_before_ms`.
    pub async fn note_due(
        &self,
        since: Since<'_>,
        place: Place<'_>,
        looked_before_ms: i64,
    ) -> Result<()> {
        self.write(
            sqlx::query(concat!(
                "insert into changed (connector, key, listing, takes_part, is_due) \
             select p.connector, p.key, $2, 1, 1 from links l join people p \
               on p.connector = l.connector and p.key = l.person \
             where l.connector = $1 and l.target = $3 and l.site = $4 and l.is_outside = 0 \
             and ((l.state = 'matched' and (l.fingerprint is null or l.fingerprint = $5)) \
               or (l.state <> 'matched' and l.looked_ms < $6)) and ",
                is_known!(),
                " on conflict (connector, key) do update set is_due = 1"
            ))
            .bind(since.connector)
            .bind(since.listing)
            .bind(place.target)
            .bind(place.site)
            .bind(Link::DOUBTFUL)
            .bind(looked_before_ms),
        )
        .await?;
        Ok(())
    }

    /// Makes everybody due who is known.
    pub async fn note_everybody(&self, since: Since<'_>) -> Result<()> {
        self.write(
            sqlx::query(concat!(
                "insert into changed (connector, key, listing, takes_part, is_due) \
             select p.connector, p.key, $2, 1, 1 from people p where p.connector = $1 and ",
                is_known!(),
                " on conflict (connector, key) do update set is_due = 1"
            ))
            .bind(since.connector)
            .bind(since.listing),
        )
        .await?;
        Ok(())
    }

    /// How many people are due.
    pub async fn changed_count(&self, since: Since<'_>) -> Result<u64> {
        let count: i64 = sqlx::query_scalar(
            "select count(*) from changed where connector = $1 and listing = $2 \
             and takes_part = 1 and is_due = 1",
        )
        .bind(since.connector)
        .bind(since.listing)
        .fetch_one(&self.pool)
        .await?;
        Ok(count.unsigned_abs())
    }

    /// The next people who are due, in key order after `after`.
    pub async fn changed_people(
        &self,
        since: Since<'_>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<KeptDocument>> {
        let rows = sqlx::query(
            "select p.key, p.relations, p.wanted, p.document, p.read_ms, p.complete_in \
             from changed c join people p on p.connector = c.connector and p.key = c.key \
             where c.connector = $1 and c.listing = $2 and c.takes_part = 1 and c.is_due = 1 \
             and c.key > $3 order by c.key limit $4",
        )
        .bind(since.connector)
        .bind(since.listing)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(decode).collect()
    }

    /// The next people who are due and of whom no document of this wanted set is kept.
    pub async fn changed_without_document(
        &self,
        since: Since<'_>,
        wanted: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<String>> {
        let keys = sqlx::query_scalar(
            "select c.key from changed c left join people p \
               on p.connector = c.connector and p.key = c.key \
             where c.connector = $1 and c.listing = $2 and c.takes_part = 1 and c.is_due = 1 \
             and (p.key is null or p.wanted <> $3) and c.key > $4 order by c.key limit $5",
        )
        .bind(since.connector)
        .bind(since.listing)
        .bind(wanted)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(keys)
    }

    /// After a run that lost nothing: nobody is due any more.
    pub async fn close_changes(&self, since: Since<'_>) -> Result<()> {
        self.write(
            sqlx::query("update changed set is_due = 0 where connector = $1 and listing = $2")
                .bind(since.connector)
                .bind(since.listing),
        )
        .await?;
        Ok(())
    }

    /// How many known people have been looked up in these targets, and how many of them have an
    /// account in one.
    pub async fn known_count(&self, since: Since<'_>, places: &[Place<'_>]) -> Result<(u64, u64)> {
        let mut select = QueryBuilder::<Sqlite>::new(
            "select count(distinct l.person), \
             count(distinct case l.state when 'matched' then l.person end) \
             from links l join people p on p.connector = l.connector and p.key = l.person \
             where l.connector = ",
        );
        select
            .push_bind(since.connector)
            .push(" and l.is_outside = 0 and (p.complete_in = ")
            .push_bind(since.listing)
            .push(
                " or exists (select 1 from changed c where c.connector = p.connector \
                 and c.key = p.key and c.takes_part = 1)) and (",
            );
        for (number, place) in places.iter().enumerate() {
            select
                .push(if number > 0 { " or " } else { "" })
                .push("(l.target = ")
                .push_bind(place.target)
                .push(" and l.site = ")
                .push_bind(place.site)
                .push(")");
        }
        let row = select.push(")").build().fetch_one(&self.pool).await?;
        let (people, matched): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        Ok((people.unsigned_abs(), matched.unsigned_abs()))
    }

    /// Everything that is kept of these people; those of whom nothing is are not in the answer.
    pub async fn kept_people(&self, connector: &str, keys: &[String]) -> Result<Vec<Kept>> {
        let mut found = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(CHUNK_ROWS) {
            let mut select = QueryBuilder::<Sqlite>::new(
                "select key, names, relations, revision, wanted, document from people \
                 where connector = ",
            );
            select.push_bind(connector).push(" and key in (");
            let mut list = select.separated(", ");
            for key in chunk {
                list.push_bind(key);
            }
            select.push(")");
            for row in select.build().fetch_all(&self.pool).await? {
                found.push(whole(&row)?);
            }
        }
        Ok(found)
    }
}

fn whole(row: &sqlx::sqlite::SqliteRow) -> Result<Kept> {
    let unreadable = |_| Error::Row { what: "a person" };
    let (names, relations): (&str, &str) = (row.try_get(1)?, row.try_get(2)?);
    Ok(Kept {
        key: row.try_get(0)?,
        names: serde_json::from_str(names).map_err(unreadable)?,
        relations: serde_json::from_str(relations).map_err(unreadable)?,
        revision: row.try_get(3)?,
        wanted: row.try_get(4)?,
        document: row.try_get(5)?,
    })
}
