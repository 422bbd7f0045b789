//! What refusals about listings are answered with.

use axum::http::StatusCode;
use souk_application::product::{EditError, PublishError};
use souk_domain::product::ProductRefusal;

use crate::problem::Problem;

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Invalid(violations) => violations.into(),
            PublishError::Decide(error) => error.into(),
        }
    }
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Invalid(violations) => violations.into(),
            EditError::Decide(error) => error.into(),
        }
    }
}

impl From<ProductRefusal> for Problem {
    fn from(refusal: ProductRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            ProductRefusal::AccountSuspended => Self::new(StatusCode::FORBIDDEN, "account_suspended", detail),
            ProductRefusal::NotVisible => Self::not_found(),
            ProductRefusal::NotSeller => Self::forbidden(detail),
            ProductRefusal::Stale => Self::precondition_failed(),
            ProductRefusal::Reserved => Self::conflict("product_reserved", detail),
            ProductRefusal::Sold => Self::conflict("product_sold", detail),
            ProductRefusal::Archived => Self::conflict("product_archived", detail),
            ProductRefusal::OffersPending => Self::conflict("offers_pending", detail),
            ProductRefusal::Invalid(violations) => violations.into(),
        }
    }
}
