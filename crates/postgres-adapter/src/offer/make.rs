//! Making offers: lock the listings, ask the rule, write everything or nothing.

use std::future::ready;

use souk_domain::{
    id::UserId,
    offer::{Lost, Made, MakeContext, Offer, OfferRefusal},
};
use souk_ports::{DecideError, idempotency::Once, offer::DecideOffer};

use super::{
    counsel::{self, Counsel},
    lock::{self, Bid, Locked},
    write,
};
use crate::{
    PgPool,
    batch::{Done, Job},
    error::{TryError, retrying},
    idempotency,
    pool::Lease,
};

type Decision = Result<Made, OfferRefusal>;
type Tried = Result<Vec<Option<Done<Making>>>, TryError<OfferRefusal>>;

/// Makes an offer under an idempotency key, by itself.
pub(super) async fn make_once(
    pool: &PgPool,
    bid: Bid,
    decide: &DecideOffer<'_>,
    once: &Once<'_, Made>,
) -> Result<Made, DecideError<OfferRefusal>> {
    let decide = |_, context| ready(Some(decide(context)));
    retrying(|| async {
        let made = try_make(pool, &[bid], true, decide, Some(once)).await?;
        Ok(made.into_iter().flatten().next().unwrap_or(Err(DecideError::NotFound))?)
    })
    .await
}

/// An offer on its way into the database.
pub(super) struct Making {
    pub(super) bid: Bid,
    pub(super) counsel: Counsel<MakeContext, Decision>,
}

impl Job for Making {
    type Value = Made;
    type Refusal = OfferRefusal;

    fn goes_with(&self, other: &Self) -> bool {
        self.bid.product != other.bid.product
    }

    async fn write(pool: &PgPool, jobs: &[Self], waiting: bool) -> Tried {
        let bids: Vec<_> = jobs.iter().map(|job| job.bid).collect();
        let decide = |place: usize, context| {
            let decision = jobs.get(place).map(|job| job.counsel.ask(context));
            async move { decision?.await }
        };
        try_make(pool, &bids, waiting, decide, None).await
    }
}

/// Makes offers, each for another listing, in one transaction; see [`Job::write`]. Only a single one can be under a key.
async fn try_make<D: Future<Output = Option<Decision>>>(
    pool: &PgPool,
    bids: &[Bid],
    waiting: bool,
    decide: impl Fn(usize, MakeContext) -> D,
    once: Option<&Once<'_, Made>>,
) -> Tried {
    let lease = pool.lease().await.map_err(DecideError::from)?;
    let made = make_all(&lease, bids, waiting, decide, once).await;
    lease.end(made).await.map_err(super::lost)
}

async fn make_all<D: Future<Output = Option<Decision>>>(
    lease: &Lease<'_>,
    bids: &[Bid],
    waiting: bool,
    decide: impl Fn(usize, MakeContext) -> D,
    once: Option<&Once<'_, Made>>,
) -> Tried {
    let locked = lease.begin_with(lock::lock_for_offers(lease, bids, waiting)).await?;
    let asked: Vec<_> = (0..)
        .zip(bids)
        .zip(locked)
        .map(|((place, bid), locked)| locked.map(|locked| decide(place, context(bid.buyer, locked))))
        .collect();
    let mut decisions = counsel::heard(asked).await;
    if let (Some(_), Some(Some(Err(refusal)))) = (once, decisions.first()) {
        return Err(idempotency::refused(lease, once, *refusal).await?);
    }
    let mut made: Vec<_> = decisions.iter_mut().flatten().filter_map(|made| made.as_mut().ok()).collect();
    if made.is_empty() {
        lease.commit().await?;
    } else {
        write_all(lease, &mut made, once).await?;
    }
    Ok(decisions.into_iter().map(|made| made.map(|made| made.map_err(DecideError::Refused))).collect())
}

fn context(buyer: UserId, (locked, offers): (Locked, Vec<Offer>)) -> MakeContext {
    MakeContext {
        listed: locked.listed,
        buyer,
        role: locked.role,
        standing: locked.standing,
        counterpart: locked.counterpart,
        are_blocked: locked.are_blocked,
        offers,
        now: locked.now,
    }
}

/// Writes what was made of locked listings, and commits.
async fn write_all(
    lease: &Lease<'_>,
    made: &mut [&mut Made],
    once: Option<&Once<'_, Made>>,
) -> Result<(), TryError<OfferRefusal>> {
    let posts: Vec<_> = made.iter().flat_map(|made| made.posts()).collect();
    let posted = {
        let offers: Vec<_> = made.iter().map(|made| &made.offer).collect();
        let accepted = || made.iter().filter_map(|made| made.acceptance.as_ref());
        let lost = accepted().flat_map(|acceptance| &acceptance.lost);
        let expired = made.iter().filter_map(|made| made.expired.as_ref());
        let over: Vec<_> = lost.map(|Lost(offer)| offer).chain(expired).collect();
        let deals: Vec<_> = accepted().map(|acceptance| &acceptance.transaction).collect();
        // What is over before what is new: there is room for one that waits.
        let ((), posted, ()) = tokio::try_join!(
            biased;
            write::end(lease, over),
            write::post_new(lease, &posts, &offers),
            write::reserve(lease, &deals),
        )?;
        posted
    };
    let offers = made.iter_mut().flat_map(|made| {
        let accepted = made.acceptance.iter_mut().map(|acceptance| &mut acceptance.offer);
        accepted.chain([&mut made.offer])
    });
    write::place(&posts, &posted, offers);
    let events = made.iter().flat_map(|made| made.events()).collect();
    let once = once.zip(made.first().map(|made| &**made));
    write::commit(lease, events, posted, once).await
}
