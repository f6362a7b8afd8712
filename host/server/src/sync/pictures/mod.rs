//! Pictures: asked for, made, planned and written beside the fields, and never in their way.
//!
//! After the plan of all fields, people in scope with an account in a target that has `photo` are
//! asked for by the hundred, each with the mark that we have (`ask`). What is new goes through
//! the avatar component (`make`); the hash of its answer is what the ledger, the plan and its
//! digest know, and the ownership table decides as it does for a field (`plan`). Writing comes
//! after all fields (`write`); what a crash leaves is read back by the next run (`recover`).
//!
//! Invariants: no picture is decoded here; a run spends no more than its budget on reading, and
//! the rest comes in the next one; nothing that goes wrong with a picture fails, holds back or
//! makes due a field; a picture that the provider says is unchanged costs the target nothing.
//! Deliberately not here: runs since a checkpoint. Providers tell no changes of pictures; a
//! complete listing finds them.

mod ask;
mod make;
mod plan;
mod recover;
mod undo;
mod write;

use std::time::Duration;

use attune_core::mapping::{Field, FieldKind};

use super::page::{Links, Page};
use super::pin::PinnedTarget;
use super::{Error, Run};
use crate::store;
use crate::store::links::LinkState;
use crate::store::stage::Stage;
use crate::store::stage::pictures::Candidate;
use crate::target;

pub(super) use plan::plan;
pub(super) use recover::{is_picture, recover};
pub(super) use undo::{Images, Taken, take_back};
pub(super) use write::{FIRST_NUMBER, write};

/// The plugin that makes pictures, and its function.
pub const PLUGIN: &str = "avatar";
const FUNCTION: &str = "square";

/// What reading pictures may cost one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// From the first question to the last.
    pub time: Duration,
    /// Of made pictures, which wait in the staged plan.
    pub bytes: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            time: Duration::from_mins(5),
            bytes: 1024 * 1024 * 1024,
        }
    }
}

/// The field that a picture is.
pub(super) fn field() -> Field {
    Field {
        kind: FieldKind::Photo,
        name: "photo".to_owned(),
    }
}

/// Notes the people of a page whose pictures are to be asked for; `dropped` take no part.
pub(super) async fn note(
    run: &Run<'_>,
    (target, number): (&PinnedTarget, u16),
    page: &Page,
    (links, dropped): (&Links, &[String]),
    stage: &Stage,
) -> Result<(), Error> {
    let Some(photo) = target.spec.photo else {
        return Ok(());
    };
    let people: Vec<String> = page.people.iter().map(|one| one.key().to_owned()).collect();
    let mut known = run.host.store.pictures(run.place(target), &people).await?;
    let mut candidates = Vec::with_capacity(people.len());
    for person in people {
        let link = links.get(&person);
        let link = link.filter(|link| link.state == LinkState::Matched);
        let Some(link) = link.filter(|_| !dropped.contains(&person)) else {
            continue;
        };
        let known = known.remove(&person);
        let looked_ms = known.as_ref().map_or(0, |known| known.looked_ms);
        // Another account or another size: what the mark stands for is not what is wanted.
        let known = known.filter(|known| known.account == link.account && known.size == photo.size);
        // Nobody is skipped: a new build of the component draws anew, drift is found.
        let known = known
            .filter(|_| !run.order.is_thorough())
            .unwrap_or_else(|| store::pictures::Known {
                person: person.clone(),
                account: link.account.clone(),
                mark: String::new(),
                hash: String::new(),
                size: photo.size,
                looked_ms,
            });
        candidates.push(Candidate {
            person,
            target: number,
            account: known.account,
            username: link.username.clone(),
            mark: known.mark,
            hash: known.hash,
            looked_ms,
        });
    }
    stage.add_candidates(&candidates).await?;
    Ok(())
}

/// What a picture is called in a plan: ours by its hash, somebody else's by the product's word.
pub(super) fn described(
    shown: &target::Portrait,
    known: Option<&store::pictures::Portrait>,
) -> Option<String> {
    let own = shown.own.as_ref()?;
    let ours = known.filter(|known| known.shown == *own && !known.hash.is_empty());
    Some(ours.map_or_else(|| format!("other:{own}"), |known| known.hash.clone()))
}
