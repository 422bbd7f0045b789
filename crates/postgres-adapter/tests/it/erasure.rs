//! Leaving: nothing of the person stays but what money depends on, and no rival slips through.

use chrono::TimeDelta;
use souk_domain::{
    contact::Username,
    id::UserId,
    product::{Listing, ProductRefusal},
    user::{ErasureRefusal, Standing, User, UserTaken},
};
use souk_ports::{
    DecideError, InsertError,
    product::ProductRepository,
    user::{ProfileRepository, UserRepository},
};
use souk_postgres_adapter::PgProfiles;
use souk_testkit::{
    build::{self, blur_key},
    fixed::now,
};
use tokio_postgres::Client;

use crate::{
    fill,
    support::{Ground, credentials},
};

async fn erase(ground: &Ground, id: UserId) -> Result<(), DecideError<ErasureRefusal>> {
    let at = now() + TimeDelta::seconds(1);
    PgProfiles::new(ground.pool.clone()).erase(id, &|context| context.erase(at)).await
}

/// A number that a statement answers with.
async fn number(client: &Client, sql: &str, id: UserId) -> i64 {
    client.query_one(sql, &[&id.as_uuid()]).await.unwrap().get(0)
}

/// A deal between two people about a listing, in this state.
async fn deal(client: &Client, n: u128, seller: UserId, buyer: UserId, status: &str, fulfilment: &str) {
    let paid = matches!(status, "completed" | "refunded");
    let sql = format!(
        "INSERT INTO transactions (id, product_id, buyer_id, seller_id, subtotal_minor, platform_fee_minor,
             seller_payout_minor, refunded_minor, currency, fee_schedule, status, fulfilment, pay_by, paid_at, shipped_at,
             received_at, refunded_at, created_at, updated_at)
         VALUES (gen_random_uuid(), $1, $2, $3, 50, 5, 45, CASE WHEN '{status}' = 'refunded' THEN 50 ELSE 0 END, 'USD',
             '{{}}', '{status}', '{fulfilment}', now() + interval '1 day', CASE WHEN {paid} THEN now() END,
             CASE WHEN '{fulfilment}' IN ('shipped', 'received') THEN now() END,
             CASE WHEN '{fulfilment}' = 'received' THEN now() END,
             CASE WHEN '{status}' = 'refunded' THEN now() END, now(), now())"
    );
    let product = build::product_id(n).as_uuid();
    client.execute(&sql, &[&product, &buyer.as_uuid(), &seller.as_uuid()]).await.unwrap();
}

#[tokio::test]
async fn an_open_deal_keeps_both_its_sides() {
    let ground = Ground::new().await;
    let (ada, bob) = (ground.user(1, "ada").await.id, ground.user(2, "bob").await.id);
    ground.publish(1, ada, &build::listing_form()).await;
    let client = ground.database.connect().await;
    for (status, fulfilment) in [
        ("pending", "none"),
        ("completed", "none"),
        ("completed", "awaiting_shipment"),
        ("completed", "shipped"),
        ("completed", "disputed"),
    ] {
        client.execute("DELETE FROM transactions", &[]).await.unwrap();
        deal(&client, 1, ada, bob, status, fulfilment).await;
        for id in [ada, bob] {
            let refused = erase(&ground, id).await;
            assert_eq!(refused, Err(DecideError::Refused(ErasureRefusal::DealOpen)), "{status} {fulfilment}");
        }
    }
    let untouched = "SELECT count(*) FROM users WHERE id = $1 AND status = 'active' AND username = 'ada'";
    assert_eq!(number(&client, untouched, ada).await, 1);
}

#[tokio::test]
async fn a_deal_that_opens_while_its_seller_leaves_keeps_them() {
    let ground = Ground::new().await;
    let (ada, bob) = (ground.user(1, "ada").await.id, ground.user(2, "bob").await.id);
    ground.publish(1, ada, &build::listing_form()).await;
    let (buyer, watcher) = (ground.database.connect().await, ground.database.connect().await);
    buyer.batch_execute("BEGIN; SELECT FROM products FOR UPDATE").await.unwrap();
    deal(&buyer, 1, ada, bob, "pending", "none").await;
    let (outcome, ()) = tokio::join!(erase(&ground, ada), commit_once_somebody_waits(&buyer, &watcher));
    assert_eq!(outcome, Err(DecideError::Refused(ErasureRefusal::DealOpen)));
}

/// Ends a transaction as soon as another one of the database waits for a lock.
async fn commit_once_somebody_waits(client: &Client, watcher: &Client) {
    let waiting =
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while watcher.query_opt(waiting, &[]).await.unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    client.batch_execute("COMMIT").await.unwrap();
}

#[tokio::test]
async fn a_deal_that_is_over_keeps_nobody() {
    for (status, fulfilment) in
        [("completed", "received"), ("refunded", "none"), ("cancelled", "none"), ("failed", "none")]
    {
        let ground = Ground::new().await;
        let (ada, bob) = (ground.user(1, "ada").await.id, ground.user(2, "bob").await.id);
        ground.publish(1, ada, &build::listing_form()).await;
        let client = ground.database.connect().await;
        deal(&client, 1, ada, bob, status, fulfilment).await;
        for id in [ada, bob] {
            assert_eq!(erase(&ground, id).await, Ok(()), "{status} {fulfilment}");
        }
        assert_eq!(ground.count("transactions").await, 1);
        // The place where the thing was handed over belongs to the deal.
        assert_eq!(ground.count("product_pickup_points").await, 1);
        assert_eq!(ground.count("products WHERE location IS NOT NULL").await, 1);
    }
}

/// What must be nought once `$1` has left: a name, and how to count it.
const LEFT_OVER: &[(&str, &str)] = &[
    ("an account that is not empty", "users WHERE id = $1 AND (status <> 'deleted' OR deleted_at IS NULL
        OR num_nonnulls(phone, bio, avatar_url, location, location_label) > 0 OR display_name <> 'Deleted account'
        OR email NOT LIKE 'deleted-%@deleted.invalid' OR username NOT LIKE 'deleted-%' OR password_hash <> '!')"),
    ("a listing that is up", "products WHERE seller_id = $1 AND archived_at IS NULL"),
    ("a place without a deal", "products WHERE seller_id = $1 AND num_nonnulls(location, location_label) > 0
        AND NOT EXISTS (SELECT FROM transactions WHERE product_id = products.id)"),
    ("an exact place without a deal", "product_pickup_points JOIN products ON products.id = product_id
        WHERE seller_id = $1 AND NOT EXISTS (SELECT FROM transactions WHERE transactions.product_id = products.id)"),
    ("a picture", "media WHERE owner_id = $1 AND removed_at IS NULL"),
    ("a listing with pictures", "products WHERE seller_id = $1 AND (images <> '[]' OR thumbnail_url IS NOT NULL)"),
    ("a word about what was not paid for", "messages JOIN conversations ON conversations.id = conversation_id
        WHERE sender_id = $1 AND num_nonnulls(content, media) > 0 AND NOT EXISTS (SELECT FROM transactions
            WHERE transactions.product_id = conversations.product_id AND paid_at IS NOT NULL)"),
    ("a pending offer", "offers WHERE (buyer_id = $1 OR seller_id = $1) AND status = 'pending'"),
    ("a session that lives", "sessions WHERE user_id = $1 AND (ended_at IS NULL OR user_agent IS NOT NULL)"),
    ("a like of a listing", "product_likes WHERE user_id = $1"),
    ("a like of a stream", "stream_likes WHERE user_id = $1"),
    ("a share of a stream", "stream_shares WHERE user_id = $1"),
    ("a comment", "stream_comments WHERE user_id = $1"),
    ("a stream to come", "streams WHERE user_id = $1 AND status IN ('live', 'scheduled')"),
    ("words about a stream", "streams WHERE user_id = $1 AND (title <> 'Show of a deleted account'
        OR num_nonnulls(description, thumbnail_url, stream_url, recording_url) > 0)"),
    ("a key for video", "stream_ingest JOIN streams ON streams.id = stream_id WHERE user_id = $1"),
    ("a block", "user_blocks WHERE blocker_id = $1 OR blocked_id = $1"),
    ("a proof", "verifications WHERE user_id = $1 AND (status <> 'rejected' OR data <> '{}'
        OR code_sent_at <> '{}')"),
    ("a reset", "password_resets WHERE user_id = $1"),
    ("a stored answer", "idempotency_keys WHERE user_id = $1"),
    ("a wrong count of likes", "products WHERE $1::uuid IS NOT NULL AND likes_count <>
        (SELECT count(*) FROM product_likes WHERE product_id = products.id)"),
    ("a wrong count of a stream's likes", "streams WHERE $1::uuid IS NOT NULL AND likes_count <>
        (SELECT count(*) FROM stream_likes WHERE stream_id = streams.id)"),
    ("a wrong count of shares", "streams WHERE $1::uuid IS NOT NULL AND shares_count <>
        (SELECT count(*) FROM stream_shares WHERE stream_id = streams.id)"),
    ("a wrong count of comments", "streams WHERE $1::uuid IS NOT NULL AND comments_count <>
        (SELECT count(*) FROM stream_comments WHERE stream_id = streams.id AND deleted_at IS NULL)"),
];

async fn left_over(client: &Client, id: UserId) -> Vec<&'static str> {
    let mut found = Vec::new();
    for (what, rows) in LEFT_OVER {
        if number(client, &format!("SELECT count(*) FROM {rows}"), id).await > 0 {
            found.push(*what);
        }
    }
    found
}

#[tokio::test]
async fn everything_of_the_person_goes_and_money_and_others_stay() {
    let ground = Ground::new().await;
    let client = ground.database.connect().await;
    fill::everything(&client).await;
    client
        .batch_execute(
            "UPDATE products SET likes_count = (SELECT count(*) FROM product_likes WHERE product_id = products.id);
             UPDATE stream_comments SET deleted_at = now() WHERE id IN (SELECT id FROM stream_comments ORDER BY id LIMIT 9);
             UPDATE streams SET likes_count = (SELECT count(*) FROM stream_likes WHERE stream_id = streams.id),
                 shares_count = (SELECT count(*) FROM stream_shares WHERE stream_id = streams.id),
                 comments_count = (SELECT count(*) FROM stream_comments
                     WHERE stream_id = streams.id AND deleted_at IS NULL);
             UPDATE transactions SET fulfilment = 'received', received_at = now() WHERE status = 'completed';
             UPDATE transactions SET status = 'cancelled' WHERE status = 'pending';
             DELETE FROM transactions WHERE status = 'failed';
             UPDATE users SET stripe_customer_id = 'cus_' || username, phone = '+49' || 1000000 + ctid_number, bio = 'x'
             FROM (SELECT id AS of, row_number() OVER () AS ctid_number FROM users) numbers WHERE of = id;",
        )
        .await
        .unwrap();
    let of_money = "SELECT md5(string_agg(t::text, ',' ORDER BY t.id)) FROM transactions t";
    let money = async || -> String { client.query_one(of_money, &[]).await.unwrap().get(0) };
    let before = money().await;
    let people = client.query("SELECT id FROM users ORDER BY id", &[]).await.unwrap();
    let people: Vec<UserId> = people.iter().map(|row| UserId::from_uuid(row.get(0))).collect();
    let mut had = Vec::new();
    for id in &people {
        had.extend(left_over(&client, *id).await);
        let others = "SELECT count(*) FROM users WHERE id <> $1 AND status = 'active'";
        let rest = number(&client, others, *id).await;
        assert_eq!(erase(&ground, *id).await, Ok(()));
        assert_eq!(left_over(&client, *id).await, Vec::<&str>::new());
        assert_eq!(number(&client, others, *id).await, rest);
        let kept = "SELECT count(*) FROM users WHERE id = $1 AND stripe_customer_id IS NOT NULL";
        assert_eq!(number(&client, kept, *id).await, 1);
    }
    assert_eq!(money().await, before);
    // All but the counts could be seen to be there before; and the counts were right throughout.
    for (what, _) in LEFT_OVER.iter().filter(|(what, _)| !what.starts_with("a wrong count")) {
        assert!(had.contains(what), "{what} was never there");
    }
}

#[tokio::test]
async fn whoever_left_cannot_leave_again_nor_can_nobody() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await.id;
    assert_eq!(erase(&ground, ada).await, Ok(()));
    assert_eq!(erase(&ground, ada).await, Err(DecideError::Refused(ErasureRefusal::Closed)));
    assert_eq!(erase(&ground, build::user_id(9)).await, Err(DecideError::NotFound));
    let found = ground.users().find(ada).await.unwrap().unwrap();
    assert!(matches!(found.standing, Standing::Deleted { .. }));
}

#[tokio::test]
async fn the_address_and_the_number_are_free_again_and_the_name_is_not() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "Ada").await;
    assert_eq!(erase(&ground, ada.id).await, Ok(()));
    let attempt = async |n, username: &str| {
        let mut rival = credentials(n, "rival");
        rival.user =
            User { email: ada.email.clone(), username: Username::parse(username).unwrap(), ..rival.user };
        ground.users().insert(&rival, &build::session(n, rival.user.id)).await
    };
    for name in ["ada", "ADA", "Ada"] {
        assert_eq!(attempt(2, name).await, Err(InsertError::Taken(UserTaken::Username)), "{name}");
    }
    assert_eq!(attempt(2, "ada2").await, Ok(()));
    // Nor can an account that is there be renamed to it.
    let client = ground.database.connect().await;
    let renamed = client.execute("UPDATE users SET username = 'aDa' WHERE username = 'ada2'", &[]).await;
    assert_eq!(renamed.unwrap_err().as_db_error().unwrap().constraint(), Some("ix_users_username"));
}

#[tokio::test]
async fn whoever_waits_for_the_name_while_it_retires_does_not_get_it() {
    let ground = Ground::new().await;
    ground.user(1, "ada").await;
    let (leaver, watcher) = (ground.database.connect().await, ground.database.connect().await);
    leaver
        .batch_execute(
            "BEGIN; UPDATE users SET username = 'deleted-1';
             INSERT INTO retired_usernames VALUES (sha256('ada'), now())",
        )
        .await
        .unwrap();
    let rival = async {
        let rival = credentials(2, "bob");
        let user = User { username: Username::parse("ada").unwrap(), ..rival.user.clone() };
        let rival = souk_ports::user::Credentials { user, ..rival };
        ground.users().insert(&rival, &build::session(2, rival.user.id)).await
    };
    let (outcome, ()) = tokio::join!(rival, commit_once_somebody_waits(&leaver, &watcher));
    assert_eq!(outcome, Err(InsertError::Taken(UserTaken::Username)));
}

#[tokio::test]
async fn a_listing_published_while_its_seller_leaves_is_archived_or_never_was() {
    let ground = Ground::new().await;
    let (mut refused, mut published) = (0, 0);
    for n in 1..=16_u32 {
        let seller = ground.user(n.into(), &format!("seller{n}")).await.id;
        let listing = Listing::check(&build::listing_form()).unwrap();
        let decide =
            |publisher| listing.clone().publish(build::product_id(n.into()), publisher, &blur_key(), now());
        let products = ground.products();
        // Who is polled first is mostly first: both orders get their turn.
        let (erased, outcome) = if n % 2 == 0 {
            tokio::join!(erase(&ground, seller), products.publish(seller, &decide, None))
        } else {
            let (outcome, erased) =
                tokio::join!(products.publish(seller, &decide, None), erase(&ground, seller));
            (erased, outcome)
        };
        assert_eq!(erased, Ok(()));
        match outcome {
            Ok(_) => published += 1,
            Err(DecideError::Refused(ProductRefusal::AccountSuspended)) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(published + refused, 16);
    assert_eq!(ground.count("products").await, published);
    assert_eq!(ground.count("products WHERE archived_at IS NULL OR is_available").await, 0);
    assert_eq!(ground.count("product_pickup_points").await, 0);
}
