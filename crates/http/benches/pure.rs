//! Pure code that runs for every request or every row, by itself: `cargo bench -p souk-http`. Allocations are counted too,
//! for each of them is paid by every request.

#![expect(clippy::unwrap_used, reason = "what is measured is made of good values")]

use divan::{AllocProfiler, Bencher, black_box};
use serde_json::to_vec;
use souk_domain::{
    geo::{GeoPoint, Meters, Precision},
    money::{Currency, Price},
    product::{NearbyPosition, Product},
    transaction::{FeeSchedule, FeeSplit},
};
use souk_http::{
    cursor::Cursors,
    media::MediaUrls,
    product::{ProductList, ProductView},
};
use souk_testkit::build;

#[global_allocator]
static COUNTED: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

fn urls() -> MediaUrls {
    MediaUrls::below("https://souk.example.com/media")
}

/// Rows of a page as the database gives them.
fn rows() -> Vec<Product> {
    (0..20).map(|n| build::product(n, build::user_id(1))).collect()
}

#[divan::bench]
fn page_of_20_into_its_view(bencher: Bencher) {
    let urls = urls();
    bencher.with_inputs(rows).bench_values(|rows| ProductList::of(rows, None, None, &urls));
}

#[divan::bench]
fn page_of_20_into_json(bencher: Bencher) {
    let page = ProductList::of(rows(), Some("cursor".to_owned()), None, &urls());
    bencher.bench(|| to_vec(black_box(&page)).unwrap());
}

#[divan::bench]
fn listing_into_json(bencher: Bencher) {
    let view = ProductView::of(build::product(1, build::user_id(1)), None, &urls());
    bencher.bench(|| to_vec(black_box(&view)).unwrap());
}

fn position() -> (Cursors, GeoPoint, NearbyPosition) {
    let centre = GeoPoint::new(52.52, 13.405).unwrap();
    (
        Cursors::new(&[7; 32], None),
        centre,
        NearbyPosition { distance: Meters(812.5), id: build::product_id(7), spread: 31_400.0 },
    )
}

#[divan::bench]
fn cursor_signed(bencher: Bencher) {
    let (cursors, centre, position) = position();
    bencher.bench(|| cursors.nearby(centre, black_box(position)));
}

#[divan::bench]
fn cursor_read(bencher: Bencher) {
    let (cursors, centre, position) = position();
    let cursor = cursors.nearby(centre, position);
    bencher.bench(|| cursors.read_nearby(centre, black_box(&cursor)).unwrap());
}

#[divan::bench]
fn fee_split(bencher: Bencher) {
    let schedule = FeeSchedule::share(1_000).unwrap().bounded(30, 50, Some(100_000)).unwrap();
    let price = Price::new(45_015, Currency::DEFAULT).unwrap();
    bencher.bench(|| FeeSplit::of(black_box(price), black_box(&schedule)));
}

#[divan::bench]
fn public_point_from_its_cell(bencher: Bencher) {
    let (exact, key) = (GeoPoint::new(52.52, 13.405).unwrap(), build::blur_key());
    bencher.bench(|| black_box(exact).public(Precision::Approximate, build::user_id(1), &key));
}
