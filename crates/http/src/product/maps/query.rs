//! The parameters of maps.

use serde::Deserialize;
use souk_domain::{
    geo::{GeoBox, Grid, Tile, Zoom},
    page::Limit,
    product::{ClusterQuery, InBoxQuery, ProductFilter, TileQuery},
    violation::{Fault, Violations},
};
use utoipa::IntoParams;

use crate::{
    cursor::Cursors,
    extract::FiniteF64,
    problem::Problem,
    word::{CategoryWord, ConditionWord, FeedWord},
};

/// The parameters of a box.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct BoxParameters {
    /// The meridian where the box begins; larger than `east` if it goes over the antimeridian.
    #[param(value_type = f64, minimum = -180, maximum = 180, example = 13.3)]
    west: FiniteF64,
    /// The parallel where it begins.
    #[param(value_type = f64, minimum = -90, maximum = 90, example = 52.4)]
    south: FiniteF64,
    /// The meridian where it ends.
    #[param(value_type = f64, minimum = -180, maximum = 180, example = 13.5)]
    east: FiniteF64,
    /// The parallel where it ends.
    #[param(value_type = f64, minimum = -90, maximum = 90, example = 52.6)]
    north: FiniteF64,
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
    /// Where to go on: `next_cursor` of the page before, in the same box.
    cursor: Option<String>,
}

/// The parameters of clusters.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ClusterParameters {
    /// The meridian where the map begins; larger than `east` if it goes over the antimeridian.
    #[param(value_type = f64, minimum = -180, maximum = 180, example = 13.3)]
    west: FiniteF64,
    /// The parallel where it begins.
    #[param(value_type = f64, minimum = -90, maximum = 90, example = 52.4)]
    south: FiniteF64,
    /// The meridian where it ends.
    #[param(value_type = f64, minimum = -180, maximum = 180, example = 13.5)]
    east: FiniteF64,
    /// The parallel where it ends.
    #[param(value_type = f64, minimum = -90, maximum = 90, example = 52.6)]
    north: FiniteF64,
    /// How far the map is zoomed in, for tiles of 512 pixels as MapLibre has them; fractions are cut off.
    #[param(value_type = f64, minimum = 0, maximum = 22, example = 11)]
    zoom: FiniteF64,
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
}

/// What may be asked of a tile.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct TileParameters {
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
}

/// Which tile.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct TilePath {
    /// How far it is zoomed in, 0 to 22.
    #[param(minimum = 0, maximum = 22, example = 10)]
    z: i64,
    /// Its column, from the west.
    #[param(minimum = 0, example = 550)]
    x: i64,
    /// Its row, from the north, and `.mvt`.
    #[param(value_type = String, pattern = r"^[0-9]+\.mvt$", example = "335.mvt")]
    y: String,
}

impl BoxParameters {
    /// The page they ask for.
    pub(super) fn read(self, cursors: &Cursors) -> Result<InBoxQuery, Problem> {
        let edges = GeoBox::new(self.west.get(), self.south.get(), self.east.get(), self.north.get());
        let limit = self.limit.map_or(Ok(Limit::default()), Limit::new);
        let (area, limit) = both(edges, limit.map_err(|fault| fault.of("limit").into()))?;
        let after = self.cursor.map(|cursor| cursors.read_in_box(&area, &cursor)).transpose()?;
        let filter = ProductFilter {
            feed: self.feed_type.map(|word| word.0),
            category: self.category.map(|word| word.0),
            condition: self.condition.map(|word| word.0),
            min_price_minor: self.min_price_minor,
            max_price_minor: self.max_price_minor,
        };
        Ok(InBoxQuery { area, filter, after, limit })
    }
}

impl ClusterParameters {
    /// The cells they ask for.
    pub(super) fn read(self) -> Result<ClusterQuery, Problem> {
        let edges = GeoBox::new(self.west.get(), self.south.get(), self.east.get(), self.north.get());
        let (area, zoom) = both(edges, zoom(self.zoom.get()).map_err(|fault| fault.of("zoom").into()))?;
        let filter = ProductFilter {
            feed: self.feed_type.map(|word| word.0),
            category: self.category.map(|word| word.0),
            condition: self.condition.map(|word| word.0),
            min_price_minor: self.min_price_minor,
            max_price_minor: self.max_price_minor,
        };
        Ok(ClusterQuery { grid: Grid::covering(&area, zoom), filter })
    }
}

impl TileParameters {
    /// The tile they ask for, if the map has it.
    pub(super) fn read(self, path: &TilePath) -> Result<TileQuery, Problem> {
        let row = path.y.strip_suffix(".mvt").ok_or_else(Problem::not_found)?;
        let row = row.parse().map_err(|_| Problem::invalid_path())?;
        let tile = Tile::new(path.z, path.x, row).ok_or_else(Problem::not_found)?;
        let filter = ProductFilter {
            feed: self.feed_type.map(|word| word.0),
            category: self.category.map(|word| word.0),
            condition: self.condition.map(|word| word.0),
            min_price_minor: self.min_price_minor,
            max_price_minor: self.max_price_minor,
        };
        Ok(TileQuery { tile, filter })
    }
}

/// The whole number at or below it, as a zoom.
fn zoom(zoom: f64) -> Result<Zoom, Fault> {
    let below =
        (0..=i64::from(Zoom::MAX)).rev().find(|whole| f64::from(Zoom::MAX) >= zoom && number(*whole) <= zoom);
    Zoom::new(below.unwrap_or(-1))
}

fn number(whole: i64) -> f64 {
    i32::try_from(whole).map_or(f64::INFINITY, f64::from)
}

/// Both values, or all that is wrong with either.
fn both<A, B>(left: Result<A, Violations>, right: Result<B, Violations>) -> Result<(A, B), Violations> {
    match (left, right) {
        (Ok(left), Ok(right)) => Ok((left, right)),
        (left, right) => {
            let mut all = Violations::none();
            for wrong in [left.err(), right.err()].into_iter().flatten() {
                wrong.iter().cloned().for_each(|violation| all.add(violation));
            }
            Err(all)
        }
    }
}
