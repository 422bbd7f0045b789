//! Where listings are kept and found.
#![cfg_attr(
    feature = "mock",
    expect(clippy::ref_option_ref, reason = "mockall writes such a type for an optional argument")
)]

mod map;

#[cfg(feature = "mock")]
pub use map::MockProductMaps;
pub use map::ProductMaps;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use souk_domain::{
    id::{ProductId, UserId},
    page::{Limit, Page},
    product::{
        ArchivalContext, EditContext, Edited, FeedPosition, LikeContext, LikePosition, LikedProduct,
        NearbyPosition, NearbyProduct, NearbyQuery, Product, ProductQuery, ProductRefusal, Publication,
        Publisher, View,
    },
};

use crate::{DecideError, PortError, idempotency::Once};

/// Decides what publishing writes, given the seller's account as it is while its row is locked. It may be asked more
/// than once, when the store has to start over.
pub type DecidePublication<'a> = dyn Fn(Publisher) -> Result<Publication, ProductRefusal> + Send + Sync + 'a;

/// Decides an edit, given the listing as it is while it is locked. It may be asked more than once.
pub type DecideEdit<'a> = dyn Fn(&EditContext) -> Result<Edited, ProductRefusal> + Send + Sync + 'a;

/// Decides what a listing that is taken down becomes, given how it is while it is locked; `None` if it stays. It may be
/// asked more than once.
pub type DecideArchival<'a> =
    dyn Fn(&ArchivalContext) -> Result<Option<Product>, ProductRefusal> + Send + Sync + 'a;

/// What was found by somebody who likes a listing no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unliked {
    /// The listing, and who they are.
    pub context: LikeContext,
    /// Whether they liked it before.
    pub has_liked: bool,
}

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

    /// Locks the listing, asks what it becomes, and writes all of it or nothing.
    async fn edit<'a>(
        &self,
        id: ProductId,
        decide: &'a DecideEdit<'a>,
    ) -> Result<Product, DecideError<ProductRefusal>>;

    /// Locks the listing, asks whether it may be taken down, and does so: with it go the offers that wait for an answer.
    async fn archive<'a>(
        &self,
        id: ProductId,
        decide: &'a DecideArchival<'a>,
    ) -> Result<(), DecideError<ProductRefusal>>;

    /// Likes a listing on somebody's behalf and counts that, once; unless it was taken down or they may not act. Says
    /// what was found, for the rule to judge: it refuses exactly where nothing was written. `None`: no such listing.
    async fn like(
        &self,
        id: ProductId,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<LikeContext>, PortError>;

    /// Takes a like back, and the count with it; unless they may not act. `None`: no such listing.
    async fn unlike(&self, id: ProductId, user: UserId) -> Result<Option<Unliked>, PortError>;

    /// What somebody likes, newest like first, but for what was taken down.
    async fn list_liked(
        &self,
        user: UserId,
        after: Option<LikePosition>,
        limit: Limit,
    ) -> Result<Page<LikedProduct, LikePosition>, PortError>;

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

/// A view on its way to be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenView {
    /// Of what, when, by whom.
    pub view: View,
    /// The account behind it, if any; told, so that sellers are not counted, and not kept.
    pub by: Option<UserId>,
}

/// Counts views.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ViewRepository: Send + Sync {
    /// Counts each that was not counted before, by this server or another; passes over those of listings that are not
    /// there or taken down, and sellers' views of their own. All of them or none; the same ones again change nothing.
    async fn count(&self, views: &[SeenView]) -> Result<u64, PortError>;

    /// Forgets at most `limit` views of days before this one, whose counts stay; says how many.
    async fn remove_before(&self, day: NaiveDate, limit: u32) -> Result<u64, PortError>;
}
