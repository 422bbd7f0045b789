//! Listings: publishing, once and all or nothing, and reading feeds.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicU32, Ordering},
};

use chrono::TimeDelta;
use souk_domain::{
    id::{ProductId, UserId},
    idempotency::{Fingerprint, IdempotencyKey},
    page::Limit,
    product::{
        Availability, Category, Condition, Feed, ListingForm, Product, ProductFilter, ProductQuery,
        ProductRefusal, ProductSort,
    },
    user::Role,
};
use souk_ports::{
    DecideError,
    idempotency::{Answer, Claim, IdempotencyRepository, Once},
    product::ProductRepository,
    user::UserRepository,
};
use souk_postgres_adapter::PgIdempotency;
use souk_testkit::{build, fixed::now};
use tokio::task::JoinSet;

use crate::support::{Ground, bike, role};

#[tokio::test]
async fn a_listing_is_found_as_it_was_published() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await;
    let published = ground.publish(1, ada.id, &build::listing_form()).await;
    assert_eq!(ground.products().find(published.id).await.unwrap(), Some(published));
    assert_eq!(ground.products().find(build::product_id(2)).await.unwrap(), None);
    assert_eq!(ground.count("product_pickup_points").await, 1);
    // A first listing made the buyer `both`.
    assert_eq!(ground.users().find(ada.id).await.unwrap().unwrap().role, Role::Both);
}

#[tokio::test]
async fn a_listing_without_a_place_has_none() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await;
    let form = ListingForm { location: None, images: vec![], ..build::listing_form() };
    let published = ground.publish(1, ada.id, &form).await;
    assert_eq!(published.place, None);
    let found = ground.products().find(published.id).await.unwrap().unwrap();
    assert_eq!(found.place, None);
    assert_eq!(ground.count("product_pickup_points").await, 0);
}

#[tokio::test]
async fn a_refusal_and_a_stranger_write_nothing() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await;
    let refuse = |_| Err(ProductRefusal::AccountSuspended);
    let refused = ground.products().publish(ada.id, &refuse, None).await;
    assert_eq!(refused, Err(DecideError::Refused(ProductRefusal::AccountSuspended)));
    let never = |publisher| Ok(bike(1, build::user_id(9), role(publisher)));
    assert_eq!(ground.products().publish(build::user_id(9), &never, None).await, Err(DecideError::NotFound));
    assert_eq!(ground.count("products").await, 0);
    assert_eq!(ground.users().find(ada.id).await.unwrap().unwrap().role, Role::Buyer);
}

fn claim(user: UserId, key: &str, hours: i64) -> Claim {
    Claim {
        user,
        key: IdempotencyKey::parse(key).unwrap(),
        fingerprint: Fingerprint([5; 32]),
        created_at: now() + TimeDelta::hours(hours),
        expires_at: now() + TimeDelta::hours(hours + 24),
    }
}

fn answer(product: &Product) -> Answer {
    Answer(product.id.to_string().into_bytes())
}

#[tokio::test]
async fn a_key_works_once_a_day_for_each_person() {
    let ground = Ground::new().await;
    let (ada, bob) = (ground.user(1, "ada").await, ground.user(2, "bob").await);
    let publish = async |n, user: UserId, hours| {
        let decide = |publisher| Ok(bike(n, user, role(publisher)));
        let once = Once { claim: claim(user, "key", hours), answer: &answer };
        ground.products().publish(user, &decide, Some(&once)).await.map(|product| product.id)
    };
    assert_eq!(publish(1, ada.id, 0).await, Ok(build::product_id(1)));
    assert_eq!(publish(2, ada.id, 23).await, Err(DecideError::AlreadyDone));
    assert_eq!(publish(3, bob.id, 0).await, Ok(build::product_id(3)));
    assert_eq!(ground.count("products").await, 2);

    let answers = PgIdempotency::new(ground.pool.clone());
    let key = IdempotencyKey::parse("key").unwrap();
    let found = answers.find(ada.id, &key, now()).await.unwrap().unwrap();
    assert_eq!(
        (found.fingerprint, found.answer),
        (Fingerprint([5; 32]), Answer(build::product_id(1).to_string().into()))
    );
    assert_eq!(answers.find(ada.id, &key, now() + TimeDelta::hours(24)).await, Ok(None));

    // An answer that has expired is as good as gone, and goes when somebody tidies up.
    assert_eq!(publish(4, ada.id, 24).await, Ok(build::product_id(4)));
    assert_eq!(answers.remove_expired(now() + TimeDelta::hours(30), 10).await, Ok(1));
    assert_eq!(ground.count("idempotency_keys").await, 1);
}

#[tokio::test]
async fn of_64_repeats_at_once_one_is_done() {
    let ground = Ground::with_connections(16).await;
    let ada = ground.user(1, "ada").await;
    let mut rivals = JoinSet::new();
    for n in 1..=64 {
        let (products, seller) = (ground.products(), ada.id);
        rivals.spawn(async move {
            let decide = |publisher| Ok(bike(n, seller, role(publisher)));
            let once = Once { claim: claim(seller, "key", 0), answer: &answer };
            products.publish(seller, &decide, Some(&once)).await.map(|_| ())
        });
    }
    let outcomes = rivals.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(DecideError::AlreadyDone))));
    assert_eq!((ground.count("products").await, ground.count("product_pickup_points").await), (1, 1));
}

#[tokio::test]
async fn a_rival_that_takes_too_long_is_told_to_be_still_running() {
    let ground = Ground::new().await;
    let (ada, bob) = (ground.user(1, "ada").await, ground.user(2, "bob").await);
    let mut other = ground.database.connect().await;
    let open = other.transaction().await.unwrap();
    open.execute(
        "INSERT INTO idempotency_keys VALUES ($1, 'key', sha256('x'), '', now(), now() + interval '1 day')",
        &[&ada.id.as_uuid()],
    )
    .await
    .unwrap();
    let publish = async |n, user: UserId| {
        let decide = |publisher| Ok(bike(n, user, role(publisher)));
        let once = Once { claim: claim(user, "key", 0), answer: &answer };
        ground.products().publish(user, &decide, Some(&once)).await.map(|_| ())
    };
    assert_eq!(publish(1, ada.id).await, Err(DecideError::StillRunning));
    assert_eq!(publish(2, bob.id).await, Ok(()));
    open.rollback().await.unwrap();
    assert_eq!(publish(3, ada.id).await, Ok(()));
}

#[tokio::test]
async fn whoever_loses_to_a_rival_tries_again_and_whoever_waits_too_long_is_told() {
    let ground = Ground::new().await;
    let (ada, bob) = (ground.user(1, "ada").await, ground.user(2, "bob").await);
    let tries = AtomicU32::new(0);
    let mut other = ground.database.connect().await;
    // A trigger raises, twice, what the database raises when a rival was faster.
    other
        .batch_execute(
            "CREATE SEQUENCE tries;
             CREATE FUNCTION fail_twice() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN
                 IF nextval('tries') <= 2 THEN RAISE EXCEPTION 'lost' USING ERRCODE = 'serialization_failure'; END IF;
                 RETURN NEW;
             END $$;
             CREATE TRIGGER fail_twice BEFORE INSERT ON products FOR EACH ROW EXECUTE FUNCTION fail_twice();",
        )
        .await
        .unwrap();
    let decide = |publisher| {
        tries.fetch_add(1, Ordering::Relaxed);
        Ok(bike(1, ada.id, role(publisher)))
    };
    ground.products().publish(ada.id, &decide, None).await.unwrap();
    assert_eq!(tries.load(Ordering::Relaxed), 3);
    assert_eq!(ground.count("products").await, 1);

    // A seller whose row stays locked is an overload, not a defect.
    let open = other.transaction().await.unwrap();
    open.execute("SELECT FROM users WHERE id = $1 FOR UPDATE", &[&bob.id.as_uuid()]).await.unwrap();
    let decide = |publisher| Ok(bike(2, bob.id, role(publisher)));
    let waited = ground.products().publish(bob.id, &decide, None).await;
    assert!(matches!(waited, Err(DecideError::Port(souk_ports::PortError::Unavailable(_)))), "{waited:?}");
}

/// Reads a feed to its end, three rows at a time, and lets `between` act after the first page.
async fn walk(ground: &Ground, query: ProductQuery, between: impl AsyncFnOnce()) -> Vec<ProductId> {
    let mut query = ProductQuery { limit: Limit::new(3).unwrap(), ..query };
    let mut between = Some(between);
    let mut seen = Vec::new();
    loop {
        let page = ground.products().list(&query).await.unwrap();
        assert!(page.items.len() <= 3);
        seen.extend(page.items.iter().map(|product| product.id));
        if let Some(act) = between.take() {
            act().await;
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => return seen,
        }
    }
}

#[tokio::test]
async fn feeds_are_read_whole_and_in_order_whatever_the_sort() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await;
    let mut all = Vec::new();
    for n in 1..=10 {
        // Pairs share a price, so that the id has to decide.
        let form = ListingForm { price_minor: 50_000 + i64::from(n / 2), ..build::listing_form() };
        all.push(ground.publish(n, ada.id, &form).await);
    }
    let client = ground.database.connect().await;
    client.execute("UPDATE products SET likes_count = price_minor % 3", &[]).await.unwrap();
    for sort in [ProductSort::Newest, ProductSort::PriceAsc, ProductSort::PriceDesc, ProductSort::Popular] {
        all.sort_by_key(|product| {
            let price = product.price.minor();
            let id = i128::try_from(product.id.as_uuid().as_u128()).unwrap();
            match sort {
                ProductSort::Newest => (-product.created_at.timestamp_micros(), -id),
                ProductSort::PriceAsc => (price, id),
                ProductSort::PriceDesc => (-price, -id),
                ProductSort::Popular => (-(price % 3), -id),
            }
        });
        let expected: Vec<_> = all.iter().map(|product| product.id).collect();
        let query = ProductQuery { sort, ..ProductQuery::default() };
        assert_eq!(walk(&ground, query, async || ()).await, expected, "{sort:?}");
    }
}

#[tokio::test]
async fn pages_stay_exact_while_listings_come_and_go() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await;
    for n in 1..=8 {
        ground.publish(n, ada.id, &build::listing_form()).await;
    }
    let seen = walk(&ground, ProductQuery::default(), async || {
        ground.publish(20, ada.id, &build::listing_form()).await;
        let client = ground.database.connect().await;
        client
            .execute(
                "UPDATE products SET is_available = false WHERE id = $1",
                &[&build::product_id(3).as_uuid()],
            )
            .await
            .unwrap();
    })
    .await;
    assert_eq!(seen, [8, 7, 6, 5, 4, 2, 1].map(build::product_id));
}

#[tokio::test]
async fn each_filter_shows_what_fits_and_nothing_else() {
    let ground = Ground::new().await;
    let (ada, bob) = (ground.user(1, "ada").await, ground.user(2, "bob").await);
    let bike = build::listing_form();
    let lamp = ListingForm {
        category: Category::HomeDecor,
        feed: Feed::Discover,
        condition: Condition::New,
        price_minor: 2_000,
        auto_accept_minor: None,
        auto_decline_minor: None,
        ..bike.clone()
    };
    ground.publish(1, ada.id, &bike).await;
    ground.publish(2, bob.id, &lamp).await;
    let client = ground.database.connect().await;
    let reserved = ground.publish(3, bob.id, &bike).await;
    client
        .execute("UPDATE products SET is_available = false WHERE id = $1", &[&reserved.id.as_uuid()])
        .await
        .unwrap();
    let archived = ground.publish(4, bob.id, &bike).await;
    client
        .execute(
            "UPDATE products SET is_available = false, archived_at = now() WHERE id = $1",
            &[&archived.id.as_uuid()],
        )
        .await
        .unwrap();

    let seen = async |filter: ProductFilter, seller, availability| {
        let query = ProductQuery { filter, seller, availability, ..ProductQuery::default() };
        walk(&ground, query, async || ()).await.into_iter().collect::<HashSet<_>>()
    };
    let ids = |numbers: &[u128]| numbers.iter().copied().map(build::product_id).collect::<HashSet<_>>();
    let none = ProductFilter::default();
    let now = Availability::Available;
    assert_eq!(seen(none, None, now).await, ids(&[1, 2]));
    assert_eq!(seen(none, None, Availability::Unavailable).await, ids(&[3]));
    assert_eq!(seen(none, Some(bob.id), now).await, ids(&[2]));
    let filters = [
        (ProductFilter { feed: Some(Feed::Discover), ..none }, 2),
        (ProductFilter { category: Some(Category::Other), ..none }, 1),
        (ProductFilter { condition: Some(Condition::New), ..none }, 2),
        (ProductFilter { min_price_minor: Some(2_001), ..none }, 1),
        (ProductFilter { max_price_minor: Some(2_000), ..none }, 2),
    ];
    for (filter, number) in filters {
        assert_eq!(seen(filter, None, now).await, ids(&[number]), "{filter:?}");
    }
}
