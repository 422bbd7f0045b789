//! Log lines are written by a thread of their own.
//!
//! Whoever reads them (a container engine, a pipe) may be slow or stop reading, and then a write blocks. It must not block
//! the threads that answer requests: when the queue is full, lines are dropped, counted, and the count is told.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

/// How many lines may wait; some megabytes.
const ROOM: usize = 8192;
/// How many bytes are written at once, about.
const BATCH: usize = 64 << 10;
/// How long lines are let gather after some were written. Waking a thread costs more than writing a line, so that one
/// which slept between any two lines would be dearer than none.
const REST: Duration = Duration::from_millis(5);
/// How long the last lines may take when the program ends.
const PATIENCE: Duration = Duration::from_secs(1);

enum Message {
    Line(Vec<u8>),
    End,
}

/// Takes lines; never blocks.
#[derive(Clone)]
pub(super) struct Lines {
    queue: SyncSender<Message>,
    lost: Arc<AtomicU64>,
}

/// Has the lines that wait written when it is dropped.
pub(crate) struct LastLines {
    queue: SyncSender<Message>,
    ended: Receiver<()>,
}

/// Starts the thread that writes to `out`.
pub(super) fn start(out: impl Write + Send + 'static) -> io::Result<(Lines, LastLines)> {
    let (queue, waiting) = mpsc::sync_channel(ROOM);
    let (end, ended) = mpsc::channel();
    let lost = Arc::new(AtomicU64::new(0));
    thread::Builder::new().name("log".to_owned()).spawn({
        let lost = Arc::clone(&lost);
        move || {
            write_all(&waiting, &lost, out);
            // Nobody may be waiting for it.
            let _ = end.send(());
        }
    })?;
    Ok((Lines { queue: queue.clone(), lost }, LastLines { queue, ended }))
}

fn write_all(waiting: &Receiver<Message>, lost: &AtomicU64, mut out: impl Write) {
    let mut batch = Vec::with_capacity(BATCH);
    while let Ok(first) = waiting.recv() {
        let mut next = Some(first);
        let mut has_ended = false;
        while let Some(message) = next {
            match message {
                Message::Line(line) => batch.extend_from_slice(&line),
                Message::End => has_ended = true,
            }
            next = if batch.len() < BATCH && !has_ended { waiting.try_recv().ok() } else { None };
        }
        let lost = lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            // In the form of the other lines if those are JSON, and readable if they are not.
            let _ = writeln!(batch, r#"{{"level":"WARN","message":"log lines were lost","lost":{lost}}}"#);
        }
        // There is nowhere to complain about a log that cannot be written.
        let _ = out.write_all(&batch).and_then(|()| out.flush());
        if has_ended {
            return;
        }
        if batch.len() < BATCH {
            thread::sleep(REST);
        }
        batch.clear();
    }
}

impl Write for &Lines {
    /// Called once for each line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.queue.try_send(Message::Line(line.to_vec())).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> &'a Self {
        self
    }
}

impl Drop for LastLines {
    fn drop(&mut self) {
        // If the queue is full, whoever reads has stopped, and waiting would be in vain.
        if self.queue.try_send(Message::End).is_ok() {
            let _ = self.ended.recv_timeout(PATIENCE);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    type Written = Arc<Mutex<Vec<u8>>>;

    /// Remembers what is written; says that it blocks, and blocks until told how often it may write.
    struct Slow {
        blocked: mpsc::Sender<()>,
        permits: Receiver<()>,
        written: Written,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // Not every test wants to know.
            let _ = self.blocked.send(());
            // An error means that there are permits without end.
            let _ = self.permits.recv();
            self.written.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn slow() -> (mpsc::Sender<()>, Receiver<()>, Written, Slow) {
        let (permit, permits) = mpsc::channel();
        let (blocked, blocks) = mpsc::channel();
        let written = Written::default();
        (permit, blocks, Arc::clone(&written), Slow { blocked, permits, written })
    }

    fn text(written: &Mutex<Vec<u8>>) -> String {
        String::from_utf8(written.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn the_last_lines_are_written_before_the_end() {
        let (permit, _blocks, written, slow) = slow();
        drop(permit);
        let (lines, last) = start(slow).unwrap();
        for _ in 0..100 {
            (&lines).write_all(b"line\n").unwrap();
        }
        drop(last);
        assert_eq!(text(&written), "line\n".repeat(100));
    }

    #[test]
    fn a_reader_that_has_stopped_costs_lines_but_no_time() {
        let (permit, blocks, written, slow) = slow();
        let (lines, last) = start(slow).unwrap();
        (&lines).write_all(b"line\n").unwrap();
        blocks.recv_timeout(PATIENCE).unwrap();
        // Nobody takes any of these: they fill the queue and run over.
        for _ in 0..ROOM * 4 {
            (&lines).write_all(b"line\n").unwrap();
        }
        assert_eq!(lines.lost.load(Ordering::Relaxed), u64::try_from(ROOM * 3).unwrap());
        drop(permit);
        // Once the reader reads again, there is room for the word to end.
        while lines.queue.try_send(Message::End).is_err() {
            thread::yield_now();
        }
        last.ended.recv_timeout(PATIENCE).unwrap();
        let text = text(&written);
        assert!(text.contains("log lines were lost"), "{} bytes", text.len());
    }
}
