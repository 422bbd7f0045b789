//! Listings: publishing, editing and taking them down, finding and liking them.

mod edit;
mod form;
mod geojson;
mod like;
mod maps;
mod problem;
mod query;
mod view;

pub use form::{NewProduct, ProductPatch};
pub(crate) use view::ProductStatus;
pub use view::{CategoryList, LikedList, NearbyList, ProductList, ProductView};

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use souk_application::Products;
use souk_domain::{id::ProductId, page::Page, product::Product};
use souk_ports::PortError;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use self::{
    geojson::{ProductFeatures, Shape},
    query::{FeedParameters, NearbyParameters},
};
use crate::{
    auth::MaybeActor,
    cursor::Cursors,
    extract::{Json, Path, Query, etag},
    idempotency::{Idempotent, Reply},
    media::MediaUrls,
    problem::Problem,
    state::AppState,
};

/// The routes of listings.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(categories))
        .routes(routes!(list, publish))
        .routes(routes!(list_nearby))
        .routes(routes!(find, edit::edit, edit::archive))
        .routes(routes!(like::like, like::unlike))
        .routes(routes!(like::list_liked))
        .routes(routes!(like::view))
        .merge(maps::routes())
}

/// The twelve categories
///
/// In the order apps show them.
#[utoipa::path(get, path = "/categories", tag = "Catalogue",
    responses((status = 200, description = "All of them.", body = CategoryList)))]
async fn categories() -> Json<CategoryList> {
    Json(CategoryList::all())
}

/// Publish a listing
///
/// A first listing turns a buyer's account into `both`. Others see the place blurred unless `location_precision` is
/// `exact`.
#[utoipa::path(post, path = "/products", tag = "Catalogue", request_body = NewProduct,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat of the request harmless for 24 hours.")),
    responses(
        (status = 201, description = "The listing, as its seller sees it.", body = ProductView,
            headers(("Location" = String, description = "Where it is."), ("ETag" = String, description = "Its version."))),
        (status = 403, description = "`account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`idempotency_key_in_use`: the same request is still being worked on.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn publish(
    State(products): State<Products>,
    State(urls): State<MediaUrls>,
    new: Idempotent<NewProduct>,
) -> Result<Response, Problem> {
    let reply = move |product: &Product| created(product, &urls);
    new.once(reply, |seller, form, once| {
        Box::pin(async move { products.publish(seller, &form.into(), once).await })
    })
    .await
}

fn created(product: &Product, urls: &MediaUrls) -> Result<Reply, PortError> {
    let location = format!("/v1/products/{}", product.id);
    let view = ProductView::of(product.clone(), Some(product.seller), urls);
    Reply::created(location, Some(product_etag(product)), &view)
}

/// The entity tag of a listing: the count of its edits.
fn product_etag(product: &Product) -> String {
    etag(product.version.into())
}

/// A listing
///
/// Its seller sees the terms for offers as well; an archived listing is its seller's alone.
#[utoipa::path(get, path = "/products/{id}", tag = "Catalogue",
    params(("id" = Uuid, Path, description = "The listing's id.")),
    responses(
        (status = 200, description = "The listing.", body = ProductView,
            headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security((), ("bearer" = [])))]
async fn find(
    State(products): State<Products>,
    State(urls): State<MediaUrls>,
    viewer: MaybeActor,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let found = products.find(ProductId::from_uuid(id), viewer.user()).await?;
    let product = found.ok_or_else(Problem::not_found)?;
    let tag = product_etag(&product);
    Ok(([(header::ETAG, tag)], Json(ProductView::of(product, viewer.user(), &urls))).into_response())
}

/// A feed
///
/// Newest first unless told otherwise; available listings unless told otherwise.
#[utoipa::path(get, path = "/products", tag = "Catalogue", params(FeedParameters),
    responses((status = 200, description = "A page.", body = ProductList)),
    security((), ("bearer" = [])))]
async fn list(
    State(products): State<Products>,
    State(cursors): State<Cursors>,
    State(urls): State<MediaUrls>,
    viewer: MaybeActor,
    Query(parameters): Query<FeedParameters>,
) -> Result<Json<ProductList>, Problem> {
    let query = parameters.read(&cursors)?;
    let Page { items, next } = products.list(&query).await?;
    let next = next.map(|position| cursors.feed(query.sort, position));
    Ok(Json(ProductList::of(items, next, viewer.user(), &urls)))
}

/// What is near
///
/// Available listings around a point, nearest first, by the distance to where each may be seen to be.
#[utoipa::path(get, path = "/products/nearby", tag = "Catalogue", params(NearbyParameters),
    responses((status = 200, description = "A page.", content(
        (NearbyList = "application/json"), (ProductFeatures = "application/geo+json")))),
    security((), ("bearer" = [])))]
async fn list_nearby(
    State(products): State<Products>,
    State(cursors): State<Cursors>,
    State(urls): State<MediaUrls>,
    viewer: MaybeActor,
    shape: Shape,
    Query(parameters): Query<NearbyParameters>,
) -> Result<Response, Problem> {
    let query = parameters.read(&cursors)?;
    let Page { items, next } = products.list_nearby(&query).await?;
    let next = next.map(|position| cursors.nearby(query.centre, position));
    Ok(match shape {
        Shape::Json => geojson::plain(NearbyList::of(items, next, viewer.user(), &urls)),
        Shape::GeoJson => geojson::features(ProductFeatures::of_nearby(items, next, viewer.user(), &urls)),
    })
}
