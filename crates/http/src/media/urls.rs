//! The addresses of pictures.

use std::sync::{Arc, OnceLock};

use souk_domain::{
    id::MediaId,
    media::{Picture, Rendition},
    slug::Slug,
    text::WebUrl,
};

/// Knows where pictures are seen: with us, or with whoever stands in for us.
#[derive(Clone, Debug)]
pub struct MediaUrls(Arc<str>);

/// The one address under which this process serves: the same for all that it shows, so that not everything that shows a
/// picture has to be handed it.
static OURS: OnceLock<MediaUrls> = OnceLock::new();

impl MediaUrls {
    /// Makes this the address of the process, unless it has one.
    pub(crate) fn settle(&self) {
        OURS.get_or_init(|| self.clone());
    }

    /// The address of the process; until it has one, addresses are relative to wherever the reader is.
    pub(crate) fn ours() -> Self {
        OURS.get().cloned().unwrap_or_else(|| Self::below("/media"))
    }

    /// Below this address, which has no slash at its end.
    pub fn below(base: &str) -> Self {
        Self(base.into())
    }

    /// The address of a picture.
    pub fn image(&self, id: MediaId) -> String {
        self.file(id, Rendition::Image)
    }

    /// The address of its thumbnail.
    pub fn thumbnail(&self, id: MediaId) -> String {
        self.file(id, Rendition::Thumbnail)
    }

    /// Where a picture that something shows can be seen.
    pub fn of(&self, picture: Picture) -> String {
        match picture {
            Picture::Own(id) => self.image(id),
            Picture::Elsewhere(url) => WebUrl::into_string(url),
        }
    }

    /// Where it can be seen small.
    pub fn thumbnail_of(&self, picture: Picture) -> String {
        match picture {
            Picture::Own(id) => self.thumbnail(id),
            Picture::Elsewhere(url) => WebUrl::into_string(url),
        }
    }

    fn file(&self, id: MediaId, rendition: Rendition) -> String {
        format!("{}/{id}/{}", self.0, rendition.slug())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_we_give_out_are_those_we_take() {
        let id: uuid::Uuid = "0190163d-8694-739b-aea5-966c26f8ad91".parse().unwrap();
        let id = MediaId::from_uuid(id);
        let urls = MediaUrls::below("https://souk.example/media");
        assert_eq!(urls.image(id), "https://souk.example/media/0190163d-8694-739b-aea5-966c26f8ad91/image");
        for address in [urls.image(id), urls.thumbnail(id)] {
            assert_eq!(Picture::parse(&address), Ok(id));
        }
        assert_eq!(urls.thumbnail_of(Picture::Own(id)), urls.thumbnail(id));
        let elsewhere = Picture::stored("https://cdn.example/1.jpg".to_owned());
        assert_eq!(urls.of(elsewhere), "https://cdn.example/1.jpg");
    }
}
