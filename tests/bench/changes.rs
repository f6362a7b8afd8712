//! What a run costs where 1 % of the people changed: complete against changes only.
//!
//! Everybody is in the stand-in of Graph and has an account in that of Jira. What is counted are
//! requests and bytes, which are the same on every machine; times are printed for orientation.
//! Run: `cargo bench -p attune-bench --bench changes` (`-- --quick` for a tenth of the people).

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its table"
)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use attune_core::plan::{How, State};
use attune_server::sync::Mode;
use attune_tests::TestApp;

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
    took: Duration,
}

fn main() -> ExitCode {
    attune_wasm::heap::settle();
    let people = if std::env::args().any(|arg| arg == "--quick") {
        10_000
    } else {
        100_000
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return ExitCode::FAILURE;
    };
    match runtime.block_on(Box::pin(measure(people))) {
        Ok(costs) => {
            print(people, &costs);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(people: usize) -> anyhow::Result<Vec<Cost>> {
    let app = TestApp::tidy(people).await?;
    app.maps(MAPPING)?;
    let mut costs = vec![cost(&app, "first run, complete", Mode::Complete).await?];
    for (round, name, mode) in [
        (1, "1 % changed, complete", Mode::Complete),
        (2, "1 % changed, changes only", Mode::Changes),
    ] {
        for place in (0..people).step_by(SHARE) {
            app.set(app_who(&app, place), "city", &format!("Town {round}"));
        }
        costs.push(cost(&app, name, mode).await?);
    }
    for (name, mode) in [
        ("nothing changed, complete", Mode::Complete),
        ("nothing changed, changes only", Mode::Changes),
    ] {
        costs.push(cost(&app, name, mode).await?);
    }
    let rest = app.plan(Mode::Complete).await?;
    anyhow::ensure!(rest.changes.is_empty(), "changes were missed");
    Ok(costs)
}

/// The person at a place, without walking to it.
fn app_who(app: &TestApp, place: usize) -> attune_sim::people::Who {
    let found = app.world.graph.people(|people| people.from(place).next());
    found.unwrap_or_else(|| app.who(0))
}

async fn cost(app: &TestApp, name: &'static str, mode: Mode) -> anyhow::Result<Cost> {
    app.forget();
    let wanted = mode.clone();
    let start = Instant::now();
    let ran = app.sync(mode).await?;
    let took = start.elapsed();
    let report = ran.report;
    anyhow::ensure!(
        matches!(report.state, State::Applied | State::Nothing),
        "{name}: {:?} {:?}",
        report.state,
        report.guards
    );
    let source = report.source.as_ref();
    let source = source.ok_or_else(|| anyhow::anyhow!("nothing was read"))?;
    let is_as_asked = (wanted == Mode::Changes) == (source.read == How::Changes);
    anyhow::ensure!(is_as_asked, "{name}: {source:?}");
    Ok(Cost {
        name,
        source_requests: source.requests,
        source_bytes: source.bytes,
        target_requests: app.world.jira.counts().requests,
        people: report.summary.people,
        written: report.summary.written,
        took,
    })
}

fn print(people: usize, costs: &[Cost]) {
    println!("{people} people in Graph, each with an account in Jira; 1 in {SHARE} changes");
    println!(
        "{:<32} {:>9} {:>12} {:>9} {:>9} {:>9} {:>9}",
        "", "source", "source", "looked at", "target", "written", "time"
    );
    println!(
        "{:<32} {:>9} {:>12} {:>9} {:>9} {:>9} {:>9}",
        "", "requests", "bytes", "people", "requests", "values", "s"
    );
    for cost in costs {
        println!(
            "{:<32} {:>9} {:>12} {:>9} {:>9} {:>9} {:>9.1}",
            cost.name,
            cost.source_requests,
            cost.source_bytes,
            cost.people,
            cost.target_requests,
            cost.written,
            cost.took.as_secs_f64()
        );
    }
}
