//! Rows as `COPY … FROM STDIN` reads them, sent through `psql`.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::process;

/// So many bytes go to `psql` at once.
const CHUNK: usize = 256 << 10;

/// A table that is being filled.
pub(super) struct Copy {
    child: Child,
    stdin: Option<ChildStdin>,
    rows: Rows,
}

/// Rows on their way: columns divided by tabs, one row a line, `\N` for nothing.
#[derive(Debug, Default)]
pub(super) struct Rows {
    text: String,
    inside: bool,
}

impl Copy {
    /// Begins to fill these columns of a table; `psql` knows the database.
    pub(super) fn begin(mut psql: Command, table: &str, columns: &str) -> Result<Self> {
        let sql = format!("COPY {table} ({columns}) FROM STDIN");
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", "SET synchronous_commit = off", "-c", &sql]);
        let mut child =
            process::spawn(psql.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()))?;
        let stdin = child.stdin.take();
        Ok(Self { child, stdin, rows: Rows::default() })
    }

    /// Where the next row goes.
    pub(super) fn rows(&mut self) -> &mut Rows {
        &mut self.rows
    }

    /// Sends what has come together, if it is enough to be worth it.
    pub(super) fn flush_if_full(&mut self) -> Result<()> {
        if self.rows.text.len() < CHUNK { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<()> {
        process::check_interrupt()?;
        let sent = self.stdin.as_mut().map_or(Ok(()), |stdin| stdin.write_all(self.rows.text.as_bytes()));
        self.rows.text.clear();
        // psql has said why, and `end` tells it.
        if sent.is_err() { self.end() } else { Ok(()) }
    }

    /// Ends the table.
    pub(super) fn finish(mut self) -> Result<()> {
        self.flush()?;
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        drop(self.stdin.take());
        let mut said = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            std::io::Read::read_to_string(&mut stderr, &mut said).context("cannot hear psql")?;
        }
        let status = self.child.wait().context("cannot wait for psql")?;
        if !status.success() {
            bail!("the database refused rows: {}", process::tail(&said, 8));
        }
        Ok(())
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // After an error nobody waits for it any more; what it had is not committed.
        let _gone_is_fine = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl Rows {
    /// The next column.
    pub(super) fn put(&mut self, value: impl fmt::Display) -> &mut Self {
        self.next();
        // Writing to a String cannot fail. Nothing made here holds a tab, a line break or a backslash.
        let _ = write!(self.text, "{value}");
        self
    }

    /// The next column, or nothing in it.
    pub(super) fn put_or_null(&mut self, value: Option<impl fmt::Display>) -> &mut Self {
        match value {
            Some(value) => self.put(value),
            None => self.put("\\N"),
        }
    }

    /// The end of the row.
    pub(super) fn end_row(&mut self) {
        self.text.push('\n');
        self.inside = false;
    }

    fn next(&mut self) {
        if self.inside {
            self.text.push('\t');
        }
        self.inside = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_lines_of_columns() {
        let mut rows = Rows::default();
        rows.put(1).put("two").put_or_null(None::<u8>).end_row();
        rows.put_or_null(Some("x")).end_row();
        assert_eq!(rows.text, "1\ttwo\t\\N\nx\n");
    }

    #[test]
    fn what_the_receiver_says_is_told() {
        let mut deaf = Command::new("sh");
        deaf.args(["-c", "echo value too long >&2; exit 3", "sh"]);
        let mut copy = Copy::begin(deaf, "t", "c").unwrap();
        copy.rows().put(1).end_row();
        let error = copy.finish().unwrap_err().to_string();
        assert!(error.contains("value too long"), "{error}");
    }
}
