//! How a picture is named by what shows it: one of ours, by its id or by its address.

use uuid::Uuid;

use super::Rendition;
use crate::{
    id::MediaId,
    slug::Slug,
    text::WebUrl,
    violation::{Fault, Violations},
};

/// A picture that something shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// One of ours.
    Own(MediaId),
    /// An address elsewhere, shown as it is and never fetched by us. Listings and messages show none; some have one from
    /// before pictures could be uploaded here.
    Elsewhere(WebUrl),
}

impl Picture {
    /// The picture of ours that somebody names: by its id, or by an address that ends as the addresses of our pictures
    /// do. Nothing else of an address counts, not even its host, for a picture keeps its name when we move: it is never
    /// fetched, and what is shown in its place is our own. Whether there is such a picture, and whose, is not known here.
    pub fn parse(text: &str) -> Result<MediaId, Fault> {
        let text = text.trim();
        own(text).ok_or_else(|| match WebUrl::parse(text) {
            Ok(_) => Fault::new("foreign_media", "Must be a picture uploaded here: its id, or its url."),
            Err(fault) => fault,
        })
    }

    /// The picture that somebody names where it may be anywhere: one of ours, or else an address in the web.
    pub fn anywhere(text: &str) -> Result<Self, Fault> {
        match own(text.trim()) {
            Some(id) => Ok(Self::Own(id)),
            None => WebUrl::parse(text).map(Self::Elsewhere),
        }
    }

    /// Takes what was checked when it was written; see [`as_stored`](Self::as_stored).
    pub fn stored(text: String) -> Self {
        match Uuid::try_parse(&text) {
            Ok(id) => Self::Own(MediaId::from_uuid(id)),
            Err(_) => Self::Elsewhere(WebUrl::stored(text)),
        }
    }

    /// As it is kept: the id of one of ours, without any address, or the address of another.
    pub fn as_stored(&self) -> String {
        match self {
            Self::Own(id) => id.to_string(),
            Self::Elsewhere(url) => url.as_ref().to_owned(),
        }
    }

    /// Which of ours it is, if it is.
    pub fn own(&self) -> Option<MediaId> {
        match self {
            Self::Own(id) => Some(*id),
            Self::Elsewhere(_) => None,
        }
    }
}

/// Which pictures of ours a listing shows, each with the field that names it.
pub fn shown(images: &[Picture], thumbnail: Option<&Picture>) -> Vec<(String, MediaId)> {
    let images = images.iter().enumerate().map(|(position, image)| (format!("images[{position}]"), image));
    let all = images.chain(thumbnail.map(|thumbnail| ("thumbnail_url".to_owned(), thumbnail)));
    all.filter_map(|(field, picture)| Some((field, picture.own()?))).collect()
}

/// The pictures that a list names, of which there can be `most`; what is wrong is noted of `field`.
pub fn pictures(field: &'static str, texts: &[String], most: usize, wrong: &mut Violations) -> Vec<Picture> {
    if texts.len() > most {
        wrong.add(Fault::new("too_many", format!("At most {most} {field}.")).of(field));
        return Vec::new();
    }
    let parsed = texts.iter().enumerate().map(|(position, text)| {
        Picture::parse(text).map_err(|fault| wrong.add(fault.of(format!("{field}[{position}]")))).ok()
    });
    parsed.flatten().map(Picture::Own).collect()
}

fn own(text: &str) -> Option<MediaId> {
    if let Some(id) = hyphenated(text) {
        return Some(id);
    }
    let path = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let mut segments = path.rsplit('/');
    let (rendition, id, before) = (segments.next()?, segments.next()?, segments.next()?);
    Rendition::from_slug(rendition)?;
    if before.is_empty() { None } else { hyphenated(id) }
}

/// An id as we write it. The other ways to write one would be other names for the same picture.
fn hyphenated(text: &str) -> Option<MediaId> {
    let id = Uuid::try_parse(text).ok().filter(|_| text.len() == uuid::fmt::Hyphenated::LENGTH)?;
    Some(MediaId::from_uuid(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0190163d-8694-739b-aea5-966c26f8ad91";

    #[test]
    fn a_picture_of_ours_is_named_by_its_id_or_by_either_of_its_addresses() {
        let id = MediaId::from_uuid(ID.parse().unwrap());
        for name in [
            ID.to_owned(),
            format!(" {} ", ID.to_uppercase()),
            format!("https://souk.example/media/{ID}/image"),
            format!("http://127.0.0.1:3000/media/{ID}/thumbnail"),
            format!("https://cdn.example/{ID}/image"),
        ] {
            assert_eq!(Picture::parse(&name), Ok(id), "{name}");
        }
    }

    #[test]
    fn anything_else_is_not() {
        for (name, code) in [
            ("https://example.com/1.jpg".to_owned(), "foreign_media"),
            (format!("https://souk.example/media/{ID}"), "foreign_media"),
            (format!("https://souk.example/media/{ID}/image/"), "foreign_media"),
            (format!("https://souk.example/media/{ID}/image?x"), "foreign_media"),
            (format!("https://souk.example/media/../{ID}/other"), "foreign_media"),
            (format!("https://{ID}/image"), "foreign_media"),
            (format!("https:///{ID}/image"), "invalid_format"),
            (format!("ftp://souk.example/media/{ID}/image"), "invalid_format"),
            (format!("file:///media/{ID}/image"), "invalid_format"),
            (format!("/media/{ID}/image"), "invalid_format"),
            (ID.replace('-', ""), "invalid_format"),
            (format!("{{{ID}}}"), "invalid_format"),
            (String::new(), "invalid_format"),
            ("javascript:alert(1)".to_owned(), "invalid_format"),
        ] {
            assert_eq!(Picture::parse(&name).unwrap_err().code, code, "{name}");
        }
    }

    #[test]
    fn a_picture_anywhere_is_one_of_ours_if_it_is_named_as_such() {
        let id = MediaId::from_uuid(ID.parse().unwrap());
        for name in [ID.to_owned(), format!("https://souk.example/media/{ID}/image")] {
            assert_eq!(Picture::anywhere(&name), Ok(Picture::Own(id)), "{name}");
        }
        let elsewhere = Picture::anywhere("https://example.com/1.jpg").unwrap();
        assert_eq!((elsewhere.own(), elsewhere.as_stored().as_str()), (None, "https://example.com/1.jpg"));
        for bad in ["", "javascript:alert(1)", "/media/1.jpg"] {
            assert_eq!(Picture::anywhere(bad).unwrap_err().code, "invalid_format", "{bad}");
        }
    }

    #[test]
    fn what_is_kept_comes_back() {
        for picture in [
            Picture::Own(MediaId::from_uuid(ID.parse().unwrap())),
            Picture::Elsewhere(WebUrl::parse("https://cdn.example.org/1.webp").unwrap()),
        ] {
            assert_eq!(Picture::stored(picture.as_stored()), picture);
        }
    }

    #[test]
    fn only_pictures_of_ours_are_shown_as_such() {
        let own = Picture::stored(ID.to_owned());
        let elsewhere = Picture::stored("https://cdn.example.org/1.webp".to_owned());
        let fields = |thumbnail| {
            let shown = shown(&[elsewhere.clone(), own.clone()], thumbnail);
            shown.into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        assert_eq!(fields(Some(&elsewhere)), ["images[1]"]);
        assert_eq!(fields(Some(&own)), ["images[1]", "thumbnail_url"]);
    }

    #[test]
    fn of_a_list_everything_wrong_is_named() {
        let mut wrong = Violations::none();
        let names = [ID.to_owned(), "https://example.com/1.jpg".to_owned(), "x".to_owned()];
        assert_eq!(pictures("images", &names, 3, &mut wrong).len(), 1);
        assert!(pictures("images", &names, 2, &mut wrong).is_empty());
        let noted: Vec<_> = wrong.iter().map(|wrong| format!("{} {}", wrong.field, wrong.code)).collect();
        assert_eq!(noted, ["images[1] foreign_media", "images[2] invalid_format", "images too_many"]);
    }
}
