//! How far the next page of what is near reaches, for certain.
//!
//! A few searches from points on the rim of what was seen find enough listings beyond it to bound the distance of the last
//! one of the page. The pages right after the first are still near the centre, which is asked before; and if too little is
//! there and around the rim, all that lies between is gone through, as on a first page.

use diesel::sql_types::Double;
use souk_domain::product::{NearbyPosition, NearbyQuery};

use super::pieces::{Pieces, indexed_point};

/// How many searches there are on the rim.
const SEARCHES: &str = "4";

/// Exact metres from the centre, along the spheroid.
const DISTANCE: &str = "ST_Distance(location::geography, (SELECT g FROM q))";

/// A statement for metres.
pub(super) type Reach = Pieces<Double>;

/// A distance within which there are as many listings after the last one seen as a page holds and one more, or the whole
/// radius. `degree` is the fewest metres that a degree of longitude has within the radius; the radius' box crosses no
/// antimeridian and comes near no pole. The filter knows window and kind only.
pub(super) fn reach(query: &NearbyQuery, seen: NearbyPosition, degree: f64) -> Reach {
    let statement = Reach::new()
        .text("WITH q AS MATERIALIZED (SELECT *, point(lon, lat) p, ST_Point(lon, lat, 4326)::geography g FROM (SELECT ")
        .double(query.centre.longitude())
        .text("::float8 lon, ")
        .double(query.centre.latitude())
        .text("::float8 lat, ")
        .double(query.radius.meters())
        .text("::float8 r, ")
        .double(degree)
        .text("::float8 mlon, ")
        .double(seen.distance.0)
        .text("::float8 seen, ")
        .id(seen.id.as_uuid())
        .text("::uuid last) v)");
    bound(query, i64::from(query.limit.rows()) + 1, statement)
}

fn bound(query: &NearbyQuery, rows: i64, statement: Reach) -> Reach {
    let statement = candidates(query, statement.text(", near AS MATERIALIZED ("), false).bigint(rows * 3);
    let statement = statement
        .text("), rim AS MATERIALIZED (SELECT DISTINCT ON (id) id, d FROM (SELECT point(lon + seen * sin(a) / (111320 * cos(radians(lat))), lat + seen * cos(a) / 111200) s FROM q, (SELECT 2 * pi() * n / ")
        .text(SEARCHES)
        .text(" a FROM generate_series(1, ")
        .text(SEARCHES)
        .text(") n) turns) spots, LATERAL (");
    // Half of what lies around the rim lies beyond it; half as much again makes up for unevenness.
    let statement = candidates(query, statement, true).bigint(rows * 3 / 4 + 1);
    let statement = statement.text(") around) SELECT least((SELECT r FROM q), CASE");
    let statement = ["near", "rim"].into_iter().fold(statement, |statement, source| {
        statement
            .text(" WHEN (SELECT count(*) FROM ")
            .text(source)
            .text(", q WHERE (d, id) > (seen, last)) >= ")
            .bigint(rows)
            .text(" THEN (SELECT d FROM ")
            .text(source)
            .text(", q WHERE (d, id) > (seen, last) ORDER BY d LIMIT 1 OFFSET ")
            .bigint(rows - 1)
            .text(") + 0.01")
    });
    filtered(
        query,
        statement
            .text(" ELSE (SELECT d FROM (SELECT ")
            .text(DISTANCE)
            .text(" d FROM products WHERE is_available AND "),
    )
    .text(" AND (")
    .text(DISTANCE)
    .text(", id) > (SELECT seen, last FROM q) ORDER BY ")
    .text(indexed_point(&query.filter))
    .text(" <-> (SELECT p FROM q) LIMIT ")
    .bigint(rows)
    .text(") by_degrees ORDER BY d LIMIT 1 OFFSET ")
    .bigint(rows - 1)
    .text(") + 0.01 END)")
}

/// `SELECT …` of the nearest by degrees to the centre or to a spot on the rim, within the radius; how many is still to be
/// said.
fn candidates(query: &NearbyQuery, statement: Reach, on_the_rim: bool) -> Reach {
    let statement =
        statement.text("SELECT id, ").text(DISTANCE).text(" d FROM products WHERE is_available AND ");
    filtered(query, statement).text(" ORDER BY ").text(indexed_point(&query.filter)).text(if on_the_rim {
        " <-> s LIMIT "
    } else {
        " <-> (SELECT p FROM q) LIMIT "
    })
}

/// The radius' box, and the filter.
fn filtered(query: &NearbyQuery, statement: Reach) -> Reach {
    statement
        .text(indexed_point(&query.filter))
        .text(" <@ (SELECT box(p - point(r / mlon, r / 110500.0), p + point(r / mlon, r / 110500.0)) FROM q)")
        .coarse_filter(&query.filter)
}
