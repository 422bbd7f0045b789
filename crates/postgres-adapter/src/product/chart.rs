//! The chart that the indexes of places are drawn on: World Mercator (EPSG:3395), of the spheroid of WGS 84.
//!
//! It keeps angles, so that whatever is nearest on it is nearest on the ground, but for how much the scale changes
//! within the search: a thousandth for a few kilometres. The database draws it too (`chart_point` in the migrations);
//! here it is drawn for where a search looks and how far. Each category has a shelf, a chart of its own beside the others.
//! What is measured on the chart is in its metres, which are those of the ground at the equator and shorter elsewhere.

use std::f64::consts::PI;

use souk_domain::{
    geo::GeoPoint,
    product::{Category, ProductFilter},
    slug::Slug,
};

/// Metres: less than any degree of latitude has.
pub(super) const LATITUDE_DEGREE: f64 = 110_500.0;
/// Metres of the spheroid's radius at the equator, and its first eccentricity, squared (NIMA TR8350.2).
const AXIS: f64 = 6_378_137.0;
const ECCENTRICITY_SQUARED: f64 = 6.694_379_990_14e-3;
/// Where the chart ends, in degrees.
const LAST_PARALLEL: f64 = 89.9;
/// How far the antimeridian is from the middle of the chart.
pub(super) const HALF_WORLD: f64 = PI * AXIS;
/// From one shelf to the next.
const SHELF: f64 = 1e8;
/// For what two programs may round differently: a tenth of a millimetre, near a pole less.
pub(super) const ROUNDING: f64 = 1e-4;

/// A chart: of all listings, or of those of a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shelf(Option<Category>);

impl Shelf {
    /// With everything.
    pub(super) const ALL: Self = Self(None);

    /// The one on which the fewest lie beside those that fit.
    pub(super) fn of(filter: &ProductFilter) -> Self {
        Self(filter.category)
    }

    /// A listing's point as its index has it.
    pub(super) fn point(self) -> &'static str {
        match self.0 {
            None => "chart_point(location)",
            Some(_) => "chart_point(location, category)",
        }
    }

    /// Where its middle is.
    fn start(self) -> f64 {
        let before = self.0.and_then(|own| Category::ALL.iter().position(|category| *category == own));
        before.and_then(|before| u16::try_from(before).ok()).map_or(0.0, |before| f64::from(before) * SHELF)
    }

    /// A meridian's place.
    pub(super) fn east(self, longitude: f64) -> f64 {
        self.start() + AXIS * longitude.to_radians()
    }
}

/// A parallel's place (Snyder, Map Projections: A Working Manual, USGS 1987, equation 7-7).
pub(super) fn north(latitude: f64) -> f64 {
    let latitude = latitude.clamp(-LAST_PARALLEL, LAST_PARALLEL).to_radians();
    let eccentricity = ECCENTRICITY_SQUARED.sqrt();
    AXIS * (latitude.tan().asinh() - eccentricity * (eccentricity * latitude.sin()).atanh())
}

/// Where a search looks from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Centre {
    pub(super) shelf: Shelf,
    pub(super) point: GeoPoint,
    /// On the chart.
    pub(super) x: f64,
    pub(super) y: f64,
}

impl Centre {
    pub(super) fn new(shelf: Shelf, point: GeoPoint) -> Self {
        Self { shelf, point, x: shelf.east(point.longitude()), y: north(point.latitude()) }
    }

    /// The same, so much further east on the chart.
    pub(super) fn moved(self, east: f64) -> Self {
        Self { x: self.x + east, ..self }
    }

    /// How far a place is on the chart.
    pub(super) fn distance(&self, point: GeoPoint) -> f64 {
        (self.shelf.east(point.longitude()) - self.x).hypot(north(point.latitude()) - self.y)
    }

    /// How far on the chart everything lies at most that is within so many metres on the ground: no way is longer on the
    /// chart than it would be where it is nearest to a pole.
    pub(super) fn outer(&self, meters: f64) -> f64 {
        let high = (self.point.latitude().abs() + meters / LATITUDE_DEGREE).min(LAST_PARALLEL);
        meters * scale(high) + ROUNDING
    }

    /// How far on the chart everything lies at least that is further than so many metres on the ground: no way is shorter on
    /// the chart than it would be where it is nearest to the equator.
    pub(super) fn inner(&self, meters: f64) -> f64 {
        let low = (self.point.latitude().abs() - meters / LATITUDE_DEGREE).max(0.0);
        (meters * scale(low) - ROUNDING).max(0.0)
    }

    /// Square metres of the ground around here, from those of the chart.
    pub(super) fn on_ground(&self, area: f64) -> f64 {
        area / scale(self.point.latitude()).powi(2)
    }
}

/// How many metres a metre has on the chart, in every direction (Snyder, equation 7-8).
fn scale(latitude: f64) -> f64 {
    let (sin, cos) = latitude.to_radians().sin_cos();
    (1.0 - ECCENTRICITY_SQUARED * sin * sin).sqrt() / cos
}

#[cfg(test)]
mod tests {
    use geographiclib_rs::{DirectGeodesic, Geodesic};

    use super::*;

    fn point(latitude: f64, longitude: f64) -> GeoPoint {
        GeoPoint::new(latitude, longitude).unwrap()
    }

    #[test]
    fn everything_lies_between_the_bounds() {
        let geodesic = Geodesic::wgs84();
        let mut looked_at = 0;
        for latitude in [0.0, 0.004, -33.9, 48.86, 69.6, -84.0] {
            let centre = Centre::new(Shelf::ALL, point(latitude, 12.5));
            for metres in [0.0, 0.01, 1.0, 812.5, 5_000.0, 40_000.0, 200_000.0] {
                for turn in 0..3_600 {
                    let bearing = f64::from(turn) * 0.1;
                    let (lat, lon): (f64, f64) = geodesic.direct(latitude, 12.5, bearing, metres);
                    let charted = centre.distance(point(lat, lon));
                    assert!(
                        charted <= centre.outer(metres),
                        "{latitude}: {metres} m to {bearing} is {charted}"
                    );
                    assert!(
                        charted >= centre.inner(metres),
                        "{latitude}: {metres} m to {bearing} is {charted}"
                    );
                    looked_at += 1;
                }
            }
        }
        assert_eq!(looked_at, 6 * 7 * 3_600);
    }

    #[test]
    fn the_bounds_are_close() {
        let paris = Centre::new(Shelf::ALL, point(48.86, 2.35));
        for (metres, least) in [(500.0, 0.999_8), (5_000.0, 0.998), (50_000.0, 0.98)] {
            let close = paris.inner(metres) / paris.outer(metres);
            assert!((least..1.0).contains(&close), "{metres} m: {close}");
        }
    }

    #[test]
    fn the_chart_ends_before_the_poles() {
        assert!(north(90.0).is_finite() && north(90.0) > north(89.8));
        assert!((north(90.0) + north(-90.0)).abs() < 1e-9);
    }

    #[test]
    fn places_are_where_epsg_3395_has_them() {
        // By PROJ.
        for (latitude, longitude, x, y) in [
            (48.86, 2.35, 261_600.803_364, 6_218_943.034_080),
            (-33.9, 151.2, 16_831_507.007_943, -3_991_551.390_213),
            (69.6, -18.96, -2_110_617.545_440, 10_899_658.423_563),
            (0.0, -180.0, -20_037_508.342_789, 0.0),
            (85.5, 13.25, 1_474_983.253_011, 20_601_981.535_366),
        ] {
            let centre = Centre::new(Shelf::ALL, point(latitude, longitude));
            assert!((centre.x - x).abs() < 0.001 && (centre.y - y).abs() < 0.001, "{centre:?}");
        }
    }

    #[test]
    fn shelves_do_not_touch() {
        let mut starts: Vec<_> = Category::ALL.iter().map(|own| Shelf(Some(*own)).east(-180.0)).collect();
        starts.sort_by(f64::total_cmp);
        // A search reaches a quarter of the world beyond the antimeridian at most.
        let widest = Centre::new(Shelf::ALL, point(86.18, 180.0)).outer(200_000.0);
        assert!(widest < HALF_WORLD / 2.0);
        assert!(starts.windows(2).all(|pair| pair[1] - pair[0] > 2.0 * (HALF_WORLD + widest)));
    }
}
