//! People as the source delivered them: projected documents, names and relations.
//!
//! A document is one cell per selector of the wanted set it was read with; a document of another
//! wanted set is not used. Invariant: what stands here is always something that the source really
//! said, so that an aborted listing harms nobody.

use attune_core::matching::fold;
use attune_core::plan::Trouble;
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{CHUNK_ROWS, Error, Result, Store, fills, unfinished, versions};

/// The only role that selectors can follow.
pub const MANAGER: &str = "manager";

/// What is to be kept of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The source key.
    pub key: String,
    /// Everything they may be called by, folded; the key is not repeated.
    pub names: Vec<String>,
    /// Role and name of other people: `("manager", "...")`.
    pub relations: Vec<(String, String)>,
    /// The source's own revision mark; may be empty.
    pub revision: String,
    /// Digest of the wanted set that the document was read with.
    pub wanted: String,
    /// The projected document, encoded.
    pub document: Vec<u8>,
}

impl Kept {
    /// Whom the first manager relation names, folded; empty where there is none.
    fn manager(&self) -> String {
        let found = self.relations.iter().find(|(role, _)| role == MANAGER);
        found.map(|(_, name)| fold(name)).unwrap_or_default()
    }
}

/// What a run needs of a kept person; names and revision serve look-ups alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDocument {
    /// The source key.
    pub key: String,
    /// Role and name of other people.
    pub relations: Vec<(String, String)>,
    /// Digest of the wanted set that the document was read with.
    pub wanted: String,
    /// The projected document, encoded.
    pub document: Vec<u8>,
    /// When it was read, in ms.
    pub read_ms: i64,
    /// The last complete listing that had them; empty where none did.
    pub complete_in: String,
}

/// Where and when people were read.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The connector's id.
    pub connector: &'a str,
    /// The listing that saw them; empty for people who were asked for one by one.
    pub listing: &'a str,
    /// When, in ms.
    pub now_ms: i64,
}

/// What is noted with a page of a listing.
#[derive(Debug, Clone, Copy)]
pub struct After<'a> {
    /// The conversation after the page; none where it cannot be gone on with from there.
    pub talk: Option<&'a [u8]>,
    /// What went wrong on the page.
    pub troubles: &'a [Trouble],
    /// When it was read, in ms.
    pub saved_ms: i64,
}

impl Store {
    /// Keeps what one page of a reading delivered; a person seen twice is kept as last seen. What
    /// it replaces by something else becomes a version.
    pub async fn keep_people(&self, reading: Reading<'_>, people: &[Kept]) -> Result<()> {
        self.keep_page(reading, people, None).await
    }

    /// The same for a page of a run's listing, with where its conversation goes on from there.
    pub async fn keep_page(
        &self,
        reading: Reading<'_>,
        people: &[Kept],
        after: Option<&After<'_>>,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let any_before = versions::any_before(&mut tx, reading).await?;
        for chunk in people.chunks(CHUNK_ROWS) {
            let rows = chunk.iter().map(encode).collect::<Result<Vec<_>>>()?;
            let replaced = if any_before {
                versions::keep(&mut tx, reading, &rows).await?
            } else {
                0
            };
            let mut insert = QueryBuilder::<Sqlite>::new(
                "insert into people (connector, key, names, relations, revision, wanted, \
                 document, listed_in, read_ms, since_ms, manager, filled) ",
            );
            insert.push_values(&rows, |mut row, (kept, names, relations)| {
                row.push_bind(reading.connector)
                    .push_bind(&kept.key)
                    .push_bind(names)
                    .push_bind(relations)
                    .push_bind(&kept.revision)
                    .push_bind(&kept.wanted)
                    .push_bind(&kept.document)
                    .push_bind(reading.listing)
                    .push_bind(reading.now_ms)
                    .push_bind(reading.now_ms)
                    .push_bind(kept.manager())
                    .push_bind(fills::filled(kept));
            });
            insert.push(
                " on conflict (connector, key) do update set names = excluded.names, \
                 relations = excluded.relations, manager = excluded.manager, filled = excluded.filled, \
                 revision = excluded.revision, \
                 wanted = excluded.wanted, document = excluded.document, \
                 read_ms = excluded.read_ms, since_ms = case when people.document = excluded.document \
                 and people.relations = excluded.relations and people.wanted = excluded.wanted \
                 and people.names = excluded.names then people.since_ms else excluded.since_ms end, \
                 listed_in = case excluded.listed_in when '' \
                 then people.listed_in else excluded.listed_in end",
            );
            insert.build().execute(&mut *tx).await?;
            if replaced > 0 {
                versions::keep_names(&mut tx, reading, chunk).await?;
            }
        }
        if let Some(after) = after {
            let run = (reading.connector, reading.listing);
            let said = (after.talk, after.troubles);
            unfinished::note_talk(&mut tx, run, said, after.saved_ms).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Remembers the names by which relations may mean these people.
    pub async fn keep_names(&self, connector: &str, people: &[Kept]) -> Result<()> {
        let mut tx = self.begin().await?;
        for chunk in people.chunks(CHUNK_ROWS) {
            let mut stale = QueryBuilder::<Sqlite>::new("delete from names where connector = ");
            stale.push_bind(connector).push(" and key in (");
            let mut keys = stale.separated(", ");
            for kept in chunk {
                keys.push_bind(&kept.key);
            }
            stale.push(")");
            stale.build().execute(&mut *tx).await?;
            let pairs = chunk
                .iter()
                .flat_map(|kept| kept.names.iter().map(|name| (name, &kept.key)));
            let pairs: Vec<_> = pairs.collect();
            for pairs in pairs.chunks(CHUNK_ROWS) {
                let mut insert =
                    QueryBuilder::<Sqlite>::new("insert into names (connector, name, key) ");
                insert.push_values(pairs, |mut row, (name, key)| {
                    row.push_bind(connector).push_bind(*name).push_bind(*key);
                });
                insert.push(" on conflict (connector, name, key) do nothing");
                insert.build().execute(&mut *tx).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// The next people of a listing in key order, after `after`.
    pub async fn listed_people(
        &self,
        connector: &str,
        listing: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<KeptDocument>> {
        let rows = sqlx::query(
            "select key, relations, wanted, document, read_ms, complete_in from people \
             where connector = $1 and listed_in = $2 and key > $3 order by key limit $4",
        )
        .bind(connector)
        .bind(listing)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(decode).collect()
    }

    /// How many people a listing saw.
    pub async fn listed_count(&self, connector: &str, listing: &str) -> Result<u64> {
        let count: i64 = sqlx::query_scalar(
            "select count(*) from people where connector = $1 and listed_in = $2",
        )
        .bind(connector)
        .bind(listing)
        .fetch_one(&self.pool)
        .await?;
        Ok(count.unsigned_abs())
    }

    /// Kept people by key; those that are not kept are simply not in the answer.
    pub async fn people_by_key(
        &self,
        connector: &str,
        keys: &[String],
    ) -> Result<Vec<KeptDocument>> {
        let mut found = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(CHUNK_ROWS) {
            let mut select = QueryBuilder::<Sqlite>::new(
                "select key, relations, wanted, document, read_ms, complete_in from people \
                 where connector = ",
            );
            select.push_bind(connector).push(" and key in (");
            let mut list = select.separated(", ");
            for key in chunk {
                list.push_bind(key);
            }
            select.push(")");
            for row in select.build().fetch_all(&self.pool).await? {
                found.push(decode(&row)?);
            }
        }
        Ok(found)
    }

    /// Which keys each folded name means: `(name, key)`, several rows for an ambiguous name.
    pub async fn keys_by_name(
        &self,
        connector: &str,
        names: &[String],
    ) -> Result<Vec<(String, String)>> {
        let mut found = Vec::with_capacity(names.len());
        for chunk in names.chunks(CHUNK_ROWS) {
            let mut select =
                QueryBuilder::<Sqlite>::new("select name, key from names where connector = ");
            select.push_bind(connector).push(" and name in (");
            let mut list = select.separated(", ");
            for name in chunk {
                list.push_bind(name);
            }
            select.push(")");
            for row in select.build().fetch_all(&self.pool).await? {
                found.push((row.try_get(0)?, row.try_get(1)?));
            }
        }
        Ok(found)
    }

    /// The last complete listing: how many people it saw, and its name.
    pub async fn last_listing(&self, connector: &str) -> Result<Option<(u64, String)>> {
        let row: Option<(i64, String)> =
            sqlx::query_as("select people, run from listings where connector = $1")
                .bind(connector)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(|(people, run)| (people.unsigned_abs(), run)))
    }

    /// The listing that people were last read in, complete or not; names of runs sort by time.
    pub async fn newest_listing(&self, connector: &str) -> Result<Option<String>> {
        let name: Option<String> =
            sqlx::query_scalar("select max(listed_in) from people where connector = $1")
                .bind(connector)
                .fetch_one(&self.pool)
                .await?;
        Ok(name.filter(|name| !name.is_empty()))
    }

    /// How many people of the last complete listing another listing did not see.
    pub async fn missing_count(&self, connector: &str, last: &str, listing: &str) -> Result<u64> {
        let count: i64 = sqlx::query_scalar(
            "select count(*) from people \
             where connector = $1 and complete_in = $2 and listed_in <> $3",
        )
        .bind(connector)
        .bind(last)
        .bind(listing)
        .fetch_one(&self.pool)
        .await?;
        Ok(count.unsigned_abs())
    }

    /// Some of those of the last complete listing whom another listing did not see.
    pub async fn missing_people(
        &self,
        connector: &str,
        listing: &str,
        limit: u32,
    ) -> Result<Vec<String>> {
        let keys = sqlx::query_scalar(
            "select key from people where connector = $1 and listed_in <> $2 and complete_in = \
             (select run from listings where connector = $1) order by key limit $3",
        )
        .bind(connector)
        .bind(listing)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(keys)
    }

    /// Records that a complete listing ended.
    pub async fn close_listing(&self, reading: Reading<'_>, people: u64) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "insert into listings (connector, people, run, finished_ms) values ($1, $2, $3, $4) \
             on conflict (connector) do update set people = excluded.people, run = excluded.run, \
             finished_ms = excluded.finished_ms",
        )
        .bind(reading.connector)
        .bind(people.cast_signed())
        .bind(reading.listing)
        .bind(reading.now_ms)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "update people set complete_in = $2, filled_before = filled, set_before = wanted \
             where connector = $1 and listed_in = $2",
        )
        .bind(reading.connector)
        .bind(reading.listing)
        .execute(&mut *tx)
        .await?;
        fills::close(&mut tx, reading).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn encode(kept: &Kept) -> Result<(&Kept, String, String)> {
    let unreadable = |_| Error::Row { what: "a person" };
    let names = serde_json::to_string(&kept.names).map_err(unreadable)?;
    let relations = serde_json::to_string(&kept.relations).map_err(unreadable)?;
    Ok((kept, names, relations))
}

/// A row of key, relations, wanted set, document, time of reading and last complete listing.
pub(super) fn decode(row: &sqlx::sqlite::SqliteRow) -> Result<KeptDocument> {
    let relations: &str = row.try_get(1)?;
    Ok(KeptDocument {
        key: row.try_get(0)?,
        relations: serde_json::from_str(relations).map_err(|_| Error::Row { what: "a person" })?,
        wanted: row.try_get(2)?,
        document: row.try_get(3)?,
        read_ms: row.try_get(4)?,
        complete_in: row.try_get(5)?,
    })
}
