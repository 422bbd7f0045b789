//! Listings that are up: edited, taken down, liked; by many at once.

use chrono::TimeDelta;
use souk_domain::{
    edit::{Change, Expected},
    geo::{GeoPoint, Precision},
    id::{ProductId, UserId},
    page::Limit,
    product::{
        ArchivalContext, Edit, EditForm, ListingForm, PlaceForm, Product, ProductRefusal, ProductState,
    },
};
use souk_ports::{DecideError, product::ProductRepository, user::ProfileRepository};
use souk_postgres_adapter::{PgProducts, PgProfiles};
use souk_testkit::{
    build::{self, blur_key, product_id},
    fixed::now,
};

use crate::support::Ground;

/// A bike of Ada's, number 1, and Bob, number 2.
pub(crate) async fn ground() -> (Ground, Product, UserId) {
    let ground = Ground::with_connections(16).await;
    let ada = ground.user(1, "ada").await.id;
    let bob = ground.user(2, "bob").await.id;
    let form = ListingForm { location_precision: None, ..build::listing_form() };
    let bike = ground.publish(1, ada, &form).await;
    (ground, bike, bob)
}

async fn edit(
    products: &PgProducts,
    id: ProductId,
    form: EditForm,
    expected: Expected,
) -> Result<Product, DecideError<ProductRefusal>> {
    let edit = Edit::check(form).unwrap();
    let later = now() + TimeDelta::days(1);
    let decide = |context: &_| edit.clone().edit(context, build::user_id(1), &expected, &blur_key(), later);
    products.edit(id, &decide).await
}

pub(crate) async fn archive(products: &PgProducts, id: ProductId) -> Result<(), DecideError<ProductRefusal>> {
    let later = now() + TimeDelta::days(2);
    products.archive(id, &|context: &ArchivalContext| context.archive(build::user_id(1), later)).await
}

fn titled(title: &str) -> EditForm {
    EditForm { title: Change::Set(title.to_owned()), ..EditForm::default() }
}

/// The exact place that is kept of a listing, as longitude and latitude.
async fn pickup(ground: &Ground) -> Option<(f64, f64)> {
    let client = ground.database.connect().await;
    let sql = "SELECT ST_X(location), ST_Y(location) FROM product_pickup_points";
    client.query_opt(sql, &[]).await.unwrap().map(|row| (row.get(0), row.get(1)))
}

#[tokio::test]
async fn a_listing_is_found_as_it_was_edited() {
    let (ground, bike, _) = ground().await;
    let form = EditForm {
        description: Change::Set("As new.".to_owned()),
        price_minor: Change::Set(50_000),
        currency: Change::Set("USD".to_owned()),
        images: Change::Clear,
        thumbnail_url: Change::Set(build::media_id(2).to_string()),
        location: Change::Set(PlaceForm { latitude: 48.14, longitude: 11.58 }),
        auto_accept_minor: Change::Clear,
        ..titled("Trek touring bike")
    };
    let edited = edit(&ground.products(), bike.id, form, Expected::OneOf(vec![1])).await.unwrap();
    assert_eq!((edited.title.as_ref(), edited.version, edited.images.len()), ("Trek touring bike", 2, 0));
    assert_eq!(ground.products().find(bike.id).await.unwrap(), Some(edited.clone()));
    assert_eq!(pickup(&ground).await, Some((11.58, 48.14)));
    assert_ne!(edited.place, bike.place);

    let nowhere = EditForm { location: Change::Clear, ..EditForm::default() };
    let edited = edit(&ground.products(), bike.id, nowhere, Expected::Any).await.unwrap();
    assert_eq!((edited.place, pickup(&ground).await), (None, None));
    assert_eq!(ground.products().find(bike.id).await.unwrap(), Some(edited));
}

#[tokio::test]
async fn the_exact_place_is_known_to_the_rule_and_moves_alone_within_its_cell() {
    let (ground, bike, _) = ground().await;
    let near = EditForm {
        location: Change::Set(PlaceForm { latitude: 52.520_05, longitude: 13.405_05 }),
        ..EditForm::default()
    };
    let moved = edit(&ground.products(), bike.id, near, Expected::Any).await.unwrap();
    assert_eq!((moved.place, moved.version), (bike.place, 2));
    assert_eq!(pickup(&ground).await, Some((13.405_05, 52.520_05)));
    let shown = EditForm { location_precision: Change::Set(Precision::Exact), ..EditForm::default() };
    let shown = edit(&ground.products(), bike.id, shown, Expected::Any).await.unwrap();
    assert_eq!(shown.place.unwrap().point, GeoPoint::new(52.520_05, 13.405_05).unwrap());
}

#[tokio::test]
async fn an_edit_that_changes_nothing_or_is_refused_writes_nothing() {
    let (ground, bike, _) = ground().await;
    let products = ground.products();
    assert_eq!(edit(&products, bike.id, EditForm::default(), Expected::Any).await.unwrap(), bike);
    let stale = edit(&products, bike.id, titled("Stale"), Expected::OneOf(vec![2])).await;
    assert_eq!(stale, Err(DecideError::Refused(ProductRefusal::Stale)));
    let unknown = edit(&products, product_id(9), titled("Unknown"), Expected::Any).await;
    assert_eq!(unknown, Err(DecideError::NotFound));
    let client = ground.database.connect().await;
    client.execute("UPDATE users SET status = 'suspended' WHERE username = 'ada'", &[]).await.unwrap();
    let suspended = edit(&products, bike.id, titled("Suspended"), Expected::Any).await;
    assert_eq!(suspended, Err(DecideError::Refused(ProductRefusal::AccountSuspended)));
    assert_eq!(products.find(bike.id).await.unwrap(), Some(bike));
}

#[tokio::test]
async fn of_many_who_edit_the_same_version_one_does() {
    let (ground, bike, _) = ground().await;
    let rivals =
        (0..16).map(|n| {
            let products = ground.products();
            async move {
                edit(&products, product_id(1), titled(&format!("Bike {n}")), Expected::OneOf(vec![1])).await
            }
        });
    let lock = "SELECT FROM products FOR NO KEY UPDATE";
    let outcomes = ground.at_once(lock, rivals).await;
    let winners: Vec<_> = outcomes.iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    let stale = Err(DecideError::Refused(ProductRefusal::Stale));
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == stale).count(), 15);
    assert_eq!(ground.products().find(bike.id).await.unwrap().as_ref(), winners.first().copied());
}

#[tokio::test]
async fn whoever_edits_or_takes_down_sees_that_somebody_has_begun_to_buy() {
    let (ground, bike, _) = ground().await;
    // A buyer holds the listing and is about to reserve it; the seller's two acts wait for them.
    let mut buyer = ground.database.connect().await;
    let buying = buyer.transaction().await.unwrap();
    buying.execute("SELECT FROM products WHERE id = $1 FOR UPDATE", &[&bike.id.as_uuid()]).await.unwrap();
    let (products, id) = (ground.products(), bike.id);
    let editing =
        tokio::spawn(async move { edit(&products, id, titled("Dearer"), Expected::Any).await.map(|_| ()) });
    let products = ground.products();
    let archiving = tokio::spawn(async move { archive(&products, id).await });
    ground.waiting_for_a_lock(2).await;
    buying.execute("UPDATE products SET is_available = FALSE", &[]).await.unwrap();
    buying.commit().await.unwrap();
    let reserved = Err(DecideError::Refused(ProductRefusal::Reserved));
    assert_eq!((editing.await.unwrap(), archiving.await.unwrap()), (reserved.clone(), reserved));
    let found = ground.products().find(bike.id).await.unwrap().unwrap();
    assert_eq!((found.state, found.title), (ProductState::Reserved, bike.title));
}

async fn offer(ground: &Ground, n: u128, product: ProductId, buyer: UserId) {
    let client = ground.database.connect().await;
    let sql = "INSERT INTO offers (id, product_id, buyer_id, seller_id, proposed_by, amount_minor, currency, status,
            expires_at, created_at, updated_at)
        SELECT $1, id, $3, seller_id, 'buyer', 30000, currency, 'pending', now() + interval '2 days', now(), now()
        FROM products WHERE id = $2";
    let id = uuid::Uuid::from_u128(n);
    client.execute(sql, &[&id, &product.as_uuid(), &buyer.as_uuid()]).await.unwrap();
}

#[tokio::test]
async fn offers_that_wait_keep_the_currency_and_go_with_the_listing() {
    let (ground, bike, bob) = ground().await;
    let carol = ground.user(3, "carol").await.id;
    offer(&ground, 1, bike.id, bob).await;
    offer(&ground, 2, bike.id, carol).await;
    let other = ground.publish(2, build::user_id(1), &build::listing_form()).await;
    offer(&ground, 3, other.id, bob).await;
    let dollars = || EditForm { currency: Change::Set("USD".to_owned()), ..EditForm::default() };
    let refused = edit(&ground.products(), bike.id, dollars(), Expected::Any).await;
    assert_eq!(refused, Err(DecideError::Refused(ProductRefusal::OffersPending)));

    archive(&ground.products(), bike.id).await.unwrap();
    let client = ground.database.connect().await;
    let rows = client
        .query("SELECT product_id, status::text, status_reason::text FROM offers ORDER BY id", &[])
        .await
        .unwrap();
    let ended: Vec<(uuid::Uuid, String, Option<String>)> =
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    let rejected = (bike.id.as_uuid(), "rejected".to_owned(), Some("item_archived".to_owned()));
    assert_eq!(ended, [rejected.clone(), rejected, (other.id.as_uuid(), "pending".to_owned(), None)]);
    let heard = "SELECT count(*) FROM outbox_events WHERE kind = 'offer.rejected' AND payload ->> 'reason' = 'item_archived'";
    assert_eq!(client.query_one(heard, &[]).await.unwrap().get::<_, i64>(0), 2);
    // Nobody waits any more for the offers that expired by themselves.
    client
        .execute(
            "UPDATE offers SET created_at = now() - interval '3 days', expires_at = now() - interval '1 day'",
            &[],
        )
        .await
        .unwrap();
    assert!(edit(&ground.products(), other.id, dollars(), Expected::Any).await.is_ok());
}

#[tokio::test]
async fn a_listing_that_is_down_is_in_no_list_and_no_count_and_stays_as_it_was_when_it_is_taken_down_again() {
    let (ground, bike, bob) = ground().await;
    let products = ground.products();
    let profiles = PgProfiles::new(ground.pool.clone());
    assert_eq!(profiles.find_public(bike.seller).await.unwrap().unwrap().listings, 1);
    products.like(bike.id, bob, now()).await.unwrap().unwrap().like(bob).unwrap();
    archive(&products, bike.id).await.unwrap();
    let archived = products.find(bike.id).await.unwrap().unwrap();
    let at = now() + TimeDelta::days(2);
    assert_eq!((archived.state, archived.version), (ProductState::Archived { at, sold: None }, 2));
    archive(&products, bike.id).await.unwrap();
    assert_eq!(products.find(bike.id).await.unwrap().unwrap(), archived);
    assert_eq!(archive(&products, product_id(9)).await, Err(DecideError::NotFound));

    assert_eq!(profiles.find_public(bike.seller).await.unwrap().unwrap().listings, 0);
    for availability in
        [souk_domain::product::Availability::Available, souk_domain::product::Availability::Unavailable]
    {
        let query = souk_domain::product::ProductQuery { availability, ..Default::default() };
        assert!(products.list(&query).await.unwrap().items.is_empty());
    }
    assert!(products.list_liked(bob, None, Limit::default()).await.unwrap().items.is_empty());
}

/// The count of a listing and the rows behind it.
async fn likes(ground: &Ground, id: ProductId) -> (i64, i64) {
    let client = ground.database.connect().await;
    let sql = "SELECT likes_count, (SELECT count(*) FROM product_likes WHERE product_id = products.id)
        FROM products WHERE id = $1";
    let row = client.query_one(sql, &[&id.as_uuid()]).await.unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test]
async fn a_like_counts_once_and_can_be_taken_back_once() {
    let (ground, bike, bob) = ground().await;
    let products = ground.products();
    for _ in 0..2 {
        products.like(bike.id, bob, now()).await.unwrap().unwrap().like(bob).unwrap();
        assert_eq!(likes(&ground, bike.id).await, (1, 1));
    }
    // Liking is no edit.
    assert_eq!(products.find(bike.id).await.unwrap().unwrap().version, bike.version);
    for has_liked in [true, false] {
        let unliked = products.unlike(bike.id, bob).await.unwrap().unwrap();
        assert_eq!((unliked.has_liked, unliked.context.unlike(bob, unliked.has_liked)), (has_liked, Ok(())));
        assert_eq!(likes(&ground, bike.id).await, (0, 0));
    }
    assert_eq!(products.like(product_id(9), bob, now()).await, Ok(None));
    assert_eq!(products.unlike(product_id(9), bob).await, Ok(None));
}

#[tokio::test]
async fn the_rule_refuses_a_like_exactly_where_none_was_written() {
    let (ground, bike, bob) = ground().await;
    let (products, client) = (ground.products(), ground.database.connect().await);
    products.like(bike.id, bob, now()).await.unwrap().unwrap();
    client.execute("UPDATE users SET status = 'suspended' WHERE username = 'bob'", &[]).await.unwrap();
    let unliked = products.unlike(bike.id, bob).await.unwrap().unwrap();
    assert_eq!(unliked.context.unlike(bob, unliked.has_liked), Err(ProductRefusal::AccountSuspended));
    assert_eq!(likes(&ground, bike.id).await, (1, 1));
    client.execute("UPDATE users SET status = 'active' WHERE username = 'bob'", &[]).await.unwrap();
    let carol = ground.user(3, "carol").await.id;
    client.execute("UPDATE users SET status = 'banned' WHERE username = 'carol'", &[]).await.unwrap();
    let found = products.like(bike.id, carol, now()).await.unwrap().unwrap();
    assert_eq!(found.like(carol), Err(ProductRefusal::AccountSuspended));
    archive(&products, bike.id).await.unwrap();
    for (who, refusal) in [(bike.seller, ProductRefusal::Archived), (carol, ProductRefusal::NotVisible)] {
        let found = products.like(bike.id, who, now()).await.unwrap().unwrap();
        assert_eq!(found.like(who), Err(refusal));
    }
    assert_eq!(likes(&ground, bike.id).await, (1, 1));
    // Whoever liked it before can still change their mind.
    let unliked = products.unlike(bike.id, bob).await.unwrap().unwrap();
    assert_eq!(unliked.context.unlike(bob, unliked.has_liked), Ok(()));
    assert_eq!(likes(&ground, bike.id).await, (0, 0));
}

#[tokio::test]
async fn of_64_who_like_and_unlike_at_once_all_are_counted_right() {
    let (ground, bike, _) = ground().await;
    let mut people = Vec::new();
    for n in 10..18 {
        people.push(ground.user(n, &format!("user{n}")).await.id);
    }
    for round in 0..3 {
        // Eight people, each on eight devices, half of which like it while the other half do not.
        let rivals = (0..64).map(|n| {
            let (products, user, id) = (ground.products(), people[n % 8], bike.id);
            async move {
                if (n / 8 + round) % 2 == 0 {
                    products.like(id, user, now()).await.map(|_| ())
                } else {
                    products.unlike(id, user).await.map(|_| ())
                }
            }
        });
        let outcomes = ground.at_once("SELECT FROM products FOR NO KEY UPDATE", rivals).await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        let (count, rows) = likes(&ground, bike.id).await;
        assert_eq!(count, rows);
    }
    for user in &people {
        ground.products().like(bike.id, *user, now()).await.unwrap();
    }
    assert_eq!(likes(&ground, bike.id).await, (8, 8));
}

#[tokio::test]
async fn who_likes_while_it_is_taken_down_is_in_time_or_too_late() {
    let (ground, bike, bob) = ground().await;
    let mut seller = ground.database.connect().await;
    let down = seller.transaction().await.unwrap();
    down.execute("UPDATE products SET is_available = FALSE, archived_at = now()", &[]).await.unwrap();
    let (products, id) = (ground.products(), bike.id);
    let liking = tokio::spawn(async move { products.like(id, bob, now()).await });
    ground.waiting_for_a_lock(1).await;
    down.commit().await.unwrap();
    let found = liking.await.unwrap().unwrap().unwrap();
    assert_eq!(found.like(bob), Err(ProductRefusal::NotVisible));
    assert_eq!(likes(&ground, bike.id).await, (0, 0));
}

#[tokio::test]
async fn what_somebody_likes_is_read_newest_like_first_while_likes_come_and_go() {
    let (ground, bike, bob) = ground().await;
    let products = ground.products();
    for n in 2..=8 {
        ground.publish(n, bike.seller, &build::listing_form()).await;
    }
    let like = async |n: u128, minute: i64| {
        products.like(product_id(n), bob, now() + TimeDelta::minutes(minute)).await.unwrap().unwrap();
    };
    // Pairs were liked in the same moment, so that the id has to decide.
    for (n, minute) in [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3), (7, 4)] {
        like(n, minute).await;
    }
    let limit = Limit::new(3).unwrap();
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = products.list_liked(bob, after, limit).await.unwrap();
        seen.extend(page.items.iter().map(|liked| liked.product.id));
        if after.is_none() {
            assert_eq!(page.items[0].liked_at, now() + TimeDelta::minutes(4));
            like(8, 5).await;
            products.unlike(product_id(3), bob).await.unwrap();
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, [7, 6, 5, 4, 2, 1].map(product_id));
    assert!(products.list_liked(bike.seller, None, limit).await.unwrap().items.is_empty());
}
