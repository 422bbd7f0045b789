//! Running other programs, and ending them when the developer says stop.
//!
//! SIGINT, SIGTERM and SIGHUP only set a flag. Whoever waits for a child sees it, ends that child, and lets
//! the error travel up, so that everything this run started is stopped in order. A second signal ends at once.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::SigId;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::low_level::unregister;

static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(false)));

/// Set by SIGINT alone: Ctrl-C in a terminal reaches our children too.
static CTRL_C: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(false)));

/// How often a waiting loop looks up. Short enough to feel immediate, long enough to cost nothing.
const GLANCE: Duration = Duration::from_millis(40);

/// How long a child may take to end after SIGTERM before it is killed.
const GRACE: Duration = Duration::from_secs(30);

/// What is registered for SIGINT, so that it can be taken back.
static ON_CTRL_C: Mutex<Vec<SigId>> = Mutex::new(Vec::new());

/// Starts listening for signals; a second one ends the process without ceremony.
pub(crate) fn watch_signals() -> Result<()> {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        if signal == SIGHUP && hangup_is_ignored() {
            continue;
        }
        let hurry = flag::register_conditional_shutdown(signal, 130, Arc::clone(&INTERRUPTED));
        let ask = flag::register(signal, Arc::clone(&INTERRUPTED));
        let ids = [hurry.context("cannot listen for signals")?, ask.context("cannot listen for signals")?];
        if signal == SIGINT {
            let id = flag::register(signal, Arc::clone(&CTRL_C)).context("cannot listen for signals")?;
            if let Ok(mut known) = ON_CTRL_C.lock() {
                known.extend(ids);
                known.push(id);
            }
        }
    }
    Ok(())
}

/// Whether we were started by `nohup`, or the like, and should outlive the terminal.
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // The first signal is the lowest bit.
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// From here on Ctrl-C means something to the child alone, as in a `psql` session, where it cancels a query.
pub(crate) fn leave_ctrl_c_to_the_child() {
    if let Ok(mut known) = ON_CTRL_C.lock() {
        for id in known.drain(..) {
            unregister(id);
        }
    }
}

/// Whether somebody asked us to stop.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Ends the current work if somebody asked us to stop.
pub(crate) fn check_interrupt() -> Result<()> {
    if interrupted() {
        bail!("interrupted");
    }
    Ok(())
}

/// Waits until `ready` answers something, a signal arrives or the time is over (`None`).
pub(crate) fn wait_for<T>(
    limit: Duration,
    mut ready: impl FnMut() -> Result<Option<T>>,
) -> Result<Option<T>> {
    let start = Instant::now();
    loop {
        if let Some(value) = ready()? {
            return Ok(Some(value));
        }
        check_interrupt()?;
        if start.elapsed() >= limit {
            return Ok(None);
        }
        thread::sleep(GLANCE);
    }
}

/// How many arguments of a command people are shown.
const SHOWN: usize = 12;

/// How a command is shown to people: without its folder, and without the passwords of database URLs.
pub(crate) fn show(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut line = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    for (count, arg) in command.get_args().enumerate() {
        if count == SHOWN {
            line.push_str(" …");
            break;
        }
        let arg = crate::db::url::masked(&arg.to_string_lossy());
        let plain = !arg.is_empty() && !arg.contains(char::is_whitespace);
        line.extend(if plain { [" ", &arg, ""] } else { [" '", &arg, "'"] });
    }
    line
}

/// Starts a command, naming it when that fails.
pub(crate) fn spawn(command: &mut Command) -> Result<Child> {
    command.spawn().with_context(|| format!("cannot start `{}`", show(command)))
}

/// Runs a command to its end with our own output, ending it when a signal arrives.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    let mut child = spawn(command)?;
    wait(&mut child).with_context(|| format!("while running `{}`", show(command)))
}

/// Runs a command that must succeed, with our own output.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("`{}` failed ({status})", show(command));
    }
    Ok(())
}

/// Runs a short command with its output caught, whatever its exit status.
pub(crate) fn output(command: &mut Command) -> Result<Output> {
    command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{}`", show(command)))
}

/// Runs a short command that must succeed, and gives what it wrote to standard output.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = output(command)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed ({}): {}", show(command), output.status, tail(&said, 15));
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` wrote something unreadable", show(command)))
}

/// Runs a long command that must succeed, quietly, calling `meanwhile` about once a second; what it said is
/// shown only when it fails.
pub(crate) fn run_quietly(command: &mut Command, mut meanwhile: impl FnMut()) -> Result<()> {
    let mut child = spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let output = child.stdout.take().map(gather);
    let errors = child.stderr.take().map(gather);
    let mut told = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().context("cannot wait for a child")? {
            break status;
        }
        if interrupted() {
            stop(&mut child)?;
            bail!("interrupted while running `{}`", show(command));
        }
        if told.elapsed() >= Duration::from_secs(1) {
            told = Instant::now();
            meanwhile();
        }
        thread::sleep(GLANCE);
    };
    if !status.success() {
        // Only now: after success, whatever it left running may hold the pipes open.
        let said: String =
            [output, errors].into_iter().flatten().map(|reader| reader.join().unwrap_or_default()).collect();
        bail!("`{}` failed ({status}):\n{}", show(command), tail(&said, 40));
    }
    Ok(())
}

/// Reads a pipe on a thread of its own, for a full one would stop the child.
fn gather(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut said = Vec::new();
        let _partial_is_fine = pipe.read_to_end(&mut said);
        String::from_utf8_lossy(&said).into_owned()
    })
}

/// Whether a short probe succeeds within the limit; anything else is a no. For engines that may not answer.
pub(crate) fn answers(command: &mut Command, limit: Duration) -> bool {
    let Ok(mut child) = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    else {
        return false;
    };
    if let Ok(Some(status)) = wait_for(limit, || child.try_wait().context("probe")) {
        return status.success();
    }
    let _already_gone = child.kill();
    let _reaped = child.wait();
    false
}

/// Waits for a child; when a signal arrives, asks it to end and waits for that. After Ctrl-C, which it heard as
/// well, it first gets a moment to end in its own way.
pub(crate) fn wait(child: &mut Child) -> Result<ExitStatus> {
    let mut since: Option<Instant> = None;
    loop {
        if let Some(status) = child.try_wait().context("cannot wait for a child")? {
            check_interrupt()?;
            return Ok(status);
        }
        if interrupted() {
            let patience = if CTRL_C.load(Ordering::SeqCst) { GRACE / 3 } else { Duration::ZERO };
            if since.get_or_insert_with(Instant::now).elapsed() >= patience {
                stop(child)?;
                bail!("interrupted");
            }
        }
        thread::sleep(GLANCE);
    }
}

/// Asks a child to end (SIGTERM) and waits; one that does not end in time is killed, and said to be.
pub(crate) fn stop(child: &mut Child) -> Result<ExitStatus> {
    if let Some(status) = child.try_wait().context("cannot wait for a child")? {
        return Ok(status);
    }
    if let Some(pid) = pid(child.id()) {
        // It may have ended by itself between the two lines; the wait below sees that.
        let _gone_is_fine = kill_process(pid, Signal::TERM);
    }
    let start = Instant::now();
    while start.elapsed() < GRACE {
        if let Some(status) = child.try_wait().context("cannot wait for a child")? {
            return Ok(status);
        }
        thread::sleep(GLANCE);
    }
    crate::ui::warn(&format!(
        "process {} did not end {} s after SIGTERM: killed",
        child.id(),
        GRACE.as_secs()
    ));
    child.kill().context("cannot kill a child")?;
    child.wait().context("cannot wait for a child")
}

/// A process id in the form the system calls want.
pub(crate) fn pid(id: u32) -> Option<Pid> {
    i32::try_from(id).ok().and_then(Pid::from_raw)
}

/// Whether a process with this id exists (of any user).
pub(crate) fn is_alive(id: u32) -> bool {
    pid(id)
        .is_some_and(|pid| !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH)))
}

/// Finds a program on the search path.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    crate::settings::search_path().into_iter().map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// The last lines of what a program said.
pub(crate) fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.trim_end().lines().collect();
    all.iter().skip(all.len().saturating_sub(lines)).copied().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_shown_without_their_folder() {
        let mut command = Command::new("/usr/bin/psql");
        command.args(["-c", "SELECT 1"]);
        assert_eq!(show(&command), "psql -c 'SELECT 1'");
        command.args(["x"; SHOWN]);
        assert!(show(&command).ends_with(" x x …"), "{}", show(&command));
    }

    #[test]
    fn a_failing_command_says_what_it_said() {
        let error = read(Command::new("sh").args(["-c", "echo broken pipe dream >&2; exit 3"])).unwrap_err();
        assert!(format!("{error:#}").contains("broken pipe dream"), "{error:#}");
    }

    #[test]
    fn a_quiet_command_shows_its_errors_when_it_fails() {
        let error = run_quietly(Command::new("sh").args(["-c", "echo no space left >&2; exit 1"]), || ())
            .unwrap_err();
        assert!(format!("{error:#}").contains("no space left"), "{error:#}");
    }

    #[test]
    fn a_probe_that_hangs_is_a_no() {
        assert!(!answers(Command::new("sleep").arg("60"), Duration::from_millis(100)));
        assert!(answers(&mut Command::new("true"), Duration::from_secs(10)));
    }

    #[test]
    fn stopping_a_child_ends_it() {
        let mut child = spawn(Command::new("sleep").arg("60")).unwrap();
        assert!(is_alive(child.id()));
        let status = stop(&mut child).unwrap();
        assert!(!status.success());
    }

    #[test]
    fn the_tail_is_the_end() {
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc");
    }
}
