//! A private PostgreSQL cluster in the cache folder: made, started and stopped without anybody's rights.
//!
//! There are three, off the same programs: `dev` keeps what is written to it; `test` trades durability for
//! speed, for its databases live seconds; `bench` is set up as a server of its size would be. They listen on the loopback address alone, on ports of their own,
//! and trust whoever reaches them there: they hold demo data, and their superuser has no password to leak.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::installed::Binaries;
use crate::cache::{self, Account};
use crate::{process, ui, workspace};

/// What a cluster is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The developer's own data, kept from run to run.
    Dev,
    /// Databases that live as long as a test.
    Test,
    /// Measurements: durable, and with memory for its data.
    Bench,
}

impl Purpose {
    /// The folder's name, and how people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Test => "test",
            Self::Bench => "bench",
        }
    }

    /// The port to ask for; far from 5432, so that an installed server is never mistaken for ours.
    fn port(self) -> u16 {
        match self {
            Self::Dev => 54329,
            Self::Test => 54330,
            Self::Bench => 54331,
        }
    }

    fn settings(self) -> &'static str {
        match self {
            Self::Dev => "",
            Self::Test => {
                "# A crash may lose everything here, and nobody would mind.\n\
                 fsync = off\nfull_page_writes = off\nmax_wal_size = 4GB\n"
            }
            Self::Bench => {
                "shared_buffers = 1GB\neffective_cache_size = 8GB\nmaintenance_work_mem = 512MB\n\
                 max_wal_size = 8GB\nmin_wal_size = 1GB\ncheckpoint_timeout = 15min\nwal_compression = on\n\
                 random_page_cost = 1.1\nshared_preload_libraries = 'pg_stat_statements'\n"
            }
        }
    }
}

/// A cluster's place, and the programs and the account that serve it.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    pub(crate) purpose: Purpose,
    pub(crate) binaries: Binaries,
    /// Holds `data`, `log`, `port` and the lock files.
    pub(crate) folder: PathBuf,
    account: Option<Account>,
}

impl Cluster {
    /// The cluster of that purpose for these programs; a data folder belongs to one major version.
    pub(crate) fn new(purpose: Purpose, binaries: Binaries) -> Result<Self> {
        let folder = folder(purpose, binaries.major)?;
        workspace::make_dir(&folder)?;
        let mut account = cache::server_account()?;
        if let Some(account) = &mut account
            && let Ok((uid, gid)) = cache::owner(&folder.join("data"))
        {
            // A user `postgres` may have come after the cluster was made as `nobody`.
            (account.uid, account.gid) = (uid, gid);
        }
        cache::check_enterable(&folder, account.as_ref())?;
        Ok(Self { purpose, binaries, folder, account })
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The port of the running server, if it runs and answers.
    pub(crate) fn running(&self) -> Option<u16> {
        let pid_file = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        let port: u16 = pid_file.lines().nth(3)?.trim().parse().ok()?;
        let status =
            process::output(self.program("pg_ctl").args(["status", "--pgdata"]).arg(self.data())).ok()?;
        (status.status.success() && accepts(port)).then_some(port)
    }

    /// Starts the server, making the cluster first if need be; gives its port.
    pub(crate) fn start(&self) -> Result<u16> {
        if let Some(port) = self.running() {
            return Ok(port);
        }
        if !self.data().is_dir() {
            self.init()?;
        }
        let port = free_port(self.saved_port())?;
        if port != self.purpose.port() {
            ui::note(&format!("port {} is taken; this cluster uses {port}", self.purpose.port()));
        }
        workspace::write(&self.data().join("souk.conf"), self.settings(port))?;
        workspace::write(&self.folder.join("port"), port.to_string())?;
        self.trim_log()?;
        let step =
            ui::step(&format!("starting PostgreSQL {} ({})", self.binaries.version, self.purpose.name()));
        let mut start = self.program("pg_ctl");
        start.args(["start", "--wait", "--timeout=60", "--silent", "--pgdata"]).arg(self.data());
        start.arg("--log").arg(self.log());
        process::run_quietly(&mut start, || ()).with_context(|| {
            let log = fs::read_to_string(self.log()).unwrap_or_default();
            format!(
                "PostgreSQL did not start. The end of its log ({}):\n{}",
                self.log().display(),
                process::tail(&log, 15)
            )
        })?;
        step.done_as(&format!(
            "PostgreSQL {} ({}) on 127.0.0.1:{port}",
            self.binaries.version,
            self.purpose.name()
        ));
        Ok(port)
    }

    /// Stops the server and waits until its data is on disk.
    pub(crate) fn stop(&self) -> Result<()> {
        let mut stop = self.program("pg_ctl");
        stop.args(["stop", "--mode=fast", "--wait", "--timeout=60", "--silent", "--pgdata"]).arg(self.data());
        // Not `run_quietly`: this also runs after Ctrl-C, and must not be cut short by the same signal.
        process::read(&mut stop).map(drop)
    }

    /// Where the port is remembered, so that a URL somebody copied stays good.
    fn saved_port(&self) -> u16 {
        let saved = fs::read_to_string(self.folder.join("port")).ok();
        saved.and_then(|text| text.trim().parse().ok()).unwrap_or_else(|| self.purpose.port())
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.binaries.bin.join(name));
        cache::run_as(&mut command, self.account.as_ref());
        // Messages in English: the adapter reads a deadlock by its text.
        command.env("LC_ALL", "C");
        command
    }

    fn init(&self) -> Result<()> {
        let step = ui::step(&format!("making the {} cluster", self.purpose.name()));
        if let Some(account) = &self.account {
            chown(&self.folder, Some(account.uid), Some(account.gid))
                .with_context(|| format!("cannot give {} to `{}`", self.folder.display(), account.name))?;
        }
        // Made beside and renamed: half a cluster must not look like one.
        let fresh = self.folder.join("data.new");
        workspace::remove_dir(&fresh)?;
        let mut initdb = self.program("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"]);
        // The builtin provider needs no locale of the host, and sorts the same on every machine.
        initdb.args(["--locale-provider=builtin", "--locale=C.UTF-8", "--lc-messages=C"]);
        if self.purpose == Purpose::Test {
            initdb.arg("--no-sync");
        }
        process::run_quietly(initdb.arg("--pgdata").arg(&fresh), || ())?;
        OpenOptions::new()
            .append(true)
            .open(fresh.join("postgresql.conf"))
            .and_then(|mut conf| conf.write_all(b"\ninclude 'souk.conf'  # written anew at every start\n"))
            .context("cannot extend postgresql.conf")?;
        fs::set_permissions(&fresh, fs::Permissions::from_mode(0o700))
            .context("cannot close the data folder")?;
        fs::rename(&fresh, self.data()).context("cannot put the new cluster in place")?;
        step.done_as(&format!("made the {} cluster in {}", self.purpose.name(), self.folder.display()));
        Ok(())
    }

    fn settings(&self, port: u16) -> String {
        let mut text = String::from("# Written by `cargo xtask`; changes are lost at the next start.\n");
        let _infallible = write!(
            text,
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\n\
             max_connections = 200\njit = off\ntimezone = 'UTC'\nlog_timezone = 'UTC'\nlc_messages = 'C'\n\
             log_min_duration_statement = 1s\n{}",
            self.purpose.settings()
        );
        text
    }

    /// Keeps the log from growing for ever.
    fn trim_log(&self) -> Result<()> {
        if fs::metadata(self.log()).is_ok_and(|meta| meta.len() > 20_000_000) {
            fs::remove_file(self.log()).context("cannot remove the old log")?;
        }
        Ok(())
    }
}

/// Where a cluster lies.
pub(crate) fn folder(purpose: Purpose, major: u32) -> Result<PathBuf> {
    Ok(cache::dir()?.join("clusters").join(format!("{}-{major}", purpose.name())))
}

/// The port of a cluster's server by its folder alone, if something answers there.
pub(crate) fn port_in(folder: &Path) -> Option<u16> {
    let pid_file = fs::read_to_string(folder.join("data/postmaster.pid")).ok()?;
    let port = pid_file.lines().nth(3)?.trim().parse().ok()?;
    accepts(port).then_some(port)
}

fn accepts(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_ok()
}

/// The wanted port, or the next free one above it.
fn free_port(wanted: u16) -> Result<u16> {
    (wanted..wanted.saturating_add(100))
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .with_context(|| format!("no free port from {wanted} on"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_passed_over() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(accepts(port));
        assert!(free_port(port).unwrap() > port);
    }
}
