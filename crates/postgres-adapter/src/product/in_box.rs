//! What lies in a box, newest first.
//!
//! There are two ways to find it. Few listings are all read from the index of points and sorted. Where they are many, the
//! newest of all are read in order, until enough lie in the box; the more there are in the box, the sooner that is.
//! Which way is the shorter one, the counts kept for maps tell. On no way more than [`WINDOW`] listings are looked at
//! for a page, so that a rare thing in a large box takes several short pages rather than one long wait.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{AsSelect, SqlTypeOf},
    pg::Pg,
    sql_types::{Timestamptz, Uuid as SqlUuid},
};
use souk_domain::{
    geo::{Grid, Zoom},
    id::ProductId,
    product::{FeedPosition, InBoxQuery},
};
use uuid::Uuid;

use super::{
    chart::Shelf,
    clusters::{self, Count},
    pieces::Pieces,
    row::ProductRow,
};

/// So many listings are looked at for one page at most.
const WINDOW: i64 = 10_000;
/// With so many in the box, reading all of them takes as long as going through the newest: with `n` of a million in the
/// box, a page of 20 is full after 20 × 1,000,000 ÷ `n`.
const FEW: i64 = 2_000;
/// A longer page takes longer to fill; each row more makes up for so many in the box.
const FEW_PER_ROW: i64 = 50;

/// A page of listings.
pub(super) type Listings = Pieces<SqlTypeOf<AsSelect<ProductRow, Pg>>>;
/// A time and an id.
pub(super) type Positions = Pieces<(Timestamptz, SqlUuid)>;
/// A position as it is read.
pub(super) type PositionRow = (DateTime<Utc>, Uuid);

/// How many listings, at most, the box holds that are of the right kind; condition and price left aside.
pub(super) fn size(query: &InBoxQuery) -> Count {
    // The finest grid that has no more than 200 cells there tells best.
    clusters::count(&Grid::covering(&query.area, Zoom::CLOSEST), &query.filter)
}

/// Whether the box holds so few that all are read.
pub(super) fn is_small(query: &InBoxQuery, size: i64) -> bool {
    size <= FEW + FEW_PER_ROW * i64::from(query.limit.rows())
}

/// One row more than the page holds, by reading all in the box.
pub(super) fn of_all(query: &InBoxQuery) -> Listings {
    let (shelf, areas) = (Shelf::of(&query.filter), query.area.pieces());
    Pieces::new()
        .text("SELECT ")
        .listing()
        // OFFSET 0 keeps the planner from going through the newest: it does not know how small the box is.
        .text(" FROM (SELECT * FROM products WHERE is_available")
        .within(&areas, Some(shelf))
        .coarse_filter(&query.filter)
        .fine_filter(&query.filter)
        .after(query.after)
        .text(" OFFSET 0) products ORDER BY created_at DESC, id DESC LIMIT ")
        .bigint(i64::from(query.limit.rows()) + 1)
}

/// One row more than the page holds, if there are as many among the next newest.
pub(super) fn of_newest(query: &InBoxQuery) -> Listings {
    let newest =
        Pieces::new().text("SELECT ").listing().text(" FROM (SELECT * FROM products WHERE is_available");
    in_order(query, newest)
        .text(" LIMIT ")
        .bigint(WINDOW)
        .text(") products WHERE TRUE")
        .within(&query.area.pieces(), None)
        .coarse_filter(&query.filter)
        .fine_filter(&query.filter)
        .text(" ORDER BY created_at DESC, id DESC LIMIT ")
        .bigint(i64::from(query.limit.rows()) + 1)
}

/// The last of the newest that were looked at, if there were as many as are looked at at all.
pub(super) fn last_looked_at(query: &InBoxQuery) -> Positions {
    in_order(query, Pieces::new().text("SELECT created_at, id FROM products WHERE is_available"))
        .text(" LIMIT 1 OFFSET ")
        .bigint(WINDOW - 1)
}

/// `AND … ORDER BY …`: the newest that an index has in order, whatever else is asked of them.
fn in_order<Row>(query: &InBoxQuery, statement: Pieces<Row>) -> Pieces<Row> {
    // No index has a category's newest in order without the window they are in.
    let statement =
        if query.filter.feed.is_some() { statement.coarse_filter(&query.filter) } else { statement };
    statement.after(query.after).text(" ORDER BY created_at DESC, id DESC")
}

/// A position, for a page that ends before it is full.
pub(super) fn position((time, id): PositionRow) -> FeedPosition {
    FeedPosition { key: time.timestamp_micros(), id: ProductId::from_uuid(id) }
}
