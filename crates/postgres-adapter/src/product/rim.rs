//! How far the next page of what is near reaches, for certain.
//!
//! A few searches from points on the rim of what was seen find enough listings beyond it to bound the distance of the last
//! one of the page. The pages right after the first are still near the centre, which is asked before; and if too little is
//! there and around the rim, all that lies between is gone through, as on a first page.

use diesel::sql_types::Double;
use souk_domain::product::{NearbyPosition, NearbyQuery};

use super::{chart::Centre, pieces::Pieces};

/// How many searches there are on the rim.
const SEARCHES: &str = "4";

/// A statement for metres.
pub(super) type Reach = Pieces<Double>;

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
        .text("), rim AS MATERIALIZED (SELECT DISTINCT ON (id) id, d FROM (SELECT p + point(sin(a), cos(a)) * point(")
        .double(centre.outer(seen.distance.0))
        .text(", 0) s FROM q, (SELECT 2 * pi() * n / ")
        .text(SEARCHES)
        .text(" a FROM generate_series(1, ")
        .text(SEARCHES)
        .text(") n) turns) spots, LATERAL (SELECT id, ")
        .meters_from(centre);
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

/// `… FROM … ORDER BY …`: what lies within the radius, nearest on the chart first to what is still to be said.
fn candidates(query: &NearbyQuery, centre: &Centre, statement: Reach) -> Reach {
    within_radius(query, centre, statement).text(" ORDER BY ").text(centre.shelf.point()).text(" <-> ")
}

/// `… FROM …`: what fits the filter within the radius.
fn within_radius(query: &NearbyQuery, centre: &Centre, statement: Reach) -> Reach {
    statement
        .text(" d FROM products WHERE is_available AND ")
        .around(centre, centre.outer(query.radius.meters()))
        .coarse_filter(&query.filter)
}
