//! `cargo xtask bench`: what the server can do, measured on data as large as a marketplace's.
//!
//! `load` makes the data, the same on every machine. Nothing in it comes from the product: rows go straight into the
//! tables, whose constraints then say whether they are as the product would have made them.

mod cities;
mod copy;
mod data;
mod dice;
mod files;
mod load;
mod run;
mod stamp;
mod words;

use anyhow::Result;
use clap::Subcommand;

use crate::db::Choice;

/// What can be typed after `cargo xtask bench`.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Fill a database with people, listings, threads and offers, and write the files that load generators need
    Load(load::Options),
    /// Measure the release server on that data, each operation beside what the database alone does
    #[command(after_help = "\
Examples:
  cargo xtask bench run                              all operations at scale 1, some eight minutes
  cargo xtask bench run --scale 10 --publish         at scale 10, into docs/PERFORMANCE.md
  cargo xtask bench run --endpoints feed,nearby --seconds 10")]
    Run(run::Options),
}

/// Does it.
pub(crate) fn run(choice: Option<Choice>, action: &Action) -> Result<()> {
    match action {
        Action::Load(options) => load::run(choice, options),
        Action::Run(options) => run::run(choice, options),
    }
}
