//! Writing a plan that was made before: approved by its digest, or taken from a file.
//!
//! No new plan is made. Every account is read first, and an operation is sent where its `before`
//! still holds. Invariant: what cannot be written as it was shown is not written at all.

use attune_core::plan::How;

use super::apply::Manner;
use super::lanes::Lane;
use super::open::{lease, open};
use super::pin::Pinned;
use super::run::{Done, Watch, close, plan_path, write};
use super::{Error, Host, Mode, Order, Run, changes, lanes, recover};
use crate::connector::Loaded;
use crate::store::plans::StagedPlan;
use crate::store::stage::{Stage, StageMeta};

/// A held plan can be approved for a day.
const PLAN_AGE_MAX_MS: i64 = 24 * 60 * 60 * 1000;

/// Writes a plan that was staged before, as far as it still holds. No new plan is made.
pub async fn approve(
    host: &Host,
    loaded: &Loaded,
    plan: &StagedPlan,
    watch: &Watch,
) -> Result<Done, Error> {
    let (pinned, programs) = Pinned::open(loaded, &host.plugins)?;
    let order = Order::sync(Mode::Complete);
    let (stage, meta) = usable(host, &pinned, plan).await?;
    let undo = host.store.undo_of_plan(&plan.digest).await?;
    let verb = if undo.is_some() { "undo" } else { "approve" };
    let host = &lease(host, &pinned).await?;
    let (run, _) = open(host, &pinned, &order, verb).await?;
    watch.progress.opened(&run.id);
    let outcome = async {
        if let Some(undo) = &undo {
            host.store.begin_undo(&undo.plan, &run.id).await?;
        }
        let mut lanes = lanes::open(host, &pinned, programs).await?;
        recover_unless_stopped(&run, &mut lanes, watch).await?;
        let report = write(
            &run,
            (&stage, &meta),
            &mut lanes,
            (watch, Manner::careful(&watch.stop)),
        )
        .await?;
        let of_source = meta.report.source.as_ref().map(|source| source.read);
        if of_source.is_none_or(|how| how == How::Complete) {
            close_approved_listing(&run, plan).await?;
        }
        Ok(Done {
            report,
            stage: Some(stage),
        })
    }
    .await;
    close(&run, outcome, watch).await
}

/// Whether a staged plan can still be written as it is, with these plugins and this file.
pub async fn is_usable(host: &Host, loaded: &Loaded, plan: &StagedPlan) -> Result<(), Error> {
    let (pinned, _) = Pinned::open(loaded, &host.plugins)?;
    let (stage, _) = usable(host, &pinned, plan).await?;
    stage.finish().await;
    Ok(())
}

/// The stage of a plan that can still be written as it is.
async fn usable(
    host: &Host,
    pinned: &Pinned,
    plan: &StagedPlan,
) -> Result<(Stage, StageMeta), Error> {
    let refused = |message: String| Err(Error::NoSuchPlan(message));
    if plan.state == "applied" || plan.state == "rejected" {
        return refused(format!("the plan was {} before", plan.state));
    }
    if plan.revision != pinned.revision {
        return refused("the connector was edited since this plan was made".to_owned());
    }
    if host.clock.now().as_millisecond() - plan.created_ms > PLAN_AGE_MAX_MS {
        return refused("the plan is older than 24 hours".to_owned());
    }
    let path = host.store.data_dir().join("plans").join(&plan.file);
    let stage = Stage::open(&path).await?;
    let meta = stage.meta().await?;
    if meta.report.generations != pinned.generations {
        return refused("a plugin was replaced since this plan was made".to_owned());
    }
    Ok((stage, meta))
}

pub(super) async fn recover_unless_stopped(
    run: &Run<'_>,
    lanes: &mut [Lane],
    watch: &Watch,
) -> Result<u64, Error> {
    tokio::select! {
        biased;
        () = watch.stop.cancelled() => Err(Error::Stopped),
        settled = recover::recover(run, lanes) => settled,
    }
}

/// Writes exactly the plan of a file, as far as it still holds.
pub async fn apply_file(
    host: &Host,
    loaded: &Loaded,
    file: &super::PlanFile,
    watch: &Watch,
) -> Result<Done, Error> {
    let (pinned, programs) = Pinned::open(loaded, &host.plugins)?;
    file.check(&pinned)?;
    if host
        .store
        .undo_of_plan(&file.report.digest)
        .await?
        .is_some()
    {
        // Whose a value is afterwards stands in the staged plan alone.
        let digest = &file.report.digest;
        let what = format!("it takes back a run: attune approve {digest}");
        return Err(Error::PlanFile(what));
    }
    let order = Order::sync(Mode::Complete);
    let host = &lease(host, &pinned).await?;
    let (run, _) = open(host, &pinned, &order, "apply").await?;
    watch.progress.opened(&run.id);
    let outcome = async {
        let stage = Stage::create(&plan_path(&run)?).await?;
        let meta = file.stage(&pinned, &stage).await?;
        take_images(&run, &stage, &meta).await?;
        let mut lanes = lanes::open(host, &pinned, programs).await?;
        recover_unless_stopped(&run, &mut lanes, watch).await?;
        let report = write(
            &run,
            (&stage, &meta),
            &mut lanes,
            (watch, Manner::careful(&watch.stop)),
        )
        .await?;
        Ok(Done {
            report,
            stage: Some(stage),
        })
    }
    .await;
    close(&run, outcome, watch).await
}

/// The pictures of a plan file are where it was made: with the plan of its digest.
async fn take_images(run: &Run<'_>, stage: &Stage, meta: &StageMeta) -> Result<(), Error> {
    let store = &run.host.store;
    let Some(plan) = store.plan(&meta.report.digest).await? else {
        return Ok(());
    };
    let path = store.data_dir().join("plans").join(&plan.file);
    if meta.report.summary.photos > 0 && path.exists() {
        let made_with = Stage::open(&path).await?;
        stage.copy_images(&made_with).await?;
        made_with.finish().await;
    }
    Ok(())
}

/// How many changes a staged plan has; 0 where its file is gone.
pub async fn changes_of(host: &Host, plan: &StagedPlan) -> Result<u64, Error> {
    let path = host.store.data_dir().join("plans").join(&plan.file);
    if !path.exists() {
        return Ok(0);
    }
    let stage = Stage::open(&path).await?;
    let meta = stage.meta().await?;
    stage.finish().await;
    Ok(meta.report.summary.changes)
}

/// The listing of an approved plan becomes the last complete one, unless there is a newer one.
async fn close_approved_listing(run: &Run<'_>, plan: &StagedPlan) -> Result<(), Error> {
    let store = &run.host.store;
    let newest = store.newest_listing(&plan.connector).await?;
    if newest.as_deref() != Some(plan.run.as_str()) {
        return Ok(());
    }
    let people = store.listed_count(&plan.connector, &plan.run).await?;
    changes::close_listing(run, &plan.run, people).await
}
