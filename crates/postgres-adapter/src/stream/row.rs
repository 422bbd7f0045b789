//! A show as a row.
#![expect(
    clippy::ref_option_ref,
    reason = "the derive of a changeset writes such a type for an optional column"
)]

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*, sql_types::Timestamptz};
use souk_domain::{
    id::{StreamId, UserId},
    media::Picture,
    product::Category,
    stream::{
        Stream, StreamContext, StreamCounts, StreamDescription, StreamState, StreamStatus, StreamTitle,
    },
    text::WebUrl,
};
use souk_ports::PortError;
use uuid::Uuid;

use crate::{
    schema::{sql_types, streams},
    user::row::standing,
    words::{AccountStatus, Word},
};

/// Everything a show is made of. The select list of every query for shows comes from here.
#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = streams, check_for_backend(Pg))]
pub(super) struct StreamRow {
    id: Uuid,
    user_id: Uuid,
    title: String,
    description: Option<String>,
    category: Category,
    status: StreamStatus,
    thumbnail_url: Option<String>,
    stream_url: Option<String>,
    recording_url: Option<String>,
    views_count: i64,
    likes_count: i64,
    comments_count: i64,
    shares_count: i64,
    peak_viewers: i64,
    viewers_count: i64,
    scheduled_at: Option<DateTime<Utc>>,
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A show, and how its owner's account stands.
#[derive(QueryableByName)]
pub(super) struct ShowRow {
    #[diesel(embed)]
    stream: StreamRow,
    #[diesel(sql_type = sql_types::UserStatus)]
    owner_status: AccountStatus,
    #[diesel(sql_type = diesel::sql_types::Nullable<Timestamptz>)]
    owner_deleted_at: Option<DateTime<Utc>>,
}

impl TryFrom<StreamRow> for Stream {
    type Error = PortError;

    fn try_from(row: StreamRow) -> Result<Self, PortError> {
        let state = state(row.status, row.started_at, row.ended_at)
            .ok_or_else(|| PortError::Corrupt(format!("streams {}: its columns disagree", row.id)))?;
        Ok(Self {
            id: StreamId::from_uuid(row.id),
            owner: UserId::from_uuid(row.user_id),
            title: StreamTitle::stored(row.title),
            description: row.description.map(StreamDescription::stored),
            category: row.category,
            thumbnail_url: row.thumbnail_url.map(Picture::stored),
            stream_url: row.stream_url.map(WebUrl::stored),
            recording_url: row.recording_url.map(WebUrl::stored),
            // Shows of before there was a time in every one could begin at once.
            scheduled_at: row.scheduled_at.unwrap_or(row.created_at),
            state,
            counts: StreamCounts {
                left: row.views_count,
                present: row.viewers_count,
                peak: row.peak_viewers,
                likes: row.likes_count,
                comments: row.comments_count,
                shares: row.shares_count,
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl TryFrom<ShowRow> for StreamContext {
    type Error = PortError;

    fn try_from(row: ShowRow) -> Result<Self, PortError> {
        let stream = Stream::try_from(row.stream)?;
        let standing = standing(row.owner_status, row.owner_deleted_at).ok_or_else(|| {
            PortError::Corrupt(format!("users {}: status and deleted_at disagree", stream.owner))
        })?;
        Ok(Self { stream, standing })
    }
}

/// The state that the columns tell; `None` if they contradict each other.
fn state(
    status: StreamStatus,
    started: Option<DateTime<Utc>>,
    ended: Option<DateTime<Utc>>,
) -> Option<StreamState> {
    match (status, started, ended) {
        (StreamStatus::Scheduled, None, None) => Some(StreamState::Scheduled),
        (StreamStatus::Live, Some(since), None) => Some(StreamState::Live { since }),
        (StreamStatus::Ended, Some(since), Some(at)) => Some(StreamState::Ended { since, at }),
        (StreamStatus::Cancelled, None, None) => Some(StreamState::Cancelled),
        _ => None,
    }
}

/// The columns that tell when a show began and ended.
fn times(state: StreamState) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    match state {
        StreamState::Scheduled | StreamState::Cancelled => (None, None),
        StreamState::Live { since } => (Some(since), None),
        StreamState::Ended { since, at } => (Some(since), Some(at)),
    }
}

#[derive(Insertable)]
#[diesel(table_name = streams)]
pub(super) struct NewStreamRow<'a> {
    id: Uuid,
    user_id: Uuid,
    created_at: DateTime<Utc>,
    #[diesel(embed)]
    rest: SavedRow<'a>,
}

/// What changes about a show; its counts change by themselves.
#[derive(AsChangeset, Insertable)]
#[diesel(table_name = streams, treat_none_as_null = true)]
pub(super) struct SavedRow<'a> {
    title: &'a str,
    description: Option<&'a str>,
    category: Word<Category>,
    status: Word<StreamStatus>,
    thumbnail_url: Option<String>,
    stream_url: Option<&'a str>,
    recording_url: Option<&'a str>,
    scheduled_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
}

impl<'a> From<&'a Stream> for NewStreamRow<'a> {
    fn from(stream: &'a Stream) -> Self {
        Self {
            id: stream.id.as_uuid(),
            user_id: stream.owner.as_uuid(),
            created_at: stream.created_at,
            rest: stream.into(),
        }
    }
}

impl<'a> From<&'a Stream> for SavedRow<'a> {
    fn from(stream: &'a Stream) -> Self {
        let (started_at, ended_at) = times(stream.state);
        Self {
            title: stream.title.as_ref(),
            description: stream.description.as_ref().map(AsRef::as_ref),
            category: Word(stream.category),
            status: Word(stream.state.status()),
            thumbnail_url: stream.thumbnail_url.as_ref().map(Picture::as_stored),
            stream_url: stream.stream_url.as_ref().map(AsRef::as_ref),
            recording_url: stream.recording_url.as_ref().map(AsRef::as_ref),
            scheduled_at: stream.scheduled_at,
            started_at,
            ended_at,
            updated_at: stream.updated_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_survives_its_columns_and_contradictions_are_seen() {
        let at = DateTime::UNIX_EPOCH;
        for before in [
            StreamState::Scheduled,
            StreamState::Live { since: at },
            StreamState::Ended { since: at, at },
            StreamState::Cancelled,
        ] {
            let (started, ended) = times(before);
            assert_eq!(state(before.status(), started, ended), Some(before));
        }
        assert_eq!(state(StreamStatus::Live, None, None), None);
        assert_eq!(state(StreamStatus::Ended, Some(at), None), None);
        assert_eq!(state(StreamStatus::Scheduled, Some(at), None), None);
    }
}
