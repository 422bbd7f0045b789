//! Points: the domain speaks of latitude and longitude; only here is it known that x is longitude.

use postgis_diesel::types::Point;
use souk_domain::geo::GeoPoint;
use souk_ports::PortError;

/// WGS 84.
const SRID: u32 = 4326;

/// As the database keeps it.
pub(crate) fn stored(point: GeoPoint) -> Point {
    Point::new(point.longitude(), point.latitude(), Some(SRID))
}

/// As the domain knows it; `row` names where it was found.
pub(crate) fn found(point: Point, row: &str) -> Result<GeoPoint, PortError> {
    GeoPoint::new(point.y, point.x).map_err(|fault| PortError::Corrupt(format!("{row}: {}", fault.detail)))
}
