//! Views of listings: counted once for each viewer and day, over all servers.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use chrono::{Days, NaiveDate};
use souk_domain::{
    id::{ProductId, UserId},
    product::{View, ViewerMark},
};
use souk_ports::product::{ProductRepository, SeenView, ViewRepository};
use souk_postgres_adapter::PgViews;
use souk_testkit::{
    build::{self, product_id},
    fixed::now,
};

use crate::{
    listing::{archive, ground},
    support::Ground,
};

fn today() -> NaiveDate {
    now().date_naive()
}

fn seen(product: ProductId, day: NaiveDate, viewer: u8, by: Option<UserId>) -> SeenView {
    SeenView { view: View { product, day, viewer: ViewerMark([viewer; 16]) }, by }
}

async fn views_of(ground: &Ground, id: ProductId) -> i64 {
    ground.products().find(id).await.unwrap().unwrap().views
}

#[tokio::test]
async fn a_viewer_counts_once_a_day_and_a_seller_never() {
    let (ground, bike, bob) = ground().await;
    let other = ground.publish(2, bike.seller, &build::listing_form()).await;
    let views = PgViews::new(ground.pool.clone());
    let tomorrow = today() + Days::new(1);
    let batch = [
        seen(bike.id, today(), 1, Some(bob)),
        seen(bike.id, today(), 2, None),
        seen(bike.id, today(), 3, Some(bike.seller)),
        seen(bike.id, tomorrow, 1, Some(bob)),
        seen(other.id, today(), 1, Some(bob)),
        seen(product_id(9), today(), 1, None),
    ];
    assert_eq!(views.count(&batch).await, Ok(2));
    assert_eq!((views_of(&ground, bike.id).await, views_of(&ground, other.id).await), (3, 1));
    // The same again, as after an answer that was lost; and one that is new among them.
    let again: Vec<_> = batch.into_iter().chain([seen(other.id, tomorrow, 1, Some(bob))]).collect();
    assert_eq!(views.count(&again).await, Ok(1));
    assert_eq!((views_of(&ground, bike.id).await, views_of(&ground, other.id).await), (3, 2));
    // To be looked at is no edit.
    let found = ground.products().find(bike.id).await.unwrap().unwrap();
    assert_eq!((found.version, found.updated_at), (bike.version, bike.updated_at));

    archive(&ground.products(), bike.id).await.unwrap();
    assert_eq!(views.count(&[seen(bike.id, tomorrow, 7, None)]).await, Ok(0));
    assert_eq!(views.count(&[]).await, Ok(0));
}

#[tokio::test]
async fn servers_that_saw_the_same_viewers_count_them_once_and_never_deadlock() {
    let (ground, bike, _) = ground().await;
    for n in 2..=40 {
        ground.publish(n, bike.seller, &build::listing_form()).await;
    }
    let failed = Arc::new(AtomicU32::new(0));
    let rivals = (0..16_usize).map(|server| {
        let (views, failed) = (PgViews::new(ground.pool.clone()), Arc::clone(&failed));
        // Each server has them in another order.
        let mut batch: Vec<_> = (1..=40_u8)
            .flat_map(|n| [1, 2, 3].map(|viewer| seen(product_id(n.into()), today(), viewer, None)))
            .collect();
        batch.rotate_left(server * 7);
        if server % 2 == 0 {
            batch.reverse();
        }
        async move {
            if views.count(&batch).await.is_err() {
                failed.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    ground.at_once("SELECT FROM products FOR NO KEY UPDATE", rivals).await;
    assert_eq!(failed.load(Ordering::Relaxed), 0);
    let client = ground.database.connect().await;
    let counts =
        "SELECT min(views_count), max(views_count), (SELECT count(*) FROM product_views) FROM products";
    let row = client.query_one(counts, &[]).await.unwrap();
    assert_eq!((row.get(0), row.get(1), row.get(2)), (3_i64, 3_i64, 120_i64));
}

#[tokio::test]
async fn marks_of_days_gone_by_are_forgotten_and_counts_stay() {
    let (ground, bike, _) = ground().await;
    let views = PgViews::new(ground.pool.clone());
    let yesterday = today() - Days::new(1);
    for viewer in 1..=5 {
        views
            .count(&[seen(bike.id, yesterday, viewer, None), seen(bike.id, today(), viewer, None)])
            .await
            .unwrap();
    }
    assert_eq!(views.remove_before(today(), 3).await, Ok(3));
    assert_eq!(views.remove_before(today(), 3).await, Ok(2));
    assert_eq!(views.remove_before(today(), 3).await, Ok(0));
    assert_eq!((views_of(&ground, bike.id).await, ground.count("product_views").await), (10, 5));
}
