//! Shows as clients see them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_application::stream::IssuedKey;
use souk_domain::{
    stream::{Author, Comment, Stream, StreamDescription, StreamState},
    text::WebUrl,
};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    media::MediaUrls,
    word::{CategoryWord, StreamStatusWord, Word},
};

/// A show.
#[derive(Serialize, ToSchema)]
#[schema(as = Stream)]
pub struct StreamView {
    id: Uuid,
    user_id: Uuid,
    title: String,
    description: Option<String>,
    category: CategoryWord,
    status: StreamStatusWord,
    thumbnail_url: Option<String>,
    /// Where it can be watched.
    stream_url: Option<String>,
    /// Where it can be watched when it is over.
    recording_url: Option<String>,
    /// Who watches now; counted every few seconds.
    viewers_count: i64,
    /// The most who watched at once.
    peak_viewers: i64,
    /// How many have come to watch.
    views_count: i64,
    likes_count: i64,
    comments_count: i64,
    /// How many people passed it on.
    shares_count: i64,
    /// When it is, or was, to begin.
    scheduled_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl StreamView {
    /// The show.
    pub fn of(stream: Stream, urls: &MediaUrls) -> Self {
        let (viewers_count, views_count) = (stream.viewers(), stream.views());
        let (started_at, ended_at) = match stream.state {
            StreamState::Scheduled | StreamState::Cancelled => (None, None),
            StreamState::Live { since } => (Some(since), None),
            StreamState::Ended { since, at } => (Some(since), Some(at)),
        };
        Self {
            id: stream.id.as_uuid(),
            user_id: stream.owner.as_uuid(),
            title: stream.title.into_string(),
            description: stream.description.map(StreamDescription::into_string),
            category: Word(stream.category),
            status: Word(stream.state.status()),
            thumbnail_url: stream.thumbnail_url.map(|thumbnail| urls.thumbnail_of(thumbnail)),
            stream_url: stream.stream_url.map(WebUrl::into_string),
            recording_url: stream.recording_url.map(WebUrl::into_string),
            viewers_count,
            peak_viewers: stream.counts.peak,
            views_count,
            likes_count: stream.counts.likes,
            comments_count: stream.counts.comments,
            shares_count: stream.counts.shares,
            scheduled_at: stream.scheduled_at,
            started_at,
            ended_at,
            created_at: stream.created_at,
            updated_at: stream.updated_at,
        }
    }
}

/// A page of shows.
#[derive(Serialize, ToSchema)]
pub struct StreamList {
    data: Vec<StreamView>,
    /// Brings the next page; null on the last one.
    next_cursor: Option<String>,
}

impl StreamList {
    /// The page.
    pub fn of(streams: Vec<Stream>, next_cursor: Option<String>, urls: &MediaUrls) -> Self {
        let data = streams.into_iter().map(|stream| StreamView::of(stream, urls)).collect();
        Self { data, next_cursor }
    }
}

/// How many watch.
#[derive(Serialize, ToSchema)]
pub struct Viewers {
    /// Whoever asked included.
    pub(super) viewers: i64,
}

/// Something said under a show.
#[derive(Serialize, ToSchema)]
#[schema(as = Comment)]
pub struct CommentView {
    id: Uuid,
    stream_id: Uuid,
    user_id: Uuid,
    /// Who said it, as others see them.
    author: AuthorView,
    content: String,
    created_at: DateTime<Utc>,
}

/// Who said something.
#[derive(Serialize, ToSchema)]
#[schema(as = Author)]
struct AuthorView {
    username: String,
    display_name: String,
    avatar_url: Option<String>,
}

impl CommentView {
    /// What was said.
    pub fn of(comment: Comment, urls: &MediaUrls) -> Self {
        let Author { id, username, display_name, avatar_url } = comment.author;
        Self {
            id: comment.id.as_uuid(),
            stream_id: comment.stream.as_uuid(),
            user_id: id.as_uuid(),
            author: AuthorView {
                username: username.into_string(),
                display_name: display_name.into_string(),
                avatar_url: avatar_url.map(|avatar| urls.thumbnail_of(avatar)),
            },
            content: comment.content.into_string(),
            created_at: comment.created_at,
        }
    }
}

/// A page of what was said, newest first.
#[derive(Serialize, ToSchema)]
pub struct CommentList {
    data: Vec<CommentView>,
    /// Brings the next page; null on the last one.
    next_cursor: Option<String>,
}

impl CommentList {
    /// The page.
    pub fn of(comments: Vec<Comment>, next_cursor: Option<String>, urls: &MediaUrls) -> Self {
        let data = comments.into_iter().map(|comment| CommentView::of(comment, urls)).collect();
        Self { data, next_cursor }
    }
}

/// Where a camera sends a show's video, and under which key.
#[derive(Serialize, ToSchema)]
pub struct IngestKeyView {
    /// The address of the media server; cameras call it server.
    #[schema(example = "rtmp://souk.example.com/live")]
    server: String,
    /// The show's id with the secret behind it; cameras call it stream key. Told this once.
    #[schema(example = "0190163d-8694-739b-aea5-966c26f8ad91?key=…")]
    stream_key: String,
    /// Both together, for programs that take one address.
    publish_url: String,
}

impl From<IssuedKey> for IngestKeyView {
    fn from(IssuedKey { server, name }: IssuedKey) -> Self {
        Self { publish_url: format!("{server}/{name}"), server, stream_key: name }
    }
}
