//! Rules about migrations: each can be undone, and none waits for a lock for ever.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{Finding, Source};

/// What `cargo xtask migrate new` leaves to be filled in.
const LABELS: [&str; 4] = ["Why:", "Lock:", "Running version:", "Loses:"];

pub(super) fn check(source: &Source) -> Vec<Finding> {
    if !source.path.starts_with("migrations") || !source.has_extension("sql") {
        return Vec::new();
    }
    let mut found = Vec::new();
    let statements: Vec<&str> =
        source.text.lines().map(|line| line.split("--").next().unwrap_or_default().trim()).collect();
    let says = |words: &str| statements.iter().any(|line| line.to_ascii_lowercase().contains(words));
    // What is built beside the others' work has to wait for them, keeps nobody waiting, and is one statement alone.
    if !says("lock_timeout") && !says("index concurrently") {
        found.push(source.finding(0, "sets no lock_timeout: begin with SET LOCAL lock_timeout = '2s';"));
    }
    for (number, line) in (1..).zip(source.text.lines()) {
        if let Some(label) = line.strip_prefix("-- ").filter(|label| LABELS.contains(label)) {
            found.push(source.finding(number, format!("`{label}` has no answer")));
        }
    }
    if !source.text.trim_start().starts_with("--") {
        found.push(
            source.finding(1, "does not open with a comment: why, which lock, what the running version sees"),
        );
    }
    found
}

/// Every folder of migrations holds both directions.
pub(super) fn check_pairs(migrations: &Path) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    if !migrations.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(migrations).context("cannot read migrations")? {
        let folder = entry.context("cannot read migrations")?.path();
        if !folder.is_dir() {
            continue;
        }
        let shown = PathBuf::from("migrations").join(folder.file_name().unwrap_or_default());
        for direction in ["up.sql", "down.sql"] {
            if !folder.join(direction).is_file() {
                let what = format!("has no {direction}: a migration comes in both directions");
                found.push(Finding { file: shown.clone(), line: 0, what });
            }
        }
    }
    Ok(found)
}
