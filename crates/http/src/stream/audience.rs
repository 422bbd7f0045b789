//! What an audience does: watching, liking, passing on, talking.

use axum::{extract::State, http::StatusCode, response::Response};
use souk_application::Streams;
use souk_domain::{
    id::{CommentId, StreamId},
    page::Page,
    session::Network,
    stream::{Comment, CommentPosition, Spectator},
};
use souk_ports::PortError;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    form::NewComment,
    view::{CommentList, CommentView, Viewers},
};
use crate::{
    auth::{Actor, MaybeActor},
    client::ClientAddress,
    cursor::Cursors,
    extract::{Json, Path, Query},
    idempotency::{Idempotent, Reply},
    media::MediaUrls,
    page::PageParameters,
    problem::Problem,
    state::AppState,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(like, unlike))
        .routes(routes!(share))
        .routes(routes!(heartbeat))
        .routes(routes!(list_comments, comment))
        .routes(routes!(remove_comment))
}

/// Like a show
#[utoipa::path(put, path = "/streams/{id}/like", tag = "Streams", operation_id = "like_stream",
    params(("id" = Uuid, Path, description = "The show's id.")),
    responses(
        (status = 204, description = "You like it."),
        (status = 403, description = "`account_suspended`; `blocked`: from its owner, or they from you.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn like(
    State(streams): State<Streams>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    streams.like(actor.user, StreamId::from_uuid(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Like a show no more
#[utoipa::path(delete, path = "/streams/{id}/like", tag = "Streams", operation_id = "unlike_stream",
    params(("id" = Uuid, Path, description = "The show's id.")),
    responses(
        (status = 204, description = "You do not like it."),
        (status = 403, description = "`account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn unlike(
    State(streams): State<Streams>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    streams.unlike(actor.user, StreamId::from_uuid(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say that you passed a show on
///
/// Each person counts once.
#[utoipa::path(post, path = "/streams/{id}/share", tag = "Streams", operation_id = "share_stream",
    params(("id" = Uuid, Path, description = "The show's id.")),
    responses(
        (status = 202, description = "It is counted."),
        (status = 403, description = "`account_suspended`; `blocked`: from its owner, or they from you.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn share(
    State(streams): State<Streams>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    streams.share(actor.user, StreamId::from_uuid(id)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Say that you are watching
///
/// Every 15 seconds or so; whoever has not said so for the best part of a minute has gone. Guests watch as well: all who
/// come from one network count as one.
#[utoipa::path(post, path = "/streams/{id}/heartbeat", tag = "Streams", operation_id = "watch_stream",
    params(("id" = Uuid, Path, description = "The show's id.")),
    responses(
        (status = 200, description = "How many watch.", body = Viewers),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`stream_not_live`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security((), ("bearer" = [])))]
async fn heartbeat(
    State(streams): State<Streams>,
    viewer: MaybeActor,
    ClientAddress(address): ClientAddress,
    Path(id): Path<Uuid>,
) -> Result<Json<Viewers>, Problem> {
    let guest = || Spectator::Guest(address.map(Network::of));
    let spectator = viewer.user().map_or_else(guest, Spectator::Person);
    let viewers = streams.heartbeat(spectator, StreamId::from_uuid(id)).await?;
    Ok(Json(Viewers { viewers }))
}

/// What is said under a show
///
/// Newest first, without what people said whom you block.
#[utoipa::path(get, path = "/streams/{id}/comments", tag = "Streams", operation_id = "list_comments",
    params(("id" = Uuid, Path, description = "The show's id."), PageParameters),
    responses(
        (status = 200, description = "A page.", body = CommentList),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security((), ("bearer" = [])))]
async fn list_comments(
    State(streams): State<Streams>,
    State(cursors): State<Cursors>,
    State(urls): State<MediaUrls>,
    reader: MaybeActor,
    Path(id): Path<Uuid>,
    Query(parameters): Query<PageParameters>,
) -> Result<Json<CommentList>, Problem> {
    let list = format!("comments on {id}");
    let (after, limit) = parameters.read(&list, &cursors)?;
    let after = after.map(|(created_at, id)| CommentPosition { created_at, id: CommentId::from_uuid(id) });
    let page = streams.list_comments(StreamId::from_uuid(id), reader.user(), after, limit).await?;
    let Page { items, next } = page.ok_or_else(Problem::not_found)?;
    let next = next.map(|next| cursors.newest(&list, next.created_at, next.id.as_uuid()));
    Ok(Json(CommentList::of(items, next, &urls)))
}

/// Say something
///
/// While the show is live; twenty things a minute at most.
#[utoipa::path(post, path = "/streams/{id}/comments", tag = "Streams", operation_id = "comment",
    request_body = NewComment,
    params(
        ("id" = Uuid, Path, description = "The show's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat of the request harmless for 24 hours."),
    ),
    responses(
        (status = 201, description = "It is said.", body = CommentView,
            headers(("Location" = String, description = "Where it is listed."))),
        (status = 403, description = "`account_suspended`; `blocked`: from its owner, or they from you.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`stream_not_live`; `idempotency_key_in_use`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 429, description = "`too_many_comments`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn comment(
    State(streams): State<Streams>,
    State(urls): State<MediaUrls>,
    Path(id): Path<Uuid>,
    new: Idempotent<NewComment>,
) -> Result<Response, Problem> {
    let id = StreamId::from_uuid(id);
    let reply = move |comment: &Comment| said(comment, &urls);
    new.once(reply, move |author, NewComment { content }, once| {
        Box::pin(async move { streams.comment(author, id, &content, once).await })
    })
    .await
}

fn said(comment: &Comment, urls: &MediaUrls) -> Result<Reply, PortError> {
    let location = format!("/v1/streams/{}/comments", comment.stream);
    Reply::created(location, None, &CommentView::of(comment.clone(), urls))
}

/// Take away what was said
///
/// By who said it, or by the owner of the show.
#[utoipa::path(delete, path = "/streams/{id}/comments/{comment_id}", tag = "Streams", operation_id = "remove_comment",
    params(
        ("id" = Uuid, Path, description = "The show's id."),
        ("comment_id" = Uuid, Path, description = "The comment's id."),
    ),
    responses(
        (status = 204, description = "It is gone."),
        (status = 403, description = "`not_your_comment`, `account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn remove_comment(
    State(streams): State<Streams>,
    Actor(actor): Actor,
    Path((id, comment)): Path<(Uuid, Uuid)>,
) -> Result<StatusCode, Problem> {
    let (id, comment) = (StreamId::from_uuid(id), CommentId::from_uuid(comment));
    streams.remove_comment(actor.user, id, comment).await?;
    Ok(StatusCode::NO_CONTENT)
}
