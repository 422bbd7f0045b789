//! Answering offers: lock the listing, ask the rule, write everything or nothing.

use souk_domain::{
    id::{OfferId, UserId},
    offer::{Acceptance, AnswerContext, Counter, Lost, Offer, OfferRefusal},
};
use souk_ports::{
    DecideError,
    idempotency::Once,
    offer::{DecideAcceptance, DecideAnswer, DecideCounter},
};

use super::{lock, lock::Locked, write};
use crate::{PgPool, conversation, error::TryError, idempotency, pool::Lease, transaction};

type Tried<T> = Result<T, TryError<OfferRefusal>>;

pub(super) async fn try_accept(
    pool: &PgPool,
    id: OfferId,
    actor: UserId,
    decide: &DecideAcceptance<'_>,
    once: Option<&Once<'_, Acceptance>>,
) -> Tried<Acceptance> {
    let lease = pool.lease().await.map_err(DecideError::from)?;
    let accepted = accept(&lease, id, actor, decide, once).await;
    lease.end(accepted).await.map_err(super::lost)
}

async fn accept(
    lease: &Lease<'_>,
    id: OfferId,
    actor: UserId,
    decide: &DecideAcceptance<'_>,
    once: Option<&Once<'_, Acceptance>>,
) -> Tried<Acceptance> {
    let (locked, offer, others) = lease.begin_with(lock::lock_for_answer(lease, id, actor)).await?;
    let mut acceptance = match decide(context(&locked, offer, others, actor)) {
        Ok(acceptance) => acceptance,
        Err(refusal) => return Err(idempotency::refused(lease, once, refusal).await?),
    };
    let posts = acceptance.posts();
    let listing = [locked.listed.id];
    let over = acceptance.lost.iter().map(|Lost(offer)| offer).chain([&acceptance.offer]);
    let ((), (), (), posted) = tokio::try_join!(
        biased;
        write::end(lease, over),
        write::set_available(lease, &listing, false, locked.now),
        transaction::insert(lease, &acceptance.transaction),
        conversation::post(lease, &posts),
    )?;
    write::place(&posts, &posted, [&mut acceptance.offer]);
    write::commit(lease, acceptance.events(), posted, once.map(|once| (once, &acceptance))).await?;
    Ok(acceptance)
}

pub(super) async fn try_answer(
    pool: &PgPool,
    id: OfferId,
    actor: UserId,
    decide: &DecideAnswer<'_>,
) -> Tried<Offer> {
    let lease = pool.lease().await.map_err(DecideError::from)?;
    let answered = answer(&lease, id, actor, decide).await;
    lease.end(answered).await.map_err(super::lost)
}

async fn answer(lease: &Lease<'_>, id: OfferId, actor: UserId, decide: &DecideAnswer<'_>) -> Tried<Offer> {
    let (locked, offer, others) = lease.begin_with(lock::lock_for_answer(lease, id, actor)).await?;
    let mut offer = decide(context(&locked, offer, others, actor)).map_err(DecideError::Refused)?;
    let posts: Vec<_> = offer.ended().into_iter().collect();
    let ((), posted) =
        tokio::try_join!(biased; write::end(lease, [&offer]), conversation::post(lease, &posts))?;
    write::place(&posts, &posted, [&mut offer]);
    write::commit::<Offer>(lease, offer.ending().into_iter().collect(), posted, None).await?;
    Ok(offer)
}

pub(super) async fn try_counter(
    pool: &PgPool,
    id: OfferId,
    actor: UserId,
    decide: &DecideCounter<'_>,
    once: Option<&Once<'_, Counter>>,
) -> Tried<Counter> {
    let lease = pool.lease().await.map_err(DecideError::from)?;
    let countered = counter(&lease, id, actor, decide, once).await;
    lease.end(countered).await.map_err(super::lost)
}

async fn counter(
    lease: &Lease<'_>,
    id: OfferId,
    actor: UserId,
    decide: &DecideCounter<'_>,
    once: Option<&Once<'_, Counter>>,
) -> Tried<Counter> {
    let (locked, offer, others) = lease.begin_with(lock::lock_for_answer(lease, id, actor)).await?;
    let mut counter = match decide(context(&locked, offer, others, actor)) {
        Ok(counter) => counter,
        Err(refusal) => return Err(idempotency::refused(lease, once, refusal).await?),
    };
    let posts = counter.posts();
    let offered = [&counter.offer];
    // What is over before what is new: there is room for one that waits.
    let ((), posted) = tokio::try_join!(
        biased;
        write::end(lease, [&counter.answered]),
        write::post_new(lease, &posts, &offered),
    )?;
    write::place(&posts, &posted, [&mut counter.answered, &mut counter.offer]);
    write::commit(lease, counter.events(), posted, once.map(|once| (once, &counter))).await?;
    Ok(counter)
}

fn context(locked: &Locked, offer: Offer, others: Vec<Offer>, actor: UserId) -> AnswerContext {
    AnswerContext {
        listed: locked.listed,
        offer,
        others,
        actor,
        standing: locked.standing,
        counterpart: locked.counterpart,
        are_blocked: locked.are_blocked,
        now: locked.now,
    }
}
