//! Forgetting: what was kept long enough goes, and nothing that something still stands on.
//!
//! Invariant: the run of the last complete listing, an unfinished run, an intent without an outcome
//! and a plan that can still be approved stay, however old. Deliberately not here: ledger values,
//! which say what is ours for as long as it is there.

use std::collections::BTreeSet;
use std::path::PathBuf;

use sqlx::Row as _;

use super::plans::StagedPlan;
use super::{Error, Result, Store, files_in};

impl Store {
    /// Forgets runs that began before a moment, with their problems and what undid them; how many.
    /// Those of one person that found nothing to do go earlier: a log-in of everybody makes one each.
    pub async fn drop_runs(&self, before_ms: i64, idle_before_ms: i64) -> Result<u64> {
        let mut tx = self.begin().await?;
        let dropped = sqlx::query(
            "delete from runs where (started_ms < $1 or (started_ms < $2 and mode = 'user' \
             and state = 'nothing')) and state <> 'running' \
             and id not in (select run from listings) and id not in (select run from unfinished)",
        )
        .bind(before_ms)
        .bind(idle_before_ms)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if dropped > 0 {
            for follow in [
                "delete from problems where run not in (select id from runs)",
                "delete from undos where undone not in (select id from runs)",
                "delete from undo_runs where plan not in (select plan from undos)",
            ] {
                sqlx::query(follow).execute(&mut *tx).await?;
            }
        }
        tx.commit().await?;
        Ok(dropped)
    }

    /// Forgets operations that ended before a moment; how many.
    pub async fn drop_operations(&self, before_ms: i64) -> Result<u64> {
        let delete = sqlx::query("delete from journal where state <> 'intent' and intent_ms < $1");
        let done = self.write(delete.bind(before_ms)).await?;
        Ok(done.rows_affected())
    }

    /// Forgets plans that were made before a moment; how many. Empty ones of one person, or of those
    /// who changed, go earlier: there is nothing in them, and each is a file.
    pub async fn drop_plans(&self, before_ms: i64, idle_before_ms: i64) -> Result<u64> {
        let delete = sqlx::query(
            "delete from plans where (created_ms < $1 or (created_ms < $2 and run in \
             (select id from runs where mode in ('user', 'changes') and state = 'nothing'))) \
             and digest not in (select plan from unfinished)",
        );
        let done = self
            .write(delete.bind(before_ms).bind(idle_before_ms))
            .await?;
        Ok(done.rows_affected())
    }

    /// Plans that nobody can approve any more, and that were not told so yet.
    pub async fn expired_plans(&self, before_ms: i64) -> Result<Vec<StagedPlan>> {
        let rows = sqlx::query(
            "select digest, connector, run, revision, file, state, created_ms from plans \
             where state in ('planned', 'held') and created_ms < $1 \
             and digest not in (select plan from unfinished)",
        )
        .bind(before_ms)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(super::plans::decode).collect()
    }

    /// The files below `plans/` that no plan names and no run that goes on may need.
    pub async fn orphaned_files(&self) -> Result<Vec<PathBuf>> {
        let named: Vec<String> = sqlx::query_scalar("select file from plans")
            .fetch_all(&self.pool)
            .await?;
        let named: BTreeSet<String> = named.into_iter().collect();
        let running: Vec<String> = sqlx::query_scalar(
            "select id from runs where state = 'running' union select run from unfinished",
        )
        .fetch_all(&self.pool)
        .await?;
        let mut found = files_in(&self.data_dir.join("plans"))?;
        found.retain(|(name, _)| {
            let starts = |known: &String| name.starts_with(known.as_str());
            // No plan's file begins with the name of another: the one that could fit is the next
            // before it.
            let is_named = named.range(..=name.clone()).next_back().is_some_and(starts);
            !is_named && !running.iter().any(starts)
        });
        Ok(found.into_iter().map(|(_, path)| path).collect())
    }

    /// Digests of the builds that kept runs used, and that plugins can go back to.
    pub async fn builds_in_use(&self) -> Result<BTreeSet<String>> {
        let mut used = BTreeSet::new();
        let rows = sqlx::query("select report from runs where report is not null")
            .fetch_all(&self.pool)
            .await?;
        for row in rows {
            let text: &str = row.try_get(0)?;
            let report: serde_json::Value =
                serde_json::from_str(text).map_err(|_| Error::Row { what: "a report" })?;
            let generations = report.get("generations").and_then(|all| all.as_object());
            let digests = generations.into_iter().flat_map(|all| all.values());
            used.extend(digests.filter_map(|digest| digest.as_str().map(str::to_owned)));
        }
        Ok(used)
    }
}
