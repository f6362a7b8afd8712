//! Local administrators, and the codes that work once.
//!
//! Of a password its argon2id hash is here, of a code its SHA-256. Deliberately not here: what makes
//! a good password, and how fast somebody may guess (`access`).

use sqlx::Row as _;

use super::{Result, Store};

/// A local administrator.
#[derive(Clone, PartialEq, Eq)]
pub struct Admin {
    /// The name to sign in with.
    pub name: String,
    /// The hash of the password; empty: it was reset, and no password is right.
    pub password: String,
    /// Since when, in ms.
    pub created_ms: i64,
    /// When the password was last set, in ms.
    pub changed_ms: i64,
    /// The last sign-in, in ms.
    pub seen_ms: Option<i64>,
}

/// Something that works once, until then.
#[derive(Debug, Clone, Copy)]
pub struct Code<'a> {
    /// The SHA-256, in hexadecimal.
    pub digest: &'a str,
    /// `set-up`, `reset` or `link`.
    pub purpose: &'a str,
    /// Whom it is for; empty: anybody.
    pub name: &'a str,
    /// Until when, in ms.
    pub expires_ms: i64,
}

impl Store {
    /// Keeps an administrator, or the new password of one.
    pub async fn put_admin(&self, name: &str, password: &str, now_ms: i64) -> Result<()> {
        let put = sqlx::query(
            "insert into admins (name, password, created_ms, changed_ms) values ($1, $2, $3, $3) \
             on conflict (name) do update set password = excluded.password, \
             changed_ms = excluded.changed_ms",
        );
        let put = put.bind(name).bind(password).bind(now_ms);
        self.write(put).await.map(drop)
    }

    /// The administrator of this name.
    pub async fn admin(&self, name: &str) -> Result<Option<Admin>> {
        let row = sqlx::query(
            "select name, password, created_ms, changed_ms, seen_ms from admins where name = $1",
        )
        .bind(name)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(decode).transpose()
    }

    /// Every administrator, by name.
    pub async fn admins(&self) -> Result<Vec<Admin>> {
        let rows = sqlx::query(
            "select name, password, created_ms, changed_ms, seen_ms from admins order by name",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(decode).collect()
    }

    /// Notes that an administrator signed in.
    pub async fn note_admin(&self, name: &str, now_ms: i64) -> Result<()> {
        let note = sqlx::query("update admins set seen_ms = $2 where name = $1");
        self.write(note.bind(name).bind(now_ms)).await.map(drop)
    }

    /// Removes an administrator with every session and code of theirs; false where there is none.
    pub async fn drop_admin(&self, name: &str) -> Result<bool> {
        let mut tx = self.begin().await?;
        let dropped = sqlx::query("delete from admins where name = $1")
            .bind(name)
            .execute(&mut *tx)
            .await?;
        sqlx::query("delete from sessions where name = $1 and kind = 'admin'")
            .bind(name)
            .execute(&mut *tx)
            .await?;
        sqlx::query("delete from one_time_codes where name = $1 and purpose = 'reset'")
            .bind(name)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(dropped.rows_affected() > 0)
    }

    /// Takes the password of an administrator away, and ends their sessions; false where there is
    /// none of this name.
    pub async fn lock_admin(&self, name: &str, now_ms: i64) -> Result<bool> {
        let mut tx = self.begin().await?;
        let locked =
            sqlx::query("update admins set password = '', changed_ms = $2 where name = $1")
                .bind(name)
                .bind(now_ms)
                .execute(&mut *tx)
                .await?;
        sqlx::query("delete from sessions where name = $1 and kind = 'admin'")
            .bind(name)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(locked.rows_affected() > 0)
    }

    /// Keeps a code. Those of the same purpose and name that nobody used work no more, nor do those
    /// that have run out.
    pub async fn put_code(&self, code: Code<'_>, now_ms: i64) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "delete from one_time_codes where (purpose = $1 and name = $2) or expires_ms <= $3",
        )
        .bind(code.purpose)
        .bind(code.name)
        .bind(now_ms)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "insert into one_time_codes (digest, purpose, name, expires_ms) \
             values ($1, $2, $3, $4)",
        )
        .bind(code.digest)
        .bind(code.purpose)
        .bind(code.name)
        .bind(code.expires_ms)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// What a code is for, and whom; it is kept.
    pub async fn code(&self, digest: &str, now_ms: i64) -> Result<Option<(String, String)>> {
        let found = sqlx::query_as(
            "select purpose, name from one_time_codes where digest = $1 and expires_ms > $2",
        )
        .bind(digest)
        .bind(now_ms)
        .fetch_optional(&self.pool)
        .await?;
        Ok(found)
    }

    /// Uses a code up; false where somebody else did, or its time is over.
    pub async fn use_code(&self, digest: &str, now_ms: i64) -> Result<bool> {
        let used = sqlx::query("delete from one_time_codes where digest = $1 and expires_ms > $2")
            .bind(digest)
            .bind(now_ms);
        Ok(self.write(used).await?.rows_affected() > 0)
    }
}

fn decode(row: &sqlx::sqlite::SqliteRow) -> Result<Admin> {
    Ok(Admin {
        name: row.try_get(0)?,
        password: row.try_get(1)?,
        created_ms: row.try_get(2)?,
        changed_ms: row.try_get(3)?,
        seen_ms: row.try_get(4)?,
    })
}
