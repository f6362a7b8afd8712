//! What a run makes known: that its plan is held, and that nothing is held any more.
//!
//! A run over changes can hold a connector and cannot free it: it looked at a few people only.

use attune_core::plan::{GuardLine, Report, State};

use super::{Error, Host, Mode, Run};
use crate::notify::{self, Kind, Notice};
use crate::store::plans::StagedPlan;

/// After a run that writes.
pub(super) async fn told(run: &Run<'_>, report: &Report) -> Result<(), Error> {
    let order = run.order;
    if !order.writes || !order.is_guarded() {
        return Ok(());
    }
    let (store, connector) = (&run.host.store, &run.pinned.connector);
    let key = key(&connector.id);
    let now_ms = run.host.clock.now().as_millisecond();
    if report.state == State::Held {
        let message = format!(
            "connector `{}`: nothing was written, held {}",
            connector.name,
            reasons(report)
        );
        let hint = format!(
            "look with `attune run show {}`, then `attune approve {}` or `attune reject {}`",
            run.id, report.digest, report.digest
        );
        let notice = Notice {
            key: &key,
            kind: Kind::Held,
            connector: &connector.name,
            message: &message,
            hint: &hint,
        };
        notify::raise(store, notice, now_ms).await?;
    } else if matches!(order.mode, Mode::Complete | Mode::Full) {
        let message = format!("connector `{}`: nothing is held any more", connector.name);
        notify::settle(store, &key, &message, now_ms).await?;
    }
    Ok(())
}

/// Drops a held plan.
pub async fn reject(host: &Host, plan: &StagedPlan) -> Result<(), Error> {
    host.store.mark_plan(&plan.digest, "rejected").await?;
    let now_ms = host.clock.now().as_millisecond();
    let message = format!("connector `{}`: the held plan was rejected", plan.connector);
    notify::settle(&host.store, &key(&plan.connector), &message, now_ms).await?;
    Ok(())
}

fn key(connector: &str) -> String {
    format!("held:{connector}")
}

/// By which guards, without any value of anybody.
fn reasons(report: &Report) -> String {
    let held = report.guards.iter().filter(|guard| guard.held);
    let reason = |guard: &GuardLine| {
        let GuardLine {
            name,
            actual,
            count,
            base,
            limit,
            ..
        } = guard;
        let of = guard.detail.split(" = ").next().filter(|of| !of.is_empty());
        let of = of.map(|of| format!(" for {of}")).unwrap_or_default();
        format!("by {name}{of}: {actual} ({count} of {base}) is above the limit of {limit}")
    };
    let reasons: Vec<String> = held.map(reason).collect();
    reasons.join("; ")
}
