//! Keys for video, and what becomes of a show whose video comes or goes.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    id::StreamId,
    stream::{IngestContext, IngestHash, IngestRefusal, Publisher, PublisherId, StreamRefusal},
};
use souk_ports::{
    DecideError, PortError,
    stream::{DecideIngest, DecideIngestKey, IngestRepository},
};

use super::write::{lock_show, save};
use crate::{
    PgPool,
    error::{TryError, retrying},
    schema::stream_ingest,
};

/// Keys for video.
#[derive(Clone)]
pub struct PgIngest {
    pool: PgPool,
}

impl PgIngest {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl IngestRepository for PgIngest {
    async fn put_key<'a>(
        &self,
        stream: StreamId,
        hash: IngestHash,
        now: DateTime<Utc>,
        decide: &'a DecideIngestKey<'a>,
    ) -> Result<(), DecideError<StreamRefusal>> {
        retrying(|| try_put_key(&self.pool, stream, hash, now, decide)).await
    }

    async fn ingest<'a>(
        &self,
        stream: StreamId,
        now: DateTime<Utc>,
        decide: &'a DecideIngest<'a>,
    ) -> Result<(), DecideError<IngestRefusal>> {
        retrying(|| try_ingest(&self.pool, stream, now, decide)).await
    }
}

async fn try_put_key(
    pool: &PgPool,
    stream: StreamId,
    hash: IngestHash,
    now: DateTime<Utc>,
    decide: &DecideIngestKey<'_>,
) -> Result<(), TryError<StreamRefusal>> {
    use stream_ingest::dsl;
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let put = lease
        .transaction(async |conn| {
            let show = lock_show(conn, stream).await?;
            decide(show).map_err(DecideError::Refused)?;
            let key = (dsl::key_hash.eq(hash.0.to_vec()), dsl::updated_at.eq(now));
            diesel::insert_into(dsl::stream_ingest)
                .values((dsl::stream_id.eq(stream.as_uuid()), dsl::created_at.eq(now), key.clone()))
                .on_conflict(dsl::stream_id)
                .do_update()
                .set(key)
                .execute(conn)
                .await?;
            Ok(())
        })
        .await;
    lease.finish();
    put
}

async fn try_ingest(
    pool: &PgPool,
    stream: StreamId,
    now: DateTime<Utc>,
    decide: &DecideIngest<'_>,
) -> Result<(), TryError<IngestRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let taken = lease
        .transaction(async |conn| {
            // The show's row is the one that keys and videos share with whatever else drives it.
            let show = lock_show(conn, stream).await?;
            let (key, publisher) = load(conn, stream).await?;
            let before = publisher.clone();
            let decision = decide(IngestContext { show, key, publisher }).map_err(DecideError::Refused)?;
            if let Some(transition) = &decision.transition {
                save(conn, transition).await?;
            }
            if decision.publisher != before {
                write_publisher(conn, stream, decision.publisher.as_ref(), now).await?;
            }
            Ok(())
        })
        .await;
    lease.finish();
    pool.announce();
    taken
}

/// The hash of the key, and of whoever publishes, with their name.
type IngestColumns = (Vec<u8>, Option<Vec<u8>>, Option<String>);

type Found = (Option<IngestHash>, Option<Publisher>);

async fn load(conn: &mut AsyncPgConnection, stream: StreamId) -> Result<Found, TryError<IngestRefusal>> {
    let row: Option<IngestColumns> = stream_ingest::table
        .find(stream.as_uuid())
        .select((stream_ingest::key_hash, stream_ingest::publisher_hash, stream_ingest::publisher_id))
        .first(conn)
        .await
        .optional()?;
    let Some((key, hash, id)) = row else { return Ok((None, None)) };
    let hash_of = |bytes: Vec<u8>| {
        bytes
            .try_into()
            .map(IngestHash)
            .map_err(|_| PortError::Corrupt(format!("stream_ingest {stream}: a hash of another length")))
    };
    let key = hash_of(key).map_err(DecideError::from)?;
    let hash = hash.map(hash_of).transpose().map_err(DecideError::from)?;
    let publisher = hash.zip(id).map(|(hash, id)| Publisher { hash, id: PublisherId::stored(id) });
    Ok((Some(key), publisher))
}

async fn write_publisher(
    conn: &mut AsyncPgConnection,
    stream: StreamId,
    publisher: Option<&Publisher>,
    now: DateTime<Utc>,
) -> diesel::QueryResult<()> {
    diesel::update(stream_ingest::table.find(stream.as_uuid()))
        .set((
            stream_ingest::publisher_hash.eq(publisher.map(|publisher| publisher.hash.0.to_vec())),
            stream_ingest::publisher_id.eq(publisher.map(|publisher| publisher.id.as_ref())),
            stream_ingest::updated_at.eq(now),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}
