//! What refusals about log-ins are answered with.

use axum::http::StatusCode;
use souk_application::session::LogInError;
use souk_domain::session::SessionRefusal;

use crate::problem::Problem;

impl From<LogInError> for Problem {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::Refused(refusal) => refusal.into(),
            LogInError::Port(error) => error.into(),
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
