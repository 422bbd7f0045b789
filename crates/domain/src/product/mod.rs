//! Listings: what is for sale, by whom, roughly where, and on which terms.

mod category;
mod listing;
mod query;
mod terms;

pub use category::Category;
pub use listing::{Listing, ListingForm, PlaceForm, Publication, Publisher};
pub use query::{
    Availability, FeedPosition, NearbyPosition, NearbyProduct, NearbyQuery, ProductFilter, ProductQuery,
    ProductSort,
};
pub use terms::OfferTerms;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{
    geo::{GeoPoint, Precision},
    id::{ProductId, UserId},
    money::Price,
    slug::slugs,
    text::{Block, Line, WebUrl},
    user::PlaceLabel,
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
    pub images: Vec<WebUrl>,
    /// A video.
    pub video_url: Option<WebUrl>,
    /// A small picture for lists.
    pub thumbnail_url: Option<WebUrl>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProductRefusal {
    /// The seller's account may read, not act.
    #[error("This account is suspended and cannot list anything.")]
    SellerSuspended,
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
