//! What maps show of listings: pages of a box, counts by cell, tiles.

use super::{FeedPosition, ProductFilter};
use crate::{
    geo::{GeoBox, GeoPoint, Grid, Tile},
    page::Limit,
};

/// A page of what lies in a box, newest first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InBoxQuery {
    /// Where to look.
    pub area: GeoBox,
    /// What to look for.
    pub filter: ProductFilter,
    /// Where to go on; `None` begins.
    pub after: Option<FeedPosition>,
    /// How many.
    pub limit: Limit,
}

/// How many listings there are in each cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterQuery {
    /// Which cells.
    pub grid: Grid,
    /// What to look for.
    pub filter: ProductFilter,
}

/// One tile of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileQuery {
    /// Which one.
    pub tile: Tile,
    /// What to look for.
    pub filter: ProductFilter,
}

/// The listings of one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cluster {
    /// The whole cell.
    pub cell: GeoBox,
    /// How many.
    pub products: i64,
    /// The middle of their public points.
    pub centre: GeoPoint,
}

/// The cells that hold anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clusters {
    /// In no particular order.
    pub cells: Vec<Cluster>,
    /// Whether the counts come from a sample.
    pub approximate: bool,
}

impl ProductFilter {
    /// Whether it asks for nothing but window and kind, by which listings are counted all the time.
    pub fn is_coarse(&self) -> bool {
        self.condition.is_none() && self.min_price_minor.is_none() && self.max_price_minor.is_none()
    }
}
