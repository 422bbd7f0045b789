//! Boxes of degrees, as maps show them; also across the antimeridian.

use super::GeoPoint;
use crate::violation::{Fault, Violations};

/// What lies between two parallels and two meridians. From `west` one goes east to `east`, over the antimeridian if
/// `west` is the larger number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeoBox {
    pub(super) west: f64,
    pub(super) south: f64,
    pub(super) east: f64,
    pub(super) north: f64,
}

impl GeoBox {
    /// The whole world.
    pub const WORLD: Self = Self { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };

    /// Checks the ranges, and that the south is not north of the north.
    pub fn new(west: f64, south: f64, east: f64, north: f64) -> Result<Self, Violations> {
        let mut wrong = Violations::none();
        for (field, latitude) in [("south", south), ("north", north)] {
            wrong.keep(field, GeoPoint::new(latitude, 0.0));
        }
        for (field, longitude) in [("west", west), ("east", east)] {
            wrong.keep(field, GeoPoint::new(0.0, longitude));
        }
        if south > north {
            wrong.add(Fault::new("out_of_range", "Must not lie north of `north`.").of("south"));
        }
        wrong.or_else(Some(Self { west, south, east, north }))
    }

    /// All around the earth, and so many degrees to the south and to the north of a point, or to the pole.
    #[must_use]
    pub fn band(middle: GeoPoint, degrees: f64) -> Self {
        let (south, north) = (middle.latitude() - degrees, middle.latitude() + degrees);
        Self { south: south.max(-90.0), north: north.min(90.0), ..Self::WORLD }
    }

    /// The meridian where it begins.
    pub fn west(&self) -> f64 {
        self.west
    }

    /// The parallel where it begins.
    pub fn south(&self) -> f64 {
        self.south
    }

    /// The meridian where it ends.
    pub fn east(&self) -> f64 {
        self.east
    }

    /// The parallel where it ends.
    pub fn north(&self) -> f64 {
        self.north
    }

    /// How many degrees it is wide.
    pub fn width(&self) -> f64 {
        if self.crosses_the_antimeridian() { self.east - self.west + 360.0 } else { self.east - self.west }
    }

    /// Whether it goes on in the west of the map where it ends in the east.
    pub fn crosses_the_antimeridian(&self) -> bool {
        self.west > self.east
    }

    /// The box in pieces that each lie within one map of the world. The antimeridian has two names; a box that touches it
    /// under one of them holds what lies there under the other as well.
    pub fn pieces(&self) -> Vec<Self> {
        let piece = |west, east| Self { west, east, ..*self };
        if self.crosses_the_antimeridian() {
            return vec![piece(self.west, 180.0), piece(-180.0, self.east)];
        }
        let mut pieces = vec![*self];
        if self.east >= 180.0 && self.west > -180.0 {
            pieces.push(piece(-180.0, -180.0));
        }
        if self.west <= -180.0 && self.east < 180.0 {
            pieces.push(piece(180.0, 180.0));
        }
        pieces
    }

    /// Whether a point lies in it, its edges included.
    pub fn contains(&self, point: GeoPoint) -> bool {
        let (latitude, longitude) = (point.latitude(), point.longitude());
        (self.south..=self.north).contains(&latitude)
            && self.pieces().iter().any(|piece| (piece.west..=piece.east).contains(&longitude))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(west: f64, south: f64, east: f64, north: f64) -> Vec<String> {
        let violations = GeoBox::new(west, south, east, north).unwrap_err();
        violations.iter().map(|violation| violation.field.to_string()).collect()
    }

    #[test]
    fn a_box_has_its_south_below_its_north_and_all_edges_on_the_map() {
        assert!(GeoBox::new(-180.0, -90.0, 180.0, 90.0).is_ok());
        assert!(GeoBox::new(13.0, 52.0, 13.0, 52.0).is_ok());
        assert_eq!(wrong(0.0, 2.0, 1.0, 1.0), ["south"]);
        assert_eq!(wrong(-181.0, -91.0, 180.5, 90.5), ["south", "north", "west", "east"]);
        assert_eq!(wrong(f64::NAN, 0.0, 1.0, 1.0), ["west"]);
        assert_eq!(wrong(0.0, f64::NEG_INFINITY, 1.0, 1.0), ["south"]);
    }

    #[test]
    fn a_band_ends_at_the_poles() {
        let contains = |middle: f64, degrees, latitude| {
            let band = GeoBox::band(GeoPoint::new(middle, 13.0).unwrap(), degrees);
            assert!(band.contains(GeoPoint::new(middle, -180.0).unwrap()));
            assert_eq!(GeoBox::new(band.west(), band.south(), band.east(), band.north()), Ok(band));
            band.contains(GeoPoint::new(latitude, 77.0).unwrap())
        };
        assert!(contains(89.0, 2.0, 90.0) && contains(-89.0, 2.0, -90.0) && contains(89.0, 2.0, 87.0));
        assert!(!contains(89.0, 2.0, 86.9) && !contains(-30.0, 0.5, -30.6));
    }

    #[test]
    fn a_box_over_the_antimeridian_has_two_pieces() {
        let fiji = GeoBox::new(176.0, -20.0, -178.0, -15.0).unwrap();
        assert!((fiji.width() - 6.0).abs() < 1e-9);
        assert_eq!(fiji.pieces().len(), 2);
        for (longitude, inside) in
            [(177.0, true), (180.0, true), (-180.0, true), (-179.0, true), (0.0, false)]
        {
            assert_eq!(fiji.contains(GeoPoint::new(-17.0, longitude).unwrap()), inside, "{longitude}");
        }
        assert!(!fiji.contains(GeoPoint::new(-21.0, 177.0).unwrap()));
    }

    #[test]
    fn the_antimeridian_is_one_line_with_two_names() {
        let (east_end, west_end) = (GeoPoint::new(0.0, 180.0).unwrap(), GeoPoint::new(0.0, -180.0).unwrap());
        for (west, east) in [(170.0, 180.0), (-180.0, -170.0), (-180.0, 180.0)] {
            let area = GeoBox::new(west, -1.0, east, 1.0).unwrap();
            assert!(area.contains(east_end) && area.contains(west_end), "{west} to {east}");
        }
        let area = GeoBox::new(-179.0, -1.0, 179.0, 1.0).unwrap();
        assert!(!area.contains(east_end) && !area.contains(west_end));
    }
}
