//! Removing what has expired, a batch at a time.

use chrono::{DateTime, Utc};
use diesel::{
    sql_query,
    sql_types::{BigInt, Timestamptz},
};
use diesel_async::RunQueryDsl;
use souk_ports::PortError;

use crate::PgPool;

/// Removes at most `limit` rows of a table that had expired by `by`, the oldest first; says how many.
///
/// Rivals on other servers skip what this one has locked, and this one what somebody is using, so that nobody waits. Each
/// table has an index on `expires_at`.
pub(crate) async fn remove(
    pool: &PgPool,
    table: &'static str,
    by: DateTime<Utc>,
    limit: u32,
) -> Result<u64, PortError> {
    let mut conn = pool.lease().await?;
    let removed = sql_query(format!(
        "DELETE FROM {table} WHERE ctid = ANY (ARRAY(
             SELECT ctid FROM {table} WHERE expires_at <= $1
             ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))"
    ))
    .bind::<Timestamptz, _>(by)
    .bind::<BigInt, _>(i64::from(limit))
    .execute(&mut *conn)
    .await;
    let removed = conn.settle(removed)?;
    Ok(u64::try_from(removed).unwrap_or(u64::MAX))
}
