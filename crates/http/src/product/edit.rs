//! What sellers do with a listing that is up: edit it, take it down.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use souk_application::Products;
use souk_domain::id::ProductId;
use uuid::Uuid;

use super::{ProductView, form::ProductPatch, product_etag};
use crate::{
    auth::Actor,
    extract::{IfMatch, Json, Path},
    media::MediaUrls,
    problem::Problem,
};

/// Edit a listing
///
/// Its seller's. A field that is left out stays, null empties it; the whole that comes of it is judged as a new listing
/// is. Nothing is edited while somebody is buying it. With `If-Match`, only the version that was read is edited.
#[utoipa::path(patch, path = "/products/{id}", tag = "Catalogue", operation_id = "edit_product",
    request_body = ProductPatch,
    params(("id" = Uuid, Path, description = "The listing's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to edit.")),
    responses(
        (status = 200, description = "The listing as it is now, as its seller sees it.", body = ProductView,
            headers(("ETag" = String, description = "Its version."))),
        (status = 403, description = "`forbidden`: it is somebody else's; `account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`product_reserved`: somebody is buying it; `product_sold`; `product_archived`; \
            `offers_pending`: offers wait in the currency that would change.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 412, description = "`precondition_failed`: it has changed since.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
pub(super) async fn edit(
    State(products): State<Products>,
    State(urls): State<MediaUrls>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
    IfMatch(expected): IfMatch,
    Json(patch): Json<ProductPatch>,
) -> Result<Response, Problem> {
    let product = products.edit(actor.user, ProductId::from_uuid(id), patch.into(), &expected).await?;
    let tag = product_etag(&product);
    Ok(([(header::ETAG, tag)], Json(ProductView::of(product, Some(actor.user), &urls))).into_response())
}

/// Take a listing down
///
/// Its seller's, at any time but while somebody is buying it; again if it is down already. Offers that wait for an answer
/// are rejected. Nobody but the seller sees it any more.
#[utoipa::path(delete, path = "/products/{id}", tag = "Catalogue", operation_id = "archive_product",
    params(("id" = Uuid, Path, description = "The listing's id.")),
    responses(
        (status = 204, description = "It is down."),
        (status = 403, description = "`forbidden`: it is somebody else's; `account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`product_reserved`: somebody is buying it.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
pub(super) async fn archive(
    State(products): State<Products>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    products.archive(actor.user, ProductId::from_uuid(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
