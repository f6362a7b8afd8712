//! What a job does: the run behind each kind of job, for the service's worker and for commands.
//!
//! Invariant: a job that is begun a second time, after a crash, does no harm: runs compare again, an
//! approved plan is written only where it was not before, and a plan that takes a run back is held.

use attune_core::plan::{Report, State};

use super::Kind;
use crate::connector::Loaded;
use crate::fault::Failure;
use crate::store::plans::StagedPlan;
use crate::store::undos::Undo;
use crate::sync::{self, Done, Host, Mode, Order, Undoing, Watch};

/// What came of an approval.
pub struct Approved {
    /// The run that wrote the plan; or the fresh plan that is held instead.
    pub done: Done,
    /// Why the plan could not be used any more.
    pub instead: Option<String>,
    /// Whether the connector was paused, because the plan takes a run back.
    pub is_paused: bool,
}

/// Does a job; its report.
pub async fn carry_out(
    host: &Host,
    loaded: &Loaded,
    (kind, about, who): (Kind, &str, &str),
    watch: &Watch,
) -> Result<Report, Failure> {
    let done = match kind {
        Kind::Plan => {
            let order = Order::plan(kind.mode(about));
            Box::pin(sync::run(host, loaded, &order, watch)).await?
        }
        Kind::Approve => {
            let plan = staged(host, about).await?;
            let approved = Box::pin(approve(host, loaded, (&plan, who), watch)).await?;
            approved.done
        }
        Kind::Undo => {
            let undo = Undo {
                plan: String::new(),
                undone: about.to_owned(),
                person: String::new(),
                keeps_running: false,
            };
            Box::pin(undone(host, loaded, &undo, watch)).await?
        }
        _ => return ran(host, loaded, kind.mode(about), watch).await,
    };
    if let Some(stage) = done.stage {
        stage.finish().await;
    }
    Ok(done.report)
}

/// The staged plan of a digest.
pub async fn staged(host: &Host, digest: &str) -> Result<StagedPlan, Failure> {
    let plan = host.store.plan(digest).await?;
    plan.ok_or_else(|| {
        let message = format!("no plan of the run or digest {digest} is staged");
        Failure::of("no-such-plan", message)
    })
}

/// Writes a staged plan; one that takes a run back pauses its connector before, so that the next
/// run by schedule does not write it again. Where the plan cannot be used any more, a fresh one of
/// the same kind is made and held.
pub async fn approve(
    host: &Host,
    loaded: &Loaded,
    (plan, who): (&StagedPlan, &str),
    watch: &Watch,
) -> Result<Approved, Failure> {
    let undo = host.store.undo_of_plan(&plan.digest).await?;
    let mut is_paused = false;
    if let Some(undo) = undo.as_ref().filter(|undo| !undo.keeps_running)
        && sync::is_usable(host, loaded, plan).await.is_ok()
    {
        let reason = format!("run {} is taken back", undo.undone);
        let now_ms = host.clock.now().as_millisecond();
        let id = &loaded.connector.id;
        host.store.pause(id, who, &reason, now_ms).await?;
        is_paused = true;
    }
    let refused = match sync::approve(host, loaded, plan, watch).await {
        Ok(done) => {
            return Ok(Approved {
                done,
                instead: None,
                is_paused,
            });
        }
        Err(error) => Failure::from(error),
    };
    if refused.code != "no-such-plan" {
        return Err(refused);
    }
    let done = match &undo {
        Some(undo) => undone(host, loaded, undo, watch).await?,
        None => fresh(host, loaded, watch).await?,
    };
    Ok(Approved {
        done,
        instead: Some(refused.message),
        is_paused,
    })
}

/// Makes the plan that takes a run back, and holds it.
pub async fn undone(
    host: &Host,
    loaded: &Loaded,
    undo: &Undo,
    watch: &Watch,
) -> Result<Done, Failure> {
    let Some(run) = host.store.run(&undo.undone).await? else {
        let message = format!("run {} is not kept any more", undo.undone);
        return Err(Failure::of("no-such-run", message));
    };
    let undoing = Undoing {
        run: &run,
        person: Some(undo.person.clone()).filter(|person| !person.is_empty()),
        keeps_running: undo.keeps_running,
    };
    Ok(sync::undo(host, loaded, &undoing, watch).await?)
}

/// Makes a plan that waits for approval, whatever the guards say of it.
pub async fn fresh(host: &Host, loaded: &Loaded, watch: &Watch) -> Result<Done, Failure> {
    let order = Order::plan(Mode::Complete);
    let mut done = sync::run(host, loaded, &order, watch).await?;
    done.report.state = State::Held;
    host.store.mark_plan(&done.report.digest, "held").await?;
    Ok(done)
}

/// A run that reads and writes.
async fn ran(host: &Host, loaded: &Loaded, mode: Mode, watch: &Watch) -> Result<Report, Failure> {
    let order = Order::sync(mode).resuming();
    loop {
        let done = Box::pin(sync::run(host, loaded, &order, watch)).await?;
        if let Some(stage) = done.stage {
            stage.finish().await;
        }
        let is_done = matches!(done.report.state, State::Applied | State::Nothing);
        let row = match &done.report.run {
            Some(id) if is_done => host.store.run(id).await?,
            _ => None,
        };
        // It ended with what it had read before it broke off: once more, with what there is now.
        if row.is_none_or(|row| row.resumed == 0) {
            return Ok(done.report);
        }
    }
}
