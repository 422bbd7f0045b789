//! Events as they are committed, on whichever server.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use souk_domain::id::UserId;
use souk_ports::{
    PortError,
    event::{Batch, EventSource, Happening},
};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_postgres::Row;

use super::{
    line::{Line, LineError, MOST_AT_ONCE, moment},
    position::{Position, Within},
    snapshot::Snapshot,
};
use crate::{PgPool, connection::Connector};

/// When nobody says anything, how long until the next look: a server that ended right after its commit told nobody, and
/// some proxies of databases let no notification through.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long to wait after a look, so that many events in a row are one batch.
const PAUSE: Duration = Duration::from_millis(10);
/// How long a look may take; the server itself gives up before.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads what is committed, on a connection of its own.
pub struct PgEventSource {
    pool: PgPool,
    connector: Connector,
    line: Option<Line>,
    /// Where the next batch begins.
    seen: Option<Position>,
    /// When the last look was.
    looked: Instant,
}

impl PgEventSource {
    /// Hears of what is announced on this pool, and on those of other servers. A connector of its own, because a
    /// connection that listens must go to the server itself.
    pub fn new(pool: PgPool, connector: Connector) -> Self {
        Self { pool, connector, line: None, seen: None, looked: Instant::now() }
    }

    /// The line, opened if need be; whether it is new.
    async fn line(&mut self) -> Result<bool, PortError> {
        if self.line.as_ref().is_some_and(|line| !line.is_closed()) {
            return Ok(false);
        }
        self.line = None;
        let (line, greeting) = Line::open(&self.connector).await.map_err(|error| away(&error))?;
        // Another database than before, or one that was set back: there is nothing to go on from.
        if self.seen.as_ref().is_none_or(|seen| seen.origin != greeting.origin) {
            let snapshot = read_snapshot(&greeting.snapshot)?;
            self.seen = Some(Position::complete(greeting.origin, greeting.at, snapshot));
        }
        self.line = Some(line);
        Ok(true)
    }

    /// Waits until there may be something. Whether this server itself has something to tell the others.
    async fn wait(&self, line: &Line) -> bool {
        let is_ours = tokio::select! {
            () = self.pool.announced() => true,
            () = line.heard.notified() => false,
            () = sleep(LOOK_EVERY) => false,
        };
        sleep_until(self.looked + PAUSE).await;
        is_ours
    }

    async fn look(&self, line: &Line, seen: &Position, tell: bool) -> Result<Vec<Row>, LineError> {
        let look = async {
            if tell {
                // Sent together; the server does one after the other.
                let (told, rows) = tokio::join!(line.tell(), line.read(&seen.now));
                told?;
                rows
            } else {
                line.read(&seen.now).await
            }
        };
        timeout(PATIENCE, look).await?
    }

    async fn try_next(&mut self) -> Result<Batch, PortError> {
        let is_new = self.line().await?;
        let (Some(line), Some(seen)) = (&self.line, &self.seen) else {
            return Err(PortError::Unexpected("there is no line, though it was just opened".to_owned()));
        };
        let tell = if is_new { false } else { self.wait(line).await };
        let rows = self.look(line, seen, tell).await.map_err(|error| away(&error))?;
        self.looked = Instant::now();
        let (batch, now) = batch(seen, &rows)?;
        self.seen = Some(now);
        Ok(batch)
    }
}

#[async_trait]
impl EventSource for PgEventSource {
    async fn next(&mut self) -> Result<Batch, PortError> {
        let next = self.try_next().await;
        if next.is_err() {
            self.line = None;
        }
        next
    }
}

fn away(error: &LineError) -> PortError {
    PortError::Unavailable(format!("the connection that hears of events: {error}"))
}

fn corrupt(error: impl std::fmt::Display) -> PortError {
    PortError::Corrupt(format!("outbox_events: {error}"))
}

fn read_snapshot(text: &str) -> Result<Snapshot, PortError> {
    text.parse().map_err(|()| corrupt(format!("not a snapshot: {text}")))
}

/// The batch of these rows, and where the next one begins.
fn batch(seen: &Position, rows: &[Row]) -> Result<(Batch, Position), PortError> {
    let first = rows.first().ok_or_else(|| corrupt("no row"))?;
    let now = read_snapshot(first.try_get(0).map_err(corrupt)?)?;
    let at = moment(first.try_get(1).map_err(corrupt)?);
    let upto = Position::complete(seen.origin, at, now);
    let is_gapless = rows.len() <= MOST_AT_ONCE;
    let mut events = Vec::new();
    if is_gapless {
        let mut place = upto.clone();
        for row in rows {
            // Nothing is new: one row, with nothing in it.
            let Some(id) = row.try_get::<_, Option<i64>>(2).map_err(corrupt)? else { break };
            place.within = Some(Within { before: seen.now.clone(), last: id });
            events.push(Arc::new(happening(&place, row).map_err(corrupt)?));
        }
    }
    Ok((Batch { events, upto: upto.encode(), is_gapless }, upto))
}

fn person(id: &str) -> Option<UserId> {
    id.parse().ok().map(UserId::from_uuid)
}

fn happening(place: &Position, row: &Row) -> Result<Happening, tokio_postgres::Error> {
    Ok(Happening {
        position: place.encode(),
        kind: row.try_get(3)?,
        payload: row.try_get(4)?,
        audience: row.try_get::<_, Vec<&str>>(5)?.into_iter().filter_map(person).collect(),
        at: moment(row.try_get(6)?),
    })
}
