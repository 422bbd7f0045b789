//! Uploading pictures, and looking at them.
//!
//! Uploads have limits of their own (see [`crate::router`]). Files are served outside of `/v1`, at addresses that stay the
//! same for ever and hold the same for ever, so that a CDN or the bucket itself can stand in for us.

mod file;
mod problem;
mod upload;
mod urls;
mod view;

use axum::{extract::State, http::HeaderMap, response::Response};
use souk_application::MediaLibrary;
use souk_domain::{
    id::MediaId,
    media::{Media, Rendition},
};
use souk_ports::PortError;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub use upload::{BODY_LIMIT, Upload, admit};
pub use urls::MediaUrls;
pub use view::MediaView;

use crate::{
    extract::Path,
    idempotency::{Idempotent, Reply},
    problem::Problem,
    state::AppState,
};

/// The route that takes uploads.
pub fn uploads() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(upload))
}

/// The routes of files.
pub fn files() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(image)).routes(routes!(thumbnail))
}

/// What an upload looks like, for the description.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only described, never built: the body is read as it comes")]
struct NewMedia {
    /// The picture: JPEG, PNG or WebP, told by its content, of at most 10 MB, 16,384 pixels a side and 50 million pixels.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
}

/// Upload a picture
///
/// The body is a form with one part, the file; the part's name does not matter. What is kept is a picture made anew, upright,
/// in sRGB, with no side longer than 2,048 pixels and without any metadata (camera, place, time), and a thumbnail of it.
/// Of an animation the first picture is kept; what is transparent lies on white. Name it in a listing by its `id` or its
/// `url`: a picture that nothing ever shows is removed after seven days.
#[utoipa::path(post, path = "/media", tag = "Catalogue",
    request_body(content = NewMedia, content_type = "multipart/form-data"),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat of the request harmless for 24 hours.")),
    responses(
        (status = 201, description = "The picture.", body = MediaView,
            headers(("Location" = String, description = "Where it can be seen."))),
        (status = 403, description = "`account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`media_quota_reached`; `idempotency_key_in_use`: the same request is still being worked on.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 413, description = "`body_too_large`: the file has more than 10 MB.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 415, description = "`unsupported_media_type`: the body is no form, or the file no JPEG, PNG or WebP.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 422, description = "The picture has too many pixels (`dimensions_too_large`) or is damaged (`unreadable_image`).",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 429, description = "`too_many_uploads` within an hour.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn upload(
    State(library): State<MediaLibrary>,
    State(urls): State<MediaUrls>,
    new: Idempotent<Upload>,
) -> Result<Response, Problem> {
    new.once(
        |media| created(media, &urls),
        |owner, upload, once| Box::pin(async move { library.upload(owner, upload.into_bytes(), once).await }),
    )
    .await
}

fn created(media: &Media, urls: &MediaUrls) -> Result<Reply, PortError> {
    let view = MediaView::of(media, urls);
    Reply::created(urls.image(media.id), None, &view)
}

/// A picture
///
/// Whoever has its address may see it. The file never changes.
#[utoipa::path(get, path = "/media/{id}/image", tag = "Catalogue",
    params(("id" = Uuid, Path, description = "The picture's id.")),
    responses(
        (status = 200, description = "A JPEG.", body = [u8], content_type = "image/jpeg",
            headers(("ETag" = String, description = "The same for ever."))),
        (status = 304, description = "The one you have is the one there is."),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ))]
async fn image(
    State(library): State<MediaLibrary>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    file::answer(&library, MediaId::from_uuid(id), Rendition::Image, &headers).await
}

/// A picture's thumbnail
///
/// As the picture, with no side longer than 400 pixels.
#[utoipa::path(get, path = "/media/{id}/thumbnail", tag = "Catalogue",
    params(("id" = Uuid, Path, description = "The picture's id.")),
    responses(
        (status = 200, description = "A JPEG.", body = [u8], content_type = "image/jpeg",
            headers(("ETag" = String, description = "The same for ever."))),
        (status = 304, description = "The one you have is the one there is."),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ))]
async fn thumbnail(
    State(library): State<MediaLibrary>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    file::answer(&library, MediaId::from_uuid(id), Rendition::Thumbnail, &headers).await
}
