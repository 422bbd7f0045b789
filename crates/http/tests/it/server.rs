//! The real accept loop on a loopback port, with clients that behave and clients that do not.

use std::{
    net::SocketAddr,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use souk_http::{
    layer::InFlight,
    server::{self, ConnectionCount, Drain, Options},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};

use crate::ground::{
    PATIENCE, ground,
    routes::{self, Strings},
};

const OPTIONS: Options = Options { header_timeout: PATIENCE, max_connections: 16, drain_timeout: PATIENCE };

struct Running {
    address: SocketAddr,
    drain: Drain,
    strings: Strings,
    count: ConnectionCount,
    server: JoinHandle<usize>,
}

impl Running {
    async fn start(options: Options) -> Self {
        Self::start_with(options, PATIENCE).await
    }

    async fn start_with(options: Options, deadline: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (drain, strings, count) = (Drain::new(), Strings::default(), ConnectionCount::default());
        let router = routes::with(&ground(64, deadline), strings.clone());
        let server = tokio::spawn(server::serve(listener, router, options, drain.clone(), count.clone()));
        Self { address, drain, strings, count, server }
    }

    async fn connect(&self) -> Client {
        Client(TcpStream::connect(self.address).await.unwrap())
    }

    /// Waits until this many connections are open.
    async fn until_connected(&self, connections: usize) {
        timeout(PATIENCE, async {
            while self.count.get() != connections {
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap();
    }

    /// Says the word, and waits for the end. Gives the number of connections that had to be cut, and the time it took.
    async fn end(self) -> (usize, Duration) {
        let before = Instant::now();
        self.drain.begin();
        let cut = timeout(PATIENCE * 2, self.server).await.unwrap().unwrap();
        (cut, before.elapsed())
    }
}

struct Client(TcpStream);

impl Client {
    async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    async fn get(&mut self, path: &str) {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n")).await;
    }

    /// The next answer: its head, and its body by `content-length`.
    async fn answer(&mut self) -> (String, String) {
        timeout(PATIENCE, async {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(self.0.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
            self.0.read_exact(&mut body).await.unwrap();
            (head, String::from_utf8(body).unwrap())
        })
        .await
        .unwrap()
    }

    async fn assert_answered(&mut self, status: u16) -> String {
        let (head, body) = self.answer().await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}{body}");
        head
    }

    /// Waits until the server has closed the connection, without a word more.
    async fn assert_closed(mut self) {
        let mut rest = Vec::new();
        // A reset is an end as well.
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut rest)).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&rest), "");
    }
}

const FOUND: &str = "/search?title=a";
const HALF: &str = "GET /search?title=a HTTP/1.1\r\nhost: te";

#[tokio::test]
async fn a_connection_is_good_for_many_requests() {
    let running = Running::start(OPTIONS).await;
    let mut client = running.connect().await;
    for _ in 0..3 {
        client.get(FOUND).await;
        client.assert_answered(200).await;
    }
    // Two at once, answered in order.
    client
        .send(&format!("GET {FOUND} HTTP/1.1\r\nhost: a\r\n\r\nGET /nowhere HTTP/1.1\r\nhost: a\r\n\r\n"))
        .await;
    client.assert_answered(200).await;
    client.assert_answered(404).await;
    assert_eq!(running.count.get(), 1);
}

#[tokio::test]
async fn half_a_header_and_an_idle_connection_are_closed_by_the_header_timeout() {
    let options = Options { header_timeout: Duration::from_millis(100), ..OPTIONS };
    let running = Running::start(options).await;
    let (mut half, mut idle, silent) =
        (running.connect().await, running.connect().await, running.connect().await);
    half.send(HALF).await;
    idle.get(FOUND).await;
    idle.assert_answered(200).await;
    half.assert_closed().await;
    idle.assert_closed().await;
    silent.assert_closed().await;
    running.until_connected(0).await;
}

#[tokio::test]
async fn a_slow_body_ends_with_the_deadline() {
    let running = Running::start_with(OPTIONS, Duration::from_millis(100)).await;
    let mut client = running.connect().await;
    client
        .send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{\"title\"")
        .await;
    client.assert_answered(408).await;
    client.assert_closed().await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_read_to_its_end_so_that_the_answer_arrives() {
    let running = Running::start(OPTIONS).await;
    let mut client = running.connect().await;
    let body = "x".repeat(4 << 20);
    let head = format!(
        "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    client.send(&head).await;
    client.send(&body).await;
    client.assert_answered(413).await;
    client.get(FOUND).await;
    client.assert_answered(200).await;
}

#[tokio::test]
async fn who_asks_before_sending_a_body_beyond_the_limit_is_told_at_once() {
    let running = Running::start(OPTIONS).await;
    let mut client = running.connect().await;
    client
        .send("POST /echo HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4194304\r\n\r\n")
        .await;
    client.assert_answered(413).await;
}

#[tokio::test]
async fn beyond_the_connection_limit_clients_are_told_so() {
    let running = Running::start(Options { max_connections: 1, ..OPTIONS }).await;
    let mut first = running.connect().await;
    first.get(FOUND).await;
    first.assert_answered(200).await;

    let mut second = running.connect().await;
    second.get(FOUND).await;
    let head = second.assert_answered(503).await;
    assert!(head.contains("retry-after: 1"), "{head}");
    second.assert_closed().await;

    drop(first);
    running.until_connected(0).await;
    let mut third = running.connect().await;
    third.get(FOUND).await;
    third.assert_answered(200).await;
}

#[tokio::test]
async fn a_change_is_finished_though_its_client_left() {
    let running = Running::start(OPTIONS).await;
    let mut client = running.connect().await;
    client.send("POST /wait HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n").await;
    timeout(PATIENCE, running.strings.begun.notified()).await.unwrap();
    drop(client);
    running.until_connected(0).await;
    running.strings.go_on.notify_one();
    timeout(PATIENCE, running.strings.done.notified()).await.unwrap();
    assert_eq!(running.strings.finished.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn neither_half_a_header_nor_an_idle_connection_keeps_the_server_from_ending() {
    let running = Running::start(OPTIONS).await;
    let (mut half, mut idle, silent) =
        (running.connect().await, running.connect().await, running.connect().await);
    half.send(HALF).await;
    idle.get(FOUND).await;
    idle.assert_answered(200).await;
    running.until_connected(3).await;
    let (cut, took) = running.end().await;
    assert_eq!(cut, 0);
    assert!(took < PATIENCE / 2, "{took:?}");
    half.assert_closed().await;
    idle.assert_closed().await;
    silent.assert_closed().await;
}

#[tokio::test]
async fn a_request_in_work_is_answered_before_the_end_and_the_last_on_its_connection() {
    let running = Running::start(OPTIONS).await;
    let strings = running.strings.clone();
    let mut client = running.connect().await;
    client.get("/wait").await;
    timeout(PATIENCE, strings.begun.notified()).await.unwrap();
    let drain = running.drain.clone();
    let end = tokio::spawn(running.end());
    timeout(PATIENCE, drain.begun()).await.unwrap();
    strings.go_on.notify_one();
    let head = client.assert_answered(204).await;
    assert!(head.contains("connection: close"), "{head}");
    client.assert_closed().await;
    assert_eq!(end.await.unwrap().0, 0);
}

#[tokio::test]
async fn a_request_sent_just_before_the_end_is_still_answered() {
    let running = Running::start(OPTIONS).await;
    let mut idle = running.connect().await;
    idle.get(FOUND).await;
    idle.assert_answered(200).await;
    // One connection that the server has not even accepted, one that is open: both send as draining begins.
    let mut queued = running.connect().await;
    running.drain.begin();
    queued.get(FOUND).await;
    idle.get(FOUND).await;
    for client in [&mut queued, &mut idle] {
        let head = client.assert_answered(200).await;
        assert!(head.contains("connection: close"), "{head}");
    }
    assert_eq!(running.end().await.0, 0);
}

#[tokio::test]
async fn once_ended_nobody_is_let_in() {
    let running = Running::start(OPTIONS).await;
    let address = running.address;
    assert_eq!(running.end().await.0, 0);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn what_does_not_end_is_cut_at_the_end_of_the_drain_timeout() {
    let running = Running::start(Options { drain_timeout: Duration::from_millis(100), ..OPTIONS }).await;
    let strings = running.strings.clone();
    let mut client = running.connect().await;
    client.get("/wait").await;
    timeout(PATIENCE, strings.begun.notified()).await.unwrap();
    let (cut, took) = running.end().await;
    assert_eq!(cut, 1);
    assert!(took < PATIENCE / 2, "{took:?}");
    client.assert_closed().await;
}

#[tokio::test]
async fn in_flight_counts_changes_whose_clients_left() {
    let in_flight = InFlight::new(4);
    let ground = souk_http::layer::Ground::new(
        souk_http::layer::Limits { deadline: PATIENCE, body: 64 },
        in_flight.clone(),
    );
    let strings = Strings::default();
    let router = routes::with(&ground, strings.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (drain, count) = (Drain::new(), ConnectionCount::default());
    let server = tokio::spawn(server::serve(listener, router, OPTIONS, drain.clone(), count));
    let mut client = Client(TcpStream::connect(address).await.unwrap());
    client.send("DELETE /nowhere HTTP/1.1\r\nhost: a\r\n\r\nPOST /wait HTTP/1.1\r\nhost: a\r\n\r\n").await;
    client.assert_answered(404).await;
    timeout(PATIENCE, strings.begun.notified()).await.unwrap();
    drop(client);
    drain.begin();
    assert_eq!(timeout(PATIENCE, server).await.unwrap().unwrap(), 0);
    assert_eq!(in_flight.count(), 1);
    strings.go_on.notify_one();
    timeout(PATIENCE, in_flight.emptied()).await.unwrap();
}
