//! `souk migrate`: bringing a database to the schema of this program, step by step where wanted, and back.

use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use secrecy::{ExposeSecret, SecretString};
use souk_http::config::DatabaseUrlArgs;
use souk_postgres_adapter::migrations::{self, Direction, Progress, State};

use super::Failure;

/// The arguments of `souk migrate`.
#[derive(Args)]
pub(crate) struct MigrateCommand {
    #[command(flatten)]
    database: DatabaseUrlArgs,
    #[command(subcommand)]
    action: Action,
}

/// What to do with the migrations.
#[derive(Subcommand)]
enum Action {
    /// Apply what is pending: all, or the next N
    Up {
        /// How many
        #[arg(value_name = "N")]
        count: Option<usize>,
    },
    /// Take back the newest, or the N newest. Loses what they hold
    Down {
        /// How many
        #[arg(value_name = "N", default_value_t = 1)]
        count: usize,
    },
    /// Take back the newest and apply it again
    Redo,
    /// List all, with what the database has and lacks
    Status,
    /// Tell what the database has, since when, and what for
    History,
    /// Fail unless the database has exactly the migrations of this program
    Check,
    /// Print the SQL of all, as a script for psql; needs no database
    Sql {
        /// Of the way back
        #[arg(long)]
        down: bool,
        /// Only what the database lacks; with --down, only what it has
        #[arg(long)]
        pending: bool,
    },
}

/// Does it, and prints what was done.
pub(crate) async fn run(command: MigrateCommand) -> Result<(), Failure> {
    if let Action::Sql { down, pending: false } = command.action {
        say!("{}", migrations::sql(direction(down)).trim_end());
        return Ok(());
    }
    let url = command.database.resolve()?;
    match command.action {
        Action::Up { count } => up(&url, count).await,
        Action::Down { count } => down(&url, count).await,
        Action::Redo => redo(&url).await,
        Action::Status => status(&url).await,
        Action::History => history(&url).await,
        Action::Check => {
            migrations::check(url.expose_secret()).await?;
            say!("the database has all {} migrations", migrations::list().count());
            Ok(())
        }
        Action::Sql { down, .. } => {
            say!("{}", migrations::sql_for(url.expose_secret(), direction(down)).await?.trim_end());
            Ok(())
        }
    }
}

async fn up(url: &SecretString, count: Option<usize>) -> Result<(), Failure> {
    let started = Instant::now();
    match migrations::up(url.expose_secret(), count, tell).await? {
        0 => say!("nothing to do: the database has all {} migrations", migrations::list().count()),
        done => say!("applied {done} in {}", in_words(started.elapsed())),
    }
    Ok(())
}

async fn down(url: &SecretString, count: usize) -> Result<(), Failure> {
    let started = Instant::now();
    match migrations::down(url.expose_secret(), count, tell).await? {
        0 => say!("nothing to do: the database has no migrations"),
        done => say!("took back {done} in {}", in_words(started.elapsed())),
    }
    Ok(())
}

async fn redo(url: &SecretString) -> Result<(), Failure> {
    if migrations::redo(url.expose_secret(), tell).await? == 0 {
        say!("nothing to do: the database has no migrations");
    }
    Ok(())
}

async fn status(url: &SecretString) -> Result<(), Failure> {
    for line in migrations::status(url.expose_secret()).await? {
        match line.state {
            State::Applied { at } => say!("{}  {}", at.format(TIME), line.name),
            State::Pending => say!("{:23}  {}", "pending", line.name),
            State::Unknown { at } => say!("{}  {}, unknown to this program", at.format(TIME), line.name),
        }
    }
    Ok(())
}

async fn history(url: &SecretString) -> Result<(), Failure> {
    for line in migrations::status(url.expose_secret()).await? {
        let (State::Applied { at } | State::Unknown { at }) = line.state else { continue };
        let purpose = migrations::list().find(|(name, _)| *name == line.name).map(|(_, purpose)| purpose);
        say!("{}  {}", at.format(TIME), line.name);
        say!("    {}", purpose.as_deref().unwrap_or("unknown to this program"));
    }
    Ok(())
}

const TIME: &str = "%Y-%m-%d %H:%M:%S UTC";

fn direction(down: bool) -> Direction {
    if down { Direction::Down } else { Direction::Up }
}

#[expect(clippy::needless_pass_by_value, reason = "a callback takes what it is given")]
fn tell(progress: Progress) {
    match progress {
        Progress::Waiting => say!("waiting: somebody else is migrating this database"),
        Progress::Done { name, direction, took } => {
            let arrow = match direction {
                Direction::Up => "up  ",
                Direction::Down => "down",
            };
            say!("{arrow}  {name}  ({})", in_words(took));
        }
    }
}

fn in_words(took: Duration) -> String {
    if took < Duration::from_secs(1) {
        format!("{} ms", took.as_millis())
    } else {
        format!("{:.1} s", took.as_secs_f64())
    }
}
