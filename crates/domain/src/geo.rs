//! Places on the earth (WGS 84), and how a seller's place is blurred before anybody sees it.
#![expect(clippy::float_arithmetic, reason = "degrees and metres are floats; money never comes here")]

mod area;
mod grid;

pub use area::GeoBox;
pub use grid::{Grid, Tile, Zoom};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{id::UserId, slug::slugs, violation::Fault};

/// Mean radius of the earth in metres (IUGG). Good to 0.5 %, which is plenty for blurring.
const EARTH_RADIUS: f64 = 6_371_008.8;
/// Rows of the privacy grid from pole to pole: each about 1,000 m high.
const GRID_ROWS: f64 = 20_000.0;
/// How far the public point lies from the centre of its cell, in metres. The corner of a cell is some 710 m from its
/// centre, so that the public point is never nearer than about 540 m to the true one, wherever that is in the cell.
const OFFSET: (f64, f64) = (1_250.0, 1_750.0);

/// A point in degrees. Latitude −90 to 90, longitude −180 to 180, both finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeoPoint {
    latitude: f64,
    longitude: f64,
}

/// A search radius in metres, 1 to 200,000.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Radius(f64);

/// A distance in metres, not negative.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Meters(pub f64);

slugs! {
    /// How exactly a listing says where it is.
    Precision as "location_precision" {
        /// Somewhere within a kilometre or two: the default.
        Approximate = "approximate",
        /// The very point, by the seller's choice.
        Exact = "exact",
    }
}

/// The key of the public points' offsets; whoever knows it can undo the blur down to the grid cell.
#[derive(Clone)]
pub struct BlurKey([u8; 32]);

impl GeoPoint {
    /// Checks the ranges; nothing is clamped or wrapped.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, Fault> {
        // NaN is in no range, so that this refuses it too.
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(Fault::new("out_of_range", "Latitude must be between -90 and 90."));
        }
        if !(-180.0..=180.0).contains(&longitude) {
            return Err(Fault::new("out_of_range", "Longitude must be between -180 and 180."));
        }
        Ok(Self { latitude, longitude })
    }

    /// Degrees north.
    pub fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east.
    pub fn longitude(self) -> f64 {
        self.longitude
    }

    /// The mean of `count` points, from the sums of their degrees × 10^7.
    pub fn mean(latitudes: i64, longitudes: i64, count: i64) -> Option<Self> {
        let mean = |sum: i64| {
            // Whole first: a sum of many points has more digits than a float.
            let (whole, rest) = (sum.checked_div(count)?, sum.checked_rem(count)?);
            let exact = f64::from(i32::try_from(whole).ok()?);
            let (rest, count) = (f64::from(i32::try_from(rest).ok()?), f64::from(i32::try_from(count).ok()?));
            Some((exact + rest / count) / 1e7)
        };
        Self::new(mean(latitudes)?, mean(longitudes)?).ok()
    }

    /// Great-circle distance on the sphere (haversine); within 0.5 % of the spheroid's.
    pub fn distance(self, other: Self) -> Meters {
        let (lat1, lat2) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half_lat = ((lat2 - lat1) / 2.0).sin();
        let half_lon = ((other.longitude - self.longitude).to_radians() / 2.0).sin();
        let h = half_lat * half_lat + lat1.cos() * lat2.cos() * half_lon * half_lon;
        Meters(2.0 * EARTH_RADIUS * h.sqrt().min(1.0).asin())
    }

    /// The point that lies `distance` metres away in direction `bearing` (radians clockwise from north).
    fn towards(self, bearing: f64, distance: f64) -> Self {
        let (lat, lon) = (self.latitude.to_radians(), self.longitude.to_radians());
        let arc = distance / EARTH_RADIUS;
        let sin_lat = lat.sin() * arc.cos() + lat.cos() * arc.sin() * bearing.cos();
        let new_lat = sin_lat.clamp(-1.0, 1.0).asin();
        let new_lon = lon + (bearing.sin() * arc.sin() * lat.cos()).atan2(arc.cos() - lat.sin() * sin_lat);
        let wrapped = (new_lon.to_degrees() + 540.0).rem_euclid(360.0) - 180.0;
        Self { latitude: rounded(new_lat.to_degrees()), longitude: rounded(wrapped) }
    }

    /// What others may see of the exact place of a seller's listing.
    ///
    /// The point is snapped to the centre of its grid cell of about 1 km, then moved 1,250 to 1,750 m in a direction,
    /// both drawn by a keyed hash of seller and cell. So the public point stays put while the seller moves within the
    /// cell, all listings from there share it (averaging over them tells nothing), and however exactly somebody
    /// measures it, the true point is at least half a kilometre away, in one of several cells.
    #[must_use]
    pub fn public(self, precision: Precision, seller: UserId, key: &BlurKey) -> Self {
        match precision {
            Precision::Exact => self,
            Precision::Approximate => {
                let cell = Cell::of(self);
                let (bearing, distance) = cell.offset(seller, key);
                cell.centre().towards(bearing, distance)
            }
        }
    }
}

/// Micro-degrees: about 11 cm, short in JSON.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

impl Radius {
    /// The widest search, in metres.
    pub const MAX: f64 = 200_000.0;

    /// Takes 1 to 200,000 metres.
    pub fn new(meters: f64) -> Result<Self, Fault> {
        if (1.0..=Self::MAX).contains(&meters) {
            Ok(Self(meters))
        } else {
            Err(Fault::new("out_of_range", "Must be between 1 and 200000 metres."))
        }
    }

    /// In metres.
    pub fn meters(self) -> f64 {
        self.0
    }
}

impl Default for Radius {
    fn default() -> Self {
        Self(5_000.0)
    }
}

impl BlurKey {
    /// Takes 32 secret bytes.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }
}

/// A cell of the privacy grid: rows of equal height, each cut into as many cells of at least 1 km as fit around it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cell {
    row: f64,
    column: f64,
}

impl Cell {
    fn of(point: GeoPoint) -> Self {
        let row = ((point.latitude + 90.0) / 180.0 * GRID_ROWS).floor().min(GRID_ROWS - 1.0);
        let columns = Self::columns(row);
        let column = ((point.longitude + 180.0) / 360.0 * columns).floor().min(columns - 1.0);
        Self { row, column }
    }

    /// How many cells a row has: the equator's, shrunk by the latitude.
    fn columns(row: f64) -> f64 {
        (2.0 * GRID_ROWS * Self::latitude(row).to_radians().cos()).floor().max(1.0)
    }

    fn latitude(row: f64) -> f64 {
        (row + 0.5) / GRID_ROWS * 180.0 - 90.0
    }

    fn centre(self) -> GeoPoint {
        let longitude = (self.column + 0.5) / Self::columns(self.row) * 360.0 - 180.0;
        GeoPoint { latitude: Self::latitude(self.row), longitude }
    }

    /// Direction in radians and distance in metres, the same for the same seller, cell and key.
    fn offset(self, seller: UserId, key: &BlurKey) -> (f64, f64) {
        // A key of 32 bytes is shorter than the block, so that HMAC takes it as it is.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key.0) else { return (0.0, OFFSET.1) };
        mac.update(seller.as_uuid().as_bytes());
        mac.update(&self.row.to_be_bytes());
        mac.update(&self.column.to_be_bytes());
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let unit = |from: usize| {
            let word = digest.iter().skip(from).take(4).fold(0, |word, byte| word << 8 | u32::from(*byte));
            f64::from(word) / f64::from(u32::MAX)
        };
        (unit(0) * std::f64::consts::TAU, OFFSET.0 + unit(4) * (OFFSET.1 - OFFSET.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn key() -> BlurKey {
        BlurKey::new([7; 32])
    }

    fn seller(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    fn point(latitude: f64, longitude: f64) -> GeoPoint {
        GeoPoint::new(latitude, longitude).unwrap()
    }

    #[test]
    fn points_are_in_range_and_finite() {
        for (latitude, longitude) in [
            (90.1, 0.0),
            (-90.1, 0.0),
            (0.0, 180.1),
            (0.0, -180.1),
            (f64::NAN, 0.0),
            (0.0, f64::NAN),
            (f64::INFINITY, 0.0),
        ] {
            assert!(GeoPoint::new(latitude, longitude).is_err(), "{latitude} {longitude}");
        }
        assert!(GeoPoint::new(-90.0, 180.0).is_ok());
    }

    #[test]
    fn distances_are_great_circles() {
        let metres = point(50.8467, 4.3525).distance(point(51.2194, 4.4025)).0;
        assert!((metres - 41_590.0).abs() < 100.0, "Brussels to Antwerp: {metres}");
        assert!((point(0.0, 179.9).distance(point(0.0, -179.9)).0 - 22_239.0).abs() < 5.0);
        assert!((point(90.0, 0.0).distance(point(-90.0, 0.0)).0 - 20_015_115.0).abs() < 10.0);
    }

    #[test]
    fn a_mean_lies_between_its_points() {
        let mean = GeoPoint::mean(525_200_000 + 525_400_000, -1_800_000_000 + -1_700_000_001, 2).unwrap();
        assert!((mean.latitude() - 52.53).abs() < 1e-9);
        assert!((mean.longitude() + 175.000_000_05).abs() < 1e-9);
        assert_eq!(GeoPoint::mean(900_000_000 * 1_000_000, 0, 1_000_000), Some(point(90.0, 0.0)));
        assert_eq!(GeoPoint::mean(0, 0, 0), None);
        assert_eq!(GeoPoint::mean(i64::MAX, 0, 1), None);
    }

    #[test]
    fn an_exact_place_stays() {
        assert_eq!(point(52.52, 13.405).public(Precision::Exact, seller(1), &key()), point(52.52, 13.405));
    }

    #[test]
    fn the_blur_depends_on_seller_and_key() {
        let place = point(52.52, 13.405);
        let public = place.public(Precision::Approximate, seller(1), &key());
        assert_eq!(public, place.public(Precision::Approximate, seller(1), &key()));
        assert_ne!(public, place.public(Precision::Approximate, seller(2), &key()));
        assert_ne!(public, place.public(Precision::Approximate, seller(1), &BlurKey::new([8; 32])));
    }

    #[test]
    fn moving_within_the_cell_moves_nothing() {
        let centre = Cell::of(point(52.52, 13.405)).centre();
        let nearby = centre.towards(1.0, 300.0);
        assert_eq!(
            centre.public(Precision::Approximate, seller(1), &key()),
            nearby.public(Precision::Approximate, seller(1), &key())
        );
    }

    proptest! {
        #[test]
        fn the_public_point_is_never_near_the_true_one_nor_far_away(
            latitude in -85.0..85.0f64, longitude in -180.0..180.0f64, who: u128
        ) {
            let exact = point(latitude, longitude);
            let distance = exact.distance(exact.public(Precision::Approximate, seller(who), &key())).0;
            prop_assert!((500.0..2_600.0).contains(&distance), "{distance}");
        }

        #[test]
        fn the_public_point_is_a_point(latitude in -90.0..=90.0f64, longitude in -180.0..=180.0f64, who: u128) {
            let public = point(latitude, longitude).public(Precision::Approximate, seller(who), &key());
            prop_assert!(GeoPoint::new(public.latitude(), public.longitude()).is_ok());
        }

        #[test]
        fn a_cell_contains_its_points(latitude in -89.9..89.9f64, longitude in -180.0..180.0f64) {
            let exact = point(latitude, longitude);
            let cell = Cell::of(exact);
            prop_assert_eq!(Cell::of(cell.centre()), cell);
            prop_assert!(exact.distance(cell.centre()).0 < 1_100.0);
        }
    }
}
