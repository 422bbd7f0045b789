//! Offers: a buyer and a seller name prices to each other until one of them says yes, or no, or nothing for too long.
//!
//! Every offer is judged while the row of its listing is locked, with the time as it is then. So of all that can happen to
//! an offer, one thing does.

mod answer;
mod ending;
mod make;
mod query;
mod rules;
mod telling;
#[cfg(test)]
mod tests;

pub use answer::{Acceptance, AnswerContext, Counter};
pub use ending::{Lapse, Lost, ReceivedContext};
pub use make::{Listed, Made, MakeContext};
pub use query::{OfferPosition, OfferQuery};
pub use rules::{OfferForm, OfferRules, Proposal};

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{
    id::{ConversationId, OfferId, ProductId, UserId},
    money::Price,
    slug::slugs,
    text::Block,
};

/// A few words to go with an offer, up to 2,000 characters.
pub type OfferMessage = Block<2000>;

slugs! {
    /// One of the two sides of an offer.
    Party as "offer_party" {
        /// Who wants the thing.
        Buyer = "buyer",
        /// Whose it is.
        Seller = "seller",
    }
}

slugs! {
    /// Where an offer stands, as one word.
    OfferStatus as "offer_status" {
        /// It waits for an answer.
        Pending = "pending",
        /// The other side took it.
        Accepted = "accepted",
        /// It was turned down.
        Rejected = "rejected",
        /// Nobody answered in time, or nobody paid in time.
        Expired = "expired",
        /// It was taken back.
        Cancelled = "cancelled",
    }
}

slugs! {
    /// Why an offer stands where it stands, as one word.
    OfferReason as "offer_status_reason" {
        /// The other side said no.
        Declined = "declined",
        /// The other side named another price.
        Countered = "countered",
        /// The seller had said beforehand that so little is too little.
        AutoDeclined = "auto_declined",
        /// Somebody else gets the thing.
        ItemSold = "item_sold",
        /// The seller took the listing down.
        ItemArchived = "item_archived",
        /// Whoever made it thought better of it.
        Withdrawn = "withdrawn",
        /// It was accepted, and then nobody paid.
        PaymentLapsed = "payment_lapsed",
        /// One of the two has left.
        AccountClosed = "account_closed",
    }
}

/// Why an offer was turned down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The other side said no.
    Declined,
    /// The other side named another price.
    Countered,
    /// The seller had said beforehand that so little is too little.
    AutoDeclined,
    /// Somebody else gets the thing.
    ItemSold,
    /// The seller took the listing down.
    ItemArchived,
    /// One of the two has left.
    AccountClosed,
}

/// Why an offer was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// Whoever made it thought better of it.
    Withdrawn,
    /// One of the two has left.
    AccountClosed,
}

/// Where an offer stands, with the facts of it. Nothing leaves a final state but acceptance, which ends when nobody pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferState {
    /// It waits for an answer.
    Pending,
    /// The other side took it.
    Accepted {
        /// When.
        at: DateTime<Utc>,
    },
    /// It was turned down.
    Rejected {
        /// When.
        at: DateTime<Utc>,
        /// Why.
        reason: Rejection,
    },
    /// Nobody answered in time.
    Expired,
    /// It was accepted, and nobody paid in time.
    Lapsed {
        /// When it had been accepted.
        accepted_at: DateTime<Utc>,
    },
    /// It was taken back.
    Cancelled {
        /// When.
        at: DateTime<Utc>,
        /// Why.
        reason: Withdrawal,
    },
}

/// A price that one side named to the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its id.
    pub id: OfferId,
    /// For which listing.
    pub product: ProductId,
    /// Who wants it.
    pub buyer: UserId,
    /// Whose it is.
    pub seller: UserId,
    /// The thread in which it appears, once there is one.
    pub conversation: Option<ConversationId>,
    /// Which side named it.
    pub proposed_by: Party,
    /// The offer that it answers, if it counters one.
    pub parent: Option<OfferId>,
    /// How many offers in a row answered one another, this one included.
    pub round: i32,
    /// The price.
    pub amount: Price,
    /// A few words to go with it.
    pub message: Option<OfferMessage>,
    /// Where it stands.
    pub state: OfferState,
    /// From when on it can no longer be accepted.
    pub expires_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Party {
    /// The one across the table.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Buyer => Self::Seller,
            Self::Seller => Self::Buyer,
        }
    }
}

impl OfferState {
    /// The word for it.
    pub fn status(self) -> OfferStatus {
        match self {
            Self::Pending => OfferStatus::Pending,
            Self::Accepted { .. } => OfferStatus::Accepted,
            Self::Rejected { .. } => OfferStatus::Rejected,
            Self::Expired | Self::Lapsed { .. } => OfferStatus::Expired,
            Self::Cancelled { .. } => OfferStatus::Cancelled,
        }
    }

    /// The word for why, where the status does not say it all.
    pub fn reason(self) -> Option<OfferReason> {
        match self {
            Self::Pending | Self::Accepted { .. } | Self::Expired => None,
            Self::Rejected { reason, .. } => Some(match reason {
                Rejection::Declined => OfferReason::Declined,
                Rejection::Countered => OfferReason::Countered,
                Rejection::AutoDeclined => OfferReason::AutoDeclined,
                Rejection::ItemSold => OfferReason::ItemSold,
                Rejection::ItemArchived => OfferReason::ItemArchived,
                Rejection::AccountClosed => OfferReason::AccountClosed,
            }),
            Self::Lapsed { .. } => Some(OfferReason::PaymentLapsed),
            Self::Cancelled { reason, .. } => Some(match reason {
                Withdrawal::Withdrawn => OfferReason::Withdrawn,
                Withdrawal::AccountClosed => OfferReason::AccountClosed,
            }),
        }
    }

    /// When somebody answered it or took it back.
    pub fn responded_at(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Pending | Self::Expired => None,
            Self::Accepted { at } | Self::Rejected { at, .. } | Self::Cancelled { at, .. } => Some(at),
            Self::Lapsed { accepted_at } => Some(accepted_at),
        }
    }

    /// The state that the three words tell; `None` if they contradict each other.
    pub fn of(
        status: OfferStatus,
        reason: Option<OfferReason>,
        responded_at: Option<DateTime<Utc>>,
    ) -> Option<Self> {
        let rejected = |reason| responded_at.map(|at| Self::Rejected { at, reason });
        let cancelled = |reason| responded_at.map(|at| Self::Cancelled { at, reason });
        match (status, reason) {
            (OfferStatus::Pending, None) if responded_at.is_none() => Some(Self::Pending),
            (OfferStatus::Accepted, None) => responded_at.map(|at| Self::Accepted { at }),
            (OfferStatus::Rejected, Some(reason)) => match reason {
                OfferReason::Declined => rejected(Rejection::Declined),
                OfferReason::Countered => rejected(Rejection::Countered),
                OfferReason::AutoDeclined => rejected(Rejection::AutoDeclined),
                OfferReason::ItemSold => rejected(Rejection::ItemSold),
                OfferReason::ItemArchived => rejected(Rejection::ItemArchived),
                OfferReason::AccountClosed => rejected(Rejection::AccountClosed),
                OfferReason::Withdrawn | OfferReason::PaymentLapsed => None,
            },
            (OfferStatus::Expired, None) => Some(Self::Expired),
            (OfferStatus::Expired, Some(OfferReason::PaymentLapsed)) => {
                responded_at.map(|accepted_at| Self::Lapsed { accepted_at })
            }
            (OfferStatus::Cancelled, Some(OfferReason::Withdrawn)) => cancelled(Withdrawal::Withdrawn),
            (OfferStatus::Cancelled, Some(OfferReason::AccountClosed)) => {
                cancelled(Withdrawal::AccountClosed)
            }
            (
                OfferStatus::Pending | OfferStatus::Accepted | OfferStatus::Expired | OfferStatus::Cancelled,
                Some(_),
            )
            | (OfferStatus::Pending | OfferStatus::Rejected | OfferStatus::Cancelled, None) => None,
        }
    }
}

impl Offer {
    /// Which side somebody is on; `None`: neither, and so they are not to know of it.
    pub fn party(&self, user: UserId) -> Option<Party> {
        if user == self.buyer {
            Some(Party::Buyer)
        } else if user == self.seller {
            Some(Party::Seller)
        } else {
            None
        }
    }

    /// Who is on this side.
    pub fn person(&self, party: Party) -> UserId {
        match party {
            Party::Buyer => self.buyer,
            Party::Seller => self.seller,
        }
    }

    /// Whether it waits for an answer that may still come.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.state == OfferState::Pending && now < self.expires_at
    }

    /// The same as it stands at this moment: an offer whose time is over has expired, whether or not anybody has written
    /// that down yet.
    #[must_use]
    pub fn as_of(self, now: DateTime<Utc>) -> Self {
        if self.state == OfferState::Pending && self.expires_at <= now {
            Self { state: OfferState::Expired, updated_at: self.expires_at, ..self }
        } else {
            self
        }
    }

    /// Where it stands in a list that is read newest first.
    pub fn position(&self) -> OfferPosition {
        OfferPosition { created_at: self.created_at, id: self.id }
    }

    fn ends(self, state: OfferState, at: DateTime<Utc>) -> Self {
        Self { state, updated_at: at, ..self }
    }
}

/// Why an offer is not made or not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OfferRefusal {
    /// There is nothing that this person may know of.
    #[error("It is not there.")]
    NotFound,
    /// The account may read, not act.
    #[error("This account is suspended and can neither make nor answer offers.")]
    Suspended,
    /// The account is for selling only.
    #[error("This account only sells; change its role to buy.")]
    NotABuyer,
    /// It is their own listing.
    #[error("Nobody makes themself an offer.")]
    OwnProduct,
    /// It is somebody else's listing.
    #[error("Only the seller of a listing turns down all its offers.")]
    NotTheSeller,
    /// One of the two blocks the other.
    #[error("One of you blocks the other.")]
    Blocked,
    /// The other one can no longer act.
    #[error("The other account cannot deal at the moment.")]
    CounterpartUnavailable,
    /// The listing takes none.
    #[error("This listing takes no offers.")]
    OffersNotAllowed,
    /// It is reserved or sold.
    #[error("This is no longer available.")]
    ProductNotAvailable,
    /// There is one already.
    #[error("An offer of this buyer for this listing is waiting for an answer.")]
    AlreadyPending,
    /// They have made as many as one may.
    #[error("This buyer has made as many offers for this listing as there may be.")]
    LimitReached,
    /// It is more than the list price.
    #[error("An offer is at most the list price.")]
    AbovePrice,
    /// It is less than the seller takes. How much that is stays the seller's secret.
    #[error("The seller takes no offer as low as this.")]
    BelowMinimum,
    /// A seller's counter is not above what was offered.
    #[error("A counter-offer of the seller is above the buyer's offer.")]
    NotAboveOffer,
    /// A buyer's counter is not below what was asked.
    #[error("A counter-offer of the buyer is below the seller's offer; accept that one instead.")]
    NotBelowOffer,
    /// It is for the other side to do that.
    #[error("Only the side that received an offer answers it, and only the side that made it takes it back.")]
    WrongSide,
    /// Its time is over.
    #[error("The offer has expired.")]
    Expired,
    /// Somebody was faster.
    #[error("The offer is no longer waiting for an answer.")]
    NotPending,
}
