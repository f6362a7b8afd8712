//! Does what is due: each connector's jobs one after the other, several connectors side by side.
//!
//! A job is claimed only when its connector's turn has come, so what waits can still be joined and
//! taken back. Guests belong to one thread: each connector that has work gets one until its queue is
//! empty.
//!
//! Invariants: at most [`AT_ONCE`] runs of jobs at a time; when the service ends, what is under way
//! is back in the queue before anything else happens to it.

use std::collections::BTreeMap;
use std::time::Duration;

use attune_core::plan::State as ReportState;
use tokio::runtime::Handle;

use super::Service;
use crate::connector::Loaded;
use crate::fault::{Failure, chain};
use crate::jobs::running::Listed;
use crate::jobs::{self, Kind, Outcome, quarantine, retry, room, schedules, work};
use crate::store::jobs::{Asked, Ended, Job};
use crate::sync::{self, Watch};

/// Runs of jobs at a time.
pub(super) const AT_ONCE: usize = 4;
/// The longest wait between two looks: a clock that was set is noticed after it.
const LOOK: Duration = Duration::from_mins(1);
/// How often secrets and old rows are looked at.
const DAILY: Duration = Duration::from_hours(24);
/// Held people looked at in one round, and of one connector.
const HELD_MAX: u32 = 500;
const HELD_OF_CONNECTOR_MAX: u32 = 50;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// When the rounds were made last, by uptime.
#[derive(Default)]
struct Rounds {
    minute: Option<Duration>,
    day: Option<Duration>,
    /// Whether it was said that there is no room.
    is_full: Option<bool>,
}

impl Service {
    /// Takes back what an earlier process left in the middle. What has ended processes again and
    /// again is not tried once more.
    pub(super) async fn take_back_jobs(&self) -> Result<(), Failure> {
        let host = &self.inner.host;
        let now_ms = host.clock.now().as_millisecond();
        let crashed = host
            .store
            .take_back_jobs(jobs::ATTEMPTS_MAX, now_ms)
            .await?;
        for job in crashed {
            tracing::error!(
                job.id = job.id,
                connector = job.connector,
                kind = job.kind,
                code = "crashed",
                "a job ended the process {} times and is not tried again",
                job.attempts
            );
        }
        Ok(())
    }

    /// Looks for what is due until the service ends.
    pub(super) async fn keep_jobs(self) {
        let mut rounds = Rounds::default();
        loop {
            let mut bell = std::pin::pin!(self.inner.queue.bell.notified());
            bell.as_mut().enable();
            let wait = match self.look_for_jobs(&mut rounds).await {
                Ok(wait) => wait,
                Err(failure) => {
                    let code = failure.code;
                    tracing::error!(code, "jobs were not looked for: {}", failure.message);
                    LOOK
                }
            };
            tokio::select! {
                () = bell => {}
                () = self.inner.host.clock.sleep(wait) => {}
                () = self.stop().cancelled() => break,
            }
        }
        let queue = &self.inner.queue;
        if let Err(error) = self.inner.host.store.release_jobs(&queue.holder).await {
            tracing::error!(
                error = chain(&error),
                "what is under way could not be put back into the queue"
            );
        }
    }

    /// One look; how long there is nothing to do.
    async fn look_for_jobs(&self, rounds: &mut Rounds) -> Result<Duration, Failure> {
        let host = &self.inner.host;
        let state = self.inner.live.pin();
        let due = schedules::tick(&host.store, host.clock.as_ref(), &state.connectors).await?;
        self.make_rounds(rounds).await?;
        let now_ms = host.clock.now().as_millisecond();
        // Read in this order: a probe that is over has moved the time of the next one.
        let unfinished = host.store.unfinished_jobs().await?;
        let quarantines = host.store.quarantines().await?;
        for connector in quarantine::due(&quarantines, now_ms) {
            let is_probe = |job: &Job| job.connector == connector && job.kind == Kind::Probe.word();
            if !unfinished.iter().any(is_probe) {
                self.queue((&connector, Kind::Probe, ""), "retry", (0, now_ms))
                    .await?;
            }
        }
        let probes = quarantines.values().filter(|one| one.is_on());
        let mut next = vec![due, host.store.next_job_ms(now_ms).await?];
        next.extend(probes.map(|one| Some(one.next_ms)));
        let next = next.into_iter().flatten().filter(|ms| *ms > now_ms).min();
        let wait = next.map_or(LOOK, |next| {
            Duration::from_millis((next - now_ms).unsigned_abs()).min(LOOK)
        });
        if !self.has_room(rounds).await {
            return Ok(LOOK);
        }
        for connector in host.store.connectors_with_jobs(now_ms).await? {
            self.attend_to(connector);
        }
        Ok(wait)
    }

    /// Held people each minute; secrets and old rows each day.
    async fn make_rounds(&self, rounds: &mut Rounds) -> Result<(), Failure> {
        let host = &self.inner.host;
        let (uptime, now_ms) = (host.clock.uptime(), host.clock.now().as_millisecond());
        let is_over = |last: Option<Duration>, every| last.is_none_or(|at| uptime >= at + every);
        if is_over(rounds.minute, LOOK) {
            rounds.minute = Some(uptime);
            let mut of: BTreeMap<String, u32> = BTreeMap::new();
            for due in host.store.held_due(now_ms, HELD_MAX).await? {
                let count = of.entry(due.connector.clone()).or_default();
                *count += 1;
                if *count > HELD_OF_CONNECTOR_MAX {
                    continue;
                }
                let wish = (due.connector.as_str(), Kind::Held, due.person.as_str());
                self.queue(wish, "retry", (0, now_ms)).await?;
            }
        }
        if is_over(rounds.day, DAILY) {
            rounds.day = Some(uptime);
            let state = self.inner.live.pin();
            jobs::expiry::look(&host.store, host.clock.as_ref(), &state.connectors).await;
            let kept_ms = jobs::KEPT_DAYS * DAY_MS;
            host.store.prune_jobs(now_ms - kept_ms).await?;
            // A connector that is held or paused ends no listing that would do it.
            if let Err(error) = sync::tidy(host).await {
                tracing::warn!(
                    error = chain(&error),
                    "what was kept long enough is still there"
                );
            }
        }
        Ok(())
    }

    /// Whether jobs may begin; that they may not, and that they may again, is told once.
    async fn has_room(&self, rounds: &mut Rounds) -> bool {
        let room = self.room();
        let host = &self.inner.host;
        let now_ms = host.clock.now().as_millisecond();
        match (&room, rounds.is_full) {
            (Err(failure), None | Some(false)) => {
                tracing::error!(code = failure.code, "jobs wait: {}", failure.message);
                jobs::room::tell(&host.store, failure, now_ms).await;
            }
            (Ok(()), None | Some(true)) => jobs::room::tell_over(&host.store, now_ms).await,
            _ => {}
        }
        rounds.is_full = Some(room.is_err());
        room.is_ok()
    }

    /// Whether a run may begin, as far as the disk is concerned.
    pub fn room(&self) -> Result<(), Failure> {
        let folder = self.inner.host.store.data_dir();
        room::check(folder, self.inner.options.disk_floor_bytes)
    }

    /// Gives a connector a thread until its queue is empty, unless it has one.
    fn attend_to(&self, connector: String) {
        if !self.inner.queue.begin(&connector) {
            return;
        }
        let (service, handle) = (self.clone(), Handle::current());
        let (working, named) = (self.clone(), connector.clone());
        let work = move || handle.block_on(working.empty_queue(&named));
        let work = self.inner.tasks.spawn_blocking(work);
        self.inner.tasks.spawn(async move {
            let ended = work.await.map_err(|error| {
                tracing::error!(%error, connector, code = "internal", "a job broke down");
            });
            let ended = ended.ok();
            let queue = &service.inner.queue;
            if ended.is_none() {
                service.fail_broken(&connector).await;
            }
            queue.end(&connector);
            // What was queued between the last claim and now has rung for nothing. A database that
            // refuses is asked again with the next look, and not at once for ever.
            if ended != Some(false) {
                queue.bell.notify_waiters();
            }
        });
    }

    /// Does a connector's jobs until none is left; false where none could be claimed.
    async fn empty_queue(&self, connector: &str) -> bool {
        let queue = &self.inner.queue;
        let stop = self.stop();
        let _turn = tokio::select! {
            turn = self.turn(connector) => turn,
            () = stop.cancelled() => return true,
        };
        let _place = tokio::select! {
            place = queue.places.acquire() => place,
            () = stop.cancelled() => return true,
        };
        while !stop.is_cancelled() && self.room().is_ok() {
            let host = &self.inner.host;
            let now_ms = host.clock.now().as_millisecond();
            match host.store.claim_job(connector, &queue.holder, now_ms).await {
                Ok(Some(job)) => Box::pin(self.carry_out_job(job)).await,
                Ok(None) => return true,
                Err(error) => {
                    tracing::error!(error = chain(&error), connector, "no job could be claimed");
                    return false;
                }
            }
        }
        true
    }

    /// One job, from its claim to its end.
    async fn carry_out_job(&self, job: Job) {
        let (host, state) = self.pin();
        let Some(loaded) = state.connectors.get(&job.connector).cloned() else {
            let message = format!("connector `{}` does not run in the service", job.connector);
            let failure = Failure::of("not-running", message);
            let outcome = Outcome {
                result: Err(failure),
                run: None,
            };
            return self.end(&job, &outcome, false).await;
        };
        let watch = Watch {
            stop: self.stop().child_token(),
            ..Watch::default()
        };
        let listed = Listed {
            job: job.id.clone(),
            connector: job.connector.clone(),
            name: loaded.connector.name.clone(),
            kind: job.kind.clone(),
            trigger: job.cause.clone(),
            since_ms: host.clock.now().as_millisecond(),
        };
        let entered = self.inner.queue.running.enter(listed, &watch);
        let result = match Kind::of(&job.kind) {
            Some(kind) => {
                let what = (kind, job.person.as_str(), job.cause.as_str());
                work::carry_out(&host, &loaded, what, &watch).await
            }
            None => Err(Failure::of("internal", "a job of an unknown kind")),
        };
        let outcome = Outcome {
            result,
            run: watch.progress.run(),
        };
        let was_cancelled = entered.is_cancelled();
        drop(entered);
        if Kind::of(&job.kind).is_some_and(Kind::writes) {
            self.follow_up(&loaded, &outcome, job.tries).await;
        }
        self.end(&job, &outcome, was_cancelled).await;
    }

    /// What a run that has ended means for the runs to come.
    pub(super) async fn follow_up(&self, loaded: &Loaded, outcome: &Outcome, tries: i64) {
        let host = &self.inner.host;
        let now_ms = host.clock.now().as_millisecond();
        let names = (loaded.connector.id.as_str(), loaded.connector.name.as_str());
        if let Err(error) = quarantine::judge(&host.store, names, outcome, now_ms).await {
            tracing::error!(
                error = chain(&error),
                connector = names.1,
                "a run was not judged"
            );
        }
        if let Err(failure) = self.ask_again(loaded, outcome, (tries, now_ms)).await {
            let code = failure.code;
            tracing::error!(
                code,
                connector = names.1,
                "no later try: {}",
                failure.message
            );
        }
        // Whoever waits for a quarantine to end, or for a probe.
        self.inner.queue.bell.notify_waiters();
    }

    /// A site in maintenance is asked again after a pause. One that somebody has paused is not:
    /// whoever ends that pause queues what waits.
    async fn ask_again(
        &self,
        loaded: &Loaded,
        outcome: &Outcome,
        (tries, now_ms): (i64, i64),
    ) -> Result<(), Failure> {
        if !outcome.met_maintenance() {
            return Ok(());
        }
        let paused = self.inner.host.store.paused_sites().await?;
        let errors: Option<BTreeMap<_, _>> = match &outcome.result {
            Ok(report) => Some(
                report
                    .targets
                    .iter()
                    .map(|(name, line)| (name, &line.error))
                    .collect(),
            ),
            Err(_) => None,
        };
        let is_down = |name: &String| {
            errors.as_ref().is_none_or(|errors| {
                let error = errors.get(name).and_then(|error| error.as_ref());
                error.is_some_and(|problem| problem.code == retry::MAINTENANCE)
            })
        };
        let mut targets = loaded.connector.targets.iter();
        let is_detected = targets.any(|target| {
            let site = target.endpoint.url.trim_end_matches('/');
            is_down(&target.name) && !paused.contains_key(site)
        });
        if !is_detected {
            return Ok(());
        }
        let id = loaded.connector.id.as_str();
        let pause_ms = retry::jittered_ms(retry::pause_ms(tries), &format!("{id} {now_ms}"));
        let when = (tries + 1, now_ms + pause_ms);
        self.queue((id, Kind::Changes, ""), "maintenance", when)
            .await
            .map(|_queued| ())
    }

    /// Queues a job, or joins the one that waits; `when` is how many pauses lie behind it, and the
    /// moment before which it does not begin.
    pub(super) async fn queue(
        &self,
        (connector, kind, person): (&str, Kind, &str),
        cause: &str,
        (tries, not_before_ms): (i64, i64),
    ) -> Result<(Job, bool), Failure> {
        let host = &self.inner.host;
        let id = jobs::new_id(host.clock.as_ref());
        let asked = Asked {
            id: &id,
            connector,
            kind: kind.word(),
            person,
            cause,
            tries,
            not_before_ms,
            now_ms: host.clock.now().as_millisecond(),
        };
        Ok(host.store.queue_job(asked).await?)
    }

    /// Writes down how a job ended; what the end of the service interrupted waits again.
    pub(super) async fn end(&self, job: &Job, outcome: &Outcome, was_cancelled: bool) {
        let store = &self.inner.host.store;
        let now_ms = self.inner.host.clock.now().as_millisecond();
        let is_stopped = match &outcome.result {
            Ok(report) => report.state == ReportState::Stopped,
            Err(failure) => failure.code == "stopped",
        };
        let written = if is_stopped && !was_cancelled && self.stop().is_cancelled() {
            store.put_back_job(job).await
        } else {
            let trouble = outcome.trouble();
            let (code, message) = trouble.unwrap_or_default();
            let state = match &outcome.result {
                _ if is_stopped && was_cancelled => "cancelled",
                Ok(_) => "done",
                Err(_) => "failed",
            };
            let held = matches!(&outcome.result, Ok(report) if report.state == ReportState::Held);
            let ended = Ended {
                state,
                run: outcome.run.as_deref().unwrap_or_default(),
                code: if held && code.is_empty() {
                    "held"
                } else {
                    &code
                },
                message: &message,
            };
            tracing::info!(
                job.id = job.id,
                connector = job.connector,
                kind = job.kind,
                state,
                code = ended.code,
                "a job has ended"
            );
            store.end_job(job, ended, now_ms).await.map(|_was_ours| ())
        };
        if let Err(error) = written {
            tracing::error!(
                error = chain(&error),
                job.id = job.id,
                "the end of a job was not written down"
            );
        }
        self.inner.queue.ended.notify_waiters();
    }

    /// Ends the job that a panic left.
    async fn fail_broken(&self, connector: &str) {
        let store = &self.inner.host.store;
        let left = store.unfinished_jobs().await.unwrap_or_default();
        let outcome = Outcome {
            result: Err(Failure::of("internal", "the job broke down")),
            run: None,
        };
        for job in left {
            if job.connector == connector && job.state == "running" {
                self.end(&job, &outcome, false).await;
            }
        }
    }
}
