//! Lists of offers.

use chrono::{DateTime, Utc};

use super::{OfferStatus, Party};
use crate::{
    id::{OfferId, ProductId, UserId},
    page::Limit,
};

/// Where a page of offers ended: newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferPosition {
    /// When the last one was made.
    pub created_at: DateTime<Utc>,
    /// Which one it was.
    pub id: OfferId,
}

/// Which of somebody's offers to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferQuery {
    /// Whose.
    pub user: UserId,
    /// Those in which they are on this side; on either if none is named.
    pub role: Option<Party>,
    /// Those that stand so at `now`.
    pub status: Option<OfferStatus>,
    /// Those for this listing.
    pub product: Option<ProductId>,
    /// Go on behind this one.
    pub after: Option<OfferPosition>,
    /// How many.
    pub limit: Limit,
    /// At which moment.
    pub now: DateTime<Utc>,
}
