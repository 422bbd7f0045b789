//! What refusals about pictures are answered with.

use axum::http::StatusCode;
use souk_application::media::{ClaimError, UploadError};
use souk_domain::media::{ImageFault, MAX_BYTES, MediaRefusal};

use super::upload::FIELD;
use crate::problem::Problem;

/// When it is worth coming back after too many uploads: the hour is counted back from each moment.
const SOON: u32 = 60;

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Unfit(fault) => fault.into(),
            UploadError::Decide(error) => error.into(),
        }
    }
}

impl From<ClaimError> for Problem {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Unknown(violations) => violations.into(),
            ClaimError::Port(error) => error.into(),
        }
    }
}

impl From<ImageFault> for Problem {
    fn from(fault: ImageFault) -> Self {
        match fault {
            ImageFault::Empty => Self::invalid_field(FIELD, "required", fault.to_string()),
            ImageFault::TooManyBytes => Self::body_too_large(MAX_BYTES),
            ImageFault::UnknownType => {
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", fault.to_string())
            }
            ImageFault::TooLarge => Self::invalid_field(FIELD, "dimensions_too_large", fault.to_string()),
            ImageFault::Unreadable => Self::invalid_field(FIELD, "unreadable_image", fault.to_string()),
        }
    }
}

impl From<MediaRefusal> for Problem {
    fn from(refusal: MediaRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            MediaRefusal::Suspended => Self::new(StatusCode::FORBIDDEN, "account_suspended", detail),
            MediaRefusal::TooMany => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_uploads", detail).retry_after(SOON)
            }
            MediaRefusal::Full => Self::conflict("media_quota_reached", detail),
        }
    }
}
