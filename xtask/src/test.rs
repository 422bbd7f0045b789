//! `cargo xtask test`: every test there is, on a real PostgreSQL that is found or made first.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, anyhow};

use crate::db::{self, Choice, Database, Purpose};
use crate::souk::{self, Profile};
use crate::{process, settings, ui, workspace};

/// Runs the tests; arguments go to the test runner, and leave the documentation's examples out.
pub(crate) fn run(choice: Option<Choice>, arguments: &[String]) -> Result<()> {
    let start = Instant::now();
    // Both take long on a fresh machine, and neither needs the other.
    let provisioning = std::thread::spawn(move || db::open(choice, Purpose::Test));
    let built = needs_binary(arguments).then(|| souk::build(Profile::Dev)).transpose();
    let database = provisioning.join().map_err(|_| anyhow!("the thread that looks for a database died"))?;
    let (database, binary) = (database?, built?);
    let binary = binary.as_deref();
    tidy_up(&database)?;

    let mut parts = Vec::new();
    let mut first_failure = None;
    let mut part = |name: &'static str, outcome: Result<()>, began: Instant| {
        parts.push((name, outcome.is_ok(), began.elapsed()));
        if let Err(error) = outcome {
            first_failure.get_or_insert(error);
        }
    };
    let began = Instant::now();
    part("tests", process::run(prepared(&mut runner(arguments), &database, binary)), began);
    process::check_interrupt()?;
    if arguments.is_empty() {
        let began = Instant::now();
        let mut examples = workspace::cargo(&["test", "--doc", "--workspace", "--quiet"]);
        let outcome = process::run_quietly(prepared(&mut examples, &database, binary), || ());
        part("documentation examples", outcome, began);
    }
    drop(database);
    ui::gap();
    for (name, good, elapsed) in parts {
        ui::verdict(good, name, &ui::seconds(elapsed));
    }
    ui::note(&format!("in all {}, with building", ui::seconds(start.elapsed())));
    first_failure.map_or(Ok(()), Err)
}

/// nextest where it is installed, for it runs the tests of all crates side by side; else plain `cargo test`.
fn runner(arguments: &[String]) -> Command {
    let mut command = if has_nextest() {
        workspace::cargo(&["nextest", "run"])
    } else {
        ui::note("cargo-nextest is not installed: `cargo test` runs the same tests, only slower");
        workspace::cargo(&["test"])
    };
    if !is_narrowed(arguments) {
        command.arg("--workspace");
    }
    if !has_nextest() && arguments.is_empty() {
        command.args(["--lib", "--bins", "--tests"]);
    }
    command.args(arguments);
    command
}

/// Whether the arguments choose packages.
fn is_narrowed(arguments: &[String]) -> bool {
    arguments.iter().any(|argument| {
        matches!(argument.as_str(), "-p" | "--package" | "--workspace") || argument.starts_with("--package=")
    })
}

/// Journeys run the real binary; whoever asks for the tests of another crate need not wait for it.
fn needs_binary(arguments: &[String]) -> bool {
    !is_narrowed(arguments)
        || arguments.iter().any(|argument| argument.contains("e2e") || argument == "--workspace")
}

fn has_nextest() -> bool {
    process::find("cargo-nextest").is_some()
}

fn prepared<'a>(command: &'a mut Command, database: &Database, binary: Option<&Path>) -> &'a mut Command {
    for variable in settings::of_the_product() {
        command.env_remove(variable);
    }
    command.env("SOUK_TEST_DATABASE_URL", database.url());
    if let Some(binary) = binary {
        command.env("SOUK_BIN", binary);
    }
    if let Some(bin) = database.bin() {
        command.env("SOUK_TEST_PG_BIN", bin);
    }
    command
}

/// Drops what killed runs left behind. Templates are the tests' own affair: they keep the newest few.
fn tidy_up(database: &Database) -> Result<()> {
    let names = database.ask("SELECT datname FROM pg_database WHERE datname ~ '^souk_[tx]_[0-9]+'")?;
    for name in names.lines().filter(|name| is_stale(name)) {
        database.remove(name)?;
    }
    Ok(())
}

/// Whether the process that made `souk_t_<pid>_…` (or `souk_x_<pid>`) has ended.
fn is_stale(name: &str) -> bool {
    let pid = name.split('_').nth(2).and_then(|pid| pid.parse().ok());
    pid.is_some_and(|pid| !process::is_alive(pid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_of_living_runs_are_left_alone() {
        assert!(!is_stale(&format!("souk_t_{}_1_ab", std::process::id())));
        let mut child = process::spawn(&mut Command::new("true")).unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert!(is_stale(&format!("souk_t_{pid}_1_ab")));
        assert!(is_stale(&format!("souk_x_{pid}")));
        assert!(!is_stale("souk_t_notes"));
    }

    #[test]
    fn a_chosen_package_is_not_widened_to_the_workspace() {
        let words = |command: &Command| -> Vec<String> {
            command.get_args().map(|word| word.to_string_lossy().into_owned()).collect()
        };
        assert!(words(&runner(&[])).contains(&"--workspace".to_owned()));
        let one = |package: &str| ["-p".to_owned(), package.to_owned()];
        assert!(!words(&runner(&one("souk-domain"))).contains(&"--workspace".to_owned()));
        assert!(needs_binary(&[]) && needs_binary(&one("souk-e2e")) && !needs_binary(&one("souk-domain")));
    }
}
