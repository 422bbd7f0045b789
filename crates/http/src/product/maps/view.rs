//! Clusters as clients see them.

use serde::Serialize;
use souk_domain::{
    geo::GeoBox,
    product::{Cluster, Clusters},
};
use utoipa::ToSchema;

use super::super::geojson::{Feature, FeatureCollection};
use crate::point::Point;

/// The cells of a map that hold anything.
#[derive(Serialize, ToSchema)]
pub(super) struct ClusterList {
    data: Vec<ClusterView>,
    /// Always null: there is one page.
    next_cursor: Option<String>,
    /// Whether the counts come from a sample. They do for more than 20,000 listings with a condition or a price.
    approximate: bool,
}

/// The listings of one cell.
#[derive(Serialize, ToSchema)]
#[schema(as = Cluster)]
struct ClusterView {
    /// How many there are in the whole cell.
    count: i64,
    /// The middle of where they may be seen to be.
    centre: Point,
    bounds: BoundsView,
}

/// A cell. It may reach beyond the map that was asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = Bounds)]
struct BoundsView {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

/// What a cluster on a map tells besides its place.
#[derive(Serialize, ToSchema)]
pub(super) struct ClusterProperties {
    /// How many there are in the whole cell.
    count: i64,
    /// Whether that comes from a sample.
    approximate: bool,
    bounds: BoundsView,
}

/// Clusters on a map.
pub(super) type ClusterFeatures = FeatureCollection<ClusterProperties>;

impl From<Clusters> for ClusterList {
    fn from(clusters: Clusters) -> Self {
        let view = |cluster: Cluster| ClusterView {
            count: cluster.products,
            centre: cluster.centre.into(),
            bounds: cluster.cell.into(),
        };
        let data = clusters.cells.into_iter().map(view).collect();
        Self { data, next_cursor: None, approximate: clusters.approximate }
    }
}

impl From<Clusters> for ClusterFeatures {
    fn from(clusters: Clusters) -> Self {
        let approximate = clusters.approximate;
        let feature = |cluster: Cluster| {
            let properties =
                ClusterProperties { count: cluster.products, approximate, bounds: cluster.cell.into() };
            Feature::new(None, Some(cluster.centre), properties)
        };
        Self::of(clusters.cells.into_iter().map(feature), None)
    }
}

impl From<GeoBox> for BoundsView {
    fn from(area: GeoBox) -> Self {
        Self { west: area.west(), south: area.south(), east: area.east(), north: area.north() }
    }
}
