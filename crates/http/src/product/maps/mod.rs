//! Listings on maps: pages of a box, clusters, vector tiles.

mod query;
mod view;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};
use souk_application::product::Maps;
use souk_domain::page::Page;
use utoipa_axum::{router::OpenApiRouter, routes};

use self::{
    query::{BoxParameters, ClusterParameters, TileParameters, TilePath},
    view::{ClusterFeatures, ClusterList},
};
use super::{
    ProductList,
    geojson::{self, ProductFeatures, Shape},
};
use crate::{
    auth::MaybeActor,
    cursor::Cursors,
    extract::{Path, Query},
    media::MediaUrls,
    problem::Problem,
    state::AppState,
};

/// The media type of a tile.
const VECTOR_TILE: HeaderValue = HeaderValue::from_static("application/vnd.mapbox-vector-tile");
/// A tile may be shown for a minute before asking again; and while asking.
const CACHING: HeaderValue = HeaderValue::from_static("public, max-age=60, stale-while-revalidate=600");

/// The routes of maps.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_in_box))
        .routes(routes!(list_clusters))
        .routes(routes!(draw_tile))
}

/// What is in a box
///
/// Available listings by where each may be seen to be, newest first; the edges belong to the box. In a large box a page
/// may be shorter than its limit, even empty, while there is a `next_cursor`: no search looks at more than 10,000
/// listings at a time.
#[utoipa::path(get, path = "/products/in-box", tag = "Catalogue", params(BoxParameters),
    responses((status = 200, description = "A page.", content(
        (ProductList = "application/json"), (ProductFeatures = "application/geo+json")))),
    security((), ("bearer" = [])))]
async fn list_in_box(
    State(maps): State<Maps>,
    State(urls): State<MediaUrls>,
    State(cursors): State<Cursors>,
    viewer: MaybeActor,
    shape: Shape,
    Query(parameters): Query<BoxParameters>,
) -> Result<Response, Problem> {
    let query = parameters.read(&cursors)?;
    let Page { items, next } = maps.list_in_box(&query).await?;
    let next = next.map(|position| cursors.in_box(&query.area, position));
    Ok(match shape {
        Shape::Json => geojson::plain(ProductList::of(items, next, viewer.user(), &urls)),
        Shape::GeoJson => geojson::features(ProductFeatures::of_listings(items, next, viewer.user(), &urls)),
    })
}

/// How many there are, and where
///
/// Counts of available listings in the cells of a grid, at most 200. Cells are 64 pixels wide at this zoom, or wider
/// where the box is too large for that. They do not move with the map: a cell is counted whole, also where it reaches
/// beyond the box.
#[utoipa::path(get, path = "/products/clusters", tag = "Catalogue", params(ClusterParameters),
    responses((status = 200, description = "The cells that hold anything.", content(
        (ClusterList = "application/json"), (ClusterFeatures = "application/geo+json")))))]
async fn list_clusters(
    State(maps): State<Maps>,
    shape: Shape,
    Query(parameters): Query<ClusterParameters>,
) -> Result<Response, Problem> {
    let clusters = maps.list_clusters(&parameters.read()?).await?;
    Ok(match shape {
        Shape::Json => geojson::plain(ClusterList::from(clusters)),
        Shape::GeoJson => geojson::features(ClusterFeatures::from(clusters)),
    })
}

/// A vector tile
///
/// A Mapbox vector tile of the square map (Web Mercator), as MapLibre draws it. Up to 500 listings are in the layer
/// `products`: `id`, `title`, `price_minor`, `currency`, `category`, `feed_type`, `condition`. Where there are more, the
/// layer `clusters` has up to 64 points with the number of their `products`, and whether it is `approximate`.
#[utoipa::path(get, path = "/products/tiles/{z}/{x}/{y}", tag = "Catalogue", params(TilePath, TileParameters),
    responses(
        (status = 200, description = "The tile.", body = Vec<u8>, content_type = "application/vnd.mapbox-vector-tile",
            headers(("ETag" = String, description = "Of the tile's content."), ("Cache-Control" = String))),
        (status = 204, description = "There is nothing in this tile."),
        (status = 304, description = "It is still the tile of `If-None-Match`."),
        (status = 404, description = "`not_found`: the map has no such tile.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ))]
async fn draw_tile(
    State(maps): State<Maps>,
    Path(path): Path<TilePath>,
    headers: HeaderMap,
    Query(parameters): Query<TileParameters>,
) -> Result<Response, Problem> {
    let tile = maps.draw_tile(&parameters.read(&path)?).await?;
    Ok(answer(&headers, tile))
}

/// A tile with what caches need to know.
fn answer(asked: &HeaderMap, tile: Vec<u8>) -> Response {
    if tile.is_empty() {
        return (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, CACHING)]).into_response();
    }
    let digest = Sha256::digest(&tile);
    let tag = digest.iter().take(16).fold(String::from("\""), |tag, byte| format!("{tag}{byte:02x}")) + "\"";
    let caching = [(header::CACHE_CONTROL, CACHING)];
    if is_known(asked, &tag) {
        return (StatusCode::NOT_MODIFIED, caching, [(header::ETAG, tag)]).into_response();
    }
    (caching, [(header::ETAG, tag)], [(header::CONTENT_TYPE, VECTOR_TILE)], tile).into_response()
}

/// Whether the client has this one already.
fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}
