//! What processes use: processor time and memory, as Linux tells it in `/proc`.

use std::collections::HashMap;
use std::fs;

/// Clock ticks a second, as `/proc` counts; the same on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// Processor time so far, in seconds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reading {
    pub(super) server: f64,
    pub(super) database: f64,
    /// Of the children of this process that have ended: the load generators.
    pub(super) children: f64,
    /// Of the whole machine: busy, and all.
    busy: f64,
    all: f64,
}

/// Whose time is read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Watched {
    pub(super) server: Option<u32>,
    /// The first process of PostgreSQL; nothing where it runs elsewhere.
    pub(super) database: Option<u32>,
}

/// Of one process: its parent, its own time, and that of its children that have ended; in seconds.
fn times(pid: &str) -> Option<(u32, f64, f64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything.
    let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
    let number = |at: usize| fields.get(at)?.parse::<f64>().ok();
    let parent = fields.get(1)?.parse().ok()?;
    Some((parent, (number(11)? + number(12)?) / TICKS, (number(13)? + number(14)?) / TICKS))
}

/// The time of a process and all below it.
fn tree(root: u32) -> f64 {
    let mut below: HashMap<u32, Vec<u32>> = HashMap::new();
    let mut used = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())) else {
            continue;
        };
        if let (Ok(pid), Some((parent, own, ended))) = (name.parse(), times(name)) {
            below.entry(parent).or_default().push(pid);
            used.insert(pid, own + ended);
        }
    }
    let mut sum = 0.0;
    let mut open = vec![root];
    while let Some(pid) = open.pop() {
        sum += used.get(&pid).copied().unwrap_or_default();
        open.extend(below.remove(&pid).unwrap_or_default());
    }
    sum
}

impl Watched {
    /// Reads.
    pub(super) fn read(self) -> Reading {
        let (busy, all) = machine().unwrap_or_default();
        Reading {
            server: self.server.map(tree).unwrap_or_default(),
            database: self.database.map(tree).unwrap_or_default(),
            children: times("self").map(|(_, _, ended)| ended).unwrap_or_default(),
            busy,
            all,
        }
    }
}

impl Reading {
    /// What was used since.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            server: self.server - before.server,
            database: self.database - before.database,
            children: self.children - before.children,
            busy: self.busy - before.busy,
            all: self.all - before.all,
        }
    }

    /// The share of the machine that others used meanwhile, from 0 to 1.
    pub(super) fn others(self) -> f64 {
        let ours = self.server + self.database + self.children;
        if self.all > 0.0 { ((self.busy - ours) / self.all).max(0.0) } else { 0.0 }
    }
}

/// Seconds that all processors were busy, and all seconds.
fn machine() -> Option<(f64, f64)> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    let fields: Vec<f64> = text
        .lines()
        .next()?
        .split_whitespace()
        .skip(1)
        .take(8)
        .filter_map(|field| field.parse().ok())
        .collect();
    let all: f64 = fields.iter().sum();
    let idle = fields.get(3)? + fields.get(4)?;
    Some(((all - idle) / TICKS, all / TICKS))
}

/// The first process that listens on a port of this machine, if we may know.
pub(super) fn listening(port: u16) -> Option<u32> {
    let wanted = format!(":{port:04X}");
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| {
        fs::read_to_string(table).ok()?.lines().find_map(|line| {
            let fields: Vec<_> = line.split_whitespace().collect();
            // 0A: it listens.
            let is_it = fields.get(1)?.ends_with(&wanted) && *fields.get(3)? == "0A";
            is_it.then(|| fields.get(9).map(|inode| format!("socket:[{inode}]")))?
        })
    })?;
    let holds = |pid: &u32| {
        let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        files.filter_map(|file| fs::read_link(file.path()).ok()).any(|link| link.to_str() == Some(&inode))
    };
    let all = fs::read_dir("/proc").ok()?.flatten();
    let mut pids: Vec<u32> = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    // Workers share it with whoever started them.
    pids.sort_unstable();
    pids.into_iter().find(holds)
}

/// The memory that a process holds, in megabytes.
pub(super) fn resident(pid: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? / 1_024.0)
}

/// The machine, for people: processors, their model, memory.
pub(super) fn machine_in_words() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, model)| model);
    let cores = info.lines().filter(|line| line.starts_with("processor")).count();
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")).unwrap_or_default();
    let gigabytes = kilobytes.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1_048_576.0;
    format!("{cores} × {model}, {gigabytes:.0} GB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_works_is_seen_to() {
        let watched = Watched { server: Some(std::process::id()), database: None };
        let before = watched.read();
        let started = std::time::Instant::now();
        let mut sum = 0_u64;
        while watched.read().since(before).server < 0.05 {
            sum = (0..1_000_000_u64).fold(sum, |sum, n| std::hint::black_box(sum ^ n));
            assert!(started.elapsed().as_secs() < 60, "{sum}: no time passes");
        }
        assert!(resident(std::process::id()).is_some_and(|megabytes| megabytes > 1.0));
        assert!(machine_in_words().contains("GB"));
    }
}
