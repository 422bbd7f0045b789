//! Tries, counted in one row per pseudonym that holds the times of those that still count.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, QueryableByName,
    sql_types::{BigInt, Bytea, Nullable, Timestamptz},
};
use diesel_async::RunQueryDsl;
use souk_domain::session::{Admission, Pseudonym, Quota};
use souk_ports::{PortError, session::AttemptRepository};

use crate::{PgPool, expiry, schema::attempts, statement::statement};

/// Counts of tries.
#[derive(Clone)]
pub struct PgAttempts {
    pool: PgPool,
}

impl PgAttempts {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[derive(QueryableByName)]
struct Oldest {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    tried_at: Option<DateTime<Utc>>,
}

#[async_trait]
impl AttemptRepository for PgAttempts {
    async fn room(&self, of: &Pseudonym, quota: Quota, now: DateTime<Utc>) -> Result<Admission, PortError> {
        let mut conn = self.pool.lease().await?;
        // The oldest try that fills the quota, if it is filled: once it counts no more there is room for one.
        let oldest: QueryResult<Option<Oldest>> = statement(
            "SELECT tried_at FROM (
                 SELECT unnest(tried_at) AS tried_at FROM attempts WHERE pseudonym = $1
             ) AS tries WHERE tried_at > $2 ORDER BY tried_at DESC OFFSET $3 - 1 LIMIT 1",
        )
        .bind::<Bytea, _>(&of.0[..])
        .bind::<Timestamptz, _>(now - quota.window)
        .bind::<BigInt, _>(i64::from(quota.most.max(1)))
        .get_result(&mut *conn)
        .await
        .optional();
        let oldest = conn.settle(oldest)?.and_then(|oldest| oldest.tried_at);
        Ok(oldest.map_or(Admission::Admitted, |at| Admission::Full { until: at + quota.window }))
    }

    async fn count(&self, of: &Pseudonym, quota: Quota, now: DateTime<Utc>) -> Result<Admission, PortError> {
        let mut conn = self.pool.lease().await?;
        // Rivals queue up for the row, and each sees what the one before has written. Without room nothing is written.
        let counted = statement(
            "INSERT INTO attempts AS kept (pseudonym, tried_at, created_at, expires_at)
             VALUES ($1, ARRAY[$2], $2, $3)
             ON CONFLICT (pseudonym) DO UPDATE SET
                 tried_at = ARRAY(SELECT at FROM unnest(kept.tried_at) AS at WHERE at > $4) || $2,
                 expires_at = greatest(kept.expires_at, $3)
             WHERE (SELECT count(*) FROM unnest(kept.tried_at) AS at WHERE at > $4) < $5",
        )
        .bind::<Bytea, _>(&of.0[..])
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(now + quota.window)
        .bind::<Timestamptz, _>(now - quota.window)
        .bind::<BigInt, _>(i64::from(quota.most))
        .execute(&mut *conn)
        .await;
        if conn.settle(counted)? == 1 {
            return Ok(Admission::Admitted);
        }
        // It may have got room in this very moment, but it was not counted.
        match self.room(of, quota, now).await? {
            Admission::Admitted => Ok(Admission::Full { until: now }),
            full @ Admission::Full { .. } => Ok(full),
        }
    }

    async fn forget(&self, of: &Pseudonym) -> Result<(), PortError> {
        let mut conn = self.pool.lease().await?;
        let all = attempts::table.filter(attempts::pseudonym.eq(&of.0[..]));
        let forgotten = diesel::delete(all).execute(&mut *conn).await;
        conn.settle(forgotten).map(|_| ())
    }

    async fn remove_expired(&self, now: DateTime<Utc>, limit: u32) -> Result<u64, PortError> {
        expiry::remove(&self.pool, "attempts", now, limit).await
    }
}
