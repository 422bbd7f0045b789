//! `cargo xtask migrate …`: the database's changes, tried here exactly as production applies them.
//!
//! All but `new` is `souk migrate …` with the development database found (or made) first.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context as _, Result, bail};

use crate::db::{self, Choice, Purpose};
use crate::souk::{self, Profile};
use crate::{process, schema, ui, workspace};

/// How a migration opens; `cargo xtask tidy` asks for an answer behind each colon.
const UP: &str = "-- Why:\n-- Lock:\n-- Running version:\n";
/// How its way back opens.
const DOWN: &str = "-- Loses:\n";
/// A migration that can't have its lock soon gives up, rather than letting everybody queue behind it.
const TIMEOUTS: &str = "SET LOCAL lock_timeout = '2s';\nSET LOCAL statement_timeout = '30s';\n";

/// What to do with the migrations.
#[derive(Debug, Clone, clap::Subcommand)]
pub(crate) enum Action {
    /// Apply the next N migrations, or all that are pending
    Up {
        /// How many
        count: Option<u32>,
    },
    /// Revert the last migration, or the last N
    Down {
        /// How many
        count: Option<u32>,
    },
    /// Revert the last migration and apply it again
    Redo,
    /// Say which migrations are applied and which are pending
    Status,
    /// List what was applied, and when
    History,
    /// Fail unless the database has exactly the migrations there are
    Check,
    /// Print the migrations as SQL for psql, without a database
    Sql {
        /// Those that revert
        #[arg(long)]
        down: bool,
        /// Only what the database lacks; with --down, only what it has
        #[arg(long)]
        pending: bool,
    },
    /// Write the files of a new migration
    New {
        /// What it does, in words joined by underscores: `add_offer_counter`
        name: String,
        /// Fill it with the difference between the database and crates/postgres-adapter/src/schema.rs
        #[arg(long)]
        diff: bool,
    },
}

/// Runs one action.
pub(crate) fn run(choice: Option<Choice>, action: &Action) -> Result<()> {
    let mut arguments: Vec<String> = vec!["migrate".to_owned()];
    let word = match action {
        Action::New { name, diff } => return new(choice, name, *diff),
        Action::Up { count } | Action::Down { count } => {
            let word = if matches!(action, Action::Up { .. }) { "up" } else { "down" };
            arguments.push(word.to_owned());
            arguments.extend(count.map(|count| count.to_string()));
            return with_database(choice, &arguments);
        }
        Action::Sql { down, pending } => {
            arguments.push("sql".to_owned());
            arguments.extend(down.then(|| "--down".to_owned()));
            if *pending {
                arguments.push("--pending".to_owned());
                return with_database(choice, &arguments);
            }
            return process::run(std::process::Command::new(souk::build(Profile::Dev)?).args(&arguments));
        }
        Action::Redo => "redo",
        Action::Status => "status",
        Action::History => "history",
        Action::Check => "check",
    };
    arguments.push(word.to_owned());
    with_database(choice, &arguments)
}

fn with_database(choice: Option<Choice>, arguments: &[String]) -> Result<()> {
    let binary = souk::build(Profile::Dev)?;
    let database = db::open(choice, Purpose::Dev)?;
    process::run(souk::command(&binary, database.url())?.args(arguments))
}

/// Where migrations lie.
pub(crate) fn folder() -> PathBuf {
    workspace::root().join("migrations")
}

fn new(choice: Option<Choice>, name: &str, diff: bool) -> Result<()> {
    check_name(name)?;
    let (up, down) = if diff { differences(choice, name)? } else { (String::new(), String::new()) };
    if diff && up.trim().is_empty() {
        bail!("the database and schema.rs do not differ: there is nothing to migrate");
    }
    let now = UNIX_EPOCH.elapsed().context("this machine's clock stands before 1970")?.as_secs();
    let written = write_files(&folder(), &timestamp(now), name, &up, &down)?;
    for file in written {
        ui::answer(file.strip_prefix(workspace::root()).unwrap_or(&file).display());
    }
    ui::note("say in its first lines why, which lock it takes, and what the running version sees meanwhile");
    ui::note("then: cargo xtask migrate redo, cargo xtask schema, cargo xtask ci --only migrations");
    Ok(())
}

fn check_name(name: &str) -> Result<()> {
    let fine = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    if !fine {
        bail!(
            "`{name}` does not do as a name: use small letters, digits and underscores, like add_offer_counter"
        );
    }
    Ok(())
}

/// The SQL that turns the migrated database into what schema.rs says, and back.
fn differences(choice: Option<Choice>, name: &str) -> Result<(String, String)> {
    schema::with_migrated_database(choice, |diesel, url| {
        let folder = workspace::target_dir()?.join("migration-diff");
        workspace::remove_dir(&folder)?;
        workspace::make_dir(&folder)?;
        let wanted = folder.join("schema.rs");
        workspace::write(&wanted, in_the_databases_words(&workspace::read(&schema::file())?))?;
        let mut generate = std::process::Command::new(diesel);
        generate.current_dir(workspace::root()).env("DATABASE_URL", url);
        generate.args(["migration", "generate", name]);
        generate.arg(format!("--diff-schema={}", wanted.display()));
        generate.args(["--config-file", "diesel.toml", "--migration-dir"]).arg(&folder);
        process::read(&mut generate)?;
        let one = |wanted: &str| {
            workspace::files_below(&folder)?
                .iter()
                .find(|file| file.ends_with(wanted))
                .with_context(|| format!("diesel wrote no {wanted}"))
                .and_then(|file| workspace::read(file))
        };
        Ok((statements(&one("up.sql")?), statements(&one("down.sql")?)))
    })
}

/// The schema with enum types called as in the database (`feed_type`, not `FeedType`), for diesel compares and
/// writes their names as they stand, and would otherwise drop and make anew every column of such a type.
fn in_the_databases_words(schema: &str) -> String {
    let mut text = schema.to_owned();
    let mut lines = schema.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let named = line.split_once("postgres_type(name = \"").and_then(|(_, rest)| rest.split_once('"'));
        let Some((name, _)) = named else { continue };
        let declared = lines.next().and_then(|line| line.strip_prefix("pub struct "));
        if let Some(ident) = declared.map(|ident| ident.trim_end_matches(';')) {
            text = replace_word(&text, ident, name);
        }
    }
    text
}

/// Replaces a whole word only: `UserRole`, but not in `UserRoles`.
fn replace_word(text: &str, word: &str, by: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    while let Some((before, after)) = rest.split_once(word) {
        let whole = !before.ends_with(is_part) && !after.starts_with(is_part);
        out.extend([before, if whole { by } else { word }]);
        rest = after;
    }
    out + rest
}

/// The SQL without diesel's own opening comment.
fn statements(sql: &str) -> String {
    sql.lines()
        .skip_while(|line| line.starts_with("--") || line.trim().is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

fn write_files(folder: &Path, timestamp: &str, name: &str, up: &str, down: &str) -> Result<Vec<PathBuf>> {
    let known = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in known {
        if entry.file_name().to_string_lossy().split_once('_').is_some_and(|(_, known)| known == name) {
            bail!("there already is a migration `{}`", entry.file_name().display());
        }
    }
    let home = folder.join(format!("{timestamp}_{name}"));
    workspace::make_dir(&home)?;
    let mut written = Vec::new();
    for (file, opening, sql) in [("up.sql", UP, up), ("down.sql", DOWN, down)] {
        let path = home.join(file);
        let sql = if sql.trim().is_empty() { String::new() } else { format!("\n{}\n", sql.trim()) };
        workspace::write(&path, format!("{opening}{TIMEOUTS}{sql}"))?;
        written.push(path);
    }
    Ok(written)
}

/// Seconds since 1970 as diesel's `YYYY-MM-DD-HHMMSS`, in UTC.
fn timestamp(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}-{:02}{:02}{:02}", rest / 3600, rest % 3600 / 60, rest % 60)
}

/// The Gregorian date of a day since 1970, by Howard Hinnant's `civil_from_days`: years begin in March, so that
/// a leap day is a year's last.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_dates_in_utc() {
        assert_eq!(timestamp(0), "1970-01-01-000000");
        assert_eq!(timestamp(951_782_399), "2000-02-28-235959");
        assert_eq!(timestamp(951_782_400), "2000-02-29-000000");
        assert_eq!(timestamp(1_798_761_599), "2026-12-31-235959");
    }

    #[test]
    fn names_are_plain() {
        assert!(check_name("add_offer_counter2").is_ok());
        for wrong in ["", "2fast", "Add", "a-b", "a b", "../x"] {
            assert!(check_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn new_files_carry_a_lock_timeout_and_a_name_is_used_once() {
        let temp = tempfile::tempdir().unwrap();
        let files = write_files(temp.path(), "2026-01-01-000000", "add_x", "ALTER TABLE x;", "").unwrap();
        let up = fs::read_to_string(&files[0]).unwrap();
        assert!(up.starts_with("-- Why:\n-- Lock:\n") && up.ends_with("'30s';\n\nALTER TABLE x;\n"), "{up}");
        assert!(fs::read_to_string(&files[1]).unwrap().starts_with("-- Loses:\nSET LOCAL lock_timeout"));
        let again = write_files(temp.path(), "2026-01-02-000000", "add_x", "", "").unwrap_err();
        assert!(again.to_string().contains("2026-01-01-000000_add_x"), "{again}");
    }

    #[test]
    fn enum_types_are_called_as_in_the_database() {
        let schema = "    #[diesel(postgres_type(name = \"user_role\"))]\n    pub struct UserRole;\n\
                      role -> UserRole,\nroles -> Array<UserRoles>,\n";
        let text = in_the_databases_words(schema);
        assert!(
            text.contains("pub struct user_role;\nrole -> user_role,\nroles -> Array<UserRoles>,"),
            "{text}"
        );
    }

    #[test]
    fn diesels_comment_gives_way_to_ours() {
        assert_eq!(statements("-- Your SQL goes here\n\nALTER TABLE x;\n"), "ALTER TABLE x;");
    }
}
