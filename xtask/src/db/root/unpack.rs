//! Unpacking fetched packages, several at once, without what only people or compilers read.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context as _, Result, anyhow, bail};

use super::apt::Package;
use crate::{process, ui};

const LEFT_OUT: [&str; 7] = [
    "./usr/share/doc",
    "./usr/share/man",
    "./usr/share/locale",
    "./usr/share/info",
    "./usr/share/lintian",
    "./usr/include",
    "./var",
];

/// Unpacks all packages into the root.
pub(crate) fn all(packages: &[Package], root: &Path) -> Result<()> {
    let step = ui::step(&format!("unpacking {} packages", packages.len()));
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(2, 8);
    thread::scope(|scope| {
        let running: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| -> Result<()> {
                    while let Some(package) = packages.get(next.fetch_add(1, Ordering::Relaxed)) {
                        process::check_interrupt()?;
                        one(package, root)?;
                    }
                    Ok(())
                })
            })
            .collect();
        running
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| anyhow!("an unpacking thread died"))?)
    })?;
    step.done();
    Ok(())
}

fn one(package: &Package, root: &Path) -> Result<()> {
    let mut archive = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(&package.file)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start `dpkg-deb`")?;
    let content = archive.stdout.take().context("dpkg-deb has no output")?;
    let mut tar = Command::new("tar");
    tar.args(["--extract", "--no-same-owner", "--directory"]).arg(root).stdin(content);
    tar.args(LEFT_OUT.map(|path| format!("--exclude={path}")));
    let unpacked = process::status(&mut tar)?;
    let read = archive.wait().context("cannot wait for `dpkg-deb`")?;
    if !(unpacked.success() && read.success()) {
        bail!("the package {} {} can't be unpacked (is the disk full?)", package.name, package.version);
    }
    Ok(())
}
