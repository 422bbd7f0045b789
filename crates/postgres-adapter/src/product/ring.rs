//! The next page of what is near, beyond what was seen already, without going through that again.
//!
//! The index gives what is nearest first, and would have to give all of the pages before. So this looks at the rim of
//! what was seen: a few searches from points on it find enough listings beyond to bound the distance `m` of the last one
//! of this page. What is left is a ring, from the last distance seen to `m`. It is cut into strips along the parallels, and
//! of each strip the part that surely was seen is left out. Degrees are taken so that no listing of the ring can be
//! missed: as short as they are anywhere in the outer circle for where the ring ends, as long as they are anywhere in the
//! inner one for where it begins. (A path that is straight in degrees is no shorter than the shortest there is.)
//!
//! A page costs a few times what the first one does; reading on from the centre costs as many times more as there are
//! pages before.

use diesel::{
    dsl::{AsSelect, SqlTypeOf},
    pg::Pg,
    sql_types::Double,
};
use souk_domain::product::{NearbyPosition, NearbyQuery};

use super::{
    pieces::{By, Pieces},
    row::ProductRow,
};

/// A page of listings with their distances.
pub(super) type Ring = Pieces<(SqlTypeOf<AsSelect<ProductRow, Pg>>, Double)>;

/// How many searches there are on the rim.
const SEARCHES: &str = "4";

/// Exact metres from the centre, along the spheroid.
const DISTANCE: &str = "ST_Distance(location::geography, (SELECT g FROM q))";

/// The next page. `longitude_degree` is the fewest metres that a degree of longitude has within the radius; the radius'
/// box crosses no antimeridian and comes near no pole. The filter knows window and kind only: what is rarer is not found
/// around a rim.
pub(super) fn page(query: &NearbyQuery, seen: NearbyPosition, longitude_degree: f64) -> Ring {
    let rows = i64::from(query.limit.rows()) + 1;
    let statement = Ring::new()
        .text("WITH q AS MATERIALIZED (SELECT *, ST_Point(lon, lat, 4326) p, ST_Point(lon, lat, 4326)::geography g FROM (SELECT ")
        .double(query.centre.longitude())
        .text("::float8 lon, ")
        .double(query.centre.latitude())
        .text("::float8 lat, ")
        .double(query.radius.meters())
        .text("::float8 r, ")
        .double(longitude_degree)
        .text("::float8 mlon, ")
        .double(seen.distance.0)
        .text("::float8 seen, ")
        .id(seen.id.as_uuid())
        .text("::uuid last) v)");
    let statement = bound(query, rows, statement);
    ring(query, statement.text(BOXES))
        .text(" SELECT ")
        .listing()
        .text(", d FROM ring products ORDER BY d, id LIMIT ")
        .bigint(rows)
}

/// `k`: the bound `m`. The pages right after the first are still near the centre; then the rim is asked; and if too little
/// is there, all that lies between, as on a first page.
fn bound(query: &NearbyQuery, rows: i64, statement: Ring) -> Ring {
    let statement = candidates(query, statement.text(", near AS MATERIALIZED ("), false).bigint(rows * 3);
    let statement = statement
        .text("), rim AS MATERIALIZED (SELECT DISTINCT ON (id) id, d FROM (SELECT ST_Point(lon + seen * sin(a) / (111320 * cos(radians(lat))), lat + seen * cos(a) / 111200, 4326) s FROM q, (SELECT 2 * pi() * n / ")
        .text(SEARCHES)
        .text(" a FROM generate_series(1, ")
        .text(SEARCHES)
        .text(") n) turns) spots, LATERAL (");
    // Half of what lies around the rim lies beyond it; half as much again makes up for unevenness.
    let statement = candidates(query, statement, true).bigint(rows * 3 / 4 + 1);
    let statement = statement.text(") around), k AS MATERIALIZED (SELECT least((SELECT r FROM q), CASE");
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
    .text(column(query))
    .text(" <-> (SELECT p FROM q) LIMIT ")
    .bigint(rows)
    .text(") by_degrees ORDER BY d LIMIT 1 OFFSET ")
    .bigint(rows - 1)
    .text(") + 0.01 END) m)")
}

/// `SELECT …` of the nearest by degrees to the centre or to a spot on the rim, within the radius; how many is still to be
/// said.
fn candidates(query: &NearbyQuery, statement: Ring, on_the_rim: bool) -> Ring {
    let statement =
        statement.text("SELECT id, ").text(DISTANCE).text(" d FROM products WHERE is_available AND ");
    filtered(query, statement).text(" ORDER BY ").text(column(query)).text(if on_the_rim {
        " <-> s LIMIT "
    } else {
        " <-> (SELECT p FROM q) LIMIT "
    })
}

/// The radius' box, and the filter.
fn filtered(query: &NearbyQuery, statement: Ring) -> Ring {
    statement
        .text(column(query))
        .text(" && (SELECT ST_Expand(p, r / mlon, r / 110500.0) FROM q)")
        .coarse_filter(&query.filter)
}

/// The ring in boxes, two for each strip. The more there are inside, the finer the strips: their number is about the
/// square root of that.
const BOXES: &str = ", e AS MATERIALIZED (
    SELECT lon, lat, m, seen, m / 110500.0 AS high,
        111300.0 * cos(radians(least(89.0, abs(lat) + m / 110500.0))) AS short,
        111700.0 * cos(radians(greatest(0, abs(lat) - seen / 110500.0))) AS long,
        greatest(2, least(64, ceil(sqrt(10 * seen * seen / greatest(m * m - seen * seen, 1)))))::integer AS strips
    FROM q, k
), strips AS MATERIALIZED (
    SELECT lon, lat + low AS low, lat + high AS high,
        sqrt(greatest(0, m * m - power(110500.0 * near, 2))) / short AS far_side,
        sqrt(greatest(0, seen * seen - power(111700.0 * greatest(abs(low), abs(high)), 2))) / long AS near_side
    FROM (
        SELECT *, CASE WHEN low * high < 0 THEN 0 ELSE least(abs(low), abs(high)) END AS near
        FROM (
            SELECT lon, lat, m, seen, short, long, e.high * (2.0 * n / strips - 1) AS low,
                e.high * (2.0 * (n + 1) / strips - 1) AS high
            FROM e, generate_series(0, strips - 1) n
        ) cut
    ) measured
), boxes AS MATERIALIZED (
    SELECT ST_MakeEnvelope(lon - far_side, low, lon - near_side, high, 4326) AS box FROM strips
    UNION ALL
    SELECT ST_MakeEnvelope(lon + near_side, low, lon + far_side, high, 4326) FROM strips
)";

/// `ring`: what lies in the boxes, once each, beyond what was seen and within `m`.
fn ring(query: &NearbyQuery, statement: Ring) -> Ring {
    statement
        .text(", ring AS (SELECT DISTINCT ON (id) products.* FROM boxes, LATERAL (SELECT *, ")
        .text(DISTANCE)
        .text(" d FROM products WHERE is_available AND ")
        .text(column(query))
        .text(" && box")
        .coarse_filter(&query.filter)
        .text(" OFFSET 0) products WHERE d <= (SELECT m FROM k) AND (d, id) > (SELECT seen, last FROM q))")
}

fn column(query: &NearbyQuery) -> &'static str {
    By::of(&query.filter).column().unwrap_or("location")
}
