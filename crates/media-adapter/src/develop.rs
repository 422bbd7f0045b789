//! How a picture is made out of an upload, step by step. Each step takes less memory than the one before.

use std::io::Cursor;

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageError, Limits, Rgb, RgbImage,
    codecs::{jpeg::JpegDecoder, jpeg::JpegEncoder, png::PngDecoder, webp::WebPDecoder},
    metadata::Orientation,
};
use souk_domain::media::{Dimensions, ImageFault, LONGEST_SIDE, MAX_SIDE, THUMBNAIL_SIDE};
use souk_ports::media::Developed;

use crate::{colour, kind::Kind};

/// The most bytes a decoded picture can have: fifty million pixels of four bytes.
const MAX_DECODED: u64 = 200_000_000;
/// The most bytes that a PNG's colour profile and the like can unpack to.
const MAX_PNG_EXTRAS: u64 = 16 << 20;
/// The quality of the larger picture, of 100: beyond it files grow and eyes see nothing.
const QUALITY: u8 = 85;
/// The quality of the thumbnail.
const THUMBNAIL_QUALITY: u8 = 80;
/// What shows through where a picture is transparent: most are cut out to stand on white.
const BACKGROUND: f32 = 255.0;

/// How large the picture in a file says it is; refused if that is too large. Costs no more memory than the file.
pub(crate) fn measure(file: &[u8]) -> Result<Dimensions, ImageFault> {
    let size = match Kind::of(file)? {
        // Its decoder would unpack a colour profile as well, which may be a bomb of its own.
        Kind::Png => png_size(file).ok_or(ImageFault::Unreadable)?,
        Kind::Jpeg | Kind::WebP => {
            let (width, height) = decoder(file)?.dimensions();
            Dimensions { width, height }
        }
    };
    size.check()
}

/// What the head of a PNG says, which comes first and at the same place in all of them.
fn png_size(file: &[u8]) -> Option<Dimensions> {
    let side = |at: usize| file.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
    let is_head = file.get(12..16) == Some(b"IHDR");
    is_head.then_some(Dimensions { width: side(16)?, height: side(20)? })
}

/// Makes the picture.
pub(crate) fn develop(file: &[u8]) -> Result<Developed, ImageFault> {
    let kind = Kind::of(file)?;
    measure(file)?;
    kind.check_whole(file)?;
    let mut decoder = decoder(file)?;
    if decoder.total_bytes() > MAX_DECODED {
        return Err(ImageFault::TooLarge);
    }
    // Damaged metadata is no reason to refuse a picture: nothing of it is kept.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let whole = DynamicImage::from_decoder(decoder).map_err(|error| fault(&error))?;

    let mut picture = smaller(&whole, LONGEST_SIDE)?;
    drop(whole);
    picture.apply_orientation(orientation);
    let picture = on_background(&colour::to_srgb(picture, profile.as_deref()));
    let thumbnail = smaller(&DynamicImage::from(picture.clone()), THUMBNAIL_SIDE)?.into_rgb8();
    Ok(Developed {
        dimensions: Dimensions { width: picture.width(), height: picture.height() },
        image: jpeg(&picture, QUALITY)?,
        thumbnail: jpeg(&thumbnail, THUMBNAIL_QUALITY)?,
        blurhash: blurhash(thumbnail)?,
    })
}

/// A decoder that has read the head of a file, and will not go beyond the limits.
fn decoder(file: &[u8]) -> Result<Box<dyn ImageDecoder + '_>, ImageFault> {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    let file = Cursor::new(file);
    let mut decoder: Box<dyn ImageDecoder + '_> = match Kind::of(file.get_ref())? {
        Kind::Jpeg => Box::new(JpegDecoder::new(file).map_err(|error| fault(&error))?),
        Kind::Png => {
            let mut limits = limits.clone();
            limits.max_alloc = Some(MAX_PNG_EXTRAS);
            Box::new(PngDecoder::with_limits(file, limits).map_err(|error| fault(&error))?)
        }
        Kind::WebP => Box::new(WebPDecoder::new(file).map_err(|error| fault(&error))?),
    };
    decoder.set_limits(limits).map_err(|error| fault(&error))?;
    Ok(decoder)
}

fn fault(error: &ImageError) -> ImageFault {
    match error {
        ImageError::Limits(_) => ImageFault::TooLarge,
        ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::Unsupported(_)
        | ImageError::IoError(_) => ImageFault::Unreadable,
    }
}

/// The picture with no side longer than this, with eight bits a channel.
fn smaller(picture: &DynamicImage, side: u32) -> Result<DynamicImage, ImageFault> {
    let before = Dimensions { width: picture.width(), height: picture.height() };
    let after = before.within(side);
    if before == after {
        return Ok(eight_bits(picture.clone()));
    }
    let mut smaller = DynamicImage::new(after.width, after.height, picture.color());
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(picture, &mut smaller, &options).map_err(|_| ImageFault::Unreadable)?;
    Ok(eight_bits(smaller))
}

fn eight_bits(picture: DynamicImage) -> DynamicImage {
    match (picture.color().has_alpha(), picture) {
        (_, picture @ (DynamicImage::ImageRgb8(_) | DynamicImage::ImageRgba8(_))) => picture,
        (true, picture) => picture.into_rgba8().into(),
        (false, picture) => picture.into_rgb8().into(),
    }
}

/// The picture without transparency.
fn on_background(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let picture = picture.to_rgba8();
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (flat, pixel) in flat.pixels_mut().zip(picture.pixels()) {
        let [red, green, blue, alpha] = pixel.0;
        let over = |channel: u8| {
            let share = f32::from(alpha) / 255.0;
            rounded(f32::from(channel) * share + BACKGROUND * (1.0 - share))
        };
        *flat = Rgb([over(red), over(green), over(blue)]);
    }
    flat
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a mean of two channels is between 0 and 255"
)]
fn rounded(channel: f32) -> u8 {
    channel.round() as u8
}

/// The bytes of a JPEG that holds the picture and nothing else.
fn jpeg(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, ImageFault> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    encoder
        .write_image(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .map_err(|error| fault(&error))?;
    Ok(bytes)
}

fn blurhash(thumbnail: RgbImage) -> Result<String, ImageFault> {
    // A blur of twelve waves needs no more pixels than these.
    let small = smaller(&thumbnail.into(), 32)?.into_rgba8();
    let (across, down) = if small.width() >= small.height() { (4, 3) } else { (3, 4) };
    blurhash::encode(across, down, small.width(), small.height(), small.as_raw())
        .map_err(|_| ImageFault::Unreadable)
}
