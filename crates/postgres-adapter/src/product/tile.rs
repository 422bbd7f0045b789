//! Vector tiles, drawn by PostGIS.
//!
//! Coordinates within a tile are computed here rather than by a projection, so that a listing at a pole is drawn at the
//! rim and every listing is in exactly one tile of a zoom. Rows are sorted, so that the same listings make the same bytes.

use diesel::sql_types::{BigInt, Binary, Nullable};
use souk_domain::{
    geo::Tile,
    product::{ClusterQuery, TileQuery},
};

use super::{
    chart::Shelf,
    clusters::{self, COUNTABLE, Source},
    pieces::Pieces,
};

/// Up to so many listings a tile shows one by one.
const SHOWN: i64 = 500;
/// Tiles from this zoom on are smaller than the finest cells that counts are kept for.
const FINER_THAN_COUNTS: u8 = 18;

/// A tile, and how many listings are in it.
pub(super) type Points = Pieces<(BigInt, Nullable<Binary>)>;
/// A tile.
pub(super) type Drawn = Pieces<Nullable<Binary>>;

/// What to draw in a tile where at most so many listings lie, before any filter by condition or price.
pub(super) fn may_show_all(query: &TileQuery, size: i64) -> bool {
    let surely_too_many = query.filter.is_coarse() && query.tile.zoom().get() < FINER_THAN_COUNTS;
    size <= SHOWN || (size <= COUNTABLE && !surely_too_many)
}

/// Whether these are all of them.
pub(super) fn shows_all(listings: i64) -> bool {
    listings <= SHOWN
}

/// Every listing of a tile, but one more than are shown at most.
pub(super) fn points(query: &TileQuery) -> Points {
    let (tile, filter) = (query.tile, &query.filter);
    let zoom = i32::from(tile.zoom().get());
    let statement = Pieces::new().text(
        "SELECT count(*), ST_AsMVT(feature, 'products', 4096, 'geometry') FROM (SELECT * FROM (\
         SELECT id::text, title, price_minor, currency::text, category::text, feed_type::text, condition::text, ",
    );
    pixel(tile, statement)
        .text(" FROM (SELECT *, map_x(location) x, map_y(location) y FROM products WHERE is_available")
        .within(&[tile.area()], Some(Shelf::of(filter)))
        .coarse_filter(filter)
        .fine_filter(filter)
        .text(" OFFSET 0) products WHERE map_cell(x, ")
        .integer(zoom)
        .text(") = ")
        .integer(tile.x())
        .text(" AND map_cell(y, ")
        .integer(zoom)
        .text(") = ")
        .integer(tile.y())
        .text(" LIMIT ")
        .bigint(SHOWN + 1)
        .text(") listings ORDER BY id) feature")
}

/// The cells of a tile, each a point in the middle of its listings.
pub(super) fn cells(query: &TileQuery, source: Source) -> Drawn {
    let tile = query.tile;
    let clusters = ClusterQuery { grid: tile.grid(), filter: query.filter };
    let statement = Pieces::new()
        .text("SELECT ST_AsMVT(feature, 'clusters', 4096, 'geometry') FROM (SELECT products * ")
        .bigint(source.weight())
        .text(if source == Source::Sample {
            " products, TRUE approximate, "
        } else {
            " products, FALSE approximate, "
        });
    let statement = pixel(tile, statement).text(
        " FROM (SELECT products, map_x(centre) x, map_y(centre) y, column_ AS a, row_ AS b FROM (\
         SELECT products, x AS column_, y AS row_, ST_Point(longitudes / 1e7 / products, latitudes / 1e7 / products) centre \
         FROM (",
    );
    clusters::cells(&clusters, source, statement).text(") cells) centres) places ORDER BY a, b) feature")
}

/// A point's place in a tile of 4,096 × 4,096, from its `x` and `y` on the map.
fn pixel<Row>(tile: Tile, statement: Pieces<Row>) -> Pieces<Row> {
    let side = f64::from(1_u32 << tile.zoom().get());
    // At the rim a rounding may lead beyond it.
    statement
        .text("ST_Point(greatest(0, least(4095, floor((x * ")
        .double(side)
        .text(" - ")
        .integer(tile.x())
        .text(") * 4096))), greatest(0, least(4095, floor((y * ")
        .double(side)
        .text(" - ")
        .integer(tile.y())
        .text(") * 4096)))) geometry")
}
