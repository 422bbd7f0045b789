//! The pool of connections, and the lease under which one is used.
//!
//! Three things keep it honest. A connection is asked whether it lives only when it was idle for a while: asking costs as
//! much as most reads. A lease that is dropped before it was settled (its request was cancelled or timed out) stops its
//! query and throws the connection away, so that nobody inherits one that is still busy. And a connection on which
//! nothing is heard for longer than the server itself would take is cut: machines that hang, and proxies before
//! them, keep connections open for ever without a word.

use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bb8::{ManageConnection, PooledConnection, QueueStrategy};
use diesel::{ConnectionError, QueryResult, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl, pooled_connection::PoolableConnection};
use souk_ports::PortError;
use thiserror::Error;
use tokio::sync::Notify;

use crate::{
    connection::{Carrier, Connector},
    error::port_error,
    reader::Shared,
};

/// After how long without use a connection is asked whether it lives.
const TRUSTED_FOR: Duration = Duration::from_secs(5);

/// How the pool is sized.
#[derive(Clone, Copy, Debug)]
pub struct PoolSettings {
    /// At most this many connections.
    pub max_size: u32,
    /// At least this many are kept open.
    pub min_idle: u32,
    /// How long a request waits for one.
    pub acquire_timeout: Duration,
    /// After how long a connection is replaced.
    pub max_lifetime: Duration,
}

/// How the pool is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolGauges {
    /// Connections that are open.
    pub open: u32,
    /// Of these, how many nobody uses.
    pub idle: u32,
    /// How often somebody had to wait since the start.
    pub waited: u64,
    /// How often somebody waited in vain.
    pub timed_out: u64,
}

/// Connections to one database, shared by all adapters of this crate.
#[derive(Clone)]
pub struct PgPool {
    pool: bb8::Pool<Manager>,
    connector: Connector,
    announced: Arc<Notify>,
    shared: Arc<Shared>,
}

impl PgPool {
    /// Makes a pool. Connections are opened in the background and as needed: a database that is away now may come back.
    pub fn new(connector: Connector, settings: PoolSettings) -> Self {
        let pool = bb8::Pool::builder()
            .max_size(settings.max_size)
            .min_idle(settings.min_idle.min(settings.max_size))
            .connection_timeout(settings.acquire_timeout)
            .max_lifetime(settings.max_lifetime)
            .idle_timeout(Duration::from_mins(1))
            .test_on_check_out(true)
            // The connection used last has the warmest caches, here and in its backend.
            .queue_strategy(QueueStrategy::Lifo)
            .error_sink(Box::new(Complaints::default()))
            .build_unchecked(Manager { connector: connector.clone() });
        Self { pool, connector, announced: Arc::default(), shared: Arc::new(Shared::new(settings.max_size)) }
    }

    /// Says that events were committed: whoever carries them on need not wait for its next look. Costs nothing, and nothing
    /// is lost if it is never called.
    pub fn announce(&self) {
        self.announced.notify_one();
    }

    /// Waits until events were announced that nobody has waited for yet.
    pub(crate) async fn announced(&self) {
        self.announced.notified().await;
    }

    /// Takes a connection, waiting no longer than the settings allow.
    pub(crate) async fn lease(&self) -> Result<Lease<'_>, PortError> {
        let mut slot = self.pool.get().await.map_err(unavailable)?;
        slot.busy = true;
        slot.carrier.listen();
        Ok(Lease { slot, connector: &self.connector })
    }

    /// Takes a connection out of the pool, with what can stop what it does. It goes back when it is dropped.
    pub(crate) async fn take(&self) -> Result<(PooledConnection<'static, Manager>, Connector), PortError> {
        let slot = self.pool.get_owned().await.map_err(unavailable)?;
        Ok((slot, self.connector.clone()))
    }

    /// Those of its connections on which somebody reads.
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// How it is doing now.
    pub fn gauges(&self) -> PoolGauges {
        let state = self.pool.state();
        PoolGauges {
            open: state.connections,
            idle: state.idle_connections,
            waited: state.statistics.get_waited,
            timed_out: state.statistics.get_timed_out,
        }
    }
}

fn unavailable(error: bb8::RunError<SlotError>) -> PortError {
    match error {
        bb8::RunError::TimedOut => PortError::Unavailable("no database connection was free in time".into()),
        bb8::RunError::User(error) => PortError::Unavailable(error.to_string()),
    }
}

/// A connection in use. Statements run on it; [`settle`](Self::settle) gives it back.
pub(crate) struct Lease<'a> {
    slot: PooledConnection<'a, Manager>,
    connector: &'a Connector,
}

impl Lease<'_> {
    /// Gives the connection back, and the result on. Whatever it is, the connection has nothing left to do.
    pub(crate) fn settle<T>(self, result: QueryResult<T>) -> Result<T, PortError> {
        self.finish();
        result.map_err(|error| port_error(&error))
    }

    /// Gives the connection back.
    pub(crate) fn finish(mut self) {
        self.slot.busy = false;
        self.slot.last_used = Instant::now();
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        self.slot.carrier.rest();
        if self.slot.busy {
            self.connector.cancel(self.slot.connection.cancel_token());
        }
    }
}

impl Deref for Lease<'_> {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        &self.slot.connection
    }
}

impl DerefMut for Lease<'_> {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.slot.connection
    }
}

/// A connection and what the pool has to know of it.
pub(crate) struct Slot {
    pub(crate) connection: AsyncPgConnection,
    pub(crate) carrier: Carrier,
    pub(crate) busy: bool,
    pub(crate) last_used: Instant,
}

/// Opens connections, and looks after them.
pub(crate) struct Manager {
    connector: Connector,
}

/// Why a connection is not to be had.
#[derive(Debug, Error)]
pub(crate) enum SlotError {
    #[error("cannot connect: {0}")]
    Connect(#[from] ConnectionError),
    #[error("the connection was lost")]
    Lost,
    #[error("the connection does not answer: {0}")]
    Silent(#[from] diesel::result::Error),
}

impl ManageConnection for Manager {
    type Connection = Slot;
    type Error = SlotError;

    async fn connect(&self) -> Result<Slot, SlotError> {
        let (connection, carrier) = self.connector.connect_with_carrier().await?;
        Ok(Slot { connection, carrier, busy: false, last_used: Instant::now() })
    }

    async fn is_valid(&self, slot: &mut Slot) -> Result<(), SlotError> {
        if slot.connection.is_broken() {
            return Err(SlotError::Lost);
        }
        if slot.last_used.elapsed() > TRUSTED_FOR {
            // If there is no answer in time, whoever asks gives up; then it must not go back as good.
            slot.busy = true;
            sql_query("").execute(&mut slot.connection).await?;
            slot.busy = false;
        }
        Ok(())
    }

    fn has_broken(&self, slot: &mut Slot) -> bool {
        slot.busy || slot.connection.is_broken()
    }
}

/// Tells of connections that failed, at most once a second: a database that is away fails every attempt.
#[derive(Debug, Default)]
struct Complaints {
    last: Mutex<Option<Instant>>,
}

impl bb8::ErrorSink<SlotError> for Complaints {
    fn sink(&self, error: SlotError) {
        let Ok(mut last) = self.last.lock() else { return };
        if last.is_none_or(|last| last.elapsed() > Duration::from_secs(1)) {
            *last = Some(Instant::now());
            tracing::warn!(%error, "database connection");
        }
    }

    fn boxed_clone(&self) -> Box<dyn bb8::ErrorSink<SlotError>> {
        Box::new(Self::default())
    }
}
