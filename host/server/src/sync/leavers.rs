//! Leavers: clearing what is ours at the accounts of people who left, where the file says so.
//!
//! Somebody left who was gone or out of scope in two complete listings running, of which this is
//! the second or a later one, for as long as `after` says; and whoever is not in the listing is
//! asked for by key, so that nothing but the provider's own word makes them absent. What would be
//! cleared stands in the one plan of the run, where the guards count it: values of our ledger in
//! fields that rows manage, where the account still holds them; others are released. Deliberately
//! not here: runs over changes or one person, which never move leavers.

use attune_core::decide::{Decision, Ledger, Observed, Situation, as_it_is, decide};
use attune_core::mapping::{Apply, Conflict, Existing, Field};
use attune_core::plan::{How, Op, Trouble};
use attune_core::{Outcome, Problem};

use super::lanes::Lane;
use super::pictures;
use super::pin::PinnedTarget;
use super::tally::Tally;
use super::walk::Walk;
use super::{Error, Run};
use crate::connector::Leavers;
use crate::store::leavers::Leaver;
use crate::store::ledger::Entries;
use crate::store::links::{Link, LinkState};
use crate::store::stage::pictures::{Pictured, What};
use crate::store::stage::{Packed, Stage, StagedRow};
use crate::target::{self, AccountRef};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// People per page: one question to the provider.
const PAGE_PEOPLE: u32 = 100;

/// Counts who a complete listing did not have, once it is closed.
pub(super) async fn count(run: &Run<'_>, listing: &str) -> Result<(), Error> {
    let (store, connector) = (&run.host.store, &run.pinned.connector);
    match connector.scope.leavers {
        Leavers::Keep => store.forget_leavers(&connector.id).await?,
        Leavers::Clear { .. } => {
            store
                .count_leavers(&connector.id, listing, run.now_ms)
                .await?;
        }
    }
    Ok(())
}

/// Plans what is cleared for people who left.
pub(super) async fn plan(
    walk: &Walk<'_>,
    lanes: &mut [Lane],
    stage: &Stage,
    tally: &mut Tally,
) -> Result<(), Error> {
    let run = walk.run;
    let Leavers::Clear { after_days } = run.pinned.connector.scope.leavers else {
        return Ok(());
    };
    if walk.reading.how != How::Complete || run.takes_over {
        return Ok(());
    }
    let before_ms = run.now_ms - i64::from(after_days) * DAY_MS;
    let mut after = String::new();
    loop {
        let store = &run.host.store;
        let listing = (run.pinned.connector.id.as_str(), run.listing.as_str());
        let due = store.due_leavers(listing, before_ms, (&after, PAGE_PEOPLE));
        let due = due.await?;
        let Some(last) = due.last() else {
            return Ok(());
        };
        after.clone_from(&last.person);
        let unseen = due.iter().filter(|one| !one.is_outside);
        let unseen: Vec<String> = unseen.map(|one| one.person.clone()).collect();
        let gone = walk.reader.gone(&unseen).await?;
        let has_left = |one: &Leaver| {
            if one.is_outside {
                !tally.unjudged.contains(&one.person)
            } else {
                gone.contains(&one.person)
            }
        };
        let leavers: Vec<Leaver> = due.into_iter().filter(has_left).collect();
        for (target, lane) in run.pinned.targets.iter().zip(lanes.iter_mut()) {
            clear((run, target, stage), lane, &leavers, tally).await?;
        }
        tally.close_page();
    }
}

/// Plans one page of leavers for one target.
async fn clear(
    (run, target, stage): (&Run<'_>, &PinnedTarget, &Stage),
    lane: &mut Lane,
    leavers: &[Leaver],
    tally: &mut Tally,
) -> Result<(), Error> {
    let (store, place) = (&run.host.store, run.place(target));
    let people: Vec<String> = leavers.iter().map(|one| one.person.clone()).collect();
    let mut found = store.links(place, &people).await?;
    let mut links: Vec<Link> = Vec::with_capacity(found.len());
    for leaver in leavers {
        let link = found.remove(&leaver.person);
        let link = link.filter(|link| link.state == LinkState::Matched);
        // A site that was down when they came back has them outside still.
        links.extend(link.filter(|link| link.is_outside || !leaver.is_outside));
    }
    links.sort_unstable_by(|a, b| a.account.cmp(&b.account));
    links.dedup_by(|later, earlier| later.account == earlier.account);
    let accounts: Vec<String> = links.iter().map(|link| link.account.clone()).collect();
    // Somebody else's account by now: what is there is theirs.
    let claims = store.claims(place, (&run.listing, ""), &accounts).await?;
    links.retain(|link| claims.iter().all(|(account, _)| *account != link.account));
    let ledger = store.ledger(&target.site, &accounts).await?;
    let (mut rows, mut pictured) = (Vec::new(), Vec::new());
    for link in &links {
        let Some(entries) = ledger.get(&link.account) else {
            continue;
        };
        let ours = ours(run, target, entries);
        if ours.is_empty() || !lane.is_ready().await {
            continue;
        }
        let case = Case { link, entries };
        match fields((run, target, &*lane), &case, &ours, tally).await {
            Ok(row) => rows.extend(row),
            Err(target::Error::Target { problem }) => {
                lane.error = Some(problem);
                break;
            }
            Err(target::Error::Gone) => {
                store.unlink(place, &link.person).await?;
                continue;
            }
            Err(error) => tally.trouble(trouble(link, target, "", &error.problem())),
        }
        if let Some(row) = picture((run, target, &*lane), &case, tally).await? {
            pictured.push(row);
        }
    }
    stage.add(&rows).await?;
    stage.add_pictured(&pictured).await?;
    Ok(())
}

/// A leaver's account, and what the ledger says of it.
struct Case<'c> {
    link: &'c Link,
    entries: &'c Entries,
}

impl Case<'_> {
    fn account(&self) -> AccountRef {
        AccountRef {
            key: self.link.account.clone(),
            username: self.link.username.clone(),
        }
    }
}

/// The fields that rows manage and whose values are ours; also the picture.
fn ours(run: &Run<'_>, target: &PinnedTarget, entries: &Entries) -> Vec<Field> {
    let is_ours = |field: &&Field| {
        let entry = entries.get(*field);
        entry.is_some_and(|entry| entry.owner == run.pinned.connector.id)
    };
    let photo = pictures::field();
    let mut ours: Vec<Field> = target.fields.iter().filter(is_ours).cloned().collect();
    if target.photo.is_some() && is_ours(&&photo) {
        ours.push(photo);
    }
    ours
}

/// What is cleared of an account's fields.
async fn fields(
    (run, target, lane): (&Run<'_>, &PinnedTarget, &Lane),
    case: &Case<'_>,
    ours: &[Field],
    tally: &mut Tally,
) -> Result<Option<StagedRow>, target::Error> {
    let wanted: Vec<Field> = ours
        .iter()
        .filter(|f| **f != pictures::field())
        .cloned()
        .collect();
    if wanted.is_empty() {
        return Ok(None);
    }
    let held = lane.client.observe(&case.account(), &wanted).await?;
    let mut packed = Packed::default();
    for field in &wanted {
        let at = target.fields.iter().position(|one| one == field);
        let Some(number) = at.and_then(|at| target.numbers.get(at).copied()) else {
            continue;
        };
        let seen = held.get(field).map(String::as_str);
        let normalise = lane.client.normalise(field);
        match decided(run, case, (field, seen), normalise) {
            Decision::Write(write) if lane.client.capabilities().can_clear => {
                tally.change(&case.link.person, (&target.spec.name, field), &write);
                packed.changes.push((number, write.before, write.after));
            }
            Decision::Write(_) => {
                let problem = Problem::new("unsupported", "this target cannot clear a field");
                tally.trouble(trouble(case.link, target, &field.name, &problem));
            }
            // Empty already, or somebody else's: no longer ours.
            _ => packed.released.push(number),
        }
    }
    packed.changes.sort_by_key(|change| change.0);
    Ok(Some(StagedRow {
        target: lane.number,
        account: case.link.account.clone(),
        username: case.link.username.clone(),
        person: case.link.person.clone(),
        fingerprint: None,
        packed,
    }))
}

/// What becomes of a picture of ours.
async fn picture(
    (run, target, lane): (&Run<'_>, &PinnedTarget, &Lane),
    case: &Case<'_>,
    tally: &mut Tally,
) -> Result<Option<Pictured>, Error> {
    let field = pictures::field();
    let entry = case.entries.get(&field);
    let is_ours = entry.is_some_and(|entry| entry.owner == run.pinned.connector.id);
    let Some(number) = target.photo.filter(|_| is_ours) else {
        return Ok(None);
    };
    let shown = match lane.client.portrait(&case.account()).await {
        Ok(shown) => shown,
        Err(error) => {
            tally.trouble(trouble(case.link, target, &field.name, &error.problem()));
            return Ok(None);
        }
    };
    let account = [case.link.account.clone()];
    let portraits = run.host.store.portraits(&target.site, &account).await?;
    let seen = pictures::described(&shown, portraits.get(&case.link.account));
    let (what, before) = match decided(run, case, (&field, seen.as_deref()), as_it_is) {
        Decision::Write(mut write) => {
            write.op = Op::Photo;
            tally.change(&case.link.person, (&target.spec.name, &field), &write);
            (What::Write, write.before)
        }
        _ => (What::Release, None),
    };
    Ok(Some(Pictured {
        target: lane.number,
        account: case.link.account.clone(),
        username: case.link.username.clone(),
        person: case.link.person.clone(),
        field: number,
        what,
        before,
        after: None,
        mark: String::new(),
    }))
}

fn decided(
    run: &Run<'_>,
    case: &Case<'_>,
    (field, seen): (&Field, Option<&str>),
    normalise: attune_core::decide::Normalise,
) -> Decision {
    let entry = case.entries.get(field);
    decide(&Situation {
        ledger: entry.map(|entry| Ledger {
            value: &entry.value,
            is_ours: entry.owner == run.pinned.connector.id,
        }),
        observed: Observed::Value(seen),
        outcome: &Outcome::Clear,
        apply: Apply::Always,
        existing: Existing::default(),
        conflict: Conflict::default(),
        text_max: None,
        normalise,
        altered: None,
    })
}

fn trouble(link: &Link, target: &PinnedTarget, field: &str, problem: &Problem) -> Trouble {
    Trouble {
        person: link.person.clone(),
        target: target.spec.name.clone(),
        field: field.to_owned(),
        code: problem.code.clone(),
        message: problem.message.clone(),
    }
}
