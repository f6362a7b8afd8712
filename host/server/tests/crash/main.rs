//! Promises 1, 2 and 3 against the binary itself, killed at random moments.
//!
//! A run of `attune sync` in bad weather is killed (SIGKILL) at a random time of its course or when
//! a write arrives or was applied, every fourth one a second time while it makes good. Between kill
//! and next run the directory goes on and somebody types into the same fields. Then one more run
//! has to end well, both targets have to be exactly as the file says, nothing else may have changed,
//! and one run more has nothing to do. See `proof` for what the stand-ins' logs have to say.
//!
//! 20 kills, unless `ATTUNE_CRASH_KILLS` says otherwise; `ATTUNE_CRASH_SEED` repeats the choices of a
//! run (not the exact moments, which are the machine's). A power cut is not played here: what a
//! killed process has written to the database file is there.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy.toml allows it in tests; these functions serve nothing else"
)]

mod company;
mod kill;
mod proof;
mod rules;
#[expect(
    dead_code,
    reason = "written for the tests of the command line, which use all of it"
)]
#[path = "../cli/terminal.rs"]
mod terminal;
mod weather;

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use attune_server::store::Store;
use rand::RngExt as _;

use company::Company;
use kill::{Moment, Tally, kill};
use proof::{Breach, Course, Journal, take_writes};

/// Kills in one company; then another one begins, with a database of its own.
const KILLS_PER_COMPANY: usize = 20;
/// Of so many runs that are killed one is killed a second time.
const DOUBLE_EVERY: usize = 4;

/// What a number of kills came to.
#[derive(Default)]
struct Outcome {
    kills: Tally,
    recoveries: Tally,
    ended_before: usize,
    repeated: usize,
    breaches: Vec<Breach>,
}

impl Outcome {
    fn all(&self) -> usize {
        self.kills.all() + self.recoveries.all()
    }

    fn add(&mut self, other: Self) {
        self.kills.add(&other.kills);
        self.recoveries.add(&other.recoveries);
        self.ended_before += other.ended_before;
        self.repeated += other.repeated;
        self.breaches.extend(other.breaches);
    }

    fn lost(&mut self, what: impl IntoIterator<Item = String>) {
        let breach = |what| Breach { promise: 1, what };
        self.breaches.extend(what.into_iter().map(breach));
    }
}

/// One company until it has seen so many kills.
struct Trial {
    company: Company,
    outcome: Outcome,
    /// How long an undisturbed run takes.
    length: Duration,
}

impl Trial {
    async fn run(seed: u64, kills: usize) -> Outcome {
        let mut trial = Self {
            length: undisturbed(seed).await,
            company: Company::start(seed).await,
            outcome: Outcome::default(),
        };
        let mut rounds = 0;
        while trial.outcome.all() < kills && trial.outcome.breaches.is_empty() {
            if rounds > 0 {
                trial.company.change_values();
            }
            rounds += 1;
            assert!(rounds < 20 + 4 * kills, "runs end before they are killed");
            let is_last_one = trial.outcome.all() + 1 == kills;
            trial
                .round(rounds.is_multiple_of(DOUBLE_EVERY) && !is_last_one)
                .await;
        }
        trial.full().await;
        trial.outcome
    }

    /// One kill or two, and everything is made good.
    async fn round(&mut self, is_double: bool) {
        let mut journal = self.journal().await;
        let mut course = Course::begin(&journal);
        let moment = self.moment(is_double);
        let Some(doing) = self.kill(&moment, &mut course, &mut journal).await else {
            self.outcome.ended_before += 1;
            return self.make_good(course).await;
        };
        self.outcome.kills.note(doing);
        let meddles_first = self.company.dice.random_bool(0.5);
        if meddles_first || !is_double {
            course.typed(self.company.meddle(&journal.doubted()));
        }
        if is_double {
            let moment = self.recovering(&journal);
            match self.kill(&moment, &mut course, &mut journal).await {
                Some(doing) => self.outcome.recoveries.note(doing),
                None => self.outcome.ended_before += 1,
            }
            if !meddles_first {
                course.typed(self.company.meddle(&journal.doubted()));
            }
        }
        self.make_good(course).await;
    }

    async fn kill(
        &mut self,
        moment: &Moment,
        course: &mut Course,
        journal: &mut Journal,
    ) -> Option<&'static str> {
        let doing = kill(&mut self.company, moment).await;
        *journal = self.journal().await;
        let writes = take_writes(&self.company.terminal.world);
        self.outcome
            .breaches
            .extend(course.stretch(writes, journal));
        doing
    }

    fn moment(&mut self, is_double: bool) -> Moment {
        let people = self.company.people_changed();
        let dice = &mut self.company.dice;
        if is_double || dice.random_bool(0.4) {
            Moment::of_a_write(dice, people)
        } else {
            Moment::any(dice, self.length)
        }
    }

    /// A moment at which the next run still reads back what the last one left.
    fn recovering(&mut self, journal: &Journal) -> Moment {
        let doubted = journal.doubted();
        let Some((site, _)) = doubted.first() else {
            return Moment::any(&mut self.company.dice, self.length);
        };
        let at_site = doubted.iter().filter(|(other, _)| other == site).count();
        let passed = self.company.dice.random_range(0..at_site as u64);
        Moment::ReadingBack(*site, passed)
    }

    /// One more run, and one that has nothing to do.
    async fn make_good(&mut self, mut course: Course) {
        let again = self.company.terminal.run(&["sync", "demo", "--json"]).await;
        if again.exit != 0 {
            self.outcome
                .lost([format!("the next run did not end well: {again:?}")]);
            return;
        }
        let wrong = self.company.out_of_tune(false);
        self.outcome.lost(wrong);
        let journal = self.journal().await;
        let open = journal.doubted();
        if !open.is_empty() {
            self.outcome.lost([format!("still open: {open:?}")]);
        }
        let writes = take_writes(&self.company.terminal.world);
        self.outcome
            .breaches
            .extend(course.stretch(writes, &journal));
        let (breaches, repeated) = course.judge(&journal);
        self.outcome.breaches.extend(breaches);
        self.outcome.repeated += repeated;
        let quiet = self.company.terminal.run(&["sync", "demo", "--json"]).await;
        let written = take_writes(&self.company.terminal.world);
        if quiet.json()["state"] != "nothing" || !written.is_empty() {
            self.outcome
                .lost([format!("there was more to do: {written:?} {quiet:?}")]);
        }
    }

    /// A run that looks at every field finds the fields that somebody typed into unnoticed.
    async fn full(&mut self) {
        let full = ["sync", "demo", "--full", "--json"];
        let told = self.company.terminal.run(&full).await;
        assert_eq!(told.exit, 0, "{told:?}");
        let wrong = self.company.out_of_tune(true);
        self.outcome.lost(wrong);
    }

    async fn journal(&self) -> Journal {
        let store = Store::open(&self.company.terminal.path("data"))
            .await
            .unwrap();
        let journal = Journal::read(&store).await;
        store.close().await;
        journal
    }
}

/// How long a run takes that nobody disturbs and that has a usual amount to do.
async fn undisturbed(seed: u64) -> Duration {
    let mut company = Company::start(seed).await;
    company.terminal.run(&["sync", "demo"]).await;
    company.change_values();
    let told = company.terminal.run(&["sync", "demo"]).await;
    assert_eq!(told.exit, 0, "{told:?}");
    assert_eq!(company.out_of_tune(false), Vec::<String>::new());
    told.took
}

/// A number from the environment.
fn asked(name: &str) -> Option<u64> {
    let (_, value) = std::env::vars().find(|(known, _)| known == name)?;
    Some(value.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_moments_nothing_is_lost_and_nothing_is_written_twice() {
    let kills = asked("ATTUNE_CRASH_KILLS").map_or(20, |kills| kills as usize);
    let seed = asked("ATTUNE_CRASH_SEED").unwrap_or_else(|| rand::rng().random_range(0..1 << 32));
    let mut outcome = Outcome::default();
    let mut company = 0;
    while outcome.all() < kills && outcome.breaches.is_empty() {
        let left = kills - outcome.all();
        let of_this = Trial::run(seed + company, left.min(KILLS_PER_COMPANY)).await;
        outcome.add(of_this);
        company += 1;
    }
    let mut told = format!(
        "seed {seed}: {} kills ({}), {} of them in the recovery of another ({}); {} runs ended \
         before; {} writes repeated",
        outcome.all(),
        outcome.kills,
        outcome.recoveries.all(),
        outcome.recoveries,
        outcome.ended_before,
        outcome.repeated,
    );
    for promise in 1..=3 {
        let broken = outcome.breaches.iter().filter(|b| b.promise == promise);
        write!(told, "; promise {promise} broken {} times", broken.count()).unwrap();
    }
    // Past the capture of the test's output: a seed that is not shown cannot be repeated.
    writeln!(std::io::stderr(), "{told}").unwrap();
    let breaches: Vec<String> = outcome.breaches.iter().map(ToString::to_string).collect();
    assert!(breaches.is_empty(), "{told}\n{}", breaches.join("\n"));
}
