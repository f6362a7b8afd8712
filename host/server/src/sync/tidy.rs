//! Forgetting what was kept long enough (`[keep]`), and the files that nothing names any more.
//!
//! Called once a day and at the end of a complete run. Deliberately not here: documents of people,
//! which are kept as long as the people are known; `forget` takes those away.

use super::{Error, Host};
use crate::store::stage::Stage;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// A run of one person that found nothing to do is kept so long.
const IDLE_DAYS: u32 = 7;
/// A date that is so far ahead of the run before is not believed at once: it may be a clock that was set
/// wrongly, and what is forgotten does not come back. The next run believes it.
const LEAP_MS: i64 = 2 * 366 * DAY_MS;

/// What was forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Runs with their problems.
    pub runs: u64,
    /// Operations of the journal.
    pub operations: u64,
    /// Earlier versions of documents.
    pub versions: u64,
    /// Plans.
    pub plans: u64,
    /// Plans that can be approved no more, whose pictures were thrown away.
    pub expired: u64,
    /// Files of plans.
    pub files: u64,
    /// Builds of plugins.
    pub builds: u64,
}

/// Forgets what was kept long enough.
pub async fn tidy(host: &Host) -> Result<Tidied, Error> {
    let (store, keep) = (&host.store, &host.keep);
    let now_ms = host.clock.now().as_millisecond();
    let runs = store.runs(2).await?;
    let before = runs.iter().find(|run| run.finished_ms.is_some());
    if before.is_some_and(|run| now_ms - run.started_ms > LEAP_MS) {
        tracing::warn!(
            "the last run was more than two years ago by the clock: nothing is forgotten yet"
        );
        return Ok(Tidied::default());
    }
    let ago = |days: u32| now_ms - i64::from(days) * DAY_MS;
    let mut done = Tidied {
        plans: store.drop_plans(ago(keep.runs_days), ago(1)).await?,
        runs: store.drop_runs(ago(keep.runs_days), ago(IDLE_DAYS)).await?,
        operations: store.drop_operations(ago(keep.ledger_days)).await?,
        versions: store.drop_versions(ago(keep.versions_days)).await?,
        ..Tidied::default()
    };
    for plan in store.expired_plans(ago(1)).await? {
        let path = store.data_dir().join("plans").join(&plan.file);
        if path.is_file() {
            // What it would have done stays to be looked at; pictures are large.
            let stage = Stage::open(&path).await?;
            stage.forget_images().await?;
            stage.finish().await;
        }
        store.mark_plan(&plan.digest, "expired").await?;
        done.expired += 1;
    }
    for path in store.orphaned_files().await? {
        match std::fs::remove_file(&path) {
            Ok(()) => done.files += 1,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a file cannot be removed");
            }
        }
    }
    done.builds = builds(host).await?;
    Ok(done)
}

/// Builds that no kept run used and that no plugin has or can go back to.
async fn builds(host: &Host) -> Result<u64, Error> {
    let mut used = host.store.builds_in_use().await?;
    for generation in host.store.generations().await? {
        used.insert(generation.digest);
    }
    for entry in host.plugins.entries() {
        used.extend(entry.digest().map(str::to_owned));
    }
    let used: Vec<String> = used.into_iter().collect();
    Ok(host.store.drop_builds(&used)?)
}
