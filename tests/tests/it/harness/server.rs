//! A running `souk serve`.

use std::{fs, net::SocketAddr, process::ExitStatus, thread, time::Duration};

use rustix::process::{Pid, Signal, kill_process};
use souk_testkit::database::TestDatabase;
use tempfile::NamedTempFile;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdout},
    time::timeout,
};

use super::{Api, PATIENCE, eventually, program};

/// Signs tokens in tests.
pub(crate) const SECRET: &str = "a secret of tests, forty bytes in length";

/// What holds unless a test says otherwise: ports that the system picks, no more idle connections than tests need on a
/// database server that they share, and a log that people read.
const SETTINGS: [(&str, &str); 6] = [
    ("SOUK_ADDR", "127.0.0.1:0"),
    ("SOUK_OPS_ADDR", "127.0.0.1:0"),
    ("SOUK_TOKEN_SECRET", SECRET),
    ("SOUK_POOL_MIN_IDLE", "2"),
    ("SOUK_LOG_FORMAT", "text"),
    ("NO_COLOR", "1"),
];

/// So many lines of its log are shown when a test fails.
const LAST_WORDS: usize = 40;

/// A server that lives as long as this value, unless it is ended before. What it logged is printed if the test fails.
pub(crate) struct Server {
    child: Child,
    log: NamedTempFile,
    /// Kept open, so that the server never prints into the void.
    _stdout: BufReader<ChildStdout>,
    /// The API.
    pub(crate) api: Api,
    /// The operations listener.
    pub(crate) operations: Api,
}

impl Server {
    /// A server on this database, ready.
    pub(crate) async fn start(database: &TestDatabase, settings: &[(&str, &str)]) -> Self {
        let server = Self::begin(&database.url(), settings).await;
        server.ready(PATIENCE).await;
        server
    }

    /// A server that listens; whether it is ready, the database decides.
    pub(crate) async fn begin(database_url: &str, settings: &[(&str, &str)]) -> Self {
        let mut all = Vec::from(SETTINGS);
        all.push(("DATABASE_URL", database_url));
        all.extend_from_slice(settings);
        let log = NamedTempFile::new().expect("a file for the log");
        let mut command = program::command(&["serve"], &all);
        command.stdout(std::process::Stdio::piped()).stderr(log.reopen().expect("a file that is there"));
        let mut child = command.spawn().expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        let said = timeout(PATIENCE, stdout.read_line(&mut line)).await;
        let addresses = said.is_ok().then(|| addresses(&line)).flatten();
        let Some((api, operations)) = addresses else {
            panic!("the server did not say where it listens: {line:?}\n{}", read(&log))
        };
        Self { child, log, _stdout: stdout, api: Api::new(api), operations: Api::new(operations) }
    }

    /// Waits until it says that it is ready.
    pub(crate) async fn ready(&self, limit: Duration) {
        eventually("the server is ready", limit, async || {
            let answer = self.api.get("/readyz").try_send().await.ok()?;
            (answer.status == 200).then_some(())
        })
        .await;
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        read(&self.log)
    }

    /// The most memory it ever had, in KiB.
    pub(crate) fn peak_memory(&self) -> u64 {
        let id = self.child.id().expect("it runs");
        let status = fs::read_to_string(format!("/proc/{id}/status")).expect("Linux tells of its processes");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        peak.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// Asks it to end, as a supervisor does.
    pub(crate) fn terminate(&self) {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(id.expect("it runs"), Signal::TERM).expect("it can be sent a signal");
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(&mut self, limit: Duration) -> ExitStatus {
        let Ok(status) = timeout(limit, self.child.wait()).await else {
            panic!("the server did not end within {limit:?}")
        };
        status.expect("its end can be waited for")
    }

    /// Whether it ends within this time.
    pub(crate) async fn ends_within(&mut self, time: Duration) -> bool {
        timeout(time, self.child.wait()).await.is_ok()
    }

    /// Ends it at once, in the middle of whatever it does.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("it runs");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.start_kill();
        if thread::panicking() {
            let log = self.log();
            let skipped = log.lines().count().saturating_sub(LAST_WORDS);
            eprintln!(
                "--- what the server on {} logged, without the first {skipped} lines",
                self.api.address()
            );
            log.lines().skip(skipped).for_each(|line| eprintln!("{line}"));
        }
    }
}

fn read(log: &NamedTempFile) -> String {
    fs::read_to_string(log.path()).unwrap_or_default()
}

/// The two addresses in `souk is serving http://…/v1, docs http://…/docs, metrics http://…/metrics`.
fn addresses(line: &str) -> Option<(SocketAddr, SocketAddr)> {
    let mut found = line.split("http://").skip(1).filter_map(|rest| rest.split('/').next()?.parse().ok());
    Some((found.next()?, found.last()?))
}
