//! Blocks: wanting nothing to do with somebody.

mod problem;
mod view;

pub use view::BlockList;

use axum::{extract::State, http::StatusCode};
use souk_application::Blocks;
use souk_domain::{block::BlockPosition, id::UserId, page::Page};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::Actor,
    cursor::Cursors,
    extract::{Json, Path, Query},
    media::MediaUrls,
    page::PageParameters,
    problem::Problem,
    state::AppState,
};

/// The routes of blocks.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(block, unblock)).routes(routes!(list_blocks))
}

/// Block somebody
///
/// Neither of the two can write to the other or make the other an offer. They are not told. Doing it twice is doing it
/// once.
#[utoipa::path(post, path = "/users/{id}/block", tag = "Accounts",
    params(("id" = Uuid, Path, description = "The account's id.")),
    responses(
        (status = 204, description = "They are blocked."),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`own_account`: nobody blocks themself.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn block(
    State(blocks): State<Blocks>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    blocks.block(actor.user, UserId::from_uuid(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a block back
///
/// Whether or not there was one.
#[utoipa::path(delete, path = "/users/{id}/block", tag = "Accounts",
    params(("id" = Uuid, Path, description = "The account's id.")),
    responses((status = 204, description = "They are not blocked by you.")),
    security(("bearer" = [])))]
async fn unblock(
    State(blocks): State<Blocks>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    blocks.unblock(actor.user, UserId::from_uuid(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whom one blocks
///
/// Newest first.
#[utoipa::path(get, path = "/me/blocks", tag = "Accounts", params(PageParameters),
    responses((status = 200, description = "A page.", body = BlockList)),
    security(("bearer" = [])))]
async fn list_blocks(
    State(blocks): State<Blocks>,
    State(cursors): State<Cursors>,
    State(urls): State<MediaUrls>,
    Actor(actor): Actor,
    Query(parameters): Query<PageParameters>,
) -> Result<Json<BlockList>, Problem> {
    let list = format!("blocks of {}", actor.user);
    let (after, limit) = parameters.read(&list, &cursors)?;
    let after = after.map(|(blocked_at, id)| BlockPosition { blocked_at, id: UserId::from_uuid(id) });
    let Page { items, next } = blocks.list(actor.user, after, limit).await?;
    let next = next.map(|position| cursors.newest(&list, position.blocked_at, position.id.as_uuid()));
    Ok(Json(BlockList::of(items, next, &urls)))
}
