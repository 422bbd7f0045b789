//! Sessions and their tokens as clients see them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_application::session::NewPair;
use souk_domain::{
    id::SessionId,
    session::{ListedSession, UserAgent},
};
use utoipa::ToSchema;
use uuid::Uuid;

/// The next tokens of a session.
#[derive(Serialize, ToSchema)]
pub struct TokenPair {
    /// Goes into `Authorization: Bearer …` of every request.
    access_token: String,
    /// Brings the next pair; good once.
    refresh_token: String,
    /// How the access token is presented.
    #[schema(value_type = String, example = "Bearer")]
    token_type: &'static str,
    /// For how many seconds the access token is good.
    #[schema(example = 900)]
    expires_in: i64,
}

impl From<NewPair> for TokenPair {
    fn from(pair: NewPair) -> Self {
        Self {
            access_token: pair.access_token,
            refresh_token: pair.refresh_token,
            token_type: "Bearer",
            expires_in: pair.expires_in.num_seconds(),
        }
    }
}

/// A page of sessions.
#[derive(Serialize, ToSchema)]
pub struct SessionList {
    data: Vec<SessionView>,
    /// Brings the next page; null on the last one.
    next_cursor: Option<String>,
}

/// A log-in on one device.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
struct SessionView {
    /// Its id.
    id: Uuid,
    /// How the device names itself.
    user_agent: Option<String>,
    /// When it began.
    created_at: DateTime<Utc>,
    /// When it was last refreshed.
    last_used_at: DateTime<Utc>,
    /// Until when it can be refreshed.
    expires_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    current: bool,
}

impl SessionList {
    /// The page as the session `current` sees it.
    pub fn of(sessions: Vec<ListedSession>, next_cursor: Option<String>, current: SessionId) -> Self {
        let view = |session: ListedSession| SessionView {
            id: session.id.as_uuid(),
            user_agent: session.user_agent.map(UserAgent::into_string),
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
            current: session.id == current,
        };
        Self { data: sessions.into_iter().map(view).collect(), next_cursor }
    }
}
