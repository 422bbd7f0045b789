//! `cargo xtask schema`: crates/postgres-adapter/src/schema.rs, written from the migrated database.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::db::{self, Choice, Purpose};
use crate::{migrate, process, tools, ui, workspace};

/// Where the generated file lies.
pub(crate) fn file() -> PathBuf {
    workspace::root().join("crates/postgres-adapter/src/schema.rs")
}

/// Writes the file, or fails if it is not what would be written.
pub(crate) fn run(choice: Option<Choice>, check: bool) -> Result<()> {
    let fresh = with_migrated_database(choice, |diesel, url| {
        let mut print = Command::new(diesel);
        print.current_dir(workspace::root()).env("DATABASE_URL", url);
        process::read(print.args(["print-schema", "--config-file", "diesel.toml"]))
    })?;
    let fresh = formatted(&fresh)?;
    if !check {
        workspace::write(&file(), fresh)?;
        ui::note("wrote crates/postgres-adapter/src/schema.rs");
        return Ok(());
    }
    let committed = workspace::read(&file())?;
    if let Some(difference) = first_difference(&committed, &fresh) {
        bail!(
            "crates/postgres-adapter/src/schema.rs is not what the migrations make ({difference}).\n  Run `cargo xtask \
             schema` and commit the result"
        );
    }
    Ok(())
}

/// Runs something with diesel's program against a throw-away database that has all migrations.
///
/// diesel applies them, not `souk`: between a new migration and its schema.rs, `souk` need not compile.
pub(crate) fn with_migrated_database<T>(
    choice: Option<Choice>,
    work: impl FnOnce(&Path, &str) -> Result<T>,
) -> Result<T> {
    let diesel = tools::diesel()?;
    let database = db::open(choice, Purpose::Test)?;
    let name = format!("souk_x_{}", std::process::id());
    database.create(&name)?;
    let url = database.url_of(&name)?;
    let outcome = apply_migrations(&diesel, &url).and_then(|()| work(&diesel, &url));
    let removed = database.remove(&name);
    let value = outcome?;
    removed?;
    Ok(value)
}

fn apply_migrations(diesel: &Path, url: &str) -> Result<()> {
    // Settings of its own, without a file to print the schema to: that would be written on the way.
    let settings = workspace::target_dir()?.join("xtask-diesel.toml");
    workspace::write(&settings, "")?;
    let mut run = Command::new(diesel);
    run.current_dir(workspace::root()).env("DATABASE_URL", url).arg("migration").arg("run");
    run.arg("--config-file").arg(&settings).arg("--migration-dir").arg(migrate::folder());
    process::read(&mut run).map(drop).context("the migrations do not apply")
}

/// As `cargo fmt` would leave it.
fn formatted(source: &str) -> Result<String> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024"]).current_dir(workspace::root());
    let mut child = process::spawn(rustfmt.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
    let mut input = child.stdin.take().context("rustfmt has no input")?;
    input.write_all(source.as_bytes()).context("rustfmt does not read")?;
    drop(input);
    let output = child.wait_with_output().context("cannot wait for rustfmt")?;
    if !output.status.success() {
        bail!("rustfmt can't read what diesel wrote");
    }
    String::from_utf8(output.stdout).context("rustfmt wrote something unreadable")
}

/// Where two texts part, in words.
fn first_difference(committed: &str, fresh: &str) -> Option<String> {
    if committed == fresh {
        return None;
    }
    let (mut old, mut new) = (committed.lines(), fresh.lines());
    let mut number = 1;
    loop {
        match (old.next(), new.next()) {
            (Some(was), Some(is)) if was == is => number += 1,
            (was, is) => {
                let word = |line: Option<&str>| {
                    line.map_or("the end".to_owned(), |line| format!("`{}`", line.trim()))
                };
                return Some(format!("line {number}: {} should be {}", word(was), word(is)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_different_line_is_named() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n").unwrap(), "line 2: `b` should be `c`");
        assert_eq!(first_difference("a\n", "a\nc\n").unwrap(), "line 2: the end should be `c`");
    }

    #[test]
    fn generated_code_is_formatted_like_ours() {
        assert_eq!(formatted("//! A.\nfn  x( ){}").unwrap(), "//! A.\nfn x() {}\n");
        assert!(formatted("fn (").is_err());
    }
}
