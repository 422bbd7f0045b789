//! Where offers are kept.
//!
//! Whatever writes one locks the listing first. It is the one row that all rivals share: the offers of different buyers,
//! an answer and a withdrawal, an acceptance and the sweep.
#![cfg_attr(
    feature = "mock",
    expect(clippy::ref_option_ref, reason = "mockall writes such a type for an optional argument")
)]

use async_trait::async_trait;
use souk_domain::{
    id::{OfferId, ProductId, UserId},
    offer::{
        Acceptance, AnswerContext, Counter, Lost, Made, MakeContext, Offer, OfferPosition, OfferQuery,
        OfferRefusal, Proposal, ReceivedContext,
    },
    page::Page,
};

use crate::{DecideError, PortError, idempotency::Once};

/// Decides what making an offer writes. It may be asked more than once, as may the others here, when the store has to
/// start over.
pub type DecideOffer<'a> = dyn Fn(MakeContext) -> Result<Made, OfferRefusal> + Send + Sync + 'a;
/// Decides what accepting an offer writes.
pub type DecideAcceptance<'a> = dyn Fn(AnswerContext) -> Result<Acceptance, OfferRefusal> + Send + Sync + 'a;
/// Decides what an answer makes of an offer.
pub type DecideAnswer<'a> = dyn Fn(AnswerContext) -> Result<Offer, OfferRefusal> + Send + Sync + 'a;
/// Decides what countering an offer writes.
pub type DecideCounter<'a> = dyn Fn(AnswerContext) -> Result<Counter, OfferRefusal> + Send + Sync + 'a;
/// Decides which of a listing's offers are turned down.
pub type DecideRejections<'a> = dyn Fn(ReceivedContext) -> Result<Vec<Lost>, OfferRefusal> + Send + Sync + 'a;

/// Keeps offers. Each write takes along what appears in the threads of the two people, and the events.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait OfferRepository: Send + Sync {
    /// Writes a new offer, and what follows if it is accepted at once, or nothing.
    async fn make<'a>(
        &self,
        product: ProductId,
        buyer: UserId,
        proposal: &Proposal,
        decide: &'a DecideOffer<'a>,
        once: Option<&'a Once<'a, Made>>,
    ) -> Result<Made, DecideError<OfferRefusal>>;

    /// Accepts an offer: reserves the listing, rejects the other offers, opens the deal, or does nothing.
    async fn accept<'a>(
        &self,
        id: OfferId,
        actor: UserId,
        decide: &'a DecideAcceptance<'a>,
        once: Option<&'a Once<'a, Acceptance>>,
    ) -> Result<Acceptance, DecideError<OfferRefusal>>;

    /// Turns an offer down.
    async fn reject<'a>(
        &self,
        id: OfferId,
        actor: UserId,
        decide: &'a DecideAnswer<'a>,
    ) -> Result<Offer, DecideError<OfferRefusal>>;

    /// Takes an offer back.
    async fn cancel<'a>(
        &self,
        id: OfferId,
        actor: UserId,
        decide: &'a DecideAnswer<'a>,
    ) -> Result<Offer, DecideError<OfferRefusal>>;

    /// Rejects an offer and writes the one that answers it.
    async fn counter<'a>(
        &self,
        id: OfferId,
        actor: UserId,
        decide: &'a DecideCounter<'a>,
        once: Option<&'a Once<'a, Counter>>,
    ) -> Result<Counter, DecideError<OfferRefusal>>;

    /// Turns down the offers for a listing; says which.
    async fn reject_all<'a>(
        &self,
        product: ProductId,
        actor: UserId,
        decide: &'a DecideRejections<'a>,
    ) -> Result<Vec<Lost>, DecideError<OfferRefusal>>;

    /// Writes down that the time of offers is over, of those for at most `limit` listings, and passes over what somebody
    /// else is working on; says of how many listings. Safe on any number of servers at once.
    async fn expire(&self, limit: u32) -> Result<u64, PortError>;

    /// The offer with this id.
    async fn find(&self, id: OfferId) -> Result<Option<Offer>, PortError>;

    /// A page of somebody's offers, newest first.
    async fn list(&self, query: &OfferQuery) -> Result<Page<Offer, OfferPosition>, PortError>;
}
