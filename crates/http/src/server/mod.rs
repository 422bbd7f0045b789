//! The accept loop: from listening socket to answered requests, and to an orderly end.
//!
//! Our own rather than `axum::serve`, which sets no timer: there a client that sends half a header holds its connection
//! for ever, and a single one keeps the server from ending.
//!
//! - A header must arrive within the header timeout, which also bounds how long a connection may be idle.
//! - Above the connection limit a client is told so (503) instead of being left in the kernel's queue.
//! - When draining begins: connections already made are still taken in, answers say `Connection: close`, connections
//!   without a request are closed after a moment, requests in work are answered, and whatever is left at the
//!   end of the drain timeout is cut.

mod connection;
mod drain;
mod open_files;
mod sending;
mod signal;

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use axum::Router;
use futures_util::FutureExt;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};

pub use drain::Drain;
pub use open_files::raise_open_files_limit;
pub use signal::asked_to_end;

/// How many clients beyond the limit are told so at the same time; more are dropped without a word.
const REFUSALS: usize = 256;

/// How a listener treats its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long a header may take to arrive, and a connection may be idle.
    pub header_timeout: Duration,
    /// How many connections may be open.
    pub max_connections: usize,
    /// How long requests in work are waited for at the end.
    pub drain_timeout: Duration,
}

/// Connections open, readable from outside.
#[derive(Clone, Debug, Default)]
pub struct ConnectionCount(Arc<AtomicUsize>);

impl ConnectionCount {
    /// How many are open.
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Answers requests until draining begins and its connections are closed. Returns how many had to be cut because they
/// did not end within the drain timeout.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: Options,
    drain: Drain,
    count: ConnectionCount,
) -> usize {
    let mut house = House {
        router,
        options,
        drain: drain.clone(),
        count,
        connections: JoinSet::new(),
        refusals: JoinSet::new(),
    };
    let mut pause = FIRST_PAUSE;
    let begun = drain.begun();
    tokio::pin!(begun);
    loop {
        tokio::select! {
            biased;
            () = &mut begun => break,
            Some(_) = house.connections.join_next() => house.recount(),
            Some(_) = house.refusals.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    house.take_in(stream);
                    pause = FIRST_PAUSE;
                }
                Err(error) if is_of_one_connection(&error) => {}
                // Out of file descriptors or memory. Trying again at once would only burn the processor.
                Err(error) => {
                    tracing::warn!(%error, ?pause, "cannot accept connections; waiting");
                    if timeout(pause, begun.as_mut()).await.is_ok() {
                        break;
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }
    // Whoever is in the kernel's queue has been told that they are connected; they are served, not reset.
    while let Some(Ok((stream, _))) = tokio::task::unconstrained(listener.accept()).now_or_never() {
        house.take_in(stream);
    }
    drop(listener);
    house.empty().await
}

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// Errors of `accept` that concern the one connection that is gone already, not the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

struct House {
    router: Router,
    options: Options,
    drain: Drain,
    count: ConnectionCount,
    connections: JoinSet<()>,
    refusals: JoinSet<()>,
}

impl House {
    fn take_in(&mut self, stream: TcpStream) {
        if self.connections.len() < self.options.max_connections {
            let connection =
                connection::run(stream, self.router.clone(), self.options.header_timeout, self.drain.clone());
            self.connections.spawn(connection);
            self.recount();
        } else if self.refusals.len() < REFUSALS {
            self.refusals.spawn(connection::refuse(stream));
        }
    }

    fn recount(&self) {
        self.count.0.store(self.connections.len(), Ordering::Relaxed);
    }

    /// Waits for the connections to end; cuts those that do not.
    async fn empty(mut self) -> usize {
        let deadline =
            sleep_until(self.drain.began().unwrap_or_else(Instant::now) + self.options.drain_timeout);
        tokio::pin!(deadline);
        loop {
            tokio::select! {
                ended = self.connections.join_next() => if ended.is_none() { break },
                () = &mut deadline => break,
            }
            self.recount();
        }
        self.recount();
        self.connections.len()
    }
}

/// Binds an address, with a message that says which setting it came from.
pub async fn listen(address: SocketAddr, setting: &str) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| {
        format!("cannot listen on {address}: {error}. Is another server running there? Set {setting} to another address.")
    })
}
