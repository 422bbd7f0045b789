//! Writing down that the time of offers is over.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection, RunQueryDsl};
use souk_domain::offer::{Lost, Offer, OfferRefusal};
use souk_ports::{DecideError, PortError};
use uuid::Uuid;

use super::{OfferRow, close};
use crate::{
    PgPool,
    error::{TryError, retrying},
    statement::statement,
};

/// The listings first, as everywhere; those that somebody has locked are passed over, so that nobody waits for the sweep
/// nor the sweep for anybody. What is due is looked up by a clock that stands still for a statement: an index cannot be
/// asked for a moving one.
const LOCK: &str = "SELECT id, clock_timestamp() AS now FROM (
         SELECT id FROM products WHERE id IN (
             SELECT product_id FROM offers WHERE status = 'pending' AND expires_at <= statement_timestamp()
             ORDER BY expires_at LIMIT $1)
         ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) locked";

/// As they are now: between the first look and the lock, somebody may have answered.
const OVER: &str =
    "SELECT * FROM offers WHERE product_id = ANY ($1) AND status = 'pending' AND expires_at <= $2";

#[derive(QueryableByName)]
struct LockedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
}

/// Sweeps the offers of at most `limit` listings; says of how many.
pub(super) async fn expire(pool: &PgPool, limit: u32) -> Result<u64, PortError> {
    let swept = retrying(|| try_expire(pool, limit)).await;
    match swept {
        Ok(listings) => {
            if listings > 0 {
                pool.announce();
            }
            Ok(listings)
        }
        Err(DecideError::Port(error)) => Err(error),
        Err(other) => Err(PortError::Unexpected(other.to_string())),
    }
}

async fn try_expire(pool: &PgPool, limit: u32) -> Result<u64, TryError<OfferRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let expired = lease
        .transaction(async |conn| {
            let locked: Vec<LockedRow> =
                statement(LOCK).bind::<BigInt, _>(i64::from(limit)).load(conn).await?;
            let Some(now) = locked.iter().map(|row| row.now).max() else { return Ok(0) };
            let listings: Vec<_> = locked.iter().map(|row| row.id).collect();
            let over = statement(OVER).bind::<Array<SqlUuid>, _>(listings).bind::<Timestamptz, _>(now);
            let offers = OfferRow::all(over.load(conn).await?).map_err(DecideError::from)?;
            let expired = offers.into_iter().filter_map(|offer: Offer| offer.expire(now));
            let mut expired: Vec<_> = expired.map(Lost).collect();
            close::write_all(conn, &mut expired).await?;
            // Not all that were locked: a rival may have been there between the first look and the lock.
            let done: BTreeSet<_> = expired.iter().map(|Lost(offer)| offer.product).collect();
            Ok(u64::try_from(done.len()).unwrap_or(u64::MAX))
        })
        .await;
    lease.finish();
    expired
}
