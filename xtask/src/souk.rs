//! The product's own binary, `souk`: building it and calling it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::{cache, process, settings, ui, workspace};

/// How it is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build.
    Dev,
    /// Quick to run.
    Release,
}

/// Builds the binary and gives its path.
pub(crate) fn build(profile: Profile) -> Result<PathBuf> {
    let step = ui::step("building `souk`");
    let mut build = workspace::cargo(&["build", "--package", "souk-http", "--bin", "souk"]);
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => {
            build.arg("--release");
            "release"
        }
    };
    process::run(&mut build)?;
    step.done_as("built `souk`");
    Ok(workspace::target_dir()?.join(folder).join("souk"))
}

/// A call of the binary with its settings for development.
pub(crate) fn command(binary: &Path, database_url: &str) -> Result<Command> {
    let mut command = Command::new(binary);
    command.current_dir(workspace::root()).env("DATABASE_URL", database_url);
    if !settings::has_token_secret() {
        // Kept, so that a developer's tokens outlive a restart.
        command.env("SOUK_TOKEN_SECRET", cache::secret("token-secret")?);
    }
    Ok(command)
}

/// Brings a database's schema up to date.
pub(crate) fn migrate(binary: &Path, database_url: &str) -> Result<()> {
    let step = ui::step("migrating");
    process::run(command(binary, database_url)?.args(["migrate", "up"]))?;
    step.done_as("the schema is up to date");
    Ok(())
}

/// Loads the demo data (again, which changes nothing), and gives what the command said about it.
pub(crate) fn demo_data(binary: &Path, database_url: &str) -> Result<String> {
    let step = ui::step("loading demo data");
    let said = process::read(command(binary, database_url)?.arg("demo-data"))?;
    step.done_as("the demo data is there");
    Ok(said)
}

/// The OpenAPI document, which needs neither database nor settings.
pub(crate) fn openapi(binary: &Path) -> Result<String> {
    process::read(Command::new(binary).arg("openapi"))
}
