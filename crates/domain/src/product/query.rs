//! Looking for listings: what to filter by, in which order, and where a page goes on.

use super::{Category, Condition, Feed, Product};
use crate::{
    geo::{GeoPoint, Meters, Radius},
    id::{ProductId, UserId},
    page::Limit,
    slug::slugs,
};

slugs! {
    /// In which order a feed is read.
    #[derive(Default)]
    ProductSort as "sort" {
        /// Newest first.
        #[default]
        Newest = "newest",
        /// Cheapest first.
        PriceAsc = "price_asc",
        /// Dearest first.
        PriceDesc = "price_desc",
        /// Most liked first.
        Popular = "popular",
    }
}

/// Which listings of a feed to show by their state. Archived ones are in no feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Availability {
    /// What can be bought now.
    #[default]
    Available,
    /// What is reserved or sold.
    Unavailable,
}

/// What to look for; every part that is there must fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProductFilter {
    /// In this window only.
    pub feed: Option<Feed>,
    /// Of this kind only.
    pub category: Option<Category>,
    /// As worn as this only.
    pub condition: Option<Condition>,
    /// From this minor amount on, whatever the currency.
    pub min_price_minor: Option<i64>,
    /// Up to this minor amount, whatever the currency.
    pub max_price_minor: Option<i64>,
}

/// A page of a feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProductQuery {
    /// What to look for.
    pub filter: ProductFilter,
    /// Of this seller only.
    pub seller: Option<UserId>,
    /// In this state only.
    pub availability: Availability,
    /// In which order.
    pub sort: ProductSort,
    /// Where to go on; `None` begins.
    pub after: Option<FeedPosition>,
    /// How many.
    pub limit: Limit,
}

/// A place in a feed: the sort key of the last row seen, and its id for the rows that share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedPosition {
    /// Microseconds since 1970, minor units or likes, as the sort has it.
    pub key: i64,
    /// The last row's id.
    pub id: ProductId,
}

/// A page of what is near a point, nearest first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearbyQuery {
    /// Where the person looks.
    pub centre: GeoPoint,
    /// How far.
    pub radius: Radius,
    /// What to look for.
    pub filter: ProductFilter,
    /// Where to go on; `None` begins.
    pub after: Option<NearbyPosition>,
    /// How many.
    pub limit: Limit,
}

/// A place in a nearby list: the distance of the last row seen, and its id for rows as far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearbyPosition {
    /// Of the last row, exactly as the database computed it.
    pub distance: Meters,
    /// The last row's id.
    pub id: ProductId,
    /// Square metres by which the square of the distance grew from row to row on the page before; 0 if unknown. It tells
    /// how far the next page may reach, and nothing about what is on it.
    pub spread: f64,
}

/// A listing and how far its public point is.
#[derive(Clone, Debug, PartialEq)]
pub struct NearbyProduct {
    /// The listing.
    pub product: Product,
    /// Along the spheroid, from the centre to the public point.
    pub distance: Meters,
}

impl ProductSort {
    /// Where a listing stands in this order.
    pub fn position(self, product: &Product) -> FeedPosition {
        let key = match self {
            Self::Newest => product.created_at.timestamp_micros(),
            Self::PriceAsc | Self::PriceDesc => product.price.minor(),
            Self::Popular => product.likes,
        };
        FeedPosition { key, id: product.id }
    }
}

impl NearbyProduct {
    /// Where it stands in the list, after rows of that [spread](Self::spread).
    pub fn position(&self, spread: f64) -> NearbyPosition {
        NearbyPosition { distance: self.distance, id: self.product.id, spread }
    }

    /// Square metres by which the square of the distance grows from row to row, which is how large an area has one row
    /// more, but for a factor of π; 0 for fewer than two rows.
    #[expect(clippy::float_arithmetic, reason = "of metres, not money")]
    pub fn spread(rows: &[Self]) -> f64 {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return 0.0 };
        let steps = u32::try_from(rows.len()).unwrap_or(u32::MAX).saturating_sub(1).max(1);
        (last.distance.0.powi(2) - first.distance.0.powi(2)) / f64::from(steps)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::product::listing::tests::product;

    #[test]
    fn spread_is_the_area_of_one_row_more_and_nothing_where_it_cannot_be_told() {
        let near = |metres| NearbyProduct {
            product: product(UserId::from_uuid(Uuid::from_u128(1))),
            distance: Meters(metres),
        };
        let spread = |distances: &[f64]| {
            NearbyProduct::spread(&distances.iter().map(|metres| near(*metres)).collect::<Vec<_>>())
        };
        // Squares of 100, 400 and 1,300.
        assert!((spread(&[10.0, 20.0, 1_300_f64.sqrt()]) - 600.0).abs() < 1e-9);
        for untold in [spread(&[]), spread(&[7.0]), spread(&[7.0, 7.0, 7.0])] {
            assert_eq!(untold.to_bits(), 0.0_f64.to_bits());
        }
    }
}
