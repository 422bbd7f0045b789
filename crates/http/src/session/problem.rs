//! What refusals about log-ins and passwords are answered with.

use axum::http::StatusCode;
use souk_application::session::{
    AttemptError, ChangePasswordError, LogInError, RefreshError, ResetPasswordError,
};
use souk_domain::session::{PasswordRefusal, RefreshRefusal, ResetRefusal, SessionRefusal};

use crate::problem::Problem;

impl From<LogInError> for Problem {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::Refused(refusal) => refusal.into(),
            LogInError::Attempt(error) => error.into(),
        }
    }
}

impl From<AttemptError> for Problem {
    fn from(error: AttemptError) -> Self {
        match error {
            AttemptError::TooMany { retry_after } => Self::too_many_requests(retry_after),
            AttemptError::Port(error) => error.into(),
        }
    }
}

impl From<RefreshError> for Problem {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Refused(refusal) => refusal.into(),
            RefreshError::Port(error) => error.into(),
        }
    }
}

impl From<ChangePasswordError> for Problem {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::Invalid(violations) => violations.into(),
            ChangePasswordError::Refused(refusal) => refusal.into(),
            ChangePasswordError::Attempt(error) => error.into(),
        }
    }
}

impl From<ResetPasswordError> for Problem {
    fn from(error: ResetPasswordError) -> Self {
        match error {
            ResetPasswordError::Invalid(violations) => violations.into(),
            ResetPasswordError::Refused(refusal) => refusal.into(),
            ResetPasswordError::Port(error) => error.into(),
        }
    }
}

impl From<SessionRefusal> for Problem {
    fn from(refusal: SessionRefusal) -> Self {
        let (status, code) = match refusal {
            SessionRefusal::WrongCredentials => (StatusCode::UNAUTHORIZED, "wrong_credentials"),
            SessionRefusal::Suspended => (StatusCode::FORBIDDEN, "account_suspended"),
        };
        Self::new(status, code, refusal.to_string())
    }
}

impl From<RefreshRefusal> for Problem {
    fn from(refusal: RefreshRefusal) -> Self {
        let (status, code) = match refusal {
            RefreshRefusal::Invalid | RefreshRefusal::Reused => {
                (StatusCode::UNAUTHORIZED, "invalid_refresh_token")
            }
            RefreshRefusal::Suspended => (StatusCode::FORBIDDEN, "account_suspended"),
        };
        Self::new(status, code, refusal.to_string())
    }
}

impl From<PasswordRefusal> for Problem {
    fn from(refusal: PasswordRefusal) -> Self {
        match refusal {
            PasswordRefusal::Wrong => {
                Self::invalid_field("current_password", "wrong_password", refusal.to_string())
            }
            PasswordRefusal::Suspended => {
                Self::new(StatusCode::FORBIDDEN, "account_suspended", refusal.to_string())
            }
            PasswordRefusal::Closed => Self::unauthenticated(),
        }
    }
}

impl From<ResetRefusal> for Problem {
    fn from(refusal: ResetRefusal) -> Self {
        match refusal {
            ResetRefusal::Invalid => Self::invalid_field("token", "invalid_token", refusal.to_string()),
        }
    }
}
