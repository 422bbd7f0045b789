//! Deals in PostgreSQL.

mod lapse;
mod row;

use async_trait::async_trait;
use souk_ports::{PortError, transaction::TransactionRepository};

pub(crate) use self::row::insert;
use crate::PgPool;

/// Deals.
#[derive(Clone)]
pub struct PgTransactions {
    pool: PgPool,
}

impl PgTransactions {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl TransactionRepository for PgTransactions {
    async fn lapse(&self, limit: u32) -> Result<u64, PortError> {
        lapse::lapse(&self.pool, limit).await
    }
}
