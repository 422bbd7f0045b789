//! What becomes of the uploads of people who do not mean well.

use image::{DynamicImage, ImageFormat};
use souk_domain::media::{Dimensions, ImageFault};
use souk_ports::media::DevelopError;
use souk_testkit::picture;

use crate::support::{decoded, develop, encoded, scene};

#[expect(clippy::panic, reason = "the test ends here")]
async fn fault(upload: Vec<u8>) -> ImageFault {
    match develop(upload).await {
        Err(DevelopError::Unfit(fault)) => fault,
        Err(DevelopError::Port(error)) => panic!("{error}"),
        Ok(made) => panic!("taken: {:?}", made.dimensions),
    }
}

/// The most memory this process ever had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn pictures_of_fifty_thousand_pixels_a_side_are_refused_before_they_are_unpacked() {
    let jpeg = {
        let mut file = encoded(&scene(16, 16).into(), ImageFormat::Jpeg);
        let frame = file.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
        file[frame + 5..frame + 9].copy_from_slice(&[0xc3, 0x50, 0xc3, 0x50]);
        file
    };
    let webp = {
        let lossless = encoded(&scene(16, 16).into(), ImageFormat::WebP);
        // The head of an extended file: flags, then width and height less one.
        let mut head = b"VP8X\x0a\0\0\0\0\0\0\0\x4f\xc3\0\x4f\xc3\0".to_vec();
        head.extend(&lossless[12..]);
        let length = u32::try_from(head.len() + 4).unwrap().to_le_bytes();
        [b"RIFF", &length[..], b"WEBP", &head].concat()
    };
    let files = [
        picture::png_bomb(50_000, 50_000),
        picture::png_that_says(50_000, 50_000),
        picture::png_that_says(u32::MAX / 2, u32::MAX / 2),
        picture::png_that_says(16_385, 1),
        picture::png_that_says(16_384, 16_384),
        jpeg,
        webp,
    ];
    let before = peak();
    for file in files {
        assert_eq!(fault(file).await, ImageFault::TooLarge);
    }
    let grown = peak() - before;
    assert!(grown < 64 << 10, "{grown} KiB");
}

#[tokio::test]
async fn a_colour_profile_that_is_a_bomb_does_not_go_off() {
    // Whether the picture is taken without its profile or refused is the decoder's affair.
    let before = peak();
    let _ = develop(picture::png_with_profile_bomb(500_000_000)).await;
    let grown = peak() - before;
    assert!(grown < 128 << 10, "{grown} KiB");
}

#[tokio::test]
async fn what_is_cut_off_is_refused_wherever_it_is_cut() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let whole = encoded(&scene(200, 150).into(), format);
        assert!(develop(whole.clone()).await.is_ok());
        for share in [20, 40, 60, 80, 95] {
            let cut = whole[..whole.len() * share / 100].to_vec();
            assert_eq!(fault(cut).await, ImageFault::Unreadable, "{format:?} at {share} %");
        }
    }
    assert_eq!(fault(b"\xff\xd8\xff".to_vec()).await, ImageFault::Unreadable);
    assert_eq!(fault(b"\x89PNG\r\n\x1a\n".to_vec()).await, ImageFault::Unreadable);
    assert_eq!(fault(b"RIFF\x04\0\0\0WEBP".to_vec()).await, ImageFault::Unreadable);
    assert_eq!(fault(picture::png_that_says(100, 100)).await, ImageFault::Unreadable);
    assert_eq!(fault(picture::png_that_says(0, 100)).await, ImageFault::Unreadable);
}

#[tokio::test]
async fn damage_anywhere_never_ends_in_more_than_a_refusal() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let whole = encoded(&scene(40, 30).into(), format);
        for at in (0..whole.len()).step_by(whole.len().div_ceil(150)) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            if let Err(DevelopError::Port(error)) = develop(damaged).await {
                panic!("{format:?} at {at}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn what_only_pretends_is_of_no_known_type() {
    let jpeg = encoded(&scene(16, 16).into(), ImageFormat::Jpeg);
    for before in [&b"GIF89a"[..], b"%PDF-1.7\n", b"<script>alert(1)</script>", b"PK\x03\x04", b"\0"] {
        assert_eq!(fault([before, &jpeg].concat()).await, ImageFault::UnknownType, "{before:?}");
    }
    assert_eq!(fault(Vec::new()).await, ImageFault::Empty);
}

#[tokio::test]
async fn of_a_file_that_is_two_things_only_the_picture_remains() {
    let script = b"<script>alert(1)</script>%PDF-1.7 PK\x03\x04";
    for format in [ImageFormat::Jpeg, ImageFormat::Png] {
        let upload = [&encoded(&scene(16, 16).into(), format)[..], script].concat();
        let made = develop(upload).await.unwrap();
        for file in [made.image, made.thumbnail] {
            assert!(!file.windows(8).any(|window| script.windows(8).any(|words| words == window)));
            assert_eq!(decoded(&file).dimensions(), (16, 16));
        }
    }
}

#[tokio::test]
async fn of_an_animation_the_first_picture_is_taken() {
    // A WebP of two frames, each a picture of its own behind sixteen bytes: where it goes, how large it is and how long.
    let frame = |picture: DynamicImage| {
        let file = encoded(&picture, ImageFormat::WebP);
        let content = [&b"\0\0\0\0\0\0\x0f\0\0\x0f\0\0\x64\0\0\0"[..], &file[12..]].concat();
        let length = u32::try_from(content.len()).unwrap().to_le_bytes();
        [b"ANMF", &length[..], &content].concat()
    };
    let red = image::RgbImage::from_pixel(16, 16, image::Rgb([255, 0, 0]));
    let blue = image::RgbImage::from_pixel(16, 16, image::Rgb([0, 0, 255]));
    let parts = [
        b"VP8X\x0a\0\0\0\x02\0\0\0\x0f\0\0\x0f\0\0ANIM\x06\0\0\0\xff\xff\xff\xff\0\0".to_vec(),
        frame(red.into()),
        frame(blue.into()),
    ]
    .concat();
    let length = u32::try_from(parts.len() + 4).unwrap().to_le_bytes();
    let made = develop([b"RIFF", &length[..], b"WEBP", &parts].concat()).await.unwrap();
    assert_eq!(made.dimensions, Dimensions { width: 16, height: 16 });
    let pixel = decoded(&made.image).get_pixel(8, 8).0;
    assert!(pixel[0] > 200 && pixel[2] < 60, "{pixel:?}");
}
