//! How video comes in: a key for the owner's camera, and what media servers report.
//!
//! A media server asks before it takes somebody's video, and says when it has ended. Who may send video the key decides;
//! that it is our media server that asks, the secret in the address it was given, if one is set.

use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
};
use souk_application::Ingest;
use souk_domain::id::StreamId;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    report::{IngestParameters, IngestSecret, Report, Video, VideoReport, Wish},
    view::IngestKeyView,
};
use crate::{
    auth::Actor,
    extract::{Json, Path, Query},
    problem::Problem,
    state::AppState,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(issue_key)).routes(routes!(publish)).routes(routes!(unpublish))
}

/// Get a key for a show's video
///
/// It is told once, and takes the place of the one before. A camera that sends the show's video under it puts the show on
/// air, and ends it when it stops; within two hours it can go on.
#[utoipa::path(post, path = "/streams/{id}/ingest-key", tag = "Streams", operation_id = "issue_ingest_key",
    params(("id" = Uuid, Path, description = "The show's id.")),
    responses(
        (status = 200, description = "Where to send the video, and the key.", body = IngestKeyView),
        (status = 403, description = "`not_your_stream`, `account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`stream_cancelled`; `stream_ended`: more than two hours ago.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn issue_key(
    State(ingest): State<Ingest>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<IngestKeyView>), Problem> {
    const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
    let issued = ingest.issue_key(actor.user, StreamId::from_uuid(id)).await?;
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Json(issued.into())))
}

/// Somebody wants to send video
///
/// For media servers: `on_publish` of nginx-rtmp, `authHTTPAddress` and `runOnReady` of `MediaMTX`. The show goes on air.
#[utoipa::path(post, path = "/ingest/publish", tag = "Streams", operation_id = "ingest_publish",
    params(IngestParameters),
    request_body(content(
        (VideoReport = "application/json"),
        (VideoReport = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 204, description = "They may."),
        (status = 403, description = "They may not: `wrong_ingest_key`; `forbidden`: the secret is wrong; \
            `account_suspended`, `already_live`, `stream_ended`, `stream_cancelled`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ))]
async fn publish(
    State(ingest): State<Ingest>,
    State(secret): State<IngestSecret>,
    Query(parameters): Query<IngestParameters>,
    Report(report): Report,
) -> Result<StatusCode, Problem> {
    secret.check(parameters.secret.as_deref())?;
    if let Wish::Publish(Video { stream, key, publisher }) = report.wish()? {
        ingest.publish(stream, &key, publisher).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody's video has ended
///
/// For media servers: `on_publish_done` of nginx-rtmp, `runOnNotReady` of `MediaMTX`. The show ends, unless somebody else
/// has taken over its video.
#[utoipa::path(post, path = "/ingest/unpublish", tag = "Streams", operation_id = "ingest_unpublish",
    params(IngestParameters),
    request_body(content(
        (VideoReport = "application/json"),
        (VideoReport = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 204, description = "It is known."),
        (status = 403, description = "`wrong_ingest_key`; `forbidden`: the secret is wrong.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ))]
async fn unpublish(
    State(ingest): State<Ingest>,
    State(secret): State<IngestSecret>,
    Query(parameters): Query<IngestParameters>,
    Report(report): Report,
) -> Result<StatusCode, Problem> {
    secret.check(parameters.secret.as_deref())?;
    if let Wish::Publish(Video { stream, key, publisher }) = report.wish()? {
        ingest.unpublish(stream, &key, publisher).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
