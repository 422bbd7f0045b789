//! Vector tiles, read as a map would.

use std::collections::BTreeSet;

use souk_domain::{
    geo::{Tile, Zoom},
    product::{ClusterQuery, ProductFilter, TileQuery},
};
use souk_ports::product::ProductMaps;
use souk_postgres_adapter::PgMaps;

use super::{all, by_hand, filters, fits, maps, scatter};
use crate::support::Ground;

/// A layer: its name, its keys, its text values, and where its features are.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    name: String,
    keys: BTreeSet<String>,
    texts: BTreeSet<String>,
    numbers: Vec<i64>,
    places: Vec<(i64, i64)>,
}

/// The little of protocol buffers that a tile is made of.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn varint(&mut self) -> u64 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.0[0];
            self.0 = &self.0[1..];
            number |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return number;
            }
        }
    }

    fn bytes(&mut self) -> Reader<'a> {
        let length = usize::try_from(self.varint()).unwrap();
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        Reader(bytes)
    }

    /// Calls with every field's number and content; a number is handed on as its own bytes.
    fn fields(mut self, mut each: impl FnMut(u64, Result<Reader<'a>, u64>)) {
        while !self.0.is_empty() {
            let tag = self.varint();
            match tag & 7 {
                0 => each(tag >> 3, Err(self.varint())),
                2 => each(tag >> 3, Ok(self.bytes())),
                other => panic!("wire type {other} in a tile"),
            }
        }
    }

    fn text(self) -> String {
        String::from_utf8(self.0.to_vec()).unwrap()
    }
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

pub(crate) fn layers(tile: &[u8]) -> Vec<Layer> {
    let mut layers = Vec::new();
    Reader(tile).fields(|field, content| {
        assert_eq!(field, 3);
        let mut layer = Layer::default();
        content.ok().unwrap().fields(|field, content| match (field, content) {
            (1, Ok(name)) => layer.name = name.text(),
            (3, Ok(key)) => drop(layer.keys.insert(key.text())),
            (4, Ok(value)) => value.fields(|kind, content| match (kind, content) {
                (1, Ok(text)) => drop(layer.texts.insert(text.text())),
                (4 | 5, Err(number)) => layer.numbers.push(number.cast_signed()),
                (6, Err(number)) => layer.numbers.push(unzigzag(number)),
                _ => {}
            }),
            (2, Ok(feature)) => feature.fields(|field, content| {
                if let (4, Ok(mut geometry)) = (field, content) {
                    assert_eq!(geometry.varint(), 9, "one point");
                    layer.places.push((unzigzag(geometry.varint()), unzigzag(geometry.varint())));
                }
            }),
            (5, Err(extent)) => assert_eq!(extent, 4_096),
            _ => {}
        });
        layers.push(layer);
    });
    layers
}

async fn draw(maps: &PgMaps, tile: Tile, filter: ProductFilter) -> Vec<Layer> {
    let drawn = maps.draw_tile(&TileQuery { tile, filter }).await.unwrap();
    assert!(drawn.len() < 100_000, "{} bytes", drawn.len());
    layers(&drawn)
}

#[tokio::test]
async fn every_listing_is_in_one_tile_of_a_zoom_and_dense_tiles_show_clusters() {
    let ground = Ground::new().await;
    let client = scatter(&ground, 4_000).await;
    let (known, maps) = (all(&client).await, maps(&ground));
    let (mut one_by_one, mut clustered) = (0, 0);
    for zoom in [0_u8, 1, 4, 10, 14] {
        for filter in filters() {
            let fitting: Vec<_> = known.iter().filter(|known| fits(known, &filter)).collect();
            let tiles: BTreeSet<_> = fitting.iter().map(|known| known.point.cell(zoom)).collect();
            for (x, y) in tiles.into_iter().take(40) {
                let tile = Tile::new(i64::from(zoom), i64::from(x), i64::from(y)).unwrap();
                let inside: BTreeSet<_> = fitting
                    .iter()
                    .filter(|known| known.point.cell(zoom) == (x, y))
                    .map(|known| known.id.to_string())
                    .collect();
                let drawn = draw(&maps, tile, filter).await;
                let [layer] = &*drawn else { panic!("{zoom}/{x}/{y} has {} layers", drawn.len()) };
                assert!(layer.places.iter().all(|(x, y)| (0..4096).contains(x) && (0..4096).contains(y)));
                if inside.len() > 500 {
                    assert_eq!(layer.name, "clusters");
                    let expected = by_hand(&known, &ClusterQuery { grid: tile.grid(), filter });
                    assert_eq!(layer.places.len(), expected.len());
                    clustered += 1;
                } else {
                    assert_eq!((&*layer.name, layer.places.len()), ("products", inside.len()));
                    assert!(inside.is_subset(&layer.texts), "{zoom}/{x}/{y}");
                    one_by_one += 1;
                }
            }
        }
    }
    assert!(one_by_one > 50 && clustered > 5, "{one_by_one} tiles one by one, {clustered} clustered");
}

#[tokio::test]
async fn a_tile_tells_what_everybody_may_know_and_nothing_else() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await;
    let product = ground.publish(1, ada.id, &souk_testkit::build::listing_form()).await;
    let (x, y) = product.place.unwrap().point.cell(14);
    let tile = Tile::new(14, i64::from(x), i64::from(y)).unwrap();
    let drawn = draw(&maps(&ground), tile, ProductFilter::default()).await;
    let known = ["category", "condition", "currency", "feed_type", "id", "price_minor", "title"];
    assert_eq!(drawn[0].keys.iter().map(String::as_str).collect::<Vec<_>>(), known);
    assert_eq!(drawn[0].numbers, [product.price.minor()]);
    // Within a pixel of where it may be seen to be.
    let (within_x, within_y) = drawn[0].places[0];
    let (fine_x, fine_y) = product.place.unwrap().point.cell(14 + 8);
    assert_eq!((within_x >> 4, within_y >> 4), (i64::from(fine_x - (x << 8)), i64::from(fine_y - (y << 8))));

    let empty = Tile::new(14, 0, 0).unwrap();
    let query = TileQuery { tile: empty, filter: ProductFilter::default() };
    assert_eq!(maps(&ground).draw_tile(&query).await, Ok(vec![]));
}

#[tokio::test]
async fn thousands_at_one_spot_are_one_cluster_however_near_one_looks() {
    let ground = Ground::new().await;
    let client = scatter(&ground, 2_000).await;
    client
        .batch_execute(
            "UPDATE products SET location = ST_Point(13.4, 52.5, 4326), is_available = TRUE, sold_at = NULL",
        )
        .await
        .unwrap();
    let point = souk_domain::geo::GeoPoint::new(52.5, 13.4).unwrap();
    for zoom in [0, 13, 16, Zoom::MAX] {
        let (x, y) = point.cell(zoom);
        let tile = Tile::new(i64::from(zoom), i64::from(x), i64::from(y)).unwrap();
        let drawn = draw(&maps(&ground), tile, ProductFilter::default()).await;
        assert_eq!((&*drawn[0].name, &*drawn[0].numbers), ("clusters", &[2_000][..]), "{zoom}");
    }
}
