//! Pictures to upload, and a look at what came of them.

use std::io::Cursor;

use image::{
    DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage, codecs::jpeg::JpegEncoder,
};
use souk_domain::id::MediaId;
use souk_domain::media::Rendition;
use souk_media_adapter::{ObjectMedia, Workshop};
use souk_ports::media::{DevelopError, Developed, ImageWorkshop, MediaStore};
use uuid::Uuid;

pub(crate) async fn develop(upload: Vec<u8>) -> Result<Developed, DevelopError> {
    Workshop::new().develop(upload).await
}

pub(crate) fn id(n: u128) -> MediaId {
    MediaId::from_uuid(Uuid::from_u128(n))
}

/// Red on the left, blue on the right, darker towards the bottom.
pub(crate) fn scene(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let light = if y < height / 2 { 255 } else { 100 };
        if x < width / 2 { Rgb([light, 0, 0]) } else { Rgb([0, 0, light]) }
    })
}

pub(crate) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A JPEG with Exif metadata: an orientation, and a GPS position that names the street.
pub(crate) fn jpeg_with_exif(picture: &RgbImage, orientation: u8) -> Vec<u8> {
    let mut exif = b"MM\0*\0\0\0\x08".to_vec();
    // Two entries: orientation, and where the GPS entries are.
    exif.extend(b"\0\x02\x01\x12\0\x03\0\0\0\x01\0");
    exif.extend([orientation, 0, 0]);
    exif.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x26\0\0\0\0");
    // One entry: the name of the place.
    exif.extend(b"\0\x01\0\x1c\0\x02\0\0\0\x10\0\0\0\x38\0\0\0\0GPS:52.5201,13.4");
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    encoder.set_exif_metadata(exif).unwrap();
    let (width, height) = picture.dimensions();
    encoder.write_image(picture.as_raw(), width, height, ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// A picture that was made here, decoded again.
pub(crate) fn decoded(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap().into_rgb8()
}

/// What is stored under a name, read whole.
pub(crate) async fn read(store: &ObjectMedia, n: u128, rendition: Rendition) -> Option<Vec<u8>> {
    let mut file = store.open(id(n), rendition).await.unwrap()?;
    let mut whole = Vec::new();
    while let Some(piece) = file.bytes.next().await.unwrap() {
        assert!(!piece.is_empty());
        whole.extend(piece);
    }
    assert_eq!(u64::try_from(whole.len()).unwrap(), file.length);
    Some(whole)
}

/// What every store must do; asked of each of them.
pub(crate) async fn keeps_files(store: &ObjectMedia) {
    // More than one piece, and not a whole number of them.
    let large: Vec<u8> = (0..300_001_u32).map(|n| n.to_le_bytes()[0]).collect();
    assert_eq!(read(store, 1, Rendition::Image).await, None);
    store.remove(id(1)).await.unwrap();
    store.put(id(1), Rendition::Image, large.clone()).await.unwrap();
    assert_eq!(read(store, 1, Rendition::Thumbnail).await, None);
    store.put(id(1), Rendition::Thumbnail, b"small".to_vec()).await.unwrap();
    store.put(id(2), Rendition::Image, b"another".to_vec()).await.unwrap();
    store.put(id(3), Rendition::Image, vec![7; 2 * (128 << 10)]).await.unwrap();
    assert_eq!(read(store, 1, Rendition::Image).await, Some(large));
    assert_eq!(read(store, 1, Rendition::Thumbnail).await.as_deref(), Some(&b"small"[..]));
    assert_eq!(read(store, 3, Rendition::Image).await, Some(vec![7; 2 * (128 << 10)]));

    store.put(id(2), Rendition::Image, b"the same again".to_vec()).await.unwrap();
    assert_eq!(read(store, 2, Rendition::Image).await.as_deref(), Some(&b"the same again"[..]));
    for _ in 0..2 {
        store.remove(id(1)).await.unwrap();
    }
    assert_eq!(read(store, 1, Rendition::Image).await, None);
    assert_eq!(read(store, 1, Rendition::Thumbnail).await, None);
    assert!(read(store, 2, Rendition::Image).await.is_some());
}
