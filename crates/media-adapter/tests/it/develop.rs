//! What becomes of the uploads of people who mean well.

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use souk_domain::media::Dimensions;

use crate::support::{decoded, develop, encoded, jpeg_with_exif, scene};

#[tokio::test]
async fn every_kind_comes_out_upright_and_no_larger_than_it_is_shown() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let made = develop(encoded(&scene(3_000, 1_500).into(), format)).await.unwrap();
        assert_eq!(made.dimensions, Dimensions { width: 2_048, height: 1_024 }, "{format:?}");
        assert_eq!(decoded(&made.image).dimensions(), (2_048, 1_024));
        assert_eq!(decoded(&made.thumbnail).dimensions(), (400, 200));
        assert!(made.thumbnail.len() < made.image.len());
        assert_eq!(made.blurhash.len(), 28, "four by three waves");
        let left = decoded(&made.image).get_pixel(100, 100).0;
        assert!(left[0] > 200 && left[2] < 60, "{left:?}");
    }
}

#[tokio::test]
async fn a_small_picture_is_not_made_larger() {
    let made = develop(encoded(&scene(60, 30).into(), ImageFormat::Png)).await.unwrap();
    assert_eq!(made.dimensions, Dimensions { width: 60, height: 30 });
    assert_eq!(decoded(&made.thumbnail).dimensions(), (60, 30));
    let pixel = develop(encoded(&scene(1, 1).into(), ImageFormat::Png)).await.unwrap();
    assert_eq!(pixel.dimensions, Dimensions { width: 1, height: 1 });
}

#[tokio::test]
async fn where_and_how_it_was_taken_stays_with_whoever_took_it() {
    let upload = jpeg_with_exif(&scene(64, 32), 1);
    let holds = |file: &[u8], words: &[u8]| file.windows(words.len()).any(|window| window == words);
    assert!(holds(&upload, b"Exif") && holds(&upload, b"GPS:52.5201,13.4"));
    let made = develop(upload).await.unwrap();
    for file in [made.image, made.thumbnail] {
        assert!(!holds(&file, b"Exif") && !holds(&file, b"GPS"));
        // No application segment but the one that says it is a JPEG, and no comment.
        assert!(!(0xe1..=0xef).chain([0xfe]).any(|marker| holds(&file, &[0xff, marker])));
    }
}

#[tokio::test]
async fn a_picture_taken_with_the_phone_turned_is_turned_back() {
    // Which corner red, bright, ends up in; the first is upright.
    for (orientation, size, (x, y)) in [
        (1, (64, 32), (8, 4)),
        (2, (64, 32), (56, 4)),
        (3, (64, 32), (56, 28)),
        (4, (64, 32), (8, 28)),
        (5, (32, 64), (4, 8)),
        (6, (32, 64), (28, 8)),
        (7, (32, 64), (28, 56)),
        (8, (32, 64), (4, 56)),
    ] {
        let made = develop(jpeg_with_exif(&scene(64, 32), orientation)).await.unwrap();
        assert_eq!((made.dimensions.width, made.dimensions.height), size, "{orientation}");
        let corner = decoded(&made.image).get_pixel(x, y).0;
        assert!(corner[0] > 200 && corner[2] < 60, "{orientation}: {corner:?}");
    }
    let nonsense = develop(jpeg_with_exif(&scene(64, 32), 200)).await.unwrap();
    assert_eq!(nonsense.dimensions, Dimensions { width: 64, height: 32 });
}

#[tokio::test]
async fn what_is_transparent_lies_on_white() {
    let clear = RgbaImage::from_pixel(40, 40, Rgba([200, 0, 0, 0]));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let made = develop(encoded(&clear.clone().into(), format)).await.unwrap();
        assert!(decoded(&made.image).pixels().all(|pixel| pixel.0.iter().all(|channel| *channel > 250)));
    }
    let half = RgbaImage::from_pixel(40, 40, Rgba([0, 0, 0, 128]));
    let made = develop(encoded(&half.into(), ImageFormat::Png)).await.unwrap();
    let grey = decoded(&made.image).get_pixel(20, 20).0;
    assert!(grey.iter().all(|channel| (120..135).contains(channel)), "{grey:?}");
}

#[tokio::test]
async fn other_depths_and_grey_ones_are_pictures_too() {
    for picture in [
        DynamicImage::from(scene(50, 20)).to_luma8().into(),
        DynamicImage::from(scene(50, 20)).to_luma16().into(),
        DynamicImage::from(scene(50, 20)).to_luma_alpha8().into(),
        DynamicImage::from(scene(3_000, 20)).to_rgb16().into(),
        DynamicImage::from(scene(3_000, 20)).to_rgba16().into(),
    ] {
        let picture: DynamicImage = picture;
        let made = develop(encoded(&picture, ImageFormat::Png)).await.unwrap();
        assert_eq!(made.dimensions.height, picture.height().min(14).max(made.dimensions.height));
    }
}

#[tokio::test]
async fn colours_of_another_space_become_those_of_the_web() {
    use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};
    let colours = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let green = image::RgbImage::from_pixel(32, 32, image::Rgb([120, 200, 80]));
    let jpeg = |profile: Option<Vec<u8>>| {
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
        if let Some(profile) = profile {
            encoder.set_icc_profile(profile).unwrap();
        }
        encoder.write_image(green.as_raw(), 32, 32, ExtendedColorType::Rgb8).unwrap();
        bytes
    };
    let middle = async |upload| decoded(&develop(upload).await.unwrap().image).get_pixel(16, 16).0;
    let plain = middle(jpeg(None)).await;
    let wide = middle(jpeg(Some(colours))).await;
    // The green of a wider space is a stronger one in the web's: less red in it.
    assert!(wide[0] + 15 < plain[0], "{wide:?} {plain:?}");
    assert_eq!(middle(jpeg(Some(b"no profile at all".to_vec()))).await, plain);
}
