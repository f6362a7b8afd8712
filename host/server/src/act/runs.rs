//! Runs, plans and jobs: wished for, approved, dropped, stopped, taken back.

use super::Actor;
use crate::fault::Failure;
use crate::jobs::{Kind, work};
use crate::service::Wish;
use crate::store::jobs::Job;
use crate::store::plans::StagedPlan;
use crate::{sync, view};

impl Actor {
    /// Queues a run of a connector, or of one person of it (empty: everybody), or joins the same that
    /// waits already.
    pub async fn run(&self, connector: &str, kind: Kind, person: &str) -> Result<Job, Failure> {
        let queued = self.wish(connector, kind, person).await;
        if self.is_hook || !kind.writes() {
            return queued;
        }
        let person = match person {
            "" => String::new(),
            person => format!("person {}", self.key(connector, person).await),
        };
        let what = match kind {
            Kind::User => "sync",
            kind => kind.word(),
        };
        self.noted((what, connector, &person), queued).await
    }

    /// Queues the writing of exactly a staged plan.
    pub async fn approve(&self, digest: &str) -> Result<Job, Failure> {
        let plan = work::staged(&self.service.pin().0, digest).await;
        let named = named(&plan, digest);
        let queued = match plan {
            Ok(plan) => {
                self.wish(&plan.connector, Kind::Approve, &plan.digest)
                    .await
            }
            Err(failure) => Err(failure),
        };
        self.noted(("approve", &named, ""), queued).await
    }

    /// Drops a plan, or a change of a plugin or connector that waits.
    pub async fn reject(&self, digest: &str) -> Result<(), Failure> {
        let host = self.service.pin().0;
        let plan = work::staged(&host, digest).await;
        let named = named(&plan, digest);
        let dropped = async {
            if self.service.reject(digest).await? {
                return Ok(());
            }
            Ok(sync::reject(&host, &plan?).await?)
        };
        let dropped = dropped.await;
        self.noted(("reject", &named, ""), dropped).await
    }

    /// Queues the making of the plan that takes a run back.
    pub async fn undo(&self, run: &str) -> Result<Job, Failure> {
        let run = view::runs::found(&self.service.pin().0, run).await?;
        self.wish(&run.connector, Kind::Undo, &run.id).await
    }

    /// Stops what is under way after what it is in the middle of, or takes a job out of the queue.
    pub async fn cancel(&self, id: &str) -> Result<(), Failure> {
        let cancelled = self.service.cancel(id).await.and_then(|is_known| {
            let message = || format!("nothing has the id `{id}`, or several begin like this");
            is_known
                .then_some(())
                .ok_or_else(|| Failure::of("no-such-job", message()))
        });
        self.noted(("cancel", id, ""), cancelled).await
    }

    pub(super) async fn wish(
        &self,
        connector: &str,
        kind: Kind,
        person: &str,
    ) -> Result<Job, Failure> {
        let wish = Wish {
            connector,
            kind,
            person,
            cause: self.cause,
        };
        let (job, _is_new) = self.service.ask(wish).await?;
        Ok(job)
    }

    /// How the log may name whom a word means: by key, and nobody by the word.
    async fn key(&self, connector: &str, person: &str) -> String {
        let store = self.service.pin().0.store;
        let found = self.service.connector(connector);
        let id = found.map_or_else(|| connector.to_owned(), |one| one.connector.id.clone());
        let key = view::history::person(&store, &id, person).await;
        key.unwrap_or_else(|_| "who is not known here".to_owned())
    }
}

/// How the log names a plan, whichever word meant it: by its digest.
fn named(plan: &Result<StagedPlan, Failure>, word: &str) -> String {
    plan.as_ref()
        .map_or_else(|_| word.to_owned(), |plan| plan.digest.clone())
}
