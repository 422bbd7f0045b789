//! Asking a database something, through `psql`: xtask itself speaks no PostgreSQL, so that it stays light.

use std::io::{IsTerminal as _, stdin, stdout};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::process;

/// A `psql` to ask with.
#[derive(Debug, Clone)]
pub(crate) enum Psql {
    /// A program on this machine.
    Program(PathBuf),
    /// The one in the compose service's container, which reaches its server without the network.
    Container {
        /// The compose file that defines the service.
        compose: PathBuf,
        /// The role to ask as.
        user: String,
    },
}

impl Psql {
    /// Any `psql` there is; the version hardly matters for plain questions.
    pub(crate) fn any(private_bin: Option<&Path>) -> Option<Self> {
        process::find("psql")
            .or_else(|| {
                super::installed::folders()
                    .into_iter()
                    .map(|bin| bin.join("psql"))
                    .find(|path| path.is_file())
            })
            .or_else(|| private_bin.map(|bin| bin.join("psql")).filter(|path| path.is_file()))
            .map(Self::Program)
    }

    /// A command that talks to the database, ready for more arguments.
    pub(crate) fn command(&self, url: &str) -> Result<Command> {
        match self {
            Self::Program(program) => {
                let mut command = Command::new(program);
                command.env("PGCONNECT_TIMEOUT", "5").arg("--dbname").arg(url);
                Ok(command)
            }
            Self::Container { compose, user } => {
                let mut command = super::docker::compose(compose);
                command.arg("exec");
                if !(stdin().is_terminal() && stdout().is_terminal()) {
                    command.arg("-T");
                }
                command.args([super::docker::SERVICE, "psql", "-U", user, "-d", super::url::name(url)?]);
                Ok(command)
            }
        }
    }

    /// The answer to one statement: rows on lines, columns divided by `|`.
    pub(crate) fn ask(&self, url: &str, sql: &str) -> Result<String> {
        let mut command = self.command(url)?;
        command.stdin(Stdio::null()).args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]);
        Ok(process::read(&mut command)?.trim_end().to_owned())
    }
}
