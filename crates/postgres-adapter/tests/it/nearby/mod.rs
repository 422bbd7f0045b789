//! What is near, against an oracle: the database's own exact distances over all rows, without any index or box.

mod oracle;
mod privacy;

use souk_domain::{
    geo::{GeoPoint, Radius},
    page::Limit,
    product::{Category, NearbyQuery, ProductFilter},
};
use souk_ports::product::ProductRepository;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::{fill, support::Ground};

/// Where people look from, and how far: cities, the equator, the far north, both sides of the antimeridian, both poles.
const SEARCHES: [(f64, f64, f64); 22] = [
    (52.52, 13.405, 5_000.0),
    (52.50, 13.45, 500.0),
    (50.85, 4.352, 20_000.0),
    (40.73, -73.99, 1.0),
    (-33.87, 151.21, 200_000.0),
    (0.0, 0.0, 200_000.0),
    (60.17, 24.94, 50_000.0),
    (69.65, 18.96, 200_000.0),
    (10.0, 180.0, 5_000.0),
    (10.0, -180.0, 5_000.0),
    (10.0, 179.99, 20_000.0),
    (10.0, -179.99, 20_000.0),
    (-17.8, 179.5, 200_000.0),
    (-17.8, -179.5, 200_000.0),
    (84.9, 179.9, 200_000.0),
    (86.5, -120.0, 200_000.0),
    (88.5, 45.0, 200_000.0),
    (90.0, 0.0, 200_000.0),
    (89.99, -180.0, 50_000.0),
    (-89.9, 77.0, 200_000.0),
    (-90.0, 13.0, 150_000.0),
    (59.9, 179.95, 100_000.0),
];

/// Rows where the searches above look: thick around each centre, thin all over the world.
async fn scatter(client: &Client) {
    fill::people_and_listings(client, 20, 2_000).await;
    let centres: Vec<_> =
        SEARCHES.iter().map(|(lat, lon, _)| format!("({lat}::float8, {lon}::float8)")).collect();
    let sql = format!(
        "SELECT setseed(0.5);
         UPDATE products SET location = ST_SetSRID(ST_Point(
             CASE WHEN wide > 180 THEN wide - 360 WHEN wide < -180 THEN wide + 360 ELSE wide END,
             greatest(-90, least(90, high))), 4326)
         FROM (SELECT id AS this, lon + random_normal(0, 0.6 / greatest(0.002, cos(radians(lat)))) AS wide,
                      lat + random_normal(0, 0.5) AS high
               FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM products) numbered
               JOIN (SELECT *, row_number() OVER () - 1 AS c FROM (VALUES {}) v (lat, lon)) centres ON c = n % {}
         ) places
         WHERE id = this AND wide BETWEEN -540 AND 540;
         ANALYZE products;",
        centres.join(", "),
        SEARCHES.len()
    );
    client.batch_execute(&sql).await.unwrap();
}

async fn oracle(
    client: &Client,
    (lat, lon, radius): (f64, f64, f64),
    category: Option<&str>,
) -> Vec<(Uuid, f64)> {
    let sql = "SELECT id, d FROM (
                   SELECT id, ST_DistanceSpheroid(location, ST_Point($1, $2, 4326)) AS d FROM products
                   WHERE is_available AND location IS NOT NULL AND ($4::text IS NULL OR category::text = $4)
               ) all_of_them WHERE d <= $3 ORDER BY d, id";
    let rows = client.query(sql, &[&lon, &lat, &radius, &category]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// All pages of a search.
async fn walk(
    ground: &Ground,
    (lat, lon, radius): (f64, f64, f64),
    category: Option<Category>,
    limit: i64,
) -> Vec<(Uuid, f64)> {
    let mut query = NearbyQuery {
        centre: GeoPoint::new(lat, lon).unwrap(),
        radius: Radius::new(radius).unwrap(),
        filter: ProductFilter { category, ..ProductFilter::default() },
        after: None,
        limit: Limit::new(limit).unwrap(),
    };
    let mut seen = Vec::new();
    loop {
        let page = ground.products().list_nearby(&query).await.unwrap();
        seen.extend(page.items.iter().map(|near| (near.product.id.as_uuid(), near.distance.0)));
        match page.next {
            Some(next) => query.after = Some(next),
            None => return seen,
        }
    }
}

#[tokio::test]
async fn every_page_is_what_exact_distances_say() {
    let ground = Ground::new().await;
    let client = ground.database.connect().await;
    scatter(&client).await;
    let mut rows = 0;
    for search in SEARCHES {
        for limit in [7, 100] {
            let expected = oracle(&client, search, None).await;
            assert_eq!(walk(&ground, search, None, limit).await, expected, "{search:?} by {limit}");
            rows += expected.len();
        }
        let expected = oracle(&client, search, Some("books")).await;
        assert_eq!(walk(&ground, search, Some(Category::Books), 20).await, expected, "books at {search:?}");
    }
    // An oracle that finds nothing would agree with anything.
    assert!(rows > 500, "only {rows} rows were compared");
}

#[tokio::test]
async fn rows_at_one_spot_are_told_apart_by_their_ids() {
    let ground = Ground::new().await;
    let client = ground.database.connect().await;
    fill::people_and_listings(&client, 5, 200).await;
    client
        .batch_execute("UPDATE products SET location = ST_Point(13.4, 52.5, 4326); ANALYZE products")
        .await
        .unwrap();
    let search = (52.5, 13.41, 5_000.0);
    let expected = oracle(&client, search, None).await;
    assert!(expected.len() > 100);
    assert_eq!(walk(&ground, search, None, 9).await, expected);
}

#[tokio::test]
async fn deep_pages_are_exact_where_listings_are_dense() {
    let ground = Ground::new().await;
    let client = ground.database.connect().await;
    fill::people_and_listings(&client, 20, 6_000).await;
    for (search, limit) in
        [((52.52, 13.405, 20_000.0), 7), ((52.58, 13.3, 9_000.0), 13), ((0.0, 0.0, 1_000.0), 5)]
    {
        for category in [None, Some(Category::Books)] {
            let name = category.map(|_| "books");
            let expected = oracle(&client, search, name).await;
            assert_eq!(walk(&ground, search, category, limit).await, expected, "{search:?} {name:?}");
        }
    }
    assert!(oracle(&client, (52.52, 13.405, 20_000.0), None).await.len() > 1_000);
}

#[tokio::test]
async fn far_away_there_is_nothing() {
    let ground = Ground::new().await;
    let client = ground.database.connect().await;
    fill::people_and_listings(&client, 5, 50).await;
    assert_eq!(walk(&ground, (0.0, -140.0, 200_000.0), None, 20).await, []);
}
