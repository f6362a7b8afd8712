//! What hot swapping costs: saved file to running build, rollback, the comparison over everybody, and
//! what pinning a state costs a run.
//!
//! A whole service watches real folders. Times, not ratios: nothing comparable stands beside it.
//! Run: `cargo bench --package attune-server --package attune-bench --bench swap` (`-- --quick` for a
//! tenth of the people).

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use attune_bench::{SAVED, program, saved, version};
use attune_core::compare::Limits;
use attune_server::settings::SwapPolicy;
use attune_server::sync::{self, Mode, Side, Watch};
use attune_tests::TestApp;
use attune_tests::service::{TestService, digest};
use attune_wasm::registry::{Build, Source};

const ROUNDS: usize = 9;
/// Swaps after which the memory is looked at.
const SWAPS: usize = 200;
const PINS: u32 = 1_000_000;
/// One that everybody's values go through.
const USED: &str = "text";
const MAPPING: &str = "Department = { from = \"department\", steps = [\"text.trim\"] }\n\
                       Title = { from = \"jobTitle\", steps = [\"text.trim\"] }\n\
                       City = { from = \"city\", steps = [\"text.upper\"] }";

fn main() -> ExitCode {
    program::run(async || measure(program::people()).await.map(|()| true))
}

async fn measure(people: usize) -> anyhow::Result<()> {
    let app = TestApp::tidy(people).await?;
    app.maps(MAPPING)?;
    let service = app
        .serve_with(|options| {
            options.overrides = vec![SAVED.to_owned(), USED.to_owned()];
            options.swap.policy = SwapPolicy::Guarded;
        })
        .await?;
    alone(&service).await?;
    in_use(&service, people).await?;
    service.stop().await;
    Ok(())
}

/// A plugin that nobody uses.
async fn alone(service: &TestService) -> anyhow::Result<()> {
    let wasm = saved();
    println!(
        "{SAVED}, {} bytes, nobody uses it; median of {ROUNDS} rounds",
        wasm.len()
    );
    let mut times: [Vec<Duration>; 3] = Default::default();
    for round in 1..=ROUNDS {
        let [first, cached, back] = &mut times;
        let new = version(wasm, round);
        first.push(swap(service, SAVED, &new).await?);
        swap(service, SAVED, &version(wasm, ROUNDS + round)).await?;
        cached.push(swap(service, SAVED, &new).await?);
        let begun = Instant::now();
        let answer = service
            .service
            .roll_back(SAVED, "a round of the benchmark")
            .await;
        back.push(begun.elapsed());
        answer.map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
    }
    for (what, times) in ["never seen before", "compiled before", "rollback"]
        .iter()
        .zip(&mut times)
    {
        times.sort();
        let middle = times.get(ROUNDS / 2).copied().unwrap_or_default();
        println!("  {what:<28} {:>9.2} ms", middle.as_secs_f64() * 1e3);
    }
    let before = resident_mib()?;
    for number in 0..SWAPS {
        swap(service, SAVED, &version(wasm, 10_000 + number)).await?;
    }
    println!(
        "  memory before and after {SWAPS} swaps: {before} MiB, {} MiB",
        resident_mib()?
    );

    let begun = Instant::now();
    for _ in 0..PINS {
        black_box(service.service.pin());
    }
    let pin = begun.elapsed() / PINS;
    println!("  a run pins what it uses in {} ns", pin.as_nanos());
    Ok(())
}

/// A plugin that everybody's values go through.
async fn in_use(service: &TestService, people: usize) -> anyhow::Result<()> {
    let begun = Instant::now();
    service.sync(Mode::Complete).await?;
    println!(
        "\n{people} people, first sync {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    let rebuilt = version(bytes_of(USED)?, 1);
    let (host, state) = service.service.pin();
    let loaded = state.connector("demo");
    let loaded = loaded.ok_or_else(|| anyhow::anyhow!("demo does not run"))?;
    let build = Build::of_bytes(USED, Source::Kept, rebuilt.clone());
    let plugin = build.load(host.plugins.engine())?;
    let plugins = host.plugins.with(&build, plugin);
    let side = |plugins| Side { loaded, plugins };
    let begun = Instant::now();
    let (old, new) = (side(&host.plugins), side(&plugins));
    let tried = sync::shadow(&host, old, new, &Limits::default(), &Watch::default()).await?;
    println!(
        "  old and new build compared, new plan staged: {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    let times = tried.report.microseconds;
    println!("  a person takes {times:?} us of it");
    anyhow::ensure!(tried.report.is_quiet(), "the same code answers the same");
    let taken = swap(service, USED, &rebuilt).await?;
    println!(
        "  saved until it runs, everybody compared: {:.1} s",
        taken.as_secs_f64()
    );
    Ok(())
}

/// From saving the file until new runs use it.
async fn swap(service: &TestService, id: &str, bytes: &[u8]) -> anyhow::Result<Duration> {
    let digest = digest(bytes);
    let begun = Instant::now();
    service.save(id, bytes)?;
    while service.running(id).as_deref() != Some(digest.as_str()) {
        anyhow::ensure!(
            begun.elapsed() < Duration::from_mins(5),
            "{id} does not come into use"
        );
        tokio::time::sleep(Duration::from_micros(500)).await;
    }
    Ok(begun.elapsed())
}

fn bytes_of(id: &str) -> anyhow::Result<&'static [u8]> {
    let found = attune_bundled::find(id);
    Ok(found.ok_or_else(|| anyhow::anyhow!("no plugin {id}"))?.wasm)
}

fn resident_mib() -> anyhow::Result<u64> {
    let text = std::fs::read_to_string("/proc/self/statm")?;
    let pages = text
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<u64>().ok());
    Ok(pages.unwrap_or_default() * 4 / 1024)
}
