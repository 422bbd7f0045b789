//! A network between server and database that breaks when told to.

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpSocket, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
    time::timeout,
};

use super::PATIENCE;

/// A way to a database, on a port of its own.
pub(crate) struct Proxy {
    /// Where the way begins.
    address: SocketAddr,
    /// The database's URL for those who go it.
    url: String,
    road: Arc<watch::Sender<Road>>,
    warden: JoinHandle<()>,
}

/// How the way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Road {
    state: State,
    /// Connections with lower numbers carry nothing any more.
    lost_below: usize,
    /// How many connections were made so far.
    made: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Everything passes.
    Open,
    /// Connections are closed, and new ones refused.
    Cut,
    /// Connections are taken and kept, but nothing passes.
    Silent,
}

impl Proxy {
    /// An open way to the database at this URL.
    pub(crate) async fn to(url: &str) -> Self {
        let (before, host, after) = parts(url);
        let host = if host.contains(':') { host.to_owned() } else { format!("{host}:5432") };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let road = Arc::new(watch::Sender::new(Road { state: State::Open, lost_below: 0, made: 0 }));
        let warden = tokio::spawn(keep(listener, host, Arc::clone(&road)));
        Self { address, url: format!("{before}{address}{after}"), road, warden }
    }

    /// The database's URL on this way.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Closes every connection and refuses new ones, as a database that has been stopped.
    pub(crate) async fn cut(&self) {
        self.road.send_modify(|road| road.state = State::Cut);
        let refused = async { while TcpStream::connect(self.address).await.is_ok() {} };
        timeout(PATIENCE, refused).await.expect("a closed port refuses");
    }

    /// Lets nothing pass any more, and tells nobody.
    pub(crate) fn silence(&self) {
        self.road.send_modify(|road| road.state = State::Silent);
    }

    /// Opens the way again. What was held back arrives now.
    pub(crate) fn open(&self) {
        self.road.send_modify(|road| road.state = State::Open);
    }

    /// Opens the way for new connections only; those that are there stay silent for ever.
    pub(crate) fn open_anew(&self) {
        self.road.send_modify(|road| {
            road.lost_below = road.made;
            road.state = State::Open;
        });
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.warden.abort();
    }
}

/// Takes connections while the way is not cut.
async fn keep(mut listener: TcpListener, host: String, road: Arc<watch::Sender<Road>>) {
    let address = listener.local_addr().expect("a bound socket has an address");
    let mut changes = road.subscribe();
    loop {
        tokio::select! {
            () = until(&mut changes, |road| road.state == State::Cut) => {
                drop(listener);
                // Bound but not listening: the port stays ours, and connections are refused.
                let reserved = reserve(address);
                until(&mut changes, |road| road.state != State::Cut).await;
                listener = reserved.listen(1024).expect("the port is ours");
            }
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else { continue };
                let mut number = 0;
                road.send_modify(|road| {
                    number = road.made;
                    road.made += 1;
                });
                tokio::spawn(carry(client, host.clone(), number, road.subscribe()));
            }
        }
    }
}

fn reserve(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("an option that every system has");
    socket.bind(address).expect("the port is ours");
    socket
}

/// Carries what both sides send, until one ends or the way is cut.
async fn carry(client: TcpStream, host: String, number: usize, mut road: watch::Receiver<Road>) {
    let mut open = road.clone();
    let both_ways = async {
        passable(&mut open, number).await;
        let Ok(server) = TcpStream::connect(host).await else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
        tokio::select! {
            () = pass(from_client, to_server, number, open.clone()) => {}
            () = pass(from_server, to_client, number, open.clone()) => {}
        }
    };
    tokio::select! {
        () = until(&mut road, |road| road.state == State::Cut) => {}
        () = both_ways => {}
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    number: usize,
    mut road: watch::Receiver<Road>,
) {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let length = from.read(&mut buffer).await.unwrap_or(0);
        passable(&mut road, number).await;
        if length == 0 || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

async fn passable(road: &mut watch::Receiver<Road>, number: usize) {
    until(road, |road| road.state == State::Open && number >= road.lost_below).await;
}

async fn until(road: &mut watch::Receiver<Road>, wanted: impl FnMut(&Road) -> bool) {
    // Fails when the proxy is gone, and then everything that waits here goes as well.
    let _ = road.wait_for(wanted).await;
}

/// What stands before the host in a database URL, `host:port`, and what stands behind it.
fn parts(url: &str) -> (&str, &str, &str) {
    let start = url.find("://").expect("a URL has a scheme") + 3;
    let end = url[start..].find('/').map_or(url.len(), |length| start + length);
    let start = url[start..end].rfind('@').map_or(start, |length| start + length + 1);
    (&url[..start], &url[start..end], &url[end..])
}

#[test]
fn a_url_is_taken_apart_at_its_host() {
    assert_eq!(parts("postgres://a:b@c:1/d?e=f"), ("postgres://a:b@", "c:1", "/d?e=f"));
    assert_eq!(parts("postgres://c:1"), ("postgres://", "c:1", ""));
}
