//! Feeds: every filter with every order, page by page, against what the table says; and what their pages cost.

use std::collections::HashSet;

use chrono::TimeDelta;
use souk_domain::{
    id::{ProductId, UserId},
    page::Limit,
    product::{
        Availability, Category, Condition, Feed, FeedPosition, ListingForm, ProductFilter, ProductQuery,
        ProductSort,
    },
    slug::Slug,
};
use souk_ports::product::ProductRepository;
use souk_testkit::{build, fixed::now};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::{fill, plans::pages_read, support::Ground};

/// The ids that a feed has according to the table, in its order.
async fn expected(client: &Client, query: &ProductQuery) -> Vec<ProductId> {
    let ProductFilter { feed, category, condition, min_price_minor, max_price_minor } = query.filter;
    let mut sql = match query.availability {
        Availability::Available => "SELECT id FROM products WHERE is_available".to_owned(),
        Availability::Unavailable => {
            "SELECT id FROM products WHERE NOT is_available AND archived_at IS NULL".to_owned()
        }
    };
    let conditions = [
        feed.map(|feed| format!("feed_type = '{}'", feed.slug())),
        category.map(|category| format!("category = '{}'", category.slug())),
        condition.map(|condition| format!("condition = '{}'", condition.slug())),
        min_price_minor.map(|price| format!("price_minor >= {price}")),
        max_price_minor.map(|price| format!("price_minor <= {price}")),
        query.seller.map(|seller| format!("seller_id = '{seller}'")),
    ];
    for condition in conditions.into_iter().flatten() {
        sql.push_str(" AND ");
        sql.push_str(&condition);
    }
    sql.push_str(match query.sort {
        ProductSort::Newest => " ORDER BY created_at DESC, id DESC",
        ProductSort::PriceAsc => " ORDER BY price_minor, id",
        ProductSort::PriceDesc => " ORDER BY price_minor DESC, id DESC",
        ProductSort::Popular => " ORDER BY likes_count DESC, id DESC",
    });
    let rows = client.query(&sql, &[]).await.unwrap();
    rows.iter().map(|row| ProductId::from_uuid(row.get(0))).collect()
}

/// A page's ids and where it goes on.
async fn page(ground: &Ground, query: &ProductQuery) -> (Vec<ProductId>, Option<FeedPosition>) {
    let page = ground.products().list(query).await.unwrap();
    assert!(page.items.len() <= usize::from(query.limit.rows()));
    (page.items.iter().map(|product| product.id).collect(), page.next)
}

/// Reads a feed from a position to its end.
async fn rest(ground: &Ground, query: &ProductQuery, after: Option<FeedPosition>) -> Vec<ProductId> {
    let mut query = ProductQuery { after, ..*query };
    let mut seen = Vec::new();
    loop {
        let (ids, next) = page(ground, &query).await;
        seen.extend(ids);
        if next.is_none() {
            return seen;
        }
        query.after = next;
    }
}

const SORTS: [ProductSort; 4] =
    [ProductSort::Newest, ProductSort::PriceAsc, ProductSort::PriceDesc, ProductSort::Popular];

#[tokio::test]
async fn every_filter_and_order_shows_what_the_table_holds_and_nothing_twice() {
    let ground = Ground::new().await;
    let client = ground.database.connect().await;
    // Enough for a price range to hold more than what is read and sorted, with many ties in each order.
    fill::people_and_listings(&client, 5, 3_000).await;
    client
        .batch_execute(
            "UPDATE products SET likes_count = likes_count % 4, price_minor = 100 + price_minor % 50;
             UPDATE products SET is_available = FALSE, archived_at = now() WHERE substr(id::text, 1, 1) = 'a';
             ANALYZE products",
        )
        .await
        .unwrap();
    let seller: Uuid = client.query_one("SELECT seller_id FROM products LIMIT 1", &[]).await.unwrap().get(0);
    let mut lengths = HashSet::new();
    for (feed, category) in [
        (None, None),
        (Some(Feed::Discover), None),
        (None, Some(Category::Sneakers)),
        (Some(Feed::Community), Some(Category::Books)),
    ] {
        for condition in [None, Some(Condition::Fair)] {
            for (min_price_minor, max_price_minor) in [
                (None, None),
                (Some(0), Some(10_000)),
                (Some(103), Some(105)),
                (None, Some(99)),
                (Some(140), None),
            ] {
                let filter = ProductFilter { feed, category, condition, min_price_minor, max_price_minor };
                for (seller, availability) in [
                    (None, Availability::Available),
                    (None, Availability::Unavailable),
                    (Some(UserId::from_uuid(seller)), Availability::Available),
                ] {
                    for sort in SORTS {
                        let limit = Limit::new(100).unwrap();
                        let query = ProductQuery { filter, seller, availability, sort, after: None, limit };
                        let expected = expected(&client, &query).await;
                        assert_eq!(rest(&ground, &query, None).await, expected, "{query:?}");
                        lengths.insert(expected.len());
                    }
                }
            }
        }
    }
    assert!(lengths.contains(&0) && lengths.iter().any(|length| *length > 2_000), "{lengths:?}");
}

#[tokio::test]
async fn in_every_order_pages_stay_exact_while_listings_come_and_go() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await.id;
    let client = ground.database.connect().await;
    for sort in SORTS {
        client.batch_execute("DELETE FROM product_pickup_points; DELETE FROM products").await.unwrap();
        for n in 1..=12 {
            // Threes share a price.
            let form = ListingForm { price_minor: 50_000 + i64::from(n / 3), ..build::listing_form() };
            ground.publish(n, ada, &form).await;
        }
        client.execute("UPDATE products SET likes_count = price_minor % 3", &[]).await.unwrap();
        let query = ProductQuery { sort, limit: Limit::new(5).unwrap(), ..ProductQuery::default() };
        let before = expected(&client, &query).await;
        let (first, next) = page(&ground, &query).await;
        assert_eq!(first, before[..5], "{sort:?}");
        // One comes at either end, and among the ties where the page ended; one that is still to come is sold.
        for (n, price) in [(20, 1_000), (21, 99_000), (22, 50_002)] {
            let form = ListingForm {
                price_minor: price,
                auto_accept_minor: None,
                auto_decline_minor: None,
                ..build::listing_form()
            };
            ground.publish(n, ada, &form).await;
        }
        client.execute("UPDATE products SET likes_count = 2 WHERE price_minor = 99000", &[]).await.unwrap();
        let sold = before[8];
        client
            .execute("UPDATE products SET is_available = FALSE WHERE id = $1", &[&sold.as_uuid()])
            .await
            .unwrap();
        let later = rest(&ground, &query, next).await;
        let now_there = expected(&client, &query).await;
        let last = now_there.iter().position(|id| *id == before[4]).unwrap();
        assert_eq!(later, now_there[last + 1..], "{sort:?}");
        let old: Vec<_> = later.into_iter().filter(|id| before.contains(id)).collect();
        let unsold: Vec<_> = before[5..].iter().copied().filter(|id| *id != sold).collect();
        assert_eq!(old, unsold, "{sort:?}");
    }
}

#[tokio::test]
async fn what_is_liked_meanwhile_may_move_and_the_rest_is_seen_once() {
    let ground = Ground::new().await;
    let (ada, bob) = (ground.user(1, "ada").await.id, ground.user(2, "bob").await.id);
    for n in 1..=9 {
        ground.publish(n, ada, &build::listing_form()).await;
    }
    let limit = Limit::new(3).unwrap();
    let query = ProductQuery { sort: ProductSort::Popular, limit, ..ProductQuery::default() };
    let (first, next) = page(&ground, &query).await;
    assert_eq!(first, [9, 8, 7].map(build::product_id));
    // One that was still to come moves to the front, where this reader has been already.
    ground.products().like(build::product_id(4), bob, now() + TimeDelta::hours(1)).await.unwrap();
    assert_eq!(rest(&ground, &query, next).await, [6, 5, 3, 2, 1].map(build::product_id));
    let (anew, _) = page(&ground, &query).await;
    assert_eq!(anew, [4, 9, 8].map(build::product_id));
}

/// What two pages of a feed cost.
async fn two_pages(index: &str, query: ProductQuery) -> i64 {
    pages_read(index, async |products| {
        let next = products.list(&query).await.unwrap().next;
        if next.is_some() {
            products.list(&ProductQuery { after: next, ..query }).await.unwrap();
        }
    })
    .await
}

#[tokio::test]
async fn each_order_is_read_from_its_index_whatever_is_left_open() {
    let all = ProductFilter::default();
    let window = ProductFilter { feed: Some(Feed::Discover), ..all };
    let kind = ProductFilter { category: Some(Category::Sneakers), ..all };
    let both = ProductFilter { feed: Some(Feed::Discover), ..kind };
    let (up, gone) = (Availability::Available, Availability::Unavailable);
    let (price, popular) = ("ix_products_price", "ix_products_popular");
    // Each row of two pages is a page of the table, and so is the way to each of the lanes in the index, twice.
    for (index, filter, availability, sort, most) in [
        (price, all, up, ProductSort::PriceAsc, 350),
        (price, window, up, ProductSort::PriceDesc, 200),
        (price, kind, up, ProductSort::PriceAsc, 90),
        (price, both, up, ProductSort::PriceDesc, 70),
        (popular, all, up, ProductSort::Popular, 350),
        (popular, window, up, ProductSort::Popular, 200),
        (popular, both, up, ProductSort::Popular, 70),
        ("ix_products_category_feed", kind, up, ProductSort::Newest, 90),
        ("ix_products_unavailable", all, gone, ProductSort::Newest, 350),
        ("ix_products_unavailable", both, gone, ProductSort::Newest, 70),
        (price, window, gone, ProductSort::PriceAsc, 200),
        (popular, window, gone, ProductSort::Popular, 200),
    ] {
        let query = ProductQuery { filter, availability, sort, ..ProductQuery::default() };
        let pages = two_pages(index, query).await;
        assert!(pages <= most, "two pages from {index} read {pages} pages: {query:?}");
    }
}

#[tokio::test]
async fn a_deep_page_costs_what_the_first_one_does() {
    for sort in [ProductSort::PriceAsc, ProductSort::Popular] {
        let index = if sort == ProductSort::Popular { "ix_products_popular" } else { "ix_products_price" };
        let filter = ProductFilter { feed: Some(Feed::Community), ..ProductFilter::default() };
        let first = ProductQuery { filter, sort, ..ProductQuery::default() };
        // In the middle of everything, and of the hundreds that share a count.
        let id = ProductId::from_uuid(Uuid::from_u128(1 << 127));
        let key = if sort == ProductSort::Popular { 150 } else { 2_000 };
        let deep = ProductQuery { after: Some(FeedPosition { key, id }), ..first };
        let (first, deep) = (two_pages(index, first).await, two_pages(index, deep).await);
        assert!(
            deep <= first + first / 2,
            "{sort:?}: the first two read {first} pages, two deep ones {deep}"
        );
    }
}

#[tokio::test]
async fn a_price_range_costs_little_whether_much_or_nothing_is_in_it() {
    for (least, most) in [(0, 99), (40_000, 40_003), (0, 1_000_000), (100, 100)] {
        for sort in [ProductSort::Newest, ProductSort::Popular] {
            let filter = ProductFilter {
                feed: Some(Feed::Community),
                min_price_minor: Some(least),
                max_price_minor: Some(most),
                ..ProductFilter::default()
            };
            let query = ProductQuery { filter, sort, ..ProductQuery::default() };
            let pages = two_pages("ix_products_price", query).await;
            assert!(pages <= 4_500, "{least} to {most}, {sort:?}: two pages read {pages} pages");
        }
    }
}
