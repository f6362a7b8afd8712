//! What a run costs where nothing or 1 % of the people changed: complete against changes only.
//!
//! Everybody is in the stand-in of Graph and has an account in that of Jira. Each run is a process of its
//! own, so that processor time and peak memory are Attune's alone. What is counted are requests and bytes,
//! which are the same on every machine; times are printed for orientation. It fails where a run asks the
//! target for anything although nothing changed, or writes anything but the changes.
//! Run: `cargo bench --package attune-server --package attune-bench --bench changes` (`-- --quick` for
//! a tenth of the people).

#![expect(
    clippy::print_stdout,
    clippy::cast_sign_loss,
    reason = "a benchmark prints its table, and its counts are not negative"
)]

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use attune_bench::program;
use attune_core::plan::{How, State};
use attune_server::sync::{self, Mode, Order, Watch};
use attune_sim::demo::{self, Demo};
use attune_sim::people::People;
use attune_sim::{graph, jira};

/// Rows of every kind, and one that follows a relation.
const MAPPING: &str = r#"
Department = { from = "department", steps = ["text.trim"] }
Title      = "jobTitle"
City       = "city"
Office     = { use = "template.render", text = "{officeLocation} ({country})" }
Manager    = "manager.displayName"
"#;
/// One in so many changes.
const SHARE: usize = 100;

/// What one run cost.
struct Cost {
    name: &'static str,
    source_requests: u64,
    source_bytes: u64,
    target_requests: u64,
    people: u64,
    written: u64,
    took_s: f64,
    cpu_s: f64,
    peak_mb: f64,
}

fn main() -> ExitCode {
    program::run(async || match program::as_child().as_deref() {
        Some([folder, word]) => child(Path::new(folder), word).await.map(|()| true),
        Some(_) => anyhow::bail!("a folder and a word, please"),
        None => measure(program::people()).await,
    })
}

async fn measure(people: usize) -> anyhow::Result<bool> {
    let everybody = People::generate(demo::SEED, people);
    let accounts = demo::account_for_each(&everybody);
    let world = Demo::of(graph::Options::of(everybody), jira::Options::of(accounts)).await?;
    let folder = tempfile::tempdir()?;
    let connectors = folder.path().join("connectors");
    std::fs::create_dir_all(&connectors)?;
    let access = world.access();
    access.write_secrets(folder.path())?;
    let text = access.connector("id = \"demo\"", "", MAPPING);
    std::fs::write(connectors.join("demo.toml"), text)?;
    let mut costs = vec![cost(
        &world,
        folder.path(),
        ("first run, complete", "complete"),
    )?];
    let changed = people.div_ceil(SHARE) as u64;
    for (round, name, word) in [
        (1, "1 % changed, complete", "complete"),
        (2, "1 % changed, changes only", "changes"),
    ] {
        world.graph.people(|all| {
            let places: Vec<_> = all.iter().step_by(SHARE).collect();
            for who in places {
                all.set(who, "city", format!("Town {round}"));
            }
        });
        let cost = cost(&world, folder.path(), (name, word))?;
        let written = cost.written;
        anyhow::ensure!(
            written == changed,
            "{name}: {written} written, {changed} changed"
        );
        costs.push(cost);
    }
    for (name, word) in [
        ("nothing changed, complete", "complete"),
        ("nothing changed, changes only", "changes"),
    ] {
        let cost = cost(&world, folder.path(), (name, word))?;
        let requests = cost.target_requests;
        anyhow::ensure!(requests == 0, "{name}: {requests} requests to the target");
        costs.push(cost);
    }
    print(people, &costs);
    Ok(true)
}

fn cost(world: &Demo, folder: &Path, (name, word): (&'static str, &str)) -> anyhow::Result<Cost> {
    world.jira.reset_log();
    world.jira.reset_writes();
    world.graph.reset_log();
    let words = vec![folder.to_string_lossy().into_owned(), word.to_owned()];
    let numbers = program::child(&words)?;
    let [requests, bytes, looked_at, written, took_s, cpu_s, peak_mb] = numbers.as_slice() else {
        anyhow::bail!("{name}: the child said {numbers:?}");
    };
    Ok(Cost {
        name,
        source_requests: *requests as u64,
        source_bytes: *bytes as u64,
        target_requests: world.jira.counts().requests,
        people: *looked_at as u64,
        written: *written as u64,
        took_s: *took_s,
        cpu_s: *cpu_s,
        peak_mb: *peak_mb,
    })
}

/// One run, in a process of its own; prints what it cost.
async fn child(folder: &Path, word: &str) -> anyhow::Result<()> {
    let mode = match word {
        "changes" => Mode::Changes,
        _ => Mode::Complete,
    };
    let (app, connector) = program::open(folder).await?;
    let start = Instant::now();
    let order = Order::sync(mode.clone());
    let done = sync::run(&app.host, &connector, &order, &Watch::default()).await?;
    let took = start.elapsed();
    let report = &done.report;
    anyhow::ensure!(
        matches!(report.state, State::Applied | State::Nothing),
        "{:?} {:?}",
        report.state,
        report.guards
    );
    let source = report.source.as_ref();
    let source = source.ok_or_else(|| anyhow::anyhow!("nothing was read"))?;
    let is_as_asked = (mode == Mode::Changes) == (source.read == How::Changes);
    anyhow::ensure!(is_as_asked, "{source:?}");
    println!(
        "{} {} {} {} {} {} {}",
        source.requests,
        source.bytes,
        report.summary.people,
        report.summary.written,
        took.as_secs_f64(),
        program::cpu_seconds()?,
        program::peak_mb()?
    );
    if let Some(stage) = done.stage {
        stage.finish().await;
    }
    app.close().await;
    Ok(())
}

fn print(people: usize, costs: &[Cost]) {
    println!("{people} people in Graph, each with an account in Jira; 1 in {SHARE} changes");
    let head = |cells: [&str; 9]| {
        let [name, rest @ ..] = cells;
        let rest: Vec<String> = rest.iter().map(|cell| format!("{cell:>10}")).collect();
        println!("{name:<30} {}", rest.join(" "));
    };
    head([
        "",
        "source",
        "source",
        "looked at",
        "target",
        "written",
        "time",
        "processor",
        "peak",
    ]);
    head([
        "", "requests", "bytes", "people", "requests", "values", "s", "s", "MB",
    ]);
    for cost in costs {
        println!(
            "{:<30} {:>10} {:>10} {:>10} {:>10} {:>10} {:>10.1} {:>10.1} {:>10.0}",
            cost.name,
            cost.source_requests,
            cost.source_bytes,
            cost.people,
            cost.target_requests,
            cost.written,
            cost.took_s,
            cost.cpu_s,
            cost.peak_mb
        );
    }
}
