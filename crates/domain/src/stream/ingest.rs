//! Video coming in: a secret key per show, and what a media server that was shown it reports.
//!
//! The media server takes the video; who may send any, and that a show goes on and off air with it, is decided here, by
//! the same rules as when the owner drives it by hand.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{Stream, StreamContext, StreamRefusal, StreamState, Transition};
use crate::{
    id::{StreamId, UserId},
    text::{Line, WebUrl},
    violation::Fault,
};

/// The SHA-256 hash of a show's key; the key itself is never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IngestHash(pub [u8; 32]);

/// How a media server tells one connection from another; up to 255 characters.
pub type PublisherId = Line<0, 255>;

/// Whoever sends the video of a show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publisher {
    /// The key they showed. A key that has been replaced since is still theirs when they leave.
    pub hash: IngestHash,
    /// Which connection it is, so that one that is late to leave does not end what the next has begun.
    pub id: PublisherId,
}

/// A show and its video, while nobody else can change either.
#[derive(Clone, Debug, PartialEq)]
pub struct IngestContext {
    /// The show, and its owner's account.
    pub show: StreamContext,
    /// The key that is good now.
    pub key: Option<IngestHash>,
    /// Who sends video now.
    pub publisher: Option<Publisher>,
}

/// What becomes of a show and its video.
#[derive(Clone, Debug, PartialEq)]
pub struct IngestDecision {
    /// What becomes of the show, if anything does.
    pub transition: Option<Transition>,
    /// Who sends video from now on.
    pub publisher: Option<Publisher>,
}

/// Why video is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IngestRefusal {
    /// There is no such show, or this is not its key: deliberately one and the same.
    #[error("This is not the key of such a show.")]
    WrongKey,
    /// The key is right, but the show cannot be on air.
    #[error(transparent)]
    Stream(#[from] StreamRefusal),
}

/// Where the media server shows what it takes in, with `{id}` where the show's id goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaybackUrl(String);

impl PlaybackUrl {
    const ID: &str = "{id}";

    /// Checks the form.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if !text.contains(Self::ID) {
            return Err(Fault::new("invalid_format", "Must hold {id}, where the show's id goes."));
        }
        WebUrl::parse(&text.replace(Self::ID, "0")).map(|_| Self(text.trim().to_owned()))
    }

    /// Where this show can be watched.
    pub fn of(&self, id: StreamId) -> WebUrl {
        WebUrl::stored(self.0.replace(Self::ID, &id.to_string()))
    }
}

impl StreamContext {
    /// Whether a key for the show's video is worth making.
    pub fn may_have_key(self, by: UserId, now: DateTime<Utc>) -> Result<(), StreamRefusal> {
        match self.driven_by(by)?.can_go_on_air(now) {
            Ok(_) | Err(StreamRefusal::AlreadyLive) => Ok(()),
            Err(refusal) => Err(refusal),
        }
    }
}

impl IngestContext {
    /// Takes the video of somebody who showed a key: the show goes on air, or stays there. A newer connection takes the
    /// place of an older one.
    pub fn publish(
        self,
        by: Publisher,
        playback: Option<&PlaybackUrl>,
        now: DateTime<Utc>,
    ) -> Result<IngestDecision, IngestRefusal> {
        if self.key != Some(by.hash) {
            return Err(IngestRefusal::WrongKey);
        }
        let owner = self.show.stream.owner;
        let before = self.show.driven_by(owner)?;
        let transition = match before.state {
            StreamState::Live { .. } => None,
            StreamState::Scheduled | StreamState::Ended { .. } | StreamState::Cancelled => {
                let shown = playback.map(|playback| playback.of(before.id));
                let stream_url = before.stream_url.clone().or(shown);
                Some(Stream { stream_url, ..before }.start(now)?)
            }
        };
        Ok(IngestDecision { transition, publisher: Some(by) })
    }

    /// Video no longer comes: the show ends, if it came from the connection that the show hangs on. It can go on within
    /// two hours.
    pub fn unpublish(self, by: &Publisher, now: DateTime<Utc>) -> Result<IngestDecision, IngestRefusal> {
        if self.key != Some(by.hash)
            && self.publisher.as_ref().map(|publisher| publisher.hash) != Some(by.hash)
        {
            return Err(IngestRefusal::WrongKey);
        }
        if self.publisher.as_ref() != Some(by) {
            return Ok(IngestDecision { transition: None, publisher: self.publisher });
        }
        let stream = self.show.stream;
        let transition = match stream.state {
            StreamState::Live { .. } => Some(stream.end(None, now)?),
            StreamState::Scheduled | StreamState::Ended { .. } | StreamState::Cancelled => None,
        };
        Ok(IngestDecision { transition, publisher: None })
    }
}
