//! The binary `attune`: settings, one command, an exit code.

use std::io::Write as _;
use std::process::ExitCode;

use attune_server::cli;
use clap::Parser as _;

fn main() -> ExitCode {
    attune_wasm::heap::settle();
    let args = cli::args::Cli::parse();
    // The one place that reads the environment.
    let env = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    // Those that are no text were refused while they were parsed.
    let words = std::env::args_os().filter_map(|word| word.into_string().ok());
    let words = words.collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => {
            let code = runtime.block_on(Box::pin(cli::run(args, words, env)));
            // What did not come to an end in its time is not waited for: a request that nobody
            // answers would keep the process, and the next start goes on with it.
            runtime.shutdown_background();
            code
        }
        Err(error) => {
            // Nothing of ours runs yet that could print it better.
            let _unheard = writeln!(std::io::stderr(), "cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}
