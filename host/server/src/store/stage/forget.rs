//! Forgetting a person in a staged plan: their rows, what was said of them, and their pictures.

use super::Stage;
use crate::store::Result;

impl Stage {
    /// Forgets a person; how many rows went. What went is in no page of the file any more.
    pub async fn forget_person(&self, person: &str) -> Result<u64> {
        let mut connection = self.pool.acquire().await?;
        sqlx::query("pragma secure_delete = on")
            .execute(&mut *connection)
            .await?;
        sqlx::query(
            "delete from results where exists (select 1 from staged s where s.person = $1 \
             and s.target = results.target and s.account = results.account)",
        )
        .bind(person)
        .execute(&mut *connection)
        .await?;
        let mut dropped = 0;
        for statement in [
            // That there was a row is told: a replay names whom it knows no more.
            "update staged set username = '', fingerprint = null, \
             packed = '{\"changes\":[],\"adopted\":[],\"released\":[]}' \
             where person = $1 and (username <> '' or packed <> \
             '{\"changes\":[],\"adopted\":[],\"released\":[]}')",
            "delete from candidates where person = $1",
            "delete from pictured where person = $1",
        ] {
            let done = sqlx::query(statement)
                .bind(person)
                .execute(&mut *connection)
                .await?;
            dropped += done.rows_affected();
        }
        // Values of theirs may be among those that were counted.
        if dropped > 0 {
            sqlx::query("delete from counts")
                .execute(&mut *connection)
                .await?;
        }
        let unused = "delete from images where hash not in \
                      (select after from pictured where after is not null)";
        sqlx::query(unused).execute(&mut *connection).await?;
        drop(connection);
        // A run that failed before its verdict has none.
        if let Ok(mut meta) = self.meta().await {
            let before = meta.report.problems.len();
            meta.report.problems.retain(|one| one.person != person);
            let gone = before - meta.report.problems.len();
            if gone > 0 {
                self.close(&meta).await?;
                dropped += gone as u64;
            }
        }
        if dropped > 0 {
            self.set("vacuum").await?;
            self.set("pragma wal_checkpoint(truncate)").await?;
        }
        Ok(dropped)
    }
}
