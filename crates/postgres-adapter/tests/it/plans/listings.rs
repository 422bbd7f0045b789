//! At 100,000 listings every list of them, and what is sought on a map.

use souk_domain::{
    geo::{GeoPoint, Radius},
    id::UserId,
    page::Limit,
    product::{Category, Feed, NearbyQuery, ProductFilter, ProductQuery},
};
use souk_ports::product::ProductRepository;
use souk_postgres_adapter::PgProducts;
use tokio_postgres::Client;

use super::{Meter, large};
use crate::fill;

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

/// What one such read costs in pages of listings, whichever way plans are made: never a scan of the table, always that
/// index.
pub(crate) async fn pages_read(index: &str, read: impl AsyncFn(&PgProducts)) -> i64 {
    let meter = Meter::of(large().await);
    let costs = meter.costs(async |pool, _| read(&PgProducts::new(pool)).await).await;
    for cost in &costs {
        cost.assert_scans_nothing(index);
        assert!(cost.uses(index) >= 1, "{index} was not used: {cost:?}");
    }
    costs.iter().map(|cost| cost.pages("products")).max().unwrap()
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
async fn two_pages_of_a_busy_sellers_listings_are_read_in_their_order() {
    let meter = Meter::of(large().await);
    let busiest = "SELECT seller_id FROM products GROUP BY seller_id ORDER BY count(*) DESC LIMIT 1";
    let seller = Some(UserId::from_uuid(meter.one(busiest).await));
    let pages = pages_read("ix_products_seller_id", async |products| {
        let first = ProductQuery { seller, ..ProductQuery::default() };
        let next = products.list(&first).await.unwrap().next;
        let page = products.list(&ProductQuery { after: next, ..first }).await.unwrap();
        assert_eq!(page.items.len(), 20);
    })
    .await;
    assert!(pages <= 100, "two pages of 20 rows read {pages} pages");
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
