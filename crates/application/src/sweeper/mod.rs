//! The sweep: writes down what time has ended, and tells those whom it concerns.
//!
//! Nothing depends on it happening in time. An offer whose time is over cannot be accepted, swept or not; only a deal that
//! nobody paid keeps its listing reserved until the sweep comes by.

use std::{future::Future, sync::Arc, time::Duration};

use souk_ports::{PortError, offer::OfferRepository, transaction::TransactionRepository};

use crate::batches::in_batches;

#[cfg(test)]
mod tests;

/// How many listings one transaction takes up, so that none is held for long.
const BATCH: u32 = 100;

/// What one round came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Listings on which offers expired.
    pub expired: u64,
    /// Deals that were given up.
    pub lapsed: u64,
}

/// Sweeps. Safe to run on several servers at once: they share the work.
#[derive(Clone)]
pub struct Sweeper {
    offers: Arc<dyn OfferRepository>,
    transactions: Arc<dyn TransactionRepository>,
}

impl Sweeper {
    /// Puts the parts together.
    pub fn new(offers: Arc<dyn OfferRepository>, transactions: Arc<dyn TransactionRepository>) -> Self {
        Self { offers, transactions }
    }

    /// One round: batch after batch until one is not full.
    pub async fn sweep(&self) -> Result<Swept, PortError> {
        let lapsed = in_batches(BATCH, |most| self.transactions.lapse(most)).await?;
        let expired = in_batches(BATCH, |most| self.offers.expire(most)).await?;
        Ok(Swept { expired, lapsed })
    }

    /// A round now and then, until `stop` is done. A round that fails is told and tried again with the next.
    pub async fn run(self, every: Duration, stop: impl Future<Output = ()> + Send) {
        let mut rounds = tokio::time::interval(every);
        rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => return,
                _ = rounds.tick() => match self.sweep().await {
                    Ok(swept) if swept == Swept::default() => {}
                    Ok(swept) => tracing::debug!(?swept, "swept"),
                    Err(error) => tracing::warn!(%error, "could not sweep; will try again"),
                },
            }
        }
    }
}
