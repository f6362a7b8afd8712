//! Opening a run: the lease first, then what it is called and whose people count.
//!
//! From the lease on everything that the run writes is checked against it, so that a run which
//! another one overtook ends without a trace.

use std::sync::atomic::{AtomicU64, Ordering};

use super::pin::Pinned;
use super::resume::{self, Left};
use super::{Error, Host, Mode, Order, Run};
use crate::store::runs::Run as RunRow;

/// Two runs of one process in one moment are two holders.
static OPENED: AtomicU64 = AtomicU64::new(0);

/// The same host for one run of this connector, which from now on is the only one that writes.
pub(super) async fn lease(host: &Host, pinned: &Pinned) -> Result<Host, Error> {
    let serial = OPENED.fetch_add(1, Ordering::Relaxed);
    let holder = format!("{}-{serial}", std::process::id());
    let store = &host.store;
    let taken = store.take_lease(&pinned.connector.id, &holder, &host.clock);
    Ok(Host {
        store: store.fenced(&taken.await?),
        ..host.clone()
    })
}

/// Opens a run under a lease; one that was left unfinished goes on where the order is the same.
pub(super) async fn open<'a>(
    host: &'a Host,
    pinned: &'a Pinned,
    order: &'a Order,
    verb: &'static str,
) -> Result<(Run<'a>, Left), Error> {
    let (store, connector) = (&host.store, &pinned.connector.id);
    let clock_ms = host.clock.now().as_millisecond();
    let left = if order.resumes && verb == order.verb() {
        resume::find(host, pinned, order).await?
    } else {
        Left::default()
    };
    store.close_lost_runs(connector, clock_ms).await?;
    keep_builds(host, pinned)?;
    let before = store.listed_by(connector).await?;
    let takes_over = before.is_some_and(|before| before != pinned.connector.source.provider);
    let (id, now_ms, part) = if let Some((id, now_ms, part)) = &left.run {
        store.reopen_run(id).await?;
        (id.clone(), *now_ms, *part)
    } else {
        let id = begin(host, (pinned, order, verb), clock_ms).await?;
        if takes_over && order.mode != Mode::Kept {
            store.take_over(connector).await?;
        }
        (id, clock_ms, 0)
    };
    let last = store.last_listing(connector).await?;
    let listing = match last {
        Some((_, last)) if matches!(order.mode, Mode::User(_) | Mode::Kept) && !takes_over => last,
        _ => id.clone(),
    };
    let run = Run {
        host,
        pinned,
        order,
        verb,
        id,
        part,
        now_ms,
        listing,
        takes_over,
    };
    Ok((run, left))
}

async fn begin(
    host: &Host,
    (pinned, order, verb): (&Pinned, &Order, &str),
    now_ms: i64,
) -> Result<String, Error> {
    let (store, connector) = (&host.store, &pinned.connector);
    let id = run_id(host);
    let row = RunRow {
        id: id.clone(),
        connector: connector.id.clone(),
        name: connector.name.clone(),
        verb: verb.to_owned(),
        mode: order.mode.word().to_owned(),
        state: "running".to_owned(),
        started_ms: now_ms,
        finished_ms: None,
        report: None,
        resumed: 0,
    };
    store.open_run(&row, &pinned.kept).await?;
    if verb == order.verb() && order.goes_on() {
        let run = (id.as_str(), pinned.frame());
        store
            .begin_unfinished(&connector.id, (run.0, &run.1), now_ms)
            .await?;
    } else if !matches!(order.mode, Mode::User(_) | Mode::Kept) {
        // It lists people anew, or writes another plan: what was left does not hold any more.
        store.drop_unfinished(&connector.id).await?;
    }
    Ok(id)
}

/// Keeps the builds that a run uses, bundled ones too: another binary has others.
fn keep_builds(host: &Host, pinned: &Pinned) -> Result<(), Error> {
    for (id, digest) in &pinned.generations {
        let entry = host.plugins.entry(id);
        let entry = entry.filter(|entry| entry.digest() == Some(digest));
        if let Some(bytes) = entry.and_then(|entry| entry.bytes()) {
            host.store.keep_build(digest, bytes)?;
        }
    }
    Ok(())
}

/// Sortable by time, and unique without asking the system for the time a second time.
fn run_id(host: &Host) -> String {
    let now = host.clock.now();
    let seconds = now.as_second().unsigned_abs();
    let time =
        uuid::Timestamp::from_unix_time(seconds, now.subsec_nanosecond().unsigned_abs(), 0, 0);
    uuid::Uuid::new_v7(time).simple().to_string()
}
