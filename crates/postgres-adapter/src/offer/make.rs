//! Making an offer: lock the listing, ask the rule, write everything or nothing.

use souk_domain::{
    id::{ProductId, UserId},
    offer::{Lost, Made, MakeContext, OfferRefusal},
};
use souk_ports::{DecideError, idempotency::Once, offer::DecideOffer};

use super::{lock, write};
use crate::{PgPool, error::TryError, idempotency, pool::Lease, transaction};

pub(super) async fn try_make(
    pool: &PgPool,
    product: ProductId,
    buyer: UserId,
    bid: i64,
    decide: &DecideOffer<'_>,
    once: Option<&Once<'_, Made>>,
) -> Result<Made, TryError<OfferRefusal>> {
    let lease = pool.lease().await.map_err(DecideError::from)?;
    let made = make(&lease, product, buyer, bid, decide, once).await;
    lease.end(made).await.map_err(super::lost)
}

async fn make(
    lease: &Lease<'_>,
    product: ProductId,
    buyer: UserId,
    bid: i64,
    decide: &DecideOffer<'_>,
    once: Option<&Once<'_, Made>>,
) -> Result<Made, TryError<OfferRefusal>> {
    let (locked, offers) = lease.begin_with(lock::lock_for_offer(lease, product, buyer, bid)).await?;
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
        Err(refusal) => return Err(idempotency::refused(lease, once, refusal).await?),
    };
    let (posts, listing) = (made.posts(), [product]);
    let posted = {
        let lost = made.acceptance.iter().flat_map(|acceptance| &acceptance.lost);
        let over: Vec<_> = lost.map(|Lost(offer)| offer).chain(&made.expired).collect();
        let taken = async {
            let Some(acceptance) = &made.acceptance else { return Ok(()) };
            let off_the_market = write::set_available(lease, &listing, false, locked.now);
            tokio::try_join!(biased; off_the_market, transaction::insert(lease, &acceptance.transaction))?;
            Ok(())
        };
        // What is over before what is new: there is room for one that waits.
        let ((), posted, ()) = tokio::try_join!(
            biased;
            write::end(lease, over),
            write::post_new(lease, &posts, &made.offer),
            taken,
        )?;
        posted
    };
    let accepted = made.acceptance.iter_mut().map(|acceptance| &mut acceptance.offer);
    write::place(&posts, &posted, accepted.chain([&mut made.offer]));
    write::commit(lease, made.events(), posted, once, &made).await?;
    Ok(made)
}
