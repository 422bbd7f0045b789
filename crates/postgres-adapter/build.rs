//! Puts the SQL of `/migrations` into the crate, so that the program migrates a database without its sources at hand.

use std::{
    error::Error,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").canonicalize()?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut list = String::from("&[\n");
    for migration in migrations(&folder)? {
        let name =
            migration.file_name().and_then(|name| name.to_str()).ok_or("a migration has a strange name")?;
        if !is_well_named(name) {
            return Err(format!("migrations/{name} is not called YYYY-MM-DD-HHMMSS_name").into());
        }
        let (up, down) = (text(&migration.join("up.sql"))?, text(&migration.join("down.sql"))?);
        let in_transaction = !opts_out_of_its_transaction(&migration)?;
        writeln!(
            list,
            "Migration {{ name: {name:?}, up: include_str!({up:?}), down: include_str!({down:?}), \
             in_transaction: {in_transaction} }},",
        )?;
    }
    list.push(']');
    #[expect(clippy::disallowed_methods, reason = "cargo tells a build script its folder in no other way")]
    let out = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    fs::write(Path::new(&out).join("migrations.rs"), list)?;
    Ok(())
}

/// A path as the source of a program can hold it.
fn text(path: &Path) -> Result<String, Box<dyn Error>> {
    Ok(path.to_str().ok_or("the workspace lies in a folder whose name is not UTF-8")?.to_owned())
}

/// The folders in the order of their dates, which is that of their names.
fn migrations(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut migrations = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .filter(|path| path.as_ref().map_or(true, |path| path.is_dir()))
        .collect::<Result<Vec<_>, _>>()?;
    migrations.sort();
    Ok(migrations)
}

/// `2026-11-25-080000_extensions`: the digits are the version that the database keeps.
fn is_well_named(name: &str) -> bool {
    let Some((date, rest)) = name.split_once('_') else { return false };
    let lengths: Vec<usize> = date.split('-').map(str::len).collect();
    lengths == [4, 2, 2, 6]
        && date.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit())
        && !rest.is_empty()
        && rest.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Only what PostgreSQL refuses inside a transaction (CREATE INDEX CONCURRENTLY) may opt out, in diesel's own way: a
/// `metadata.toml` beside the SQL that says `run_in_transaction = false`.
fn opts_out_of_its_transaction(migration: &Path) -> Result<bool, Box<dyn Error>> {
    let metadata = migration.join("metadata.toml");
    if !metadata.exists() {
        return Ok(false);
    }
    let text = fs::read_to_string(&metadata)?;
    Ok(text.lines().any(|line| line.split_whitespace().collect::<String>() == "run_in_transaction=false"))
}
