//! The books about uploaded pictures.

mod write;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, QueryDsl, QueryableByName, sql_query,
    sql_types::{Array, BigInt, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use souk_domain::{
    id::{MediaId, UserId},
    media::{Leftovers, Media, MediaRefusal, Reservation},
};
use souk_ports::{
    DecideError, PortError,
    idempotency::Once,
    media::{DecideReservation, MediaRepository},
};
use uuid::Uuid;

use crate::{PgPool, error::retrying, schema::media};

/// The books in PostgreSQL.
#[derive(Clone)]
pub struct PgMedia {
    pool: PgPool,
}

impl PgMedia {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[async_trait]
impl MediaRepository for PgMedia {
    async fn reserve<'a>(
        &self,
        owner: UserId,
        since: DateTime<Utc>,
        decide: &'a DecideReservation<'a>,
    ) -> Result<Reservation, DecideError<MediaRefusal>> {
        retrying(|| write::try_reserve(&self.pool, owner, since, decide)).await
    }

    async fn keep<'a>(
        &self,
        media: &Media,
        once: Option<&'a Once<'a, Media>>,
    ) -> Result<(), DecideError<MediaRefusal>> {
        retrying(|| write::try_keep(&self.pool, media, once)).await
    }

    async fn claim(
        &self,
        owner: UserId,
        ids: &[MediaId],
        now: DateTime<Utc>,
    ) -> Result<Vec<MediaId>, PortError> {
        // The look and the mark are one: between them housekeeping could take the picture for a leftover.
        let claim = "WITH claimed AS (
                 UPDATE media SET used_at = $3
                 WHERE id = ANY ($1) AND owner_id = $2 AND stored_at IS NOT NULL AND removed_at IS NULL
                     AND used_at IS NULL
                 RETURNING id)
             SELECT id FROM claimed
             UNION ALL
             SELECT id FROM media WHERE id = ANY ($1) AND owner_id = $2 AND used_at IS NOT NULL AND removed_at IS NULL";
        let mut conn = self.pool.lease().await?;
        let claimed = sql_query(claim)
            .bind::<Array<SqlUuid>, _>(bare(ids))
            .bind::<SqlUuid, _>(owner.as_uuid())
            .bind::<Timestamptz, _>(now)
            .load::<IdRow>(&mut *conn)
            .await;
        Ok(conn.settle(claimed)?.into_iter().map(|row| MediaId::from_uuid(row.id)).collect())
    }

    async fn withdraw(
        &self,
        leftovers: Leftovers,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<MediaId>, PortError> {
        let withdraw = "WITH leftover AS (
                 SELECT id FROM media
                 WHERE used_at IS NULL AND removed_at IS NULL
                     AND created_at < CASE WHEN stored_at IS NULL THEN $1 ELSE $2 END AND created_at < greatest($1, $2)
                 ORDER BY created_at LIMIT $4 FOR UPDATE SKIP LOCKED),
             withdrawn AS (
                 UPDATE media SET removed_at = $3 FROM leftover
                 WHERE media.id = leftover.id AND used_at IS NULL AND removed_at IS NULL
                 RETURNING media.id)
             (SELECT id FROM media WHERE removed_at IS NOT NULL ORDER BY removed_at LIMIT $4)
             UNION ALL
             SELECT id FROM withdrawn
             LIMIT $4";
        let mut conn = self.pool.lease().await?;
        let found = sql_query(withdraw)
            .bind::<Timestamptz, _>(leftovers.unfinished_before)
            .bind::<Timestamptz, _>(leftovers.unused_before)
            .bind::<Timestamptz, _>(now)
            .bind::<BigInt, _>(i64::from(limit))
            .load::<IdRow>(&mut *conn)
            .await;
        Ok(conn.settle(found)?.into_iter().map(|row| MediaId::from_uuid(row.id)).collect())
    }

    async fn strike_out(&self, ids: &[MediaId]) -> Result<(), PortError> {
        let mut conn = self.pool.lease().await?;
        let gone = media::table.filter(media::id.eq_any(bare(ids))).filter(media::removed_at.is_not_null());
        let struck = diesel::delete(gone).execute(&mut *conn).await;
        conn.settle(struck).map(|_| ())
    }
}

fn bare(ids: &[MediaId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.as_uuid()).collect()
}
