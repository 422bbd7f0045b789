//! Making an offer, and what the seller has decided beforehand.

use chrono::{DateTime, Utc};

use super::{
    Acceptance, Lost, Offer, OfferRefusal, OfferRules, OfferState, Party, Proposal, Rejection,
    answer::Accepting,
};
use crate::{
    id::{OfferId, ProductId, TransactionId, UserId},
    money::Price,
    product::{Category, Feed, OfferTerms, ProductState},
    user::{Role, Standing},
};

/// A listing as far as offers for it are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: ProductId,
    /// Whose it is.
    pub seller: UserId,
    /// What kind of thing it is.
    pub category: Category,
    /// In which window it stands.
    pub feed: Feed,
    /// The list price.
    pub price: Price,
    /// What its seller answers to offers.
    pub terms: OfferTerms,
    /// Where it is in its life.
    pub state: ProductState,
}

/// Everything that making an offer depends on, while the listing is locked.
#[derive(Clone, Debug, PartialEq)]
pub struct MakeContext {
    /// The listing.
    pub listed: Listed,
    /// Who wants it.
    pub buyer: UserId,
    /// What the buyer's account does here.
    pub role: Role,
    /// Whether it may act.
    pub standing: Standing,
    /// Whether the seller's may.
    pub counterpart: Standing,
    /// Whether one of the two blocks the other.
    pub are_blocked: bool,
    /// The offers between the two about this listing, and the pending ones of others.
    pub offers: Vec<Offer>,
    /// When.
    pub now: DateTime<Utc>,
}

/// Everything that making an offer writes.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// The offer. It may have been answered at once.
    pub offer: Offer,
    /// An earlier one of the same buyer whose time was over.
    pub expired: Option<Offer>,
    /// What follows from it, if it was accepted at once.
    pub acceptance: Option<Acceptance>,
}

impl Listed {
    /// Whether it can be dealt with at all.
    pub(super) fn is_available(&self) -> Result<(), OfferRefusal> {
        match self.state {
            ProductState::Available => Ok(()),
            ProductState::Reserved | ProductState::Sold { .. } | ProductState::Archived { .. } => {
                Err(OfferRefusal::ProductNotAvailable)
            }
        }
    }

    /// An amount of a buyer: at most the list price, at least what the seller takes.
    pub(super) fn bid(&self, minor: i64) -> Result<Price, OfferRefusal> {
        if minor < self.terms.floor(self.price) {
            return Err(OfferRefusal::BelowMinimum);
        }
        self.ask(minor)
    }

    /// An amount of a seller: at most the list price.
    pub(super) fn ask(&self, minor: i64) -> Result<Price, OfferRefusal> {
        if minor > self.price.minor() {
            return Err(OfferRefusal::AbovePrice);
        }
        Price::new(minor, self.price.currency()).map_err(|_| OfferRefusal::BelowMinimum)
    }
}

impl MakeContext {
    /// Makes an offer. From the seller's `auto_accept` on it is accepted, up to `auto_decline` it is declined, and else it
    /// waits for an answer.
    pub fn make(
        self,
        id: OfferId,
        deal: TransactionId,
        proposal: Proposal,
        rules: &OfferRules,
    ) -> Result<Made, OfferRefusal> {
        let amount = self.check(&proposal, rules)?;
        let Self { listed, buyer, offers, now, .. } = self;
        let offer = Offer {
            id,
            product: listed.id,
            buyer,
            seller: listed.seller,
            conversation: None,
            proposed_by: Party::Buyer,
            parent: None,
            round: 1,
            amount,
            message: proposal.message,
            state: OfferState::Pending,
            expires_at: now + proposal.lifetime,
            created_at: now,
            updated_at: now,
        };
        let (own, rivals): (Vec<_>, Vec<_>) = offers
            .into_iter()
            .filter(|other| other.state == OfferState::Pending)
            .partition(|other| other.buyer == buyer);
        // At most one of theirs is pending, and its time was found to be over, or we would not be here.
        let expired = own.into_iter().find_map(|over| over.expire(now));
        let minor = amount.minor();
        if listed.terms.auto_accept.is_some_and(|least| minor >= least) {
            let accepting = Accepting { listed, deal, rules, now };
            let acceptance = accepting.accept(offer, Lost::all(rivals, Rejection::ItemSold, now));
            return Ok(Made { offer: acceptance.offer.clone(), expired, acceptance: Some(acceptance) });
        }
        let declined = listed.terms.auto_decline.is_some_and(|most| minor <= most);
        let offer = if declined {
            offer.ends(OfferState::Rejected { at: now, reason: Rejection::AutoDeclined }, now)
        } else {
            offer
        };
        Ok(Made { offer, expired, acceptance: None })
    }

    fn check(&self, proposal: &Proposal, rules: &OfferRules) -> Result<Price, OfferRefusal> {
        let Self { listed, now, .. } = self;
        if self.buyer == listed.seller {
            return Err(OfferRefusal::OwnProduct);
        }
        // An archived listing is its owner's alone.
        if matches!(listed.state, ProductState::Archived { .. }) {
            return Err(OfferRefusal::NotFound);
        }
        if !self.standing.may_act() {
            return Err(OfferRefusal::Suspended);
        }
        if !self.role.can_buy() {
            return Err(OfferRefusal::NotABuyer);
        }
        if self.are_blocked {
            return Err(OfferRefusal::Blocked);
        }
        if listed.feed == Feed::Discover || !listed.terms.enabled {
            return Err(OfferRefusal::OffersNotAllowed);
        }
        listed.is_available()?;
        if !self.counterpart.may_act() {
            return Err(OfferRefusal::CounterpartUnavailable);
        }
        let mine = || self.offers.iter().filter(|offer| offer.buyer == self.buyer);
        if mine().any(|offer| offer.is_open(*now)) {
            return Err(OfferRefusal::AlreadyPending);
        }
        let amount = listed.bid(proposal.amount_minor)?;
        let earlier: Vec<_> = mine().cloned().collect();
        if rules.leave_room(&earlier, *now) { Ok(amount) } else { Err(OfferRefusal::LimitReached) }
    }
}
