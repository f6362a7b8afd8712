//! Values that a target took and does not show: it trims, escapes or cuts them, or puts back its own.
//!
//! Counted per field of an account, as long as the same value becomes the same other one; a write
//! that holds takes the row away.

use std::collections::HashMap;

use attune_core::mapping::Field;
use sqlx::{QueryBuilder, Row as _, Sqlite, Transaction};

use super::ledger::{parse_kind, whose};
use super::{CHUNK_ROWS, Result, Store};

/// What became of a written value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Altered {
    /// What was written; empty where the field was cleared.
    pub value: String,
    /// What the field holds instead.
    pub stored: String,
    /// How many runs in a row.
    pub times: u32,
}

/// One field whose value was written and read back.
#[derive(Debug, Clone)]
pub struct ReadBack {
    /// The account's stable key.
    pub account: String,
    /// The field.
    pub field: Field,
    /// What was written.
    pub value: String,
    /// What it became; `None` where it holds.
    pub stored: Option<String>,
}

impl Store {
    /// What became of the last writes to these accounts, where it was something else.
    pub async fn altered(
        &self,
        site: &str,
        accounts: &[String],
    ) -> Result<HashMap<String, HashMap<Field, Altered>>> {
        let mut found: HashMap<String, HashMap<Field, Altered>> = HashMap::new();
        for chunk in accounts.chunks(CHUNK_ROWS) {
            let mut select = QueryBuilder::<Sqlite>::new(
                "select account, kind, field, value, stored, times from altered",
            );
            whose(&mut select, site, chunk);
            for row in select.build().fetch_all(&self.pool).await? {
                let field = Field {
                    kind: parse_kind(row.try_get(1)?)?,
                    name: row.try_get(2)?,
                };
                let times: i64 = row.try_get(5)?;
                let altered = Altered {
                    value: row.try_get(3)?,
                    stored: row.try_get(4)?,
                    times: u32::try_from(times).unwrap_or(u32::MAX),
                };
                let fields = found.entry(row.try_get(0)?).or_default();
                fields.insert(field, altered);
            }
        }
        Ok(found)
    }
}

/// Notes what became of writes, inside the caller's transaction.
pub(super) async fn write(
    tx: &mut Transaction<'_, Sqlite>,
    site: &str,
    read_back: &[ReadBack],
) -> Result<()> {
    // Nearly always there is nothing to take away, and a write has a dozen fields.
    let any: i64 = sqlx::query_scalar(
        "select count(*) from (select 1 from altered where site = $1 limit 1) as one",
    )
    .bind(site)
    .fetch_one(&mut **tx)
    .await?;
    for one in read_back
        .iter()
        .filter(|one| any > 0 || one.stored.is_some())
    {
        let kind = one.field.kind.word();
        let Some(stored) = &one.stored else {
            sqlx::query(
                "delete from altered where site = $1 and account = $2 and kind = $3 and field = $4",
            )
            .bind(site)
            .bind(&one.account)
            .bind(kind)
            .bind(&one.field.name)
            .execute(&mut **tx)
            .await?;
            continue;
        };
        sqlx::query(
            "insert into altered (site, account, kind, field, value, stored, times) \
             values ($1, $2, $3, $4, $5, $6, 1) \
             on conflict (site, account, kind, field) do update set \
             times = case when altered.value = excluded.value and altered.stored = excluded.stored \
             then altered.times + 1 else 1 end, \
             value = excluded.value, stored = excluded.stored",
        )
        .bind(site)
        .bind(&one.account)
        .bind(kind)
        .bind(&one.field.name)
        .bind(&one.value)
        .bind(stored)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}
