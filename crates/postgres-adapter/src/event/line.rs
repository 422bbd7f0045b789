//! The one connection on which a server hears of events: outside the pool, since whoever listens has to stay.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
};

use chrono::{DateTime, Utc};
use diesel::ConnectionError;
use tokio::{sync::Notify, task::AbortHandle, time::timeout};
use tokio_postgres::{AsyncMessage, Client, Connection, Row, Statement};

use super::snapshot::Snapshot;
use crate::{connection::CONNECT_WITHIN, connection::Connector};

/// The channel on which servers tell each other that there is something new. What it is, everybody reads for themself.
const CHANNEL: &str = "souk_events";

/// Rows beyond this are not carried on at once.
pub(super) const MOST_AT_ONCE: usize = 20_000;

/// News, and the snapshot they were seen with. What the last snapshot did not see was running then, or had no number yet;
/// each of the two has an index. `MATERIALIZED` and no order inside: the planner must not hope to find what is new by
/// reading from the oldest row on.
const READ: &str = "
    WITH news AS MATERIALIZED (
        (SELECT id, kind, payload, audience, created_at FROM outbox_events WHERE xid >= $1::text::xid8
         UNION ALL
         SELECT id, kind, payload, audience, created_at FROM outbox_events WHERE xid = ANY ($2::text[]::xid8[]))
        LIMIT $3)
    SELECT pg_current_snapshot()::text, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, id, kind,
        payload::text, audience::text[], (extract(epoch FROM created_at) * 1000000)::bigint
    FROM (SELECT) AS always LEFT JOIN news ON true
    ORDER BY id";

/// Which database this is: the cluster's own number and the database's in it. A restored dump is another one.
const ORIGIN: &str = "
    SELECT hashtext(system_identifier::text || ' ' || oid), pg_current_snapshot()::text,
        (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, pg_backend_pid()
    FROM pg_control_system(), pg_database WHERE datname = current_database()";

/// A connection that listens.
pub(super) struct Line {
    client: Client,
    read: Statement,
    driver: AbortHandle,
    /// Whether another server said that there is something.
    pub(super) heard: Arc<Notify>,
}

/// What a line says when it is first taken up.
pub(super) struct Greeting {
    pub(super) origin: u32,
    pub(super) snapshot: String,
    pub(super) at: DateTime<Utc>,
}

/// Why a line is of no use.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    #[error("cannot connect: {0}")]
    Connect(#[from] ConnectionError),
    #[error("{}", crate::connection::with_cause(.0))]
    Database(#[from] tokio_postgres::Error),
    #[error("nothing was heard on the connection")]
    Silent(#[from] tokio::time::error::Elapsed),
}

impl Line {
    pub(super) async fn open(connector: &Connector) -> Result<(Self, Greeting), LineError> {
        timeout(CONNECT_WITHIN, Self::open_now(connector)).await?
    }

    async fn open_now(connector: &Connector) -> Result<(Self, Greeting), LineError> {
        let (client, connection) = connector.reach().await?;
        let heard = Arc::new(Notify::new());
        let own = Arc::new(AtomicI32::new(0));
        let driver = tokio::spawn(drive(connection, Arc::clone(&heard), Arc::clone(&own))).abort_handle();
        // Only its values tell that what is new is little, and planning for them at every look takes longer than the look.
        // So it is planned once, without the whole table in mind. Notifications are not worth waiting for a disk.
        client
            .batch_execute(&format!(
                "SET enable_seqscan = off; SET synchronous_commit = off; LISTEN {CHANNEL}"
            ))
            .await?;
        let row = client.query_one(ORIGIN, &[]).await?;
        let origin = row.try_get::<_, i32>(0)?.cast_unsigned();
        let greeting = Greeting { origin, snapshot: row.try_get(1)?, at: moment(row.try_get(2)?) };
        own.store(row.try_get(3)?, Ordering::Relaxed);
        let read = client.prepare(READ).await?;
        Ok((Self { client, read, driver, heard }, greeting))
    }

    /// What a snapshot did not see yet; at most one row more than [`MOST_AT_ONCE`]. There is always a row.
    pub(super) async fn read(&self, after: &Snapshot) -> Result<Vec<Row>, LineError> {
        let next = after.next.to_string();
        let running: Vec<_> = after.running.iter().map(ToString::to_string).collect();
        let limit = i64::try_from(MOST_AT_ONCE).unwrap_or(i64::MAX).saturating_add(1);
        Ok(self.client.query(&self.read, &[&next, &running, &limit]).await?)
    }

    /// Tells the other servers. A transaction of its own: PostgreSQL lets those that notify commit only one after the
    /// other, and those that do business must not wait for that.
    pub(super) async fn tell(&self) -> Result<(), LineError> {
        Ok(self.client.batch_execute(&format!("NOTIFY {CHANNEL}")).await?)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }
}

/// A moment as the statements above give it, in microseconds; the driver's own type for it is not worth a dependency.
pub(super) fn moment(microseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(microseconds).unwrap_or_default()
}

impl Drop for Line {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// Carries the connection's bytes, and takes note of what is heard.
async fn drive<S, T>(mut connection: Connection<S, T>, heard: Arc<Notify>, own: Arc<AtomicI32>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
        // What this connection itself said comes back to it; it has looked already.
        if let AsyncMessage::Notification(said) = message
            && said.process_id() != own.load(Ordering::Relaxed)
        {
            heard.notify_one();
        }
    }
    // Whoever waits looks, and finds the connection closed.
    heard.notify_one();
}
