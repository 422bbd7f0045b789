//! `cargo xtask bench run`: the release server on loaded data, each operation beside what the database alone does.
//!
//! Rounds go in turn, once this one first and once that, so that whatever else the machine does hits both alike. The figure
//! to trust is processor time for each request; requests a second follow from it.

mod chart;
mod endpoints;
mod generators;
mod peers;
mod report;
mod served;
mod usage;

use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use self::endpoints::{ENDPOINTS, Endpoint};
use self::generators::{Call, Ground};
use self::peers::{PeerOptions, Peers};
use self::report::{Measured, Report};
use self::served::Served;
use self::usage::Watched;
use super::load::{self, Loaded};
use crate::db::{self, Choice, Database, Purpose};
use crate::souk::{self, Profile};
use crate::{process, ui, workspace};

/// The arguments of `bench run`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// On the data of this scale, which is loaded if it is not there
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=50))]
    scale: u32,
    /// On this database, which `bench load --database` filled with its files in --data
    #[arg(long, value_name = "URL", requires = "data")]
    database: Option<String>,
    /// The folder of its files
    #[arg(long, value_name = "FOLDER", requires = "database")]
    data: Option<std::path::PathBuf>,
    /// How long each run is measured, after a second to warm up
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=600))]
    seconds: u32,
    /// How often each is measured; the median counts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    rounds: u32,
    /// Connections that ask at once
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=200))]
    connections: u32,
    /// Only these, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    endpoints: Vec<String>,
    /// Measure this `souk` instead of a release build of the sources here
    #[arg(long, value_name = "FILE")]
    binary: Option<std::path::PathBuf>,
    #[command(flatten)]
    peers: PeerOptions,
    /// Write the table and the chart into docs/PERFORMANCE.md and beside it
    #[arg(long)]
    publish: bool,
}

/// Files that a thousand connections and their programs need open.
const OPEN_FILES: u64 = 8_192;

/// Measures, prints and keeps what came out.
pub(crate) fn run(choice: Option<Choice>, options: &Options) -> Result<()> {
    let chosen = endpoints::chosen(&options.endpoints)?;
    generators::wrk()?;
    let peers = Peers::find(&options.peers)?;
    raise_open_files();
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => souk::build(Profile::Release)?,
    };
    let loaded = ready_data(choice, options, &binary)?;
    souk::migrate(&binary, loaded.database.url())?;
    for database in [&loaded.database].into_iter().chain(peers.database()) {
        read_all(database)?;
    }
    let served = Served::start(&binary, loaded.database.url())?;
    ui::note(&format!("the server was ready after {} ms", served.cold_start.as_millis()));
    let scratch = workspace::target_dir()?.join("bench/scratch");
    workspace::make_dir(&scratch)?;
    let ground = Ground {
        database: &loaded.database,
        watched: Watched { server: Some(served.pid()), database: postmaster(&loaded.database) },
        address: &served.address,
        data: &loaded.folder,
        scratch,
        connections: options.connections,
        seconds: options.seconds,
    };
    if ground.watched.database.is_none() {
        ui::warn("PostgreSQL's processes cannot be seen from here: its processor time is told as zero");
    }
    let mut measured = Vec::new();
    let mut failed = Vec::new();
    for endpoint in chosen {
        match measure(&ground, &peers, endpoint, options.rounds) {
            Ok(figures) => measured.push(figures),
            Err(error) => {
                process::check_interrupt()?;
                ui::warn(&format!("{error:#}"));
                failed.push(endpoint.name);
            }
        }
    }
    let memory_16 = usage::resident(served.pid()).unwrap_or_default();
    let memory_1000 = crowded(&ground, &served)?;
    let report = Report {
        scale: scale(&loaded)?,
        machine: usage::machine_in_words(),
        date: process::read(Command::new("date").args(["-u", "+%Y-%m-%d"]))?.trim().to_owned(),
        commit: commit(),
        command: command(options),
        postgres: format!("PostgreSQL {}", loaded.database.ask("SHOW server_version")?),
        connections: options.connections,
        cold_start_ms: served.cold_start.as_secs_f64() * 1e3,
        memory_16,
        memory_1000,
        peers: peers.names().map(str::to_owned).collect(),
        measured,
    };
    finish(&report, options)?;
    if !failed.is_empty() {
        bail!("not measured: {}", failed.join(", "));
    }
    Ok(())
}

fn finish(report: &Report, options: &Options) -> Result<()> {
    ui::answer(report.table().trim_end());
    if !report.peers.is_empty() {
        ui::answer(report.peers_table().trim());
    }
    ui::answer(format!(
        "cold start {:.0} ms, memory {:.0} MB at {} connections and {:.0} MB at 1,000",
        report.cold_start_ms, report.memory_16, report.connections, report.memory_1000
    ));
    if report.is_disturbed() {
        ui::warn("others used the machine meanwhile: the figures are provisional");
    }
    let folder = workspace::target_dir()?.join("bench/results");
    workspace::make_dir(&folder)?;
    let stamp = process::read(Command::new("date").args(["-u", "+%Y%m%d-%H%M%S"]))?;
    let file = folder.join(format!("scale-{}-{}.json", report.scale, stamp.trim()));
    workspace::write(&file, serde_json::to_string_pretty(&report.json())?)?;
    ui::note(&format!("kept in {}", file.display()));
    if options.publish {
        report.publish(&workspace::root().join("docs"))?;
        ui::note("docs/PERFORMANCE.md is written");
    }
    Ok(())
}

/// The data to measure on.
fn ready_data(choice: Option<Choice>, options: &Options, binary: &std::path::Path) -> Result<Loaded> {
    if let (Some(url), Some(folder)) = (&options.database, &options.data) {
        return Ok(Loaded { database: db::at(url)?, folder: folder.clone() });
    }
    let name = load::name(options.scale);
    let folder = load::folder_of(&name)?;
    let server = db::open(choice, Purpose::Bench)?;
    let is_there = server.ask(&format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'"))? == "1";
    if is_there && folder.join("meta.json").is_file() {
        return Ok(Loaded { database: server.into(&name)?, folder });
    }
    let fresh =
        load::Options { scale: options.scale, database: None, replace: false, out: None, binary: None };
    load::load(choice, &fresh, binary)
}

/// Has all tables and indexes read, so that no round waits for a disk that another one did not.
fn read_all(database: &Database) -> Result<()> {
    let step = ui::step("all of the data into memory");
    // The extension is gone again afterwards, unless it was there before.
    let read = database.ask(
        "BEGIN; CREATE EXTENSION IF NOT EXISTS pg_prewarm;
         SELECT pg_size_pretty(8192 * sum(pg_prewarm(oid))) FROM pg_class
         WHERE relkind IN ('r', 'i', 't') AND relpersistence = 'p'; ROLLBACK",
    );
    let Ok(size) = read else {
        process::check_interrupt()?;
        ui::warn("pg_prewarm is not to be had here: what is measured first is read from the disk");
        return Ok(());
    };
    step.done_as(&format!("{} of data read into memory", size.trim()));
    Ok(())
}

/// All rounds of one endpoint: the server, the database and the peers in turn, beginning with another one each time.
fn measure(ground: &Ground<'_>, peers: &Peers, endpoint: &'static Endpoint, rounds: u32) -> Result<Measured> {
    let step = ui::step(endpoint.name);
    let mut measured = Measured { endpoint, server: Vec::new(), database: Vec::new(), peers: Vec::new() };
    let (ours, theirs) = (ground.call(endpoint), peers.calls(endpoint)?);
    measured.peers.resize(theirs.len(), Vec::new());
    for round in 0..rounds {
        let mut turns: Vec<_> =
            [Turn::Server, Turn::Database].into_iter().chain(theirs.iter().map(Turn::Peer)).collect();
        let count = turns.len();
        turns.rotate_left(usize::try_from(round)? % count);
        for turn in turns {
            let (figures, runs) = match turn {
                Turn::Server => {
                    ground.reset(endpoint)?;
                    (ground.server(&ours, round)?, &mut measured.server)
                }
                Turn::Database => {
                    ground.reset(endpoint)?;
                    (ground.database(endpoint)?, &mut measured.database)
                }
                Turn::Peer((place, call)) => {
                    peers.reset(endpoint)?;
                    let runs = measured.peers.get_mut(*place).context("a peer without a place")?;
                    (ground.server(call, round)?, runs)
                }
            };
            Ground::check(&figures, endpoint.name)?;
            runs.push(figures);
        }
    }
    ground.reset(endpoint)?;
    step.done_as(&format!(
        "{}: {:.0}/s, p99 {:.2} ms; the database alone {:.0}/s; share {:.2}",
        endpoint.name,
        measured.of_server(|run| run.per_second),
        measured.of_server(|run| run.p99),
        measured.of_database(|run| run.per_second),
        measured.share()
    ));
    Ok(measured)
}

/// Who is measured next.
enum Turn<'a> {
    Server,
    Database,
    Peer(&'a (usize, Call)),
}

/// What the server holds while a thousand connections ask it.
fn crowded(ground: &Ground<'_>, served: &Served) -> Result<f64> {
    let product = ENDPOINTS.iter().find(|endpoint| endpoint.name == "product").context("no such endpoint")?;
    let pid = served.pid();
    let watching = thread::spawn(move || {
        thread::sleep(Duration::from_millis(2_500));
        usage::resident(pid)
    });
    ground.wrk(&ground.call(product), 3, 1_000, 99, 0)?;
    watching.join().ok().flatten().context("the server is gone")
}

/// The first process of PostgreSQL, if it is on this machine and we may ask.
fn postmaster(database: &Database) -> Option<u32> {
    let pid = database.ask("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)").ok()?;
    let pid: u32 = pid.trim().parse().ok()?;
    // Not its name: a private server may be run by a loader of its own.
    let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
    line.contains("postgres").then_some(pid)
}

fn scale(loaded: &Loaded) -> Result<u32> {
    let meta: serde_json::Value = serde_json::from_str(&workspace::read(&loaded.folder.join("meta.json"))?)?;
    let scale = meta.get("scale").and_then(serde_json::Value::as_u64).context("meta.json tells no scale")?;
    Ok(u32::try_from(scale)?)
}

fn commit() -> String {
    let git = |arguments: &[&str]| {
        process::read(Command::new("git").current_dir(workspace::root()).args(arguments)).unwrap_or_default()
    };
    let is_changed = !git(&["status", "--porcelain", "--untracked-files=no"]).trim().is_empty();
    format!(
        "{}{}",
        git(&["rev-parse", "--short", "HEAD"]).trim(),
        if is_changed { " with changes" } else { "" }
    )
}

fn command(options: &Options) -> String {
    let mut text = format!(
        "cargo xtask bench run --scale {} --seconds {} --rounds {}",
        options.scale, options.seconds, options.rounds
    );
    if !options.endpoints.is_empty() {
        text.push_str(" --endpoints ");
        text.push_str(&options.endpoints.join(","));
    }
    text
}

fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(OPEN_FILES, |most| most.min(OPEN_FILES));
    if limit.current.is_some_and(|current| current < wanted) {
        // Without it the run with a thousand connections says what is missing.
        let _best_effort =
            setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum });
    }
}
