//! Where deals are kept.

use async_trait::async_trait;

use crate::PortError;

/// Keeps deals.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait TransactionRepository: Send + Sync {
    /// Gives up at most `limit` deals that were not paid in time: the deal is cancelled, the offer that led to it has
    /// expired, and last of all the listing is available again. Passes over what somebody else is working on; says how many.
    /// Safe on any number of servers at once.
    async fn lapse(&self, limit: u32) -> Result<u64, PortError>;
}
