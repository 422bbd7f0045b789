//! Where shows are kept and found, with who watches them and how their video comes in.
#![cfg_attr(
    feature = "mock",
    expect(clippy::ref_option_ref, reason = "mockall writes such a type for an optional argument")
)]

mod audience;
mod ingest;

pub use audience::{AudienceRepository, DecideComment, DecideCommentRemoval, DecidePart};
pub use ingest::{DecideIngest, DecideIngestKey, IngestKey, IngestKeys, IngestRepository};
#[cfg(feature = "mock")]
pub use {
    audience::MockAudienceRepository,
    ingest::{MockIngestKeys, MockIngestRepository},
};

use async_trait::async_trait;
use souk_domain::{
    id::{StreamId, UserId},
    page::Page,
    stream::{Broadcaster, Stream, StreamContext, StreamPosition, StreamQuery, StreamRefusal, Transition},
};

use crate::{DecideError, PortError, idempotency::Once};

/// Decides what announcing a show writes, given its owner's account as it is while its row is locked. It may be asked
/// more than once, as may the others here, when the store has to start over.
pub type DecideAnnouncement<'a> = dyn Fn(Broadcaster) -> Result<Transition, StreamRefusal> + Send + Sync + 'a;
/// Decides what becomes of a show.
pub type DecideTransition<'a> = dyn Fn(StreamContext) -> Result<Transition, StreamRefusal> + Send + Sync + 'a;

/// Keeps shows.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait StreamRepository: Send + Sync {
    /// Locks the owner's account, asks what to write, and writes all of it or nothing.
    async fn schedule<'a>(
        &self,
        owner: UserId,
        decide: &'a DecideAnnouncement<'a>,
        once: Option<&'a Once<'a, Stream>>,
    ) -> Result<Stream, DecideError<StreamRefusal>>;

    /// Locks the show, asks what becomes of it, and writes that with its events. Of two shows of one owner only one can be
    /// on air: the other is refused as [`LiveElsewhere`](StreamRefusal::LiveElsewhere).
    async fn change<'a>(
        &self,
        id: StreamId,
        decide: &'a DecideTransition<'a>,
    ) -> Result<Stream, DecideError<StreamRefusal>>;

    /// The show with this id.
    async fn find(&self, id: StreamId) -> Result<Option<Stream>, PortError>;

    /// A page of shows, in the order that the filter says.
    async fn list(&self, query: &StreamQuery) -> Result<Page<Stream, StreamPosition>, PortError>;
}
