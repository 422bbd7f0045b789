//! Looking at accounts, changing one's own, taking everything along, and leaving.

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use souk_application::Profiles;
use souk_domain::{id::UserId, user::OwnProfile};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    form::ProfilePatch,
    view::{OwnAccountView, ProfileView},
};
use crate::{
    auth::{Actor, MaybeActor},
    extract::{IfMatch, Json, Path, etag},
    media::MediaUrls,
    problem::Problem,
    state::AppState,
};

/// The routes of profiles.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(find_own_account, change_account, erase_account))
        .routes(routes!(export_account))
        .routes(routes!(find_profile))
}

/// One's own account
///
/// Private parts included, and what is verified of it.
#[utoipa::path(get, path = "/me", tag = "Accounts",
    responses((status = 200, description = "The account.", body = OwnAccountView,
        headers(("ETag" = String, description = "Its version.")))),
    security(("bearer" = [])))]
async fn find_own_account(
    State(profiles): State<Profiles>,
    State(urls): State<MediaUrls>,
    Actor(actor): Actor,
) -> Result<Response, Problem> {
    // A token outlives its account by some minutes.
    let found = profiles.find_own(actor.user).await?.ok_or_else(Problem::unauthenticated)?;
    Ok(shown(found, &urls))
}

/// Change one's own account
///
/// A field that is left out stays, null empties it. With `If-Match`, only the version that was read is changed.
#[utoipa::path(patch, path = "/me", tag = "Accounts", request_body = ProfilePatch,
    params(("If-Match" = Option<String>, Header, description = "The `ETag` of the version to change.")),
    responses(
        (status = 200, description = "The account as it is now.", body = OwnAccountView,
            headers(("ETag" = String, description = "Its version."))),
        (status = 403, description = "`account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`phone_taken`; `listings_open`: listings that are up keep their seller a seller; \
            `admin_role`: an administrator's role is changed elsewhere.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 412, description = "`precondition_failed`: it has changed since.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn change_account(
    State(profiles): State<Profiles>,
    State(urls): State<MediaUrls>,
    Actor(actor): Actor,
    IfMatch(expected): IfMatch,
    Json(patch): Json<ProfilePatch>,
) -> Result<Response, Problem> {
    Ok(shown(profiles.change(actor.user, patch.into(), &expected).await?, &urls))
}

fn shown(own: OwnProfile, urls: &MediaUrls) -> Response {
    let tag = etag(own.user.version());
    ([(header::ETAG, tag)], Json(OwnAccountView::of(own, urls))).into_response()
}

/// Delete one's own account
///
/// For good. Listings are archived, pending offers cancelled, sessions ended, everything personal is removed; records of
/// payments stay. The username cannot be taken again.
#[utoipa::path(delete, path = "/me", tag = "Accounts",
    responses(
        (status = 204, description = "It is gone."),
        (status = 403, description = "`account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`deal_open`: money or goods are still on their way.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn erase_account(State(profiles): State<Profiles>, Actor(actor): Actor) -> Result<StatusCode, Problem> {
    profiles.erase(actor.user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Everything that is kept about oneself
///
/// As of one moment. A list of more than 10,000 rows or 4 MiB is cut after its newest, and named in `truncated`.
#[utoipa::path(get, path = "/me/export", tag = "Accounts",
    responses((status = 200, description = "The document: `account`, and a list for each kind of thing.",
        body = serde_json::Value,
        headers(("Content-Disposition" = String, description = "A file to keep.")))),
    security(("bearer" = [])))]
async fn export_account(State(profiles): State<Profiles>, Actor(actor): Actor) -> Result<Response, Problem> {
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    const FILE: HeaderValue = HeaderValue::from_static("attachment; filename=\"souk-loop.json\"");
    let export = profiles.export(actor.user).await?.ok_or_else(Problem::unauthenticated)?;
    Ok(([(header::CONTENT_TYPE, JSON), (header::CONTENT_DISPOSITION, FILE)], export.0).into_response())
}

/// An account, as everybody may see it
#[utoipa::path(get, path = "/users/{id}", tag = "Accounts",
    params(("id" = Uuid, Path, description = "The account's id.")),
    responses(
        (status = 200, description = "What is public of it.", body = ProfileView),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security((), ("bearer" = [])))]
async fn find_profile(
    State(profiles): State<Profiles>,
    State(urls): State<MediaUrls>,
    _: MaybeActor,
    Path(id): Path<Uuid>,
) -> Result<Json<ProfileView>, Problem> {
    let found = profiles.find_public(UserId::from_uuid(id)).await?;
    Ok(Json(ProfileView::of(found.ok_or_else(Problem::not_found)?, &urls)))
}
