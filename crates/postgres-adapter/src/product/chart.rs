//! The chart that the indexes of places are drawn on: Mercator's, of the spheroid of WGS 84.
//!
//! It keeps angles, so that whatever is nearest on it is nearest on the ground, but for how much the scale changes
//! within the search: a thousandth for a few kilometres. The database draws it too (`chart_point` in the migrations);
//! here it is drawn for where a search looks and how far. Each category has a shelf, a chart of its own beside the others.

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
/// Degrees to the east from one shelf to the next.
const SHELF: f64 = 1_000.0;
/// Degrees on the chart for what two programs may round differently: a tenth of a millimetre, near a pole less.
pub(super) const ROUNDING: f64 = 1e-9;

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

    /// Where it begins, in degrees.
    fn start(self) -> f64 {
        let before = self.0.and_then(|own| Category::ALL.iter().position(|category| *category == own));
        before.and_then(|before| u16::try_from(before).ok()).map_or(0.0, |before| f64::from(before) * SHELF)
    }

    /// A meridian's place.
    pub(super) fn east(self, longitude: f64) -> f64 {
        self.start() + longitude
    }
}

/// A parallel's place: the isometric latitude in degrees (Snyder, Map Projections: A Working Manual, USGS 1987,
/// equation 7-7).
pub(super) fn north(latitude: f64) -> f64 {
    let latitude = latitude.clamp(-LAST_PARALLEL, LAST_PARALLEL).to_radians();
    let eccentricity = ECCENTRICITY_SQUARED.sqrt();
    (latitude.tan().asinh() - eccentricity * (eccentricity * latitude.sin()).atanh()).to_degrees()
}

/// Where a search looks from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Centre {
    pub(super) shelf: Shelf,
    pub(super) point: GeoPoint,
    /// On the chart, in degrees.
    pub(super) x: f64,
    pub(super) y: f64,
}

impl Centre {
    pub(super) fn new(shelf: Shelf, point: GeoPoint) -> Self {
        Self { shelf, point, x: shelf.east(point.longitude()), y: north(point.latitude()) }
    }

    /// The same, so many degrees further east on the chart.
    pub(super) fn moved(self, degrees: f64) -> Self {
        Self { x: self.x + degrees, ..self }
    }

    /// How far a place is on the chart, in degrees.
    pub(super) fn distance(&self, point: GeoPoint) -> f64 {
        (self.shelf.east(point.longitude()) - self.x).hypot(north(point.latitude()) - self.y)
    }

    /// Degrees on the chart within which everything lies that is within so many metres: a way on the ground is nowhere
    /// longer on the chart than where it is nearest to a pole.
    pub(super) fn outer(&self, metres: f64) -> f64 {
        let high = (self.point.latitude().abs() + metres / LATITUDE_DEGREE).min(LAST_PARALLEL);
        metres / longitude_degree(high) + ROUNDING
    }

    /// Degrees on the chart within which nothing lies that is further than so many metres: a way on the chart is nowhere
    /// longer on the ground than where it is nearest to the equator.
    pub(super) fn inner(&self, metres: f64) -> f64 {
        let low = (self.point.latitude().abs() - metres / LATITUDE_DEGREE).max(0.0);
        (metres / longitude_degree(low) - ROUNDING).max(0.0)
    }
}

/// Metres of a degree of longitude, which is a degree on the chart in every direction.
fn longitude_degree(latitude: f64) -> f64 {
    let (sin, cos) = latitude.to_radians().sin_cos();
    (AXIS / (1.0 - ECCENTRICITY_SQUARED * sin * sin).sqrt() * cos).to_radians()
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
                    let degrees = centre.distance(point(lat, lon));
                    assert!(
                        degrees <= centre.outer(metres),
                        "{latitude}: {metres} m to {bearing} is {degrees}"
                    );
                    assert!(
                        degrees >= centre.inner(metres),
                        "{latitude}: {metres} m to {bearing} is {degrees}"
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
        // Snyder's example: 35 degrees on Clarke's spheroid is some 37.2 on the chart.
        assert!((37.0..37.4).contains(&north(35.0)), "{}", north(35.0));
    }

    #[test]
    fn shelves_do_not_touch() {
        let mut starts: Vec<_> = Category::ALL.iter().map(|own| Shelf(Some(*own)).east(-180.0)).collect();
        starts.sort_by(f64::total_cmp);
        // A search from the other side of the antimeridian is 540 degrees away, and 52 wide at most.
        assert!(starts.windows(2).all(|pair| pair[1] - pair[0] > 360.0 + 2.0 * (180.0 + 52.0)));
    }
}
