//! Shows: announcing, driving and finding them.

mod audience;
mod form;
mod ingest;
mod problem;
mod query;
mod report;
mod view;

pub use form::{NewComment, NewStream, StreamEdit, StreamEnd};
pub use report::IngestSecret;
pub use view::{CommentList, CommentView, IngestKeyView, StreamList, StreamView, Viewers};

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use souk_application::Streams;
use souk_domain::{id::StreamId, page::Page, stream::Stream};
use souk_ports::PortError;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use self::query::StreamParameters;
use crate::{
    auth::{Actor, MaybeActor},
    cursor::Cursors,
    extract::{IfMatch, Json, MaybeJson, Path, Query, etag},
    idempotency::{Idempotent, Reply},
    media::MediaUrls,
    problem::Problem,
    state::AppState,
};

/// The routes of shows.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, schedule))
        .routes(routes!(find, change))
        .routes(routes!(start))
        .routes(routes!(end))
        .routes(routes!(cancel))
        .merge(audience::routes())
        .merge(ingest::routes())
}

/// Announce a show
///
/// For a time in the future, or to begin at once. It goes on air with `start`, or with its video.
#[utoipa::path(post, path = "/streams", tag = "Streams", operation_id = "schedule_stream",
    request_body = NewStream,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat of the request harmless for 24 hours.")),
    responses(
        (status = 201, description = "The show.", body = StreamView,
            headers(("Location" = String, description = "Where it is."), ("ETag" = String, description = "Its version."))),
        (status = 403, description = "`account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`idempotency_key_in_use`: the same request is still being worked on.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn schedule(
    State(streams): State<Streams>,
    State(urls): State<MediaUrls>,
    new: Idempotent<NewStream>,
) -> Result<Response, Problem> {
    let reply = move |stream: &Stream| scheduled(stream, &urls);
    new.once(reply, |owner, form, once| {
        Box::pin(async move { streams.schedule(owner, form.into(), once).await })
    })
    .await
}

fn scheduled(stream: &Stream, urls: &MediaUrls) -> Result<Reply, PortError> {
    let location = format!("/v1/streams/{}", stream.id);
    Reply::created(location, Some(etag(stream.version())), &StreamView::of(stream.clone(), urls))
}

/// Shows
///
/// `live`: most viewers first; `scheduled`: soonest first; all others newest first.
#[utoipa::path(get, path = "/streams", tag = "Streams", operation_id = "list_streams",
    params(StreamParameters),
    responses((status = 200, description = "A page.", body = StreamList)),
    security((), ("bearer" = [])))]
async fn list(
    State(streams): State<Streams>,
    State(cursors): State<Cursors>,
    State(urls): State<MediaUrls>,
    _: MaybeActor,
    Query(parameters): Query<StreamParameters>,
) -> Result<Json<StreamList>, Problem> {
    let query = parameters.read(&cursors)?;
    let Page { items, next } = streams.list(&query).await?;
    let next = next.map(|next| query::cursor(&cursors, query.filter.order(), next));
    Ok(Json(StreamList::of(items, next, &urls)))
}

/// A show
#[utoipa::path(get, path = "/streams/{id}", tag = "Streams", operation_id = "find_stream",
    params(("id" = Uuid, Path, description = "The show's id.")),
    responses(
        (status = 200, description = "The show.", body = StreamView,
            headers(("ETag" = String, description = "Its version; what is counted about it does not change it."))),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security((), ("bearer" = [])))]
async fn find(
    State(streams): State<Streams>,
    State(urls): State<MediaUrls>,
    _: MaybeActor,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let found = streams.find(StreamId::from_uuid(id)).await?;
    Ok(shown(found.ok_or_else(Problem::not_found)?, &urls))
}

fn shown(stream: Stream, urls: &MediaUrls) -> Response {
    let tag = etag(stream.version());
    ([(header::ETAG, tag)], Json(StreamView::of(stream, urls))).into_response()
}

/// Change a show
///
/// With `If-Match`, only if it is still the version that was seen.
#[utoipa::path(patch, path = "/streams/{id}", tag = "Streams", operation_id = "change_stream",
    request_body = StreamEdit,
    params(
        ("id" = Uuid, Path, description = "The show's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version that was seen."),
    ),
    responses(
        (status = 200, description = "The show.", body = StreamView,
            headers(("ETag" = String, description = "Its version."))),
        (status = 403, description = "`not_your_stream`, `account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`stream_cancelled`; `stream_begun`: it cannot be moved any more; \
            `stream_not_begun`: there is no recording yet.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 412, description = "`precondition_failed`: it has changed since.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn change(
    State(streams): State<Streams>,
    State(urls): State<MediaUrls>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
    IfMatch(expected): IfMatch,
    Json(edit): Json<StreamEdit>,
) -> Result<Response, Problem> {
    Ok(shown(streams.change(actor.user, StreamId::from_uuid(id), edit.into(), &expected).await?, &urls))
}

/// Go on air
///
/// Also again, within two hours of the end.
#[utoipa::path(post, path = "/streams/{id}/start", tag = "Streams", operation_id = "start_stream",
    params(("id" = Uuid, Path, description = "The show's id.")),
    responses(
        (status = 200, description = "The show.", body = StreamView,
            headers(("ETag" = String, description = "Its version."))),
        (status = 403, description = "`not_your_stream`, `account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`stream_already_live`; `already_live`: with another show of yours; \
            `stream_ended`: more than two hours ago; `stream_cancelled`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn start(
    State(streams): State<Streams>,
    State(urls): State<MediaUrls>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    Ok(shown(streams.start(actor.user, StreamId::from_uuid(id)).await?, &urls))
}

/// Go off air
#[utoipa::path(post, path = "/streams/{id}/end", tag = "Streams", operation_id = "end_stream",
    request_body = Option<StreamEnd>,
    params(("id" = Uuid, Path, description = "The show's id.")),
    responses(
        (status = 200, description = "The show.", body = StreamView,
            headers(("ETag" = String, description = "Its version."))),
        (status = 403, description = "`not_your_stream`, `account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`stream_not_live`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn end(
    State(streams): State<Streams>,
    State(urls): State<MediaUrls>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
    MaybeJson(StreamEnd { recording_url }): MaybeJson<StreamEnd>,
) -> Result<Response, Problem> {
    Ok(shown(streams.end(actor.user, StreamId::from_uuid(id), recording_url.as_deref()).await?, &urls))
}

/// Call a show off
#[utoipa::path(post, path = "/streams/{id}/cancel", tag = "Streams", operation_id = "cancel_stream",
    params(("id" = Uuid, Path, description = "The show's id.")),
    responses(
        (status = 200, description = "The show.", body = StreamView,
            headers(("ETag" = String, description = "Its version."))),
        (status = 403, description = "`not_your_stream`, `account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`stream_begun`, `stream_cancelled`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn cancel(
    State(streams): State<Streams>,
    State(urls): State<MediaUrls>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    Ok(shown(streams.cancel(actor.user, StreamId::from_uuid(id)).await?, &urls))
}
