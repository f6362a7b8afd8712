//! Accepted states of connector files: the text as it was, and the files that its options name.
//!
//! A revision is named by what the file says, so that of two texts that say the same the first one
//! is kept. Invariant: a row with a text has all its files. Deliberately not here: secrets, of which
//! a connector file has nothing but the places.

use std::collections::BTreeMap;

use sqlx::{Sqlite, Transaction};

use super::{Result, Store};

/// Everything that a revision was read from.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptRevision {
    /// `sha256:...` of what it says.
    pub digest: String,
    /// The connector file's name without `.toml`; also the id of a file that says none.
    pub name: String,
    /// The file, byte for byte.
    pub text: String,
    /// The files that options name, by the path that they are named by.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl std::fmt::Debug for KeptRevision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptRevision")
            .field("digest", &self.digest)
            .field("name", &self.name)
            .field("files", &self.files.keys())
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Keeps a revision, unless its text is kept already.
    pub async fn keep_revision(
        &self,
        connector: &str,
        revision: &KeptRevision,
        now_ms: i64,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        keep(&mut tx, connector, revision, now_ms).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The same within what is written with it.
pub(super) async fn keep(
    tx: &mut Transaction<'_, Sqlite>,
    connector: &str,
    revision: &KeptRevision,
    now_ms: i64,
) -> Result<()> {
    let kept = sqlx::query(
        "insert into revisions (connector, digest, name, first_ms, text) \
         values ($1, $2, $3, $4, $5) on conflict (connector, digest) do update \
         set name = excluded.name, text = excluded.text where revisions.text is null",
    )
    .bind(connector)
    .bind(&revision.digest)
    .bind(&revision.name)
    .bind(now_ms)
    .bind(&revision.text)
    .execute(&mut **tx)
    .await?;
    if kept.rows_affected() == 0 {
        return Ok(());
    }
    for (path, content) in &revision.files {
        sqlx::query(
            "insert into revision_files (connector, digest, path, content) \
             values ($1, $2, $3, $4) on conflict (connector, digest, path) do nothing",
        )
        .bind(connector)
        .bind(&revision.digest)
        .bind(path)
        .bind(content)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

impl Store {
    /// Digests of a connector's accepted revisions and when each was first, the newest first.
    pub async fn revisions(&self, connector: &str, limit: u32) -> Result<Vec<(String, i64)>> {
        let rows = sqlx::query_as(
            "select digest, first_ms from revisions where connector = $1 \
             order by first_ms desc, digest limit $2",
        )
        .bind(connector)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows)
    }

    /// A revision as it was read; `None` where it is unknown, or was accepted before texts were
    /// kept.
    pub async fn revision(&self, connector: &str, digest: &str) -> Result<Option<KeptRevision>> {
        let row: Option<(String, Option<String>)> =
            sqlx::query_as("select name, text from revisions where connector = $1 and digest = $2")
                .bind(connector)
                .bind(digest)
                .fetch_optional(&self.pool)
                .await?;
        let Some((name, Some(text))) = row else {
            return Ok(None);
        };
        let files: Vec<(String, Vec<u8>)> = sqlx::query_as(
            "select path, content from revision_files where connector = $1 and digest = $2",
        )
        .bind(connector)
        .bind(digest)
        .fetch_all(&self.pool)
        .await?;
        Ok(Some(KeptRevision {
            digest: digest.to_owned(),
            name,
            text,
            files: files.into_iter().collect(),
        }))
    }
}
