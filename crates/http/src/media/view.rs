//! An uploaded picture as clients see it.

use serde::Serialize;
use souk_domain::media::Media;
use utoipa::ToSchema;
use uuid::Uuid;

use super::MediaUrls;

/// A picture.
#[derive(Serialize, ToSchema)]
#[schema(as = Media)]
pub struct MediaView {
    id: Uuid,
    /// Where it can be seen; a JPEG.
    #[schema(format = "uri")]
    url: String,
    /// Where it can be seen small, with no side longer than 400 pixels.
    #[schema(format = "uri")]
    thumbnail_url: String,
    /// In pixels, as it is kept.
    width: u32,
    /// In pixels, as it is kept.
    height: u32,
    /// Draws a blurred preview (<https://blurha.sh>).
    blurhash: String,
}

impl MediaView {
    /// The picture, with its addresses.
    pub fn of(media: &Media, urls: &MediaUrls) -> Self {
        Self {
            id: media.id.as_uuid(),
            url: urls.image(media.id),
            thumbnail_url: urls.thumbnail(media.id),
            width: media.dimensions.width,
            height: media.dimensions.height,
            blurhash: media.blurhash.clone(),
        }
    }
}
