//! Checkpoints: where the changes of a source go on.
//!
//! A mark is the adapter's own text and means something only to it. Invariant: it stands here only
//! if nothing that came before it can be lost, and it is given out only for the very frame (wanted
//! set, mapping, options, plugins) that it was taken in.

use super::{Result, Store};

/// A mark and what it is good for.
#[derive(Debug, Clone, Copy)]
pub struct Checkpoint<'a> {
    /// The connector's id.
    pub connector: &'a str,
    /// Digest of everything that the mark is good for.
    pub frame: &'a str,
    /// The adapter's own text.
    pub mark: &'a str,
    /// The run that it comes from.
    pub run: &'a str,
    /// When that run began, in ms.
    pub taken_ms: i64,
}

impl Store {
    /// Puts a mark in the place of the one before.
    pub async fn save_checkpoint(&self, checkpoint: Checkpoint<'_>) -> Result<()> {
        self.write(
            sqlx::query(
                "insert into checkpoints (connector, frame, mark, run, taken_ms) \
             values ($1, $2, $3, $4, $5) on conflict (connector) do update set \
             frame = excluded.frame, mark = excluded.mark, run = excluded.run, \
             taken_ms = excluded.taken_ms",
            )
            .bind(checkpoint.connector)
            .bind(checkpoint.frame)
            .bind(checkpoint.mark)
            .bind(checkpoint.run)
            .bind(checkpoint.taken_ms),
        )
        .await?;
        Ok(())
    }

    /// A connector's last mark as `(frame, mark)`.
    pub async fn checkpoint(&self, connector: &str) -> Result<Option<(String, String)>> {
        let row = sqlx::query_as("select frame, mark from checkpoints where connector = $1")
            .bind(connector)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row)
    }
}
