//! Shows: announcing and driving them, finding them, and what their audience does.

mod head_count;
mod ingest;

pub use head_count::HeadCount;
pub use ingest::{Ingest, IngestError, IssuedKey};

use std::sync::Arc;

use souk_domain::{
    edit::Expected,
    id::{CommentId, StreamId, UserId},
    page::{Limit, Page},
    stream::{
        Announcement, AudienceWindow, Broadcaster, Comment, CommentContext, CommentPosition, CommentRefusal,
        CommentRemoval, CommentText, Participant, Spectator, Stream, StreamChange, StreamContext, StreamForm,
        StreamPatch, StreamPosition, StreamQuery, StreamRefusal,
    },
    text::WebUrl,
    violation::Violations,
};
use souk_ports::{
    Clock, DecideError, IdSource, PortError,
    idempotency::Once,
    session::Pseudonyms,
    stream::{AudienceRepository, StreamRepository},
};
use thiserror::Error;

use crate::media::{ClaimError, MediaLibrary};

#[cfg(test)]
mod tests;

/// Why something is not done with a show.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StreamError {
    /// The form is not good.
    #[error(transparent)]
    Invalid(#[from] Violations),
    /// It was good, and still nothing is done.
    #[error(transparent)]
    Decide(#[from] DecideError<StreamRefusal>),
}

impl From<ClaimError> for StreamError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Unknown(violations) => violations.into(),
            ClaimError::Port(error) => Self::Decide(error.into()),
        }
    }
}

/// Why something is not said.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommentError {
    /// It is too long, or nothing.
    #[error(transparent)]
    Invalid(#[from] Violations),
    /// It could be said, and still is not.
    #[error(transparent)]
    Decide(#[from] DecideError<CommentRefusal>),
}

/// Shows.
#[derive(Clone)]
pub struct Streams {
    repository: Arc<dyn StreamRepository>,
    audience: Arc<dyn AudienceRepository>,
    pseudonyms: Arc<dyn Pseudonyms>,
    window: AudienceWindow,
    media: MediaLibrary,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

impl Streams {
    /// Puts the parts together.
    pub fn new(
        repository: Arc<dyn StreamRepository>,
        audience: Arc<dyn AudienceRepository>,
        pseudonyms: Arc<dyn Pseudonyms>,
        window: AudienceWindow,
        media: MediaLibrary,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        Self { repository, audience, pseudonyms, window, media, clock, ids }
    }

    /// Announces a show; `once` makes a repeat of the same request harmless.
    pub async fn schedule<'a>(
        &'a self,
        owner: UserId,
        form: StreamForm,
        once: Option<&'a Once<'a, Stream>>,
    ) -> Result<Stream, StreamError> {
        let (id, now) = (StreamId::from_uuid(self.ids.next()), self.clock.now());
        let announcement = Announcement::check(&form, now)?;
        self.media.claim(owner, &announcement.media()).await?;
        let decide = |broadcaster: Broadcaster| announcement.clone().schedule(id, broadcaster, now);
        Ok(self.repository.schedule(owner, &decide, once).await?)
    }

    /// The show with this id.
    pub async fn find(&self, id: StreamId) -> Result<Option<Stream>, PortError> {
        self.repository.find(id).await
    }

    /// A page of shows.
    pub async fn list(&self, query: &StreamQuery) -> Result<Page<Stream, StreamPosition>, PortError> {
        self.repository.list(query).await
    }

    /// Changes what its owner says of a show.
    pub async fn change(
        &self,
        actor: UserId,
        id: StreamId,
        patch: StreamPatch,
        expected: &Expected,
    ) -> Result<Stream, StreamError> {
        let change = StreamChange::check(patch, self.clock.now())?;
        self.media.claim(actor, &change.media()).await?;
        let decide = |show: StreamContext| show.change(actor, change.clone(), expected, self.clock.now());
        Ok(self.repository.change(id, &decide).await?)
    }

    /// Goes on air.
    pub async fn start(&self, actor: UserId, id: StreamId) -> Result<Stream, StreamError> {
        let decide = |show: StreamContext| show.start(actor, self.clock.now());
        Ok(self.repository.change(id, &decide).await?)
    }

    /// Goes off air.
    pub async fn end(
        &self,
        actor: UserId,
        id: StreamId,
        recording_url: Option<&str>,
    ) -> Result<Stream, StreamError> {
        let recording_url = recording_url
            .map(WebUrl::parse)
            .transpose()
            .map_err(|fault| Violations::from(fault.of("recording_url")))?;
        let decide = |show: StreamContext| show.end(actor, recording_url.clone(), self.clock.now());
        Ok(self.repository.change(id, &decide).await?)
    }

    /// Calls a show off.
    pub async fn cancel(&self, actor: UserId, id: StreamId) -> Result<Stream, StreamError> {
        let decide = |show: StreamContext| show.cancel(actor, self.clock.now());
        Ok(self.repository.change(id, &decide).await?)
    }

    /// Likes a show.
    pub async fn like(&self, actor: UserId, id: StreamId) -> Result<(), StreamError> {
        Ok(self.audience.like(id, actor, self.clock.now(), &Participant::may_take_part).await?)
    }

    /// Likes it no more.
    pub async fn unlike(&self, actor: UserId, id: StreamId) -> Result<(), StreamError> {
        Ok(self.audience.unlike(id, actor, &Participant::may_withdraw).await?)
    }

    /// Has passed a show on.
    pub async fn share(&self, actor: UserId, id: StreamId) -> Result<(), StreamError> {
        Ok(self.audience.share(id, actor, self.clock.now(), &Participant::may_take_part).await?)
    }

    /// Watches a show, and hears how many do.
    pub async fn heartbeat(&self, spectator: Spectator, id: StreamId) -> Result<i64, StreamError> {
        let viewer = self.pseudonyms.of(&spectator.name(id));
        let watched = self.audience.heartbeat(id, &viewer, self.window, self.clock.now()).await;
        let watched = watched.map_err(DecideError::from)?.ok_or(DecideError::NotFound)?;
        Ok(watched.viewers().map_err(DecideError::Refused)?)
    }

    /// Says something under a show; `once` makes a repeat of the same request harmless.
    pub async fn comment<'a>(
        &'a self,
        actor: UserId,
        stream: StreamId,
        content: &str,
        once: Option<&'a Once<'a, Comment>>,
    ) -> Result<Comment, CommentError> {
        let content = CommentText::parse(content).map_err(|fault| Violations::from(fault.of("content")))?;
        let id = CommentId::from_uuid(self.ids.next());
        let decide = |context: CommentContext| context.comment(id, stream, content.clone(), self.clock.now());
        Ok(self.audience.comment(stream, actor, &decide, once).await?)
    }

    /// Takes away what was said.
    pub async fn remove_comment(
        &self,
        actor: UserId,
        stream: StreamId,
        comment: CommentId,
    ) -> Result<(), CommentError> {
        let decide = CommentRemoval::may_remove;
        Ok(self.audience.remove_comment(stream, comment, actor, self.clock.now(), &decide).await?)
    }

    /// What was said, as `reader` sees it; `None` if there is no such show.
    pub async fn list_comments(
        &self,
        stream: StreamId,
        reader: Option<UserId>,
        after: Option<CommentPosition>,
        limit: Limit,
    ) -> Result<Option<Page<Comment, CommentPosition>>, PortError> {
        self.audience.list_comments(stream, reader, after, limit).await
    }
}
