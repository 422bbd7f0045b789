//! What is told of the measurements: a table, a file for programs, a page and a chart.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use super::chart;
use super::endpoints::Endpoint;
use super::generators::Figures;
use crate::workspace;

/// All rounds of one endpoint.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) endpoint: &'static Endpoint,
    pub(super) server: Vec<Figures>,
    pub(super) database: Vec<Figures>,
    /// Of each peer that does it too.
    pub(super) peers: Vec<Vec<Figures>>,
}

/// All that was found.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) scale: u32,
    pub(super) machine: String,
    pub(super) date: String,
    pub(super) commit: String,
    pub(super) command: String,
    pub(super) postgres: String,
    pub(super) connections: u32,
    pub(super) cold_start_ms: f64,
    /// Megabytes that the server holds after work over so many connections.
    pub(super) memory_16: f64,
    pub(super) memory_1000: f64,
    /// The names of other servers that were measured.
    pub(super) peers: Vec<String>,
    pub(super) measured: Vec<Measured>,
}

/// The middle one, or what lies between the two in the middle.
pub(super) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<_> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let above = sorted.get(middle).copied().unwrap_or_default();
    if sorted.len().is_multiple_of(2) && middle > 0 {
        let below = sorted.get(middle - 1).copied().unwrap_or_default();
        return f64::midpoint(below, above);
    }
    above
}

impl Measured {
    /// The median over the rounds of something about the server.
    pub(super) fn of_server(&self, what: fn(&Figures) -> f64) -> f64 {
        median(self.server.iter().map(what))
    }

    /// The same about the database's own limit.
    pub(super) fn of_database(&self, what: fn(&Figures) -> f64) -> f64 {
        median(self.database.iter().map(what))
    }

    /// The share of the database's limit that the server reaches.
    pub(super) fn share(&self) -> f64 {
        let limit = self.of_database(|run| run.per_second);
        if limit > 0.0 { self.of_server(|run| run.per_second) / limit } else { 0.0 }
    }

    /// The share of the machine that others used, at worst.
    fn others(&self) -> f64 {
        self.server.iter().chain(&self.database).map(|run| run.others).fold(0.0, f64::max)
    }
}

impl Report {
    /// Whether others used so much of the machine that the figures say little.
    pub(super) fn is_disturbed(&self) -> bool {
        self.measured.iter().any(|measured| measured.others() > 0.12)
    }

    /// For people.
    pub(super) fn table(&self) -> String {
        let mut text = String::from(
            "| operation | req/s | p50 ms | p99 ms | server ms | PostgreSQL ms | database alone req/s | its ms | share | goal |\n\
             |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
        );
        for measured in &self.measured {
            let goal = measured.endpoint.target.map_or("–".to_owned(), |target| format!("{target:.2}"));
            let _ = writeln!(
                text,
                "| {} | {:.0} | {:.2} | {:.2} | {:.3} | {:.3} | {:.0} | {:.3} | {:.2} | {goal} |",
                measured.endpoint.name,
                measured.of_server(|run| run.per_second),
                measured.of_server(|run| run.p50),
                measured.of_server(|run| run.p99),
                measured.of_server(|run| run.server_ms),
                measured.of_server(|run| run.database_ms),
                measured.of_database(|run| run.per_second),
                measured.of_database(|run| run.database_ms),
                measured.share(),
            );
        }
        text
    }

    /// Beside others, for people: how many requests a second and at what cost, and how many times that is ours.
    pub(super) fn peers_table(&self) -> String {
        if self.peers.is_empty() {
            return String::new();
        }
        let mut text = String::from("\n| operation |");
        for name in &self.peers {
            let _ = write!(text, " {name} req/s | its ms, PostgreSQL's | ours is |");
        }
        let _ = writeln!(text, "\n|---|{}", "--:|--:|--:|".repeat(self.peers.len()));
        for measured in self.measured.iter().filter(|measured| !measured.peers.is_empty()) {
            let _ = write!(text, "| {} |", measured.endpoint.name);
            for runs in &measured.peers {
                let of = |what: fn(&Figures) -> f64| median(runs.iter().map(what));
                let (theirs, ours) = (of(|run| run.per_second), measured.of_server(|run| run.per_second));
                let _ = write!(
                    text,
                    " {theirs:.0} | {:.3} + {:.3} | {:.1} × |",
                    of(|run| run.server_ms),
                    of(|run| run.database_ms),
                    ours / theirs.max(1e-9)
                );
            }
            text.push('\n');
        }
        text
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let run = |run: &Figures| {
            json!({
                "requests": run.requests, "per_second": run.per_second, "p50_ms": run.p50, "p99_ms": run.p99,
                "failed": run.failed, "bytes": run.bytes, "server_ms": run.server_ms,
                "database_ms": run.database_ms, "others": run.others,
            })
        };
        let endpoints: Vec<_> = self
            .measured
            .iter()
            .map(|measured| {
                json!({
                    "name": measured.endpoint.name,
                    "share": measured.share(),
                    "target": measured.endpoint.target,
                    "server": measured.server.iter().map(run).collect::<Vec<_>>(),
                    "database": measured.database.iter().map(run).collect::<Vec<_>>(),
                    "peers": measured.peers.iter().map(|runs| runs.iter().map(run).collect()).collect::<Vec<Vec<_>>>(),
                })
            })
            .collect();
        json!({
            "scale": self.scale, "machine": self.machine, "date": self.date, "commit": self.commit,
            "command": self.command, "postgres": self.postgres, "connections": self.connections,
            "peers": self.peers, "cold_start_ms": self.cold_start_ms, "memory_mb": { "16": self.memory_16, "1000": self.memory_1000 },
            "endpoints": endpoints,
        })
    }

    /// Writes this scale's part of the page and its chart; the rest of the page stays.
    pub(super) fn publish(&self, docs: &Path) -> Result<()> {
        let page = docs.join("PERFORMANCE.md");
        let (begin, end) =
            (format!("<!-- scale {}: written by cargo xtask bench run -->", self.scale), "<!-- end -->");
        let old = std::fs::read_to_string(&page).unwrap_or_else(|_| "# Performance\n".to_owned());
        let part = format!("{begin}\n{}{end}", self.part());
        workspace::write(&page, with_part(&old, &begin, end, &part))?;
        workspace::write(&docs.join(format!("performance-{}.svg", self.scale)), chart::svg(self))
    }

    fn part(&self) -> String {
        let disturbed = if self.is_disturbed() {
            "\nOthers used the machine meanwhile: shares and processor times say more than requests a second.\n"
        } else {
            ""
        };
        format!(
            "## Scale {scale}: {listings} listings\n\n{table}{peers}{disturbed}\n\
             Cold start to `/readyz` {cold:.0} ms; resident memory {small:.0} MB after work over 16 connections, {large:.0} MB \
             over 1,000.\n\n\
             {date}, commit {commit}, {machine}; {postgres}; {connections} connections in closed loop, load generator, \
             server and database on the same machine. `{command}`\n\n\
             ![Requests a second of the server, as a share of what the database alone does](performance-{scale}.svg)\n\n",
            scale = self.scale,
            listings = thousands(self.scale * 100_000),
            table = self.table(),
            peers = self.peers_table(),
            cold = self.cold_start_ms,
            small = self.memory_16,
            large = self.memory_1000,
            date = self.date,
            commit = self.commit,
            machine = self.machine,
            postgres = self.postgres,
            connections = self.connections,
            command = self.command,
        )
    }
}

/// `1000000` as `1,000,000`.
fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The page with this part in the place of the one before, or at its end.
fn with_part(page: &str, begin: &str, end: &str, part: &str) -> String {
    let old = page.find(begin).and_then(|from| {
        let length = page.get(from..)?.find(end)? + end.len();
        Some((page.get(..from)?, page.get(from + length..)?))
    });
    match old {
        Some((before, after)) => format!("{before}{part}{after}"),
        None => format!("{}\n\n{part}\n", page.trim_end()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::endpoints::ENDPOINTS;
    use super::*;

    pub(in super::super) fn report() -> Report {
        let figures = |per_second: f64| Figures {
            requests: per_second * 5.0,
            per_second,
            p50: 1.0,
            p99: 2.0,
            failed: 0.0,
            bytes: 100.0,
            server_ms: 0.1,
            database_ms: 0.2,
            others: 0.01,
        };
        let measured = ENDPOINTS.iter().map(|endpoint| Measured {
            endpoint,
            server: vec![figures(100.0), figures(300.0), figures(200.0)],
            database: vec![figures(400.0)],
            peers: vec![vec![figures(50.0)]],
        });
        Report {
            scale: 10,
            machine: "2 × a processor, 24 GB".to_owned(),
            date: "2026-11-25".to_owned(),
            commit: "0123456".to_owned(),
            command: "cargo xtask bench run --scale 10".to_owned(),
            postgres: "PostgreSQL 17".to_owned(),
            connections: 16,
            cold_start_ms: 80.0,
            memory_16: 20.0,
            memory_1000: 50.0,
            peers: vec!["other".to_owned()],
            measured: measured.collect(),
        }
    }

    #[test]
    fn the_median_round_counts() {
        assert!((median([4.0, 1.0, 2.0, 3.0].into_iter()) - 2.5).abs() < 1e-9);
        assert!(median([].into_iter()).abs() < 1e-9);
        let report = report();
        assert!((report.measured[0].share() - 0.5).abs() < 1e-9);
        assert!(report.table().contains("| feed | 200 |") && !report.is_disturbed());
        assert!(report.peers_table().contains("| feed | 50 | 0.100 + 0.200 | 4.0 × |"));
        assert_eq!(report.json()["endpoints"][1]["name"], "product");
    }

    #[test]
    fn a_part_of_the_page_is_replaced_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("PERFORMANCE.md");
        std::fs::write(&page, "# Performance\n\nWhat people wrote.\n").unwrap();
        report().publish(folder.path()).unwrap();
        let once = std::fs::read_to_string(&page).unwrap();
        assert!(
            once.contains("What people wrote.") && once.contains("## Scale 10: 1,000,000 listings"),
            "{once}"
        );
        let changed = Report { commit: "fedcba9".to_owned(), ..report() };
        changed.publish(folder.path()).unwrap();
        let twice = std::fs::read_to_string(&page).unwrap();
        assert!(
            twice.contains("fedcba9") && !twice.contains("0123456") && twice.contains("What people wrote.")
        );
        assert_eq!(once.len(), twice.len());
        assert!(folder.path().join("performance-10.svg").is_file());
    }
}
