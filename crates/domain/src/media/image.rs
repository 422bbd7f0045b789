//! What a picture may be, and how large it is shown.

use thiserror::Error;

/// The most bytes a file can have that is uploaded: ten megabytes.
pub const MAX_BYTES: usize = 10_000_000;
/// The longest side that an upload can have, in pixels.
pub const MAX_SIDE: u32 = 16_384;
/// The most pixels that an upload can have: what the best phones make. Decoded, they take some hundred megabytes,
/// whatever a few kilobytes of file may say.
pub const MAX_PIXELS: u64 = 50_000_000;
/// The longest side of a picture as it is kept.
pub const LONGEST_SIDE: u32 = 2_048;
/// The longest side of its thumbnail.
pub const THUMBNAIL_SIDE: u32 = 400;

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

/// Why a file is not taken for a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ImageFault {
    /// There is nothing in it.
    #[error("The file is empty.")]
    Empty,
    /// It has more than [`MAX_BYTES`].
    #[error("A picture may have at most 10 MB.")]
    TooManyBytes,
    /// It is none of the kinds that are taken, whatever its name says.
    #[error("Only JPEG, PNG and WebP pictures are taken; this file is none of them, whatever its name says.")]
    UnknownType,
    /// It says that it is larger than [`MAX_SIDE`] or [`MAX_PIXELS`].
    #[error("The picture may be 16,384 pixels on a side and 50 million in all; this one is larger.")]
    TooLarge,
    /// It begins like a picture and does not go on like one.
    #[error("The picture is damaged or cut off and cannot be read.")]
    Unreadable,
}

impl Dimensions {
    /// Whether a picture of this size is decoded at all. Asked before it is.
    pub fn check(self) -> Result<Self, ImageFault> {
        let pixels = u64::from(self.width) * u64::from(self.height);
        if pixels == 0 {
            Err(ImageFault::Unreadable)
        } else if self.width > MAX_SIDE || self.height > MAX_SIDE || pixels > MAX_PIXELS {
            Err(ImageFault::TooLarge)
        } else {
            Ok(self)
        }
    }

    /// The same shape with no side longer than `side`, and none shorter than a pixel; never larger than it was.
    #[must_use]
    pub fn within(self, side: u32) -> Self {
        let longest = self.width.max(self.height);
        if longest <= side {
            return self;
        }
        let scaled = |length: u32| {
            let rounded = (u64::from(length) * u64::from(side) + u64::from(longest) / 2) / u64::from(longest);
            // Never longer than `side`, since no length is longer than the longest.
            u32::try_from(rounded).unwrap_or(side).max(1)
        };
        Self { width: scaled(self.width), height: scaled(self.height) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(width: u32, height: u32) -> Dimensions {
        Dimensions { width, height }
    }

    #[test]
    fn a_picture_is_refused_for_a_side_or_for_all_its_pixels() {
        assert!(of(8_160, 6_120).check().is_ok(), "a phone of fifty megapixels");
        assert!(of(MAX_SIDE, 1).check().is_ok());
        assert_eq!(of(MAX_SIDE + 1, 1).check(), Err(ImageFault::TooLarge));
        assert_eq!(of(1, MAX_SIDE + 1).check(), Err(ImageFault::TooLarge));
        assert_eq!(of(10_000, 5_001).check(), Err(ImageFault::TooLarge));
        assert_eq!(of(50_000, 50_000).check(), Err(ImageFault::TooLarge));
        assert_eq!(of(u32::MAX, u32::MAX).check(), Err(ImageFault::TooLarge));
        assert_eq!(of(0, 5).check(), Err(ImageFault::Unreadable));
    }

    #[test]
    fn what_is_large_is_made_smaller_and_what_is_small_stays() {
        assert_eq!(of(4_000, 3_000).within(2_048), of(2_048, 1_536));
        assert_eq!(of(3_000, 4_000).within(400), of(300, 400));
        assert_eq!(of(640, 480).within(2_048), of(640, 480));
        assert_eq!(of(16_384, 1).within(400), of(400, 1));
    }

    proptest! {
        #[test]
        fn no_side_is_too_long_or_gone(width in 1..=MAX_SIDE, height in 1..=MAX_SIDE, side in 1_u32..5_000) {
            let Dimensions { width: w, height: h } = of(width, height).within(side);
            prop_assert!((1..=side.max(1)).contains(&w) && (1..=side.max(1)).contains(&h));
            prop_assert!(w <= width && h <= height);
        }
    }
}
