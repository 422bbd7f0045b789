//! Where listings are kept and found.
#![cfg_attr(
    feature = "mock",
    expect(clippy::ref_option_ref, reason = "mockall writes such a type for an optional argument")
)]

use async_trait::async_trait;
use souk_domain::{
    id::{ProductId, UserId},
    page::Page,
    product::{
        FeedPosition, NearbyPosition, NearbyProduct, NearbyQuery, Product, ProductQuery, ProductRefusal,
        Publication, Publisher,
    },
};

use crate::{DecideError, PortError, idempotency::Once};

/// Decides what publishing writes, given the seller's account as it is while its row is locked. It may be asked more
/// than once, when the store has to start over.
pub type DecidePublication<'a> = dyn Fn(Publisher) -> Result<Publication, ProductRefusal> + Send + Sync + 'a;

/// Keeps listings.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ProductRepository: Send + Sync {
    /// Locks the seller's account, asks what to write, and writes all of it or nothing.
    async fn publish<'a>(
        &self,
        seller: UserId,
        decide: &'a DecidePublication<'a>,
        once: Option<&'a Once<'a, Product>>,
    ) -> Result<Product, DecideError<ProductRefusal>>;

    /// The listing with this id, in whatever state.
    async fn find(&self, id: ProductId) -> Result<Option<Product>, PortError>;

    /// A page of a feed; archived listings are in none.
    async fn list(&self, query: &ProductQuery) -> Result<Page<Product, FeedPosition>, PortError>;

    /// What is available near a point, nearest first, by exact distance to the public point.
    async fn list_nearby(
        &self,
        query: &NearbyQuery,
    ) -> Result<Page<NearbyProduct, NearbyPosition>, PortError>;
}
