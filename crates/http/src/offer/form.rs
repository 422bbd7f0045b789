//! What somebody fills in who names a price.

use serde::Deserialize;
use souk_domain::offer::OfferForm;
use utoipa::ToSchema;

/// A price for a listing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOffer {
    /// How much, in minor units (cents) of the listing's currency; at most its price.
    #[schema(minimum = 1, maximum = 99_999_999_999_i64, example = 40_000)]
    amount_minor: i64,
    /// A few words to go with it.
    #[schema(max_length = 2000, example = "I could pick it up tonight.")]
    message: Option<String>,
    /// How long it can be accepted; 48 when left out.
    #[schema(minimum = 1, maximum = 120)]
    expires_in_hours: Option<i64>,
}

/// Another price instead.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CounterOffer {
    /// How much: a seller's is above the buyer's offer, a buyer's below the seller's.
    #[schema(minimum = 1, maximum = 99_999_999_999_i64, example = 42_500)]
    amount_minor: i64,
    /// A few words to go with it.
    #[schema(max_length = 2000, example = "Not below that, it is nearly new.")]
    message: Option<String>,
}

/// A body that says nothing, and may be left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

impl From<NewOffer> for OfferForm {
    fn from(new: NewOffer) -> Self {
        Self { amount_minor: new.amount_minor, message: new.message, expires_in_hours: new.expires_in_hours }
    }
}

impl From<CounterOffer> for OfferForm {
    fn from(counter: CounterOffer) -> Self {
        Self { amount_minor: counter.amount_minor, message: counter.message, expires_in_hours: None }
    }
}
