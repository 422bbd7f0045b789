//! Shows in PostgreSQL, with what their audience does and how their video comes in.
//!
//! Whatever drives a show locks its row first: start, end, cancellation and video meet there. What its audience does
//! locks that row last and for one statement, since everybody who likes a show wants it.

mod audience;
mod comment;
mod ingest;
mod list;
mod row;
mod viewers;
mod write;

pub use audience::PgAudiences;
pub use ingest::PgIngest;

use async_trait::async_trait;
use diesel::{OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use souk_domain::{
    id::{StreamId, UserId},
    page::Page,
    stream::{Stream, StreamPosition, StreamQuery, StreamRefusal},
};
use souk_ports::{
    DecideError, PortError,
    idempotency::Once,
    stream::{DecideAnnouncement, DecideTransition, StreamRepository},
};

use self::row::StreamRow;
use crate::{PgPool, error::retrying, schema::streams};

/// Shows.
#[derive(Clone)]
pub struct PgStreams {
    pool: PgPool,
}

impl PgStreams {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl StreamRepository for PgStreams {
    async fn schedule<'a>(
        &self,
        owner: UserId,
        decide: &'a DecideAnnouncement<'a>,
        once: Option<&'a Once<'a, Stream>>,
    ) -> Result<Stream, DecideError<StreamRefusal>> {
        retrying(|| write::try_schedule(&self.pool, owner, decide, once)).await
    }

    async fn change<'a>(
        &self,
        id: StreamId,
        decide: &'a DecideTransition<'a>,
    ) -> Result<Stream, DecideError<StreamRefusal>> {
        retrying(|| write::try_change(&self.pool, id, decide)).await
    }

    async fn find(&self, id: StreamId) -> Result<Option<Stream>, PortError> {
        let conn = self.pool.reader().await?;
        let found = streams::table
            .find(id.as_uuid())
            .select(StreamRow::as_select())
            .first::<StreamRow>(&mut conn.connection())
            .await
            .optional();
        conn.settle(found)?.map(Stream::try_from).transpose()
    }

    async fn list(&self, query: &StreamQuery) -> Result<Page<Stream, StreamPosition>, PortError> {
        let conn = self.pool.reader().await?;
        let rows = list::page(query).load::<StreamRow>(&mut conn.connection()).await;
        let rows = conn.settle(rows)?.into_iter().map(Stream::try_from).collect::<Result<_, _>>()?;
        let order = query.filter.order();
        Ok(Page::of(rows, query.limit, |stream| order.position(stream)))
    }
}
