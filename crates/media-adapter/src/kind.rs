//! What kind of picture a file is, by its bytes, and whether it is all there: what the decoders do not look at, or only
//! after they have taken memory for it.

use souk_domain::media::{Dimensions, ImageFault};

/// The kinds that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Jpeg,
    Png,
    WebP,
}

impl Kind {
    /// The kind of a file, by how it begins. What stands in front of a picture makes it another kind.
    pub(crate) fn of(file: &[u8]) -> Result<Self, ImageFault> {
        if file.is_empty() {
            Err(ImageFault::Empty)
        } else if file.starts_with(&[0xff, 0xd8, 0xff]) {
            Ok(Self::Jpeg)
        } else if file.starts_with(b"\x89PNG\r\n\x1a\n") {
            Ok(Self::Png)
        } else if file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP") {
            Ok(Self::WebP)
        } else {
            Err(ImageFault::UnknownType)
        }
    }

    /// Refuses files that end too early or contradict themselves, where the decoder would make up the rest, or take
    /// memory for it.
    pub(crate) fn check_whole(self, file: &[u8]) -> Result<(), ImageFault> {
        let is_whole = match self {
            Self::Jpeg => jpeg_ends(file),
            // Its decoder refuses what is cut off.
            Self::Png => true,
            Self::WebP => webp_fits(file),
        };
        if is_whole { Ok(()) } else { Err(ImageFault::Unreadable) }
    }
}

/// Whether the end is marked after the first scan begins. Compressed data never holds the mark, but what stands before
/// it may (a thumbnail in the metadata has an end of its own), and so may what follows.
fn jpeg_ends(file: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xda;
    let mut rest = file.get(2..).unwrap_or_default();
    loop {
        let [0xff, marker, after @ ..] = rest else { return false };
        match *marker {
            // Filling, and markers that stand alone.
            0xff => rest = rest.get(1..).unwrap_or_default(),
            0x01 | 0xd0..=0xd7 => rest = after,
            START_OF_SCAN => return after.windows(2).any(|pair| pair == [0xff, 0xd9]),
            _ => {
                let Some(length) = after.first_chunk().map(|length| usize::from(u16::from_be_bytes(*length)))
                else {
                    return false;
                };
                rest = after.get(length.max(2)..).unwrap_or_default();
            }
        }
    }
}

/// Whether every part of a WebP file lies within it, and every picture within the canvas that the head announces.
fn webp_fits(file: &[u8]) -> bool {
    let Some(length) = word(file, 4) else { return false };
    let body = file.get(8..).unwrap_or_default();
    let Some(parts) = body.get(4..length) else { return false };
    let mut canvas = None;
    parts_fit(parts, &mut canvas, 0)
}

fn parts_fit(mut parts: &[u8], canvas: &mut Option<Dimensions>, depth: u8) -> bool {
    while !parts.is_empty() {
        let Some(length) = word(parts, 4) else { return false };
        let Some(content) = parts.get(8..).and_then(|rest| rest.get(..length)) else { return false };
        let is_fine = match parts.get(..4) {
            Some(b"VP8X") => {
                *canvas = three(content, 4)
                    .zip(three(content, 7))
                    .map(|(width, height)| Dimensions { width: width + 1, height: height + 1 });
                canvas.is_some()
            }
            Some(b"VP8 ") => lossy(content).is_some_and(|frame| within(frame, *canvas)),
            // A frame of an animation is a picture behind sixteen bytes of where it goes.
            Some(b"ANMF") if depth == 0 => {
                content.get(16..).is_some_and(|frame| parts_fit(frame, canvas, depth + 1))
            }
            _ => true,
        };
        if !is_fine {
            return false;
        }
        // Parts begin at even places; the last one may lack its filling.
        parts = parts.get(8 + length + length % 2..).unwrap_or_default();
    }
    true
}

/// What a lossy picture says of its size, behind three bytes of flags and three that are always the same.
fn lossy(content: &[u8]) -> Option<Dimensions> {
    let side = |at: usize| {
        let bytes = content.get(at..)?.first_chunk()?;
        Some(u32::from(u16::from_le_bytes(*bytes) & 0x3fff))
    };
    Some(Dimensions { width: side(6)?, height: side(8)? })
}

fn within(frame: Dimensions, canvas: Option<Dimensions>) -> bool {
    canvas.is_none_or(|canvas| frame.width <= canvas.width && frame.height <= canvas.height)
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    usize::try_from(u32::from_le_bytes(*bytes)).ok()
}

fn three(bytes: &[u8], at: usize) -> Option<u32> {
    let [a, b, c] = *bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes([a, b, c, 0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_by_how_the_file_begins() {
        assert_eq!(Kind::of(b"\xff\xd8\xff\xe0"), Ok(Kind::Jpeg));
        assert_eq!(Kind::of(b"\x89PNG\r\n\x1a\n"), Ok(Kind::Png));
        assert_eq!(Kind::of(b"RIFF\0\0\0\0WEBPVP8 "), Ok(Kind::WebP));
        assert_eq!(Kind::of(b""), Err(ImageFault::Empty));
        for other in [
            &b"GIF89a"[..],
            b"%PDF-1.7",
            b"<svg",
            b"BM",
            b"RIFF\0\0\0\0WAVE",
            b"\xff\xd8",
            b"\n\xff\xd8\xff",
            b"PK",
        ] {
            assert_eq!(Kind::of(other), Err(ImageFault::UnknownType), "{other:?}");
        }
    }

    #[test]
    fn a_jpeg_that_does_not_end_is_cut_off_whatever_its_thumbnail_says() {
        let thumbnail = b"\xff\xd8\xff\xe1\x00\x08Exif\xff\xd9";
        let whole = [&thumbnail[..], b"\xff\xff\xda\x00\x02data\xff\xd9trailer"].concat();
        assert!(jpeg_ends(&whole));
        let cut = [&thumbnail[..], b"\xff\xda\x00\x02data"].concat();
        assert!(!jpeg_ends(&cut));
        assert!(!jpeg_ends(thumbnail));
        assert!(!jpeg_ends(b"\xff\xd8\xff\xe1\xff\xff"));
    }

    fn part(name: [u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_le_bytes();
        [&name[..], &length, content, &vec![0; content.len() % 2]].concat()
    }

    fn webp(parts: &[Vec<u8>]) -> Vec<u8> {
        part(*b"RIFF", &[b"WEBP", &*parts.concat()].concat())
    }

    /// A head that announces a canvas of 8 by 8.
    fn head() -> Vec<u8> {
        part(*b"VP8X", &[0, 0, 0, 0, 7, 0, 0, 7, 0, 0])
    }

    /// The beginning of a lossy picture of this size.
    fn frame(width: u16, height: u16) -> Vec<u8> {
        part(*b"VP8 ", &[&[0, 0, 0, 0x9d, 1, 0x2a][..], &width.to_le_bytes(), &height.to_le_bytes()].concat())
    }

    #[test]
    fn a_webp_holds_what_it_says_it_holds() {
        assert!(webp_fits(&webp(&[frame(16_383, 16_383)])), "its size is checked elsewhere");
        assert!(webp_fits(&webp(&[head(), frame(8, 8), part(*b"EXIF", b"odd")])));
        assert!(!webp_fits(&webp(&[head(), frame(16_383, 16_383)])));
        let animated = |frame: Vec<u8>| webp(&[head(), part(*b"ANMF", &[vec![0; 16], frame].concat())]);
        assert!(webp_fits(&animated(frame(8, 8))));
        assert!(!webp_fits(&animated(frame(9, 8))));

        let whole = webp(&[frame(8, 8)]);
        assert!(!webp_fits(&whole[..whole.len() - 2]));
        let mut lying = webp(&[head(), frame(8, 8), part(*b"EXIF", b"even")]);
        let at = lying.len() - 8;
        lying[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(!webp_fits(&lying));
    }
}
