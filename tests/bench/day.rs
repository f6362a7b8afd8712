//! A day of six connectors: 24 simulated hours with everything that goes wrong in a day.
//!
//! Three companies, each with a directory, a Jira and a Confluence, and two connectors apiece that write
//! different fields of the same accounts. The directories change every quarter of an hour; changes are
//! synced every hour, everybody once in the night, and one connector looks at everything. Meanwhile the
//! first company's Jira throttles, the second one's is in maintenance for an hour, the third one's
//! directory is down for two, its tokens expire, and the host ends in the middle of a run. At midnight
//! all targets have to be as the directories say.
//!
//! The clock is simulated: waits cost no time. Requests go over loopback. The peak of memory is the
//! whole process with its stand-ins. Run: `cargo bench -p attune-bench --bench day` (`-- --quick` for
//! 600 people in each directory instead of 20,000).

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its table"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use attune_core::plan::State;
use attune_server::app::App;
use attune_server::clock::{Clock, TestClock};
use attune_server::connector;
use attune_server::fault::Failure;
use attune_server::sync::{self, Mode, Order, Watch};
use attune_sim::demo::{self, Demo};
use attune_sim::faults::{Fault, RetryAfter};
use attune_sim::people::{People, Who};
use attune_sim::{Setup, confluence, graph, jira};

/// One in so many people changes every quarter of an hour.
const SHARE: usize = 200;
/// Quarters of an hour in a day.
const QUARTERS: usize = 96;
const QUARTER: Duration = Duration::from_mins(15);
/// A run that has not ended by then is dropped with its host.
const CUT_AFTER: Duration = Duration::from_millis(400);

/// What a connector's runs came to.
#[derive(Default)]
struct Line {
    runs: u64,
    failed: BTreeMap<String, u64>,
    written: u64,
}

struct Day {
    companies: Vec<Demo>,
    folder: tempfile::TempDir,
    clock: Arc<TestClock>,
    app: Option<App>,
    lines: BTreeMap<String, Line>,
    began: Duration,
    serial: usize,
}

fn main() -> ExitCode {
    attune_wasm::heap::settle();
    let is_quick = std::env::args().any(|arg| arg == "--quick");
    let people = if is_quick { 600 } else { 20_000 };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return ExitCode::FAILURE;
    };
    match runtime.block_on(Box::pin(live(people))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn live(people: usize) -> anyhow::Result<()> {
    let started = Instant::now();
    let mut day = Day::begin(people).await?;
    for name in names() {
        day.run(&name, Mode::Complete).await?;
    }
    // The first run has filled everything; the day that is counted begins now.
    for company in &day.companies {
        company.graph.reset_log();
        company.jira.reset_log();
        company.wiki.reset_log();
    }
    let filled = started.elapsed();
    day.began = day.clock.uptime();
    for quarter in 0..QUARTERS {
        day.quarter(quarter).await?;
    }
    day.clear();
    for name in names() {
        day.run(&name, Mode::Complete).await?;
    }
    let wrong = day.out_of_tune();
    day.print(people, (filled, started.elapsed()));
    let first = wrong.first().cloned().unwrap_or_default();
    anyhow::ensure!(
        wrong.is_empty(),
        "{} fields are wrong: {first}",
        wrong.len()
    );
    Ok(())
}

/// Two connectors for each company.
fn names() -> Vec<String> {
    let of = |company: usize| ["a", "b"].map(|part| format!("company{company}{part}"));
    (0..3).flat_map(of).collect()
}

impl Day {
    async fn begin(people: usize) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let connectors = folder.path().join("connectors");
        std::fs::create_dir_all(&connectors)?;
        let mut companies = Vec::new();
        for number in 0..3 {
            let company = company(number, people).await?;
            company.access().write_secrets(folder.path())?;
            for (part, text) in connector_texts(&company, number) {
                let path = connectors.join(format!("company{number}{part}.toml"));
                std::fs::write(path, text)?;
            }
            companies.push(company);
        }
        let clock = TestClock::skipping("2026-11-21T00:00:00Z".parse()?);
        let app = open(folder.path(), &clock).await?;
        Ok(Self {
            companies,
            folder,
            began: Duration::ZERO,
            clock,
            app: Some(app),
            lines: BTreeMap::new(),
            serial: 0,
        })
    }

    /// Changes, what goes wrong, and what is due.
    async fn quarter(&mut self, quarter: usize) -> anyhow::Result<()> {
        let due = self.began + QUARTER * u32::try_from(quarter)?;
        let now = self.clock.uptime();
        self.clock.advance(due.saturating_sub(now));
        self.change(quarter);
        self.trouble(quarter).await?;
        if !quarter.is_multiple_of(4) {
            return Ok(());
        }
        let hour = quarter / 4;
        for (number, name) in names().into_iter().enumerate() {
            let mode = match hour {
                2 => Mode::Complete,
                4 if number == 0 => Mode::Full,
                _ => Mode::Changes,
            };
            if hour == 16 && number == 2 {
                self.cut(&name).await?;
            }
            self.run(&name, mode).await?;
        }
        Ok(())
    }

    fn change(&mut self, quarter: usize) {
        self.serial += 1;
        let serial = self.serial;
        for company in &self.companies {
            company.graph.people(|people| {
                let who: Vec<Who> = people.iter().skip(quarter).step_by(SHARE).collect();
                for (place, who) in who.into_iter().enumerate() {
                    let member = ["department", "city", "jobTitle"].get(place % 3);
                    let member = member.copied().unwrap_or("city");
                    people.set(who, member, format!("{member} {serial}"));
                }
            });
        }
    }

    /// What goes wrong at this time of the day, and what is well again.
    async fn trouble(&mut self, quarter: usize) -> anyhow::Result<()> {
        let [first, second, third] = self.companies.as_slice() else {
            anyhow::bail!("there are three companies");
        };
        match quarter {
            0 => {
                let throttled = || Fault::throttle(RetryAfter::Seconds(2)).chance(0.02);
                first.jira.inject(throttled());
                first.graph.inject(throttled());
                first
                    .jira
                    .inject(Fault::fail_after_write().on("PUT", "").chance(0.01));
            }
            // Hours 9 and 10.
            36 => third.graph.pause().await,
            44 => third.graph.resume()?,
            // Hour 13.
            52 => {
                let down = Fault::unavailable(RetryAfter::Seconds(3600)).chance(1.0);
                second.jira.inject(down);
            }
            56 => second.jira.clear_faults(),
            // Hour 18.
            72 => third.graph.expire_deltas(),
            _ => {}
        }
        Ok(())
    }

    fn clear(&self) {
        for company in &self.companies {
            company.graph.clear_faults();
            company.jira.clear_faults();
            company.wiki.clear_faults();
        }
    }

    /// The host ends in the middle of a run and starts again.
    async fn cut(&mut self, name: &str) -> anyhow::Result<()> {
        let Some(app) = self.app.take() else {
            anyhow::bail!("there is no host");
        };
        let loaded = loaded(self.folder.path(), name)?;
        let order = Order::sync(Mode::Full);
        let watch = Watch::default();
        let run = sync::run(&app.host, &loaded, &order, &watch);
        let _may_have_ended = tokio::time::timeout(CUT_AFTER, Box::pin(run)).await;
        drop(app);
        self.app = Some(open(self.folder.path(), &self.clock).await?);
        Ok(())
    }

    async fn run(&mut self, name: &str, mode: Mode) -> anyhow::Result<()> {
        self.clock.advance(Duration::from_secs(1));
        let Some(app) = &self.app else {
            anyhow::bail!("there is no host");
        };
        let loaded = loaded(self.folder.path(), name)?;
        let order = Order::sync(mode);
        let watch = Watch::default();
        let outcome = Box::pin(sync::run(&app.host, &loaded, &order, &watch)).await;
        let line = self.lines.entry(name.to_owned()).or_default();
        line.runs += 1;
        match outcome {
            Ok(done) => {
                let report = done.report;
                line.written += report.summary.written;
                let target = report.targets.values().find_map(|t| t.error.clone());
                if let Some(problem) = target {
                    *line.failed.entry(problem.code).or_default() += 1;
                }
                if let Some(stage) = done.stage {
                    stage.finish().await;
                }
                let is_held = report.state == State::Held;
                anyhow::ensure!(!is_held, "{name} is held: {:?}", report.guards);
            }
            Err(error) => {
                let code = Failure::from(error).code;
                *line.failed.entry(code).or_default() += 1;
            }
        }
        Ok(())
    }

    fn out_of_tune(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (number, company) in self.companies.iter().enumerate() {
            let everybody: Vec<Who> = company.graph.people(|people| people.iter().collect());
            for who in everybody {
                let says = |member: &str| {
                    let text = company.graph.people(|people| people.text(who, member));
                    text.filter(|text| !text.is_empty())
                };
                let name = company
                    .graph
                    .people(|people| people.user_principal_name(who));
                let jira = company
                    .jira
                    .accounts(|all| all.by_name(&name).map(|a| a.key.clone()));
                let wiki = company
                    .wiki
                    .accounts(|all| all.by_name(&name).map(|a| a.key.clone()));
                let (jira, wiki) = (jira.unwrap_or_default(), wiki.unwrap_or_default());
                let property = |field: &str| {
                    let value = company.jira.property(&jira, field)?;
                    value.as_str().map(str::to_owned)
                };
                let cells = [
                    ("Department", property("Department"), says("department")),
                    ("City", property("City"), says("city")),
                    ("Title", property("Title"), says("jobTitle")),
                    (
                        "position",
                        company.wiki.value(&wiki, confluence::Field::Position),
                        says("jobTitle"),
                    ),
                ];
                for (field, is, shall) in cells {
                    if shall.is_some() && is != shall {
                        let line =
                            format!("company {number}, {name}, {field}: {is:?}, not {shall:?}");
                        wrong.push(line);
                    }
                }
            }
        }
        wrong
    }

    fn print(&self, people: usize, (filled, whole): (Duration, Duration)) {
        println!("6 connectors over 3 directories of {people} people, 24 simulated hours");
        println!(
            "{:<12} {:>10} {:>10} {:>10}",
            "site", "requests", "throttled", "written"
        );
        for (number, company) in self.companies.iter().enumerate() {
            for (name, counts) in [
                ("graph", company.graph.counts()),
                ("jira", company.jira.counts()),
                ("wiki", company.wiki.counts()),
            ] {
                let throttled = counts.status(429) + counts.status(503);
                println!(
                    "{:<12} {:>10} {:>10} {:>10}",
                    format!("{name} {number}"),
                    counts.requests,
                    throttled,
                    counts.applied
                );
            }
        }
        println!(
            "{:<12} {:>10} {:>10} failed",
            "connector", "runs", "written"
        );
        for (name, line) in &self.lines {
            let failed: Vec<String> = line
                .failed
                .iter()
                .map(|(c, n)| format!("{n} {c}"))
                .collect();
            let failed = failed.join(", ");
            println!("{name:<12} {:>10} {:>10} {failed}", line.runs, line.written);
        }
        println!(
            "peak memory {} MB with the stand-ins; {:.0} s to fill, {:.0} s in all",
            peak_mb(),
            filled.as_secs_f64(),
            whole.as_secs_f64()
        );
    }
}

/// A directory of invented people with an account for each at both products.
async fn company(number: u64, people: usize) -> anyhow::Result<Demo> {
    let people = People::generate(demo::SEED + number, people);
    let setup = Setup {
        log_max: 0,
        seed: number + 1,
        ..Setup::default()
    };
    let site = jira::Options {
        setup: setup.clone(),
        ..jira::Options::of(demo::account_for_each(&people))
    };
    let wiki = confluence::Options {
        setup: setup.clone(),
        ..confluence::Options::of(demo::profile_for_each(&people))
    };
    let directory = graph::Options {
        setup,
        ..graph::Options::of(people)
    };
    Ok(Demo::of_three(directory, site, wiki).await?)
}

/// One for department and city, one for the title at both products.
fn connector_texts(company: &Demo, number: u64) -> [(&'static str, String); 2] {
    let access = company.access();
    let guard = "[guard]\nchanged-people = \"off\"\none-value-takes-over = \"off\"";
    let source = |part: &str| access.source(&format!("id = \"company{number}{part}\""), guard);
    let jira = access.target("jira", &access.jira_url);
    let wiki = access.wiki_target("wiki");
    let first = "[target.jira.map]\nDepartment = \"department\"\nCity = \"city\"\n";
    let second = "[target.jira.map]\nTitle = \"jobTitle\"\n";
    let third = "[target.wiki.map]\nposition = \"jobTitle\"\n";
    [
        ("a", format!("{}{jira}\n{first}", source("a"))),
        (
            "b",
            format!("{}{jira}\n{second}\n{wiki}\n{third}", source("b")),
        ),
    ]
}

async fn open(folder: &Path, clock: &Arc<TestClock>) -> anyhow::Result<App> {
    let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(clock);
    attune_tests::open(folder, "data", clock).await
}

fn loaded(folder: &Path, name: &str) -> anyhow::Result<connector::Loaded> {
    let entry = connector::find(&folder.join("connectors"), name);
    let entry = entry.map_err(|mistake| anyhow::anyhow!("{mistake}"))?;
    let loaded = entry
        .result
        .map_err(|mistakes| anyhow::anyhow!("{mistakes:?}"))?;
    Ok(*loaded)
}

/// The most memory that this process ever held.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kb.unwrap_or_default() / 1024
}
