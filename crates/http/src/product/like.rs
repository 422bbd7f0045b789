//! Liking listings, listing what one likes, and looking.

use axum::{extract::State, http::StatusCode};
use souk_application::{Products, Views};
use souk_domain::{
    id::ProductId,
    page::Page,
    product::{LikePosition, Viewer},
    session::Network,
};
use uuid::Uuid;

use super::LikedList;
use crate::{
    auth::{Actor, MaybeActor},
    client::{ClientAddress, UserAgentHeader},
    cursor::Cursors,
    extract::{Json, Path, Query},
    media::MediaUrls,
    page::PageParameters,
    problem::Problem,
};

/// Like a listing
///
/// However often it is asked for, it counts once.
#[utoipa::path(put, path = "/products/{id}/like", tag = "Catalogue", operation_id = "like_product",
    params(("id" = Uuid, Path, description = "The listing's id.")),
    responses(
        (status = 204, description = "You like it."),
        (status = 403, description = "`account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`product_archived`: it is your own, and down.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
pub(super) async fn like(
    State(products): State<Products>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    products.like(actor.user, ProductId::from_uuid(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Like a listing no more
#[utoipa::path(delete, path = "/products/{id}/like", tag = "Catalogue", operation_id = "unlike_product",
    params(("id" = Uuid, Path, description = "The listing's id.")),
    responses(
        (status = 204, description = "You do not like it (any more)."),
        (status = 403, description = "`account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
pub(super) async fn unlike(
    State(products): State<Products>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    products.unlike(actor.user, ProductId::from_uuid(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What one likes
///
/// Newest like first, sold things included, but nothing that was taken down.
#[utoipa::path(get, path = "/me/likes", tag = "Catalogue", operation_id = "list_liked_products",
    params(PageParameters),
    responses((status = 200, description = "A page.", body = LikedList)),
    security(("bearer" = [])))]
pub(super) async fn list_liked(
    State(products): State<Products>,
    State(cursors): State<Cursors>,
    State(urls): State<MediaUrls>,
    Actor(actor): Actor,
    Query(parameters): Query<PageParameters>,
) -> Result<Json<LikedList>, Problem> {
    let list = format!("likes of {}", actor.user);
    let (after, limit) = parameters.read(&list, &cursors)?;
    let after = after.map(|(liked_at, id)| LikePosition { liked_at, id: ProductId::from_uuid(id) });
    let Page { items, next } = products.list_liked(actor.user, after, limit).await?;
    let next = next.map(|position| cursors.newest(&list, position.liked_at, position.id.as_uuid()));
    Ok(Json(LikedList::of(items, next, actor.user, &urls)))
}

/// Say that somebody looks at a listing
///
/// Counted a few seconds later, once per viewer and day (UTC): an account, or an address and a device where nobody is
/// logged in. Sellers' looks at their own listings do not count, nor do looks at what is not there.
#[utoipa::path(post, path = "/products/{id}/view", tag = "Catalogue", operation_id = "view_product",
    params(("id" = Uuid, Path, description = "The listing's id.")),
    responses((status = 202, description = "Noted.")),
    security((), ("bearer" = [])))]
pub(super) async fn view(
    State(views): State<Views>,
    viewer: MaybeActor,
    ClientAddress(address): ClientAddress,
    UserAgentHeader(agent): UserAgentHeader,
    Path(id): Path<Uuid>,
) -> StatusCode {
    let guest = || Viewer::Guest { network: address.map(Network::of), agent };
    views.view(ProductId::from_uuid(id), &viewer.user().map_or_else(guest, Viewer::Person));
    StatusCode::ACCEPTED
}
