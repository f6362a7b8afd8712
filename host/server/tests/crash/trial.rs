//! One company under attack: rounds of killing, making good and looking.

use std::fmt;
use std::time::Duration;

use attune_server::store::Store;
use rand::RngExt as _;

use super::company::Company;
use super::kill::{Moment, RUN_MAX, Tally, kill};
use super::proof::{Breach, Course, Journal, take_writes};
use super::terminal::Told;
use super::weather;

/// Of so many kills one comes while the run after another one makes good.
const RECOVERY_EVERY: usize = 5;
/// The promises that are looked at.
const PROMISES: [u8; 3] = [1, 2, 3];
/// Of each promise's breaches so many are shown.
const SHOWN_MAX: usize = 10;

/// What a number of kills came to.
#[derive(Default)]
pub(crate) struct Outcome {
    kills: Tally,
    recoveries: Tally,
    met: Tally,
    /// The longest run of those that were measured.
    length: Duration,
    ended_before: usize,
    repeated: usize,
    breaches: Vec<Breach>,
}

impl Outcome {
    pub(crate) fn all(&self) -> usize {
        self.kills.all() + self.recoveries.all()
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.kills.add(&other.kills);
        self.recoveries.add(&other.recoveries);
        self.met.add(&other.met);
        self.length = self.length.max(other.length);
        self.ended_before += other.ended_before;
        self.repeated += other.repeated;
        self.breaches.extend(other.breaches);
    }

    /// What was broken, as far as it is worth reading; nothing where all promises were kept.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let of = |promise| {
            let breaches = self.breaches.iter().filter(move |b| b.promise == promise);
            breaches.take(SHOWN_MAX).map(ToString::to_string)
        };
        PROMISES.into_iter().flat_map(of).collect()
    }

    fn lost(&mut self, what: impl IntoIterator<Item = String>) {
        let breach = |what| Breach { promise: 1, what };
        self.breaches.extend(what.into_iter().map(breach));
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} kills in runs of up to {} ms, {} of them in the recovery of another ({}; then {}); \
             {} runs ended before; met: {}; {} writes repeated",
            self.all(),
            self.length.as_millis(),
            self.recoveries.all(),
            self.kills,
            self.recoveries,
            self.ended_before,
            self.met,
            self.repeated,
        )?;
        for promise in PROMISES {
            let broken = self.breaches.iter().filter(|b| b.promise == promise);
            write!(out, "; promise {promise} broken {} times", broken.count())?;
        }
        Ok(())
    }
}

/// One company until it has seen so many kills.
pub(crate) struct Trial {
    company: Company,
    outcome: Outcome,
    /// How long a run takes.
    length: Duration,
}

impl Trial {
    pub(crate) async fn run(seed: u64, kills: usize) -> Outcome {
        let mut trial = Self {
            length: measured(seed).await,
            company: Company::start(seed).await,
            outcome: Outcome::default(),
        };
        let mut rounds = 0;
        while trial.outcome.all() < kills {
            if rounds > 0 {
                trial.company.change_values();
            }
            rounds += 1;
            assert!(rounds < 20 + 4 * kills, "runs end before they are killed");
            let recoveries = trial.outcome.recoveries.all();
            let is_double = trial.outcome.all() + 2 >= RECOVERY_EVERY * (recoveries + 1);
            trial.round(is_double).await;
        }
        trial.full().await;
        trial.outcome.length = trial.length;
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
        let killed = kill(&mut self.company, moment).await;
        self.outcome.met.add(&killed.met);
        *journal = self.journal().await;
        let writes = take_writes(&self.company.terminal.world);
        self.outcome
            .breaches
            .extend(course.stretch(writes, journal));
        killed.doing
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
        let again = self.run_whole(&["sync", "demo", "--json"]).await;
        if again.exit != 0 {
            self.outcome
                .lost([format!("the next run did not end well: {again:?}")]);
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
        let quiet = self.run_whole(&["sync", "demo", "--json"]).await;
        let written = take_writes(&self.company.terminal.world);
        if quiet.exit != 0 || quiet.json()["state"] != "nothing" || !written.is_empty() {
            self.outcome
                .lost([format!("there was more to do: {written:?} {quiet:?}")]);
        }
    }

    /// A run that looks at every field finds the fields that somebody typed into unnoticed.
    async fn full(&mut self) {
        let told = self.run_whole(&["sync", "demo", "--full", "--json"]).await;
        if told.exit != 0 {
            self.outcome
                .lost([format!("a full run did not end well: {told:?}")]);
        }
        let wrong = self.company.out_of_tune(true);
        self.outcome.lost(wrong);
    }

    async fn run_whole(&self, args: &[&str]) -> Told {
        let run = self.company.terminal.run(args);
        let ended = tokio::time::timeout(RUN_MAX, run).await;
        ended.unwrap_or_else(|_| panic!("`attune {}` does not end", args.join(" ")))
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

/// How long a run takes that has a usual amount to do, without disturbance or in bad weather: the
/// longer of the two.
async fn measured(seed: u64) -> Duration {
    let mut company = Company::start(seed).await;
    company.terminal.run(&["sync", "demo"]).await;
    let mut length = Duration::ZERO;
    for is_bad in [false, true] {
        company.change_values();
        if is_bad {
            weather::begin(&company.terminal.world);
        }
        let told = company.terminal.run(&["sync", "demo"]).await;
        length = length.max(told.took);
        weather::end(&company.terminal.world).await;
        if !is_bad {
            assert_eq!(told.exit, 0, "{told:?}");
            assert_eq!(company.out_of_tune(false), Vec::<String>::new());
        }
    }
    length
}
