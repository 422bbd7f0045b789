//! Making offers: lock the listings, ask the rule, write everything or nothing.

use std::{future::ready, pin::pin, slice, sync::Arc};

use souk_domain::{
    id::UserId,
    offer::{Lost, Made, MakeContext, Offer, OfferRefusal},
};
use souk_ports::{DecideError, idempotency::Once, offer::DecideOffer};
use tokio::sync::{mpsc, oneshot};

use super::{
    lock::{self, Bid, Locked},
    write,
};
use crate::{
    PgPool,
    batch::{Batches, Job},
    error::{TryError, is_lost, port_error, retrying},
    idempotency,
    pool::Lease,
    transaction,
};

type Decision = Result<Made, OfferRefusal>;
type Tried<T> = Result<T, TryError<OfferRefusal>>;

/// Makes an offer under an idempotency key, by itself.
pub(super) async fn make_once(
    pool: &PgPool,
    bid: Bid,
    decide: &DecideOffer<'_>,
    once: &Once<'_, Made>,
) -> Result<Made, DecideError<OfferRefusal>> {
    let decide = |_, context| ready(Some(decide(context)));
    retrying(|| async { only(try_make(pool, &[bid], true, decide, Some(once)).await?) }).await
}

/// Makes an offer, with others or alone.
pub(super) async fn make(
    batches: &Arc<Batches<Making>>,
    bid: Bid,
    decide: &DecideOffer<'_>,
) -> Result<Made, DecideError<OfferRefusal>> {
    let (ask, mut questions) = mpsc::unbounded_channel();
    let mut made = pin!(batches.run(Making { bid, ask }));
    loop {
        tokio::select! {
            biased;
            Some(Question { context, answer }) = questions.recv() => {
                // Whoever asked may have given up.
                let _unheard = answer.send(decide(context));
            }
            made = &mut made => return made?,
        }
    }
}

/// An offer on its way into the database. The rule stays with whoever makes it, and is asked there.
pub(super) struct Making {
    bid: Bid,
    ask: mpsc::UnboundedSender<Question>,
}

struct Question {
    context: MakeContext,
    answer: oneshot::Sender<Decision>,
}

impl Making {
    /// Asks the rule. Nothing is answered if whoever makes the offer has gone.
    fn decide(&self, context: MakeContext) -> impl Future<Output = Option<Decision>> + use<> {
        let (answer, decision) = oneshot::channel();
        let asked = self.ask.send(Question { context, answer });
        async move {
            asked.ok()?;
            decision.await.ok()
        }
    }
}

impl Job for Making {
    type Done = Result<Made, DecideError<OfferRefusal>>;

    fn goes_with(&self, other: &Self) -> bool {
        self.bid.product != other.bid.product
    }

    async fn together(pool: &PgPool, jobs: &[Self]) -> Vec<Option<Self::Done>> {
        let bids: Vec<_> = jobs.iter().map(|job| job.bid).collect();
        let decide = |place: usize, context| {
            let decision = jobs.get(place).map(|job| job.decide(context));
            async move { decision?.await }
        };
        match try_make(pool, &bids, false, decide, None).await {
            Ok(made) => {
                let done = |made: Option<Decision>| made.map(|made| made.map_err(DecideError::Refused));
                made.into_iter().map(done).collect()
            }
            // Whether the server has committed is not known: nothing is to be tried again.
            Err(TryError::Database(error)) if is_lost(&error) => {
                jobs.iter().map(|_| Some(Err(port_error(&error).into()))).collect()
            }
            Err(TryError::Settled(error)) => jobs.iter().map(|_| Some(Err(error.clone()))).collect(),
            // One of them may have spoilt it for all.
            Err(TryError::Database(_)) => jobs.iter().map(|_| None).collect(),
        }
    }

    async fn alone(&self, pool: &PgPool) -> Self::Done {
        let decide = |_, context| self.decide(context);
        retrying(|| async { only(try_make(pool, slice::from_ref(&self.bid), true, decide, None).await?) })
            .await
    }
}

/// What came of the only one.
fn only(made: Vec<Option<Decision>>) -> Tried<Made> {
    match made.into_iter().flatten().next() {
        Some(Ok(made)) => Ok(made),
        Some(Err(refusal)) => Err(DecideError::Refused(refusal).into()),
        None => Err(DecideError::NotFound.into()),
    }
}

/// Makes offers, each for another listing, in one transaction, and says what came of each. Nothing came of those whose
/// listing is not there, or locked by others while that is not to be waited for. Only a single one can be under a key.
async fn try_make<D: Future<Output = Option<Decision>>>(
    pool: &PgPool,
    bids: &[Bid],
    waiting: bool,
    decide: impl Fn(usize, MakeContext) -> D,
    once: Option<&Once<'_, Made>>,
) -> Tried<Vec<Option<Decision>>> {
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
) -> Tried<Vec<Option<Decision>>> {
    let locked = lease.begin_with(lock::lock_for_offers(lease, bids, waiting)).await?;
    // All are asked before the first answer is waited for.
    let asked: Vec<_> = (0..)
        .zip(bids)
        .zip(locked)
        .map(|((place, bid), locked)| locked.map(|locked| decide(place, context(bid.buyer, locked))))
        .collect();
    let mut decisions = Vec::with_capacity(bids.len());
    for decision in asked {
        decisions.push(match decision {
            Some(decision) => decision.await,
            None => None,
        });
    }
    if let (Some(_), Some(Some(Err(refusal)))) = (once, decisions.first()) {
        return Err(idempotency::refused(lease, once, *refusal).await?);
    }
    let mut made: Vec<_> = decisions.iter_mut().flatten().filter_map(|made| made.as_mut().ok()).collect();
    if made.is_empty() {
        lease.commit().await?;
    } else {
        write_all(lease, &mut made, once).await?;
    }
    Ok(decisions)
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
        let taken = async {
            for deal in accepted().map(|acceptance| &acceptance.transaction) {
                let listing = [deal.product];
                let off_the_market = write::set_available(lease, &listing, false, deal.created_at);
                tokio::try_join!(biased; off_the_market, transaction::insert(lease, deal))?;
            }
            Ok(())
        };
        // What is over before what is new: there is room for one that waits.
        let ((), posted, ()) = tokio::try_join!(
            biased;
            write::end(lease, over),
            write::post_new(lease, &posts, &offers),
            taken,
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
