//! What stands around every page: how many people are held, and how much waits for somebody.

use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::fault::Failure;
use crate::service::Service;
use crate::store::figures::HeldPlan;

/// Numbers that everybody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Counts {
    /// People of whom something is held.
    pub held_people: u64,
    /// Plans, builds and connector files that wait for somebody.
    pub waiting: u64,
}

/// A plan that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Waiting {
    /// Its digest.
    pub digest: String,
    /// The connector file's name.
    pub connector: String,
    /// The connector's id.
    pub connector_id: String,
    /// The run that made it.
    pub run: String,
    /// When.
    pub made: String,
    /// Changes that it would write.
    pub changes: u64,
    /// People whom it looked at.
    pub people: u64,
    /// The guards that hold it.
    pub guards: Vec<attune_core::plan::GuardLine>,
}

/// The numbers as they are at this moment.
pub async fn counts(service: &Service) -> Result<Counts, Failure> {
    let store = service.pin().0.store;
    let held_people = store.held_people().await?;
    let plans = store.held_plan_counts().await?;
    let proposals = service.waiting();
    // A proposal with plans is there by each of them.
    let others = proposals.iter().filter(|one| one.plans.is_empty());
    Ok(Counts {
        held_people,
        waiting: plans.values().sum::<u64>() + others.count() as u64,
    })
}

/// The plans that wait, the latest first.
pub async fn waiting(service: &Service) -> Result<Vec<Waiting>, Failure> {
    let plans = service.pin().0.store.held_plans_now().await?;
    Ok(plans.into_iter().map(Waiting::from).collect())
}

impl From<HeldPlan> for Waiting {
    fn from(plan: HeldPlan) -> Self {
        let summary = plan.report.as_ref().map(|report| &report.summary);
        Self {
            changes: summary.map_or(0, |summary| summary.changes),
            people: summary.map_or(0, |summary| summary.people),
            guards: plan.report.map_or_else(Vec::new, |report| {
                let guards = report.guards.into_iter();
                guards.filter(|guard| guard.held).collect()
            }),
            made: time(plan.made_ms),
            digest: plan.digest,
            connector: plan.name,
            connector_id: plan.connector,
            run: plan.run,
        }
    }
}
