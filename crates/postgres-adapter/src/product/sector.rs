//! A ring around a point, cut into sectors whose boxes on the map leave out most of what lies inside the ring.
//!
//! Degrees are taken so that a sector misses nothing of the ring: as short as they are anywhere in the outer circle for
//! where it ends, as long as they are anywhere in the inner one for where it begins. (A way that is straight in degrees is
//! no shorter than the shortest there is.)

use std::f64::consts::TAU;

use diesel::{
    pg::Pg,
    query_builder::QueryId,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::SqlType,
};
use souk_domain::geo::GeoPoint;

/// PostgreSQL's own polygon.
#[derive(QueryId, SqlType)]
#[diesel(postgres_type(oid = 604, array_oid = 1027))]
pub(super) struct Polygon;

/// Metres: less than any degree of latitude has.
pub(super) const LATITUDE_DEGREE: f64 = 110_500.0;

/// At most so many sectors.
const MOST: u16 = 64;
/// Sides that stand for an arc.
const SIDES: u16 = 8;
/// `n` sectors for `WORTH` × `n`² listings inside: then searching the index for each costs as much as looking, in the
/// index, at what their boxes hold beside the ring.
const WORTH: f64 = 40.0;
/// Degrees by which a sector is larger than it had to be: PostgreSQL takes coordinates within a millionth for the same.
const TOLERANCE: f64 = 3e-6;

/// A sector of a ring: its corners as longitude and latitude in degrees, along the outer arc and back along the inner.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sector(Vec<(f64, f64)>);

/// Metres of a degree of latitude and of one of longitude.
struct Degree {
    latitude: f64,
    longitude: f64,
}

/// Sectors that hold everything at a distance from `inner` to `outer` metres from the centre, and more. The more listings
/// are thought to be within `inner`, the more sectors there are. The outer circle crosses no antimeridian and comes near
/// no pole.
pub(super) fn sectors(centre: GeoPoint, inner: f64, outer: f64, inside: f64) -> Vec<Sector> {
    let count = (2..MOST).find(|count| f64::from(count * count) * WORTH >= inside).unwrap_or(MOST);
    let step = TAU / f64::from(count * SIDES);
    let shortest = Degree::shortest(centre.latitude().abs(), outer);
    let longest = Degree::longest(centre.latitude().abs(), inner);
    let corner = |turn: f64, width: f64, height: f64| {
        (centre.longitude() + width * turn.sin(), centre.latitude() + height * turn.cos())
    };
    // The middle of an outer side is on the circle, the ends of an inner one are.
    let out = |metres: f64| (outer / metres + TOLERANCE) / (step / 2.0).cos();
    let back = |metres: f64| (inner / metres - TOLERANCE).max(0.0);
    let sector = |number: u16| {
        let turns = (0..=SIDES).map(|side| f64::from(number * SIDES + side) * step);
        let there = turns.clone().map(|turn| corner(turn, out(shortest.longitude), out(shortest.latitude)));
        let home = turns.rev().map(|turn| corner(turn, back(longest.longitude), back(longest.latitude)));
        Sector(there.chain(home).collect())
    };
    (0..count).map(sector).collect()
}

impl Degree {
    /// At this latitude, on the spheroid of WGS 84 (NIMA TR8350.2): its radii of curvature along and across the meridian.
    fn at(latitude: f64) -> Self {
        const AXIS: f64 = 6_378_137.0;
        const ECCENTRICITY_SQUARED: f64 = 6.694_379_990_14e-3;
        let (sin, cos) = latitude.to_radians().sin_cos();
        let curving = 1.0 - ECCENTRICITY_SQUARED * sin * sin;
        let meridian = AXIS * (1.0 - ECCENTRICITY_SQUARED) / (curving * curving.sqrt());
        Self { latitude: meridian.to_radians(), longitude: (AXIS / curving.sqrt() * cos).to_radians() }
    }

    /// As short as both are anywhere within a radius.
    fn shortest(latitude: f64, radius: f64) -> Self {
        let (low, high) = band(latitude, radius);
        Self { latitude: Self::at(low).latitude, longitude: Self::at(high).longitude }
    }

    /// As long as both are anywhere within a radius.
    fn longest(latitude: f64, radius: f64) -> Self {
        let (low, high) = band(latitude, radius);
        Self { latitude: Self::at(high).latitude, longitude: Self::at(low).longitude }
    }
}

/// The latitudes nearest to the equator and to the pole within a radius.
fn band(latitude: f64, radius: f64) -> (f64, f64) {
    let reach = radius / LATITUDE_DEGREE;
    ((latitude - reach).max(0.0), (latitude + reach).min(90.0))
}

impl ToSql<Polygon, Pg> for Sector {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        use std::io::Write;
        out.write_all(&i32::try_from(self.0.len())?.to_be_bytes())?;
        for (longitude, latitude) in &self.0 {
            out.write_all(&longitude.to_be_bytes())?;
            out.write_all(&latitude.to_be_bytes())?;
        }
        Ok(IsNull::No)
    }
}

#[cfg(test)]
mod tests {
    use geographiclib_rs::{DirectGeodesic, Geodesic};

    use super::*;

    impl Sector {
        /// Whether a point is inside, by the crossings of a ray to the east.
        fn holds(&self, (x, y): (f64, f64)) -> bool {
            let ends = self.0.iter().zip(self.0.iter().cycle().skip(1));
            let crossed = ends.filter(|((ax, ay), (bx, by))| {
                (*ay > y) != (*by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
            });
            crossed.count() % 2 == 1
        }
    }

    #[test]
    fn nothing_of_a_ring_is_missed() {
        let geodesic = Geodesic::wgs84();
        let mut looked_at = 0;
        for latitude in [0.0, 0.004, -33.9, 48.86, 69.6, -84.0] {
            let centre = GeoPoint::new(latitude, 12.5).unwrap();
            for (inner, outer) in [
                (0.0, 25.0),
                (3.0, 3.0),
                (812.5, 820.0),
                (2_269.0, 2_274.0),
                (40_000.0, 90_000.0),
                (199_000.0, 200_000.0),
            ] {
                for inside in [0.0, 300.0, 10_000.0, 1e9] {
                    let sectors = sectors(centre, inner, outer, inside);
                    for turn in 0..720 {
                        for share in [0.0, 0.3, 1.0] {
                            let (lat, lon) = geodesic.direct(
                                latitude,
                                12.5,
                                f64::from(turn) * 0.5 + 0.01,
                                inner + (outer - inner) * share,
                            );
                            let found = sectors.iter().any(|sector| sector.holds((lon, lat)));
                            assert!(found, "{latitude}: {inner} to {outer}, {inside} inside: {lat}, {lon}");
                            looked_at += 1;
                        }
                    }
                }
            }
        }
        assert!(looked_at > 300_000);
    }

    #[test]
    fn what_is_inside_a_ring_is_mostly_left_out() {
        let centre = GeoPoint::new(48.86, 2.35).unwrap();
        let sectors = sectors(centre, 2_269.0, 2_274.0, 10_000.0);
        assert_eq!(sectors.len(), 16);
        let geodesic = Geodesic::wgs84();
        let held = (0..1_000).filter(|turn| {
            let (lat, lon): (f64, f64) = geodesic.direct(48.86, 2.35, f64::from(*turn) * 0.36, 2_240.0);
            sectors.iter().any(|sector| sector.holds((lon, lat)))
        });
        assert_eq!(held.count(), 0);
    }
}
