//! Going on: what a run that died, or was stopped, left behind, and where the next one takes it up.
//!
//! A run goes on under its own id and its own `now`, so that its plan is the plan of one moment
//! and its report that of the whole. Where it was reading, the conversation goes on after the last
//! kept page; where it was planning, the plan is made anew from kept people; where it was writing,
//! the staged plan is written on, and what is there is compared before each write. Invariant: only
//! the very same question goes on (verb, mode, revision, plugins, wanted set), within a day.
//! Deliberately not here: runs over one person, samples and approvals, which begin anew.

use attune_core::plan::How;
use serde::{Deserialize, Serialize};

use super::apply::{Manner, Written};
use super::kept::Layouts;
use super::pin::Pinned;
use super::read::Reader;
use super::run::{Prepared, Watch};
use super::walk::Reading;
use super::{Error, Host, Order, Run, verdict};
use crate::store::stage::{Stage, StageMeta};
use crate::store::unfinished::{Stop, Unfinished};

/// A run that is older begins anew.
const AGE_MAX_MS: i64 = 24 * 60 * 60 * 1000;
/// Providers forget where a listing stood.
const TALK_AGE_MAX_MS: i64 = 60 * 60 * 1000;

/// A run that goes on.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// Its id, when it began, in ms, and which part of it this is; none for a new run.
    pub run: Option<(String, i64, i64)>,
    /// Reading: the conversation after the last kept page.
    pub talk: Option<Vec<u8>>,
    /// What the reading came to.
    pub read: Option<Read>,
    /// The staged plan, and how far it was written.
    pub staged: Option<(String, Reached)>,
}

/// What a reading came to, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Read {
    how: How,
    listing: String,
    count: u64,
    checkpoint: Option<String>,
    why: Option<String>,
    /// Requests and bytes so far.
    traffic: (u64, u64),
}

/// How far a plan was written: the last finished page, and what all pages so far came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reached {
    /// All fields are written; this is a place among the pictures.
    pub is_of_pictures: bool,
    /// Number of the target.
    pub target: u16,
    /// Account; empty: nothing was finished.
    pub account: String,
    /// Fields written.
    pub done: u64,
    /// Fields refused, or whose outcome is unknown.
    pub failed: u64,
    /// Fields that somebody else changed meanwhile.
    pub conflicts: u64,
}

impl Reached {
    /// After this page.
    pub(super) fn of((target, account): (u16, &str), written: &Written) -> Self {
        Self {
            is_of_pictures: false,
            target,
            account: account.to_owned(),
            done: written.done,
            failed: written.failed,
            conflicts: written.conflicts,
        }
    }

    /// What was done up to here; its problems are kept with the run.
    pub(super) fn written(&self) -> Written {
        Written {
            done: self.done,
            failed: self.failed,
            conflicts: self.conflicts,
            ..Written::default()
        }
    }
}

/// The run that this order goes on with; nothing left where it begins anew.
pub(super) async fn find(host: &Host, pinned: &Pinned, order: &Order) -> Result<Left, Error> {
    let Some(found) = host.store.unfinished(&pinned.connector.id).await? else {
        return Ok(Left::default());
    };
    let now_ms = host.clock.now().as_millisecond();
    let is_same = found.verb == order.verb()
        && found.mode == order.mode.word()
        && found.frame == pinned.frame();
    // A clock that was set back says nothing about age.
    if !order.goes_on() || !is_same || now_ms.abs_diff(found.started_ms) > AGE_MAX_MS as u64 {
        return Ok(Left::default());
    }
    Ok(left(found, now_ms))
}

fn left(found: Unfinished, now_ms: i64) -> Left {
    let is_fresh = now_ms.abs_diff(found.saved_ms) <= TALK_AGE_MAX_MS as u64;
    let read = serde_json::from_str(&found.reading).ok();
    let place = serde_json::from_str(&found.written).unwrap_or_default();
    let is_staged = found.stop == Stop::Writing && read.is_some();
    Left {
        run: Some((found.run, found.started_ms, found.resumed + 1)),
        talk: found
            .talk
            .filter(|_| is_fresh && found.stop == Stop::Reading),
        read,
        staged: is_staged.then_some((found.plan, place)),
    }
}

/// Notes what a reading came to, so that nobody is read a second time.
pub(super) async fn note_read(
    run: &Run<'_>,
    reading: &Reading,
    reader: &Reader<'_>,
) -> Result<(), Error> {
    if !run.order.goes_on() {
        return Ok(());
    }
    let read = Read {
        how: reading.how,
        listing: run.listing.clone(),
        count: reading.count,
        checkpoint: reading.checkpoint.clone(),
        why: reading.why.clone(),
        traffic: reader.traffic(),
    };
    let (store, now_ms) = (&run.host.store, run.clock_ms());
    store.save_problems(&run.id, &reader.troubles()).await?;
    store.note_read(run.key(), &text(&read), now_ms).await?;
    Ok(())
}

impl Read {
    /// The reading again, with what went wrong in it and what it cost; nobody is asked.
    pub(super) async fn again(
        &self,
        run: &mut Run<'_>,
        reader: &Reader<'_>,
    ) -> Result<Reading, Error> {
        reader.take_up(run.host.store.problems(&run.id).await?, self.traffic);
        self.reading(run).await
    }

    async fn reading(&self, run: &mut Run<'_>) -> Result<Reading, Error> {
        run.listing.clone_from(&self.listing);
        let store = &run.host.store;
        Ok(Reading {
            people: None,
            how: self.how,
            count: self.count,
            before: store.last_listing(&run.pinned.connector.id).await?,
            checkpoint: self.checkpoint.clone(),
            why: self.why.clone(),
            layouts: Layouts::default(),
        })
    }
}

/// How a plan is written by a run that may go on: from its place, or from the beginning.
pub(super) async fn manner(
    run: &Run<'_>,
    meta: &StageMeta,
    place: Option<Reached>,
    watch: &Watch,
) -> Result<Manner, Error> {
    let is_careful = place.is_some();
    if run.order.goes_on() && place.is_none() {
        let (store, digest) = (&run.host.store, &meta.report.digest);
        store.note_staged(run.key(), digest, run.clock_ms()).await?;
    }
    Ok(Manner {
        is_careful,
        from: place.unwrap_or_default(),
        keeps_place: run.order.goes_on(),
        stop: watch.stop.clone(),
    })
}

/// The plan of a run that was writing it; `None` where its file is damaged, so that it is made
/// anew.
pub(super) async fn staged(
    run: &mut Run<'_>,
    left: &Left,
) -> Result<Option<(Prepared, Reached)>, Error> {
    let (Some((digest, place)), Some(read)) = (&left.staged, &left.read) else {
        return Ok(None);
    };
    let reading = read.reading(run).await?;
    let store = &run.host.store;
    let Some(plan) = store
        .plan(digest)
        .await?
        .filter(|plan| plan.run == run.id && plan.state != "rejected")
    else {
        return Ok(None);
    };
    let path = store.data_dir().join("plans").join(&plan.file);
    if !path.is_file() {
        return Ok(None);
    }
    match whole(run, &path, digest).await {
        Ok((stage, meta)) => {
            stage.forget_unsent().await?;
            let prepared = Prepared {
                stage,
                meta,
                has_rows: true,
                reading,
            };
            Ok(Some((prepared, place.clone())))
        }
        Err(error) => {
            let error = crate::fault::chain(&error);
            tracing::warn!(run.id = %run.id, %error, "a staged plan is damaged and is made anew");
            Ok(None)
        }
    }
}

/// The stage of a plan, if every change in it is still the one that was judged.
async fn whole(
    run: &Run<'_>,
    path: &std::path::Path,
    digest: &str,
) -> Result<(Stage, StageMeta), Error> {
    let stage = Stage::open(path).await?;
    let meta = match stage.meta().await {
        Ok(meta) => meta,
        Err(error) => {
            stage.finish().await;
            return Err(error.into());
        }
    };
    let found = verdict::digest(run, &stage, &meta).await;
    if found.as_ref().is_ok_and(|(found, _)| found == digest) {
        return Ok((stage, meta));
    }
    stage.finish().await;
    Err(found.err().unwrap_or_else(|| {
        Error::PlanFile("the staged plan is not what its digest says".to_owned())
    }))
}

/// As it is kept.
pub(super) fn text(what: &impl Serialize) -> String {
    serde_json::to_string(what).unwrap_or_default()
}
