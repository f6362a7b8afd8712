//! Planning pictures: what would be written for the people whose picture is new.
//!
//! Page by page until nobody waits or the budget is used up; those who were not asked about for
//! longest come first, so that everybody has their turn in time. A target's account is looked at
//! only where something is due, as for fields.

use std::collections::{BTreeMap, HashMap, HashSet};

use attune_core::decide::{Decision, Ledger, Observed, Situation, as_it_is, decide};
use attune_core::mapping::Apply;
use attune_core::plan::{Op, Trouble};
use attune_core::{Outcome, Problem};
use futures_util::{StreamExt as _, stream};

use super::super::lanes::Lane;
use super::super::pin::PinnedTarget;
use super::super::tally::Tally;
use super::super::{Error, Run};
use super::ask::{Answer, Counter, Got, PEOPLE_AT_ONCE};
use super::make::{Made, Studio};
use super::{described, field};
use crate::store::ledger::Entries;
use crate::store::pictures::Portrait;
use crate::store::stage::Stage;
use crate::store::stage::pictures::{Candidate, Pictured, What};
use crate::target::{self, AccountRef};

/// Accounts looked at at once.
const READS_AT_ONCE: usize = 8;

/// What accounts show, by their keys, or why one would not tell.
type Seen<'c> = HashMap<&'c str, Result<target::Portrait, Problem>>;

/// What is wanted for one account.
enum Want {
    /// What is in tune already.
    Unchanged,
    /// No picture.
    Nothing,
    /// This one; its hash.
    Picture(String),
    /// It could not be had or made.
    Failed(Problem),
}

/// What one page brought: marks and wants by person and size, and pictures by hash.
#[derive(Default)]
struct Brought {
    wants: HashMap<(String, u32), Want>,
    marks: HashMap<String, String>,
    made: HashMap<String, Vec<u8>>,
}

/// Plans the pictures of everybody whom the walk noted.
pub(in crate::sync) async fn plan(
    run: &Run<'_>,
    lanes: &mut [Lane],
    stage: &Stage,
    tally: &mut Tally,
) -> Result<(), Error> {
    let Some(avatar) = &run.pinned.avatar else {
        return Ok(());
    };
    let left = stage.candidates_left().await?;
    if left == 0 {
        return Ok(());
    }
    stage.index_people().await?;
    let sizes: Vec<u32> = photos(run).map(|photo| photo.size).collect();
    let mut planner = Planner {
        run,
        stage,
        counter: Counter::open(run.host, run.pinned, run.host.pictures)?,
        studio: Studio::open(avatar, &sizes)?,
        bytes: 0,
    };
    let clock = &run.host.clock;
    let begun = clock.uptime();
    let budget = run.host.pictures;
    loop {
        let spent = if clock.uptime().saturating_sub(begun) >= budget.time {
            Some(format!("its {} s are used up", budget.time.as_secs()))
        } else if planner.bytes >= budget.bytes {
            Some(format!("its {} MiB are used up", budget.bytes >> 20))
        } else {
            None
        };
        if let Some(spent) = spent {
            let left = stage.candidates_left().await?;
            if left > 0 {
                let message =
                    format!("the next run asks for the pictures of {left} people: {spent}");
                tally.trouble(general(&Problem::new("pictures-later", message)));
            }
            return Ok(());
        }
        let candidates = stage.take_candidates(PEOPLE_AT_ONCE).await?;
        if candidates.is_empty() || !planner.page(lanes, &candidates, tally).await? {
            return Ok(());
        }
    }
}

fn photos<'a>(run: &'a Run<'_>) -> impl Iterator<Item = crate::connector::Photo> + 'a {
    run.pinned
        .targets
        .iter()
        .filter_map(|target| target.spec.photo)
}

struct Planner<'a> {
    run: &'a Run<'a>,
    stage: &'a Stage,
    counter: Counter,
    studio: Studio,
    /// Of pictures that wait in the stage.
    bytes: u64,
}

impl Planner<'_> {
    /// Plans one page; false where the provider gives no more.
    async fn page(
        &mut self,
        lanes: &mut [Lane],
        candidates: &[Candidate],
        tally: &mut Tally,
    ) -> Result<bool, Error> {
        let mut by_person: BTreeMap<&str, Vec<&Candidate>> = BTreeMap::new();
        for candidate in candidates {
            by_person
                .entry(&candidate.person)
                .or_default()
                .push(candidate);
        }
        let asked = by_person.iter().map(|(person, all)| {
            let mark = all.first().map(|one| one.mark.clone()).unwrap_or_default();
            let is_common = all.iter().all(|one| one.mark == mark);
            (
                (*person).to_owned(),
                if is_common { mark } else { String::new() },
            )
        });
        let asked: HashMap<String, String> = asked.collect();
        let mut brought = Brought::default();
        let studio = &mut self.studio;
        let sizes = |person: &str| -> HashSet<u32> {
            let all = by_person.get(person).into_iter().flatten();
            all.filter_map(|one| {
                Some(
                    self.run
                        .pinned
                        .targets
                        .get(usize::from(one.target))?
                        .spec
                        .photo?
                        .size,
                )
            })
            .collect()
        };
        let done = self
            .counter
            .ask(&asked, |answer| {
                let sizes = sizes(&answer.person);
                brought.take(answer, &sizes, studio);
            })
            .await;
        if let Some(problem) = self.studio.finish() {
            tally.trouble(general(&problem));
            return Ok(false);
        }
        for (at, lane) in lanes.iter_mut().enumerate() {
            let of_target: Vec<&Candidate> = candidates
                .iter()
                .filter(|one| usize::from(one.target) == at)
                .collect();
            if let Some(target) = self.run.pinned.targets.get(at)
                && lane.error.is_none()
                && !of_target.is_empty()
            {
                let counts = (&mut *tally, done.is_ok());
                self.target((lane, target), &of_target, &brought, counts)
                    .await?;
            }
        }
        self.close(candidates, tally).await?;
        if let Err(error) = &done {
            let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
            let message = format!(
                "the source gives no more pictures in this run: {error}{}",
                cause.unwrap_or_default()
            );
            tally.trouble(general(&Problem::new(error.code(), message)));
        }
        Ok(done.is_ok())
    }

    /// Decides for one target.
    async fn target(
        &mut self,
        (lane, target): (&mut Lane, &PinnedTarget),
        candidates: &[&Candidate],
        brought: &Brought,
        (tally, is_whole): (&mut Tally, bool),
    ) -> Result<(), Error> {
        let (Some(photo), Some(number)) = (target.spec.photo, target.photo) else {
            return Ok(());
        };
        let accounts: Vec<String> = candidates.iter().map(|one| one.account.clone()).collect();
        let store = &self.run.host.store;
        let ledger = store.ledger(&target.site, &accounts).await?;
        let portraits = store.portraits(&target.site, &accounts).await?;
        let mut rows = Vec::new();
        let mut cases = Vec::new();
        for candidate in candidates {
            let mark = brought
                .marks
                .get(&candidate.person)
                .cloned()
                .unwrap_or_default();
            let outcome = match brought.wants.get(&(candidate.person.clone(), photo.size)) {
                Some(Want::Unchanged) => {
                    let hash = Some(candidate.hash.clone()).filter(|hash| !hash.is_empty());
                    rows.push(pictured(
                        candidate,
                        number,
                        (What::Remember, None, hash),
                        &candidate.mark,
                    ));
                    continue;
                }
                Some(Want::Picture(hash)) => Outcome::Set(hash.clone()),
                Some(Want::Nothing) if photo.reset_when_none => Outcome::Clear,
                Some(Want::Nothing) => Outcome::Keep,
                Some(Want::Failed(problem)) => {
                    tally.picture_failed();
                    tally.trouble(trouble(candidate, target, problem));
                    rows.push(asked(candidate, number));
                    continue;
                }
                None if is_whole => {
                    tally.trouble(trouble(candidate, target, &unanswered()));
                    rows.push(asked(candidate, number));
                    continue;
                }
                None => continue,
            };
            cases.push(Case {
                candidate,
                mark,
                outcome,
                ledger: ledger.get(&candidate.account),
                portrait: portraits.get(&candidate.account),
            });
        }
        let seen = self.seen((lane, target), &cases, tally).await?;
        for case in &cases {
            let settled = self.settle((target, number), case, &seen, tally);
            let row = settled.unwrap_or_else(|| asked(case.candidate, number));
            if let (What::Write, Some(hash)) = (row.what, &row.after)
                && let Some(png) = brought.made.get(hash)
            {
                self.stage.keep_image(hash, png).await?;
                self.bytes += png.len() as u64;
            }
            rows.push(row);
        }
        self.stage.add_pictured(&rows).await?;
        Ok(())
    }

    /// What the accounts show where something is due. A site that fails now has its fields planned;
    /// its pictures are asked for again in the next run.
    async fn seen<'c>(
        &self,
        (lane, target): (&mut Lane, &PinnedTarget),
        cases: &'c [Case<'c>],
        tally: &mut Tally,
    ) -> Result<Seen<'c>, Error> {
        match self.look((lane, target), cases).await {
            Ok(seen) => Ok(seen),
            Err(target::Error::Target { problem }) => {
                tally.trouble(Trouble {
                    target: target.spec.name.clone(),
                    ..general(&problem)
                });
                Ok(Seen::new())
            }
            Err(error) => Err(Error::Target(error)),
        }
    }

    /// Looks at the accounts where something is due; those that are not in the answer were not.
    async fn look<'c>(
        &self,
        (lane, target): (&mut Lane, &PinnedTarget),
        cases: &'c [Case<'c>],
    ) -> Result<Seen<'c>, target::Error> {
        let is_due = |case: &&Case<'_>| {
            self.run.order.is_thorough() || is_due(&self.decide(target, case, None))
        };
        let due: Vec<&Case<'_>> = cases.iter().filter(is_due).collect();
        let mut seen = Seen::new();
        if due.is_empty() {
            return Ok(seen);
        }
        if !lane.is_ready().await {
            let down = || Problem::new("unavailable", "the target cannot be used");
            let problem = lane.error.clone().unwrap_or_else(down);
            return Err(target::Error::Target { problem });
        }
        let client = lane.client.as_ref();
        let mut answers = stream::iter(due)
            .map(|case| async move {
                let account = AccountRef {
                    key: case.candidate.account.clone(),
                    username: case.candidate.username.clone(),
                };
                (
                    case.candidate.account.as_str(),
                    client.portrait(&account).await,
                )
            })
            .buffer_unordered(READS_AT_ONCE);
        while let Some((account, answer)) = answers.next().await {
            let what = match answer {
                Ok(portrait) => Ok(portrait),
                Err(error @ target::Error::Target { .. }) => return Err(error),
                Err(error) => Err(error.problem()),
            };
            seen.insert(account, what);
        }
        Ok(seen)
    }

    fn decide(
        &self,
        target: &PinnedTarget,
        case: &Case<'_>,
        seen: Option<&target::Portrait>,
    ) -> Decision {
        let Some(photo) = target.spec.photo else {
            return Decision::Nothing;
        };
        let entry = case.ledger.and_then(|entries| entries.get(&field()));
        let described = seen.and_then(|seen| described(seen, case.portrait));
        decide(&Situation {
            ledger: entry.map(|entry| Ledger {
                value: &entry.value,
                is_ours: entry.owner == self.run.pinned.connector.id,
            }),
            observed: match seen {
                None => Observed::Unread,
                Some(_) => Observed::Value(described.as_deref()),
            },
            outcome: &case.outcome,
            apply: Apply::Always,
            existing: photo.existing,
            conflict: photo.conflict,
            text_max: None,
            normalise: as_it_is,
            altered: None,
        })
    }

    /// What follows for one account; `None` where the next run asks again.
    fn settle(
        &self,
        (target, number): (&PinnedTarget, u16),
        case: &Case<'_>,
        seen: &Seen<'_>,
        tally: &mut Tally,
    ) -> Option<Pictured> {
        let seen = match seen.get(case.candidate.account.as_str()) {
            Some(Err(problem)) => {
                tally.picture_failed();
                tally.trouble(trouble(case.candidate, target, problem));
                return None;
            }
            Some(Ok(seen)) => Some(seen),
            None => None,
        };
        let wanted = match &case.outcome {
            Outcome::Set(hash) => Some(hash.clone()),
            _ => None,
        };
        let row = |what, before, after| {
            Some(pictured(
                case.candidate,
                number,
                (what, before, after),
                &case.mark,
            ))
        };
        match self.decide(target, case, seen) {
            // Nothing is written where nobody looked.
            decision if seen.is_none() && is_due(&decision) => None,
            Decision::Nothing | Decision::KeptExisting | Decision::KeptLocal => {
                row(What::Remember, None, wanted)
            }
            Decision::Write(mut write) => {
                write.op = Op::Photo;
                tally.change(
                    &case.candidate.person,
                    (&target.spec.name, &field()),
                    &write,
                );
                row(What::Write, write.before, write.after)
            }
            Decision::Adopt => {
                tally.adopted();
                row(What::Adopt, None, wanted)
            }
            Decision::LedgerOnly => row(What::Adopt, None, wanted),
            Decision::Release => row(What::Release, None, None),
            Decision::Held(_) => {
                tally.held();
                let message =
                    "somebody else's picture is there, and `photo` says that a person decides";
                tally.trouble(trouble(
                    case.candidate,
                    target,
                    &Problem::new("held", message),
                ));
                None
            }
            Decision::OwnedBy => {
                let message = "another connector owns the picture";
                tally.trouble(trouble(
                    case.candidate,
                    target,
                    &Problem::new("owned-by", message),
                ));
                None
            }
            Decision::Failed(problem) | Decision::Stuck(problem) => {
                tally.picture_failed();
                tally.trouble(trouble(case.candidate, target, &problem));
                None
            }
        }
    }

    /// Hands the page to the guards, each person once, whatever else of theirs changes.
    async fn close(&self, candidates: &[Candidate], tally: &mut Tally) -> Result<(), Error> {
        let people: Vec<String> = candidates.iter().map(|one| one.person.clone()).collect();
        let changed = self.stage.changed_people(&people).await?;
        let changed: HashSet<String> = changed.into_iter().collect();
        tally.close_pictures(|person| changed.contains(person));
        Ok(())
    }
}

impl Brought {
    /// Takes an answer; a picture is made at once, in each size that is wanted, and let go.
    fn take(&mut self, answer: Answer, sizes: &HashSet<u32>, studio: &mut Studio) {
        let Answer { person, mark, got } = answer;
        for size in sizes {
            let want = match &got {
                Got::Unchanged => Want::Unchanged,
                Got::Missing => Want::Nothing,
                Got::Failed(problem) => Want::Failed(problem.clone()),
                Got::Bytes(bytes) => match studio.make(*size, bytes) {
                    Ok(Made { hash, png }) => {
                        self.made.insert(hash.clone(), png);
                        Want::Picture(hash)
                    }
                    Err(problem) => Want::Failed(problem),
                },
            };
            self.wants.insert((person.clone(), *size), want);
        }
        self.marks.insert(person, mark);
    }
}

/// One account and everything that is decided from.
struct Case<'c> {
    candidate: &'c Candidate,
    mark: String,
    outcome: Outcome,
    ledger: Option<&'c Entries>,
    portrait: Option<&'c Portrait>,
}

fn is_due(decision: &Decision) -> bool {
    matches!(
        decision,
        Decision::Write(_)
            | Decision::Adopt
            | Decision::LedgerOnly
            | Decision::Release
            | Decision::Held(_)
            | Decision::KeptLocal
            | Decision::KeptExisting
    )
}

fn pictured(
    candidate: &Candidate,
    field: u16,
    (what, before, after): (What, Option<String>, Option<String>),
    mark: &str,
) -> Pictured {
    Pictured {
        target: candidate.target,
        account: candidate.account.clone(),
        username: candidate.username.clone(),
        person: candidate.person.clone(),
        field,
        what,
        before,
        after,
        mark: mark.to_owned(),
    }
}

/// Nothing follows but that it is somebody else's turn: without a mark it is asked for again.
fn asked(candidate: &Candidate, field: u16) -> Pictured {
    pictured(candidate, field, (What::Remember, None, None), "")
}

fn trouble(candidate: &Candidate, target: &PinnedTarget, problem: &Problem) -> Trouble {
    Trouble {
        person: candidate.person.clone(),
        target: target.spec.name.clone(),
        field: field().name,
        code: problem.code.clone(),
        message: problem.message.clone(),
    }
}

/// Something that is about pictures and about nobody.
fn general(problem: &Problem) -> Trouble {
    Trouble {
        person: String::new(),
        target: String::new(),
        field: field().name,
        code: problem.code.clone(),
        message: problem.message.clone(),
    }
}

fn unanswered() -> Problem {
    Problem::new(
        "picture-unanswered",
        "the source said nothing about the picture; the next run asks again",
    )
}
