//! Listings as clients see them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_domain::{
    id::UserId,
    product::{Category, LikedProduct, NearbyProduct, Product, ProductState},
    slug::Slug,
    text::WebUrl,
    user::PlaceLabel,
};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    media::MediaUrls,
    point::Point,
    word::{CategoryWord, ConditionWord, FeedWord, PrecisionWord, Word},
};

/// A listing.
#[derive(Serialize, ToSchema)]
#[schema(as = Product)]
pub struct ProductView {
    id: Uuid,
    seller_id: Uuid,
    title: String,
    description: String,
    category: CategoryWord,
    feed_type: FeedWord,
    condition: ConditionWord,
    /// In minor units (cents).
    price_minor: i64,
    #[schema(value_type = String, example = "EUR")]
    currency: &'static str,
    /// Where the pictures are.
    images: Vec<String>,
    video_url: Option<String>,
    thumbnail_url: Option<String>,
    /// Where it may be seen to be; the exact place is for the parties of a paid deal.
    location: Option<Point>,
    location_precision: Option<PrecisionWord>,
    location_label: Option<String>,
    views_count: i64,
    likes_count: i64,
    status: ProductStatus,
    /// Whether it can be bought now.
    is_available: bool,
    sold_at: Option<DateTime<Utc>>,
    archived_at: Option<DateTime<Utc>>,
    /// Whether offers are taken.
    offers_enabled: bool,
    /// The least that may be offered; half the price if null. Seen by the seller only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    min_offer_minor: SellersOnly,
    /// From here on an offer is accepted at once. Seen by the seller only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    auto_accept_minor: SellersOnly,
    /// Up to here an offer is declined at once. Seen by the seller only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    auto_decline_minor: SellersOnly,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// Along the earth from where one looks to `location`, in metres; in nearby lists only.
    #[serde(skip_serializing_if = "Option::is_none")]
    distance_m: Option<f64>,
    /// Since when you like it; in the list of what you like only.
    #[serde(skip_serializing_if = "Option::is_none")]
    liked_at: Option<DateTime<Utc>>,
}

/// An amount that only the seller sees: left out for everybody else, null for a seller who named none.
type SellersOnly = Option<Option<i64>>;

/// Where a listing is in its life.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProductStatus {
    /// Anybody may buy it.
    Available,
    /// Somebody is buying it.
    Reserved,
    /// Somebody bought it.
    Sold,
    /// Its seller took it down.
    Archived,
}

impl From<ProductState> for ProductStatus {
    fn from(state: ProductState) -> Self {
        match state {
            ProductState::Available => Self::Available,
            ProductState::Reserved => Self::Reserved,
            ProductState::Sold { .. } => Self::Sold,
            ProductState::Archived { .. } => Self::Archived,
        }
    }
}

impl ProductView {
    /// The listing as `viewer` sees it.
    pub fn of(product: Product, viewer: Option<UserId>, urls: &MediaUrls) -> Self {
        let (status, sold_at, archived_at) = match product.state {
            ProductState::Available => (ProductStatus::Available, None, None),
            ProductState::Reserved => (ProductStatus::Reserved, None, None),
            ProductState::Sold { at } => (ProductStatus::Sold, Some(at), None),
            ProductState::Archived { at, sold } => (ProductStatus::Archived, sold, Some(at)),
        };
        let is_owner = product.is_owned_by(viewer);
        let first = || product.images.first().filter(|image| image.own().is_some()).cloned();
        let thumbnail = product.thumbnail_url.clone().or_else(first);
        Self {
            id: product.id.as_uuid(),
            seller_id: product.seller.as_uuid(),
            title: product.title.into_string(),
            description: product.description.into_string(),
            category: Word(product.category),
            feed_type: Word(product.feed),
            condition: Word(product.condition),
            price_minor: product.price.minor(),
            currency: product.price.currency().code(),
            images: product.images.into_iter().map(|image| urls.of(image)).collect(),
            video_url: product.video_url.map(WebUrl::into_string),
            thumbnail_url: thumbnail.map(|thumbnail| urls.thumbnail_of(thumbnail)),
            location: product.place.map(|place| place.point.into()),
            location_precision: product.place.map(|place| Word(place.precision)),
            location_label: product.location_label.map(PlaceLabel::into_string),
            views_count: product.views,
            likes_count: product.likes,
            status,
            is_available: product.state == ProductState::Available,
            sold_at,
            archived_at,
            offers_enabled: product.terms.enabled,
            min_offer_minor: is_owner.then_some(product.terms.min_offer),
            auto_accept_minor: is_owner.then_some(product.terms.auto_accept),
            auto_decline_minor: is_owner.then_some(product.terms.auto_decline),
            created_at: product.created_at,
            updated_at: product.updated_at,
            distance_m: None,
            liked_at: None,
        }
    }

    /// The listing with its distance.
    pub(super) fn nearby(nearby: NearbyProduct, viewer: Option<UserId>, urls: &MediaUrls) -> Self {
        let distance_m = Some((nearby.distance.0 * 10.0).round() / 10.0);
        Self { distance_m, ..Self::of(nearby.product, viewer, urls) }
    }
}

/// A page of a feed.
#[derive(Serialize, ToSchema)]
pub struct ProductList {
    data: Vec<ProductView>,
    /// Brings the next page; null on the last one.
    next_cursor: Option<String>,
}

impl ProductList {
    /// The page as `viewer` sees it.
    pub fn of(
        products: Vec<Product>,
        next_cursor: Option<String>,
        viewer: Option<UserId>,
        urls: &MediaUrls,
    ) -> Self {
        let data = products.into_iter().map(|product| ProductView::of(product, viewer, urls)).collect();
        Self { data, next_cursor }
    }
}

/// A page of what is near, nearest first; each with its `distance_m`.
#[derive(Serialize, ToSchema)]
pub struct NearbyList {
    data: Vec<ProductView>,
    /// Brings the next page; null on the last one.
    next_cursor: Option<String>,
}

impl NearbyList {
    /// The page as `viewer` sees it.
    pub fn of(
        products: Vec<NearbyProduct>,
        next_cursor: Option<String>,
        viewer: Option<UserId>,
        urls: &MediaUrls,
    ) -> Self {
        let data = products.into_iter().map(|nearby| ProductView::nearby(nearby, viewer, urls)).collect();
        Self { data, next_cursor }
    }
}

/// A page of what somebody likes, newest like first; each with its `liked_at`.
#[derive(Serialize, ToSchema)]
pub struct LikedList {
    data: Vec<ProductView>,
    /// Brings the next page; null on the last one.
    next_cursor: Option<String>,
}

impl LikedList {
    /// The page as whoever likes it all sees it.
    pub fn of(
        liked: Vec<LikedProduct>,
        next_cursor: Option<String>,
        viewer: UserId,
        urls: &MediaUrls,
    ) -> Self {
        let view = |LikedProduct { product, liked_at }| ProductView {
            liked_at: Some(liked_at),
            ..ProductView::of(product, Some(viewer), urls)
        };
        Self { data: liked.into_iter().map(view).collect(), next_cursor }
    }
}

/// The categories.
#[derive(Serialize, ToSchema)]
pub struct CategoryList {
    data: Vec<CategoryView>,
    /// Always null: there is one page.
    next_cursor: Option<String>,
}

/// A category.
#[derive(Serialize, ToSchema)]
#[schema(as = CategoryDescription)]
struct CategoryView {
    slug: CategoryWord,
    /// What people read on the button.
    #[schema(value_type = String, example = "Kids & Baby")]
    label: &'static str,
    /// What belongs there.
    #[schema(value_type = String, example = "Toys, clothes, essentials")]
    description: &'static str,
}

impl CategoryList {
    /// All of them, in the order people see.
    pub fn all() -> Self {
        let data = Category::ALL.iter().map(|category| CategoryView {
            slug: Word(*category),
            label: category.label(),
            description: category.description(),
        });
        Self { data: data.collect(), next_cursor: None }
    }
}
