//! What refusals about shows are answered with.

use axum::http::StatusCode;
use souk_application::stream::{CommentError, IngestError, StreamError};
use souk_domain::stream::{CommentRefusal, IngestRefusal, StreamRefusal};

use crate::problem::Problem;

impl From<StreamError> for Problem {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Invalid(violations) => violations.into(),
            StreamError::Decide(error) => error.into(),
        }
    }
}

impl From<StreamRefusal> for Problem {
    fn from(refusal: StreamRefusal) -> Self {
        let (status, code) = match refusal {
            StreamRefusal::Suspended => (StatusCode::FORBIDDEN, "account_suspended"),
            StreamRefusal::NotOwner => (StatusCode::FORBIDDEN, "not_your_stream"),
            StreamRefusal::Blocked => (StatusCode::FORBIDDEN, "blocked"),
            StreamRefusal::Stale => return Self::precondition_failed(),
            StreamRefusal::AlreadyLive => (StatusCode::CONFLICT, "stream_already_live"),
            StreamRefusal::LiveElsewhere => (StatusCode::CONFLICT, "already_live"),
            StreamRefusal::NotLive => (StatusCode::CONFLICT, "stream_not_live"),
            StreamRefusal::Over => (StatusCode::CONFLICT, "stream_ended"),
            StreamRefusal::Cancelled => (StatusCode::CONFLICT, "stream_cancelled"),
            StreamRefusal::Begun => (StatusCode::CONFLICT, "stream_begun"),
            StreamRefusal::NotBegun => (StatusCode::CONFLICT, "stream_not_begun"),
        };
        Self::new(status, code, refusal.to_string())
    }
}

impl From<CommentError> for Problem {
    fn from(error: CommentError) -> Self {
        match error {
            CommentError::Invalid(violations) => violations.into(),
            CommentError::Decide(error) => error.into(),
        }
    }
}

impl From<CommentRefusal> for Problem {
    fn from(refusal: CommentRefusal) -> Self {
        match refusal {
            CommentRefusal::Stream(refusal) => refusal.into(),
            // Rounded up: a client that comes back in time should not be too early.
            CommentRefusal::TooMany { wait } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_comments", refusal.to_string())
                    .retry_after(u32::try_from(wait.num_seconds() + 1).unwrap_or(u32::MAX))
            }
            CommentRefusal::NotYours => {
                Self::new(StatusCode::FORBIDDEN, "not_your_comment", refusal.to_string())
            }
        }
    }
}

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Refused(refusal) => refusal.into(),
            IngestError::Port(error) => error.into(),
        }
    }
}

impl From<IngestRefusal> for Problem {
    /// Media servers know yes and no: whatever stands in the way is 403, and the code says what.
    fn from(refusal: IngestRefusal) -> Self {
        match refusal {
            IngestRefusal::WrongKey => {
                Self::new(StatusCode::FORBIDDEN, "wrong_ingest_key", refusal.to_string())
            }
            IngestRefusal::Stream(refusal) => {
                let problem = Self::from(refusal);
                Self::new(StatusCode::FORBIDDEN, problem.code(), refusal.to_string())
            }
        }
    }
}
