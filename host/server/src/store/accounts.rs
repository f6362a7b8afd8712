//! Accounts of a site as one scan saw them; used only to match many people with few requests.
//!
//! Not the truth about an account: what a run writes is read from the target again. Names are
//! folded by the caller, so that equality here is equality without case.

use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{CHUNK_ROWS, Result, Store};

/// One scanned account; `username` and `email` are folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The stable key.
    pub key: String,
    /// Folded user name.
    pub username: String,
    /// Folded e-mail; may be empty.
    pub email: String,
    /// The user name as the target writes it.
    pub name: String,
}

/// What a match rule compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The user name.
    Username,
    /// The e-mail.
    Email,
    /// The stable key.
    Key,
}

impl Store {
    /// Adds a page of a scan.
    pub async fn save_accounts(&self, site: &str, scan: &str, accounts: &[Scanned]) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        for chunk in accounts.chunks(CHUNK_ROWS) {
            let mut insert = QueryBuilder::<Sqlite>::new(
                "insert into accounts (site, key, username, email, name, scan) ",
            );
            insert.push_values(chunk, |mut row, account| {
                row.push_bind(site)
                    .push_bind(&account.key)
                    .push_bind(&account.username)
                    .push_bind(&account.email)
                    .push_bind(&account.name)
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
        sqlx::query("delete from accounts where site = $1 and scan <> $2")
            .bind(site)
            .bind(scan)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Accounts by folded values of one name: `(value, account)`.
    pub async fn accounts_by(
        &self,
        site: &str,
        by: By,
        values: &[String],
    ) -> Result<Vec<(String, Scanned)>> {
        let start = match by {
            By::Username => {
                "select username, key, username, email, name from accounts where username in ("
            }
            By::Email => "select email, key, username, email, name from accounts where email in (",
            By::Key => "select key, key, username, email, name from accounts where key in (",
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
                let account = Scanned {
                    key: row.try_get(1)?,
                    username: row.try_get(2)?,
                    email: row.try_get(3)?,
                    name: row.try_get(4)?,
                };
                found.push((row.try_get(0)?, account));
            }
        }
        Ok(found)
    }
}
