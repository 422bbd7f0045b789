//! Writing down that the time of offers is over.

use std::collections::BTreeSet;

use diesel::sql_types::{Array, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, RunQueryDsl};
use souk_domain::offer::{Lost, Offer, OfferRefusal};
use souk_ports::{DecideError, PortError};

use super::{OfferRow, close};
use crate::{
    PgPool,
    due::{self, Due, locking_due},
    error::{TryError, retrying},
    statement::statement,
};

const LOCK: &str = locking_due!(
    "SELECT product_id FROM offers WHERE status = 'pending' AND expires_at <= statement_timestamp()
         ORDER BY expires_at"
);

/// As they are now: between the first look and the lock, somebody may have answered.
const OVER: &str =
    "SELECT * FROM offers WHERE product_id = ANY ($1) AND status = 'pending' AND expires_at <= $2";

/// Sweeps the offers of at most `limit` listings; says of how many.
pub(super) async fn expire(pool: &PgPool, limit: u32) -> Result<u64, PortError> {
    due::swept(pool, retrying(|| try_expire(pool, limit)).await)
}

async fn try_expire(pool: &PgPool, limit: u32) -> Result<u64, TryError<OfferRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let expired = lease
        .transaction(async |conn| {
            let Some(Due { listings, now }) = due::lock(conn, LOCK, limit).await? else { return Ok(0) };
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
