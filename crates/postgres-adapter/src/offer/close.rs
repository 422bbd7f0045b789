//! Ending several offers at once: all of a listing's, all of somebody who leaves.

use chrono::{DateTime, Utc};
use diesel::sql_types::Uuid as SqlUuid;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    id::{ProductId, UserId},
    offer::{Lost, Offer, OfferRefusal, ReceivedContext, Rejection},
};
use souk_ports::{DecideError, offer::DecideRejections};

use super::{OfferRow, lock, write};
use crate::{PgPool, conversation, error::TryError, statement::statement};

/// Turns down what the rule says of a listing's pending offers.
pub(super) async fn try_reject_all(
    pool: &PgPool,
    product: ProductId,
    actor: UserId,
    decide: &DecideRejections<'_>,
) -> Result<Vec<Lost>, TryError<OfferRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let rejected = lease
        .transaction(async |conn| {
            let (locked, pending) = lock::lock_for_all(conn, product, actor).await?;
            let (listed, standing, now) = (locked.listed, locked.standing, locked.now);
            let context = ReceivedContext { listed, actor, standing, pending, now };
            let mut lost = decide(context).map_err(DecideError::Refused)?;
            write_all(conn, &mut lost).await?;
            Ok(lost)
        })
        .await;
    lease.finish();
    rejected
}

/// Rejects every pending offer for a listing, in the transaction of whoever has locked its row and takes it off the market.
/// Their threads and devices are told; after the commit, call [`PgPool::announce`].
pub(crate) async fn reject_all<E>(
    conn: &mut AsyncPgConnection,
    product: ProductId,
    reason: Rejection,
    at: DateTime<Utc>,
) -> Result<(), TryError<E>> {
    let pending = OfferRow::all(lock::pending(conn, product).await?).map_err(DecideError::from)?;
    write_all(conn, &mut Lost::all(pending, reason, at)).await?;
    Ok(())
}

/// Takes back every pending offer by or to somebody who leaves, in the transaction of whoever has locked the listings they
/// are for. Their threads and devices are told; after the commit, call [`PgPool::announce`].
pub(crate) async fn close_account<E>(
    conn: &mut AsyncPgConnection,
    user: UserId,
    at: DateTime<Utc>,
) -> Result<(), TryError<E>> {
    let rows = statement(
        "SELECT * FROM offers WHERE buyer_id = $1 AND status = 'pending'
         UNION ALL SELECT * FROM offers WHERE seller_id = $1 AND status = 'pending'",
    )
    .bind::<SqlUuid, _>(user.as_uuid())
    .load(conn)
    .await?;
    let pending = OfferRow::all(rows).map_err(DecideError::from)?;
    write_all(conn, &mut Lost::account_closed(pending, at)).await?;
    Ok(())
}

/// Writes how offers ended that others' acts have ended, and tells of it.
pub(super) async fn write_all(conn: &mut AsyncPgConnection, lost: &mut [Lost]) -> diesel::QueryResult<()> {
    write::end(conn, lost.iter().map(|Lost(offer)| offer)).await?;
    let posts: Vec<_> = lost.iter().filter_map(|Lost(offer)| offer.ended()).collect();
    let posted = conversation::post(conn, &posts).await?;
    write::place(&posts, &posted, lost.iter_mut().map(|Lost(offer)| offer));
    let events = lost.iter().filter_map(|Lost(offer): &Lost| Offer::ending(offer)).collect();
    write::record(conn, events, posted).await
}
