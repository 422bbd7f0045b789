//! Offers as tests need them.

use chrono::TimeDelta;
use souk_domain::{
    id::{OfferId, UserId},
    money::Price,
    offer::{Listed, Offer, OfferRules, OfferState, Party},
    product::{OfferTerms, Product},
    transaction::{FeeSchedule, FeeSchedules},
};
use uuid::Uuid;

use super::{product, user_id};
use crate::fixed::now;

/// The id made of a number.
pub fn offer_id(n: u128) -> OfferId {
    OfferId::from_uuid(Uuid::from_u128(n))
}

/// The figures that offers are judged by, as they are unless a server is told otherwise.
///
/// # Panics
/// Never: a tenth is a good share.
#[expect(clippy::expect_used, reason = "a tenth is a good share")]
pub fn offer_rules() -> OfferRules {
    OfferRules {
        lifetime: TimeDelta::hours(48),
        shortest: TimeDelta::hours(1),
        longest: TimeDelta::days(5),
        per_product: 3,
        pay_within: TimeDelta::hours(24),
        fees: FeeSchedules::new(FeeSchedule::share(1000).expect("a tenth"), vec![]),
    }
}

/// The listing that [`product`] makes, as far as offers are concerned, without anything decided beforehand.
pub fn listed(n: u128, seller: UserId) -> Listed {
    let Product { id, category, feed, price, terms, state, .. } = product(n, seller);
    let terms = OfferTerms { auto_accept: None, auto_decline: None, ..terms };
    Listed { id, seller, category, feed, price, terms, state }
}

/// An offer of a buyer to a seller for listing 1, made just now.
///
/// # Panics
/// If `minor` is no price.
#[expect(clippy::expect_used, reason = "a test with a bad price is a broken test")]
pub fn offer(n: u128, buyer: u128, seller: u128, minor: i64) -> Offer {
    let listed = listed(1, user_id(seller));
    Offer {
        id: offer_id(n),
        product: listed.id,
        buyer: user_id(buyer),
        seller: listed.seller,
        conversation: None,
        proposed_by: Party::Buyer,
        parent: None,
        round: 1,
        amount: Price::new(minor, listed.price.currency()).expect("a good price"),
        message: None,
        state: OfferState::Pending,
        expires_at: now() + TimeDelta::hours(48),
        created_at: now(),
        updated_at: now(),
    }
}
