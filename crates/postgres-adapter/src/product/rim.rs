//! How far the next page of what is near reaches.
//!
//! A few searches from points on the rim of what was seen tell how dense listings are there, or find enough listings
//! beyond it to bound the distance of the last one of the page. The pages right after the first are still near the centre,
//! which is asked before; and if too little is there and around the rim, all that lies between is gone through, as on a
//! first page.

use diesel::sql_types::{Double, Nullable};
use souk_domain::product::{NearbyPosition, NearbyQuery};

use super::{chart::Centre, pieces::Pieces};

/// How many searches there are on the rim.
const SEARCHES: &str = "4";
/// How many listings say how dense they are around a spot.
const SAMPLE: i64 = 8;

/// A statement for metres.
pub(super) type Reach = Pieces<Double>;

/// Square metres on the chart by which the square of a distance grows from listing to listing on the rim, if there are any
/// around it: by how much it does on a page that says nothing of itself.
pub(super) fn spread(query: &NearbyQuery, centre: &Centre, seen: NearbyPosition) -> Pieces<Nullable<Double>> {
    let statement =
        spots(centre, seen, Pieces::new().text("SELECT 1 / avg(found / greatest(reach ^ 2, 1)) FROM "))
            .text(", LATERAL (SELECT count(*) found, max(d) reach FROM (SELECT ")
            .text(centre.shelf.point())
            .text(" <-> s");
    candidates(query, centre, statement).text("s LIMIT ").bigint(SAMPLE).text(") around) dense")
}

/// A distance within which there are as many listings after the last one seen as a page holds and one more, or the whole
/// radius. The radius crosses no antimeridian and comes near no pole. The filter knows window and kind only.
pub(super) fn reach(query: &NearbyQuery, centre: &Centre, seen: NearbyPosition) -> Reach {
    let rows = i64::from(query.limit.rows()) + 1;
    let statement = Reach::new()
        .text("WITH q AS MATERIALIZED (SELECT ")
        .spot(centre)
        .text(" p, ")
        .double(query.radius.meters())
        .text("::float8 r, ")
        .double(seen.distance.0)
        .text("::float8 seen, ")
        .id(seen.id.as_uuid())
        .text("::uuid last), near AS MATERIALIZED (SELECT id, ")
        .meters_from(centre);
    let statement = candidates(query, centre, statement)
        .text("(SELECT p FROM q) LIMIT ")
        .bigint(rows * 3)
        .text("), rim AS MATERIALIZED (SELECT DISTINCT ON (id) id, d FROM ");
    let statement = spots(centre, seen, statement).text(", LATERAL (SELECT id, ").meters_from(centre);
    let statement = candidates(query, centre, statement)
        .text("s LIMIT ")
        // Half of what lies around the rim lies beyond it; half as much again makes up for unevenness.
        .bigint(rows * 3 / 4 + 1)
        .text(") around) SELECT least((SELECT r FROM q), CASE");
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
    let statement = statement.text(" ELSE (SELECT d FROM (SELECT ").meters_from(centre);
    within_radius(query, centre, statement)
        .text(" AND (")
        .meters_from(centre)
        .text(", id) > (SELECT seen, last FROM q) ORDER BY ")
        .text(centre.shelf.point())
        .text(" <-> (SELECT p FROM q) LIMIT ")
        .bigint(rows)
        .text(") by_chart ORDER BY d LIMIT 1 OFFSET ")
        .bigint(rows - 1)
        .text(") + 0.01 END)")
}

/// `… spots`: the points on the rim.
fn spots<Row>(centre: &Centre, seen: NearbyPosition, statement: Pieces<Row>) -> Pieces<Row> {
    statement
        .text("(SELECT ")
        .spot(centre)
        .text(" + point(sin(a), cos(a)) * point(")
        .double(centre.outer(seen.distance.0))
        .text(", 0) s FROM (SELECT 2 * pi() * n / ")
        .text(SEARCHES)
        .text(" a FROM generate_series(1, ")
        .text(SEARCHES)
        .text(") n) turns) spots")
}

/// `… FROM … ORDER BY …`: what lies within the radius, nearest on the chart first to what is still to be said.
fn candidates<Row>(query: &NearbyQuery, centre: &Centre, statement: Pieces<Row>) -> Pieces<Row> {
    within_radius(query, centre, statement).text(" ORDER BY ").text(centre.shelf.point()).text(" <-> ")
}

/// `… FROM …`: what fits the filter within the radius.
fn within_radius<Row>(query: &NearbyQuery, centre: &Centre, statement: Pieces<Row>) -> Pieces<Row> {
    statement
        .text(" d FROM products WHERE is_available AND ")
        .around(centre, centre.outer(query.radius.meters()))
        .coarse_filter(&query.filter)
}
