//! A mail server of our own: it speaks SMTP (the protocol is the `mailin` crate's, the one behind `MailCrab`), takes
//! everything and keeps it, so that a test can read what was really sent.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use mailin::{Action, Handler, Response, SessionBuilder, response};
use tokio::{sync::watch, time::timeout};

/// How long to wait for a letter that should come; far longer than any takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// What arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The sender as the envelope has it.
    pub from: String,
    /// The recipients as the envelope has them.
    pub to: Vec<String>,
    /// Headers, an empty line and the body, as they came.
    pub raw: String,
}

impl Letter {
    /// The header of this name, if there is one.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head().lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The names of all headers.
    pub fn header_names(&self) -> Vec<&str> {
        let lines = self.head().lines().filter(|line| !line.starts_with([' ', '\t']));
        lines.filter_map(|line| line.split_once(':').map(|(name, _)| name)).collect()
    }

    /// The body, as it came.
    pub fn text(&self) -> &str {
        self.raw.split_once("\r\n\r\n").map_or("", |(_, text)| text)
    }

    /// The first run of exactly six digits in the body: the code, in a letter that brings one.
    pub fn code(&self) -> Option<&str> {
        self.text().split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6)
    }

    fn head(&self) -> &str {
        self.raw.split_once("\r\n\r\n").map_or(&self.raw, |(head, _)| head)
    }
}

/// The server; it ends when it is dropped.
#[derive(Debug)]
pub struct SmtpServer {
    address: SocketAddr,
    letters: watch::Sender<Vec<Letter>>,
    ended: Arc<AtomicBool>,
    refusing: Arc<AtomicBool>,
}

impl SmtpServer {
    /// Begins to listen on a free loopback port.
    ///
    /// # Panics
    /// If no port can be had.
    #[expect(clippy::expect_used, reason = "a test without its mail server cannot go on")]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let server = Self {
            address: listener.local_addr().expect("the address of a listener"),
            letters: watch::Sender::new(Vec::new()),
            ended: Arc::default(),
            refusing: Arc::default(),
        };
        let (letters, ended) = (server.letters.clone(), Arc::clone(&server.ended));
        let refusing = Arc::clone(&server.refusing);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let clerk = Clerk { letters: letters.clone(), refusing: Arc::clone(&refusing), letter: None };
                // A client that goes away ends its own talk only.
                thread::spawn(move || talk(&stream, clerk));
            }
        });
        server
    }

    /// The value for `SOUK_SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on no recipient exists here.
    pub fn refuse_recipients(&self) {
        self.refusing.store(true, Ordering::Relaxed);
    }

    /// Everything that has arrived.
    pub fn letters(&self) -> Vec<Letter> {
        self.letters.borrow().clone()
    }

    /// Waits until so many letters to this address have arrived, and gives the last of them.
    ///
    /// # Panics
    /// If they do not come.
    #[expect(clippy::panic, reason = "a letter that does not come fails the test, and should say so")]
    pub async fn letter_to(&self, address: &str, count: usize) -> Letter {
        let mut letters = self.letters.subscribe();
        let nth = |letters: &Vec<Letter>| {
            let mut for_them = letters.iter().filter(|letter| letter.to.iter().any(|to| to == address));
            for_them.nth(count.saturating_sub(1)).cloned()
        };
        match timeout(PATIENCE, letters.wait_for(|letters| nth(letters).is_some())).await {
            Ok(Ok(letters)) => nth(&letters).unwrap_or_else(|| panic!("it was there")),
            _ => panic!("letter {count} to {address} did not come; there are {:?}", self.letters()),
        }
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the listener, so that it sees the word.
        let _ = TcpStream::connect(self.address);
    }
}

/// Takes down what one client sends.
struct Clerk {
    letters: watch::Sender<Vec<Letter>>,
    refusing: Arc<AtomicBool>,
    letter: Option<Letter>,
}

impl Handler for Clerk {
    fn rcpt(&mut self, _to: &str) -> Response {
        if self.refusing.load(Ordering::Relaxed) { response::NO_MAILBOX } else { response::OK }
    }

    fn data_start(&mut self, _domain: &str, from: &str, _is8bit: bool, to: &[String]) -> Response {
        self.letter = Some(Letter { from: from.to_owned(), to: to.to_vec(), raw: String::new() });
        response::OK
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        if let Some(letter) = &mut self.letter {
            letter.raw.push_str(&String::from_utf8_lossy(line));
        }
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let letter = self.letter.take();
        self.letters.send_modify(|letters| letters.extend(letter));
        response::OK
    }
}

fn talk(stream: &TcpStream, clerk: Clerk) -> io::Result<()> {
    let mut session = SessionBuilder::new("mail.test").build(stream.peer_addr()?.ip(), clerk);
    let mut answers = stream;
    session.greeting().write_to(&mut answers)?;
    let mut lines = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let response = session.process(&line);
        match response.action {
            Action::NoReply => {}
            Action::Reply | Action::UpgradeTls => answers.write_all(&response.buffer()?)?,
            Action::Close => return answers.write_all(&response.buffer()?),
        }
    }
}
