//! What holds for all offers, and the form in which somebody names a price.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Offer, OfferMessage, OfferReason, Party};
use crate::{
    money::{Currency, Price},
    transaction::FeeSchedules,
    violation::{Fault, Violations},
};

/// The figures that offers are judged by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferRules {
    /// How long an offer lives unless its maker says otherwise.
    pub lifetime: TimeDelta,
    /// The shortest life one can choose.
    pub shortest: TimeDelta,
    /// The longest life one can choose.
    pub longest: TimeDelta,
    /// How many offers a buyer makes for a listing at most.
    pub per_product: usize,
    /// How long a buyer has to pay once an offer is accepted.
    pub pay_within: TimeDelta,
    /// What the house keeps.
    pub fees: FeeSchedules,
}

/// A price as somebody typed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferForm {
    /// Required, in minor units of the listing's currency.
    pub amount_minor: i64,
    /// A few words to go with it.
    pub message: Option<String>,
    /// How long it can be accepted; as the rules say when left out.
    pub expires_in_hours: Option<i64>,
}

/// A form that was found good, as far as one can tell without the listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub(super) amount_minor: i64,
    pub(super) message: Option<OfferMessage>,
    pub(super) lifetime: TimeDelta,
}

impl Proposal {
    /// Checks every field and names all that are wrong.
    pub fn check(form: &OfferForm, rules: &OfferRules) -> Result<Self, Violations> {
        let mut wrong = Violations::none();
        // Which currency it will be makes no difference to the bounds.
        let amount = wrong.keep("amount_minor", Price::new(form.amount_minor, Currency::DEFAULT));
        let message = form.message.as_deref().map(OfferMessage::parse);
        let message = wrong.keep_optional("message", message).filter(|text| !text.as_ref().is_empty());
        let lifetime = form.expires_in_hours.map_or(Ok(rules.lifetime), |hours| rules.chosen(hours));
        let lifetime = wrong.keep("expires_in_hours", lifetime);
        wrong.or_else(amount.zip(lifetime).map(|(amount, lifetime)| Self {
            amount_minor: amount.minor(),
            message,
            lifetime,
        }))
    }

    /// The amount, in minor units of whatever currency the listing has.
    pub fn amount_minor(&self) -> i64 {
        self.amount_minor
    }
}

impl OfferRules {
    fn chosen(&self, hours: i64) -> Result<TimeDelta, Fault> {
        let chosen = TimeDelta::try_hours(hours);
        chosen.filter(|chosen| (self.shortest..=self.longest).contains(chosen)).ok_or_else(|| {
            let (least, most) = (self.shortest.num_hours(), self.longest.num_hours());
            Fault::new("out_of_range", format!("Must be between {least} and {most}."))
        })
    }

    /// Whether a buyer who made these for one listing may make another one. What the seller proposed does not count, nor
    /// what ended for reasons that lie with neither of the two.
    pub(super) fn leave_room(&self, earlier: &[Offer], now: DateTime<Utc>) -> bool {
        let count = earlier.iter().filter(|offer| offer.proposed_by == Party::Buyer).filter(|offer| {
            match (*offer).clone().as_of(now).state.reason() {
                Some(OfferReason::ItemSold | OfferReason::ItemArchived | OfferReason::AccountClosed) => false,
                None
                | Some(
                    OfferReason::Declined
                    | OfferReason::Countered
                    | OfferReason::AutoDeclined
                    | OfferReason::Withdrawn
                    | OfferReason::PaymentLapsed,
                ) => true,
            }
        });
        count.count() < self.per_product
    }
}
