//! What refusals of an admin's acts are answered with.

use axum::http::StatusCode;
use souk_application::admin::JudgeError;
use souk_domain::admin::AdminRefusal;

use crate::problem::Problem;

impl From<JudgeError> for Problem {
    fn from(error: JudgeError) -> Self {
        match error {
            JudgeError::Invalid(violations) => violations.into(),
            JudgeError::Decide(error) => error.into(),
        }
    }
}

impl From<AdminRefusal> for Problem {
    fn from(refusal: AdminRefusal) -> Self {
        let (status, code) = match refusal {
            AdminRefusal::OwnAccount => (StatusCode::FORBIDDEN, "own_account"),
            AdminRefusal::IsAdmin => (StatusCode::FORBIDDEN, "account_is_admin"),
            AdminRefusal::AlreadySuspended => (StatusCode::CONFLICT, "already_suspended"),
            AdminRefusal::NotSuspended => (StatusCode::CONFLICT, "not_suspended"),
            AdminRefusal::Deleted => (StatusCode::CONFLICT, "account_deleted"),
        };
        Self::new(status, code, refusal.to_string())
    }
}
