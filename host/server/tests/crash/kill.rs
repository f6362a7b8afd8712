//! Killing: when it is done, and what the process was doing then.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::Duration;

use attune_sim::faults::{Fault, Gate};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::company::{Company, SITES, Site};
use super::weather::{self, WRITES};

/// No run takes so long.
pub(crate) const RUN_MAX: Duration = Duration::from_mins(1);

/// The moment at which a run is killed.
#[derive(Debug, Clone)]
pub(crate) enum Moment {
    /// So long after its start.
    After(Duration),
    /// When so many writes of a site went by and the next one has arrived: before it is applied.
    Arrived(Site, u64),
    /// The same after it was applied and before its answer leaves.
    Applied(Site, u64),
    /// When so many pages of a site were read and the next one was asked for.
    ReadingBack(Site, u64),
}

impl Moment {
    /// Any time that a run of this length has.
    pub(crate) fn any(dice: &mut SmallRng, length: Duration) -> Self {
        Self::After(length.mul_f64(dice.random_range(0.0..1.0)))
    }

    /// A write of a run in which so many people have something new.
    pub(crate) fn of_a_write(dice: &mut SmallRng, people: usize) -> Self {
        let site = *SITES.choose(dice).unwrap();
        let passed = dice.random_range(0..people.max(1) as u64);
        if dice.random_bool(0.5) {
            Self::Arrived(site, passed)
        } else {
            Self::Applied(site, passed)
        }
    }

    fn fault(&self, gate: &Gate) -> Option<(Site, Fault)> {
        let write = |site: Site| WRITES[site as usize];
        Some(match self {
            Self::After(_) => return None,
            Self::Arrived(site, passed) => {
                let held = Fault::hold(gate).on("POST", write(*site));
                (*site, held.after(*passed))
            }
            Self::Applied(site, passed) => {
                let held = Fault::hold_answer(gate).on("POST", write(*site));
                (*site, held.after(*passed))
            }
            Self::ReadingBack(site, passed) => {
                let pages = ["EditUserProperties.jspa", "/edituser.action"];
                let held = Fault::hold(gate).on("GET", pages[*site as usize]);
                (*site, held.after(*passed))
            }
        })
    }
}

/// What came of killing a run.
pub(crate) struct Killed {
    /// What it was doing; nothing where it had ended before.
    pub(crate) doing: Option<&'static str>,
    /// The faults that it met.
    pub(crate) met: Tally,
}

/// Starts a run in bad weather and kills it.
pub(crate) async fn kill(company: &mut Company, moment: &Moment) -> Killed {
    let gate = Gate::default();
    let world = &company.terminal.world;
    world.graph.reset_log();
    world.jira.reset_log();
    world.wiki.reset_log();
    if let Some((site, fault)) = moment.fault(&gate) {
        match site {
            Site::Jira => world.jira.inject(fault),
            Site::Wiki => world.wiki.inject(fault),
        }
    }
    weather::begin(world);
    let mut command = company.terminal.command(&["sync", "demo"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let come = async {
        match moment {
            Moment::After(length) => tokio::time::sleep(*length).await,
            _ => gate.arrived(1).await,
        }
    };
    let restarted = Cell::new(0);
    let restarts = async {
        if company.dice.random_bool(0.4) {
            let dice = SmallRng::from_rng(&mut company.dice);
            weather::restarts(world, dice, &restarted).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = come => {}
        _ = child.wait() => {}
        () = restarts => {}
        // Whatever it waits for then.
        () = tokio::time::sleep(RUN_MAX) => {}
    }
    let _has_ended_already = child.start_kill();
    let status = child.wait().await.unwrap();
    let was_doing = doing(company, moment);
    gate.release();
    weather::end(&company.terminal.world).await;
    Killed {
        doing: (status.signal() == Some(9)).then_some(was_doing),
        met: met(company, restarted.get()),
    }
}

/// The faults of one run by the stand-ins' logs.
fn met(company: &Company, restarts: usize) -> Tally {
    let world = &company.terminal.world;
    let mut met = Tally::default();
    for log in [world.graph.log(), world.jira.log(), world.wiki.log()] {
        let faults = log.iter().filter_map(|record| record.fault);
        for fault in faults.filter(|fault| !fault.starts_with("hold")) {
            met.note(fault);
        }
    }
    for _ in 0..restarts {
        met.note("restart");
    }
    met
}

/// What the requests so far say of where a run is.
fn doing(company: &Company, moment: &Moment) -> &'static str {
    let world = &company.terminal.world;
    let (jira, wiki) = (world.jira.counts(), world.wiki.counts());
    match moment {
        Moment::Arrived(..) => return "a write had arrived",
        Moment::Applied(..) => return "a write was applied and not answered",
        Moment::ReadingBack(..) => return "reading back",
        Moment::After(_) => {}
    }
    match (world.graph.counts().requests, jira.requests + wiki.requests) {
        (0, 0) => "before any request",
        (_, 0) => "reading people",
        _ if jira.applied + wiki.applied > 0 => "after the first write",
        _ => "reading accounts",
    }
}

/// How often what was hit.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<&'static str, usize>);

impl Tally {
    pub(crate) fn note(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(crate) fn all(&self) -> usize {
        self.0.values().sum()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<String> = self.0.iter().map(|(w, n)| format!("{n} {w}")).collect();
        out.write_str(&parts.join(", "))
    }
}
