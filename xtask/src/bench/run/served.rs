//! The server that is measured: a release build, as in production but for limits on callers.

use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::{http, process, server, settings, souk, ui};

/// How long it may take to become ready.
const READY: Duration = Duration::from_secs(30);

/// What is set besides the database: all load comes from one address, some sellers write hundreds of messages, and two
/// processors are best served by eight connections.
const SETTINGS: [(&str, &str); 4] = [
    ("SOUK_RATE_LIMITS", "off"),
    ("RUST_LOG", "warn"),
    ("SOUK_POOL_MAX_SIZE", "8"),
    ("SOUK_POOL_MIN_IDLE", "8"),
];

/// A running server.
#[derive(Debug)]
pub(super) struct Served {
    child: Child,
    pub(super) address: String,
    /// From its start to the first yes of `/readyz`.
    pub(super) cold_start: Duration,
}

impl Served {
    /// Starts it. What a developer has set for themself wins over the settings above.
    pub(super) fn start(binary: &Path, database_url: &str) -> Result<Self> {
        let (address, operations) = (server::free_address()?, server::free_address()?);
        let mut command = souk::command(binary, database_url)?;
        command.arg("serve").stdout(Stdio::null());
        for (name, value) in SETTINGS {
            if !settings::is_set(name) {
                command.env(name, value);
            }
        }
        command.env("SOUK_ADDR", &address).env("SOUK_OPS_ADDR", operations);
        let started = Instant::now();
        let mut served =
            Self { child: process::spawn(&mut command)?, address, cold_start: Duration::default() };
        while http::status(&served.address, "/readyz") != Some(200) {
            if let Some(status) = served.child.try_wait().context("cannot wait for the server")? {
                bail!("`souk serve` ended with {status} before it was ready");
            }
            process::check_interrupt()?;
            if started.elapsed() > READY {
                bail!("`souk serve` was not ready after {} s", READY.as_secs());
            }
            thread::sleep(Duration::from_millis(2));
        }
        served.cold_start = started.elapsed();
        Ok(served)
    }

    /// Its process.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Err(error) = process::stop(&mut self.child) {
            ui::warn(&format!("{error:#}"));
        }
    }
}
