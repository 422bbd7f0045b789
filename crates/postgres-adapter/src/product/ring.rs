//! The next page of what is near, beyond what was seen already, without going through that again.
//!
//! The index gives what is nearest first, and would have to give all of the pages before. So this reads a ring, from the
//! last distance seen to where the page will probably end: how far apart the rows of the page before were tells, or those
//! on the [`rim`]. If it holds too little, the rim is asked for a distance within which there is enough. What a page costs
//! grows with the square root of how many rows there were before: page 100 reads five times the pages of a first one.

use diesel::QueryResult;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use souk_domain::product::{NearbyPosition, NearbyQuery};

use super::{
    chart::Centre,
    nearby::{NearbyRow, NearbyRows},
    pieces::Pieces,
    rim,
    sector::sectors,
};

/// So many times the area of a page is looked through, since listings are not spread evenly; and then so many times.
const SPARE: [f64; 2] = [1.75, 16.0];

/// The rows of the next page and one more; `None` if they are not found this way. The radius crosses no antimeridian and
/// comes near no pole.
pub(super) async fn read(
    mut conn: &AsyncPgConnection,
    query: &NearbyQuery,
    centre: &Centre,
    seen: NearbyPosition,
) -> QueryResult<Option<Vec<NearbyRow>>> {
    let rows = f64::from(query.limit.rows() + 1);
    let radius = query.radius.meters();
    // Rows that are all as far say nothing of those after them.
    let spread = if seen.spread > 0.0 || !query.filter.is_coarse() {
        Some(seen.spread)
    } else {
        let charted: Option<f64> = rim::spread(query, centre, seen).get_result(&mut conn).await?;
        charted.map(|area| centre.on_ground(area))
    };
    if let Some(spread) = spread.filter(|spread| *spread > 0.0) {
        for spare in SPARE {
            let reach = (seen.distance.0.powi(2) + spare * rows * spread).sqrt().min(radius);
            if let Some(found) = enough(conn, query, centre, seen, reach).await? {
                return Ok(Some(found));
            }
        }
    }
    // What is rarer than a kind in a window is not found around a rim.
    if !query.filter.is_coarse() {
        return Ok(None);
    }
    let reach = rim::reach(query, centre, seen).get_result::<f64>(&mut conn).await?;
    enough(conn, query, centre, seen, reach).await
}

/// What lies between what was seen and `reach`, if that is a page or all there is.
async fn enough(
    mut conn: &AsyncPgConnection,
    query: &NearbyQuery,
    centre: &Centre,
    seen: NearbyPosition,
    reach: f64,
) -> QueryResult<Option<Vec<NearbyRow>>> {
    let found = ring(query, centre, seen, reach).load::<NearbyRow>(&mut conn).await?;
    let is_enough = found.len() > usize::from(query.limit.rows()) || reach >= query.radius.meters();
    Ok(is_enough.then_some(found))
}

fn ring(query: &NearbyQuery, centre: &Centre, seen: NearbyPosition, reach: f64) -> NearbyRows {
    // Were they everywhere as close as in the ring, which should hold about two pages.
    let (inner, outer) = (seen.distance.0.powi(2), reach.powi(2));
    let inside = 2.0 * f64::from(query.limit.rows()) * inner / (outer - inner);
    Pieces::new()
        .text("SELECT ")
        .listing()
        // Sectors share their edges, so that what lies there is found twice.
        .text(", d FROM (SELECT DISTINCT ON (id) products.* FROM unnest(")
        .sectors(sectors(centre, seen.distance.0, reach, inside))
        .text(") sector, LATERAL (SELECT *, ")
        .meters_from(centre)
        .text(" d FROM products WHERE is_available AND ")
        .text(centre.shelf.point())
        .text(" <@ sector")
        .coarse_filter(&query.filter)
        .fine_filter(&query.filter)
        // OFFSET 0 keeps the distance from being computed again for each place it is named in.
        .text(" OFFSET 0) products WHERE d <= ")
        .double(reach)
        .text(" AND (d, id) > (")
        .seen(seen)
        .text(") products ORDER BY d, id LIMIT ")
        .bigint(i64::from(query.limit.rows()) + 1)
}
