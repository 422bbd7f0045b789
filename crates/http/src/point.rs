//! Points as clients write and read them.

use serde::{Deserialize, Deserializer, Serialize};
use souk_domain::{geo::GeoPoint, product::PlaceForm};
use utoipa::ToSchema;

use crate::extract::FiniteF64;

/// A point on the earth in degrees (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Degrees north, -90 to 90.
    #[serde(deserialize_with = "finite")]
    #[schema(minimum = -90, maximum = 90, example = 52.52)]
    latitude: f64,
    /// Degrees east, -180 to 180.
    #[serde(deserialize_with = "finite")]
    #[schema(minimum = -180, maximum = 180, example = 13.405)]
    longitude: f64,
}

fn finite<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    FiniteF64::deserialize(deserializer).map(FiniteF64::get)
}

impl From<Point> for PlaceForm {
    fn from(point: Point) -> Self {
        Self { latitude: point.latitude, longitude: point.longitude }
    }
}

impl From<GeoPoint> for Point {
    fn from(point: GeoPoint) -> Self {
        Self { latitude: point.latitude(), longitude: point.longitude() }
    }
}
