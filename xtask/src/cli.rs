//! What can be typed after `cargo xtask`.

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::db::{self, Choice, Purpose};
use crate::{arch, bench, ci, dev, migrate, readme, schema, souk, test, tidy, ui, workspace};

const EXAMPLES: &str = "\
Examples:
  cargo xtask dev                        the marketplace on this machine, with demo data; Ctrl-C ends it
  SOUK_ADDR=127.0.0.1:4000 cargo xtask dev --reset
  cargo xtask test                       all tests, on a real PostgreSQL
  cargo xtask test -p souk-domain money  the tests of one crate whose name contains `money`
  cargo xtask lint                       what is quick to check before a commit
  cargo xtask ci                         everything a change must pass
  cargo xtask migrate new add_offer_counter
  cargo xtask db psql -- -c 'SELECT count(*) FROM products'

The database: DATABASE_URL if it is set; else an installed PostgreSQL >= 17 with PostGIS, as a private cluster;
else Docker, if an engine answers; else, on Debian, a private PostgreSQL unpacked from packages without root
rights. `--db` or SOUK_DB forces one. All of it lies in one cache folder (SOUK_CACHE_DIR; `db status` names it),
which may be deleted at any time after `db down`.";

/// The development loop of Souk Loop.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about, after_help = EXAMPLES, max_term_width = 110)]
pub(crate) struct Cli {
    /// Which database to use, instead of the first that can be had
    #[arg(long = "db", global = true, env = "SOUK_DB", value_name = "WHICH")]
    choice: Option<Choice>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Run the marketplace here: find or make a database, migrate, load demo data, serve until Ctrl-C
    #[command(after_help = "\
A second run is quick and keeps the data. SOUK_ADDR (127.0.0.1:3000) and SOUK_OPS_ADDR (127.0.0.1:3001) say where
to listen; every other setting of `souk` may be set too.")]
    Dev(dev::Options),
    /// Run all tests on a real PostgreSQL; arguments go to the test runner
    #[command(after_help = "\
Examples:
  cargo xtask test
  cargo xtask test -p souk-postgres-adapter nearby
  cargo xtask test --no-capture

Tests make and drop databases called souk_t_… on a cluster of their own (or on SOUK_TEST_DATABASE_URL).")]
    Test {
        /// For `cargo nextest run` (or `cargo test`, where nextest is not installed)
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Format, walls, house rules and lints: what is quick to check before a commit
    Lint,
    /// Every check a change must pass, each with its time
    Ci(ci::Options),
    /// The database: start, stop, empty, look into
    #[command(subcommand)]
    Db(DbAction),
    /// The database's changes: apply, revert, list, write new ones
    #[command(subcommand)]
    Migrate(migrate::Action),
    /// Write crates/postgres-adapter/src/schema.rs from the migrations
    Schema {
        /// Only fail if it is not up to date
        #[arg(long)]
        check: bool,
    },
    /// Load the demo data; loading it again changes nothing
    DemoData,
    /// Print the OpenAPI document
    Openapi {
        /// Write it there instead
        #[arg(long, value_name = "FILE")]
        out: Option<std::path::PathBuf>,
    },
    /// Run the README's command examples against a real server
    Readme,
    /// Measure: load data at scale, run the server on it beside the database's own limit
    #[command(subcommand)]
    Bench(bench::Action),
    /// Check that each crate depends only on what it may
    Arch,
    /// Check the house rules that no compiler knows
    Tidy,
}

/// Which of the two databases.
#[derive(Debug, Clone, Copy, Args)]
struct Which {
    /// The tests' throw-away server, not the development database
    #[arg(long)]
    test: bool,
}

impl Which {
    fn purpose(self) -> Purpose {
        if self.test { Purpose::Test } else { Purpose::Dev }
    }
}

#[derive(Debug, Subcommand)]
enum DbAction {
    /// Find or make a database, and let it run until `db down`
    Up(Which),
    /// Stop what xtask started; the data is kept
    Down,
    /// Drop the development database and make it again, empty
    Reset {
        /// Yes, also where `DATABASE_URL` names the database
        #[arg(long)]
        yes: bool,
    },
    /// Say what there is on this machine, and what runs
    Status,
    /// Open psql, or run it with the arguments after `--`
    Psql {
        #[command(flatten)]
        which: Which,
        /// For psql
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Print the database's URL, and let it run until `db down`
    Url(Which),
}

/// Does what was typed.
pub(crate) fn run(cli: Cli) -> Result<()> {
    let choice = cli.choice;
    match cli.task {
        Task::Dev(options) => dev::run(choice, &options),
        Task::Test { arguments } => test::run(choice, &arguments),
        Task::Lint => ci::lint(),
        Task::Ci(options) => ci::run(choice, &options),
        Task::Db(action) => run_db(choice, action),
        Task::Migrate(action) => migrate::run(choice, &action),
        Task::Schema { check } => schema::run(choice, check),
        Task::DemoData => demo_data(choice),
        Task::Openapi { out } => openapi(out.as_deref()),
        Task::Readme => readme::run(choice),
        Task::Bench(action) => bench::run(choice, &action),
        Task::Arch => arch::run(),
        Task::Tidy => tidy::run(),
    }
}

fn run_db(choice: Option<Choice>, action: DbAction) -> Result<()> {
    match action {
        DbAction::Up(which) => db::commands::up(choice, which.purpose()),
        DbAction::Down => db::commands::down(),
        DbAction::Reset { yes } => db::commands::reset(choice, yes),
        DbAction::Status => db::commands::status(),
        DbAction::Psql { which, arguments } => db::commands::psql(choice, which.purpose(), &arguments),
        DbAction::Url(which) => db::commands::print_url(choice, which.purpose()),
    }
}

fn demo_data(choice: Option<Choice>) -> Result<()> {
    let binary = souk::build(souk::Profile::Dev)?;
    let database = db::open(choice, Purpose::Dev)?;
    souk::migrate(&binary, database.url())?;
    ui::answer(souk::demo_data(&binary, database.url())?.trim_end());
    Ok(())
}

fn openapi(out: Option<&std::path::Path>) -> Result<()> {
    let binary = souk::build(souk::Profile::Dev)?;
    let document = souk::openapi(&binary)?;
    if let Some(file) = out {
        return workspace::write(file, document);
    }
    ui::answer(document.trim_end());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_runners_own_options_pass_through() {
        let cli = Cli::try_parse_from(["xtask", "test", "-p", "souk-domain", "--no-capture"]).unwrap();
        assert!(
            matches!(cli.task, Task::Test { arguments } if arguments == ["-p", "souk-domain", "--no-capture"])
        );
    }
}
