//! What is said while a show is on air.

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use super::{Participant, StreamRefusal, StreamStatus};
use crate::{
    contact::Username,
    id::{CommentId, StreamId, UserId},
    media::Picture,
    text::Line,
    user::DisplayName,
};

/// What somebody says, 1 to 500 characters on one line.
pub type CommentText = Line<1, 500>;

/// Somebody as those see them who read what they said.
#[derive(Clone, Debug, PartialEq)]
pub struct Author {
    /// Who it is.
    pub id: UserId,
    /// Their public name.
    pub username: Username,
    /// The name others see.
    pub display_name: DisplayName,
    /// Their picture.
    pub avatar_url: Option<Picture>,
}

/// Something said under a show.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// Under which show.
    pub stream: StreamId,
    /// Who said it.
    pub author: Author,
    /// What.
    pub content: CommentText,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A place in what was said: newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommentPosition {
    /// When the last one shown was said.
    pub created_at: DateTime<Utc>,
    /// Its id.
    pub id: CommentId,
}

impl Comment {
    /// Where a page that ends with it goes on.
    pub fn position(&self) -> CommentPosition {
        CommentPosition { created_at: self.created_at, id: self.id }
    }
}

/// What saying something is decided by, while its author can say nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct CommentContext {
    /// Who wants to say something, and how they stand to the show's owner.
    pub participant: Participant,
    /// Who they are to those who read it.
    pub author: Author,
    /// Where the show is in its life.
    pub status: StreamStatus,
    /// When the [`MOST`](CommentContext::MOST)th last thing that they said, under whatever show, was said.
    pub earliest_that_counts: Option<DateTime<Utc>>,
}

/// Why something is not said, or not taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CommentRefusal {
    /// As with everything that can be done with a show.
    #[error(transparent)]
    Stream(#[from] StreamRefusal),
    /// They have said enough for the moment.
    #[error("That was a lot in a short time; wait a little.")]
    TooMany {
        /// How long until there is room again.
        wait: TimeDelta,
    },
    /// Neither did they say it nor is it their show.
    #[error("Only who said it and the owner of the show can take it away.")]
    NotYours,
}

impl CommentContext {
    /// How much one person can say within [`WITHIN`](Self::WITHIN), under all shows together.
    pub const MOST: u32 = 20;
    /// See [`MOST`](Self::MOST).
    pub const WITHIN: TimeDelta = TimeDelta::minutes(1);

    /// Says something.
    pub fn comment(
        self,
        id: CommentId,
        stream: StreamId,
        content: CommentText,
        now: DateTime<Utc>,
    ) -> Result<Comment, CommentRefusal> {
        self.participant.may_take_part()?;
        match self.status {
            StreamStatus::Live => {}
            StreamStatus::Scheduled | StreamStatus::Ended | StreamStatus::Cancelled => {
                return Err(StreamRefusal::NotLive.into());
            }
        }
        match self.earliest_that_counts.map(|at| at + Self::WITHIN - now) {
            Some(wait) if wait > TimeDelta::zero() => Err(CommentRefusal::TooMany { wait }),
            Some(_) | None => Ok(Comment { id, stream, author: self.author, content, created_at: now }),
        }
    }
}

/// What taking something away is decided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommentRemoval {
    /// Who wants it to be gone, and how they stand to the show's owner.
    pub participant: Participant,
    /// Who said it.
    pub author: UserId,
}

impl CommentRemoval {
    /// Whether they may take it away.
    pub fn may_remove(self) -> Result<(), CommentRefusal> {
        let user = self.participant.user;
        self.participant.may_withdraw()?;
        if user == self.author || user == self.participant.owner {
            Ok(())
        } else {
            Err(CommentRefusal::NotYours)
        }
    }
}
