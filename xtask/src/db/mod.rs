//! Finding a PostgreSQL, or making one: the first thing every other command needs.
//!
//! The order: what the developer names (`DATABASE_URL`), an installed server's programs, a container engine
//! that really answers, a private root from Debian's packages. What an installed or private server holds lies in
//! clusters of our own in the cache folder; a system's server is never touched.

mod cluster;
pub(crate) mod commands;
mod docker;
mod external;
mod installed;
mod lease;
mod psql;
mod root;
pub(crate) mod url;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use cluster::Cluster;
pub(crate) use cluster::Purpose;
use installed::Binaries;
use lease::{Lease, Server};
use psql::Psql;

use crate::{cache, settings, ui};

/// Which database to use; without one, the first that can be had, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Choice {
    /// The one `DATABASE_URL` names (for tests: `SOUK_TEST_DATABASE_URL`)
    Url,
    /// A private cluster of an installed PostgreSQL >= 17 with PostGIS
    Local,
    /// The service `db` of docker/compose.yaml
    Docker,
    /// A private cluster of a PostgreSQL unpacked from Debian's packages, without root rights
    Private,
}

/// The database of the running marketplace.
const NAME: &str = "souk";

/// A database server that answers, held until this is dropped.
#[derive(Debug)]
pub(crate) struct Database {
    /// The URL everything else is told.
    url: String,
    psql: Option<Psql>,
    bin: Option<PathBuf>,
    lease: Option<Lease>,
    choice: Choice,
}

/// Finds or makes the database for that purpose: for [`Purpose::Dev`] the marketplace's own database, which
/// then exists; for [`Purpose::Test`] a server on which databases may come and go.
pub(crate) fn open(choice: Option<Choice>, purpose: Purpose) -> Result<Database> {
    let Some(choice) = choice.or_else(|| named(purpose).map(|_| Choice::Url)) else {
        return first_available(purpose);
    };
    let database = match choice {
        Choice::Url => named_by_url(purpose),
        Choice::Local => {
            let search = installed::search();
            let refused = search.refused.join("\n  ");
            let binaries = search.best.with_context(|| {
                format!(
                    "--db=local: no PostgreSQL >= {} with PostGIS is installed.\n  {refused}",
                    installed::OLDEST
                )
            })?;
            in_cluster(choice, purpose, binaries)
        }
        Choice::Docker => match docker::refusal() {
            Some(refusal) => bail!("--db=docker: {refusal}"),
            None => in_docker(purpose),
        },
        Choice::Private => match root::present() {
            Some(binaries) => in_cluster(choice, purpose, binaries),
            None => match root::refusal() {
                Some(refusal) => bail!("--db=private: {refusal}"),
                None => in_cluster(choice, purpose, root::ensure()?),
            },
        },
    }?;
    Ok(database)
}

/// The database that a command names by its URL.
pub(crate) fn at(url: &str) -> Result<Database> {
    let private = root::present().map(|binaries| binaries.bin);
    let psql = external::check("--database", url, private.as_deref())?;
    let bin = installed::search().best.map(|binaries| binaries.bin).or(private);
    Ok(Database { url: url.to_owned(), psql, bin, lease: None, choice: Choice::Url })
}

/// The first way that works; if none does, one message with what was tried and the ways out.
fn first_available(purpose: Purpose) -> Result<Database> {
    let mut tried = Vec::new();
    let search = installed::search();
    if let Some(binaries) = search.best {
        return in_cluster(Choice::Local, purpose, binaries);
    }
    tried.push((
        "local",
        if search.refused.is_empty() { "none is installed".to_owned() } else { search.refused.join("; ") },
    ));
    // Before Docker when it is already there: it starts faster, and holds the data of the last run.
    if let Some(binaries) = root::present() {
        return in_cluster(Choice::Private, purpose, binaries);
    }
    match docker::refusal() {
        Some(refusal) => tried.push(("docker", refusal)),
        None => match in_docker(purpose) {
            Ok(database) => return Ok(database),
            Err(error) => {
                crate::process::check_interrupt()?;
                ui::warn(&format!("Docker is there, but its database did not start: {error:#}"));
                tried.push(("docker", format!("{error:#}")));
            }
        },
    }
    match root::refusal() {
        Some(refusal) => tried.push(("private", refusal)),
        None => match root::ensure() {
            Ok(binaries) => return in_cluster(Choice::Private, purpose, binaries),
            Err(error) => {
                crate::process::check_interrupt()?;
                tried.push(("private", format!("{error:#}")));
            }
        },
    }
    bail!("{}", ways_out(purpose, &tried))
}

fn ways_out(purpose: Purpose, tried: &[(&str, String)]) -> String {
    let variable = match purpose {
        Purpose::Dev | Purpose::Bench => "DATABASE_URL",
        Purpose::Test => "SOUK_TEST_DATABASE_URL",
    };
    let tried = ui::listed(4, tried.iter().map(|(way, why)| format!("{way:<8} {why}")));
    format!(
        "no PostgreSQL >= {oldest} with PostGIS can be found or made here. Tried:\n    url      {variable} is not \
         set{tried}\n  Any one of these helps:\n    - name a server you have:  export \
         {variable}=postgres://USER:PASSWORD@HOST:5432/souk\n    - Debian, Ubuntu:  install postgresql-{oldest} \
         and postgresql-{oldest}-postgis-3 (https://apt.postgresql.org has them for every release)\n    - macOS:  \
         brew install postgresql@{oldest} postgis\n    - start a Docker engine, so that `docker info` answers\n  \
         Then run the same command again.",
        oldest = installed::OLDEST
    )
}

/// The variable and the URL by which the developer names a server. For tests, `DATABASE_URL` counts only when
/// asked for with --db=url: it is usually somebody's data, and tests make and drop databases beside it.
fn named(purpose: Purpose) -> Option<(&'static str, String)> {
    match purpose {
        Purpose::Dev => settings::database_url().map(|url| ("DATABASE_URL", url)),
        Purpose::Test => settings::test_database_url().map(|url| ("SOUK_TEST_DATABASE_URL", url)),
        // Loading empties a database, so that one is taken only where a command names it.
        Purpose::Bench => None,
    }
}

fn named_by_url(purpose: Purpose) -> Result<Database> {
    let (variable, url) =
        named(purpose).or_else(|| settings::database_url().map(|url| ("DATABASE_URL", url))).context(
            "--db=url: DATABASE_URL is not set; it looks like postgres://USER:PASSWORD@HOST:5432/souk",
        )?;
    let private = root::present().map(|binaries| binaries.bin);
    let psql = external::check(variable, &url, private.as_deref())?;
    // Client programs of the same age as the server, if there are any.
    let bin = installed::search().best.map(|binaries| binaries.bin).or(private);
    Ok(Database { url, psql, bin, lease: None, choice: Choice::Url })
}

fn in_cluster(choice: Choice, purpose: Purpose, binaries: Binaries) -> Result<Database> {
    let bin = binaries.bin.clone();
    let psql = Psql::Program(bin.join("psql"));
    let cluster = Cluster::new(purpose, binaries)?;
    let (lease, port) = Lease::take(Server::Cluster(cluster.clone()), || cluster.start())?;
    let server = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    Database { url: server, psql: Some(psql), bin: Some(bin), lease: Some(lease), choice }.ready(purpose)
}

fn in_docker(purpose: Purpose) -> Result<Database> {
    let folder = cache::dir()?.join("clusters/docker");
    let (lease, service) = Lease::take(Server::Docker { folder }, docker::up)?;
    let psql = Psql::Container { compose: service.compose, user: service.user };
    let bin = installed::search().best.map(|binaries| binaries.bin);
    Database { url: service.url, psql: Some(psql), bin, lease: Some(lease), choice: Choice::Docker }
        .ready(purpose)
}

impl Database {
    /// For development, moves on from the server's own database to the marketplace's.
    fn ready(mut self, purpose: Purpose) -> Result<Self> {
        if purpose == Purpose::Dev {
            let known = self.ask(&format!("SELECT count(*) FROM pg_database WHERE datname = '{NAME}'"))?;
            if known != "1" {
                self.create(NAME)?;
            }
            self.url = self.url_of(NAME)?;
        }
        Ok(self)
    }

    /// What `DATABASE_URL` or `SOUK_TEST_DATABASE_URL` is set to.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Which way it was found.
    pub(crate) fn choice(&self) -> Choice {
        self.choice
    }

    /// Moves to another database of the same server.
    pub(crate) fn into(mut self, name: &str) -> Result<Self> {
        self.url = self.url_of(name)?;
        Ok(self)
    }

    /// A `psql` that talks to this database.
    pub(crate) fn command(&self) -> Result<Command> {
        self.psql()?.command(&self.url)
    }

    /// Another database on the same server.
    pub(crate) fn url_of(&self, name: &str) -> Result<String> {
        url::with_name(&self.url, name)
    }

    /// The folder with `pg_dump` and the other client programs, where there is one on this machine.
    pub(crate) fn bin(&self) -> Option<&Path> {
        self.bin.as_deref()
    }

    fn psql(&self) -> Result<&Psql> {
        self.psql.as_ref().context("there is no `psql` here: install PostgreSQL's client programs")
    }

    /// The answer to one SQL statement.
    pub(crate) fn ask(&self, sql: &str) -> Result<String> {
        self.psql()?.ask(&self.url, sql)
    }

    /// The answer to one SQL statement from another database on the server.
    fn ask_server(&self, sql: &str) -> Result<String> {
        self.psql()?.ask(&self.url_of("postgres")?, sql)
    }

    /// Makes an empty database beside.
    pub(crate) fn create(&self, name: &str) -> Result<()> {
        self.ask_server(&format!("CREATE DATABASE {}", external::quoted(name))).map(drop)
    }

    /// Drops a database, whoever is connected to it.
    pub(crate) fn remove(&self, name: &str) -> Result<()> {
        self.ask_server(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", external::quoted(name))).map(drop)
    }

    /// Lets the server run on after this command.
    pub(crate) fn keep(&self) -> Result<()> {
        self.lease.as_ref().map_or(Ok(()), Lease::keep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_message_names_what_was_tried_and_the_ways_out() {
        let text = ways_out(Purpose::Dev, &[("local", "PostgreSQL 15.13 is older than 17".to_owned())]);
        for needed in
            ["local    PostgreSQL 15.13", "export DATABASE_URL=", "postgresql-17-postgis-3", "docker info"]
        {
            assert!(text.contains(needed), "{needed} is missing from:\n{text}");
        }
        assert!(ways_out(Purpose::Test, &[]).contains("export SOUK_TEST_DATABASE_URL="));
    }
}
