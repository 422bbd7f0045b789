//! At 100,000 listings, maps read little more than they show, and deep pages little more than first ones.

use souk_domain::{
    geo::{GeoBox, GeoPoint, Grid, Radius, Tile, Zoom},
    page::Limit,
    product::{ClusterQuery, Condition, InBoxQuery, NearbyQuery, ProductFilter, TileQuery},
};
use souk_ports::product::{ProductMaps, ProductRepository};
use souk_postgres_adapter::{PgMaps, PgPool, PgProducts};

use crate::plans::{Meter, large};

/// What one such read costs in pages of listings and of their counts, whichever way plans are made.
async fn pages_read(meter: &Meter, index: &str, read: impl AsyncFn(PgPool)) -> (i64, i64) {
    let costs = meter.costs(async |pool, _| read(pool).await).await;
    for cost in &costs {
        cost.assert_scans_nothing(index);
        assert!(cost.uses(index) >= 1, "{index} was not used: {cost:?}");
    }
    let most = |table| costs.iter().map(|cost| cost.pages(table)).max().unwrap();
    (most("products"), most("product_cells"))
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
    let meter = Meter::of(large().await);
    let (newest, place) = ("ix_products_is_available", "idx_products_location");
    for (index, query, most) in [
        (newest, in_box(-180.0, -90.0, 180.0, 90.0), 60),
        (newest, in_box(-20.0, 30.0, 40.0, 60.0), 100),
        (newest, in_box(13.0, 52.0, 14.0, 53.0), 300),
        (place, in_box(13.404, 52.519, 13.406, 52.521), 300),
    ] {
        let (pages, counts) = pages_read(&meter, index, async |pool| {
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
    let meter = Meter::of(large().await);
    for zoom in [0, 3, 8] {
        let query = ClusterQuery {
            grid: Grid::covering(&GeoBox::WORLD, Zoom::new(zoom).unwrap()),
            filter: ProductFilter::default(),
        };
        let (pages, counts) = pages_read(&meter, "pk_product_cells", async |pool| {
            assert!(!PgMaps::new(pool).list_clusters(&query).await.unwrap().cells.is_empty());
        })
        .await;
        assert!(pages == 0 && counts <= 1_000, "clusters at {zoom} read {pages} and {counts} pages");
    }
    let query = TileQuery { tile: Tile::new(0, 0, 0).unwrap(), filter: ProductFilter::default() };
    let (pages, counts) = pages_read(&meter, "pk_product_cells", async |pool| {
        assert!(!PgMaps::new(pool).draw_tile(&query).await.unwrap().is_empty());
    })
    .await;
    assert!(pages == 0 && counts <= 1_000, "the tile of the world read {pages} and {counts} pages");
}

#[tokio::test]
async fn what_no_count_is_kept_of_is_counted_on_a_sample_or_in_its_place() {
    let meter = Meter::of(large().await);
    let filter = ProductFilter { condition: Some(Condition::Good), ..ProductFilter::default() };
    let city = GeoBox::new(13.40, 52.51, 13.41, 52.53).unwrap();
    for (index, area, zoom, most) in
        [("ix_products_location_sample", GeoBox::WORLD, 3, 2_500), ("idx_products_location", city, 14, 2_500)]
    {
        let query = ClusterQuery { grid: Grid::covering(&area, Zoom::new(zoom).unwrap()), filter };
        let (pages, _) = pages_read(&meter, index, async |pool| {
            let clusters = PgMaps::new(pool).list_clusters(&query).await.unwrap();
            assert!(!clusters.cells.is_empty());
        })
        .await;
        assert!(pages <= most, "clusters of {area:?} read {pages} pages");
    }
    // The middle of Berlin.
    let tile = Tile::new(14, 8802, 5373).unwrap();
    let (pages, _) = pages_read(&meter, "idx_products_location", async |pool| {
        assert!(!PgMaps::new(pool).draw_tile(&TileQuery { tile, filter }).await.unwrap().is_empty());
    })
    .await;
    assert!(pages <= 2_500, "a tile of some streets read {pages} pages");
}

#[tokio::test]
async fn a_deep_page_of_nearby_costs_a_few_times_the_first_one() {
    let meter = Meter::of(large().await);
    let query = NearbyQuery {
        centre: GeoPoint::new(52.52, 13.405).unwrap(),
        radius: Radius::new(20_000.0).unwrap(),
        filter: ProductFilter::default(),
        after: None,
        limit: Limit::default(),
    };
    let first = pages_read(&meter, "idx_products_location", async |pool| {
        assert!(PgProducts::new(pool).list_nearby(&query).await.unwrap().next.is_some());
    });
    let (first, _) = first.await;
    // Where page 100 begins, and how far apart the rows before are.
    let sql = "SELECT id, d, lag(d * d, 20) OVER (ORDER BY d, id) FROM (
                   SELECT id, ST_DistanceSpheroid(location, ST_Point(13.405, 52.52, 4326)) d FROM products
                   WHERE is_available AND ST_DWithin(location, ST_Point(13.405, 52.52, 4326), 1)) near
               ORDER BY d, id OFFSET 1979 LIMIT 1";
    let row = meter.client.query_one(sql, &[]).await.unwrap();
    let distance: f64 = row.get(1);
    for (spread, most) in [((distance.powi(2) - row.get::<_, f64>(2)) / 20.0, 4), (0.0, 8)] {
        let after = souk_domain::product::NearbyPosition {
            distance: souk_domain::geo::Meters(distance),
            id: souk_domain::id::ProductId::from_uuid(row.get(0)),
            spread,
        };
        let deep = NearbyQuery { after: Some(after), ..query };
        let (pages, _) = pages_read(&meter, "idx_products_location", async |pool| {
            assert_eq!(PgProducts::new(pool).list_nearby(&deep).await.unwrap().items.len(), 20);
        })
        .await;
        // 4,500 without leaving out what was seen.
        assert!(
            pages <= most * first,
            "page 100 after rows {spread} apart read {pages} pages, the first one {first}"
        );
    }
}
