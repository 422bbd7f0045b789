//! Who uses a server, so that the last one to leave stops it and nobody stops it under another's feet.
//!
//! Every command that needs the server holds a shared lock on `in-use`. The last to let go stops the server,
//! unless `db up` asked for it to stay (`kept`). Locks vanish with their process, however it dies.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::cluster::Cluster;
use super::docker;
use crate::cache::Lock;
use crate::{ui, workspace};

/// What can be started and stopped.
#[derive(Debug, Clone)]
pub(crate) enum Server {
    /// A private cluster.
    Cluster(Cluster),
    /// The compose service.
    Docker {
        /// Holds the lock files.
        folder: PathBuf,
    },
}

impl Server {
    fn folder(&self) -> &Path {
        match self {
            Self::Cluster(cluster) => &cluster.folder,
            Self::Docker { folder } => folder,
        }
    }

    fn is_running(&self) -> bool {
        match self {
            Self::Cluster(cluster) => cluster.running().is_some(),
            Self::Docker { .. } => docker::is_up(),
        }
    }

    fn stop_now(&self) -> Result<()> {
        let step = ui::step("stopping the database");
        match self {
            Self::Cluster(cluster) => cluster.stop()?,
            Self::Docker { .. } => docker::stop()?,
        }
        step.done_as("stopped the database; its data is kept");
        Ok(())
    }

    fn lock(&self) -> Result<Lock> {
        workspace::make_dir(self.folder())?;
        Lock::exclusive(&self.folder().join("lock"), "is starting or stopping the database")
    }

    /// Stops the server, whoever uses it; false if it did not run.
    pub(crate) fn down(&self) -> Result<bool> {
        let _lock = self.lock()?;
        let _was_not_kept = fs::remove_file(self.kept());
        let running = self.is_running();
        if running {
            self.stop_now()?;
        }
        Ok(running)
    }

    fn kept(&self) -> PathBuf {
        self.folder().join("kept")
    }
}

/// One user's hold on a running server.
#[derive(Debug)]
pub(crate) struct Lease {
    server: Server,
    share: Option<Lock>,
}

impl Lease {
    /// Starts the server with `start` (which finds it running or makes it run) and holds it.
    pub(crate) fn take<T>(server: Server, start: impl FnOnce() -> Result<T>) -> Result<(Self, T)> {
        let lock = server.lock()?;
        let share = Lock::shared(&server.folder().join("in-use"))?;
        let lease = Self { server, share: Some(share) };
        let started = start();
        // Before a failure lets the lease go, for that takes the same lock.
        drop(lock);
        Ok((lease, started?))
    }

    /// Lets the server run on after the last user has left, until `db down`.
    pub(crate) fn keep(&self) -> Result<()> {
        let kept = self.server.kept();
        fs::write(&kept, "").with_context(|| format!("cannot write {}", kept.display()))
    }

    fn release(&mut self) -> Result<()> {
        let Some(share) = self.share.take() else { return Ok(()) };
        let _lock = Lock::insist(&self.server.folder().join("lock"))?;
        if share.was_last() && !self.server.kept().exists() && self.server.is_running() {
            self.server.stop_now()?;
        }
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Err(error) = self.release() {
            ui::warn(&format!("the database may still run (`cargo xtask db down` stops it): {error:#}"));
        }
    }
}
