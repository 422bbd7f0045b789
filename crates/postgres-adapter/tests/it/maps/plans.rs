//! At 100,000 listings, maps read little more than they show, and deep pages little more than first ones.

use std::time::Duration;

use souk_domain::{
    geo::{GeoBox, GeoPoint, Grid, Radius, Tile, Zoom},
    page::Limit,
    product::{ClusterQuery, InBoxQuery, NearbyQuery, ProductFilter, TileQuery},
};
use souk_ports::product::{ProductMaps, ProductRepository};
use souk_postgres_adapter::{Connector, PgMaps, PgPool, PgProducts, PoolSettings};
use souk_testkit::database::TestDatabase;
use tokio_postgres::Client;

use crate::plans::large;

/// As often as it takes until a prepared statement has its generic plan, and some more.
const ROUNDS: i64 = 8;

/// Scans of the whole table and pages read, of listings and of their counts.
async fn counters(client: &Client) -> [i64; 3] {
    let sql = "SELECT coalesce(sum(seq_scan) FILTER (WHERE relname = 'products'), 0)::bigint,
            coalesce(sum(pages) FILTER (WHERE relname = 'products'), 0)::bigint,
            coalesce(sum(pages) FILTER (WHERE relname = 'product_cells'), 0)::bigint
        FROM (SELECT relname, seq_scan, coalesce(heap_blks_read + heap_blks_hit, 0)
                  + coalesce(idx_blks_read + idx_blks_hit, 0) AS pages
              FROM pg_stat_user_tables JOIN pg_statio_user_tables USING (relid, relname)) tables";
    let row = client.query_one(sql, &[]).await.unwrap();
    [0, 1, 2].map(|column| row.get(column))
}

/// Does the same read over and over, then says how many pages of listings and of counts one of them read.
async fn pages_read(database: &TestDatabase, client: &Client, read: impl AsyncFn(PgPool)) -> (i64, i64) {
    let before = counters(client).await;
    let settings = PoolSettings {
        max_size: 1,
        min_idle: 1,
        acquire_timeout: Duration::from_secs(10),
        max_lifetime: Duration::from_mins(10),
    };
    let pool = PgPool::new(Connector::new(&database.url(), None).unwrap(), settings);
    for _ in 0..ROUNDS {
        read(pool.clone()).await;
    }
    drop(pool);
    // A session hands in its counts before it leaves the list.
    let others =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                  AND backend_type = 'client backend'";
    while !client.query(others, &[]).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let after = counters(client).await;
    assert_eq!(after[0] - before[0], 0, "the whole table was scanned");
    ((after[1] - before[1]) / ROUNDS, (after[2] - before[2]) / ROUNDS)
}

fn in_box(west: f64, south: f64, east: f64, north: f64) -> InBoxQuery {
    InBoxQuery {
        area: GeoBox::new(west, south, east, north).unwrap(),
        filter: ProductFilter::default(),
        after: None,
        limit: Limit::default(),
    }
}

#[tokio::test]
async fn boxes_of_any_size_read_a_bounded_number_of_pages() {
    let (database, client) = large().await;
    for (query, most) in [
        (in_box(-180.0, -90.0, 180.0, 90.0), 60),
        (in_box(-20.0, 30.0, 40.0, 60.0), 100),
        (in_box(13.0, 52.0, 14.0, 53.0), 300),
        (in_box(13.404, 52.519, 13.406, 52.521), 300),
    ] {
        let (pages, counts) = pages_read(&database, &client, async |pool| {
            let maps = PgMaps::new(pool);
            let first = maps.list_in_box(&query).await.unwrap();
            assert!(!first.items.is_empty());
            maps.list_in_box(&InBoxQuery { after: first.next, ..query }).await.unwrap();
        })
        .await;
        assert!(pages <= most && counts <= 4_000, "two pages of {query:?} read {pages} and {counts} pages");
    }
}

#[tokio::test]
async fn clusters_and_tiles_of_the_world_look_at_no_listing() {
    let (database, client) = large().await;
    for zoom in [0, 3, 8] {
        let query = ClusterQuery {
            grid: Grid::covering(&GeoBox::WORLD, Zoom::new(zoom).unwrap()),
            filter: ProductFilter::default(),
        };
        let (pages, counts) = pages_read(&database, &client, async |pool| {
            assert!(!PgMaps::new(pool).list_clusters(&query).await.unwrap().cells.is_empty());
        })
        .await;
        assert!(pages == 0 && counts <= 1_000, "clusters at {zoom} read {pages} and {counts} pages");
    }
    let query = TileQuery { tile: Tile::new(0, 0, 0).unwrap(), filter: ProductFilter::default() };
    let (pages, counts) = pages_read(&database, &client, async |pool| {
        assert!(!PgMaps::new(pool).draw_tile(&query).await.unwrap().is_empty());
    })
    .await;
    assert!(pages == 0 && counts <= 1_000, "the tile of the world read {pages} and {counts} pages");
}

#[tokio::test]
async fn a_deep_page_of_nearby_costs_a_few_times_the_first_one() {
    let (database, client) = large().await;
    let query = NearbyQuery {
        centre: GeoPoint::new(52.52, 13.405).unwrap(),
        radius: Radius::new(20_000.0).unwrap(),
        filter: ProductFilter::default(),
        after: None,
        limit: Limit::default(),
    };
    let first = pages_read(&database, &client, async |pool| {
        assert!(PgProducts::new(pool).list_nearby(&query).await.unwrap().next.is_some());
    });
    let (first, _) = first.await;
    // Where page 100 begins.
    let sql = "SELECT id, d FROM (SELECT id, ST_Distance(location::geography, ST_Point(13.405, 52.52, 4326)::geography) d
               FROM products WHERE is_available AND location && ST_Expand(ST_Point(13.405, 52.52, 4326), 1)) near
               ORDER BY d, id OFFSET 1979 LIMIT 1";
    let (other, other_client) = large().await;
    let row = other_client.query_one(sql, &[]).await.unwrap();
    let after = souk_domain::product::NearbyPosition {
        distance: souk_domain::geo::Meters(row.get(1)),
        id: souk_domain::id::ProductId::from_uuid(row.get(0)),
    };
    let deep = NearbyQuery { after: Some(after), ..query };
    let (pages, _) = pages_read(&other, &other_client, async |pool| {
        assert_eq!(PgProducts::new(pool).list_nearby(&deep).await.unwrap().items.len(), 20);
    })
    .await;
    // 4,500 without leaving out what was seen.
    assert!(pages <= 16 * first.max(70), "page 100 read {pages} pages, the first one {first}");
}
