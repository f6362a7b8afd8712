//! The ledger: what we last wrote or adopted, by site, account and field.
//!
//! Only what stands here is ever cleared. An entry has one owner, the connector that wrote it.

use std::collections::HashMap;

use attune_core::mapping::{Field, FieldKind};
use sqlx::{QueryBuilder, Row as _, Sqlite, Transaction};

use super::{CHUNK_ROWS, Error, Result, Store};

/// One ledger value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What we wrote or adopted.
    pub value: String,
    /// What was there before our first write, for undo.
    pub previous: Option<String>,
    /// The connector that owns the field.
    pub owner: String,
    /// The run that wrote it.
    pub run: String,
    /// The connector's revision in that run.
    pub revision: String,
    /// When, in ms.
    pub written_ms: i64,
}

/// One account's entries.
pub type Entries = HashMap<Field, Entry>;

/// What an apply records about one field.
#[derive(Debug, Clone)]
pub struct Record {
    /// The account's stable key.
    pub account: String,
    /// The field.
    pub field: Field,
    /// The new value, or `None` where the field is released.
    pub value: Option<String>,
    /// What was there before.
    pub previous: Option<String>,
}

/// A field of a site that one connector owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// The site's URL.
    pub site: String,
    /// The field.
    pub field: Field,
    /// Accounts with a value of ours.
    pub accounts: u64,
}

/// By whom and when ledger records are made.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// The site's URL.
    pub site: &'a str,
    /// The connector's id.
    pub connector: &'a str,
    /// The run.
    pub run: &'a str,
    /// The connector's revision.
    pub revision: &'a str,
    /// When, in ms.
    pub now_ms: i64,
}

impl Store {
    /// The ledger of these accounts.
    pub async fn ledger(
        &self,
        site: &str,
        accounts: &[String],
    ) -> Result<HashMap<String, Entries>> {
        let mut found: HashMap<String, Entries> = HashMap::with_capacity(accounts.len());
        for chunk in accounts.chunks(CHUNK_ROWS) {
            let mut select = QueryBuilder::<Sqlite>::new(
                "select account, kind, field, value, previous, owner, run, revision, written_ms \
                 from ledger",
            );
            whose(&mut select, site, chunk);
            for row in select.build().fetch_all(&self.pool).await? {
                let field = Field {
                    kind: parse_kind(row.try_get(1)?)?,
                    name: row.try_get(2)?,
                };
                let entry = Entry {
                    value: row.try_get(3)?,
                    previous: row.try_get(4)?,
                    owner: row.try_get(5)?,
                    run: row.try_get(6)?,
                    revision: row.try_get(7)?,
                    written_ms: row.try_get(8)?,
                };
                found
                    .entry(row.try_get(0)?)
                    .or_default()
                    .insert(field, entry);
            }
        }
        Ok(found)
    }

    /// How many non-empty values a connector manages: the base of `cleared-values`.
    pub async fn managed_values(&self, connector: &str) -> Result<u64> {
        let count: i64 =
            sqlx::query_scalar("select count(*) from ledger where owner = $1 and value <> ''")
                .bind(connector)
                .fetch_one(&self.pool)
                .await?;
        Ok(count.unsigned_abs())
    }

    /// The fields that a connector owns, and of how many accounts.
    pub async fn owned_fields(&self, owner: &str) -> Result<Vec<Owned>> {
        let rows = sqlx::query(
            "select site, kind, field, count(*) from ledger where owner = $1 \
             group by site, kind, field order by site, kind, field",
        )
        .bind(owner)
        .fetch_all(&self.pool)
        .await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| -> Result<Owned> {
            Ok(Owned {
                site: row.try_get(0)?,
                field: Field {
                    kind: parse_kind(row.try_get(1)?)?,
                    name: row.try_get(2)?,
                },
                accounts: row.try_get::<i64, _>(3)?.unsigned_abs(),
            })
        };
        rows.iter().map(decode).collect()
    }

    /// Passes one owner's values of a field on to another connector, or lets go of them: then they
    /// are nobody's, and stay where they are. How many.
    pub async fn pass_on(&self, owner: &str, of: &Owned, to: Option<&str>) -> Result<u64> {
        let statement = match to {
            Some(_) => {
                "update ledger set owner = $5 \
                 where owner = $1 and site = $2 and kind = $3 and field = $4"
            }
            None => {
                "delete from ledger \
                 where owner = $1 and site = $2 and kind = $3 and field = $4 and $5 = ''"
            }
        };
        let done = self
            .write(
                sqlx::query(statement)
                    .bind(owner)
                    .bind(&of.site)
                    .bind(of.field.kind.word())
                    .bind(&of.field.name)
                    .bind(to.unwrap_or_default()),
            )
            .await?;
        Ok(done.rows_affected())
    }

    /// Records adopted and released fields, which need no write at the target.
    pub async fn record(&self, author: Author<'_>, records: &[Record]) -> Result<()> {
        let mut tx = self.begin().await?;
        write(&mut tx, author, records).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Limits a query to these accounts of a site.
pub(super) fn whose(select: &mut QueryBuilder<Sqlite>, site: &str, accounts: &[String]) {
    select.push(" where site = ").push_bind(site.to_owned());
    select.push(" and account in (");
    let mut list = select.separated(", ");
    for account in accounts {
        list.push_bind(account.clone());
    }
    select.push(")");
}

/// Writes ledger records inside the caller's transaction.
pub(super) async fn write(
    tx: &mut Transaction<'_, Sqlite>,
    author: Author<'_>,
    records: &[Record],
) -> Result<()> {
    for record in records {
        let kind = record.field.kind.word();
        let Some(value) = &record.value else {
            sqlx::query(
                "delete from ledger where site = $1 and account = $2 and kind = $3 and field = $4 \
                 and owner = $5",
            )
            .bind(author.site)
            .bind(&record.account)
            .bind(kind)
            .bind(&record.field.name)
            .bind(author.connector)
            .execute(&mut **tx)
            .await?;
            continue;
        };
        sqlx::query(
            "insert into ledger (site, account, kind, field, value, previous, owner, run, \
             revision, written_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             on conflict (site, account, kind, field) do update set value = excluded.value, \
             run = excluded.run, revision = excluded.revision, \
             written_ms = excluded.written_ms where ledger.owner = excluded.owner",
        )
        .bind(author.site)
        .bind(&record.account)
        .bind(kind)
        .bind(&record.field.name)
        .bind(value)
        .bind(&record.previous)
        .bind(author.connector)
        .bind(author.run)
        .bind(author.revision)
        .bind(author.now_ms)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

pub(super) fn parse_kind(word: &str) -> Result<FieldKind> {
    FieldKind::of_word(word).ok_or(Error::Row {
        what: "a ledger entry",
    })
}
