//! Feeds: one statement for each combination of filters, so that each is prepared once and planned for its index.

use chrono::DateTime;
use diesel::{pg::Pg, prelude::*};
use souk_domain::product::{Availability, FeedPosition, ProductQuery, ProductSort};

use super::row::ProductRow;
use crate::{schema::products, words::Word};

/// A feed's statement, still to be run.
pub(super) type FeedQuery<'a> =
    products::BoxedQuery<'a, Pg, diesel::dsl::SqlTypeOf<diesel::dsl::AsSelect<ProductRow, Pg>>>;

/// The page that a query asks for, read one row beyond its limit.
///
/// `is_available` stands bare: bound to a parameter it would not match the partial indexes in a generic plan. A page
/// goes on with `key <= k AND (key < k OR id < i)`, whose first half is what the index can seek.
pub(super) fn page(query: &ProductQuery) -> FeedQuery<'static> {
    let mut page = products::table.select(ProductRow::as_select()).into_boxed();
    page = match query.availability {
        Availability::Available => page.filter(products::is_available),
        Availability::Unavailable => {
            page.filter(diesel::dsl::not(products::is_available)).filter(products::archived_at.is_null())
        }
    };
    let filter = query.filter;
    if let Some(feed) = filter.feed {
        page = page.filter(products::feed_type.eq(Word(feed)));
    }
    if let Some(category) = filter.category {
        page = page.filter(products::category.eq(Word(category)));
    }
    if let Some(condition) = filter.condition {
        page = page.filter(products::condition.eq(Word(condition)));
    }
    if let Some(least) = filter.min_price_minor {
        page = page.filter(products::price_minor.ge(least));
    }
    if let Some(most) = filter.max_price_minor {
        page = page.filter(products::price_minor.le(most));
    }
    if let Some(seller) = query.seller {
        page = page.filter(products::seller_id.eq(seller.as_uuid()));
    }
    ordered(page, query.sort, query.after).limit(i64::from(query.limit.rows()) + 1)
}

fn ordered(page: FeedQuery<'static>, sort: ProductSort, after: Option<FeedPosition>) -> FeedQuery<'static> {
    let id = after.map(|after| after.id.as_uuid());
    let key = after.map(|after| after.key);
    match sort {
        ProductSort::Newest => {
            let page = page.order((products::created_at.desc(), products::id.desc()));
            // A key that is no time lies before all times: nothing follows it.
            let key = key.map(|key| DateTime::from_timestamp_micros(key).unwrap_or_default());
            match key.zip(id) {
                Some((key, id)) => page
                    .filter(products::created_at.le(key))
                    .filter(products::created_at.lt(key).or(products::id.lt(id))),
                None => page,
            }
        }
        ProductSort::PriceAsc => {
            let page = page.order((products::price_minor.asc(), products::id.asc()));
            match key.zip(id) {
                Some((key, id)) => page
                    .filter(products::price_minor.ge(key))
                    .filter(products::price_minor.gt(key).or(products::id.gt(id))),
                None => page,
            }
        }
        ProductSort::PriceDesc => {
            let page = page.order((products::price_minor.desc(), products::id.desc()));
            match key.zip(id) {
                Some((key, id)) => page
                    .filter(products::price_minor.le(key))
                    .filter(products::price_minor.lt(key).or(products::id.lt(id))),
                None => page,
            }
        }
        ProductSort::Popular => {
            let page = page.order((products::likes_count.desc(), products::id.desc()));
            match key.zip(id) {
                Some((key, id)) => page
                    .filter(products::likes_count.le(key))
                    .filter(products::likes_count.lt(key).or(products::id.lt(id))),
                None => page,
            }
        }
    }
}
