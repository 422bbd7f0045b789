//! What refusals about threads are answered with.

use axum::http::StatusCode;
use souk_application::conversation::ConversationError;
use souk_domain::conversation::ConversationRefusal;

use crate::problem::Problem;

impl From<ConversationError> for Problem {
    fn from(error: ConversationError) -> Self {
        match error {
            ConversationError::Invalid(violations) => violations.into(),
            ConversationError::Decide(error) => error.into(),
        }
    }
}

impl From<ConversationRefusal> for Problem {
    fn from(refusal: ConversationRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            ConversationRefusal::NotThere => Self::not_found(),
            ConversationRefusal::OwnAccount => Self::new(StatusCode::FORBIDDEN, "own_account", detail),
            ConversationRefusal::Suspended => Self::new(StatusCode::FORBIDDEN, "account_suspended", detail),
            ConversationRefusal::Blocked => Self::new(StatusCode::FORBIDDEN, "blocked", detail),
            ConversationRefusal::CounterpartGone => Self::conflict("counterpart_gone", detail),
            ConversationRefusal::BeyondLast { .. } => Self::invalid_field("seq", "out_of_range", detail),
            ConversationRefusal::TooManyConversations { retry_after } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_conversations", detail)
                    .retry_after(retry_after)
            }
            ConversationRefusal::TooManyMessages { retry_after } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_messages", detail).retry_after(retry_after)
            }
        }
    }
}
