//! The binary `attune`: settings, one command, an exit code.

use std::process::ExitCode;

use attune_server::cli;
use clap::Parser as _;

fn main() -> ExitCode {
    attune_wasm::heap::settle();
    let args = cli::args::Cli::parse();
    // The one place that reads the environment.
    let env = std::env::vars().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(Box::pin(cli::run(args, env))),
        Err(_) => ExitCode::FAILURE,
    }
}
