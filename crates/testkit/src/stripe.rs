//! A stand-in for Stripe, as far as sellers' accounts and their onboarding go: it keeps accounts, repeats answers under
//! idempotency keys as Stripe does, and misbehaves when told to.

use std::{
    collections::{HashMap, VecDeque},
    fmt::Write as _,
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// The key that it takes.
pub const KEY: &str = "sk_test_souk_0123456789";

/// What it does with a request instead of answering it well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Answers with this status and body, and does nothing.
    Answer(u16, String),
    /// Says nothing until the client gives up, and does nothing.
    Silence,
    /// Closes the connection at once, and does nothing.
    Cut,
    /// Does it, and closes the connection in the middle of the answer.
    CutAnswer,
}

/// A request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// For example `POST /v1/accounts`.
    pub call: String,
    /// Headers by name in lower case.
    pub headers: HashMap<String, String>,
    /// The form's fields.
    pub form: HashMap<String, String>,
}

/// The stand-in; it ends when it is dropped.
#[derive(Debug)]
pub struct StripeServer {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
    desk: Arc<Mutex<Desk>>,
}

#[derive(Debug, Default)]
struct Desk {
    received: Vec<Received>,
    troubles: VecDeque<Trouble>,
    pace: Duration,
    /// E-mail address by account.
    accounts: HashMap<String, String>,
    links: u32,
    /// Form and answer by key; no answer yet while it is being made.
    keys: HashMap<String, (HashMap<String, String>, Option<Reply>)>,
}

type Reply = (u16, String);

impl StripeServer {
    /// Begins to listen on a free loopback port.
    ///
    /// # Panics
    /// If no port can be had.
    #[expect(clippy::expect_used, reason = "a test without its payment provider cannot go on")]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the address of a listener");
        let server = Self { address, ended: Arc::default(), desk: Arc::default() };
        let (ended, desk) = (Arc::clone(&server.ended), Arc::clone(&server.desk));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), desk) = (stream, Arc::clone(&desk)) else { continue };
                // A client that goes away ends its own talk only.
                thread::spawn(move || talk(&stream, &desk));
            }
        });
        server
    }

    /// The value for `STRIPE_API_BASE`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on everything takes this long, so that requests overlap.
    pub fn take_your_time(&self, pace: Duration) {
        self.desk().pace = pace;
    }

    /// Does this with the next request that no other trouble waits for.
    pub fn trouble(&self, trouble: Trouble) {
        self.desk().troubles.push_back(trouble);
    }

    /// Everything that has arrived.
    pub fn received(&self) -> Vec<Received> {
        self.desk().received.clone()
    }

    /// The accounts there are.
    pub fn accounts(&self) -> Vec<String> {
        self.desk().accounts.keys().cloned().collect()
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        lock(&self.desk)
    }
}

impl Drop for StripeServer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the listener, so that it sees the word.
        let _ = TcpStream::connect(self.address);
    }
}

fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers what comes over one connection.
fn talk(stream: &TcpStream, desk: &Mutex<Desk>) -> io::Result<()> {
    let mut requests = BufReader::new(stream);
    while let Some(request) = read(&mut requests)? {
        let (trouble, pace) = {
            let mut desk = lock(desk);
            desk.received.push(request.clone());
            (desk.troubles.pop_front(), desk.pace)
        };
        let reply = match &trouble {
            Some(Trouble::Cut) => return Ok(()),
            Some(Trouble::Silence) => {
                // Until the client closes its end.
                requests.read_to_end(&mut Vec::new())?;
                return Ok(());
            }
            Some(Trouble::Answer(status, body)) => (*status, body.clone()),
            Some(Trouble::CutAnswer) | None => answer(&request, desk, pace),
        };
        let whole = response(&reply);
        if trouble == Some(Trouble::CutAnswer) {
            let half = whole.len() - reply.1.len() / 2;
            return (&mut &*stream).write_all(whole.as_bytes().get(..half).unwrap_or_default());
        }
        (&mut &*stream).write_all(whole.as_bytes())?;
    }
    Ok(())
}

/// The next request of a connection, if there is one.
fn read(requests: &mut BufReader<&TcpStream>) -> io::Result<Option<Received>> {
    let mut line = String::new();
    if requests.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let call = line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let mut headers = HashMap::new();
    loop {
        line.clear();
        requests.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or_default();
    let mut body = vec![0; length];
    requests.read_exact(&mut body)?;
    let form = form_urlencoded::parse(&body).into_owned().collect();
    Ok(Some(Received { call, headers, form }))
}

/// What Stripe would do and say.
fn answer(request: &Received, desk: &Mutex<Desk>, pace: Duration) -> Reply {
    let header = |name: &str| request.headers.get(name).map_or("", String::as_str);
    if header("authorization") != format!("Bearer {KEY}") {
        let shown = header("authorization");
        return refusal(401, "invalid_request_error", "", &format!("Invalid API Key provided: {shown}"));
    }
    if header("stripe-version").is_empty() {
        return refusal(400, "invalid_request_error", "", "this stand-in wants to be told which version");
    }
    let key = header("idempotency-key");
    if !key.is_empty() {
        let mut desk = lock(desk);
        match desk.keys.get(key) {
            Some((form, _)) if *form != request.form => {
                return refusal(
                    400,
                    "idempotency_error",
                    "",
                    "Keys can only be used with the same parameters",
                );
            }
            Some((_, Some(reply))) => return reply.clone(),
            Some((_, None)) => {
                return refusal(409, "idempotency_error", "idempotency_key_in_use", "Another is at it");
            }
            None => desk.keys.insert(key.to_owned(), (request.form.clone(), None)),
        };
    }
    thread::sleep(pace);
    let mut desk = lock(desk);
    let reply = desk.carry_out(request);
    if let Some((_, kept)) = desk.keys.get_mut(key) {
        *kept = Some(reply.clone());
    }
    reply
}

impl Desk {
    fn carry_out(&mut self, request: &Received) -> Reply {
        let field = |name: &str| request.form.get(name).map_or("", String::as_str);
        match request.call.as_str() {
            "POST /v1/accounts" => {
                let id = format!("acct_{:016}", self.accounts.len() + 1);
                self.accounts.insert(id.clone(), field("email").to_owned());
                let more = r#""object":"account","charges_enabled":false,"some_day":{"there_is":["more"]}"#;
                (200, format!(r#"{{"id":"{id}",{more}}}"#))
            }
            "POST /v1/account_links" => {
                let missing = ["account", "refresh_url", "return_url", "type"]
                    .into_iter()
                    .find(|name| field(name).is_empty());
                if let Some(name) = missing {
                    return refusal(400, "invalid_request_error", "parameter_missing", name);
                }
                if !self.accounts.contains_key(field("account")) {
                    return refusal(400, "invalid_request_error", "account_invalid", field("account"));
                }
                self.links += 1;
                let (account, n) = (field("account"), self.links);
                let url = format!("https://connect.stripe.test/setup/{account}/{n}");
                (200, format!(r#"{{"object":"account_link","created":1,"expires_at":301,"url":"{url}"}}"#))
            }
            call => refusal(404, "invalid_request_error", "", &format!("Unrecognized request URL ({call})")),
        }
    }
}

fn refusal(status: u16, kind: &str, code: &str, message: &str) -> Reply {
    (status, format!(r#"{{"error":{{"type":"{kind}","code":"{code}","message":"{message}"}}}}"#))
}

fn response((status, body): &Reply) -> String {
    let mut response = format!("HTTP/1.1 {status} x\r\nContent-Type: application/json\r\n");
    // Writing to a String cannot fail.
    let _ = write!(response, "Request-Id: req_fake\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    response
}
