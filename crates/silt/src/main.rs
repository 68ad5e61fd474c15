//! Silt: registry of mine tailings, abandoned mines and marine sand. The command line.

mod cli;
mod cli_hotspots;
mod cli_sand;
mod commands;
mod output;

use std::process::ExitCode;

use clap::Parser;

use cli::Cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(&cli) {
        Ok(outcome) => outcome.exit_code(),
        Err(error) => {
            output::error(&error);
            ExitCode::from(1)
        }
    }
}
