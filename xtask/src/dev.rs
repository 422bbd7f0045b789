//! `cargo xtask dev`: from nothing to a marketplace that answers.
//!
//! The database is found or made while cargo builds, for both take long on a fresh machine and neither needs
//! the other. Everything this run started is stopped when it ends, the server before its database.

use std::thread;

use anyhow::{Result, anyhow};

use crate::db::{self, Choice, Purpose};
use crate::souk::{self, Profile};
use crate::{server, settings, ui};

/// What the developer asked for.
#[derive(Debug, Clone, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Options {
    /// Build with optimisation: slow to build, quick to answer
    #[arg(long)]
    release: bool,
    /// Begin with an empty database
    #[arg(long)]
    reset: bool,
    /// With --reset: yes, also where `DATABASE_URL` names the database
    #[arg(long, requires = "reset")]
    yes: bool,
    /// Leave the demo data out
    #[arg(long)]
    no_demo: bool,
}

/// Runs the marketplace until Ctrl-C.
pub(crate) fn run(choice: Option<Choice>, options: &Options) -> Result<()> {
    let (address, ops_address) = (settings::address(), settings::ops_address());
    server::check_free("SOUK_ADDR", &address)?;
    server::check_free("SOUK_OPS_ADDR", &ops_address)?;
    let profile = if options.release { Profile::Release } else { Profile::Dev };

    let provisioning = thread::spawn(move || db::open(choice, Purpose::Dev));
    let built = souk::build(profile);
    let database = provisioning.join().map_err(|_| anyhow!("the thread that looks for a database died"))?;
    // The database first: if both failed, its message is the one that says what to do.
    let (database, binary) = (database?, built?);

    if options.reset {
        db::commands::empty(&database, options.yes)?;
    }
    souk::migrate(&binary, database.url())?;
    let demo = if options.no_demo { String::new() } else { souk::demo_data(&binary, database.url())? };
    let mut server = server::start(&binary, database.url(), &address, &ops_address)?;
    ui::answer(welcome(&server.address, &crate::http::reachable(&ops_address), database.url(), &demo));

    let outcome = server.serve_until_interrupted();
    ui::gap();
    server.stop().and(outcome)?;
    drop(database);
    ui::note("everything this run started has stopped");
    Ok(())
}

fn welcome(address: &str, ops_address: &str, database_url: &str, demo: &str) -> String {
    let demo = if demo.trim().is_empty() {
        String::new()
    } else {
        format!("\n\n  Demo data{}", ui::listed(4, demo.trim_end().lines()))
    };
    format!(
        "\n  Souk Loop is running.\n\
         \n    API        http://{address}/v1\
         \n    Docs       http://{address}/docs\
         \n    Metrics    http://{ops_address}/metrics\
         \n    Database   {database}{demo}\n\
         \n  Try it:\n\
         \n    curl 'http://{address}/v1/products/nearby?latitude=50.8466&longitude=4.3528&radius_m=5000&limit=3'\n\
         \n  Ctrl-C stops everything this command started; the data is kept.\n",
        database = db::url::masked(database_url)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_welcome_names_what_a_newcomer_needs() {
        let text = welcome(
            "127.0.0.1:3000",
            "127.0.0.1:3001",
            "postgres://me:secret@host/souk",
            "lea@example.org / password\n",
        );
        for needed in ["http://127.0.0.1:3000/docs", "/v1/products/nearby?", "lea@example.org", "Ctrl-C"] {
            assert!(text.contains(needed), "{needed} is missing from:\n{text}");
        }
        assert!(!text.contains("secret"));
    }
}
