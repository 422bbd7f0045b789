//! Where events are found again: by whoever carries them on, and by people who were away.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use souk_domain::id::{SessionId, UserId};
use thiserror::Error;

use crate::PortError;

/// How far somebody has read. What is in it is the affair of whoever keeps the events; everybody else hands it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPosition(pub Arc<[u8]>);

/// An event as it is carried on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// How far whoever reads it as the newest has read.
    pub position: EventPosition,
    /// Its kind, for example `offer.accepted`; not a closed set here, since a newer server may know more of them.
    pub kind: String,
    /// What it says, as a JSON object on one line.
    pub payload: String,
    /// The people who may hear of it.
    pub audience: Vec<UserId>,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// What was committed since the last time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// In an order in which nothing comes before what led to it.
    pub events: Vec<Arc<Happening>>,
    /// How far whoever has all of it has read.
    pub upto: EventPosition,
    /// Whether nothing is missing before it. If something is, it was too much to be carried on at once, and whoever
    /// followed has to read on from where they were.
    pub is_gapless: bool,
}

/// Tells of what is committed, anywhere, from the moment it is first asked. Each server has one.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait EventSource: Send {
    /// Waits for what was committed since the last call; comes back after a while also if there is nothing. After an
    /// error the next call goes on where the last good one ended.
    async fn next(&mut self) -> Result<Batch, PortError>;
}

/// Takes events on: to people who are listening, say.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait EventSink: Send + Sync {
    /// Takes a batch. Everybody else waits meanwhile, so that it must not.
    fn take(&self, batch: &Batch);
}

/// Why one cannot read on from a position.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReplayError {
    /// It is not a position.
    #[error("not a position")]
    Unreadable,
    /// What came after it may be gone, or it is of another database.
    #[error("what came after this position is not kept any more")]
    Lost,
    /// It lies after the end that was asked for: whoever gave it out knew more than we do yet.
    #[error("this position is ahead of us")]
    Ahead,
    /// The outside world failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Keeps events.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait EventRepository: Send + Sync {
    /// Events that somebody may hear of, after one position and up to another, at most `limit`, in order. Positions from
    /// before `oldest` are lost. Fewer than `limit`: that was all.
    async fn list(
        &self,
        user: UserId,
        after: &EventPosition,
        upto: &EventPosition,
        oldest: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Happening>, ReplayError>;

    /// Which of these log-ins listen in vain: they have ended, or their accounts may not act.
    async fn list_ended(
        &self,
        sessions: &[SessionId],
        now: DateTime<Utc>,
    ) -> Result<Vec<SessionId>, PortError>;

    /// Forgets at most `limit` events that happened before `before`; says how many.
    async fn remove_before(&self, before: DateTime<Utc>, limit: u32) -> Result<u64, PortError>;
}
