//! `cargo xtask lint` and `cargo xtask ci`: every check, one after the other, each with its time.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::db::Choice;
use crate::{arch, migrate, process, readme, schema, test, tidy, tools, ui, workspace};

/// What the developer asked for.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Stop at the first check that fails
    #[arg(long)]
    fail_fast: bool,
    /// Run only these checks
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    only: Vec<String>,
    /// Leave these checks out
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    skip: Vec<String>,
}

/// How a check ended, if it did not fail.
enum Outcome {
    Passed,
    /// It could not be run here, and why.
    Skipped(String),
}

struct Check {
    name: &'static str,
    what: &'static str,
    run: fn(Option<Choice>) -> Result<Outcome>,
}

/// All checks: the quick ones first, so that the common mistakes are told soon.
const CHECKS: [Check; 12] = [
    Check { name: "fmt", what: "the code is formatted", run: |_| passed(fmt()) },
    Check { name: "arch", what: "each crate depends on what it may", run: |_| passed(arch::run()) },
    Check { name: "tidy", what: "the house rules hold", run: |_| passed(tidy::run()) },
    Check { name: "clippy", what: "the lints pass", run: |_| passed(clippy()) },
    Check { name: "deny", what: "bans, licences and sources of dependencies", run: |_| passed(deny()) },
    Check { name: "advisories", what: "no dependency has a known hole", run: |_| advisories() },
    Check { name: "unused", what: "every dependency is used", run: |_| passed(unused()) },
    Check { name: "docs", what: "the documentation builds", run: |_| passed(docs()) },
    Check {
        name: "migrations",
        what: "no migration blocks a running marketplace",
        run: |_| passed(migrations()),
    },
    Check {
        name: "schema",
        what: "schema.rs is what the migrations make",
        run: |db| passed(schema::run(db, true)),
    },
    Check { name: "test", what: "all tests", run: |db| passed(test::run(db, &[])) },
    Check { name: "readme", what: "the README's commands work", run: |db| passed(readme::run(db)) },
];

/// What `lint` runs: what needs neither a database nor other tools.
const LINT: [&str; 4] = ["fmt", "arch", "tidy", "clippy"];

fn passed(outcome: Result<()>) -> Result<Outcome> {
    outcome.map(|()| Outcome::Passed)
}

/// `cargo xtask lint`.
pub(crate) fn lint() -> Result<()> {
    let checks = CHECKS.iter().filter(|check| LINT.contains(&check.name)).collect::<Vec<_>>();
    run_all(&checks, None, false)
}

/// `cargo xtask ci`.
pub(crate) fn run(choice: Option<Choice>, options: &Options) -> Result<()> {
    for name in options.only.iter().chain(&options.skip) {
        if !CHECKS.iter().any(|check| check.name == name) {
            let known = CHECKS.iter().map(|check| format!("{:<12} {}", check.name, check.what));
            bail!("there is no check `{name}`. There are:{}", ui::listed(4, known));
        }
    }
    let wanted = |check: &&Check| {
        let named = |names: &[String]| names.iter().any(|name| name == check.name);
        (options.only.is_empty() || named(&options.only)) && !named(&options.skip)
    };
    run_all(&CHECKS.iter().filter(wanted).collect::<Vec<_>>(), choice, options.fail_fast)
}

fn run_all(checks: &[&Check], choice: Option<Choice>, fail_fast: bool) -> Result<()> {
    let start = Instant::now();
    let mut results: Vec<(&Check, Result<Outcome>, Duration)> = Vec::new();
    for check in checks {
        process::check_interrupt()?;
        let said = ui::step(&format!("{}: {}", check.name, check.what));
        let began = Instant::now();
        let outcome = (check.run)(choice);
        match &outcome {
            Ok(Outcome::Passed) => drop(said.done_as(check.name)),
            Ok(Outcome::Skipped(why)) => ui::warn(&format!("{} skipped: {why}", check.name)),
            Err(error) => ui::failure(error),
        }
        let stop = outcome.is_err() && fail_fast;
        results.push((check, outcome, began.elapsed()));
        if stop {
            break;
        }
    }
    process::check_interrupt()?;
    ui::gap();
    for (check, outcome, elapsed) in &results {
        match outcome {
            Ok(Outcome::Passed) => ui::verdict(true, check.name, &ui::seconds(*elapsed)),
            Ok(Outcome::Skipped(why)) => ui::verdict(true, check.name, &format!("skipped: {why}")),
            Err(_) => ui::verdict(false, check.name, &format!("{} (see above)", ui::seconds(*elapsed))),
        }
    }
    ui::note(&format!("in all {}", ui::seconds(start.elapsed())));
    let failed: Vec<&str> =
        results.iter().filter(|(_, outcome, _)| outcome.is_err()).map(|(check, ..)| check.name).collect();
    if failed.is_empty() {
        return Ok(());
    }
    bail!("{} failed; one alone again: cargo xtask ci --only {}", failed.join(", "), failed.join(","))
}

fn fmt() -> Result<()> {
    process::run(&mut workspace::cargo(&["fmt", "--all", "--check"]))
}

fn clippy() -> Result<()> {
    process::run(&mut workspace::cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]))
}

fn deny() -> Result<()> {
    let mut check = std::process::Command::new(tools::deny()?);
    check.current_dir(workspace::root());
    process::run(check.args(["check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))
}

/// Known holes are listed in a database of its own, which not every machine can fetch.
fn advisories() -> Result<Outcome> {
    let deny = tools::deny()?;
    let mut fetch = std::process::Command::new(&deny);
    fetch.current_dir(workspace::root()).args(["fetch", "db"]);
    if !process::answers(&mut fetch, Duration::from_mins(1)) {
        return Ok(Outcome::Skipped("the advisory database can't be fetched from here".to_owned()));
    }
    let mut check = std::process::Command::new(&deny);
    check.current_dir(workspace::root()).args(["check", "--disable-fetch", "advisories"]);
    passed(process::run(&mut check))
}

fn unused() -> Result<()> {
    let mut machete = std::process::Command::new(tools::machete()?);
    process::run(machete.arg("--with-metadata").current_dir(workspace::root()))
}

fn docs() -> Result<()> {
    let mut doc =
        workspace::cargo(&["doc", "--workspace", "--no-deps", "--document-private-items", "--quiet"]);
    process::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

fn migrations() -> Result<()> {
    let mut squawk = std::process::Command::new(tools::squawk()?);
    squawk.current_dir(workspace::root());
    for file in workspace::files_below(&migrate::folder())? {
        if file.extension().is_some_and(|extension| extension == "sql") {
            squawk.arg(file.strip_prefix(workspace::root()).unwrap_or(&file));
        }
    }
    process::run(&mut squawk)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(run: fn(Option<Choice>) -> Result<Outcome>) -> Check {
        Check { name: "one", what: "a check", run }
    }

    #[test]
    fn a_failed_check_fails_the_whole_but_not_before_the_others_ran() {
        let bad = check(|_| bail!("no"));
        let skipped = check(|_| Ok(Outcome::Skipped("not here".to_owned())));
        let good = check(|_| Ok(Outcome::Passed));
        assert!(run_all(&[&good, &skipped], None, false).is_ok());
        let error = run_all(&[&bad, &good], None, false).unwrap_err();
        assert!(error.to_string().contains("cargo xtask ci --only one"), "{error}");
    }

    #[test]
    fn an_unknown_check_is_answered_with_the_known_ones() {
        let options = Options { fail_fast: false, only: vec!["fromat".to_owned()], skip: Vec::new() };
        let text = run(None, &options).unwrap_err().to_string();
        assert!(text.contains("fmt") && text.contains("readme"), "{text}");
    }

    #[test]
    fn lint_names_checks_that_exist() {
        assert!(LINT.iter().all(|name| CHECKS.iter().any(|check| check.name == *name)));
    }
}
