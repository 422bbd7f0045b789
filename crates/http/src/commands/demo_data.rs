//! `souk demo-data`: a marketplace to try things on.

use clap::Args;
use souk_demo::Progress;
use souk_http::config::{DatabaseArgs, TokensArgs};
use souk_ports::Clock;
use souk_system_adapter::SystemClock;

use super::{Failure, compose};

/// The arguments of `souk demo-data`: those of the server whose marketplace is filled that matter here. Its
/// secret is one of them, because public locations follow from it.
#[derive(Args)]
pub(crate) struct DemoDataCommand {
    #[command(flatten)]
    tokens: TokensArgs,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Loads what is not there yet, and prints what was done and who can log in.
pub(crate) async fn run(command: DemoDataCommand) -> Result<(), Failure> {
    let ports = compose::demo(&command.database.resolve()?, &command.tokens.resolve()?)?;
    let mut progress = |progress| match progress {
        Progress::People(done, all) => tracing::debug!(done, all, "people"),
        Progress::Listings(done, all) => tracing::debug!(done, all, "listings"),
    };
    let summary = souk_demo::load(&ports, SystemClock.now(), &mut progress).await?;
    say!("{}", summary.to_string().trim_end());
    Ok(())
}
