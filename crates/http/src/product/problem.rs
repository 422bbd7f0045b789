//! What refusals about listings are answered with.

use axum::http::StatusCode;
use souk_application::product::PublishError;
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

impl From<ProductRefusal> for Problem {
    fn from(refusal: ProductRefusal) -> Self {
        let (status, code) = match refusal {
            ProductRefusal::SellerSuspended => (StatusCode::FORBIDDEN, "account_suspended"),
        };
        Self::new(status, code, refusal.to_string())
    }
}
