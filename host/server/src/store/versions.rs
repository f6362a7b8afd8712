//! Earlier versions of people's documents, and what a document was at a moment.
//!
//! A version is the row of `people` as it stood before another reading said something else: a
//! person who is read again and has not changed costs nothing. Invariant: what is answered for a
//! moment was really read then or before, and nothing else was read between. Deliberately not here:
//! whether a document is fresh enough for a run, which only the run knows.

use std::collections::{HashMap, HashSet};

use sqlx::{QueryBuilder, Row as _, Sqlite, Transaction};

use super::people::{Kept, KeptDocument, Reading};
use super::{CHUNK_ROWS, Error, Result, Store};

/// A person as they were at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentAt {
    /// The document. `read_ms` is when it was last read like this, which may be later than the
    /// moment; `complete_in` is empty.
    pub kept: KeptDocument,
    /// Every name that they had, folded.
    pub names: Vec<String>,
}

/// What is kept of some people for a moment; who was never kept is in neither list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentsAt {
    /// Those whose document of then is kept.
    pub found: Vec<DocumentAt>,
    /// Keys of people of whom only later documents are kept: they came later, or the earlier ones
    /// were dropped.
    pub later: Vec<String>,
}

/// Keeps the rows that this chunk of a reading is about to replace by something else. One statement
/// whose few inputs are looked up by key: where nobody is kept yet it finds nothing.
pub(super) async fn keep(
    tx: &mut Transaction<'_, Sqlite>,
    reading: Reading<'_>,
    rows: &[(&Kept, String, String)],
) -> Result<u64> {
    let mut insert =
        QueryBuilder::<Sqlite>::new("with incoming (key, names, relations, wanted, document) as (");
    insert.push_values(rows, |mut row, (kept, names, relations)| {
        row.push_bind(&kept.key)
            .push_bind(names)
            .push_bind(relations)
            .push_bind(&kept.wanted)
            .push_bind(&kept.document);
    });
    insert
        .push(
            ") insert into versions (connector, key, until_ms, since_ms, read_ms, names, \
             relations, wanted, document) select p.connector, p.key, ",
        )
        .push_bind(reading.now_ms)
        .push(
            ", p.since_ms, p.read_ms, p.names, p.relations, p.wanted, p.document \
             from incoming i cross join people p where p.key = i.key and p.connector = ",
        )
        .push_bind(reading.connector)
        .push(" and p.since_ms < ")
        .push_bind(reading.now_ms)
        .push(
            " and (p.document <> i.document or p.relations <> i.relations \
             or p.wanted <> i.wanted or p.names <> i.names) \
             on conflict (connector, key, until_ms) do nothing",
        );
    let done = insert.build().execute(&mut **tx).await?;
    Ok(done.rows_affected())
}

/// Keeps the names that people of this chunk had in the versions that [`keep`] just made of them, and
/// have no more.
pub(super) async fn keep_names(
    tx: &mut Transaction<'_, Sqlite>,
    reading: Reading<'_>,
    chunk: &[Kept],
) -> Result<()> {
    let present: HashMap<&str, &[String]> = chunk
        .iter()
        .map(|kept| (kept.key.as_str(), kept.names.as_slice()))
        .collect();
    let mut select =
        QueryBuilder::<Sqlite>::new("select key, names from versions where connector = ");
    let keys: Vec<String> = chunk.iter().map(|kept| kept.key.clone()).collect();
    of_these(&mut select, reading.connector, &keys);
    select.push(" and until_ms = ").push_bind(reading.now_ms);
    let mut past = Vec::new();
    for row in select.build().fetch_all(&mut **tx).await? {
        let (key, names): (String, &str) = (row.try_get(0)?, row.try_get(1)?);
        let names: Vec<String> =
            serde_json::from_str(names).map_err(|_| Error::Row { what: "a person" })?;
        let now = present.get(key.as_str()).copied().unwrap_or_default();
        let gone = names.into_iter().filter(|name| !now.contains(name));
        past.extend(gone.map(|name| (name, key.clone())));
    }
    for pairs in past.chunks(CHUNK_ROWS) {
        let mut insert =
            QueryBuilder::<Sqlite>::new("insert into version_names (connector, name, key) ");
        insert.push_values(pairs, |mut row, (name, key)| {
            row.push_bind(reading.connector)
                .push_bind(name)
                .push_bind(key);
        });
        insert.push(" on conflict (connector, name, key) do nothing");
        insert.build().execute(&mut **tx).await?;
    }
    Ok(())
}

/// Whether anybody can be replaced: nobody while the first listing of all is kept.
pub(super) async fn any_before(
    tx: &mut Transaction<'_, Sqlite>,
    reading: Reading<'_>,
) -> Result<bool> {
    let found: Option<i64> = sqlx::query_scalar(
        "select 1 where exists (select 1 from listings where connector = $1) \
         or exists (select 1 from people where connector = $1 and listed_in < $2) \
         or exists (select 1 from people where connector = $1 and listed_in > $2)",
    )
    .bind(reading.connector)
    .bind(reading.listing)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.is_some())
}

impl Store {
    /// These people's documents as of a moment: what was last read of them then or before.
    pub async fn document_at(
        &self,
        connector: &str,
        keys: &[String],
        at_ms: i64,
    ) -> Result<DocumentsAt> {
        let mut all = DocumentsAt::default();
        for chunk in keys.chunks(CHUNK_ROWS) {
            let mut later = Vec::new();
            let mut select = QueryBuilder::<Sqlite>::new(
                "select key, relations, wanted, document, read_ms, names, since_ms from people \
                 where connector = ",
            );
            of_these(&mut select, connector, chunk);
            for row in select.build().fetch_all(&self.pool).await? {
                let since_ms: i64 = row.try_get(6)?;
                if since_ms <= at_ms {
                    all.found.push(decode(&row)?);
                } else {
                    later.push(row.try_get(0)?);
                }
            }
            if !later.is_empty() {
                self.versions_at(connector, later, at_ms, &mut all).await?;
            }
        }
        Ok(all)
    }

    async fn versions_at(
        &self,
        connector: &str,
        later: Vec<String>,
        at_ms: i64,
        all: &mut DocumentsAt,
    ) -> Result<()> {
        let mut select = QueryBuilder::<Sqlite>::new(
            "select key, relations, wanted, document, read_ms, names from versions \
             where connector = ",
        );
        of_these(&mut select, connector, &later);
        select
            .push(" and until_ms > ")
            .push_bind(at_ms)
            .push(" and since_ms <= ")
            .push_bind(at_ms)
            .push(" order by key, until_ms");
        let mut done: HashSet<String> = HashSet::with_capacity(later.len());
        for row in select.build().fetch_all(&self.pool).await? {
            // Of several the first to be replaced is the one of then.
            if done.insert(row.try_get(0)?) {
                all.found.push(decode(&row)?);
            }
        }
        let lost = later.into_iter().filter(|key| !done.contains(key));
        all.later.extend(lost);
        Ok(())
    }

    /// Which keys each folded name means or meant: `(name, key)`, each once.
    pub async fn keys_by_name_ever(
        &self,
        connector: &str,
        names: &[String],
    ) -> Result<Vec<(String, String)>> {
        let mut found = self.keys_by_name(connector, names).await?;
        for chunk in names.chunks(CHUNK_ROWS) {
            let mut select = QueryBuilder::<Sqlite>::new(
                "select name, key from version_names where connector = ",
            );
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
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Forgets the versions that were replaced before a moment; how many.
    pub async fn drop_versions(&self, before_ms: i64) -> Result<u64> {
        let mut tx = self.begin().await?;
        let dropped = sqlx::query("delete from versions where until_ms < $1")
            .bind(before_ms)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        if dropped > 0 {
            sqlx::query(
                "delete from version_names where not exists (select 1 from versions v \
                 where v.connector = version_names.connector and v.key = version_names.key)",
            )
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(dropped)
    }

    /// When the last complete listing began that a writing run of the connector came to its end
    /// with, then or before.
    pub async fn listing_before(&self, connector: &str, at_ms: i64) -> Result<Option<i64>> {
        let began = sqlx::query_scalar(
            "select max(started_ms) from runs where connector = $1 and started_ms <= $2 \
             and verb = 'sync' and mode in ('complete', 'full') and state in ('applied', 'nothing')",
        )
        .bind(connector)
        .bind(at_ms)
        .fetch_one(&self.pool)
        .await?;
        Ok(began)
    }
}

fn of_these(select: &mut QueryBuilder<Sqlite>, connector: &str, keys: &[String]) {
    select.push_bind(connector.to_owned()).push(" and key in (");
    let mut list = select.separated(", ");
    for key in keys {
        list.push_bind(key.clone());
    }
    select.push(")");
}

/// A row of key, relations, wanted set, document, last reading and names.
fn decode(row: &sqlx::sqlite::SqliteRow) -> Result<DocumentAt> {
    let unreadable = |_| Error::Row { what: "a person" };
    let (relations, names): (&str, &str) = (row.try_get(1)?, row.try_get(5)?);
    Ok(DocumentAt {
        kept: KeptDocument {
            key: row.try_get(0)?,
            relations: serde_json::from_str(relations).map_err(unreadable)?,
            wanted: row.try_get(2)?,
            document: row.try_get(3)?,
            read_ms: row.try_get(4)?,
            complete_in: String::new(),
        },
        names: serde_json::from_str(names).map_err(unreadable)?,
    })
}
