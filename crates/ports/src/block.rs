//! Where it is kept who wants nothing to do with whom.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use souk_domain::{
    block::{BlockPosition, BlockedUser},
    id::UserId,
    page::{Limit, Page},
};

use crate::PortError;

/// Keeps blocks.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait BlockRepository: Send + Sync {
    /// Blocks somebody, unless that was done before. Says whether there is such a person.
    async fn block(&self, by: UserId, whom: UserId, now: DateTime<Utc>) -> Result<bool, PortError>;

    /// Takes a block back, if there is one.
    async fn unblock(&self, by: UserId, whom: UserId) -> Result<(), PortError>;

    /// Whom somebody blocks, newest first.
    async fn list(
        &self,
        by: UserId,
        after: Option<BlockPosition>,
        limit: Limit,
    ) -> Result<Page<BlockedUser, BlockPosition>, PortError>;

    /// Whether either of two people blocks the other.
    async fn are_blocked(&self, one: UserId, other: UserId) -> Result<bool, PortError>;
}
