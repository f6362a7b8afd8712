//! Recovery: operations whose outcome nobody recorded, because a process ended in the middle.
//!
//! Each is read back before anything new is planned. What the target holds decides whether it was
//! done, field by field: one that somebody else changed meanwhile does not make the others theirs.
//! Nothing is sent here, and the people concerned are due again.

use super::lanes::Lane;
use super::send::{Verdict, holds, verdict};
use super::{Error, Run, pictures};
use crate::store::journal::{Ending, Open, Page};
use crate::store::ledger::{Author, Record};
use crate::target::{self, AccountRef, Held, Target};

/// Settles what earlier runs of this connector left open; returns how many operations.
pub(super) async fn recover(run: &Run<'_>, lanes: &mut [Lane]) -> Result<u64, Error> {
    let store = &run.host.store;
    let connector = &run.pinned.connector.id;
    let open = store.open_operations(connector).await?;
    let mut settled = 0;
    for operation in &open {
        let at = run
            .pinned
            .targets
            .iter()
            .position(|t| t.spec.name == operation.target && t.site == operation.site);
        let lane = at.and_then(|at| lanes.get_mut(at));
        // A target that is gone from the file, has another url, or is down is asked when it is back.
        let (Some(at), Some(lane)) = (at, lane) else {
            continue;
        };
        if !lane.is_ready().await {
            continue;
        }
        let Some(target) = run.pinned.targets.get(at) else {
            continue;
        };
        let page = Page {
            place: run.place(target),
            site: &target.site,
            run: &operation.run,
            now_ms: run.now_ms,
        };
        let author = Author {
            site: &target.site,
            connector,
            run: &operation.run,
            revision: &run.pinned.revision,
            now_ms: run.now_ms,
        };
        if pictures::is_picture(operation) {
            let looked = pictures::recover(run, (&*lane, page, author), operation);
            settled += u64::from(Box::pin(looked).await?);
            continue;
        }
        let Some((ending, records)) = read_back(lane, operation).await else {
            continue;
        };
        // Doubtful first: a process that ends here reads it back once more.
        let person = std::slice::from_ref(&operation.operation.person);
        store.mark_doubtful(run.place(target), person).await?;
        let endings = [(operation.operation.number, ending)];
        store
            .settle(page, &endings, (author, &records), &[])
            .await?;
        settled += 1;
    }
    Ok(settled)
}

/// What became of an operation and which values of it are ours now, or `None` where the target
/// cannot be asked.
async fn read_back(lane: &mut Lane, open: &Open) -> Option<(Ending, Vec<Record>)> {
    let account = AccountRef {
        key: open.operation.account.clone(),
        username: String::new(),
    };
    let changes = &open.operation.fields;
    let fields: Vec<_> = changes.iter().map(|c| c.field.clone()).collect();
    let client = lane.client.as_ref();
    match client.observe(&account, &fields).await {
        Ok(held) => Some(match verdict(changes, &held, client) {
            Verdict::Before => (Ending::NotSent, Vec::new()),
            Verdict::Done => (Ending::Written, records(open, &held, client)),
            Verdict::Other => (Ending::Conflict, records(open, &held, client)),
        }),
        Err(target::Error::Gone) => Some((Ending::Gone, Vec::new())),
        Err(target::Error::Target { problem }) => {
            lane.error = Some(problem);
            None
        }
        Err(_) => None,
    }
}

/// The fields that hold what was meant.
fn records(open: &Open, held: &Held, client: &dyn Target) -> Vec<Record> {
    let operation = &open.operation;
    let done = operation.fields.iter();
    done.filter(|change| holds(change, held, client))
        .map(|change| Record {
            account: operation.account.clone(),
            field: change.field.clone(),
            value: change.owned(),
            previous: change.before.clone(),
        })
        .collect()
}
