//! Planning: what would be written for each page of people, staged row by row.
//!
//! For one page and one target: links, then who is unchanged, then outcomes, then the ledger.
//! Only accounts with something due are read from the target, and only then is it decided what
//! is written. A target that fails is left out from there on; the others are finished.

use std::collections::HashMap;

use attune_core::condition::NOT_FETCHED;
use attune_core::decide::{Decision, Ledger, Observed, Situation, decide};
use attune_core::evaluate::{Batch, FieldResult, dropped};
use attune_core::mapping::Field;
use attune_core::plan::Trouble;
use attune_core::{Column, Outcome, Problem};
use futures_util::{StreamExt as _, stream};

use super::fills::Waits;
use super::lanes::Lane;
use super::page::{Links, Page};
use super::pin::PinnedTarget;
use super::tally::Tally;
use super::{Error, Mode, Run};
use crate::store::altered::Altered;
use crate::store::ledger::Entries;
use crate::store::links::{Link, LinkState};
use crate::store::stage::{Packed, Stage, StagedRow};
use crate::target::{self, AccountRef, Held};

/// Accounts read from a target at once.
const READS_AT_ONCE: usize = 8;

/// A person of a page who is matched and not skipped.
struct Due<'p> {
    index: usize,
    person: &'p str,
    link: Link,
    print: [u8; 16],
}

/// Makes the plan of one run.
pub(super) struct Planner<'a> {
    run: &'a Run<'a>,
    stage: &'a Stage,
}

impl<'a> Planner<'a> {
    /// A planner that stages into `stage`.
    pub(super) fn new(run: &'a Run<'a>, stage: &'a Stage) -> Self {
        Self { run, stage }
    }

    /// Plans one page for one target; answers who takes no part in it.
    pub(super) async fn page(
        &self,
        (lane, target): (&mut Lane, &PinnedTarget),
        page: &Page,
        links: Links,
        tally: &mut Tally,
    ) -> Result<Vec<String>, Error> {
        let due = self.due((lane, target), page, links, tally);
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let (results, dropped) = self.evaluate(lane, target, page, &due);
        let accounts: Vec<String> = due.iter().map(|due| due.link.account.clone()).collect();
        let store = &self.run.host.store;
        let ledger = store.ledger(&target.site, &accounts).await?;
        let altered = store.altered(&target.site, &accounts).await?;
        let waits = tally.fills.waits(self.run.pinned, target, &lane.program)?;
        let nothing = Entries::new();
        let mut cases = Vec::with_capacity(due.len());
        let mut left_out = Vec::new();
        for (row, due) in due.iter().enumerate() {
            if dropped.get(row) == Some(&true) {
                tally.dropped();
                left_out.push(due.person.to_owned());
                continue;
            }
            let outcomes = outcomes(&results, &waits, (page, due.index, row));
            let rows = results.iter().map(|r| r.row.get(row).copied());
            let rows = rows.map(|row| row.unwrap_or(u8::MAX)).collect();
            let entries = ledger.get(&due.link.account).unwrap_or(&nothing);
            cases.push(Case {
                due,
                outcomes,
                rows,
                entries,
                altered: altered.get(&due.link.account),
            });
        }
        let held = match self.observe(lane, target, &cases).await {
            Ok(held) => held,
            Err(target::Error::Target { problem }) => {
                lane.error = Some(problem);
                return Ok(left_out);
            }
            Err(error) => return Err(Error::Target(error)),
        };
        if lane.error.is_some() {
            return Ok(left_out);
        }
        let mut staged = Vec::new();
        for case in &cases {
            match held.get(case.due.person) {
                Some(Seen::Gone) => {
                    let place = self.run.place(target);
                    store.unlink(place, case.due.person).await?;
                    tally.trouble(trouble(case, target, "", &gone()));
                }
                Some(Seen::Refused(problem)) => {
                    if case.due.link.fingerprint.is_some() {
                        let person = [case.due.person.to_owned()];
                        store.mark_doubtful(self.run.place(target), &person).await?;
                    }
                    tally.trouble(trouble(case, target, "", problem));
                }
                Some(Seen::Read(read)) => {
                    staged.extend(self.settle((lane, target), case, Some(read), tally));
                }
                None => staged.extend(self.settle((lane, target), case, None, tally)),
            }
        }
        self.stage.add(&staged).await?;
        Ok(left_out)
    }

    /// Who is matched, and whose inputs are not those of last time.
    fn due<'p>(
        &self,
        (lane, target): (&mut Lane, &PinnedTarget),
        page: &'p Page,
        mut links: Links,
        tally: &mut Tally,
    ) -> Vec<Due<'p>> {
        let is_always = self.run.order.is_thorough() || lane.program.uses_now();
        let positions = target.positions(self.run.pinned);
        let mut due = Vec::with_capacity(page.people.len());
        for (index, known) in page.people.iter().enumerate() {
            let link = links.remove(known.key());
            let state = link
                .as_ref()
                .map_or(LinkState::Unmatched, |link| link.state);
            tally.link(&target.spec.name, known.key(), state);
            let Some(link) = link.filter(|link| link.state == LinkState::Matched) else {
                continue;
            };
            let cells = positions
                .iter()
                .filter_map(|position| page.columns.get(*position))
                .map(|column| column.cell(index));
            let print = lane.prints.of(cells, &[Some(link.account.as_str())]);
            if !is_always && link.fingerprint.as_deref() == Some(print.as_slice()) {
                tally.skipped();
                continue;
            }
            due.push(Due {
                index,
                person: known.key(),
                link,
                print,
            });
        }
        due
    }

    fn evaluate(
        &self,
        lane: &mut Lane,
        target: &PinnedTarget,
        page: &Page,
        due: &[Due<'_>],
    ) -> (Vec<FieldResult>, Vec<bool>) {
        let rows: Vec<usize> = due.iter().map(|due| due.index).collect();
        let all = rows.len() == page.people.len();
        let taken: Vec<Column> = if all {
            Vec::new()
        } else {
            page.columns.iter().map(|c| c.take(&rows)).collect()
        };
        let people: Vec<&str> = due.iter().map(|due| due.person).collect();
        let batch = Batch {
            wanted: &self.run.pinned.resolved,
            columns: if all { &page.columns } else { &taken },
            people: &people,
            connector: &self.run.pinned.connector.id,
            target: &target.spec.name,
            now_ms: self.run.now_ms,
        };
        // Plugins compute for milliseconds: other tasks of this thread move elsewhere meanwhile.
        let results = crate::compute::here(|| lane.program.evaluate(&batch));
        let dropped = dropped(&results, people.len());
        (results, dropped)
    }

    /// Reads the accounts that have something due; who is not in the answer was not read.
    async fn observe<'c>(
        &self,
        lane: &mut Lane,
        target: &PinnedTarget,
        cases: &'c [Case<'c>],
    ) -> Result<HashMap<&'c str, Seen>, target::Error> {
        let everything = self.run.order.is_thorough();
        let mut reads = Vec::new();
        for case in cases {
            let everything = everything || case.due.link.is_doubtful();
            let fields: Vec<Field> = (0..target.fields.len())
                .filter(|field| everything || self.is_due(lane, target, case, *field))
                .filter_map(|field| target.fields.get(field).cloned())
                .collect();
            if !fields.is_empty() {
                reads.push((case, fields));
            }
        }
        let mut seen = HashMap::new();
        if reads.is_empty() || !lane.is_ready().await {
            return Ok(seen);
        }
        let client = lane.client.as_ref();
        let mut answers = stream::iter(reads)
            .map(|(case, fields)| async move {
                let account = account_ref(&case.due.link);
                let answer = client.observe(&account, &fields).await;
                (case.due.person, fields, answer)
            })
            .buffer_unordered(READS_AT_ONCE);
        while let Some((person, fields, answer)) = answers.next().await {
            let what = match answer {
                Ok(held) => Seen::Read(Read { fields, held }),
                Err(target::Error::Gone) => Seen::Gone,
                Err(target::Error::Rejected { problem }) => Seen::Refused(problem),
                Err(target::Error::Unknown | target::Error::Altered { .. }) => {
                    Seen::Refused(lost())
                }
                Err(error @ target::Error::Target { .. }) => return Err(error),
            };
            seen.insert(person, what);
        }
        Ok(seen)
    }

    fn is_due(&self, lane: &Lane, target: &PinnedTarget, case: &Case<'_>, field: usize) -> bool {
        let decision = self.decide(lane, target, case, (field, None));
        !matches!(
            decision,
            Decision::Nothing
                | Decision::OwnedBy
                | Decision::Failed(_)
                | Decision::Stuck(_)
                | Decision::KeptExisting
        )
    }

    fn decide(
        &self,
        lane: &Lane,
        target: &PinnedTarget,
        case: &Case<'_>,
        (index, read): (usize, Option<&Read>),
    ) -> Decision {
        let (Some(outcome), Some(field)) = (case.outcomes.get(index), target.fields.get(index))
        else {
            return Decision::Nothing;
        };
        let row = case
            .rows
            .get(index)
            .and_then(|row| lane.program.row(index, *row));
        let Some(row) = row else {
            return Decision::Nothing;
        };
        let owner = &self.run.pinned.connector.id;
        let ledger = case.entries.get(field).map(|entry| Ledger {
            value: &entry.value,
            is_ours: entry.owner == *owner,
        });
        let observed = match read.filter(|read| read.fields.contains(field)) {
            None => Observed::Unread,
            Some(read) => Observed::Value(read.held.get(field).map(String::as_str)),
        };
        decide(&Situation {
            ledger,
            observed,
            outcome,
            apply: row.apply,
            existing: row.existing,
            conflict: row.conflict,
            text_max: lane.client.text_max(field),
            normalise: lane.client.normalise(field),
            // Who is asked for by name is tried again: the target may have been corrected.
            altered: case
                .altered
                .filter(|_| !self.run.order.is_single())
                .and_then(|all| all.get(field))
                .map(|found| attune_core::decide::Altered {
                    value: &found.value,
                    stored: &found.stored,
                    times: found.times,
                }),
        })
    }

    /// Whether a value fails for nothing but that this run asks no source.
    fn is_unread(&self, problem: &Problem) -> bool {
        self.run.order.mode == Mode::Kept && problem.code == NOT_FETCHED
    }

    /// Decides every field of one person and packs what follows; `None` where nothing does.
    fn settle(
        &self,
        (lane, target): (&Lane, &PinnedTarget),
        case: &Case<'_>,
        read: Option<&Read>,
        tally: &mut Tally,
    ) -> Option<StagedRow> {
        let mut packed = Packed::default();
        let mut is_whole = true;
        for (index, field) in target.fields.iter().enumerate() {
            let number = target.numbers.get(index).copied()?;
            let wanted = match case.outcomes.get(index) {
                Some(Outcome::Set(value)) => value.as_str(),
                _ => "",
            };
            match self.decide(lane, target, case, (index, read)) {
                Decision::Nothing | Decision::KeptExisting | Decision::KeptLocal => {}
                Decision::Write(write) => {
                    tally.change(case.due.person, (&target.spec.name, field), &write);
                    packed.changes.push((number, write.before, write.after));
                }
                Decision::Adopt => {
                    tally.adopted();
                    packed.adopted.push((number, wanted.to_owned()));
                }
                Decision::LedgerOnly => packed.adopted.push((number, wanted.to_owned())),
                Decision::Release => packed.released.push(number),
                Decision::Held(_) => {
                    is_whole = false;
                    tally.held();
                    tally.trouble(trouble(case, target, &field.name, &waits()));
                }
                Decision::OwnedBy => {
                    // Due again until the owner lets go of it.
                    is_whole = false;
                    tally.trouble(trouble(case, target, &field.name, &owned(case, field)));
                }
                Decision::Stuck(problem) => {
                    is_whole = false;
                    tally.trouble(trouble(case, target, &field.name, &problem));
                }
                Decision::Failed(problem) if self.is_unread(&problem) => {
                    is_whole = false;
                    tally.unread(trouble(case, target, &field.name, &problem));
                }
                Decision::Failed(problem) if tally.fills.is_wait(&problem) => {
                    is_whole = false;
                    tally.undelivered(trouble(case, target, &field.name, &problem));
                }
                Decision::Failed(problem) => {
                    is_whole = false;
                    tally.failed(case.due.person);
                    tally.trouble(trouble(case, target, &field.name, &problem));
                }
            }
        }
        packed.changes.sort_by_key(|change| change.0);
        let fingerprint = is_whole.then(|| case.due.print.to_vec());
        let is_news = fingerprint != case.due.link.fingerprint;
        let is_empty = packed == Packed::default();
        (!is_empty || is_news).then(|| StagedRow {
            target: lane.number,
            account: case.due.link.account.clone(),
            username: case.due.link.username.clone(),
            person: case.due.person.to_owned(),
            fingerprint,
            packed,
        })
    }
}

/// What the rows say of one person; where an attribute is not delivered any more, that they wait.
fn outcomes(
    results: &[FieldResult],
    waits: &Waits,
    (page, person, row): (&Page, usize, usize),
) -> Vec<Outcome> {
    let outcome = |(field, result): (usize, &FieldResult)| {
        let wait = waits.of(field, page, person);
        wait.map_or_else(|| Outcome::of(result.outcomes.cell(row)), Outcome::Failed)
    };
    results.iter().enumerate().map(outcome).collect()
}

/// One due person with everything that is decided from.
struct Case<'c> {
    due: &'c Due<'c>,
    outcomes: Vec<Outcome>,
    rows: Vec<u8>,
    entries: &'c Entries,
    altered: Option<&'c HashMap<Field, Altered>>,
}

/// What was asked of an account, and what it holds; a field that was not asked for is unread.
struct Read {
    fields: Vec<Field>,
    held: Held,
}

/// What reading an account brought.
enum Seen {
    Read(Read),
    Gone,
    Refused(Problem),
}

/// The account of a link, as requests need it.
pub(super) fn account_ref(link: &Link) -> AccountRef {
    AccountRef {
        key: link.account.clone(),
        username: link.username.clone(),
    }
}

fn trouble(case: &Case<'_>, target: &PinnedTarget, field: &str, problem: &Problem) -> Trouble {
    Trouble {
        person: case.due.person.to_owned(),
        target: target.spec.name.clone(),
        field: field.to_owned(),
        code: problem.code.clone(),
        message: problem.message.clone(),
    }
}

fn gone() -> Problem {
    Problem::new(
        "account-gone",
        "the account does not exist any more; the next run looks again",
    )
}

fn lost() -> Problem {
    Problem::new(
        "unavailable",
        "the target did not answer when the account was read",
    )
}

fn waits() -> Problem {
    let message = "somebody else's value is there, and the row says that a person decides";
    Problem::new("held", message)
}

fn owned(case: &Case<'_>, field: &Field) -> Problem {
    let owner = case
        .entries
        .get(field)
        .map(|entry| entry.owner.as_str())
        .unwrap_or_default();
    Problem::new("owned-by", format!("connector `{owner}` owns this field"))
}
