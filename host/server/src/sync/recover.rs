//! Recovery: operations whose outcome nobody recorded, because a process ended in the middle.
//!
//! Each is read back before anything new is planned. What the target holds decides whether it was
//! done; nothing is sent here, and the people concerned are due again.

use super::lanes::Lane;
use super::send::{Verdict, verdict};
use super::{Error, Run};
use crate::store::journal::{Ending, Open, Page};
use crate::store::ledger::{Author, Record};
use crate::target::{self, AccountRef};

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
        let Some(ending) = read_back(lane, operation).await else {
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
        let records = if ending == Ending::Written {
            records(operation)
        } else {
            Vec::new()
        };
        let endings = [(operation.operation.number, ending)];
        store
            .settle(page, &endings, (author, &records), &[])
            .await?;
        let person = std::slice::from_ref(&operation.operation.person);
        store.mark_doubtful(run.place(target), person).await?;
        settled += 1;
    }
    Ok(settled)
}

/// What became of an operation, or `None` where the target cannot be asked now.
async fn read_back(lane: &Lane, open: &Open) -> Option<Ending> {
    let account = AccountRef {
        key: open.operation.account.clone(),
        username: String::new(),
    };
    let fields: Vec<_> = open
        .operation
        .fields
        .iter()
        .map(|c| c.field.clone())
        .collect();
    match lane.client.observe(&account, &fields).await {
        Ok(held) => match verdict(&open.operation.fields, &held, lane.client.as_ref()) {
            Verdict::Done => Some(Ending::Written),
            Verdict::Before => Some(Ending::NotSent),
            Verdict::Other => Some(Ending::Conflict),
        },
        Err(target::Error::Gone) => Some(Ending::Gone),
        Err(_) => None,
    }
}

fn records(open: &Open) -> Vec<Record> {
    let record = |change: &crate::store::journal::FieldChange| Record {
        account: open.operation.account.clone(),
        field: change.field.clone(),
        value: change.after.clone(),
        previous: change.before.clone(),
    };
    open.operation.fields.iter().map(record).collect()
}
