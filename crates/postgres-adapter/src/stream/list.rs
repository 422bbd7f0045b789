//! Lists of shows: one statement for each combination of filters, so that each is prepared once and planned for its
//! index.

use chrono::DateTime;
use diesel::{dsl::sql, pg::Pg, prelude::*, sql_types::Bool};
use souk_domain::stream::{StreamOrder, StreamPosition, StreamQuery, StreamStatus};

use super::row::StreamRow;
use crate::{schema::streams, words::Word};

/// A list's statement, still to be run.
pub(super) type ListQuery<'a> =
    streams::BoxedQuery<'a, Pg, diesel::dsl::SqlTypeOf<diesel::dsl::AsSelect<StreamRow, Pg>>>;

/// The page that a query asks for, read one row beyond its limit.
///
/// The words of partial indexes stand bare: bound to a parameter they would not match in a generic plan. A page goes on
/// with `key <= k AND (key < k OR id < i)`, whose first half is what the index can seek.
pub(super) fn page(query: &StreamQuery) -> ListQuery<'static> {
    let mut page = streams::table.select(StreamRow::as_select()).into_boxed();
    let filter = query.filter;
    page = match filter.status {
        Some(StreamStatus::Live) => page.filter(sql::<Bool>("status = 'live'")),
        Some(StreamStatus::Scheduled) => page.filter(sql::<Bool>("status = 'scheduled'")),
        Some(status @ (StreamStatus::Ended | StreamStatus::Cancelled)) => {
            page.filter(streams::status.eq(Word(status)))
        }
        None => page,
    };
    if let Some(category) = filter.category {
        page = page.filter(streams::category.eq(Word(category)));
    }
    if let Some(owner) = filter.owner {
        page = page.filter(streams::user_id.eq(owner.as_uuid()));
    }
    ordered(page, filter.order(), query.after).limit(i64::from(query.limit.rows()) + 1)
}

fn ordered(
    page: ListQuery<'static>,
    order: StreamOrder,
    after: Option<StreamPosition>,
) -> ListQuery<'static> {
    let after = after.map(|after| (after.key, after.id.as_uuid()));
    // A key that is no time lies before all times.
    let time = |key| DateTime::from_timestamp_micros(key).unwrap_or_default();
    match order {
        StreamOrder::MostViewers => {
            let page = page.order((streams::viewers_count.desc(), streams::id.desc()));
            match after {
                Some((key, id)) => page
                    .filter(streams::viewers_count.le(key))
                    .filter(streams::viewers_count.lt(key).or(streams::id.lt(id))),
                None => page,
            }
        }
        StreamOrder::Soonest => {
            let page = page.order((streams::scheduled_at.asc(), streams::id.asc()));
            match after.map(|(key, id)| (time(key), id)) {
                Some((key, id)) => page
                    .filter(streams::scheduled_at.ge(key))
                    .filter(streams::scheduled_at.gt(key).or(streams::id.nullable().gt(id))),
                None => page,
            }
        }
        StreamOrder::Newest => {
            let page = page.order((streams::created_at.desc(), streams::id.desc()));
            match after.map(|(key, id)| (time(key), id)) {
                Some((key, id)) => page
                    .filter(streams::created_at.le(key))
                    .filter(streams::created_at.lt(key).or(streams::id.lt(id))),
                None => page,
            }
        }
    }
}
