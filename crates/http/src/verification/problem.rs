//! What refusals about verification are answered with.

use axum::http::StatusCode;
use souk_application::verification::VerifyError;
use souk_domain::verification::VerificationRefusal;

use crate::problem::Problem;

impl From<VerifyError> for Problem {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Invalid(violations) => violations.into(),
            VerifyError::Decide(error) => error.into(),
        }
    }
}

impl From<VerificationRefusal> for Problem {
    fn from(refusal: VerificationRefusal) -> Self {
        let (status, code) = match refusal {
            VerificationRefusal::Suspended => (StatusCode::FORBIDDEN, "account_suspended"),
            VerificationRefusal::OwnVerification => (StatusCode::FORBIDDEN, "own_verification"),
            VerificationRefusal::Pending => (StatusCode::CONFLICT, "verification_pending"),
            VerificationRefusal::AlreadyVerified => (StatusCode::CONFLICT, "already_verified"),
            VerificationRefusal::PhoneMissing => (StatusCode::CONFLICT, "phone_missing"),
            VerificationRefusal::NotPending => (StatusCode::CONFLICT, "verification_not_pending"),
            VerificationRefusal::NotReviewable => (StatusCode::CONFLICT, "not_reviewable"),
            VerificationRefusal::CodeExpired => (StatusCode::CONFLICT, "code_expired"),
            VerificationRefusal::WrongCode => (StatusCode::UNPROCESSABLE_ENTITY, "wrong_code"),
            VerificationRefusal::TooManyTries => (StatusCode::UNPROCESSABLE_ENTITY, "too_many_tries"),
            VerificationRefusal::TooManySends { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many_codes"),
        };
        let problem = Self::new(status, code, refusal.to_string());
        match refusal {
            // Rounded up: a client that comes back in time should not be too early.
            VerificationRefusal::TooManySends { wait } => {
                problem.retry_after(u32::try_from(wait.num_seconds() + 1).unwrap_or(u32::MAX))
            }
            VerificationRefusal::Suspended
            | VerificationRefusal::OwnVerification
            | VerificationRefusal::Pending
            | VerificationRefusal::AlreadyVerified
            | VerificationRefusal::PhoneMissing
            | VerificationRefusal::NotPending
            | VerificationRefusal::NotReviewable
            | VerificationRefusal::CodeExpired
            | VerificationRefusal::WrongCode
            | VerificationRefusal::TooManyTries => problem,
        }
    }
}
