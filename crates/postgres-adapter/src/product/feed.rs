//! Feeds: one statement for each combination of filters, so that each is prepared once and planned for its index.
//!
//! The newest first have an index for everything, for a window, and for a kind in a window. All other orders have one
//! index each, for a kind in a window: where a filter leaves the kind or the window open, the lanes that it leaves are
//! read side by side, each from its place in the index, and merged. That costs a few pages for each lane and saves
//! several indexes that every write would pay for.
//!
//! A price range filters rows of another order, which is quick where many rows fit and a walk through everything where
//! few do. So the statement counts up to [`FEW`] of them first, in the index by price: if there are fewer, it reads just
//! those and sorts them; otherwise it walks.

use diesel::{
    dsl::{AsSelect, SqlTypeOf},
    pg::Pg,
};
use souk_domain::product::{
    Availability, Category, Feed, FeedPosition, ProductFilter, ProductQuery, ProductSort,
};
use souk_domain::slug::Slug;

use super::{pieces::Pieces, row::ProductRow};

/// Fewer rows than these are read and sorted. Where a thousand of a million fit, a walk has a page of 20 after 20,000 rows,
/// which takes as long as reading the thousand several times; both are some milliseconds.
const FEW: i64 = 1_000;

/// A feed's statement, still to be run.
pub(super) type FeedQuery = Pieces<SqlTypeOf<AsSelect<ProductRow, Pg>>>;

/// A part of a feed that lies in one piece in an index: a kind, or all; a window, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lane {
    category: Option<Category>,
    feed: Option<Feed>,
}

/// The page that a query asks for, read one row beyond its limit.
pub(super) fn page(query: &ProductQuery) -> FeedQuery {
    if query.seller.is_none() && has_price_range(query) && !is_by_price(query.sort) {
        let few = few(Pieces::new(), query).text(" SELECT ").listing().text(" FROM (");
        let narrow = narrow(few, query).text(" UNION ALL ");
        let both =
            walk(narrow, query, "(SELECT * FROM ", " WHERE NOT (SELECT are_few FROM few)", Range::Hidden);
        return ordered(both.text(")) products"), query);
    }
    let select = Pieces::new().text("SELECT ").listing();
    match lanes(query)[..] {
        [one] => ordered(fine_filter(lane(select, "", query, one), query, Range::Plain), query),
        _ => walk(select.text(" FROM "), query, "", "", Range::Plain),
    }
}

/// How a price range is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    /// So that an index by price can be searched for it.
    Plain,
    /// So that the planner does not think of that index.
    Hidden,
}

fn has_price_range(query: &ProductQuery) -> bool {
    query.filter.min_price_minor.is_some() || query.filter.max_price_minor.is_some()
}

fn is_by_price(sort: ProductSort) -> bool {
    matches!(sort, ProductSort::PriceAsc | ProductSort::PriceDesc)
}

/// Every kind and window that the filter leaves.
fn all_lanes(filter: &ProductFilter) -> Vec<Lane> {
    let categories = filter.category.map_or_else(|| Category::ALL.to_vec(), |one| vec![one]);
    let feeds = filter.feed.map_or_else(|| Feed::ALL.to_vec(), |one| vec![one]);
    let lane = |category, feed| Lane { category: Some(category), feed: Some(feed) };
    categories.iter().flat_map(|category| feeds.iter().map(move |feed| lane(*category, *feed))).collect()
}

/// The lanes from which the query's order is read.
fn lanes(query: &ProductQuery) -> Vec<Lane> {
    let filter = &query.filter;
    let is_newest = (query.sort, query.availability) == (ProductSort::Newest, Availability::Available);
    if query.seller.is_some() || (is_newest && (filter.category.is_none() || filter.feed.is_some())) {
        return vec![Lane { category: filter.category, feed: filter.feed }];
    }
    all_lanes(filter)
}

/// `SELECT * FROM products WHERE …`, for what lies in a lane; `what` is the head of it.
///
/// `is_available` stands bare: bound to a parameter it would not match the partial indexes in a generic plan.
fn lane(pieces: FeedQuery, what: &'static str, query: &ProductQuery, lane: Lane) -> FeedQuery {
    let state = match (query.availability, query.sort) {
        (Availability::Available, ProductSort::Newest) => "is_available",
        (Availability::Available, _) => "is_available AND archived_at IS NULL",
        (Availability::Unavailable, _) => "NOT is_available AND archived_at IS NULL",
    };
    let Lane { category, feed } = lane;
    let pieces = pieces.text(what).text(" FROM products WHERE ").text(state);
    let pieces = pieces.coarse_filter(&ProductFilter { category, feed, ..ProductFilter::default() });
    match query.seller {
        Some(seller) => pieces.text(" AND seller_id = ").id(seller.as_uuid()),
        None => pieces,
    }
}

/// `AND …` for everything that no lane is about.
fn fine_filter(pieces: FeedQuery, query: &ProductQuery, range: Range) -> FeedQuery {
    let filter = &query.filter;
    let mut pieces = match range {
        Range::Plain => pieces.fine_filter(filter),
        Range::Hidden => {
            let mut pieces = pieces
                .fine_filter(&ProductFilter { condition: filter.condition, ..ProductFilter::default() });
            if let Some(least) = filter.min_price_minor {
                pieces = pieces.text(" AND price_minor + 0 >= ").bigint(least);
            }
            if let Some(most) = filter.max_price_minor {
                pieces = pieces.text(" AND price_minor + 0 <= ").bigint(most);
            }
            pieces
        }
    };
    let Some(FeedPosition { key, id }) = query.after else { return pieces };
    // Many share a price or a count, so that a page begins where a row comparison leads the index to, not where the key
    // alone does.
    pieces = match query.sort {
        ProductSort::Newest => return pieces.after(query.after),
        ProductSort::PriceAsc => pieces.text(" AND (price_minor, id) > ("),
        ProductSort::PriceDesc => pieces.text(" AND (price_minor, id) < ("),
        ProductSort::Popular => pieces.text(" AND (likes_count, id) < ("),
    };
    pieces.bigint(key).text(", ").id(id.as_uuid()).text(")")
}

fn ordered(pieces: FeedQuery, query: &ProductQuery) -> FeedQuery {
    let order = match query.sort {
        ProductSort::Newest => " ORDER BY created_at DESC, id DESC LIMIT ",
        ProductSort::PriceAsc => " ORDER BY price_minor, id LIMIT ",
        ProductSort::PriceDesc => " ORDER BY price_minor DESC, id DESC LIMIT ",
        ProductSort::Popular => " ORDER BY likes_count DESC, id DESC LIMIT ",
    };
    pieces.text(order).bigint(i64::from(query.limit.rows()) + 1)
}

/// The lanes in the query's order, merged, as a table called `products` between `before` and `after`.
fn walk(
    pieces: FeedQuery,
    query: &ProductQuery,
    before: &'static str,
    after: &'static str,
    range: Range,
) -> FeedQuery {
    let mut pieces = pieces.text(before).text("(");
    for (n, one) in lanes(query).into_iter().enumerate() {
        let head = if n > 0 { " UNION ALL (SELECT *" } else { "(SELECT *" };
        pieces = lane(pieces, head, query, one);
        pieces = ordered(fine_filter(pieces, query, range), query).text(")");
    }
    ordered(pieces.text(") products").text(after), query)
}

/// `few`: whether so few rows are in the price range that they are better read one by one.
fn few(pieces: FeedQuery, query: &ProductQuery) -> FeedQuery {
    let price = ProductFilter { condition: None, ..query.filter };
    let mut pieces = pieces.text("WITH few AS MATERIALIZED (SELECT count(*) < ").bigint(FEW);
    pieces = pieces.text(" AS are_few FROM (SELECT FROM (");
    for (n, one) in all_lanes(&query.filter).into_iter().enumerate() {
        let head = if n > 0 { " UNION ALL (SELECT" } else { "(SELECT" };
        pieces = lane(pieces, head, &in_price_index(query), one);
        pieces = pieces.fine_filter(&price).text(" LIMIT ").bigint(FEW).text(")");
    }
    pieces.text(") all_of_them LIMIT ").bigint(FEW).text(") counted)")
}

/// All rows in the price range, if they are few.
fn narrow(pieces: FeedQuery, query: &ProductQuery) -> FeedQuery {
    let mut pieces = pieces.text("(SELECT * FROM (");
    for (n, one) in all_lanes(&query.filter).into_iter().enumerate() {
        let head = if n > 0 { " UNION ALL SELECT *" } else { "SELECT *" };
        pieces = fine_filter(lane(pieces, head, &in_price_index(query), one), query, Range::Plain);
    }
    // OFFSET 0 keeps the planner from looking for them in the query's own order.
    ordered(pieces.text(" OFFSET 0) products WHERE (SELECT are_few FROM few)"), query).text(")")
}

/// The query as far as its lanes in the index by price are concerned.
fn in_price_index(query: &ProductQuery) -> ProductQuery {
    ProductQuery { sort: ProductSort::PriceAsc, ..*query }
}
