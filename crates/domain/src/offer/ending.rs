//! How offers end that nobody answers: their time runs out, somebody else gets the thing, or nobody pays.

use chrono::{DateTime, Utc};

use super::{Listed, Offer, OfferRefusal, OfferState, Party, Rejection, Withdrawal};
use crate::{id::UserId, product::ProductState, transaction::Transaction, user::Standing};

/// An offer that ended because of something else: it was rejected, taken back, or its time turned out to be over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost(pub Offer);

/// Everything that turning down all offers for a listing depends on, while the listing is locked.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceivedContext {
    /// The listing.
    pub listed: Listed,
    /// Who wants none of them.
    pub actor: UserId,
    /// Whether their account may act.
    pub standing: Standing,
    /// The listing's pending offers.
    pub pending: Vec<Offer>,
    /// When.
    pub now: DateTime<Utc>,
}

/// Everything that a deal writes which nobody paid, besides that the listing is available again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapse {
    /// The deal, cancelled.
    pub transaction: Transaction,
    /// The offer that had led to it.
    pub offer: Option<Offer>,
}

impl Lost {
    /// What becomes of pending offers that somebody else's act ends.
    pub fn all(pending: Vec<Offer>, reason: Rejection, now: DateTime<Utc>) -> Vec<Self> {
        let lose = |offer: Offer| match offer.as_of(now) {
            offer if offer.state == OfferState::Pending => {
                Self(offer.ends(OfferState::Rejected { at: now, reason }, now))
            }
            over => Self(over.ends(OfferState::Expired, now)),
        };
        pending.into_iter().map(lose).collect()
    }

    /// What becomes of pending offers when one of the two has left.
    pub fn account_closed(pending: Vec<Offer>, now: DateTime<Utc>) -> Vec<Self> {
        let state = OfferState::Cancelled { at: now, reason: Withdrawal::AccountClosed };
        pending.into_iter().map(|offer| Self(offer.ends(state, now))).collect()
    }
}

impl ReceivedContext {
    /// Turns down every offer that waits for the seller's answer. What the seller proposed stays: it is for the buyers to
    /// answer, and for the seller to take back.
    pub fn reject_all(self) -> Result<Vec<Lost>, OfferRefusal> {
        let Self { listed, actor, standing, pending, now } = self;
        if listed.seller != actor {
            let is_hidden = matches!(listed.state, ProductState::Archived { .. });
            return Err(if is_hidden { OfferRefusal::NotFound } else { OfferRefusal::NotTheSeller });
        }
        if !standing.may_act() {
            return Err(OfferRefusal::Suspended);
        }
        let received = pending.into_iter().filter(|offer| offer.proposed_by == Party::Buyer);
        Ok(Lost::all(received.collect(), Rejection::Declined, now))
    }
}

impl Offer {
    /// Writes down that its time is over; `None` while it is not, and for what has ended in another way.
    pub fn expire(self, now: DateTime<Utc>) -> Option<Self> {
        let is_over = self.state == OfferState::Pending && self.expires_at <= now;
        is_over.then(|| self.ends(OfferState::Expired, now))
    }

    /// Ends an accepted offer that was not paid.
    fn lapse(self, now: DateTime<Utc>) -> Option<Self> {
        match self.state {
            OfferState::Accepted { at: accepted_at } => {
                Some(self.ends(OfferState::Lapsed { accepted_at }, now))
            }
            OfferState::Pending
            | OfferState::Rejected { .. }
            | OfferState::Expired
            | OfferState::Lapsed { .. }
            | OfferState::Cancelled { .. } => None,
        }
    }
}

impl Lapse {
    /// Gives up a deal whose time to pay is over, and with it the offer that led to it; `None` while there is still time.
    pub fn of(transaction: Transaction, offer: Option<Offer>, now: DateTime<Utc>) -> Option<Self> {
        let transaction = transaction.lapse(now)?;
        Some(Self { transaction, offer: offer.and_then(|offer| offer.lapse(now)) })
    }
}
