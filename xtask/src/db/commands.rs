//! `cargo xtask db …`

use std::fs;

use anyhow::{Context as _, Result, bail};

use super::cluster::{self, Cluster, Purpose};
use super::installed::Binaries;
use super::lease::Server;
use super::{Choice, Database, docker, installed, root, url};
use crate::{cache, process, settings, ui};

/// `db up`: the server runs until `db down`.
pub(crate) fn up(choice: Option<Choice>, purpose: Purpose) -> Result<()> {
    let database = super::open(choice, purpose)?;
    database.keep()?;
    ui::note("it stays up until `cargo xtask db down`");
    ui::answer(database.url());
    Ok(())
}

/// `db down`: stops whatever of ours runs.
pub(crate) fn down() -> Result<()> {
    let mut stopped = false;
    for server in ours()? {
        stopped |= server.down()?;
    }
    if !stopped {
        ui::note("no database of ours was running");
    }
    Ok(())
}

/// Every server that xtask may have started, whichever way.
fn ours() -> Result<Vec<Server>> {
    let mut servers = Vec::new();
    for binaries in installed::search().best.into_iter().chain(root::present()) {
        for purpose in [Purpose::Dev, Purpose::Test, Purpose::Bench] {
            if cluster::folder(purpose, binaries.major)?.join("data").is_dir() {
                servers.push(Server::Cluster(Cluster::new(purpose, binaries.clone())?));
            }
        }
    }
    let folder = cache::dir()?.join("clusters/docker");
    if folder.is_dir() && docker::refusal().is_none() {
        servers.push(Server::Docker { folder });
    }
    Ok(servers)
}

/// `db reset`: an empty database in place of the one that was there.
pub(crate) fn reset(choice: Option<Choice>, yes: bool) -> Result<()> {
    let database = super::open(choice, Purpose::Dev)?;
    empty(&database, yes)?;
    ui::note("`cargo xtask dev` (or `migrate up` and `demo-data`) fills it again");
    Ok(())
}

/// Drops and makes the database. One that the developer named needs their explicit yes.
pub(crate) fn empty(database: &Database, yes: bool) -> Result<()> {
    let name = url::name(database.url())?.to_owned();
    if database.choice() == Choice::Url && !yes {
        bail!(
            "this drops everything in {}, which DATABASE_URL names.\n  If you mean it, say --yes",
            url::masked(database.url())
        );
    }
    let step = ui::step(&format!("emptying the database `{name}`"));
    database.remove(&name)?;
    database.create(&name)?;
    step.done_as(&format!("the database `{name}` is empty"));
    Ok(())
}

/// `db url`: for other programs; the server stays up, for a URL of a stopped server is of no use.
pub(crate) fn print_url(choice: Option<Choice>, purpose: Purpose) -> Result<()> {
    let database = super::open(choice, purpose)?;
    database.keep()?;
    ui::answer(database.url());
    Ok(())
}

/// `db psql`: an interactive session, or whatever the arguments say.
pub(crate) fn psql(choice: Option<Choice>, purpose: Purpose, arguments: &[String]) -> Result<()> {
    let database = super::open(choice, purpose)?;
    let mut command = database.psql()?.command(database.url())?;
    process::leave_ctrl_c_to_the_child();
    let status = command.args(arguments).status().context("cannot start `psql`")?;
    if !status.success() {
        bail!("psql ended with {status}");
    }
    Ok(())
}

/// `db status`: what there is, what runs, and what would be chosen.
pub(crate) fn status() -> Result<()> {
    let none = || format!("no PostgreSQL >= {} with PostGIS is installed", installed::OLDEST);
    let found =
        |binaries: &Binaries| format!("PostgreSQL {} in {}", binaries.version, binaries.bin.display());
    let search = installed::search();
    let mut rows = vec![
        ("cache", cache::dir()?.display().to_string()),
        (
            "url",
            settings::database_url().map_or("DATABASE_URL is not set".to_owned(), |url| {
                format!("DATABASE_URL = {}", url::masked(&url))
            }),
        ),
        ("local", search.best.as_ref().map_or_else(none, found)),
    ];
    rows.extend(search.refused.into_iter().map(|refused| ("", refused)));
    rows.push(("docker", docker::refusal().unwrap_or_else(|| "an engine answers".to_owned())));
    let makeable =
        || root::refusal().unwrap_or_else(|| "can be made from Debian's packages, in some 20 s".to_owned());
    rows.push(("private", root::present().as_ref().map_or_else(makeable, found)));
    let mut folders: Vec<_> = fs::read_dir(cache::dir()?.join("clusters"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|folder| folder.join("data").is_dir())
        .collect();
    folders.sort();
    for folder in &folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let kept = if folder.join("kept").exists() { ", until `db down`" } else { "" };
        let state = match cluster::port_in(folder) {
            Some(port) => format!("{name} runs on 127.0.0.1:{port}{kept}"),
            None => format!("{name} is stopped"),
        };
        rows.push(("cluster", state));
    }
    for (label, text) in rows {
        ui::answer(format!("{label:<9} {text}"));
    }
    Ok(())
}
