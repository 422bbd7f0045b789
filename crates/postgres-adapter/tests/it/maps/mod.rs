//! Listings on maps, against what simply looking at all of them finds.

mod plans;
mod tile;

use std::collections::BTreeMap;

use souk_domain::{
    geo::{GeoBox, GeoPoint, Grid, Zoom},
    page::Limit,
    product::{Category, ClusterQuery, Condition, Feed, InBoxQuery, ProductFilter},
};
use souk_ports::{PortError, product::ProductMaps};
use souk_postgres_adapter::PgMaps;
use souk_testkit::build;
use tokio::task::JoinSet;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::{fill, support::Ground};

/// Boxes as maps show them: cities, all of the world, over the antimeridian and up to it, poles, lines and points.
const BOXES: [(f64, f64, f64, f64); 14] = [
    (-180.0, -90.0, 180.0, 90.0),
    (13.3, 52.45, 13.5, 52.6),
    (-10.0, 40.0, 30.0, 60.0),
    (-74.1, 40.6, -73.9, 40.8),
    (170.0, -30.0, -170.0, 30.0),
    (179.99, -90.0, -179.99, 90.0),
    (170.0, -90.0, 180.0, 90.0),
    (-180.0, -90.0, -170.0, 90.0),
    (180.0, -90.0, -180.0, 90.0),
    (10.0, -90.0, 9.0, 90.0),
    (-180.0, 89.0, 180.0, 90.0),
    (-180.0, -90.0, 180.0, -80.0),
    (13.0, 0.0, 13.0, 60.0),
    (52.0, 13.0, 52.0, 13.0),
];

/// A listing as the oracle knows it.
pub(crate) struct Known {
    id: Uuid,
    /// In microseconds.
    created_at: i64,
    point: GeoPoint,
    category: String,
    feed: String,
    condition: String,
    price: i64,
}

/// Listings in ten cities, and some at the ends of the world.
pub(crate) async fn scatter(ground: &Ground, listings: u32) -> Client {
    let client = ground.database.connect().await;
    fill::people_and_listings(&client, 50, listings).await;
    client
        .batch_execute(
            "WITH ends AS (
                 SELECT id, lon, lat FROM (SELECT id, row_number() OVER (ORDER BY id) n FROM products) numbered JOIN (
                     SELECT row_number() OVER () n, * FROM (VALUES (180, 0), (-180, 0), (179.995, 17), (-179.995, -17),
                         (180, 90), (-180, -90), (0, 90), (77, -90), (0, 85.06), (0, -85.06), (0, 0), (13, 52), (13, 10),
                         (175, -17), (-175, 5), (-179.9, 89.9), (45, -89.5), (90, 88)) v (lon, lat), generate_series(1, 3)
                 ) places USING (n))
             UPDATE products SET location = ST_Point(lon, lat, 4326), is_available = TRUE, sold_at = NULL
             FROM ends WHERE ends.id = products.id;
             UPDATE products SET created_at = date_trunc('minute', created_at);
             ANALYZE products;",
        )
        .await
        .unwrap();
    client
}

pub(crate) async fn all(client: &Client) -> Vec<Known> {
    let sql = "SELECT id, (extract(epoch FROM created_at) * 1e6)::bigint, ST_Y(location), ST_X(location), category::text, feed_type::text, condition::text,
                   price_minor
               FROM products WHERE is_available AND location IS NOT NULL ORDER BY created_at DESC, id DESC";
    let known = |row: &tokio_postgres::Row| Known {
        id: row.get(0),
        created_at: row.get(1),
        point: GeoPoint::new(row.get(2), row.get(3)).unwrap(),
        category: row.get(4),
        feed: row.get(5),
        condition: row.get(6),
        price: row.get(7),
    };
    client.query(sql, &[]).await.unwrap().iter().map(known).collect()
}

fn fits(known: &Known, filter: &ProductFilter) -> bool {
    use souk_domain::slug::Slug;
    filter.category.is_none_or(|category| category.slug() == known.category)
        && filter.feed.is_none_or(|feed| feed.slug() == known.feed)
        && filter.condition.is_none_or(|condition| condition.slug() == known.condition)
        && filter.min_price_minor.is_none_or(|least| known.price >= least)
        && filter.max_price_minor.is_none_or(|most| known.price <= most)
}

fn filters() -> [ProductFilter; 5] {
    let none = ProductFilter::default();
    [
        none,
        ProductFilter { category: Some(Category::Books), ..none },
        ProductFilter { feed: Some(Feed::Community), ..none },
        ProductFilter { category: Some(Category::Other), feed: Some(Feed::Discover), ..none },
        ProductFilter {
            condition: Some(Condition::Good),
            min_price_minor: Some(200),
            max_price_minor: Some(9_000),
            ..none
        },
    ]
}

fn area((west, south, east, north): (f64, f64, f64, f64)) -> GeoBox {
    GeoBox::new(west, south, east, north).unwrap()
}

fn maps(ground: &Ground) -> PgMaps {
    PgMaps::new(ground.pool.clone())
}

/// All pages of a box, and how many there were.
async fn walk(maps: &PgMaps, query: InBoxQuery) -> (Vec<Uuid>, usize) {
    walk_at_most(maps, query, usize::MAX).await
}

/// So many pages of a box at most, and how many there were.
async fn walk_at_most(maps: &PgMaps, mut query: InBoxQuery, most: usize) -> (Vec<Uuid>, usize) {
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        let page = maps.list_in_box(&query).await.unwrap();
        assert!(page.items.len() <= usize::from(query.limit.rows()));
        seen.extend(page.items.iter().map(|product| product.id.as_uuid()));
        pages += 1;
        match page.next {
            Some(next) if pages < most => query.after = Some(next),
            _ => return (seen, pages),
        }
    }
}

#[tokio::test]
async fn a_box_holds_what_lies_in_it_newest_first() {
    let ground = Ground::new().await;
    let client = scatter(&ground, 3_000).await;
    let (known, maps) = (all(&client).await, maps(&ground));
    assert!(known.windows(2).any(|pair| pair[0].created_at == pair[1].created_at), "ids have to decide");
    let mut compared = 0;
    for edges in BOXES {
        for filter in filters() {
            let area = area(edges);
            let inside = known.iter().filter(|known| area.contains(known.point) && fits(known, &filter));
            let expected: Vec<_> = inside.map(|known| known.id).collect();
            let query = InBoxQuery { area, filter, after: None, limit: Limit::new(37).unwrap() };
            assert_eq!(walk(&maps, query).await.0, expected, "{edges:?} {filter:?}");
            compared += expected.len();
        }
    }
    assert!(compared > 5_000, "only {compared} rows were compared");
}

#[tokio::test]
async fn a_large_box_is_read_in_order_and_a_rare_thing_in_it_in_short_pages() {
    let ground = Ground::new().await;
    let client = scatter(&ground, 30_000).await;
    let rare = "UPDATE products SET category = 'books', price_minor = 12345 WHERE id IN (
        SELECT id FROM products WHERE is_available AND location IS NOT NULL ORDER BY created_at, id LIMIT 30)";
    client.batch_execute(rare).await.unwrap();
    let (known, maps) = (all(&client).await, maps(&ground));
    let none = ProductFilter::default();
    let price = ProductFilter { min_price_minor: Some(12_345), max_price_minor: Some(12_345), ..none };
    let books = ProductFilter { category: Some(Category::Books), ..price };
    let narrow = ProductFilter { feed: Some(Feed::Community), ..books };
    for (edges, filter, full_pages) in [
        ((-180.0, -90.0, 180.0, 90.0), none, true),
        ((10.0, -90.0, 9.0, 90.0), ProductFilter { feed: Some(Feed::Discover), ..none }, true),
        ((-10.0, 40.0, 30.0, 60.0), none, true),
        ((-180.0, -90.0, 180.0, 90.0), price, false),
        // Few enough are books that all of them are read.
        ((-180.0, -90.0, 180.0, 90.0), books, true),
        ((-180.0, -90.0, 180.0, 90.0), narrow, true),
    ] {
        let area = area(edges);
        let inside = known.iter().filter(|known| area.contains(known.point) && fits(known, &filter));
        let expected: Vec<_> = inside.map(|known| known.id).collect();
        let query = InBoxQuery { area, filter, after: None, limit: Limit::new(100).unwrap() };
        let (seen, pages) = walk_at_most(&maps, query, 12).await;
        assert_eq!(seen.len(), expected.len().min(1_200), "{edges:?} {filter:?}");
        assert!(expected.starts_with(&seen), "{edges:?} {filter:?}");
        assert_eq!(
            pages == seen.len().div_ceil(100).max(1),
            full_pages,
            "{pages} pages of {edges:?} {filter:?}"
        );
    }
}

#[tokio::test]
async fn pages_of_a_box_stay_exact_while_listings_come_and_go() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await;
    for n in 1..=6 {
        ground.publish(n, ada.id, &build::listing_form()).await;
    }
    let query = InBoxQuery {
        area: GeoBox::WORLD,
        filter: ProductFilter::default(),
        after: None,
        limit: Limit::new(2).unwrap(),
    };
    let maps = maps(&ground);
    let first = maps.list_in_box(&query).await.unwrap();
    ground.publish(20, ada.id, &build::listing_form()).await;
    let client = ground.database.connect().await;
    let sold = "UPDATE products SET is_available = FALSE WHERE id = $1";
    client.execute(sold, &[&build::product_id(3).as_uuid()]).await.unwrap();
    let (rest, _) = walk(&maps, InBoxQuery { after: first.next, ..query }).await;
    assert_eq!(rest, [4, 2, 1].map(|n| build::product_id(n).as_uuid()));
}

/// Cells by what they show, with count and centre.
type Counted = BTreeMap<String, (i64, f64, f64)>;

fn name(cell: &GeoBox) -> String {
    format!("{:.6} {:.6} {:.6} {:.6}", cell.west(), cell.south(), cell.east(), cell.north())
}

async fn clusters(maps: &PgMaps, query: &ClusterQuery) -> Counted {
    let found = maps.list_clusters(query).await.unwrap();
    assert!(!found.approximate && found.cells.len() <= 200);
    let entry = |cluster: &souk_domain::product::Cluster| {
        let centre = (cluster.products, cluster.centre.latitude(), cluster.centre.longitude());
        assert!(cluster.cell.contains(cluster.centre), "{cluster:?}");
        (name(&cluster.cell), centre)
    };
    found.cells.iter().map(entry).collect()
}

fn by_hand(known: &[Known], query: &ClusterQuery) -> Counted {
    let mut sums = BTreeMap::<(i32, i32), (i64, f64, f64)>::new();
    for known in known.iter().filter(|known| fits(known, &query.filter)) {
        let (x, y) = known.point.cell(query.grid.level());
        if query.grid.columns().contains(&x) && query.grid.rows().contains(&y) {
            let sum = sums.entry((x, y)).or_default();
            *sum = (sum.0 + 1, sum.1 + known.point.latitude(), sum.2 + known.point.longitude());
        }
    }
    let mean = |((x, y), (count, latitudes, longitudes)): ((i32, i32), (i64, f64, f64))| {
        let of = |sum: f64| sum / f64::from(i32::try_from(count).unwrap());
        (name(&query.grid.area_of(x, y)), (count, of(latitudes), of(longitudes)))
    };
    sums.into_iter().map(mean).collect()
}

fn assert_same(found: &Counted, expected: &Counted, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (cell, (count, latitude, longitude)) in expected {
        let (counted, lat, lon) = found.get(cell).unwrap_or_else(|| panic!("{cell} is missing: {what}"));
        assert_eq!(counted, count, "{cell} {what}");
        assert!((lat - latitude).abs() < 1e-6 && (lon - longitude).abs() < 1e-6, "{cell} {what}");
    }
}

async fn compare(maps: &PgMaps, known: &[Known], what: &str) -> usize {
    let mut compared = 0;
    for edges in BOXES {
        for zoom in [0, 1, 3, 4, 9, 10, 12, 13, 17, 22] {
            for filter in filters() {
                let query =
                    ClusterQuery { grid: Grid::covering(&area(edges), Zoom::new(zoom).unwrap()), filter };
                let expected = by_hand(known, &query);
                let what = format!("{what}: {edges:?} at {zoom} {filter:?}");
                assert_same(&clusters(maps, &query).await, &expected, &what);
                compared += expected.len();
            }
        }
    }
    compared
}

#[tokio::test]
async fn clusters_count_what_is_there_however_much_of_it_is_added_up() {
    let ground = Ground::new().await;
    let client = scatter(&ground, 2_000).await;
    let maps = maps(&ground);
    let known = all(&client).await;
    assert!(compare(&maps, &known, "nothing added up").await > 2_000);

    let noted = ground.count("product_cell_changes").await;
    assert_eq!(maps.add_up(1_000).await, Ok(1_000));
    assert_eq!(ground.count("product_cell_changes").await, noted - 1_000);
    compare(&maps, &known, "half of it added up").await;
    while maps.add_up(1_000).await.unwrap() > 0 {}
    compare(&maps, &known, "all added up").await;

    // Sold, moved, of another kind, taken off the map, back again; then gone altogether.
    client
        .batch_execute(
            "UPDATE products SET is_available = NOT is_available, sold_at = NULL WHERE price_minor % 3 = 0;
             UPDATE products SET location = ST_Point(-ST_X(location), -ST_Y(location), 4326) WHERE price_minor % 5 = 0;
             UPDATE products SET category = 'other' WHERE price_minor % 7 = 0;
             UPDATE products SET location = NULL WHERE price_minor % 11 = 0;
             UPDATE products SET likes_count = 7, title = 'Same place';",
        )
        .await
        .unwrap();
    let known = all(&client).await;
    compare(&maps, &known, "changes not added up").await;
    while maps.add_up(500).await.unwrap() > 0 {}
    compare(&maps, &known, "changes added up").await;
    client.batch_execute("DELETE FROM products").await.unwrap();
    compare(&maps, &[], "nothing left").await;
    while maps.add_up(500).await.unwrap() > 0 {}
    assert_eq!((ground.count("product_cells").await, ground.count("product_cell_changes").await), (0, 0));
}

#[tokio::test]
async fn a_change_that_maps_do_not_show_is_not_noted() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await;
    let lamp = ground.publish(1, ada.id, &build::listing_form()).await;
    let client = ground.database.connect().await;
    assert_eq!(ground.count("product_cell_changes").await, 1);
    let id = lamp.id.as_uuid();
    for sql in [
        "UPDATE products SET views_count = 9, likes_count = 3, price_minor = 60000 WHERE id = $1",
        "UPDATE products SET location = ST_Point(ST_X(location), ST_Y(location), 4326) WHERE id = $1",
    ] {
        client.execute(sql, &[&id]).await.unwrap();
    }
    assert_eq!(ground.count("product_cell_changes").await, 1);
    client.execute("UPDATE products SET is_available = FALSE WHERE id = $1", &[&id]).await.unwrap();
    client.execute("UPDATE products SET category = 'books' WHERE id = $1", &[&id]).await.unwrap();
    assert_eq!(ground.count("product_cell_changes").await, 2);
    // Both in one batch: nothing was, nothing is.
    assert_eq!(maps(&ground).add_up(10).await, Ok(2));
    assert_eq!(ground.count("product_cells").await, 0);
}

#[tokio::test]
async fn of_many_that_add_up_at_once_each_change_counts_once() {
    let ground = Ground::with_connections(8).await;
    let client = scatter(&ground, 2_000).await;
    let known = all(&client).await;
    let noted = u64::try_from(ground.count("product_cell_changes").await).unwrap();
    let mut added = 0;
    while added < noted {
        let rivals: JoinSet<Result<u64, PortError>> = (0..8)
            .map(|_| {
                let maps = maps(&ground);
                async move { maps.add_up(200).await }
            })
            .collect();
        added += rivals.join_all().await.into_iter().map(Result::unwrap).sum::<u64>();
    }
    assert_eq!(added, noted);
    compare(&maps(&ground), &known, "added up by rivals").await;
}
