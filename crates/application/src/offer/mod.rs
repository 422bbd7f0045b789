//! Making offers, answering them, and finding them.

use std::sync::Arc;

use souk_domain::{
    id::{OfferId, ProductId, TransactionId, UserId},
    offer::{
        Acceptance, AnswerContext, Counter, Made, Offer, OfferForm, OfferPosition, OfferQuery, OfferRefusal,
        OfferRules, OfferStatus, Party, Proposal, ReceivedContext,
    },
    page::{Limit, Page},
    violation::Violations,
};
use souk_ports::{Clock, DecideError, IdSource, PortError, idempotency::Once, offer::OfferRepository};
use thiserror::Error;

#[cfg(test)]
mod tests;

/// Why a price is not named.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProposeError {
    /// The form is not good.
    #[error(transparent)]
    Invalid(#[from] Violations),
    /// It was good, and still nothing is done.
    #[error(transparent)]
    Decide(#[from] DecideError<OfferRefusal>),
}

/// Which of somebody's offers to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct OfferFilter {
    /// Those in which they are on this side; on either if none is named.
    pub role: Option<Party>,
    /// Those that stand so.
    pub status: Option<OfferStatus>,
    /// Those for this listing.
    pub product: Option<ProductId>,
}

/// Offers.
#[derive(Clone)]
pub struct Offers {
    repository: Arc<dyn OfferRepository>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    rules: Arc<OfferRules>,
}

impl Offers {
    /// Puts the parts together.
    pub fn new(
        repository: Arc<dyn OfferRepository>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        rules: OfferRules,
    ) -> Self {
        Self { repository, clock, ids, rules: Arc::new(rules) }
    }

    /// Names a price for a listing; `once` makes a repeat of the same request harmless.
    pub async fn make<'a>(
        &'a self,
        product: ProductId,
        buyer: UserId,
        form: &OfferForm,
        once: Option<&'a Once<'a, Made>>,
    ) -> Result<Made, ProposeError> {
        let proposal = Proposal::check(form, &self.rules)?;
        let (id, deal) = (OfferId::from_uuid(self.ids.next()), TransactionId::from_uuid(self.ids.next()));
        // Time is told by the store here and below: as it is once the listing's lock is held.
        let decide =
            |context: souk_domain::offer::MakeContext| context.make(id, deal, proposal.clone(), &self.rules);
        Ok(self.repository.make(product, buyer, &proposal, &decide, once).await?)
    }

    /// Takes an offer.
    pub async fn accept<'a>(
        &'a self,
        id: OfferId,
        actor: UserId,
        once: Option<&'a Once<'a, Acceptance>>,
    ) -> Result<Acceptance, DecideError<OfferRefusal>> {
        let deal = TransactionId::from_uuid(self.ids.next());
        let decide = |context: AnswerContext| context.accept(deal, &self.rules);
        self.repository.accept(id, actor, &decide, once).await
    }

    /// Turns an offer down.
    pub async fn reject(&self, id: OfferId, actor: UserId) -> Result<Offer, DecideError<OfferRefusal>> {
        self.repository.reject(id, actor, &AnswerContext::reject).await
    }

    /// Takes an offer back.
    pub async fn cancel(&self, id: OfferId, actor: UserId) -> Result<Offer, DecideError<OfferRefusal>> {
        self.repository.cancel(id, actor, &AnswerContext::cancel).await
    }

    /// Names another price instead; `once` makes a repeat of the same request harmless.
    pub async fn counter<'a>(
        &'a self,
        id: OfferId,
        actor: UserId,
        form: &OfferForm,
        once: Option<&'a Once<'a, Counter>>,
    ) -> Result<Counter, ProposeError> {
        let proposal = Proposal::check(form, &self.rules)?;
        let counter = OfferId::from_uuid(self.ids.next());
        let decide = |context: AnswerContext| context.counter(counter, proposal.clone(), &self.rules);
        Ok(self.repository.counter(id, actor, &decide, once).await?)
    }

    /// Turns down every offer for a listing that waits for its seller; says how many.
    pub async fn reject_all(
        &self,
        product: ProductId,
        actor: UserId,
    ) -> Result<usize, DecideError<OfferRefusal>> {
        let rejected = self.repository.reject_all(product, actor, &ReceivedContext::reject_all).await?;
        Ok(rejected.len())
    }

    /// The offer with this id, if `viewer` is one of the two.
    pub async fn find(&self, id: OfferId, viewer: UserId) -> Result<Option<Offer>, PortError> {
        let found = self.repository.find(id).await?;
        let own = found.filter(|offer| offer.party(viewer).is_some());
        Ok(own.map(|offer| offer.as_of(self.clock.now())))
    }

    /// A page of somebody's offers, newest first.
    pub async fn list(
        &self,
        user: UserId,
        filter: OfferFilter,
        after: Option<OfferPosition>,
        limit: Limit,
    ) -> Result<Page<Offer, OfferPosition>, PortError> {
        let OfferFilter { role, status, product } = filter;
        let now = self.clock.now();
        let query = OfferQuery { user, role, status, product, after, limit, now };
        let Page { items, next } = self.repository.list(&query).await?;
        Ok(Page { items: items.into_iter().map(|offer| offer.as_of(now)).collect(), next })
    }
}
