//! What refusals about accounts are answered with.

use axum::http::StatusCode;
use souk_application::user::{ChangeProfileError, RegisterError};
use souk_domain::user::{ErasureRefusal, ProfileRefusal, UserTaken};
use souk_ports::DecideError;

use crate::problem::Problem;

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Invalid(violations) => violations.into(),
            RegisterError::Taken(taken) => taken.into(),
            RegisterError::Port(error) => error.into(),
        }
    }
}

impl From<UserTaken> for Problem {
    fn from(taken: UserTaken) -> Self {
        let code = match taken {
            UserTaken::Email => "email_taken",
            UserTaken::Username => "username_taken",
            UserTaken::Phone => "phone_taken",
        };
        Self::conflict(code, taken.to_string())
    }
}

impl From<ChangeProfileError> for Problem {
    fn from(error: ChangeProfileError) -> Self {
        match error {
            ChangeProfileError::Invalid(violations) => violations.into(),
            // Whose token is good and whose account is not there was deleted.
            ChangeProfileError::Decide(DecideError::NotFound) => Self::unauthenticated(),
            ChangeProfileError::Decide(error) => error.into(),
        }
    }
}

impl From<ProfileRefusal> for Problem {
    fn from(refusal: ProfileRefusal) -> Self {
        let (status, code) = match refusal {
            ProfileRefusal::Suspended => (StatusCode::FORBIDDEN, "account_suspended"),
            ProfileRefusal::Closed => return Self::unauthenticated(),
            ProfileRefusal::Stale => return Self::precondition_failed(),
            ProfileRefusal::AdminRole => (StatusCode::CONFLICT, "admin_role"),
            ProfileRefusal::ListingsUp => (StatusCode::CONFLICT, "listings_open"),
            ProfileRefusal::PhoneTaken => (StatusCode::CONFLICT, "phone_taken"),
        };
        Self::new(status, code, refusal.to_string())
    }
}

impl From<ErasureRefusal> for Problem {
    fn from(refusal: ErasureRefusal) -> Self {
        let (status, code) = match refusal {
            ErasureRefusal::Suspended => (StatusCode::FORBIDDEN, "account_suspended"),
            ErasureRefusal::Closed => return Self::unauthenticated(),
            ErasureRefusal::DealOpen => (StatusCode::CONFLICT, "deal_open"),
        };
        Self::new(status, code, refusal.to_string())
    }
}
