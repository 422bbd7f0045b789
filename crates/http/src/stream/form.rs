//! What owners fill in.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use souk_domain::{
    edit::Change,
    stream::{StreamForm, StreamPatch},
};
use utoipa::ToSchema;

use crate::{extract::change, word::CategoryWord};

/// A new show.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStream {
    /// What it is called.
    #[schema(min_length = 1, max_length = 140, example = "Sneaker sale")]
    title: String,
    /// What you say of it.
    #[schema(max_length = 5000)]
    description: Option<String>,
    /// What kind of things it is about.
    category: CategoryWord,
    /// When it begins: in the future, at most 90 days ahead. Left out: it can begin at once.
    scheduled_at: Option<DateTime<Utc>>,
    /// A picture for lists: the `id` or `url` of one that you uploaded (`POST /v1/media`), or an address in the web.
    #[schema(max_length = 2048)]
    thumbnail_url: Option<String>,
    /// Where it can be watched.
    #[schema(format = "uri", max_length = 2048)]
    stream_url: Option<String>,
}

/// What an owner changes about a show: a field that is left out stays, null empties it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StreamEdit {
    /// Cannot be emptied.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 140, example = "Sneaker sale")]
    title: Change<String>,
    /// What you say of it.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, max_length = 5000)]
    description: Change<String>,
    /// Cannot be emptied.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = CategoryWord, required = false)]
    category: Change<CategoryWord>,
    /// Until it begins; cannot be emptied.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = DateTime<Utc>, required = false)]
    scheduled_at: Change<DateTime<Utc>>,
    /// A picture for lists, named in the same way.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, max_length = 2048)]
    thumbnail_url: Change<String>,
    /// Where it can be watched.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, format = "uri", max_length = 2048)]
    stream_url: Change<String>,
    /// Where it can be watched when it is over; once it has begun.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, format = "uri", max_length = 2048)]
    recording_url: Change<String>,
}

/// The end of a show.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StreamEnd {
    /// Where it can be watched from now on.
    #[schema(format = "uri", max_length = 2048)]
    pub(super) recording_url: Option<String>,
}

/// Something to say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// On one line.
    #[schema(min_length = 1, max_length = 500, example = "Do you have these in 43?")]
    pub(super) content: String,
}

impl From<NewStream> for StreamForm {
    fn from(new: NewStream) -> Self {
        Self {
            title: new.title,
            description: new.description,
            category: new.category.0,
            scheduled_at: new.scheduled_at,
            thumbnail_url: new.thumbnail_url,
            stream_url: new.stream_url,
        }
    }
}

impl From<StreamEdit> for StreamPatch {
    fn from(edit: StreamEdit) -> Self {
        Self {
            title: edit.title,
            description: edit.description,
            category: edit.category.map(|word| word.0),
            scheduled_at: edit.scheduled_at,
            thumbnail_url: edit.thumbnail_url,
            stream_url: edit.stream_url,
            recording_url: edit.recording_url,
        }
    }
}
