//! Making an offer: lock the listing, ask the rule, write everything or nothing.

use diesel_async::AsyncConnection;
use souk_domain::{
    id::{ProductId, UserId},
    offer::{Lost, Made, MakeContext, OfferRefusal},
};
use souk_ports::{DecideError, idempotency::Once, offer::DecideOffer};

use super::{lock, write};
use crate::{PgPool, error::TryError, idempotency, transaction};

pub(super) async fn try_make(
    pool: &PgPool,
    product: ProductId,
    buyer: UserId,
    bid: i64,
    decide: &DecideOffer<'_>,
    once: Option<&Once<'_, Made>>,
) -> Result<Made, TryError<OfferRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let made = lease
        .transaction(async |conn| {
            let (locked, offers) = lock::lock_for_offer(conn, product, buyer, bid).await?;
            let context = MakeContext {
                listed: locked.listed,
                buyer,
                role: locked.role,
                standing: locked.standing,
                counterpart: locked.counterpart,
                are_blocked: locked.are_blocked,
                offers,
                now: locked.now,
            };
            let mut made = match decide(context) {
                Ok(made) => made,
                Err(refusal) => return Err(idempotency::refused(conn, once, refusal).await?),
            };
            // Before the new one: there is room for one that waits.
            write::end(conn, &made.expired).await?;
            write::insert(conn, &made.offer).await?;
            if let Some(acceptance) = &made.acceptance {
                write::end(conn, acceptance.lost.iter().map(|Lost(offer)| offer)).await?;
                write::set_available(conn, &[product], false, locked.now).await?;
                transaction::insert(conn, &acceptance.transaction).await?;
            }
            let posts = made.posts();
            let accepted = made.acceptance.iter_mut().map(|acceptance| &mut acceptance.offer);
            let posted = write::post(conn, &posts, accepted.chain([&mut made.offer])).await?;
            write::record(conn, made.events(), posted).await?;
            idempotency::record(conn, once, &made).await?;
            Ok(made)
        })
        .await;
    lease.finish();
    made.map_err(super::lost)
}
