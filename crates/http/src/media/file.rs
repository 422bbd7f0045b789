//! Serving files: for ever the same, to be kept by whoever gets them, and nothing but a picture whatever a browser makes of
//! it.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use souk_application::MediaLibrary;
use souk_domain::{id::MediaId, media::Rendition, slug::Slug};
use souk_ports::{PortError, media::MediaFile};

use crate::problem::Problem;

/// A year, and not even asked about within it.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Should a browser ever take it for a page: one that can load nothing and run nothing.
const NOTHING_ELSE: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
/// Pages of other origins may show it: shops have clients on the web.
const CROSS_ORIGIN: HeaderValue = HeaderValue::from_static("cross-origin");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The file, or that the client has it already.
pub(super) async fn answer(
    library: &MediaLibrary,
    id: MediaId,
    rendition: Rendition,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    // Looked for even if the client has it: what was removed shall not be confirmed.
    let file = library.open(id, rendition).await?.ok_or_else(Problem::not_found)?;
    let tag = format!("\"{id}-{}\"", rendition.slug());
    let mut response = if has_it(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let length = file.length;
        let mut response = Body::from_stream(pieces(file)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
        headers.insert(header::CONTENT_LENGTH, length.into());
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    headers.insert(header::CONTENT_SECURITY_POLICY, NOTHING_ELSE);
    headers.insert(RESOURCE_POLICY, CROSS_ORIGIN);
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    let name = format!("inline; filename=\"{id}.jpg\"");
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Whether one of the tags a client has is this one, or it would take any.
fn has_it(headers: &HeaderMap, tag: &str) -> bool {
    let mut named = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    named.any(|list| {
        list.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
    })
}

/// The file's bytes as they are read. What goes wrong on the way can no longer be said, only shown: the connection breaks
/// off before the length that was announced.
fn pieces(file: MediaFile) -> impl futures_util::Stream<Item = Result<Vec<u8>, PortError>> {
    stream::try_unfold(file.bytes, async |mut bytes| {
        let piece = bytes.next().await.inspect_err(|error| tracing::warn!(%error, "a file broke off"))?;
        Ok(piece.map(|piece| (piece, bytes)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_it_if_one_of_its_tags_is_the_files() {
        let has = |values: &[&'static str]| {
            let headers =
                values.iter().map(|value| (header::IF_NONE_MATCH, HeaderValue::from_static(value))).collect();
            has_it(&headers, "\"a-image\"")
        };
        for good in [&["\"a-image\""][..], &["W/\"a-image\""], &["\"x\", \"a-image\""], &["\"x\"", "*"]] {
            assert!(has(good), "{good:?}");
        }
        for bad in [&[][..], &["\"a-thumbnail\""], &["a-image"], &[""]] {
            assert!(!has(bad), "{bad:?}");
        }
    }
}
