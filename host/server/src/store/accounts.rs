//! Accounts of a site as one scan saw them; used only to match many people with few requests.
//!
//! Not the truth about an account: what a run writes is read from the target again. Values are
//! folded here, so that equality in SQL is equality without case.

use attune_core::account::{Account, MatchBy};
use attune_core::matching::fold;
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{CHUNK_ROWS, Result, Store};

impl Store {
    /// Adds a page of a scan.
    pub async fn save_accounts(&self, site: &str, scan: &str, accounts: &[Account]) -> Result<()> {
        let mut tx = self.begin().await?;
        for chunk in accounts.chunks(CHUNK_ROWS) {
            let mut insert = QueryBuilder::<Sqlite>::new(
                "insert into accounts (site, key, folded, username, email, name, scan) ",
            );
            insert.push_values(chunk, |mut row, account| {
                row.push_bind(site)
                    .push_bind(&account.key)
                    .push_bind(fold(&account.key))
                    .push_bind(fold(&account.username))
                    .push_bind(fold(&account.email))
                    .push_bind(&account.username)
                    .push_bind(scan);
            });
            insert.push(
                " on conflict (site, key) do update set username = excluded.username, \
                 email = excluded.email, name = excluded.name, scan = excluded.scan",
            );
            insert.build().execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Ends a scan: what it did not see is gone from the table.
    pub async fn close_scan(&self, site: &str, scan: &str) -> Result<()> {
        self.write(
            sqlx::query("delete from accounts where site = $1 and scan <> $2")
                .bind(site)
                .bind(scan),
        )
        .await?;
        Ok(())
    }

    /// Scanned accounts by folded values: `(value, key, user name)`.
    pub async fn accounts_by(
        &self,
        site: &str,
        by: MatchBy,
        values: &[String],
    ) -> Result<Vec<(String, String, String)>> {
        let start = match by {
            MatchBy::Username => "select username, key, name from accounts where username in (",
            MatchBy::Email => "select email, key, name from accounts where email in (",
            MatchBy::Key => "select folded, key, name from accounts where folded in (",
        };
        let mut found = Vec::with_capacity(values.len());
        for chunk in values.chunks(CHUNK_ROWS) {
            let mut select = QueryBuilder::<Sqlite>::new(start);
            let mut list = select.separated(", ");
            for value in chunk {
                list.push_bind(value);
            }
            select.push(") and site = ").push_bind(site);
            for row in select.build().fetch_all(&self.pool).await? {
                found.push((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
            }
        }
        Ok(found)
    }
}
