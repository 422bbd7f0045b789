//! Blocking people.

use std::sync::Arc;

use souk_domain::{
    block::{BlockPosition, BlockRefusal, BlockedUser, may_block},
    id::UserId,
    page::{Limit, Page},
};
use souk_ports::{Clock, PortError, block::BlockRepository};
use thiserror::Error;

#[cfg(test)]
mod tests;

/// Why somebody is not blocked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BlockError {
    /// There is no such person.
    #[error("There is no such account.")]
    NotFound,
    /// The rule said no.
    #[error(transparent)]
    Refused(#[from] BlockRefusal),
    /// The outside world failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Blocks.
#[derive(Clone)]
pub struct Blocks {
    repository: Arc<dyn BlockRepository>,
    clock: Arc<dyn Clock>,
}

impl Blocks {
    /// Puts the parts together.
    pub fn new(repository: Arc<dyn BlockRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { repository, clock }
    }

    /// Blocks somebody; doing it twice is doing it once. Suspended accounts may: it harms nobody, and protects.
    pub async fn block(&self, by: UserId, whom: UserId) -> Result<(), BlockError> {
        may_block(by, whom)?;
        let is_there = self.repository.block(by, whom, self.clock.now()).await?;
        if is_there { Ok(()) } else { Err(BlockError::NotFound) }
    }

    /// Takes a block back, if there is one.
    pub async fn unblock(&self, by: UserId, whom: UserId) -> Result<(), PortError> {
        self.repository.unblock(by, whom).await
    }

    /// Whom somebody blocks, newest first.
    pub async fn list(
        &self,
        by: UserId,
        after: Option<BlockPosition>,
        limit: Limit,
    ) -> Result<Page<BlockedUser, BlockPosition>, PortError> {
        self.repository.list(by, after, limit).await
    }
}
