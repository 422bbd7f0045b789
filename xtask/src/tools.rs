//! Tools that checks need, at pinned versions, installed on demand into the cache folder and nowhere else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::cache::{self, Lock};
use crate::{process, ui, workspace};

/// A program from crates.io.
struct CargoTool {
    package: &'static str,
    version: &'static str,
    binary: &'static str,
    /// What follows `cargo install`.
    options: &'static [&'static str],
}

/// cargo-deny, for licences, sources and forbidden dependencies.
pub(crate) fn deny() -> Result<PathBuf> {
    install(&CargoTool { package: "cargo-deny", version: "0.20.2", binary: "cargo-deny", options: &[] })
}

/// cargo-machete, for dependencies that nobody uses.
pub(crate) fn machete() -> Result<PathBuf> {
    install(&CargoTool { package: "cargo-machete", version: "0.9.2", binary: "cargo-machete", options: &[] })
}

/// `diesel`, for `schema.rs` and for migrations made from it.
pub(crate) fn diesel() -> Result<PathBuf> {
    // Against the system's libpq where its headers are; else it builds one of its own, which takes minutes.
    let has_libpq = process::find("pg_config").is_some_and(|config| {
        process::read(Command::new(config).arg("--includedir"))
            .is_ok_and(|folder| Path::new(folder.trim()).join("libpq-fe.h").is_file())
    });
    let options: &[&str] = if has_libpq {
        &["--no-default-features", "--features", "postgres"]
    } else {
        ui::note(
            "no libpq here (libpq-dev on Debian): diesel_cli builds its own, which takes some minutes, once",
        );
        &["--no-default-features", "--features", "postgres-bundled"]
    };
    install(&CargoTool { package: "diesel_cli", version: "2.3.14", binary: "diesel", options })
}

fn install(tool: &CargoTool) -> Result<PathBuf> {
    let CargoTool { package, version, binary, options } = tool;
    let home = folder()?.join(format!("{package}-{version}"));
    in_place(&home, &home.join("bin").join(binary), package, version, |fresh| {
        // Without optimisation: they run for seconds, and optimising them would take minutes.
        let mut install = workspace::cargo(&["install", "--debug", "--locked", "--quiet", "--version"]);
        install.arg(format!("={version}")).arg(package).args(*options);
        install.arg("--root").arg(fresh).arg("--target-dir").arg(fresh.join("target"));
        process::run(&mut install)
            .with_context(|| format!("{package} {version} can't be installed from crates.io"))?;
        workspace::remove_dir(&fresh.join("target"))
    })
}

/// squawk, for migrations that would lock or break a running marketplace.
pub(crate) fn squawk() -> Result<PathBuf> {
    let version = "2.70.0";
    let home = folder()?.join(format!("squawk-{version}"));
    in_place(&home, &home.join("bin/squawk"), "squawk", version, |fresh| {
        let python =
            process::find("python3").context("squawk comes from PyPI, and there is no python3 here")?;
        // Not a venv: its scripts hold the path at which they were made, and Debian packs venv apart.
        let mut pip = Command::new(python);
        pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--target"]);
        pip.env("PIP_DISABLE_PIP_VERSION_CHECK", "1").env("PIP_ROOT_USER_ACTION", "ignore");
        pip.arg(fresh).arg(format!("squawk-cli=={version}"));
        process::run(&mut pip).context("squawk-cli can't be installed from PyPI (python3-pip on Debian)")
    })
}

/// The tool's binary, made beside and renamed if it is not there yet.
fn in_place(
    home: &Path,
    binary: &Path,
    name: &str,
    version: &str,
    make: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    if binary.is_file() {
        return Ok(binary.to_path_buf());
    }
    let _lock = Lock::exclusive(&folder()?.join("lock"), "is installing a tool")?;
    if binary.is_file() {
        return Ok(binary.to_path_buf());
    }
    let step = ui::step(&format!("installing {name} {version} into {} (once)", home.display()));
    let fresh = home.with_file_name(format!("{name}.new"));
    workspace::remove_dir(&fresh)?;
    workspace::make_dir(&fresh)?;
    make(&fresh)?;
    workspace::remove_dir(home)?;
    fs::rename(&fresh, home).with_context(|| format!("cannot put {name} in place"))?;
    if !binary.is_file() {
        bail!("{name} {version} was installed, but {} is missing", binary.display());
    }
    step.done_as(&format!("installed {name} {version}"));
    Ok(binary.to_path_buf())
}

fn folder() -> Result<PathBuf> {
    let folder = cache::dir()?.join("tools");
    workspace::make_dir(&folder)?;
    Ok(folder)
}
