//! A ring around a point, cut into sectors whose boxes on the chart leave out most of what lies inside the ring.

use std::f64::consts::TAU;

use diesel::{
    pg::Pg,
    query_builder::QueryId,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::SqlType,
};

use super::chart::Centre;

/// PostgreSQL's own polygon.
#[derive(QueryId, SqlType)]
#[diesel(postgres_type(oid = 604, array_oid = 1027))]
pub(super) struct Polygon;

/// At most so many sectors.
const MOST: u16 = 64;
/// Sides that stand for an arc.
const SIDES: u16 = 8;
/// `n` sectors for `WORTH` × `n`² listings inside: then searching the index for each costs as much as looking, in the
/// index, at what their boxes hold beside the ring.
const WORTH: f64 = 40.0;
/// A sector of a ring: its corners on the chart, along the outer arc and back along the inner.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sector(Vec<(f64, f64)>);

/// Sectors that hold everything at a distance from `inner` to `outer` metres from the centre, and more. The more listings
/// are thought to be within `inner`, the more sectors there are. The outer circle crosses no antimeridian and comes near
/// no pole.
pub(super) fn sectors(centre: &Centre, inner: f64, outer: f64, inside: f64) -> Vec<Sector> {
    let count = (2..MOST).find(|count| f64::from(count * count) * WORTH >= inside).unwrap_or(MOST);
    let step = TAU / f64::from(count * SIDES);
    let corner = |turn: f64, far: f64| (centre.x + far * turn.sin(), centre.y + far * turn.cos());
    // The middle of an outer side is on the circle, the ends of an inner one are.
    let out = centre.outer(outer) / (step / 2.0).cos();
    let back = centre.inner(inner);
    let sector = |number: u16| {
        let turns = (0..=SIDES).map(|side| f64::from(number * SIDES + side) * step);
        let there = turns.clone().map(|turn| corner(turn, out));
        let home = turns.rev().map(|turn| corner(turn, back));
        Sector(there.chain(home).collect())
    };
    (0..count).map(sector).collect()
}

impl ToSql<Polygon, Pg> for Sector {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        use std::io::Write;
        out.write_all(&i32::try_from(self.0.len())?.to_be_bytes())?;
        for (x, y) in &self.0 {
            out.write_all(&x.to_be_bytes())?;
            out.write_all(&y.to_be_bytes())?;
        }
        Ok(IsNull::No)
    }
}

#[cfg(test)]
mod tests {
    use geographiclib_rs::{DirectGeodesic, Geodesic};
    use souk_domain::geo::GeoPoint;

    use super::{
        super::chart::{Shelf, north},
        *,
    };

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
            let centre = Centre::new(Shelf::ALL, GeoPoint::new(latitude, 12.5).unwrap());
            for (inner, outer) in [
                (0.0, 25.0),
                (3.0, 3.0),
                (812.5, 820.0),
                (2_269.0, 2_274.0),
                (40_000.0, 90_000.0),
                (199_000.0, 200_000.0),
            ] {
                for inside in [0.0, 300.0, 10_000.0, 1e9] {
                    let sectors = sectors(&centre, inner, outer, inside);
                    for turn in 0..720 {
                        for share in [0.0, 0.3, 1.0] {
                            let (lat, lon) = geodesic.direct(
                                latitude,
                                12.5,
                                f64::from(turn) * 0.5 + 0.01,
                                inner + (outer - inner) * share,
                            );
                            let found =
                                sectors.iter().any(|sector| sector.holds((Shelf::ALL.east(lon), north(lat))));
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
        let centre = Centre::new(Shelf::ALL, GeoPoint::new(48.86, 2.35).unwrap());
        let sectors = sectors(&centre, 2_269.0, 2_274.0, 10_000.0);
        assert_eq!(sectors.len(), 16);
        let geodesic = Geodesic::wgs84();
        let held = (0..1_000).filter(|turn| {
            let (lat, lon): (f64, f64) = geodesic.direct(48.86, 2.35, f64::from(*turn) * 0.36, 2_240.0);
            sectors.iter().any(|sector| sector.holds((Shelf::ALL.east(lon), north(lat))))
        });
        assert_eq!(held.count(), 0);
    }
}
