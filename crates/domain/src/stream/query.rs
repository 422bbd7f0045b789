//! Looking for shows: what to filter by, in which order, and where a page goes on.

use super::{Stream, StreamStatus};
use crate::{
    id::{StreamId, UserId},
    page::Limit,
    product::Category,
    slug::slugs,
};

slugs! {
    /// In which order shows are read; their status decides.
    StreamOrder as "stream_order" {
        /// Those with most viewers first.
        MostViewers = "most_viewers",
        /// Those that begin soonest first.
        Soonest = "soonest",
        /// The newest announced first.
        Newest = "newest",
    }
}

/// What to look for; every part that is there must fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamFilter {
    /// At this point of their life only.
    pub status: Option<StreamStatus>,
    /// About this kind of things only.
    pub category: Option<Category>,
    /// Of this person only.
    pub owner: Option<UserId>,
}

/// A page of shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamQuery {
    /// What to look for.
    pub filter: StreamFilter,
    /// Where to go on; `None` begins.
    pub after: Option<StreamPosition>,
    /// How many.
    pub limit: Limit,
}

/// A place in a list of shows: the sort key of the last row seen, and its id for the rows that share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamPosition {
    /// Viewers, or microseconds since 1970, as the order has it.
    pub key: i64,
    /// The last row's id.
    pub id: StreamId,
}

impl StreamFilter {
    /// The order in which what it lets through is read.
    pub fn order(&self) -> StreamOrder {
        match self.status {
            Some(StreamStatus::Live) => StreamOrder::MostViewers,
            Some(StreamStatus::Scheduled) => StreamOrder::Soonest,
            Some(StreamStatus::Ended | StreamStatus::Cancelled) | None => StreamOrder::Newest,
        }
    }
}

impl StreamOrder {
    /// Where a show stands in this order.
    pub fn position(self, stream: &Stream) -> StreamPosition {
        let key = match self {
            Self::MostViewers => stream.counts.present,
            Self::Soonest => stream.scheduled_at.timestamp_micros(),
            Self::Newest => stream.created_at.timestamp_micros(),
        };
        StreamPosition { key, id: stream.id }
    }
}
