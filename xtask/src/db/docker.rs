//! The database as the compose service `db`, where a container engine really answers.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{process, ui, workspace};

/// The service's name in the compose file.
pub(crate) const SERVICE: &str = "db";

/// The compose file.
pub(crate) fn file() -> PathBuf {
    workspace::root().join("docker/compose.yaml")
}

/// `docker compose` with our file.
pub(crate) fn compose(file: &Path) -> Command {
    let mut command = Command::new("docker");
    command.arg("compose").arg("--file").arg(file);
    command
}

/// Why Docker can't be used here, or nothing. The client alone says nothing: only an engine's answer counts.
pub(crate) fn refusal() -> Option<String> {
    if process::find("docker").is_none() {
        return Some("there is no `docker` program".to_owned());
    }
    if !file().is_file() {
        return Some(format!("{} is missing", file().display()));
    }
    let mut info = Command::new("docker");
    info.args(["info", "--format", "{{.ServerVersion}}"]);
    if !process::answers(&mut info, Duration::from_secs(5)) {
        return Some("`docker info` does not answer: no engine is running".to_owned());
    }
    if !process::answers(Command::new("docker").args(["compose", "version"]), Duration::from_secs(5)) {
        return Some("`docker compose` is missing".to_owned());
    }
    None
}

/// The service, once it runs.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) compose: PathBuf,
    pub(crate) user: String,
    /// Of the server's `postgres` database.
    pub(crate) url: String,
}

/// Starts the service and waits until it is healthy.
pub(crate) fn up() -> Result<Service> {
    let file = file();
    let step = ui::step("starting PostgreSQL in Docker (compose service `db`)");
    process::run(compose(&file).args(["up", "--detach", "--wait", SERVICE]))
        .context("if its port is taken, choose another: SOUK_DB_PORT=5433")?;
    let service = describe(&file)?;
    step.done_as("PostgreSQL runs in Docker");
    Ok(service)
}

/// Whether the service's container runs.
pub(crate) fn is_up() -> bool {
    let mut command = compose(&file());
    command.args(["ps", "--quiet", "--status", "running", SERVICE]);
    process::read(&mut command).is_ok_and(|ids| !ids.trim().is_empty())
}

/// Stops the container; its volume keeps the data.
pub(crate) fn stop() -> Result<()> {
    // `read`, because this also runs after Ctrl-C, and must not be cut short by the same signal.
    process::read(compose(&file()).args(["stop", SERVICE])).map(drop)
}

fn describe(file: &Path) -> Result<Service> {
    let config: Value =
        serde_json::from_str(&process::read(compose(file).args(["config", "--format", "json"]))?)
            .context("`docker compose config` wrote something unreadable")?;
    let (user, password) = credentials(&config)?;
    let published = process::read(compose(file).args(["port", SERVICE, "5432"]))?;
    let port = published.trim().rsplit_once(':').map(|(_, port)| port).unwrap_or_default();
    if port.is_empty() || port == "0" {
        bail!(
            "the compose service `{SERVICE}` publishes no port for 5432: give it `ports: [\"127.0.0.1::5432\"]`"
        );
    }
    let url = format!("postgres://{user}:{password}@127.0.0.1:{port}/postgres");
    Ok(Service { compose: file.to_path_buf(), user, url })
}

/// User and password that the compose file gives the image.
fn credentials(config: &Value) -> Result<(String, String)> {
    let environment = config
        .pointer(&format!("/services/{SERVICE}/environment"))
        .with_context(|| format!("the compose file has no service `{SERVICE}` with an environment"))?;
    let text = |name: &str| environment.get(name).and_then(Value::as_str).map(str::to_owned);
    let user = text("POSTGRES_USER").unwrap_or_else(|| "postgres".to_owned());
    let password = text("POSTGRES_PASSWORD")
        .with_context(|| format!("the compose service `{SERVICE}` sets no POSTGRES_PASSWORD"))?;
    Ok((user, password))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn credentials_come_from_the_compose_file() {
        let config =
            json!({"services": {"db": {"environment": {"POSTGRES_USER": "souk", "POSTGRES_PASSWORD": "x"}}}});
        assert_eq!(credentials(&config).unwrap(), ("souk".to_owned(), "x".to_owned()));
        assert!(credentials(&json!({"services": {}})).is_err());
    }
}
