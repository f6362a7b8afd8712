//! Runs over changes: who has to be looked at, and when a checkpoint may move.
//!
//! A run over changes looks at whom the adapter delivered, at whomever their news concern (those
//! who are led by them, as far up as rows read), and at those of whom something failed, waits or
//! is unknown from before. Where nothing tells what changed, or the adapter lost track, everybody
//! is listed in the same run, which then is a complete one in every respect.
//!
//! Invariant: a checkpoint moves only when a run that writes came to its end with every target
//! and every document, so that whatever was read since the one before was dealt with. Changes are
//! never the only truth: they conclude nothing from an absence and leave the listing as it is.

use attune_core::plan::{How, Report, SourceRead, State};

use super::kept::Layouts;
use super::link::AGAIN_AFTER_MS;
use super::progress::Progress;
use super::read::{Changes, Failed, Reader};
use super::walk::Reading;
use super::{Error, Run};
use crate::source;
use crate::store::changed::Since;
use crate::store::checkpoints::Checkpoint;
use crate::store::people;

/// What came of asking for changes.
pub(super) enum Attempt {
    /// They were read; the last complete listing that they come after.
    Read(Reading, String),
    /// Everybody has to be listed instead, and why.
    Instead(String),
}

/// Reads what changed, where that can be known. `is_for_everybody`: rows read the time, so that
/// everybody is looked at.
pub(super) async fn read(
    run: &Run<'_>,
    reader: &Reader<'_>,
    is_for_everybody: bool,
    progress: &Progress,
) -> Result<Attempt, Error> {
    let store = &run.host.store;
    let connector = &run.pinned.connector.id;
    let (checkpoint, before) = (
        store.checkpoint(connector).await?,
        store.last_listing(connector).await?,
    );
    let (Some((frame, mark)), Some((people, listing))) = (checkpoint, before) else {
        return Ok(instead("no checkpoint was kept yet"));
    };
    if frame != run.pinned.frame() {
        return Ok(instead(
            "the connector file or a plugin is another one than when the checkpoint was taken",
        ));
    }
    let since = Since {
        connector,
        listing: &listing,
    };
    let wanted = reader.wanted_digest();
    if !store.is_of_one_wanted_set(since, wanted).await? {
        return Ok(instead(
            "people were read for another mapping since the checkpoint was taken",
        ));
    }
    store.begin_changes(since).await?;
    let changes = Changes {
        since,
        depth: run.pinned.relation_depth(),
    };
    let completion = match reader.changes(&changes, mark, progress).await {
        Ok(completion) => completion,
        Err(Failed::Source(error)) if is_lost(&error) => {
            return Ok(instead(&error.to_string()));
        }
        Err(Failed::Source(error)) => return Err(Error::Source(error)),
        Err(Failed::Other(error)) => return Err(error),
    };
    for target in &run.pinned.targets {
        let looked_before_ms = run.now_ms - AGAIN_AFTER_MS;
        let place = run.place(target);
        store.note_due(since, place, looked_before_ms).await?;
    }
    if is_for_everybody {
        store.note_everybody(since).await?;
    }
    reader.complete_changes(&changes, progress).await?;
    let reading = Reading {
        people: None,
        how: How::Changes,
        count: store.changed_count(since).await?,
        // Who could not be read is asked for again: the checkpoint stays where it was.
        checkpoint: completion.checkpoint.filter(|_| reader.is_untroubled()),
        before: Some((people, listing.clone())),
        why: None,
        layouts: Layouts::default(),
    };
    Ok(Attempt::Read(reading, listing))
}

fn instead(why: &str) -> Attempt {
    Attempt::Instead(why.to_owned())
}

/// Whether the adapter can tell nothing of changes, although everybody can be listed.
fn is_lost(error: &source::Error) -> bool {
    matches!(error.code(), "unsupported" | "paging-lost")
}

/// What the report says of the source.
pub(super) fn told(reading: &Reading, reader: &Reader<'_>) -> SourceRead {
    let (requests, bytes) = reader.traffic();
    SourceRead {
        read: reading.how,
        requests,
        bytes,
        why: reading.why.clone(),
    }
}

/// After the last record of a run: the listing becomes the last complete one, and the checkpoint
/// moves, where nothing can be lost by it.
pub(super) async fn close(run: &Run<'_>, reading: &Reading, report: &Report) -> Result<(), Error> {
    let is_of_all = matches!(reading.how, How::Complete | How::Changes);
    if !run.order.writes || !is_of_all || report.state == State::Held {
        return Ok(());
    }
    if reading.how == How::Complete {
        close_listing(run, &run.id, reading.count).await?;
    }
    let has_failed = report.targets.values().any(|line| line.error.is_some());
    let is_done = matches!(report.state, State::Applied | State::Nothing);
    if has_failed || !is_done {
        return Ok(());
    }
    let mark = reading.checkpoint.as_ref().filter(|mark| !mark.is_empty());
    let Some(mark) = mark else {
        return Ok(());
    };
    let store = &run.host.store;
    let checkpoint = Checkpoint {
        connector: &run.pinned.connector.id,
        frame: &run.pinned.frame(),
        mark,
        run: &run.id,
        taken_ms: run.now_ms,
    };
    store.save_checkpoint(checkpoint).await?;
    if reading.how == How::Changes {
        store.close_changes(run.since()).await?;
    }
    Ok(())
}

/// Records that a listing was complete, and forgets what was kept long enough.
pub(super) async fn close_listing(run: &Run<'_>, listing: &str, people: u64) -> Result<(), Error> {
    let (store, connector) = (&run.host.store, &run.pinned.connector);
    let reading = people::Reading {
        connector: &connector.id,
        listing,
        now_ms: run.now_ms,
    };
    store.close_listing(reading, people).await?;
    let provider = &connector.source.provider;
    store
        .note_provider(&connector.id, provider, listing)
        .await?;
    super::leavers::count(run, listing).await?;
    // What cannot be forgotten now is forgotten later; the run is as good as without.
    if let Err(error) = super::tidy::tidy(run.host).await {
        let error = crate::fault::chain(&error);
        tracing::warn!(run.id = %run.id, %error, "what was kept long enough is still there");
    }
    Ok(())
}
