//! The addresses of pictures.

use std::sync::Arc;

use souk_domain::{
    id::MediaId,
    media::{Picture, Rendition},
    slug::Slug,
    text::WebUrl,
};

/// Knows where pictures are seen: with us, or with whoever stands in for us.
#[derive(Clone, Debug)]
pub struct MediaUrls(Arc<str>);

impl MediaUrls {
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
