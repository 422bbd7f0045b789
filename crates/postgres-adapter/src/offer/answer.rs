//! Answering offers: lock the listing, ask the rule, write everything or nothing.

use diesel_async::AsyncConnection;
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
use crate::{PgPool, error::TryError, idempotency, transaction};

type Tried<T> = Result<T, TryError<OfferRefusal>>;

pub(super) async fn try_accept(
    pool: &PgPool,
    id: OfferId,
    actor: UserId,
    decide: &DecideAcceptance<'_>,
    once: Option<&Once<'_, Acceptance>>,
) -> Tried<Acceptance> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let accepted = lease
        .transaction(async |conn| {
            let (locked, offer, others) = lock::lock_for_answer(conn, id, actor).await?;
            let mut acceptance = match decide(context(&locked, offer, others, actor)) {
                Ok(acceptance) => acceptance,
                Err(refusal) => return Err(idempotency::refused(conn, once, refusal).await?),
            };
            let lost = acceptance.lost.iter().map(|Lost(offer)| offer);
            write::end(conn, lost.chain([&acceptance.offer])).await?;
            write::set_available(conn, &[locked.listed.id], false, locked.now).await?;
            transaction::insert(conn, &acceptance.transaction).await?;
            let posts = acceptance.posts();
            let posted = write::post(conn, &posts, [&mut acceptance.offer]).await?;
            write::record(conn, acceptance.events(), posted).await?;
            idempotency::record(conn, once, &acceptance).await?;
            Ok(acceptance)
        })
        .await;
    lease.finish();
    accepted.map_err(super::lost)
}

pub(super) async fn try_answer(
    pool: &PgPool,
    id: OfferId,
    actor: UserId,
    decide: &DecideAnswer<'_>,
) -> Tried<Offer> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let answered = lease
        .transaction(async |conn| {
            let (locked, offer, others) = lock::lock_for_answer(conn, id, actor).await?;
            let mut offer = decide(context(&locked, offer, others, actor)).map_err(DecideError::Refused)?;
            write::end(conn, [&offer]).await?;
            let posts: Vec<_> = offer.ended().into_iter().collect();
            let posted = write::post(conn, &posts, [&mut offer]).await?;
            write::record(conn, offer.ending().into_iter().collect(), posted).await?;
            Ok(offer)
        })
        .await;
    lease.finish();
    answered
}

pub(super) async fn try_counter(
    pool: &PgPool,
    id: OfferId,
    actor: UserId,
    decide: &DecideCounter<'_>,
    once: Option<&Once<'_, Counter>>,
) -> Tried<Counter> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let countered = lease
        .transaction(async |conn| {
            let (locked, offer, others) = lock::lock_for_answer(conn, id, actor).await?;
            let mut counter = match decide(context(&locked, offer, others, actor)) {
                Ok(counter) => counter,
                Err(refusal) => return Err(idempotency::refused(conn, once, refusal).await?),
            };
            // Before the new one: there is room for one that waits.
            write::end(conn, [&counter.answered]).await?;
            write::insert(conn, &counter.offer).await?;
            let posts = counter.posts();
            let both = [&mut counter.answered, &mut counter.offer];
            let posted = write::post(conn, &posts, both).await?;
            write::record(conn, counter.events(), posted).await?;
            idempotency::record(conn, once, &counter).await?;
            Ok(counter)
        })
        .await;
    lease.finish();
    countered.map_err(super::lost)
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
