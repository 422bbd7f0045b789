//! Listings on maps.

use std::{sync::Arc, time::Duration};

use souk_domain::{
    page::Page,
    product::{ClusterQuery, Clusters, FeedPosition, InBoxQuery, Product, TileQuery},
};
use souk_ports::{PortError, product::ProductMaps};

#[cfg(test)]
mod tests;

/// How many changes are added up at once: some 200 ms of work.
const BATCH: u32 = 4_000;

/// Listings, as maps show them.
#[derive(Clone)]
pub struct Maps(Arc<dyn ProductMaps>);

impl Maps {
    /// On a port.
    pub fn new(maps: Arc<dyn ProductMaps>) -> Self {
        Self(maps)
    }

    /// A page of what lies in a box, newest first; it may be shorter than its limit while more follows.
    pub async fn list_in_box(&self, query: &InBoxQuery) -> Result<Page<Product, FeedPosition>, PortError> {
        self.0.list_in_box(query).await
    }

    /// How many listings there are in each cell of a grid that has any.
    pub async fn list_clusters(&self, query: &ClusterQuery) -> Result<Clusters, PortError> {
        self.0.list_clusters(query).await
    }

    /// A vector tile; empty if there is nothing in it.
    pub async fn draw_tile(&self, query: &TileQuery) -> Result<Vec<u8>, PortError> {
        self.0.draw_tile(query).await
    }

    /// Adds up what has changed since the last round, batch after batch until one is not full.
    pub async fn add_up(&self) -> Result<u64, PortError> {
        let mut all = 0;
        loop {
            let added = self.0.add_up(BATCH).await?;
            all += added;
            if added < u64::from(BATCH) {
                return Ok(all);
            }
        }
    }

    /// A round of adding up now and then, until `stop` is done. A round that fails is told and tried again with the next.
    pub async fn keep_adding_up(self, every: Duration, stop: impl Future<Output = ()> + Send) {
        let mut rounds = tokio::time::interval(every);
        rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => return,
                _ = rounds.tick() => if let Err(error) = self.add_up().await {
                    tracing::warn!(%error, "could not add up the map's counts; will try again");
                },
            }
        }
    }
}
