//! Live shows: announced, on air, over; who watches, likes and talks; and the key under which their video comes in.

mod announce;
mod audience;
mod comment;
mod edit;
mod ingest;
mod life;
mod query;

pub use announce::{Announcement, Broadcaster, StreamForm};
pub use audience::{AudienceWindow, Participant, Spectator, Watched};
pub use comment::{
    Author, Comment, CommentContext, CommentPosition, CommentRefusal, CommentRemoval, CommentText,
};
pub use edit::{StreamChange, StreamPatch};
pub use ingest::{
    IngestContext, IngestDecision, IngestHash, IngestRefusal, PlaybackUrl, Publisher, PublisherId,
};
pub use life::{RESUMABLE_FOR, StreamContext, Transition};
pub use query::{StreamFilter, StreamOrder, StreamPosition, StreamQuery};

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use crate::{
    id::{StreamId, UserId},
    media::Picture,
    product::Category,
    slug::slugs,
    text::{Block, Line, WebUrl},
};

/// What a show is called, 1 to 140 characters.
pub type StreamTitle = Line<1, 140>;
/// What its owner says of it, up to 5,000 characters.
pub type StreamDescription = Block<5000>;

slugs! {
    /// Where a show is in its life, as one word.
    StreamStatus as "stream_status" {
        /// It has been announced.
        Scheduled = "scheduled",
        /// It is on air.
        Live = "live",
        /// It is over.
        Ended = "ended",
        /// It will not be.
        Cancelled = "cancelled",
    }
}

/// Where a show is in its life, with what belongs to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamState {
    /// It has been announced.
    Scheduled,
    /// It is on air.
    Live {
        /// Since when; an interruption does not change it.
        since: DateTime<Utc>,
    },
    /// It is over.
    Ended {
        /// When it had begun.
        since: DateTime<Utc>,
        /// When it ended.
        at: DateTime<Utc>,
    },
    /// It will not be.
    Cancelled,
}

impl StreamState {
    /// As one word.
    pub fn status(self) -> StreamStatus {
        match self {
            Self::Scheduled => StreamStatus::Scheduled,
            Self::Live { .. } => StreamStatus::Live,
            Self::Ended { .. } => StreamStatus::Ended,
            Self::Cancelled => StreamStatus::Cancelled,
        }
    }
}

/// What is counted about a show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamCounts {
    /// Who watched and has left.
    pub left: i64,
    /// Who watched at the last count.
    pub present: i64,
    /// The most who watched at once.
    pub peak: i64,
    /// Who likes it.
    pub likes: i64,
    /// What was said and not taken away.
    pub comments: i64,
    /// Who passed it on.
    pub shares: i64,
}

/// A show.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// Its id.
    pub id: StreamId,
    /// Whose show it is.
    pub owner: UserId,
    /// What it is called.
    pub title: StreamTitle,
    /// What its owner says of it.
    pub description: Option<StreamDescription>,
    /// What kind of things it is about.
    pub category: Category,
    /// A picture for lists.
    pub thumbnail_url: Option<Picture>,
    /// Where it can be watched.
    pub stream_url: Option<WebUrl>,
    /// Where it can be watched once it is over.
    pub recording_url: Option<WebUrl>,
    /// When it is, or was, to begin.
    pub scheduled_at: DateTime<Utc>,
    /// Where it is in its life.
    pub state: StreamState,
    /// What is counted about it.
    pub counts: StreamCounts,
    /// When it was announced.
    pub created_at: DateTime<Utc>,
    /// When its owner or its video last changed it; what is counted does not.
    pub updated_at: DateTime<Utc>,
}

impl Stream {
    /// Counts its versions: no two have the same, a later one has a higher.
    pub fn version(&self) -> i64 {
        self.updated_at.timestamp_micros()
    }

    /// Who watches now.
    pub fn viewers(&self) -> i64 {
        match self.state {
            StreamState::Live { .. } => self.counts.present,
            StreamState::Scheduled | StreamState::Ended { .. } | StreamState::Cancelled => 0,
        }
    }

    /// How many have come to watch, whether or not they are still there.
    pub fn views(&self) -> i64 {
        self.counts.left + self.counts.present
    }

    /// Puts the time of a change on it: later than the one before even if the clock is not, so that no two versions look
    /// the same.
    fn changed(self, now: DateTime<Utc>) -> Self {
        let updated_at = now.max(self.updated_at + TimeDelta::microseconds(1));
        Self { updated_at, ..self }
    }
}

/// Why something cannot be done with a show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum StreamRefusal {
    /// The account may read, not act.
    #[error("This account is suspended.")]
    Suspended,
    /// It is somebody else's.
    #[error("This is somebody else's show.")]
    NotOwner,
    /// Its owner wants nothing to do with them, or they with its owner.
    #[error("You and the owner of this show are blocked from each other.")]
    Blocked,
    /// It has changed since they read it.
    #[error("The show has changed since you read it.")]
    Stale,
    /// It is on air already.
    #[error("The show is live already.")]
    AlreadyLive,
    /// Another one of theirs is on air.
    #[error("Another show of yours is live; end it first.")]
    LiveElsewhere,
    /// It is not on air.
    #[error("The show is not live.")]
    NotLive,
    /// It was over for too long.
    #[error("The show ended more than two hours ago.")]
    Over,
    /// It will not be.
    #[error("The show was cancelled.")]
    Cancelled,
    /// It has begun.
    #[error("The show has begun; it can no longer be cancelled or moved.")]
    Begun,
    /// There is nothing to record yet.
    #[error("The show has not begun; there is no recording of it.")]
    NotBegun,
}

#[cfg(test)]
mod tests;
