//! Connections that quick reads share.
//!
//! A connection of one's own costs a read more than the read: two processes are woken for each answer. So when one more
//! connection is being read on than the database has processors, the next read joins one of them: its statement
//! travels while others are worked on, and the answers come one after the other. PostgreSQL runs each in a transaction of
//! its own, as ever. What is slow, or waits for locks, would make the others wait, and takes a [lease](crate::pool::Lease).
//!
//! A reader that is dropped before it has settled (its request was cancelled) leaves an answer behind that nobody waits for:
//! nobody joins that connection any more, and the last to leave it throws it away.

use std::{
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use bb8::PooledConnection;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use souk_ports::PortError;
use tokio::sync::Notify;

use crate::{
    connection::Connector,
    error::port_error,
    pool::{Manager, PgPool},
};

/// Of so many connections in the pool, one is for reads to share; docs/OPERATING.md sizes pools by the same number.
const CONNECTIONS_PER_PROCESSOR: usize = 4;
/// At most so many read on one connection.
const READERS: usize = 8;
/// For so long others may join; then it goes back to the pool once, which replaces what has become old.
const SHARED_FOR: Duration = Duration::from_secs(30);

/// The connections on which somebody reads.
pub(crate) struct Shared {
    connections: Mutex<Vec<Weak<Connection>>>,
    /// How many processors the database has, as far as the pool's size tells.
    processors: usize,
    /// So many connections are in use before one is shared.
    enough: usize,
    opened: Notify,
}

/// A connection that may be shared; given back when the last reader leaves.
struct Connection {
    slot: PooledConnection<'static, Manager>,
    connector: Connector,
    opened: Instant,
    forsaken: AtomicBool,
}

impl Connection {
    fn may_be_joined(&self) -> bool {
        !self.forsaken.load(Ordering::Relaxed) && self.opened.elapsed() < SHARED_FOR
    }
}

/// The use of a connection for one read; [`settle`](Self::settle) ends it.
pub(crate) struct Reader {
    connection: Arc<Connection>,
    settled: bool,
}

impl Shared {
    /// For a pool of so many connections.
    pub(crate) fn new(max_size: u32) -> Self {
        let size = usize::try_from(max_size).unwrap_or(usize::MAX);
        let processors = (size / CONNECTIONS_PER_PROCESSOR).max(1);
        // With no more than processors, each has to wait for its own whenever something else runs there.
        let enough = (processors + 1).min(size);
        Self { connections: Mutex::default(), processors, enough, opened: Notify::new() }
    }

    /// How many statements at once keep the database busy.
    pub(crate) fn processors(&self) -> usize {
        self.processors
    }

    /// The connection that the fewest read on, if there are `enough` and it is not full.
    fn join(&self, enough: usize) -> Option<Arc<Connection>> {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.retain(|connection| connection.strong_count() > 0);
        if connections.len() < enough {
            return None;
        }
        let least = connections.iter().min_by_key(|connection| connection.strong_count())?;
        if least.strong_count() >= READERS {
            return None;
        }
        least.upgrade().filter(|connection| connection.may_be_joined())
    }

    fn add(&self, connection: &Arc<Connection>) {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(connection));
        self.opened.notify_waiters();
    }
}

impl PgPool {
    /// Takes a connection for one quick read, which others may be reading on.
    pub(crate) async fn reader(&self) -> Result<Reader, PortError> {
        let connection = match self.shared().join(self.shared().enough) {
            Some(joined) => joined,
            None => self.open().await?,
        };
        connection.slot.carrier.listen();
        Ok(Reader { connection, settled: false })
    }

    /// A connection out of the pool, or one that somebody else has opened meanwhile.
    async fn open(&self) -> Result<Arc<Connection>, PortError> {
        let mut enough = self.shared().enough;
        loop {
            let mut opened = pin!(self.shared().opened.notified());
            opened.as_mut().enable();
            if let Some(joined) = self.shared().join(enough) {
                return Ok(joined);
            }
            tokio::select! {
                taken = self.take() => {
                    let (slot, connector) = taken?;
                    let (opened, forsaken) = (Instant::now(), AtomicBool::new(false));
                    let connection = Arc::new(Connection { slot, connector, opened, forsaken });
                    self.shared().add(&connection);
                    return Ok(connection);
                }
                // Where one has to wait for a connection, there are enough.
                () = opened => enough = 1,
            }
        }
    }
}

impl Reader {
    /// To run one statement on. Whatever it begins must end with it.
    pub(crate) fn connection(&self) -> &AsyncPgConnection {
        &self.connection.slot.connection
    }

    /// Ends the read, and gives its result on.
    pub(crate) fn settle<T>(mut self, result: QueryResult<T>) -> Result<T, PortError> {
        self.settled = true;
        // Something was heard: whoever else reads here may be patient again.
        self.connection.slot.carrier.listen();
        result.map_err(|error| port_error(&error))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if !self.settled {
            self.connection.forsaken.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.slot.carrier.rest();
        self.slot.last_used = Instant::now();
        self.slot.busy = *self.forsaken.get_mut();
        if self.slot.busy {
            self.connector.cancel(self.slot.connection.cancel_token());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_connection_more_than_processors_is_enough_where_the_pool_has_as_many() {
        for (size, processors, enough) in [(1, 1, 1), (2, 1, 2), (4, 1, 2), (8, 2, 3), (20, 5, 6)] {
            let shared = Shared::new(size);
            assert_eq!((shared.processors(), shared.enough), (processors, enough), "of {size}");
        }
    }
}
