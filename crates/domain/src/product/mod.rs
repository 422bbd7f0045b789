//! Listings: what is for sale, by whom, roughly where, and on which terms.

mod category;
mod edit;
mod lifecycle;
mod like;
mod listing;
mod map;
mod query;
mod terms;
mod view;

pub use category::Category;
pub use edit::{Edit, EditContext, EditForm, Edited};
pub use lifecycle::ArchivalContext;
pub use like::{LikeContext, LikePosition, LikedProduct};
pub use listing::{Listing, ListingForm, PlaceForm, Publication, Publisher};
pub use map::{Cluster, ClusterQuery, Clusters, InBoxQuery, TileQuery};
pub use query::{
    Availability, FeedPosition, NearbyPosition, NearbyProduct, NearbyQuery, ProductFilter, ProductQuery,
    ProductSort,
};
pub use terms::OfferTerms;
pub use view::{View, Viewer, ViewerMark};

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{
    geo::{GeoPoint, Precision},
    id::{ProductId, UserId},
    media::Picture,
    money::Price,
    slug::slugs,
    text::{Block, Line, WebUrl},
    user::PlaceLabel,
    violation::{Fault, Violations},
};

/// What a listing is called, 1 to 140 characters.
pub type Title = Line<1, 140>;
/// What its seller says of it, up to 5,000 characters.
pub type Description = Block<5000>;

/// The most pictures a listing can show.
pub const MAX_IMAGES: usize = 10;

slugs! {
    /// Which of the two shop windows a listing stands in.
    Feed as "feed_type" {
        /// Fixed price, no offers.
        Discover = "discover",
        /// Peer to peer: offers, and purchase at the list price.
        Community = "community",
    }
}

slugs! {
    /// How worn a thing is.
    Condition as "condition" {
        /// Never used.
        New = "new",
        /// Hardly used.
        LikeNew = "like_new",
        /// Used and well.
        Good = "good",
        /// Used and it shows.
        Fair = "fair",
    }
}

/// Where a listing is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductState {
    /// Anybody may buy it.
    Available,
    /// Somebody is buying it.
    Reserved,
    /// Somebody bought it.
    Sold {
        /// When.
        at: DateTime<Utc>,
    },
    /// Its owner took it down.
    Archived {
        /// When.
        at: DateTime<Utc>,
        /// When it had been sold before, if it had.
        sold: Option<DateTime<Utc>>,
    },
}

/// Where a listing may be seen to be: the public point, never the exact one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The point that search, maps and other people see.
    pub point: GeoPoint,
    /// Whether that is the very point or a blurred one.
    pub precision: Precision,
}

/// A listing.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Who sells it.
    pub seller: UserId,
    /// What it is called.
    pub title: Title,
    /// What its seller says of it.
    pub description: Description,
    /// What kind of thing it is.
    pub category: Category,
    /// Which window it stands in.
    pub feed: Feed,
    /// How worn it is.
    pub condition: Condition,
    /// The list price.
    pub price: Price,
    /// Pictures, at most [`MAX_IMAGES`].
    pub images: Vec<Picture>,
    /// A video.
    pub video_url: Option<WebUrl>,
    /// A picture for lists, if it is not the first of them.
    pub thumbnail_url: Option<Picture>,
    /// Where it may be seen to be.
    pub place: Option<Place>,
    /// How the place is called.
    pub location_label: Option<PlaceLabel>,
    /// How often it was looked at.
    pub views: i64,
    /// How many people like it.
    pub likes: i64,
    /// Where it is in its life.
    pub state: ProductState,
    /// What its seller answers to offers; never shown to others.
    pub terms: OfferTerms,
    /// Counts its edits, from 1.
    pub version: i32,
    /// When it was listed.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Product {
    /// Whether somebody may see it: an archived listing is its owner's alone.
    pub fn is_visible_to(&self, viewer: Option<UserId>) -> bool {
        match self.state {
            ProductState::Available | ProductState::Reserved | ProductState::Sold { .. } => true,
            ProductState::Archived { .. } => self.is_owned_by(viewer),
        }
    }

    /// Whether somebody is its seller, and so sees the terms.
    pub fn is_owned_by(&self, viewer: Option<UserId>) -> bool {
        viewer == Some(self.seller)
    }
}

/// Why something cannot be done with a listing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProductRefusal {
    /// The account may read, not act.
    #[error("This account is suspended.")]
    AccountSuspended,
    /// For this person it is not there.
    #[error("There is no such listing.")]
    NotVisible,
    /// It is somebody else's.
    #[error("Only its seller may do this.")]
    NotSeller,
    /// It is not the version that the edit was made for.
    #[error("The listing has changed since you read it.")]
    Stale,
    /// Somebody is buying it.
    #[error("Somebody is buying this; it stays as it is until they have paid or given up.")]
    Reserved,
    /// Somebody bought it.
    #[error("This is sold.")]
    Sold,
    /// It was taken down.
    #[error("This listing was taken down.")]
    Archived,
    /// Its currency would be another one, and offers are waiting in this one.
    #[error("Answer the offers that wait before you change the currency.")]
    OffersPending,
    /// The edit makes a whole of it that is not good.
    #[error("Some fields are not valid.")]
    Invalid(Violations),
}

impl ProductRefusal {
    fn invalid(field: &'static str, fault: Fault) -> Self {
        let mut violations = Violations::none();
        violations.add(fault.of(field));
        Self::Invalid(violations)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_archived_listing_is_its_owners_alone() {
        let seller = UserId::from_uuid(Uuid::from_u128(1));
        let stranger = UserId::from_uuid(Uuid::from_u128(2));
        let mut product = listing::tests::product(seller);
        assert!(product.is_visible_to(None) && product.is_visible_to(Some(stranger)));
        product.state = ProductState::Archived { at: product.created_at, sold: None };
        assert!(product.is_visible_to(Some(seller)));
        assert!(!product.is_visible_to(None) && !product.is_visible_to(Some(stranger)));
    }
}
