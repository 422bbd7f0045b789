//! At 100,000 listings every list is read from the index made for it, and reads little more than it shows.
//!
//! Two ways to see that: the plan of a statement as it is written here, and what the adapter's own statements left in
//! PostgreSQL's counters, whatever their text.

use std::time::Duration;

use souk_domain::{
    geo::{GeoPoint, Radius},
    page::Limit,
    product::{Category, Feed, NearbyQuery, ProductFilter, ProductQuery},
};
use souk_ports::product::ProductRepository;
use souk_postgres_adapter::{
    Connector, PgPool, PgProducts, PoolSettings,
    migrations::{fingerprint, up},
};
use souk_testkit::database::TestDatabase;
use tokio_postgres::Client;

use crate::fill;

/// Adds up the counts for maps.
const COUNTED: &str = include_str!("../../../../migrations/2026-11-25-124100_product_cells_filled/up.sql");

/// Filling takes some seconds, so that the filled database is a template of its own.
pub(crate) async fn large() -> (TestDatabase, Client) {
    let database = TestDatabase::create(&format!("{}_large_counted", fingerprint()), async |url: String| {
        up(&url, None, |_| {}).await.map_err(|error| error.to_string())?;
        let (client, connection) =
            tokio_postgres::connect(&url, tokio_postgres::NoTls).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        fill::people_and_listings(&client, 10_000, 100_000).await;
        // What a worker would have done by now.
        client.batch_execute(COUNTED).await.map_err(|error| error.to_string())?;
        client.batch_execute("VACUUM ANALYZE product_cells").await.map_err(|error| error.to_string())?;
        // What it reads on its rounds would be counted as ours.
        let quiet = "ALTER TABLE products SET (autovacuum_enabled = false)";
        client.batch_execute(quiet).await.map_err(|error| error.to_string())?;
        Ok::<(), String>(())
    })
    .await;
    let client = database.connect().await;
    (database, client)
}

/// That the statement runs from this index and no other, in the index's own order.
async fn assert_reads(client: &Client, index: &str, sql: &str) {
    let plan = fill::plan(client, sql).await;
    assert!(
        plan.contains(&format!("Index Scan using {index} on products")),
        "not from {index}: {sql}\n{plan}"
    );
    for dear in ["Seq Scan", "Sort", "Bitmap"] {
        assert!(!plan.contains(dear), "{dear}: {sql}\n{plan}");
    }
}

const NEWEST: &str = "ORDER BY created_at DESC, id DESC LIMIT 21";

/// What a next page adds, given how many parameters there are before it.
fn after(parameters: usize) -> String {
    let (time, id) = (parameters + 1, parameters + 2);
    format!("created_at <= ${time} AND (created_at < ${time} OR id < ${id})")
}

#[tokio::test]
async fn feeds_are_read_from_their_indexes() {
    let (_database, client) = large().await;
    for (index, condition, parameters) in [
        ("ix_products_is_available", "", 0),
        ("ix_products_feed_created", " AND feed_type = $1", 1),
        ("ix_products_category_feed", " AND feed_type = $1 AND category = $2", 2),
    ] {
        let first = format!("SELECT * FROM products WHERE is_available{condition} {NEWEST}");
        assert_reads(&client, index, &first).await;
        let next = format!(
            "SELECT * FROM products WHERE is_available{condition} AND {} {NEWEST}",
            after(parameters)
        );
        assert_reads(&client, index, &next).await;
    }
}

#[tokio::test]
async fn a_sellers_listings_are_read_from_their_index() {
    let (_database, client) = large().await;
    // Not knowing the seller, the planner expects a dozen listings and may sort them; never does it scan.
    let plan = fill::plan(&client, &format!("SELECT * FROM products WHERE seller_id = $1 {NEWEST}")).await;
    assert!(plan.contains("ix_products_seller_id") && !plan.contains("Seq Scan"), "{plan}");
    let busiest = "SELECT seller_id::text FROM products GROUP BY seller_id ORDER BY count(*) DESC LIMIT 1";
    let seller: String = client.query_one(busiest, &[]).await.unwrap().get(0);
    for condition in ["", " AND is_available"] {
        let first = format!("SELECT * FROM products WHERE seller_id = '{seller}'{condition} {NEWEST}");
        assert_reads(&client, "ix_products_seller_id", &first).await;
    }
}

#[tokio::test]
async fn a_parameter_in_place_of_the_bare_column_is_noticed() {
    let (_database, client) = large().await;
    let sql = format!("SELECT * FROM products WHERE is_available = $1 AND feed_type = $2 {NEWEST}");
    let plan = fill::plan(&client, &sql).await;
    assert!(!plan.contains("ix_products_feed_created"), "{plan}");
}

/// As often as it takes until a prepared statement has its generic plan, and some more.
const ROUNDS: i64 = 8;

struct Counters {
    scans: i64,
    uses: i64,
    pages: i64,
}

async fn counters(client: &Client, index: &str) -> Counters {
    let sql = "SELECT seq_scan, idx_scan_of_it, heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit
        FROM pg_stat_user_tables JOIN pg_statio_user_tables USING (relid),
            (SELECT idx_scan AS idx_scan_of_it FROM pg_stat_user_indexes WHERE indexrelname = $1) it
        WHERE pg_stat_user_tables.relname = 'products'";
    let row = client.query_one(sql, &[&index]).await.unwrap();
    Counters { scans: row.get(0), uses: row.get(1), pages: row.get(2) }
}

/// Does the same read over and over, then says what one of them cost: never a scan of the table, always that index, and
/// so many pages of table and indexes.
pub(crate) async fn pages_read(index: &str, read: impl AsyncFn(&PgProducts)) -> i64 {
    let (database, client) = large().await;
    let before = counters(&client, index).await;
    let settings = PoolSettings {
        max_size: 1,
        min_idle: 1,
        acquire_timeout: Duration::from_secs(10),
        max_lifetime: Duration::from_mins(10),
    };
    let products = PgProducts::new(PgPool::new(Connector::new(&database.url(), None).unwrap(), settings));
    for _ in 0..ROUNDS {
        read(&products).await;
    }
    drop(products);
    // A session hands in its counts before it leaves the list.
    let others =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                  AND backend_type = 'client backend'";
    while !client.query(others, &[]).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let after = counters(&client, index).await;
    assert_eq!(after.scans - before.scans, 0, "the whole table was scanned");
    assert!(after.uses - before.uses >= ROUNDS, "{index} was used {} times", after.uses - before.uses);
    (after.pages - before.pages) / ROUNDS
}

#[tokio::test]
async fn a_page_of_a_feed_costs_little_more_than_its_rows() {
    let filter = ProductFilter { feed: Some(Feed::Community), ..ProductFilter::default() };
    let narrow = ProductFilter { category: Some(Category::Sneakers), ..filter };
    for (index, filter) in [("ix_products_feed_created", filter), ("ix_products_category_feed", narrow)] {
        let pages = pages_read(index, async |products| {
            let first = ProductQuery { filter, ..ProductQuery::default() };
            let next = products.list(&first).await.unwrap().next;
            let page = products.list(&ProductQuery { after: next, ..first }).await.unwrap();
            assert_eq!(page.items.len(), 20);
        })
        .await;
        assert!(pages <= 50, "two pages of 20 rows from {index} read {pages} pages");
    }
}

#[tokio::test]
async fn a_search_nearby_reads_a_few_pages_around_its_centre() {
    let everything = ProductFilter::default();
    let sneakers = ProductFilter { category: Some(Category::Sneakers), ..everything };
    for (index, filter) in
        [("idx_products_location", everything), ("ix_products_category_location", sneakers)]
    {
        let pages = pages_read(index, async |products| {
            let query = NearbyQuery {
                centre: GeoPoint::new(52.52, 13.405).unwrap(),
                radius: Radius::new(5_000.0).unwrap(),
                filter,
                after: None,
                limit: Limit::default(),
            };
            assert_eq!(products.list_nearby(&query).await.unwrap().items.len(), 20);
        })
        .await;
        assert!(pages <= 120, "20 rows from {index} read {pages} pages");
    }
}

#[tokio::test]
async fn one_listing_is_read_by_its_key() {
    let pages = pages_read("pk_products", async |products| {
        let newest =
            products.list(&ProductQuery { limit: Limit::new(1).unwrap(), ..ProductQuery::default() }).await;
        let id = newest.unwrap().items.first().unwrap().id;
        assert!(products.find(id).await.unwrap().is_some());
    })
    .await;
    assert!(pages <= 12, "one row read {pages} pages");
}
