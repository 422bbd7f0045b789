//! People on a list of blocks.

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_domain::block::BlockedUser;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::media::MediaUrls;

/// A page of blocks.
#[derive(Serialize, ToSchema)]
pub struct BlockList {
    data: Vec<BlockView>,
    /// Brings the next page; null on the last one.
    next_cursor: Option<String>,
}

/// Somebody who is blocked.
#[derive(Serialize, ToSchema)]
#[schema(as = Block)]
struct BlockView {
    user_id: Uuid,
    username: String,
    display_name: String,
    avatar_url: Option<String>,
    blocked_at: DateTime<Utc>,
}

impl BlockList {
    /// The page.
    pub(super) fn of(people: Vec<BlockedUser>, next_cursor: Option<String>, urls: &MediaUrls) -> Self {
        let view = |blocked: BlockedUser| BlockView {
            user_id: blocked.id.as_uuid(),
            username: blocked.username.into_string(),
            display_name: blocked.display_name.into_string(),
            avatar_url: blocked.avatar_url.map(|avatar| urls.thumbnail_of(avatar)),
            blocked_at: blocked.blocked_at,
        };
        Self { data: people.into_iter().map(view).collect(), next_cursor }
    }
}
