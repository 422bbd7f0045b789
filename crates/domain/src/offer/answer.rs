//! Answering an offer: yes, no, another price; and taking one back.

use chrono::{DateTime, Utc};

use super::{
    Listed, Lost, Offer, OfferRefusal, OfferRules, OfferState, Party, Proposal, Rejection, Withdrawal,
};
use crate::{
    id::{OfferId, TransactionId, UserId},
    product::Feed,
    transaction::{Purchase, Transaction},
    user::Standing,
};

/// Everything that an answer depends on, while the listing is locked.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerContext {
    /// The listing.
    pub listed: Listed,
    /// The offer.
    pub offer: Offer,
    /// The offers between the two about this listing, and the pending ones of others.
    pub others: Vec<Offer>,
    /// Who answers.
    pub actor: UserId,
    /// Whether their account may act.
    pub standing: Standing,
    /// Whether the account of the other one may.
    pub counterpart: Standing,
    /// Whether one of the two blocks the other.
    pub are_blocked: bool,
    /// When: not before the lock was held, so that nothing is accepted whose time ran out in the queue.
    pub now: DateTime<Utc>,
}

/// Everything that accepting an offer writes, besides that the listing is reserved from now on.
#[derive(Clone, Debug, PartialEq)]
pub struct Acceptance {
    /// The offer, accepted.
    pub offer: Offer,
    /// The others, which have lost.
    pub lost: Vec<Lost>,
    /// What is to be paid now.
    pub transaction: Transaction,
}

/// Everything that countering an offer writes.
#[derive(Clone, Debug, PartialEq)]
pub struct Counter {
    /// The offer that was answered, rejected.
    pub answered: Offer,
    /// The offer that answers it.
    pub offer: Offer,
}

/// What an acceptance needs to know besides the offers.
pub(super) struct Accepting<'a> {
    pub(super) listed: Listed,
    pub(super) deal: TransactionId,
    pub(super) rules: &'a OfferRules,
    pub(super) now: DateTime<Utc>,
}

impl Accepting<'_> {
    pub(super) fn accept(self, offer: Offer, lost: Vec<Lost>) -> Acceptance {
        let Self { listed, deal, rules, now } = self;
        let purchase = Purchase {
            product: listed.id,
            category: listed.category,
            buyer: offer.buyer,
            seller: offer.seller,
            offer: Some(offer.id),
            price: offer.amount,
            pay_within: rules.pay_within,
        };
        let transaction = Transaction::open(deal, purchase, &rules.fees, now);
        Acceptance { offer: offer.ends(OfferState::Accepted { at: now }, now), lost, transaction }
    }
}

impl AnswerContext {
    /// Takes the offer: it is accepted, every other pending one has lost, and the buyer is to pay.
    pub fn accept(self, deal: TransactionId, rules: &OfferRules) -> Result<Acceptance, OfferRefusal> {
        self.may_answer()?;
        self.may_deal()?;
        self.listed.is_available()?;
        let Self { listed, offer, others, now, .. } = self;
        let rivals =
            others.into_iter().filter(|other| other.state == OfferState::Pending && other.id != offer.id);
        let lost = Lost::all(rivals.collect(), Rejection::ItemSold, now);
        Ok(Accepting { listed, deal, rules, now }.accept(offer, lost))
    }

    /// Turns the offer down.
    pub fn reject(self) -> Result<Offer, OfferRefusal> {
        self.may_answer()?;
        let state = OfferState::Rejected { at: self.now, reason: Rejection::Declined };
        Ok(self.offer.ends(state, self.now))
    }

    /// Takes the offer back.
    pub fn cancel(self) -> Result<Offer, OfferRefusal> {
        self.is_on_side(self.offer.proposed_by)?;
        self.is_open()?;
        let state = OfferState::Cancelled { at: self.now, reason: Withdrawal::Withdrawn };
        Ok(self.offer.ends(state, self.now))
    }

    /// Names another price instead: a seller one above the buyer's, a buyer one below the seller's and not below what the
    /// seller takes.
    pub fn counter(
        self,
        id: OfferId,
        proposal: Proposal,
        rules: &OfferRules,
    ) -> Result<Counter, OfferRefusal> {
        self.may_answer()?;
        self.may_deal()?;
        self.listed.is_available()?;
        let Self { listed, offer, others, now, .. } = self;
        if listed.feed == Feed::Discover || !listed.terms.enabled {
            return Err(OfferRefusal::OffersNotAllowed);
        }
        let by = offer.proposed_by.other();
        let amount = match by {
            Party::Seller if proposal.amount_minor <= offer.amount.minor() => {
                return Err(OfferRefusal::NotAboveOffer);
            }
            Party::Buyer if proposal.amount_minor >= offer.amount.minor() => {
                return Err(OfferRefusal::NotBelowOffer);
            }
            Party::Seller => listed.ask(proposal.amount_minor)?,
            Party::Buyer => listed.bid(proposal.amount_minor)?,
        };
        let earlier: Vec<_> = others.into_iter().filter(|other| other.buyer == offer.buyer).collect();
        if by == Party::Buyer && !rules.leave_room(&earlier, now) {
            return Err(OfferRefusal::LimitReached);
        }
        let counter = Offer {
            id,
            proposed_by: by,
            parent: Some(offer.id),
            round: offer.round.saturating_add(1),
            amount,
            message: proposal.message,
            state: OfferState::Pending,
            expires_at: now + proposal.lifetime,
            created_at: now,
            updated_at: now,
            ..offer.clone()
        };
        let state = OfferState::Rejected { at: now, reason: Rejection::Countered };
        Ok(Counter { answered: offer.ends(state, now), offer: counter })
    }

    fn may_answer(&self) -> Result<(), OfferRefusal> {
        self.is_on_side(self.offer.proposed_by.other())?;
        self.is_open()
    }

    fn is_on_side(&self, side: Party) -> Result<(), OfferRefusal> {
        let party = self.offer.party(self.actor).ok_or(OfferRefusal::NotFound)?;
        if !self.standing.may_act() {
            Err(OfferRefusal::Suspended)
        } else if party == side {
            Ok(())
        } else {
            Err(OfferRefusal::WrongSide)
        }
    }

    /// One that nobody answered in time has expired, whether or not that was written down.
    fn is_open(&self) -> Result<(), OfferRefusal> {
        match self.offer.clone().as_of(self.now).state {
            OfferState::Pending => Ok(()),
            OfferState::Expired => Err(OfferRefusal::Expired),
            OfferState::Accepted { .. }
            | OfferState::Rejected { .. }
            | OfferState::Lapsed { .. }
            | OfferState::Cancelled { .. } => Err(OfferRefusal::NotPending),
        }
    }

    /// Saying no is always possible; what leads on needs two people who can deal with each other.
    fn may_deal(&self) -> Result<(), OfferRefusal> {
        if self.are_blocked {
            Err(OfferRefusal::Blocked)
        } else if self.counterpart.may_act() {
            Ok(())
        } else {
            Err(OfferRefusal::CounterpartUnavailable)
        }
    }
}
