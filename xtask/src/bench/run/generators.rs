//! The load generators: `wrk` for the server, `pgbench` for the database. Both in closed loop: each connection asks again
//! as soon as it is answered.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::endpoints::Endpoint;
use super::usage::{Reading, Watched};
use crate::bench::cities;
use crate::db::Database;
use crate::{process, workspace};

/// What one run came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figures {
    pub(super) requests: f64,
    pub(super) per_second: f64,
    /// Milliseconds.
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) failed: f64,
    /// Bytes of an answer.
    pub(super) bytes: f64,
    /// Milliseconds of processor time for each request.
    pub(super) server_ms: f64,
    pub(super) database_ms: f64,
    /// The share of the machine that others used, from 0 to 1.
    pub(super) others: f64,
}

/// What all runs share.
#[derive(Debug)]
pub(super) struct Ground<'a> {
    pub(super) database: &'a Database,
    pub(super) watched: Watched,
    pub(super) address: &'a str,
    /// Where the rows are.
    pub(super) data: &'a Path,
    /// For files of the moment.
    pub(super) scratch: PathBuf,
    pub(super) connections: u32,
    pub(super) seconds: u32,
}

/// The folder with the scripts.
fn scripts() -> PathBuf {
    workspace::root().join("xtask/bench")
}

/// Where Debian's packages and others' put it.
pub(super) fn wrk() -> Result<PathBuf> {
    process::find("wrk").context(
        "`wrk` sends the requests, and is not installed.\n  Debian, Ubuntu: apt-get install wrk; macOS: brew install wrk",
    )
}

/// Whom to ask what.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// HOST:PORT.
    pub(super) address: String,
    /// The first process of the server.
    pub(super) pid: Option<u32>,
    pub(super) method: String,
    /// With places to fill in braces, as body and headers.
    pub(super) path: String,
    pub(super) body: Option<String>,
    /// `Name: value` each.
    pub(super) headers: Vec<String>,
    /// The rows that fill the places.
    pub(super) data: Option<PathBuf>,
    /// Whether each row is good once.
    pub(super) is_once: bool,
}

impl Ground<'_> {
    /// How our own server is asked.
    pub(super) fn call(&self, endpoint: &Endpoint) -> Call {
        let token = endpoint.data.map(|_| "Authorization: Bearer {token}".to_owned());
        Call {
            address: self.address.to_owned(),
            pid: self.watched.server,
            method: endpoint.method.to_owned(),
            path: endpoint.path.to_owned(),
            body: endpoint.body.map(str::to_owned),
            headers: token.into_iter().collect(),
            data: endpoint.data.map(|file| self.data.join(file)),
            is_once: endpoint.reset.is_some(),
        }
    }

    /// Measures a server: a second to warm up, then so many seconds.
    pub(super) fn server(&self, call: &Call, round: u32) -> Result<Figures> {
        let warm = self.wrk(call, 1, self.connections, round * 2 + 1, 0)?;
        // Rows that are good once must not come twice; each connection had one more on its way.
        let skip = crate::bench::dice::floor(warm.requests) + self.connections + 8;
        self.wrk(call, self.seconds, self.connections, round * 2 + 2, skip)
    }

    /// The same with other numbers.
    pub(super) fn wrk(
        &self,
        call: &Call,
        seconds: u32,
        connections: u32,
        seed: u32,
        skip: u32,
    ) -> Result<Figures> {
        let cities = self.scratch.join("cities.tsv");
        let list =
            cities::reaches().iter().zip(cities::CITIES).fold(String::new(), |mut text, (reach, city)| {
                let _ = writeln!(text, "{reach}\t{}\t{}", city.1, city.2);
                text
            });
        workspace::write(&cities, list)?;
        let mut command = Command::new(wrk()?);
        command.arg("-t1").arg(format!("-c{connections}")).arg(format!("-d{seconds}s"));
        command.args(["--timeout", "30s", "-s"]).arg(scripts().join("requests.lua"));
        command.arg(format!("http://{}", call.address)).arg("--");
        command.arg(format!("method={}", call.method)).arg(format!("path={}", call.path));
        command.arg(format!("cities={}", cities.display())).arg(format!("seed={seed}"));
        command.args(call.headers.iter().map(|header| format!("header={header}")));
        if let Some(body) = &call.body {
            command.arg(format!("body={body}"));
        }
        if let Some(data) = &call.data {
            command.arg(format!("data={}", data.display()));
        }
        if call.is_once {
            command.arg("order=once").arg(format!("skip={skip}"));
        }
        let (said, used) = self.measured(&mut command, call.pid)?;
        let line = said.lines().find_map(|line| line.strip_prefix("FIGURES "));
        let figures: Value = serde_json::from_str(line.context("wrk told no figures")?)?;
        let number = |name: &str| figures.get(name).and_then(Value::as_f64).unwrap_or_default();
        let requests = number("requests").max(1.0);
        Ok(Figures {
            requests,
            per_second: number("requests") / (number("microseconds").max(1.0) / 1e6),
            p50: number("p50") / 1e3,
            p99: number("p99") / 1e3,
            failed: number("refused") + number("broken"),
            bytes: number("bytes") / requests,
            server_ms: used.server * 1e3 / requests,
            database_ms: used.database * 1e3 / requests,
            others: used.others(),
        })
    }

    /// Measures the database with the SQL that does the same.
    pub(super) fn database(&self, endpoint: &Endpoint) -> Result<Figures> {
        let bin = self.database.bin().context("there is no `pgbench` here: install PostgreSQL's programs")?;
        let name = format!("{}.sql", endpoint.name);
        let text = workspace::read(&scripts().join("ceilings").join(&name))?.replace("--PLACE\n", &place());
        workspace::write(&self.scratch.join(&name), text)?;
        for log in logs(&self.scratch) {
            fs::remove_file(&log).with_context(|| format!("cannot remove {}", log.display()))?;
        }
        let rows = if endpoint.name == "accept_offer" { 40_000 } else { 60_000 };
        let mut command = Command::new(bin.join("pgbench"));
        command.current_dir(&self.scratch).args(["-n", "-M", "prepared", "-j", "1"]);
        command.arg("-c").arg(self.connections.to_string()).arg("-T").arg(self.seconds.to_string());
        command.args(["-D", "i=0", "-D"]).arg(format!("per={}", rows / self.connections));
        command.args(["-l", "--log-prefix=log", "--sampling-rate=0.1", "-f", &name]);
        command.arg(self.database.url());
        // As the server's own connections have it: planned once, for a disk of today.
        command.env("PGOPTIONS", "-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1");
        let (said, used) = self.measured(&mut command, None)?;
        let after = |label: &str| {
            let line = said.lines().find_map(|line| line.strip_prefix(label))?;
            line.split_whitespace().next()?.split('/').next()?.parse::<f64>().ok()
        };
        let requests =
            after("number of transactions actually processed: ").context("pgbench told no figures")?;
        let mut times: Vec<f64> = Vec::new();
        for log in logs(&self.scratch) {
            let text = workspace::read(&log)?;
            times.extend(text.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<f64>().ok()));
        }
        times.sort_by(f64::total_cmp);
        let failed = after("number of failed transactions: ").unwrap_or_default();
        Ok(Figures {
            requests,
            per_second: after("tps = ").unwrap_or_default(),
            p50: at_share(&times, 50) / 1e3,
            p99: at_share(&times, 99) / 1e3,
            failed,
            bytes: 0.0,
            server_ms: 0.0,
            database_ms: used.database * 1e3 / requests.max(1.0),
            others: used.others(),
        })
    }

    /// Runs, and reads what this server and the database used meanwhile.
    fn measured(&self, command: &mut Command, server: Option<u32>) -> Result<(String, Reading)> {
        process::check_interrupt()?;
        let watched = Watched { server, ..self.watched };
        let before = watched.read();
        let said = process::read(command)?;
        Ok((said, watched.read().since(before)))
    }

    /// Brings back what was consumed.
    pub(super) fn reset(&self, endpoint: &Endpoint) -> Result<()> {
        let Some(file) = endpoint.reset else { return Ok(()) };
        let mut psql = self.database.command()?;
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f"]).arg(self.data.join(file));
        process::read(&mut psql).map(drop)
    }

    /// Fails unless the server answers well: a run of refusals would be fast, and worth nothing.
    pub(super) fn check(figures: &Figures, what: &str) -> Result<()> {
        if figures.failed > figures.requests * 0.01 {
            bail!("{what}: {} of {} requests were refused", figures.failed, figures.requests);
        }
        Ok(())
    }
}

fn logs(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("log.")))
        .collect()
}

/// The value below which so many hundredths are.
fn at_share(sorted: &[f64], hundredths: usize) -> f64 {
    sorted
        .get((sorted.len() * hundredths / 100).min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

/// Lines of pgbench that draw a place as `requests.lua` does.
fn place() -> String {
    let cases = |part: fn(&(&str, f64, f64)) -> f64| {
        cities::reaches().iter().zip(&cities::CITIES).fold(String::from("CASE"), |mut text, (reach, city)| {
            let _ = write!(text, " WHEN :drawn <= {:.0} THEN {}", reach * 1e6, part(city));
            text
        })
    };
    // pgbench's own normal distribution: 3.93 deviations of 0.0382 degrees to each side.
    format!(
        "\\set drawn random(1, 1000000)\n\\set east {} END\n\\set north {} END\n\
         \\set dx random_gaussian(-150000, 150000, 3.93)\n\\set dy random_gaussian(-150000, 150000, 3.93)\n\
         \\set latitude :north + :dy / 1000000.0\n\\set longitude :east + :dx / 700000.0\n",
        cases(|city| city.1),
        cases(|city| city.2)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_a_list() {
        let list: Vec<f64> = (0..100).map(f64::from).collect();
        assert!((at_share(&list, 50) - 50.0).abs() < 0.1 && (at_share(&list, 99) - 99.0).abs() < 0.1);
        assert!(at_share(&[], 50).abs() < 0.1);
        assert!(place().contains("WHEN :drawn <= 1000000 THEN 24.9384"));
    }
}
