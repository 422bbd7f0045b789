//! Blocks: who wants nothing to do with whom.
//!
//! A block works both ways (neither writes to the other or makes the other an offer) but belongs to whoever made it.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{contact::Username, id::UserId, media::Picture, user::DisplayName};

/// Why somebody cannot be blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BlockRefusal {
    /// It is themself.
    #[error("Nobody blocks themself.")]
    OwnAccount,
}

/// Whether one person may block another.
pub fn may_block(by: UserId, whom: UserId) -> Result<(), BlockRefusal> {
    if by == whom { Err(BlockRefusal::OwnAccount) } else { Ok(()) }
}

/// Somebody on a person's list of blocks, as that person sees them.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockedUser {
    /// Who it is.
    pub id: UserId,
    /// Their public name.
    pub username: Username,
    /// The name others see.
    pub display_name: DisplayName,
    /// Their picture.
    pub avatar_url: Option<Picture>,
    /// Since when they are blocked.
    pub blocked_at: DateTime<Utc>,
}

/// Where a page of blocks ended: newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockPosition {
    /// When the last one shown was made.
    pub blocked_at: DateTime<Utc>,
    /// Whom it was about.
    pub id: UserId,
}

impl BlockedUser {
    /// Where a page that ends with them goes on.
    pub fn position(&self) -> BlockPosition {
        BlockPosition { blocked_at: self.blocked_at, id: self.id }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn nobody_blocks_themself() {
        let (ada, bob) = (UserId::from_uuid(Uuid::from_u128(1)), UserId::from_uuid(Uuid::from_u128(2)));
        assert_eq!(may_block(ada, bob), Ok(()));
        assert_eq!(may_block(ada, ada), Err(BlockRefusal::OwnAccount));
    }
}
