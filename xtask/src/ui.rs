//! What the developer sees: short lines on standard error, with the time each step took.
//!
//! Standard output is kept for answers that somebody may want to pipe (a URL, SQL, a document).

use std::fmt::{Arguments, Display};
use std::io::{IsTerminal as _, Write as _, stderr, stdout};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static COLOURS: LazyLock<bool> =
    LazyLock::new(|| stderr().is_terminal() && crate::settings::colours_wanted());

fn paint(code: &str, text: &dyn Display) -> String {
    if *COLOURS { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
}

/// An answer for whoever asked, or for the next program. A reader who has heard enough (`| head`) is no error.
pub(crate) fn answer(text: impl Display) {
    let _closed_is_fine = writeln!(stdout().lock(), "{text}");
}

/// A line on standard error. A terminal that was closed meanwhile is no reason to leave servers behind.
fn say(line: Arguments<'_>) {
    let _closed_is_fine = writeln!(stderr().lock(), "{line}");
}

/// An empty line.
pub(crate) fn gap() {
    say(format_args!(""));
}

/// A long piece of work, named when it starts and timed when it ends.
#[must_use = "a step is finished with `done`"]
pub(crate) struct Step {
    started: Instant,
    name: String,
}

/// Says that something long begins.
pub(crate) fn step(name: &str) -> Step {
    say(format_args!("{} {name}", paint("1;36", &"▸")));
    Step { started: Instant::now(), name: name.to_owned() }
}

impl Step {
    /// Says that it ended well, and how long it took.
    pub(crate) fn done(self) -> Duration {
        let name = self.name.clone();
        self.done_as(&name)
    }

    /// The same, with words that say what came out of it.
    pub(crate) fn done_as(self, outcome: &str) -> Duration {
        let elapsed = self.started.elapsed();
        say(format_args!(
            "{} {outcome} {}",
            paint("1;32", &"✓"),
            paint("2", &format!("({})", seconds(elapsed)))
        ));
        elapsed
    }
}

/// How far something is that takes long, on one line that is written again and again; on a terminal only.
#[derive(Debug)]
pub(crate) struct Bar {
    name: &'static str,
    total: u64,
    shown: Option<Instant>,
}

impl Bar {
    /// A bar for so many things.
    pub(crate) fn new(name: &'static str, total: u64) -> Self {
        Self { name, total: total.max(1), shown: None }
    }

    /// So many are done.
    pub(crate) fn at(&mut self, done: u64) {
        const WIDTH: u64 = 30;
        let is_fresh = self.shown.is_some_and(|shown| shown.elapsed() < Duration::from_millis(100));
        if is_fresh || !stderr().is_terminal() {
            return;
        }
        self.shown = Some(Instant::now());
        let filled = usize::try_from(done.min(self.total) * WIDTH / self.total).unwrap_or_default();
        let bar = "█".repeat(filled);
        let percent = done.min(self.total) * 100 / self.total;
        let _closed_is_fine = write!(stderr().lock(), "\r  {:<24} {bar:░<30} {percent:>3} %", self.name);
    }

    /// Takes the line away.
    pub(crate) fn clear(self) {
        if self.shown.is_some() {
            let _closed_is_fine = write!(stderr().lock(), "\r{:<70}\r", "");
        }
    }
}

/// A line inside a step.
pub(crate) fn note(text: &str) {
    say(format_args!("  {}", paint("2", &text)));
}

/// Something that is not an error yet but should be read.
pub(crate) fn warn(text: &str) {
    say(format_args!("{} {text}", paint("1;33", &"!")));
}

/// The end of a failed command: the error, its causes, and (in its own words) what to do next.
pub(crate) fn failure(error: &anyhow::Error) {
    say(format_args!("{} {error}", paint("1;31", &"error:")));
    for cause in error.chain().skip(1) {
        say(format_args!(
            "  {} {}",
            paint("2", &"because:"),
            cause.to_string().replace('\n', "\n           ")
        ));
    }
}

/// One line of a table of steps.
pub(crate) fn verdict(good: bool, name: &str, remark: &str) {
    let mark = if good { paint("1;32", &"✓") } else { paint("1;31", &"✗") };
    say(format_args!("{mark} {name:<22} {remark}"));
}

/// Items as lines of their own below a text, each behind the same indent.
pub(crate) fn listed<T: Display>(indent: usize, items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().fold(String::new(), |text, item| format!("{text}\n{:indent$}{item}", ""))
}

/// A duration as people say it: `0.4 s`, `12 s`, `3 min 05 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole >= 60 {
        format!("{} min {:02} s", whole / 60, whole % 60)
    } else if whole >= 10 {
        format!("{whole} s")
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

/// A number of bytes in whole megabytes.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_like_speech() {
        assert_eq!(seconds(Duration::from_millis(440)), "0.4 s");
        assert_eq!(seconds(Duration::from_secs(12)), "12 s");
        assert_eq!(seconds(Duration::from_secs(185)), "3 min 05 s");
        assert_eq!(megabytes(1_500_000), "2 MB");
    }

    #[test]
    fn lists_are_indented() {
        assert_eq!(format!("two:{}", listed(2, ["a", "b"])), "two:\n  a\n  b");
    }
}
