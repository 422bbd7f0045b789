//! What keeps somebody from following, in HTTP's words.

use axum::http::StatusCode;
use souk_application::event::FollowError;

use crate::problem::Problem;

/// After how many seconds a device may find a place: by then others that are gone were noticed.
const PLACE_AFTER: u32 = 15;

/// 400: no event had this id.
pub(crate) fn unreadable_id() -> Problem {
    Problem::bad_request("invalid_last_event_id", "The Last-Event-ID is not one that an event had.")
}

impl From<FollowError> for Problem {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::UnreadablePosition => unreadable_id(),
            FollowError::PositionLost => Self::conflict(
                "events_expired",
                "What happened since then is not kept any more; fetch what you show anew, and follow without Last-Event-ID.",
            ),
            FollowError::TooMany => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_streams",
                "This account follows events on too many devices at once.",
            )
            .retry_after(PLACE_AFTER),
            FollowError::Full => Self::overloaded(),
            FollowError::SessionEnded => Self::unauthenticated(),
            FollowError::Port(error) => error.into(),
        }
    }
}
