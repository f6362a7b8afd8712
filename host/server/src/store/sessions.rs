//! Sessions: who is signed in with a browser, since when, and when they were last seen.
//!
//! Only the SHA-256 of what the browser sends is here. A session of a local administrator is none
//! once that administrator is gone. Deliberately not here: how long a session lasts (`access`).

use sqlx::Row as _;

use super::{Result, Store};

/// A session as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The SHA-256 of what the browser sends, in hexadecimal.
    pub digest: String,
    /// What it is called where sessions are listed.
    pub id: String,
    /// Whose it is.
    pub name: String,
    /// `admin`, `oidc` or `link`.
    pub kind: String,
    /// The word of its role.
    pub role: String,
    /// Whether it shows values of people.
    pub personal: bool,
    /// Where it was begun from.
    pub address: String,
    /// Since when, in ms.
    pub began_ms: i64,
    /// When its last request came, in ms, give or take a minute.
    pub seen_ms: i64,
}

impl Store {
    /// Keeps a new session. Those that began or were seen before these moments are removed.
    pub async fn add_session(&self, session: &Session, (began, seen): (i64, i64)) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("delete from sessions where began_ms < $1 or seen_ms < $2")
            .bind(began)
            .bind(seen)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "insert into sessions (digest, id, name, kind, role, personal, address, began_ms, \
             seen_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&session.digest)
        .bind(&session.id)
        .bind(&session.name)
        .bind(&session.kind)
        .bind(&session.role)
        .bind(i64::from(session.personal))
        .bind(&session.address)
        .bind(session.began_ms)
        .bind(session.seen_ms)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The session of this digest.
    pub async fn session(&self, digest: &str) -> Result<Option<Session>> {
        let row = sqlx::query(
            "select digest, id, name, kind, role, personal, address, began_ms, seen_ms \
             from sessions where digest = $1 and (kind <> 'admin' \
             or exists (select 1 from admins where admins.name = sessions.name))",
        )
        .bind(digest)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(decode).transpose()
    }

    /// Every session, the latest first.
    pub async fn sessions(&self) -> Result<Vec<Session>> {
        let rows = sqlx::query(
            "select digest, id, name, kind, role, personal, address, began_ms, seen_ms \
             from sessions order by began_ms desc, id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(decode).collect()
    }

    /// Notes that a request of a session came.
    pub async fn note_session(&self, digest: &str, now_ms: i64) -> Result<()> {
        let note = sqlx::query("update sessions set seen_ms = $2 where digest = $1");
        self.write(note.bind(digest).bind(now_ms)).await.map(drop)
    }

    /// Ends the session of this digest or id; false where there is none.
    pub async fn drop_session(&self, which: &str) -> Result<bool> {
        let drop = sqlx::query("delete from sessions where digest = $1 or id = $1").bind(which);
        Ok(self.write(drop).await?.rows_affected() > 0)
    }
}

fn decode(row: &sqlx::sqlite::SqliteRow) -> Result<Session> {
    Ok(Session {
        digest: row.try_get(0)?,
        id: row.try_get(1)?,
        name: row.try_get(2)?,
        kind: row.try_get(3)?,
        role: row.try_get(4)?,
        personal: row.try_get::<i64, _>(5)? != 0,
        address: row.try_get(6)?,
        began_ms: row.try_get(7)?,
        seen_ms: row.try_get(8)?,
    })
}
