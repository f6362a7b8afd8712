//! API tokens: what each may do, until when, and when it was last used.
//!
//! Only the SHA-256 of a token is here. Deliberately not here: whether a token may still be used
//! (`access`).

use sqlx::Row as _;

use super::{Error, Result, Store};

/// An API token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its name, which nobody else has.
    pub name: String,
    /// The SHA-256 of the token, in hexadecimal.
    pub digest: String,
    /// The word of its role.
    pub role: String,
    /// Whether it shows values of people.
    pub personal: bool,
    /// The ids of the only connectors that it is for; `None`: all.
    pub connectors: Option<Vec<String>>,
    /// When it was made, in ms.
    pub created_ms: i64,
    /// Who made it.
    pub created_by: String,
    /// Until when it works, in ms.
    pub expires_ms: i64,
    /// When it was last used, in ms, give or take a minute.
    pub used_ms: Option<i64>,
}

impl Store {
    /// Keeps a new token; false where there is one of its name.
    pub async fn add_token(&self, token: &Token) -> Result<bool> {
        let connectors = token.connectors.as_ref().map(|ids| json(ids)).transpose()?;
        let add = sqlx::query(
            "insert into api_tokens (name, digest, role, personal, connectors, created_ms, \
             created_by, expires_ms) values ($1, $2, $3, $4, $5, $6, $7, $8) \
             on conflict (name) do nothing",
        )
        .bind(&token.name)
        .bind(&token.digest)
        .bind(&token.role)
        .bind(i64::from(token.personal))
        .bind(connectors)
        .bind(token.created_ms)
        .bind(&token.created_by)
        .bind(token.expires_ms);
        Ok(self.write(add).await?.rows_affected() > 0)
    }

    /// The token of this digest.
    pub async fn token(&self, digest: &str) -> Result<Option<Token>> {
        let row = sqlx::query(
            "select name, digest, role, personal, connectors, created_ms, created_by, expires_ms, \
             used_ms from api_tokens where digest = $1",
        )
        .bind(digest)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(decode).transpose()
    }

    /// Every token, by its name.
    pub async fn tokens(&self) -> Result<Vec<Token>> {
        let rows = sqlx::query(
            "select name, digest, role, personal, connectors, created_ms, created_by, expires_ms, \
             used_ms from api_tokens order by name",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(decode).collect()
    }

    /// Notes that a token was used.
    pub async fn note_token(&self, digest: &str, now_ms: i64) -> Result<()> {
        let note = sqlx::query("update api_tokens set used_ms = $2 where digest = $1");
        self.write(note.bind(digest).bind(now_ms)).await.map(drop)
    }

    /// Ends a token; false where there is none of this name.
    pub async fn drop_token(&self, name: &str) -> Result<bool> {
        let drop = sqlx::query("delete from api_tokens where name = $1").bind(name);
        Ok(self.write(drop).await?.rows_affected() > 0)
    }
}

fn json(ids: &[String]) -> Result<String> {
    serde_json::to_string(ids).map_err(|_| Error::Row { what: "a token" })
}

fn decode(row: &sqlx::sqlite::SqliteRow) -> Result<Token> {
    let connectors: Option<String> = row.try_get(4)?;
    let connectors = connectors
        .map(|text| serde_json::from_str(&text))
        .transpose();
    Ok(Token {
        name: row.try_get(0)?,
        digest: row.try_get(1)?,
        role: row.try_get(2)?,
        personal: row.try_get::<i64, _>(3)? != 0,
        // A list that cannot be read is no list of everything.
        connectors: connectors.map_err(|_| Error::Row { what: "a token" })?,
        created_ms: row.try_get(5)?,
        created_by: row.try_get(6)?,
        expires_ms: row.try_get(7)?,
        used_ms: row.try_get(8)?,
    })
}
