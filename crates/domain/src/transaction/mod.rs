//! Deals: somebody is to pay for something, and has so much time for it.
//!
//! What lives here is how a deal opens and how one comes to nothing. Paying, shipping and paying out are not here.

mod fee;

pub use fee::{FeeFault, FeeSchedule, FeeSchedules, FeeSplit};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    event::{DealFacts, Event, Fact},
    id::{OfferId, ProductId, TransactionId, UserId},
    money::Price,
    product::Category,
    slug::slugs,
};

slugs! {
    /// Where the money of a deal is, as one word.
    TransactionStatus as "transaction_status" {
        /// It is waited for.
        Pending = "pending",
        /// It is here.
        Completed = "completed",
        /// It did not come.
        Failed = "failed",
        /// It went back, all of it.
        Refunded = "refunded",
        /// It is no longer waited for.
        Cancelled = "cancelled",
    }
}

/// Where a deal stands that nobody has paid yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionState {
    /// The buyer is to pay.
    Pending,
    /// It came to nothing.
    Cancelled {
        /// When.
        at: DateTime<Utc>,
    },
}

impl TransactionState {
    /// The word for it.
    pub fn status(self) -> TransactionStatus {
        match self {
            Self::Pending => TransactionStatus::Pending,
            Self::Cancelled { .. } => TransactionStatus::Cancelled,
        }
    }
}

/// A deal between two people about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Its id.
    pub id: TransactionId,
    /// What is bought.
    pub product: ProductId,
    /// Who buys.
    pub buyer: UserId,
    /// Who sells.
    pub seller: UserId,
    /// The offer that led to it; none: bought at the list price.
    pub offer: Option<OfferId>,
    /// What becomes of the price.
    pub split: FeeSplit,
    /// How that was reckoned, as it was on that day.
    pub schedule: FeeSchedule,
    /// Where it stands.
    pub state: TransactionState,
    /// Until when it is to be paid.
    pub pay_by: DateTime<Utc>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
}

/// What is about to be bought, and on which terms.
#[derive(Clone, Copy, Debug)]
pub struct Purchase {
    /// What.
    pub product: ProductId,
    /// What kind of thing it is, which may decide about the fee.
    pub category: Category,
    /// By whom.
    pub buyer: UserId,
    /// From whom.
    pub seller: UserId,
    /// The offer that led to it.
    pub offer: Option<OfferId>,
    /// For how much.
    pub price: Price,
    /// How long the buyer has to pay.
    pub pay_within: TimeDelta,
}

impl Transaction {
    /// Opens a deal: the price is split, and the schedule of the day is kept with it.
    pub fn open(id: TransactionId, purchase: Purchase, fees: &FeeSchedules, now: DateTime<Utc>) -> Self {
        let schedule = fees.at(purchase.category, now);
        Self {
            id,
            product: purchase.product,
            buyer: purchase.buyer,
            seller: purchase.seller,
            offer: purchase.offer,
            split: FeeSplit::of(purchase.price, &schedule),
            schedule,
            state: TransactionState::Pending,
            pay_by: now + purchase.pay_within,
            created_at: now,
        }
    }

    /// Gives up a deal that was not paid in time; `None` while there is still time, and once it is no longer waited for.
    pub fn lapse(self, now: DateTime<Utc>) -> Option<Self> {
        match self.state {
            TransactionState::Pending if self.pay_by <= now => {
                Some(Self { state: TransactionState::Cancelled { at: now }, ..self })
            }
            TransactionState::Pending | TransactionState::Cancelled { .. } => None,
        }
    }

    /// What the two people are told when it opens.
    pub fn created(&self) -> Event {
        self.event(Fact::TransactionCreated { deal: self.facts(), pay_by: self.pay_by }, self.created_at)
    }

    /// What the two people are told when nobody paid.
    pub fn lapsed(&self, at: DateTime<Utc>) -> Event {
        self.event(Fact::TransactionCancelled { deal: self.facts(), reason: "payment_lapsed" }, at)
    }

    fn event(&self, fact: Fact, at: DateTime<Utc>) -> Event {
        Event { fact, audience: vec![self.buyer, self.seller], at }
    }

    fn facts(&self) -> DealFacts {
        DealFacts {
            transaction_id: self.id,
            product_id: self.product,
            buyer_id: self.buyer,
            seller_id: self.seller,
            offer_id: self.offer,
            subtotal: self.split.subtotal(),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::money::Currency;

    fn open(now: DateTime<Utc>) -> Transaction {
        let purchase = Purchase {
            product: ProductId::from_uuid(Uuid::from_u128(1)),
            category: Category::Books,
            buyer: UserId::from_uuid(Uuid::from_u128(2)),
            seller: UserId::from_uuid(Uuid::from_u128(3)),
            offer: None,
            price: Price::new(1_005, Currency::DEFAULT).unwrap(),
            pay_within: TimeDelta::minutes(15),
        };
        let share = |bps| FeeSchedule::share(bps).unwrap();
        let fees = FeeSchedules::new(share(1000), vec![share(500).for_category(Category::Books)]);
        Transaction::open(TransactionId::from_uuid(Uuid::from_u128(4)), purchase, &fees, now)
    }

    #[test]
    fn a_deal_opens_with_the_fee_of_its_category_and_a_time_to_pay() {
        let now = DateTime::UNIX_EPOCH;
        let deal = open(now);
        assert_eq!((deal.split.fee_minor(), deal.split.payout_minor()), (50, 955));
        assert_eq!((deal.schedule.bps(), deal.pay_by), (500, now + TimeDelta::minutes(15)));
        assert_eq!(deal.created().audience, [deal.buyer, deal.seller]);
    }

    #[test]
    fn a_deal_lapses_once_and_not_before_its_time() {
        let now = DateTime::UNIX_EPOCH;
        let deal = open(now);
        assert_eq!(deal.clone().lapse(deal.pay_by - TimeDelta::microseconds(1)), None);
        let lapsed = deal.clone().lapse(deal.pay_by).unwrap();
        assert_eq!(lapsed.state, TransactionState::Cancelled { at: deal.pay_by });
        assert_eq!(lapsed.lapse(deal.pay_by + TimeDelta::days(1)), None);
    }
}
