//! Listings as maps show them.

use async_trait::async_trait;
use souk_domain::{
    page::Page,
    product::{ClusterQuery, Clusters, FeedPosition, InBoxQuery, Product, TileQuery},
};

use crate::PortError;

/// Finds and counts available listings by their public points.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ProductMaps: Send + Sync {
    /// A page of what lies in a box, newest first. So that no search takes long, a page may be shorter than its limit,
    /// and even empty, while there is a position to go on from.
    async fn list_in_box(&self, query: &InBoxQuery) -> Result<Page<Product, FeedPosition>, PortError>;

    /// How many listings there are in each cell of a grid that has any.
    async fn list_clusters(&self, query: &ClusterQuery) -> Result<Clusters, PortError>;

    /// A tile as a Mapbox vector tile: the listings, or, where they are many, how many there are in each cell. Empty if
    /// there are none.
    async fn draw_tile(&self, query: &TileQuery) -> Result<Vec<u8>, PortError>;

    /// Adds at most `limit` changes of listings up to the counts that are kept for maps; says how many that were. Counts
    /// are right before and after; the fewer changes are left, the faster they are read. While another server is at
    /// it, does nothing.
    async fn add_up(&self, limit: u32) -> Result<u64, PortError>;
}
