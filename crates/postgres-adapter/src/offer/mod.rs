//! Offers in PostgreSQL.
//!
//! Whatever writes an offer locks the listing's row first. It is the one row that every rival shares, so that two who
//! accept different offers meet there instead of deadlocking on each other's offers. What hangs on the listing is read
//! only then, by a statement of its own: one that waited for the lock still sees what was there before it waited.

mod answer;
mod close;
mod counsel;
mod list;
mod lock;
mod make;
mod row;
mod sweep;
mod write;

use std::sync::Arc;

use async_trait::async_trait;
use souk_domain::{
    id::{OfferId, ProductId, UserId},
    offer::{Acceptance, Counter, Lost, Made, Offer, OfferPosition, OfferQuery, OfferRefusal, Proposal},
    page::Page,
};
use souk_ports::{
    DecideError, PortError,
    idempotency::Once,
    offer::{DecideAcceptance, DecideAnswer, DecideCounter, DecideOffer, DecideRejections, OfferRepository},
};

use self::{answer::Accepting, lock::Bid, make::Making};
pub(crate) use self::{
    close::{close_account, reject_all},
    row::OfferRow,
    write::{end, place, record, set_available},
};
use crate::{
    PgPool,
    batch::Batches,
    constraint::{Meaning, Unique, meaning},
    error::{TryError, broken_constraint, retrying},
};

/// What it means to lose to somebody whom the lock did not keep away: the indexes stand behind it.
fn lost(error: TryError<OfferRefusal>) -> TryError<OfferRefusal> {
    let TryError::Database(database) = &error else { return error };
    let refusal = match broken_constraint(database).and_then(meaning) {
        Some(Meaning::Taken(Unique::PendingOffer)) => OfferRefusal::AlreadyPending,
        Some(Meaning::Taken(Unique::AcceptedOffer | Unique::LiveTransaction)) => {
            OfferRefusal::ProductNotAvailable
        }
        Some(Meaning::Taken(Unique::CounterOffer | Unique::OfferTransaction)) => OfferRefusal::NotPending,
        Some(Meaning::Taken(_) | Meaning::Missing(_) | Meaning::Broken(_)) | None => return error,
    };
    DecideError::Refused(refusal).into()
}

/// Offers.
#[derive(Clone)]
pub struct PgOffers {
    pool: PgPool,
    making: Arc<Batches<Making>>,
    accepting: Arc<Batches<Accepting>>,
}

impl PgOffers {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { making: Batches::new(pool.clone()), accepting: Batches::new(pool.clone()), pool }
    }

    /// Tells of what was committed, if anything was.
    fn announce<T>(
        &self,
        done: Result<T, DecideError<OfferRefusal>>,
    ) -> Result<T, DecideError<OfferRefusal>> {
        if done.is_ok() {
            self.pool.announce();
        }
        done
    }
}

#[async_trait]
impl OfferRepository for PgOffers {
    async fn make<'a>(
        &self,
        product: ProductId,
        buyer: UserId,
        proposal: &Proposal,
        decide: &'a DecideOffer<'a>,
        once: Option<&'a Once<'a, Made>>,
    ) -> Result<Made, DecideError<OfferRefusal>> {
        let bid = Bid { product, buyer, amount: proposal.amount_minor() };
        let made = match once {
            Some(once) => make::make_once(&self.pool, bid, decide, once).await,
            None => counsel::run(&self.making, |counsel| Making { bid, counsel }, decide).await,
        };
        self.announce(made)
    }

    async fn accept<'a>(
        &self,
        id: OfferId,
        actor: UserId,
        decide: &'a DecideAcceptance<'a>,
        once: Option<&'a Once<'a, Acceptance>>,
    ) -> Result<Acceptance, DecideError<OfferRefusal>> {
        let accepted = match once {
            Some(_) => retrying(|| answer::try_accept(&self.pool, id, actor, decide, once)).await,
            None => {
                counsel::run(&self.accepting, |counsel| Accepting { offer: id, actor, counsel }, decide).await
            }
        };
        self.announce(accepted)
    }

    async fn reject<'a>(
        &self,
        id: OfferId,
        actor: UserId,
        decide: &'a DecideAnswer<'a>,
    ) -> Result<Offer, DecideError<OfferRefusal>> {
        self.announce(retrying(|| answer::try_answer(&self.pool, id, actor, decide)).await)
    }

    async fn cancel<'a>(
        &self,
        id: OfferId,
        actor: UserId,
        decide: &'a DecideAnswer<'a>,
    ) -> Result<Offer, DecideError<OfferRefusal>> {
        self.announce(retrying(|| answer::try_answer(&self.pool, id, actor, decide)).await)
    }

    async fn counter<'a>(
        &self,
        id: OfferId,
        actor: UserId,
        decide: &'a DecideCounter<'a>,
        once: Option<&'a Once<'a, Counter>>,
    ) -> Result<Counter, DecideError<OfferRefusal>> {
        self.announce(retrying(|| answer::try_counter(&self.pool, id, actor, decide, once)).await)
    }

    async fn reject_all<'a>(
        &self,
        product: ProductId,
        actor: UserId,
        decide: &'a DecideRejections<'a>,
    ) -> Result<Vec<Lost>, DecideError<OfferRefusal>> {
        self.announce(retrying(|| close::try_reject_all(&self.pool, product, actor, decide)).await)
    }

    async fn expire(&self, limit: u32) -> Result<u64, PortError> {
        sweep::expire(&self.pool, limit).await
    }

    async fn find(&self, id: OfferId) -> Result<Option<Offer>, PortError> {
        list::find(&self.pool, id).await
    }

    async fn list(&self, query: &OfferQuery) -> Result<Page<Offer, OfferPosition>, PortError> {
        list::list(&self.pool, query).await
    }
}
