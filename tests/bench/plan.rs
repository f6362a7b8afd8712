//! The first plan of a whole directory: its time, and the memory it needs.
//!
//! The stand-ins run in this process; the plan is made by a child, so that its peak memory is its
//! own. What Jira holds is answered inside the child (nothing is there yet): a stand-in's speed
//! is not what is measured. Run: `cargo bench -p attune-bench --bench plan`.

#![expect(
    clippy::cast_sign_loss,
    clippy::print_stdout,
    reason = "a benchmark prints its table, and its counts are not negative"
)]

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use attune_bench::program;
use attune_server::clock::SystemClock;
use attune_server::net::{self, Outgoing, Outside, Response, Send, Sent, Wire};
use attune_server::sync::{self, Mode, Order, Phase, Watch};
use attune_sim::demo::Demo;

/// Twelve rows: copies, constants, first-of, and steps in four plugins.
const MAPPING: &str = r#"
Department   = { from = "department", steps = ["text.trim"] }
Title        = "jobTitle"
Company      = { value = "Contoso" }
Mail         = { first = ["mail", "otherMails[0]", "userPrincipalName"] }
Office       = { use = "template.render", text = "{officeLocation} ({country})" }
Manager      = "manager.displayName"
Phone        = { from = "businessPhones[0]", steps = [{ use = "phone.format", region = "DE" }] }
Cost         = { from = "onPremisesExtensionAttributes.extensionAttribute1", steps = [{ use = "text.regex-replace", find = '^CC-(\d+)$', with = "$1" }] }
Login        = { from = "userPrincipalName", steps = ["text.lower"] }
Domain       = { from = "userPrincipalName", steps = ["text.strip-domain"] }
Country      = { from = "country", steps = [{ use = "lookup.table", table = { Germany = "DE", France = "FR" } }] }
Employee     = "employeeId"
"#;
/// Gate and target for planning (evaluating, staging, digest, guards), in seconds.
const PLAN_S: (f64, f64) = (15.0, 8.0);
/// Gate and target for peak memory, in MB.
const MEMORY_MB: (f64, f64) = (150.0, 80.0);
/// Gate for the growth of memory from a fifth of the people to all of them.
const GROWTH: f64 = 1.2;

/// What one child measured.
#[derive(Debug)]
struct Measured {
    people: u64,
    changes: u64,
    reading_s: f64,
    matching_s: f64,
    planning_s: f64,
    peak_mb: f64,
}

fn main() -> ExitCode {
    program::run(async || match program::as_child().as_deref() {
        Some([folder]) => child(Path::new(folder)).await.map(|()| true),
        Some(_) => anyhow::bail!("one folder, please"),
        None => parent(program::people()).await,
    })
}

async fn parent(people: usize) -> anyhow::Result<bool> {
    let small = measure(people / 5).await?;
    let large = measure(people).await?;
    let growth = large.peak_mb / small.peak_mb;
    println!(
        "{:<44} {:>10} {:>10} {:>8} {:>8}",
        "first plan", "measured", "", "gate", "target"
    );
    for one in [&small, &large] {
        println!(
            "{:<44} {:>8.1} s {:>8} changes; {:.1} s reading, {:.1} s matching before",
            format!("{} people x 12: plan", one.people),
            one.planning_s,
            one.changes,
            one.reading_s,
            one.matching_s
        );
        println!("{:<44} {:>7.0} MB", "  peak memory", one.peak_mb);
    }
    println!(
        "{:<44} {:>9.2}x {:>10} {GROWTH:>7}x",
        "memory, against a fifth of the people", growth, ""
    );
    println!(
        "gates at 100,000 people: plan {} s (target {} s)",
        PLAN_S.0, PLAN_S.1
    );
    println!(
        "                         memory {} MB (target {} MB)",
        MEMORY_MB.0, MEMORY_MB.1
    );
    // Few people have at least a fifth of the time; memory must be below the limit at any size.
    let share = people as f64 / 100_000.0;
    Ok(large.planning_s <= PLAN_S.0 * share.max(0.2)
        && large.peak_mb < MEMORY_MB.0
        && growth <= GROWTH)
}

async fn measure(people: usize) -> anyhow::Result<Measured> {
    let world = Demo::start(people).await?;
    let folder = tempfile::tempdir()?;
    let connectors = folder.path().join("connectors");
    std::fs::create_dir_all(&connectors)?;
    let access = world.access();
    access.write_secrets(folder.path())?;
    std::fs::write(
        connectors.join("demo.toml"),
        access.connector("id = \"demo\"", "", MAPPING),
    )?;
    let words = vec![folder.path().to_string_lossy().into_owned()];
    let numbers = program::child(&words)?;
    world.stop().await;
    let [people, changes, reading_s, matching_s, planning_s, peak_mb] = numbers.as_slice() else {
        anyhow::bail!("the child said {numbers:?}");
    };
    Ok(Measured {
        people: people.round() as u64,
        changes: changes.round() as u64,
        reading_s: *reading_s,
        matching_s: *matching_s,
        planning_s: *planning_s,
        peak_mb: *peak_mb,
    })
}

async fn child(folder: &Path) -> anyhow::Result<()> {
    let (mut app, connector) = program::open(folder).await?;
    let wire = Wire::open(&net::Options::default(), None)?;
    app.host.net = Outside::with_send(Arc::new(Empty(wire)), Arc::new(SystemClock::new()), 1);
    let order = Order::plan(Mode::Complete);
    let watch = Watch::default();
    let start = Instant::now();
    let (mut reading, mut matching) = (Duration::ZERO, Duration::ZERO);
    let mut work = std::pin::pin!(sync::run(&app.host, &connector, &order, &watch));
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    let done = loop {
        tokio::select! {
            done = &mut work => break done?,
            _ = ticks.tick() => {
                match watch.progress.read().0 {
                    Phase::Reading => reading = start.elapsed(),
                    Phase::Matching => matching = start.elapsed().saturating_sub(reading),
                    _ => {}
                }
            }
        }
    };
    let planning = start.elapsed().saturating_sub(reading + matching);
    println!(
        "{} {} {} {} {} {}",
        done.report.summary.people,
        done.report.summary.changes,
        reading.as_secs_f64(),
        matching.as_secs_f64(),
        planning.as_secs_f64(),
        program::peak_mb()?
    );
    Ok(())
}

/// The network, but for what Jira holds: nothing.
#[derive(Debug)]
struct Empty(Wire);

impl Send for Empty {
    fn send(&self, request: Outgoing) -> Sent<'_> {
        if request.url.path().ends_with("/user/properties") {
            return Box::pin(async { Ok(Response::new(200, r#"{"keys":[]}"#)) });
        }
        self.0.send(request)
    }

    fn trusting(&self, ca_file: &Path) -> Result<Arc<dyn Send>, net::Error> {
        self.0.trusting(ca_file)
    }
}
