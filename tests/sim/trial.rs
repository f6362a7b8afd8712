//! One seed: a world, rounds of changes, faults and runs, and in the end everything must be in tune.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use attune_core::plan::{Report, State};
use attune_server::app::App;
use attune_server::clock::Clock;
use attune_server::connector::{self, Loaded};
use attune_server::net::Outside;
use attune_server::store::Store;
use attune_server::store::hindered::{Disk, Trouble};
use attune_server::sync::{self, Mode, Order, Watch};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::clock::SimClock;
use super::drive::{Ended, drive, settle};
use super::network::Network;
use super::proof::Proof;
use super::weather::{Weather, hash};
use super::world::{PLACES, World};

/// Runs that bring everything in tune, at most: one, and one for each plan that has to be approved.
const RUNS_TO_REST: usize = 6;

/// What a seed came to.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) runs: usize,
    pub(crate) crashes: usize,
    pub(crate) held: usize,
    pub(crate) disks: u64,
    pub(crate) writes: usize,
    pub(crate) repeated: usize,
    pub(crate) requests: usize,
    /// Of the log of events.
    pub(crate) hash: u64,
    pub(crate) breaches: Vec<String>,
    pub(crate) log: Vec<String>,
}

/// How a run is ended or disturbed in its middle, by steps of the clock.
#[derive(Debug, Clone, Copy, Default)]
struct Disturbance {
    crash: Option<u64>,
    /// The same, counted from the first write of the run.
    crash_writing: Option<u64>,
    stop: Option<u64>,
    typing: Option<u64>,
}

/// How a run ended.
enum Outcome {
    Ended(Box<Report>),
    Failed(String),
    Crashed,
}

/// What is asked of the host.
enum Task {
    Run(Order),
    Approve(String),
}

pub(crate) struct Trial {
    dice: SmallRng,
    clock: Arc<SimClock>,
    world: Arc<World>,
    network: Network,
    disk: Disk,
    disk_fails: bool,
    app: Option<App>,
    proof: Proof,
    summary: Summary,
    /// The steps of the clock that the runs of late took.
    length: u64,
    folder: tempfile::TempDir,
}

impl Trial {
    /// Plays one seed, on a disk that may fail or on one that never does.
    pub(crate) async fn play(seed: u64, disk_fails: bool) -> Summary {
        let mut trial = Self::begin(seed).await;
        trial.disk_fails = disk_fails;
        let rounds = trial.dice.random_range(3..9);
        for _ in 0..rounds {
            trial.round().await;
            if !trial.summary.breaches.is_empty() {
                break;
            }
        }
        if trial.summary.breaches.is_empty() {
            trial.come_to_rest().await;
        }
        trial.end().await
    }

    async fn begin(seed: u64) -> Self {
        let mut dice = SmallRng::seed_from_u64(seed);
        let number = if dice.random_bool(0.8) {
            dice.random_range(3..16)
        } else {
            dice.random_range(40..90)
        };
        let memory = PathBuf::from("/dev/shm");
        let base = Some(memory).filter(|path| path.is_dir());
        let folder = tempfile::tempdir_in(base.unwrap_or_else(std::env::temp_dir)).unwrap();
        let clock = SimClock::at("2026-11-21T22:00:00Z".parse().unwrap());
        let world = Arc::new(World::begin(seed, number).await);
        let connectors = folder.path().join("connectors");
        std::fs::create_dir_all(&connectors).unwrap();
        let guard = "[guard]\nchanged-people = \"off\"";
        std::fs::write(connectors.join("demo.toml"), world.connector(guard)).unwrap();
        world.demo().access().write_secrets(folder.path()).unwrap();
        let data = folder.path().join("data");
        let network = Network::over(&world, &clock, (seed, &data)).await;
        let disk = Disk::turning_by(Arc::<SimClock>::clone(&clock) as Arc<dyn Clock>);
        let mut trial = Self {
            dice,
            clock,
            world,
            network,
            disk,
            disk_fails: true,
            app: None,
            proof: Proof::default(),
            summary: Summary::default(),
            length: 0,
            folder,
        };
        trial.open().await;
        trial
    }

    /// Starts the host on what is there.
    async fn open(&mut self) {
        let clock: Arc<dyn Clock> = Arc::<SimClock>::clone(&self.clock);
        let mut app = attune_tests::open(self.folder.path(), "data", Arc::clone(&clock))
            .await
            .unwrap();
        app.host.store.close().await;
        let data = self.folder.path().join("data");
        let opening = Store::open_on(&self.disk, &data);
        let Ended::Done(store) = drive(&self.clock, opening, &mut || false).await else {
            unreachable!("the database does not open");
        };
        app.host.store = store.unwrap();
        app.host.net = Outside::with_send(Arc::new(self.network.clone()), clock, 7);
        self.app = Some(app);
    }

    fn loaded(&self) -> Loaded {
        let entry = connector::find(&self.folder.path().join("connectors"), "demo").unwrap();
        *entry.result.unwrap()
    }

    /// Something changes, and somebody runs a sync, which may not end.
    async fn round(&mut self) {
        self.pass();
        self.change();
        self.bad_weather();
        let is_calm = self.dice.random_bool(0.2);
        if is_calm {
            self.network.calm();
            self.disk.mend();
        }
        let task = Task::Run(self.order());
        let disturbance = if is_calm {
            Disturbance::default()
        } else {
            self.disturbance()
        };
        let mut outcome = self.work(&task, disturbance).await;
        // Again and again, as a service manager would: some of these crash as well.
        while matches!(outcome, Outcome::Crashed) {
            self.pass();
            if self.dice.random_bool(0.4) {
                self.change();
            }
            let disturbance = self.disturbance();
            let again = Task::Run(self.order());
            outcome = self.work(&again, disturbance).await;
        }
        match outcome {
            Outcome::Failed(why) if is_calm => {
                self.summary
                    .breaches
                    .push(format!("failed in fine weather: {why}"));
            }
            Outcome::Ended(report) if report.state == State::Held => self.decide(&report).await,
            _ => {}
        }
        self.network.calm();
        self.disk.mend();
    }

    /// A plan is held: somebody approves it, or rejects it, or lets it lie.
    async fn decide(&mut self, report: &Report) {
        self.summary.held += 1;
        self.pass();
        if self.dice.random_bool(0.3) {
            self.change();
        }
        match self.dice.random_range(0..10) {
            0..5 => {
                let disturbance = self.disturbance();
                let task = Task::Approve(report.digest.clone());
                let _may_be_refused = self.work(&task, disturbance).await;
            }
            5..7 => {
                let store = self.app.as_ref().unwrap().host.store.clone();
                let marking = store.mark_plan(&report.digest, "rejected");
                let _may_fail = drive(&self.clock, marking, &mut || false).await;
                self.network.note("rejected");
            }
            _ => {}
        }
    }

    fn pass(&mut self) {
        let minutes = self.dice.random_range(1..90);
        self.clock.pass(Duration::from_mins(minutes));
        if self.dice.random_bool(0.05) {
            let hours = *[-1, 1].choose(&mut self.dice).unwrap();
            self.clock.jump(jiff::SignedDuration::from_hours(hours));
            self.network.note("somebody sets the date");
        }
    }

    /// The directory goes on, and somebody types something in.
    fn change(&mut self) {
        let size = self.world.size();
        for _ in 0..self.dice.random_range(0..=size.min(12)) {
            let person = self.dice.random_range(0..size);
            let attribute = self.dice.random_range(0..4);
            let says = self.dice.random_bool(0.75);
            self.world.say((person, attribute), says);
        }
        for _ in 0..self.dice.random_range(0..4) {
            self.world.type_in(&mut self.dice, false);
        }
        if self.dice.random_bool(0.2) {
            let attribute = self.dice.random_range(0..4);
            let says = self.dice.random_bool(0.3);
            self.world.say_of_all(attribute, says);
        }
        if self.dice.random_bool(0.05) {
            let person = self.dice.random_range(0..size);
            self.world.leave(person);
        }
        if self.dice.random_bool(0.1) {
            self.world.demo().graph.expire_deltas();
        }
    }

    fn bad_weather(&mut self) {
        self.network.set_weather(Weather::of(&mut self.dice));
        if self.dice.random_bool(0.3) {
            let place = *PLACES.choose(&mut self.dice).unwrap();
            let after = Duration::from_millis(self.dice.random_range(0..3000));
            let length = Duration::from_millis(self.dice.random_range(1..30_000));
            self.network.restart(place, after, length);
        }
        if self.dice.random_bool(0.15) {
            let trouble = *[Trouble::Full, Trouble::ReadOnly]
                .choose(&mut self.dice)
                .unwrap();
            let passed = self.dice.random_range(0..90);
            let times = self.dice.random_range(1..40);
            if self.disk_fails {
                self.disk.fail(trouble, passed, times);
            }
        }
    }

    fn disturbance(&mut self) -> Disturbance {
        let whole = self.length.max(50) + self.length / 10;
        let mut at = |chance: f64, most: u64| {
            let step = self.dice.random_range(1..=most);
            self.dice.random_bool(chance).then_some(step)
        };
        Disturbance {
            crash: at(0.25, whole),
            crash_writing: at(0.4, 60),
            stop: at(0.07, whole),
            typing: at(0.15, whole),
        }
    }

    fn order(&mut self) -> Order {
        match self.dice.random_range(0..20) {
            0..9 => Order::sync(Mode::Complete),
            9..14 => Order::sync(Mode::Changes),
            14..16 => Order::sync(Mode::Full),
            16..18 => Order::plan(Mode::Complete),
            _ => {
                let people = self.world.demo().graph.people(|people| {
                    let all: Vec<_> = people.iter().collect();
                    all.iter()
                        .map(|who| people.user_principal_name(*who))
                        .collect::<Vec<_>>()
                });
                match people.choose(&mut self.dice) {
                    Some(name) => Order::sync(Mode::User(name.clone())),
                    None => Order::sync(Mode::Complete),
                }
            }
        }
    }

    /// One command from start to end, or to its crash; then every write is judged.
    async fn work(&mut self, task: &Task, disturbance: Disturbance) -> Outcome {
        self.summary.runs += 1;
        self.network.note(&match task {
            Task::Run(order) => format!("{order:?} {disturbance:?}"),
            Task::Approve(digest) => format!("approve {} {disturbance:?}", digest.len()),
        });
        let loaded = self.loaded();
        let app = self.app.take().unwrap();
        let watch = Watch::default();
        let (mut steps, mut steps_writing) = (0, 0);
        let mut step = || {
            steps += 1;
            if disturbance.stop == Some(steps) {
                watch.stop.cancel();
            }
            if disturbance.typing == Some(steps) {
                self.world.type_in(&mut self.dice, true);
            }
            steps_writing += u64::from(self.network.has_written());
            disturbance.crash == Some(steps) || disturbance.crash_writing == Some(steps_writing)
        };
        let work = async {
            let done = match task {
                Task::Run(order) => sync::run(&app.host, &loaded, order, &watch).await?,
                Task::Approve(digest) => {
                    let Some(plan) = app.host.store.plan(digest).await? else {
                        return Err(sync::Error::NoSuchPlan("gone".to_owned()));
                    };
                    sync::approve(&app.host, &loaded, &plan, &watch).await?
                }
            };
            if let Some(stage) = done.stage {
                stage.finish().await;
            }
            Ok::<_, sync::Error>(done.report)
        };
        let ended = drive(&self.clock, Box::pin(work), &mut step).await;
        // The first run has far more to do than the others.
        self.length = steps.max(self.length / 2);
        let outcome = match ended {
            Ended::Done(Ok(report)) => Outcome::Ended(Box::new(report)),
            Ended::Done(Err(error)) => {
                let failure = attune_server::fault::Failure::from(error);
                Outcome::Failed(format!("{}: {}", failure.code, failure.message))
            }
            Ended::Crashed => Outcome::Crashed,
            Ended::Stuck => {
                let what = format!("it waits for ever: {:?}", self.disk);
                self.summary.breaches.push(what);
                Outcome::Failed("stuck".to_owned())
            }
        };
        self.judge(&outcome).await;
        if matches!(outcome, Outcome::Crashed) {
            self.proof.crashes += 1;
            self.summary.crashes += 1;
            self.disk.mend();
            drop(app);
            settle().await;
            self.open().await;
        } else {
            self.app = Some(app);
        }
        outcome
    }

    async fn judge(&mut self, outcome: &Outcome) {
        let applied = self.network.take_applied();
        let open = self.network.open_operations().await;
        self.network.note(&match outcome {
            Outcome::Ended(report) => format!(
                "{:?}, {} writes, {} problems",
                report.state,
                applied.len(),
                report.problems.len()
            ),
            Outcome::Failed(why) => why.clone(),
            Outcome::Crashed => format!("crashed, {} writes, {} open", applied.len(), open.len()),
        });
        let breaches = self.proof.judge(&self.world, &applied, &open);
        self.summary.breaches.extend(breaches);
        self.summary.breaches.extend(self.network.take_breaches());
        if let Outcome::Ended(report) = outcome {
            let is_quiet = matches!(report.state, State::Held | State::Planned);
            if is_quiet && !applied.is_empty() {
                let what = format!("promise 4: {:?} and {} writes", report.state, applied.len());
                self.summary.breaches.push(what);
            }
        }
        if !matches!(outcome, Outcome::Crashed) {
            self.world.came_to_an_end(false);
        }
    }

    /// Fine weather from now on: one run, and everything is as the file says; one more, and there is
    /// nothing to ask a target for.
    async fn come_to_rest(&mut self) {
        self.network.calm();
        self.disk.mend();
        self.pass();
        for mode in [Mode::Complete, Mode::Full] {
            let is_full = mode == Mode::Full;
            self.tune(Order::sync(mode)).await;
            let wrong = self.world.out_of_tune(is_full);
            self.summary.breaches.extend(wrong);
            self.world.came_to_an_end(is_full);
        }
        let open = self.network.open_operations().await;
        if !open.is_empty() {
            self.summary
                .breaches
                .push(format!("promise 1: still open: {open:?}"));
        }
        let demo = self.world.demo();
        demo.jira.reset_log();
        demo.wiki.reset_log();
        let task = Task::Run(Order::sync(Mode::Complete));
        let outcome = self.work(&task, Disturbance::default()).await;
        let demo = self.world.demo();
        let asked = demo.jira.counts().requests + demo.wiki.counts().requests;
        if asked > 0 {
            let what = format!("promise 13: {asked} requests to targets for nothing");
            self.summary.breaches.push(what);
        }
        match outcome {
            Outcome::Ended(report) if report.state == State::Nothing => {}
            Outcome::Ended(report) => {
                let what = format!("more to do: {:?} {:?}", report.state, report.problems);
                self.summary.breaches.push(what);
            }
            Outcome::Failed(why) => self.summary.breaches.push(why),
            Outcome::Crashed => {}
        }
    }

    /// Runs until nothing is held any more.
    async fn tune(&mut self, order: Order) {
        let mut task = Task::Run(order.clone());
        for _ in 0..RUNS_TO_REST {
            self.clock.pass(Duration::from_secs(1));
            match self.work(&task, Disturbance::default()).await {
                Outcome::Ended(report) if report.state == State::Held => {
                    task = Task::Approve(report.digest);
                }
                Outcome::Ended(report) if report.problems.is_empty() => return,
                Outcome::Ended(report) => {
                    let what = format!("problems in fine weather: {:?}", report.problems);
                    self.summary.breaches.push(what);
                    return;
                }
                Outcome::Failed(why) => {
                    let what = format!("failed in fine weather: {why}");
                    self.summary.breaches.push(what);
                    return;
                }
                Outcome::Crashed => {}
            }
        }
        self.summary
            .breaches
            .push("it is held again and again".to_owned());
    }

    async fn end(mut self) -> Summary {
        if let Some(app) = self.app.take() {
            app.host.store.close().await;
        }
        self.network.close().await;
        let complaints = self.world.demo().complaints();
        self.summary.breaches.extend(complaints);
        self.summary.log = self.network.log();
        self.summary.hash = hash(&self.summary.log.join("\n"));
        self.summary.disks = self.disk.met();
        self.summary.writes = self.proof.writes;
        self.summary.repeated = self.proof.repeated;
        let is_request = |line: &&String| line.contains(" #");
        self.summary.requests = self.summary.log.iter().filter(is_request).count();
        self.summary
    }
}
