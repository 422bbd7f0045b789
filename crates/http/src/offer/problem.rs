//! What refusals about offers are answered with.

use axum::http::StatusCode;
use souk_application::offer::ProposeError;
use souk_domain::offer::OfferRefusal;

use crate::problem::Problem;

impl From<ProposeError> for Problem {
    fn from(error: ProposeError) -> Self {
        match error {
            ProposeError::Invalid(violations) => violations.into(),
            ProposeError::Decide(error) => error.into(),
        }
    }
}

impl From<OfferRefusal> for Problem {
    fn from(refusal: OfferRefusal) -> Self {
        const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;
        const CONFLICT: StatusCode = StatusCode::CONFLICT;
        let of_amount = |code| {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Self::new(status, code, refusal.to_string()).about("amount_minor")
        };
        let (status, code) = match refusal {
            OfferRefusal::NotFound => return Self::not_found(),
            OfferRefusal::Suspended => (FORBIDDEN, "account_suspended"),
            OfferRefusal::NotABuyer => (FORBIDDEN, "not_a_buyer"),
            OfferRefusal::OwnProduct => (FORBIDDEN, "own_product"),
            OfferRefusal::NotTheSeller => (FORBIDDEN, "not_the_seller"),
            OfferRefusal::Blocked => (FORBIDDEN, "blocked"),
            OfferRefusal::WrongSide => (FORBIDDEN, "wrong_side"),
            OfferRefusal::CounterpartUnavailable => (CONFLICT, "counterpart_unavailable"),
            OfferRefusal::OffersNotAllowed => (CONFLICT, "offers_not_allowed"),
            OfferRefusal::ProductNotAvailable => (CONFLICT, "product_not_available"),
            OfferRefusal::AlreadyPending => (CONFLICT, "offer_already_pending"),
            OfferRefusal::LimitReached => (CONFLICT, "offer_limit_reached"),
            OfferRefusal::Expired => (CONFLICT, "offer_expired"),
            OfferRefusal::NotPending => (CONFLICT, "offer_not_pending"),
            OfferRefusal::AbovePrice => return of_amount("above_price"),
            OfferRefusal::BelowMinimum => return of_amount("below_minimum"),
            OfferRefusal::NotAboveOffer => return of_amount("not_above_offer"),
            OfferRefusal::NotBelowOffer => return of_amount("not_below_offer"),
        };
        Self::new(status, code, refusal.to_string())
    }
}
