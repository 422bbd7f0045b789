//! From the colours a picture was made in to those of the web.

use image::DynamicImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Converts a picture to sRGB, if it says in which colours it is. A profile that cannot be read, or is for other than
/// red, green and blue, is passed over, as most viewers do: a shade off is better than no picture.
pub(crate) fn to_srgb(picture: DynamicImage, profile: Option<&[u8]>) -> DynamicImage {
    let Some(profile) = profile else { return picture };
    converted(&picture, profile).unwrap_or(picture)
}

fn converted(picture: &DynamicImage, profile: &[u8]) -> Option<DynamicImage> {
    let from = ColorProfile::new_from_slice(profile).ok()?;
    if from.color_space != DataColorSpace::Rgb || !picture.color().has_color() {
        return None;
    }
    let options = TransformOptions::default();
    let transform =
        from.create_transform_8bit(Layout::Rgba, &ColorProfile::new_srgb(), Layout::Rgba, options).ok()?;
    let before = picture.to_rgba8();
    let mut after = before.clone();
    transform.transform(before.as_raw(), after.as_mut()).ok()?;
    Some(after.into())
}
