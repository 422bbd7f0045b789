//! Video coming in: keys for owners, and what media servers report.

use std::sync::Arc;

use souk_domain::{
    id::{StreamId, UserId},
    stream::{IngestContext, IngestRefusal, PlaybackUrl, Publisher, PublisherId, StreamContext},
};
use souk_ports::{
    Clock, DecideError, PortError,
    stream::{IngestKey, IngestKeys, IngestRepository},
};
use thiserror::Error;

use super::StreamError;

/// Why video is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IngestError {
    /// It may not come.
    #[error(transparent)]
    Refused(#[from] IngestRefusal),
    /// The outside world failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<DecideError<IngestRefusal>> for IngestError {
    fn from(error: DecideError<IngestRefusal>) -> Self {
        match error {
            DecideError::NotFound => Self::Refused(IngestRefusal::WrongKey),
            DecideError::Refused(refusal) => Self::Refused(refusal),
            DecideError::Port(error) => Self::Port(error),
            DecideError::AlreadyDone | DecideError::StillRunning => {
                Self::Port(PortError::Unexpected("video comes without an idempotency key".to_owned()))
            }
        }
    }
}

/// A key, told once.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedKey {
    /// The address that the owner's camera sends to.
    pub server: String,
    /// What the camera is told beside it: the show's id and the key.
    pub name: String,
}

/// Lets video in.
#[derive(Clone)]
pub struct Ingest {
    repository: Arc<dyn IngestRepository>,
    keys: Arc<dyn IngestKeys>,
    clock: Arc<dyn Clock>,
    server: String,
    playback: Option<PlaybackUrl>,
}

impl Ingest {
    /// Puts the parts together: `server` is where cameras send to, `playback` where what they send can be watched.
    pub fn new(
        repository: Arc<dyn IngestRepository>,
        keys: Arc<dyn IngestKeys>,
        clock: Arc<dyn Clock>,
        server: String,
        playback: Option<PlaybackUrl>,
    ) -> Self {
        Self { repository, keys, clock, server, playback }
    }

    /// Gives a show a new key; the one before is no longer good.
    pub async fn issue_key(&self, actor: UserId, id: StreamId) -> Result<IssuedKey, StreamError> {
        let IngestKey { key, hash } = self.keys.issue().map_err(DecideError::from)?;
        let now = self.clock.now();
        let decide = |show: StreamContext| show.may_have_key(actor, now);
        self.repository.put_key(id, hash, now, &decide).await?;
        // The key goes behind a question mark: the name before it is what media servers call files and pages by.
        Ok(IssuedKey { server: self.server.clone(), name: format!("{id}?key={key}") })
    }

    /// Takes somebody's video if they showed the right key; the show goes on air.
    pub async fn publish(&self, id: StreamId, key: &str, publisher: PublisherId) -> Result<(), IngestError> {
        let by = self.publisher(key, publisher)?;
        let decide =
            |context: IngestContext| context.publish(by.clone(), self.playback.as_ref(), self.clock.now());
        Ok(self.repository.ingest(id, self.clock.now(), &decide).await?)
    }

    /// Somebody's video no longer comes; the show ends if it hung on theirs.
    pub async fn unpublish(
        &self,
        id: StreamId,
        key: &str,
        publisher: PublisherId,
    ) -> Result<(), IngestError> {
        let by = self.publisher(key, publisher)?;
        let decide = |context: IngestContext| context.unpublish(&by, self.clock.now());
        Ok(self.repository.ingest(id, self.clock.now(), &decide).await?)
    }

    fn publisher(&self, key: &str, id: PublisherId) -> Result<Publisher, IngestRefusal> {
        let hash = self.keys.parse(key).ok_or(IngestRefusal::WrongKey)?;
        Ok(Publisher { hash, id })
    }
}
