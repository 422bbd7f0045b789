//! The parameters of lists of listings.

use serde::Deserialize;
use souk_domain::{
    geo::{GeoPoint, Radius},
    id::UserId,
    page::Limit,
    product::{Availability, NearbyQuery, ProductFilter, ProductQuery, ProductSort},
    violation::Violations,
};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    cursor::Cursors,
    extract::FiniteF64,
    problem::Problem,
    word::{CategoryWord, ConditionWord, FeedWord, SortWord},
};

/// The parameters of a feed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct FeedParameters {
    /// In this window only.
    feed_type: Option<FeedWord>,
    /// Of this kind only.
    category: Option<CategoryWord>,
    /// As worn as this only.
    condition: Option<ConditionWord>,
    /// Of this seller only.
    seller_id: Option<Uuid>,
    /// From this price on, in minor units.
    #[param(minimum = 0)]
    min_price_minor: Option<i64>,
    /// Up to this price, in minor units.
    #[param(minimum = 0)]
    max_price_minor: Option<i64>,
    /// `true` (the default): what can be bought now; `false`: what is reserved or sold.
    available: Option<bool>,
    /// In which order; `newest` when left out.
    sort: Option<SortWord>,
    /// How many; 20 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before, in the same order.
    cursor: Option<String>,
}

/// The parameters of a search around a point.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct NearbyParameters {
    /// Degrees north.
    #[param(value_type = f64, minimum = -90, maximum = 90, example = 52.52)]
    latitude: FiniteF64,
    /// Degrees east.
    #[param(value_type = f64, minimum = -180, maximum = 180, example = 13.405)]
    longitude: FiniteF64,
    /// How far, in metres; 5000 when left out.
    #[param(value_type = Option<f64>, minimum = 1, maximum = 200_000)]
    radius_m: Option<FiniteF64>,
    /// In this window only.
    feed_type: Option<FeedWord>,
    /// Of this kind only.
    category: Option<CategoryWord>,
    /// As worn as this only.
    condition: Option<ConditionWord>,
    /// From this price on, in minor units.
    #[param(minimum = 0)]
    min_price_minor: Option<i64>,
    /// Up to this price, in minor units.
    #[param(minimum = 0)]
    max_price_minor: Option<i64>,
    /// How many; 20 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before, around the same point.
    cursor: Option<String>,
}

impl FeedParameters {
    /// The page they ask for.
    pub(super) fn read(self, cursors: &Cursors) -> Result<ProductQuery, Problem> {
        let mut wrong = Violations::none();
        let limit = wrong.keep_optional("limit", self.limit.map(Limit::new)).unwrap_or_default();
        wrong.or_else(Some(()))?;
        let sort = self.sort.map_or(ProductSort::Newest, |word| word.0);
        let after = self.cursor.map(|cursor| cursors.read_feed(sort, &cursor)).transpose()?;
        let availability = match self.available {
            None | Some(true) => Availability::Available,
            Some(false) => Availability::Unavailable,
        };
        let filter = ProductFilter {
            feed: self.feed_type.map(|word| word.0),
            category: self.category.map(|word| word.0),
            condition: self.condition.map(|word| word.0),
            min_price_minor: self.min_price_minor,
            max_price_minor: self.max_price_minor,
        };
        let seller = self.seller_id.map(UserId::from_uuid);
        Ok(ProductQuery { filter, seller, availability, sort, after, limit })
    }
}

impl NearbyParameters {
    /// The page they ask for.
    pub(super) fn read(self, cursors: &Cursors) -> Result<NearbyQuery, Problem> {
        let mut wrong = Violations::none();
        let centre = GeoPoint::new(self.latitude.get(), self.longitude.get());
        let is_north = !(-90.0..=90.0).contains(&self.latitude.get());
        let centre = wrong.keep(if is_north { "latitude" } else { "longitude" }, centre);
        let radius = self.radius_m.map(|radius| Radius::new(radius.get()));
        let radius = wrong.keep_optional("radius_m", radius).unwrap_or_default();
        let limit = wrong.keep_optional("limit", self.limit.map(Limit::new)).unwrap_or_default();
        let centre = wrong.or_else(centre)?;
        let after = self.cursor.map(|cursor| cursors.read_nearby(centre, &cursor)).transpose()?;
        let filter = ProductFilter {
            feed: self.feed_type.map(|word| word.0),
            category: self.category.map(|word| word.0),
            condition: self.condition.map(|word| word.0),
            min_price_minor: self.min_price_minor,
            max_price_minor: self.max_price_minor,
        };
        Ok(NearbyQuery { centre, radius, filter, after, limit })
    }
}
