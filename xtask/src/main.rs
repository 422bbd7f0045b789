//! `cargo xtask`: the development loop of Souk Loop, from a bare machine to a running marketplace.
//!
//! Nothing of the product lives here, and the product never depends on it. It stays light (no diesel, no
//! axum, no async runtime), because it is the first thing a newcomer waits for.

mod arch;
mod bench;
mod cache;
mod ci;
mod cli;
mod db;
mod dev;
mod http;
mod migrate;
mod process;
mod readme;
mod schema;
mod server;
mod settings;
mod souk;
mod test;
mod tidy;
mod tools;
mod ui;
mod workspace;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let outcome = process::watch_signals().and_then(|()| cli::run(cli));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if process::interrupted() => {
            ui::note(&format!("stopped ({error:#})"));
            ExitCode::from(130)
        }
        Err(error) => {
            ui::failure(&error);
            ExitCode::FAILURE
        }
    }
}
