//! How video comes in: keys, and where they are kept.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use souk_domain::{
    id::StreamId,
    stream::{IngestContext, IngestDecision, IngestHash, IngestRefusal, StreamContext, StreamRefusal},
};

use crate::{DecideError, PortError};

/// A key that was just made. Only here does it exist in clear.
#[derive(Clone, PartialEq, Eq)]
pub struct IngestKey {
    /// What the owner gives their camera.
    pub key: String,
    /// What is stored of it.
    pub hash: IngestHash,
}

/// Makes keys that nobody can guess.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait IngestKeys: Send + Sync {
    /// A new one.
    fn issue(&self) -> Result<IngestKey, PortError>;

    /// What a key that somebody shows hashes to; `None` if it cannot be one.
    fn parse(&self, key: &str) -> Option<IngestHash>;
}

/// Decides whether a show gets a new key.
pub type DecideIngestKey<'a> = dyn Fn(StreamContext) -> Result<(), StreamRefusal> + Send + Sync + 'a;
/// Decides what becomes of a show whose video comes or goes.
pub type DecideIngest<'a> = dyn Fn(IngestContext) -> Result<IngestDecision, IngestRefusal> + Send + Sync + 'a;

/// Keeps keys, as hashes.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait IngestRepository: Send + Sync {
    /// Puts a key in the place of the one before. Whoever sends video under that one is not cut off.
    async fn put_key<'a>(
        &self,
        stream: StreamId,
        hash: IngestHash,
        now: DateTime<Utc>,
        decide: &'a DecideIngestKey<'a>,
    ) -> Result<(), DecideError<StreamRefusal>>;

    /// Locks the show, asks what becomes of it and its video, and writes that with its events.
    async fn ingest<'a>(
        &self,
        stream: StreamId,
        now: DateTime<Utc>,
        decide: &'a DecideIngest<'a>,
    ) -> Result<(), DecideError<IngestRefusal>>;
}
