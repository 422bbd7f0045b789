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

use super::{
    counsel::{self, Counsel},
    lock::{self, Answered},
    write,
};
use crate::{
    PgPool,
    batch::{Done, Job},
    conversation,
    error::TryError,
    idempotency,
    pool::Lease,
};

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
    let answered = lease.begin_with(lock::lock_for_answer(lease, id, actor)).await?;
    let mut acceptance = match decide(context(answered, actor)) {
        Ok(acceptance) => acceptance,
        Err(refusal) => return Err(idempotency::refused(lease, once, refusal).await?),
    };
    write_accepted(lease, &mut [&mut acceptance], once).await?;
    Ok(acceptance)
}

/// An acceptance on its way into the database.
pub(super) struct Accepting {
    pub(super) offer: OfferId,
    pub(super) actor: UserId,
    pub(super) counsel: Counsel<AnswerContext, Result<Acceptance, OfferRefusal>>,
}

impl Job for Accepting {
    type Value = Acceptance;
    type Refusal = OfferRefusal;

    fn goes_with(&self, other: &Self) -> bool {
        self.offer != other.offer
    }

    async fn write(pool: &PgPool, jobs: &[Self], waiting: bool) -> Tried<Vec<Option<Done<Self>>>> {
        let lease = pool.lease().await.map_err(DecideError::from)?;
        let accepted = accept_all(&lease, jobs, waiting).await;
        lease.end(accepted).await.map_err(super::lost)
    }
}

async fn accept_all(
    lease: &Lease<'_>,
    jobs: &[Accepting],
    waiting: bool,
) -> Tried<Vec<Option<Done<Accepting>>>> {
    let answers: Vec<_> = jobs.iter().map(|job| (job.offer, job.actor)).collect();
    let locked = lease.begin_with(lock::lock_for_answers(lease, &answers, waiting)).await?;
    let ask = |(job, answered): (&Accepting, Option<Answered>)| {
        answered.map(|answered| job.counsel.ask(context(answered, job.actor)))
    };
    let asked: Vec<_> = jobs.iter().zip(locked).map(ask).collect();
    let mut decisions = counsel::heard(asked).await;
    let mut accepted: Vec<_> = decisions.iter_mut().flatten().filter_map(|done| done.as_mut().ok()).collect();
    if accepted.is_empty() {
        lease.commit().await?;
    } else {
        write_accepted(lease, &mut accepted, None).await?;
    }
    Ok(decisions.into_iter().map(|done| done.map(|done| done.map_err(DecideError::Refused))).collect())
}

/// Writes what was accepted of locked listings, and commits.
async fn write_accepted(
    lease: &Lease<'_>,
    accepted: &mut [&mut Acceptance],
    once: Option<&Once<'_, Acceptance>>,
) -> Tried<()> {
    let posts: Vec<_> = accepted.iter().flat_map(|acceptance| acceptance.posts()).collect();
    let posted = {
        let lost = accepted.iter().flat_map(|acceptance| &acceptance.lost).map(|Lost(offer)| offer);
        let over: Vec<_> = lost.chain(accepted.iter().map(|acceptance| &acceptance.offer)).collect();
        let deals: Vec<_> = accepted.iter().map(|acceptance| &acceptance.transaction).collect();
        let ((), (), posted) = tokio::try_join!(
            biased;
            write::end(lease, over),
            write::reserve(lease, &deals),
            conversation::post(lease, &posts),
        )?;
        posted
    };
    write::place(&posts, &posted, accepted.iter_mut().map(|acceptance| &mut acceptance.offer));
    let events = accepted.iter().flat_map(|acceptance| acceptance.events()).collect();
    let once = once.zip(accepted.first().map(|acceptance| &**acceptance));
    write::commit(lease, events, posted, once).await
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
    let answered = lease.begin_with(lock::lock_for_answer(lease, id, actor)).await?;
    let mut offer = decide(context(answered, actor)).map_err(DecideError::Refused)?;
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
    let answered = lease.begin_with(lock::lock_for_answer(lease, id, actor)).await?;
    let mut counter = match decide(context(answered, actor)) {
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

fn context((locked, offer, others): Answered, actor: UserId) -> AnswerContext {
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
