//! How a benchmark begins, and what one that is a process of its own works with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use attune_server::app::App;
use attune_server::connector::{self, Loaded};
use attune_server::settings::{self, Overrides};
use attune_server::telemetry::process;

/// How many people, unless `--quick` is said.
const PEOPLE: usize = 100_000;

/// Runs a whole benchmark; false where a gate was missed.
pub fn run(measure: impl AsyncFnOnce() -> anyhow::Result<bool>) -> ExitCode {
    attune_wasm::heap::settle();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return ExitCode::FAILURE;
    };
    match runtime.block_on(Box::pin(measure())) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// 100,000, or a tenth of it with `--quick`.
pub fn people() -> usize {
    let is_quick = std::env::args().any(|arg| arg == "--quick");
    if is_quick { PEOPLE / 10 } else { PEOPLE }
}

/// The words behind `--child`, in the process that [`child`] began.
pub fn as_child() -> Option<Vec<String>> {
    let mut args = std::env::args().skip_while(|arg| arg != "--child");
    args.next()?;
    Some(args.collect())
}

/// Runs this program once more, with these words, and gives the numbers that it printed: what it
/// needs is its own.
pub fn child(words: &[String]) -> anyhow::Result<Vec<f64>> {
    let run = || {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--child").args(words).output()
    };
    let output = tokio::task::block_in_place(run)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Option<Vec<f64>> = text.split_whitespace().map(|w| w.parse().ok()).collect();
    match numbers {
        Some(numbers) if !numbers.is_empty() => Ok(numbers),
        _ => anyhow::bail!(
            "it said {text:?} {}",
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}

/// A host in a folder with `connectors/demo.toml`, and that connector.
pub async fn open(folder: &Path) -> anyhow::Result<(App, Loaded)> {
    let text = |name: &str| Some(folder.join(name).to_string_lossy().into_owned());
    let flags = Overrides {
        data_dir: text("data"),
        connectors_dir: text("connectors"),
        ..Overrides::default()
    };
    let loaded = settings::load(None, &BTreeMap::new(), flags)
        .map_err(|mistakes| anyhow::anyhow!("{mistakes:?}"))?;
    let app = App::open(loaded.settings, BTreeMap::new()).await?;
    let folder: PathBuf = folder.join("connectors");
    let entry = connector::find(&folder, "demo").map_err(|mistake| anyhow::anyhow!("{mistake}"))?;
    let connector = entry
        .result
        .map_err(|mistakes| anyhow::anyhow!("{mistakes:?}"))?;
    Ok((app, *connector))
}

/// The most memory that this process has had (`VmHWM`), in MB.
pub fn peak_mb() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.map(|kib| kib / 1024.0)
        .ok_or_else(|| anyhow::anyhow!("no VmHWM in /proc/self/status"))
}

/// Seconds of processor time that this process has had.
pub fn cpu_seconds() -> anyhow::Result<f64> {
    let process = process::read().ok_or_else(|| anyhow::anyhow!("no /proc"))?;
    Ok(process.cpu_seconds)
}
