//! What a seller answers to offers: whether at all, from which amount, and what is answered at once.

use crate::{
    money::Price,
    product::Feed,
    violation::{Fault, Violations},
};

/// A seller's terms; amounts in minor units of the list price's currency. Never shown to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferTerms {
    /// Whether offers are taken at all. Never on Discover.
    pub enabled: bool,
    /// The least that may be offered; half the price when the seller names none.
    pub min_offer: Option<i64>,
    /// From here on an offer is accepted at once.
    pub auto_accept: Option<i64>,
    /// Up to here an offer is declined at once.
    pub auto_decline: Option<i64>,
}

impl OfferTerms {
    /// Checks the terms against the feed and the price: `auto_decline < auto_accept ≤ price`, `min_offer ≤ price`,
    /// no offers on Discover.
    pub fn check(
        feed: Feed,
        price: Price,
        enabled: Option<bool>,
        min_offer: Option<i64>,
        auto_accept: Option<i64>,
        auto_decline: Option<i64>,
    ) -> Result<Self, Violations> {
        let mut wrong = Violations::none();
        let amounts = [
            ("min_offer_minor", min_offer),
            ("auto_accept_minor", auto_accept),
            ("auto_decline_minor", auto_decline),
        ];
        for (field, amount) in amounts {
            if feed == Feed::Discover && amount.is_some() {
                wrong.add(Fault::new("not_allowed", "Discover listings take no offers.").of(field));
            } else if amount.is_some_and(|amount| !(1..=price.minor()).contains(&amount)) {
                wrong.add(Fault::new("out_of_range", "Must be between 1 and the price.").of(field));
            }
        }
        if auto_decline.zip(auto_accept).is_some_and(|(decline, accept)| decline >= accept) {
            wrong
                .add(Fault::new("out_of_range", "Must be below auto_accept_minor.").of("auto_decline_minor"));
        }
        if feed == Feed::Discover && enabled == Some(true) {
            wrong.add(Fault::new("not_allowed", "Discover listings take no offers.").of("offers_enabled"));
        }
        let enabled = enabled.unwrap_or(feed == Feed::Community);
        wrong.or_else(Some(Self { enabled, min_offer, auto_accept, auto_decline }))
    }

    /// The least that may be offered: the seller's word, else half the price, rounded up.
    pub fn floor(self, price: Price) -> i64 {
        self.min_offer.unwrap_or(price.minor() - price.minor() / 2)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::Currency;

    fn price(minor: i64) -> Price {
        Price::new(minor, Currency::DEFAULT).unwrap()
    }

    fn fields(result: Result<OfferTerms, Violations>) -> Vec<String> {
        result.unwrap_err().iter().map(|wrong| format!("{} {}", wrong.field, wrong.code)).collect()
    }

    #[test]
    fn community_takes_offers_unless_told_and_discover_never() {
        let terms = |feed, enabled| OfferTerms::check(feed, price(100), enabled, None, None, None);
        assert!(terms(Feed::Community, None).unwrap().enabled);
        assert!(!terms(Feed::Community, Some(false)).unwrap().enabled);
        assert!(!terms(Feed::Discover, None).unwrap().enabled);
        assert_eq!(fields(terms(Feed::Discover, Some(true))), ["offers_enabled not_allowed"]);
        let thresholds = OfferTerms::check(Feed::Discover, price(100), None, Some(1), None, None);
        assert_eq!(fields(thresholds), ["min_offer_minor not_allowed"]);
    }

    #[test]
    fn thresholds_are_in_order_and_within_the_price() {
        let terms =
            |min, accept, decline| OfferTerms::check(Feed::Community, price(100), None, min, accept, decline);
        assert!(terms(Some(100), Some(100), Some(99)).is_ok());
        assert_eq!(fields(terms(Some(101), None, None)), ["min_offer_minor out_of_range"]);
        assert_eq!(fields(terms(None, Some(101), None)), ["auto_accept_minor out_of_range"]);
        assert_eq!(fields(terms(None, Some(50), Some(50))), ["auto_decline_minor out_of_range"]);
        assert_eq!(
            fields(terms(Some(0), None, Some(-5))),
            ["min_offer_minor out_of_range", "auto_decline_minor out_of_range"]
        );
    }

    proptest! {
        #[test]
        fn the_floor_is_at_least_half_and_at_most_the_price(minor in 1..=Price::MAX_MINOR) {
            let terms = OfferTerms::check(Feed::Community, price(minor), None, None, None, None).unwrap();
            let floor = terms.floor(price(minor));
            prop_assert!(floor * 2 >= minor && floor * 2 <= minor + 1 && (1..=minor).contains(&floor));
        }
    }
}
