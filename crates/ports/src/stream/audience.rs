//! Where it is kept who watches, likes, passes on and says what.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use souk_domain::{
    id::{CommentId, StreamId, UserId},
    page::{Limit, Page},
    session::Pseudonym,
    stream::{
        AudienceWindow, Comment, CommentContext, CommentPosition, CommentRefusal, CommentRemoval,
        Participant, StreamRefusal, Watched,
    },
};

use crate::{DecideError, PortError, idempotency::Once};

/// Decides whether somebody takes part, or takes back that they did, given how they stand to the show's owner.
pub type DecidePart<'a> = dyn Fn(Participant) -> Result<(), StreamRefusal> + Send + Sync + 'a;
/// Decides what is said, while its author can say nothing else.
pub type DecideComment<'a> = dyn Fn(CommentContext) -> Result<Comment, CommentRefusal> + Send + Sync + 'a;
/// Decides whether what was said is taken away.
pub type DecideCommentRemoval<'a> = dyn Fn(CommentRemoval) -> Result<(), CommentRefusal> + Send + Sync + 'a;

/// Keeps what an audience does. Every count moves in the transaction of the row that it counts.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AudienceRepository: Send + Sync {
    /// Likes a show, unless that was done before.
    async fn like<'a>(
        &self,
        stream: StreamId,
        user: UserId,
        at: DateTime<Utc>,
        decide: &'a DecidePart<'a>,
    ) -> Result<(), DecideError<StreamRefusal>>;

    /// Likes it no more, if they did.
    async fn unlike<'a>(
        &self,
        stream: StreamId,
        user: UserId,
        decide: &'a DecidePart<'a>,
    ) -> Result<(), DecideError<StreamRefusal>>;

    /// Counts that somebody passed a show on, unless that was counted before.
    async fn share<'a>(
        &self,
        stream: StreamId,
        user: UserId,
        at: DateTime<Utc>,
        decide: &'a DecidePart<'a>,
    ) -> Result<(), DecideError<StreamRefusal>>;

    /// Writes down that somebody watches, if the show is on air and that is not known fresh enough; says how it stands.
    /// `None`: there is no such show.
    async fn heartbeat(
        &self,
        stream: StreamId,
        viewer: &Pseudonym,
        window: AudienceWindow,
        now: DateTime<Utc>,
    ) -> Result<Option<Watched>, PortError>;

    /// Counts who watches what is on air, and lets those go who have not been seen for the window, or whose show is over;
    /// says of how many shows a count has changed. Safe to run on several servers at once: only one counts at a time.
    async fn count_viewers(&self, window: AudienceWindow, now: DateTime<Utc>) -> Result<u64, PortError>;

    /// Says something under a show.
    async fn comment<'a>(
        &self,
        stream: StreamId,
        user: UserId,
        decide: &'a DecideComment<'a>,
        once: Option<&'a Once<'a, Comment>>,
    ) -> Result<Comment, DecideError<CommentRefusal>>;

    /// Takes away what was said.
    async fn remove_comment<'a>(
        &self,
        stream: StreamId,
        comment: CommentId,
        user: UserId,
        at: DateTime<Utc>,
        decide: &'a DecideCommentRemoval<'a>,
    ) -> Result<(), DecideError<CommentRefusal>>;

    /// What was said, newest first, without what people said whom the reader blocks. `None`: there is no such show.
    async fn list_comments(
        &self,
        stream: StreamId,
        reader: Option<UserId>,
        after: Option<CommentPosition>,
        limit: Limit,
    ) -> Result<Option<Page<Comment, CommentPosition>>, PortError>;
}
