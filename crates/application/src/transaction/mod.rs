//! Deals: so far, giving up those that nobody paid.

use std::sync::Arc;

use souk_ports::{PortError, transaction::TransactionRepository};

/// Deals.
#[derive(Clone)]
pub struct Transactions {
    repository: Arc<dyn TransactionRepository>,
}

impl Transactions {
    /// Puts the parts together.
    pub fn new(repository: Arc<dyn TransactionRepository>) -> Self {
        Self { repository }
    }

    /// Gives up at most `limit` deals whose time to pay is over; says how many.
    pub async fn lapse(&self, limit: u32) -> Result<u64, PortError> {
        self.repository.lapse(limit).await
    }
}
