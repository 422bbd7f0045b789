//! Messages that other aggregates post within their transactions.

use diesel_async::AsyncPgConnection;
use souk_domain::{
    conversation::{MessageText, MessageType, Notice, Post},
    id::{ConversationId, MessageId, OfferId, ProductId},
};
use souk_postgres_adapter::{Connector, post_messages};
use souk_testkit::{
    build::{self, user_id},
    fixed::now,
};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::Ground;

const SELLER: u128 = 1;
const BUYER: u128 = 2;
const RIVAL: u128 = 3;

/// A seller with a listing, and two who want it.
async fn ground() -> (Ground, ProductId, Client) {
    let ground = Ground::new().await;
    for (n, name) in [(SELLER, "seller"), (BUYER, "buyer"), (RIVAL, "rival")] {
        ground.user(n, name).await;
    }
    let product = ground.publish(1, user_id(SELLER), &build::listing_form()).await.id;
    let client = ground.database.connect().await;
    (ground, product, client)
}

fn connector(ground: &Ground) -> Connector {
    Connector::new(&ground.database.url(), None).unwrap()
}

async fn connection(ground: &Ground) -> AsyncPgConnection {
    connector(ground).connect().await.unwrap()
}

fn post(n: u128, buyer: u128, notice: Notice) -> Post {
    Post {
        conversation: ConversationId::from_uuid(Uuid::from_u128(1_000 + n)),
        message: MessageId::from_uuid(Uuid::from_u128(n)),
        buyer: user_id(buyer),
        seller: user_id(SELLER),
        product: build::product_id(1),
        notice,
        at: now(),
    }
}

fn offer(n: u128, by: u128) -> Notice {
    Notice::Offer { offer: OfferId::from_uuid(Uuid::from_u128(n)), by: user_id(by), note: None }
}

fn note(text: &str) -> Notice {
    Notice::System(MessageText::stored(text.to_owned()))
}

/// Makes an offer's row, as whoever posts about it has done before.
async fn make_offer(client: &Client, n: u128, product: ProductId, buyer: u128) {
    client
        .execute(
            "INSERT INTO offers (id, product_id, buyer_id, seller_id, proposed_by, amount_minor, currency, status,
                 expires_at, created_at, updated_at)
             VALUES ($1, $2, $3, $4, 'buyer', 50, 'USD', 'pending', now() + interval '1 day', now(), now())",
            &[
                &Uuid::from_u128(n),
                &product.as_uuid(),
                &user_id(buyer).as_uuid(),
                &user_id(SELLER).as_uuid(),
            ],
        )
        .await
        .unwrap();
}

/// Posts, and says for each message its thread and its number.
async fn posted(ground: &Ground, posts: &[Post]) -> Vec<(ConversationId, i64)> {
    let conn = connection(ground).await;
    let posted = post_messages(&conn, posts).await.unwrap();
    assert!(posted.iter().zip(posts).all(|(posted, post)| posted.message.id == post.message));
    posted.iter().map(|posted| (posted.message.conversation, posted.message.seq)).collect()
}

/// `last_seq`, unread by the buyer, unread by the seller, archived by whom.
async fn thread(client: &Client, buyer: u128) -> (i64, i64, i64, bool, bool) {
    let sql = "SELECT last_seq, buyer_unread_count, seller_unread_count, buyer_archived_at IS NOT NULL,
            seller_archived_at IS NOT NULL FROM conversations WHERE buyer_id = $1";
    let row = client.query_one(sql, &[&user_id(buyer).as_uuid()]).await.unwrap();
    (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4))
}

#[tokio::test]
async fn a_first_offer_opens_the_thread_and_knows_it() {
    let (ground, product, client) = ground().await;
    make_offer(&client, 7, product, BUYER).await;
    let conn = connection(&ground).await;
    let posts = [post(1, BUYER, offer(7, BUYER)), post(2, BUYER, note("It is reserved."))];
    let posted = post_messages(&conn, &posts).await.unwrap();
    let opened = posts[0].conversation;
    assert_eq!(
        posted.iter().map(|posted| (posted.message.conversation, posted.message.seq)).collect::<Vec<_>>(),
        [(opened, 1), (opened, 2)]
    );
    assert_eq!(posted[0].message.body.kind(), MessageType::Offer);
    assert_eq!(posted[1].message.sender, None);
    assert_eq!(posted[1].event.audience, [user_id(BUYER), user_id(SELLER)]);
    // Whoever made the offer has read it; the note of the house both have still to read.
    assert_eq!(thread(&client, BUYER).await, (2, 1, 2, false, false));
    let knows = "SELECT conversation_id FROM offers";
    let of: Uuid = client.query_one(knows, &[]).await.unwrap().get(0);
    assert_eq!(of, opened.as_uuid());
    let last = "SELECT last_message_id FROM conversations";
    let last: Uuid = client.query_one(last, &[]).await.unwrap().get(0);
    assert_eq!(last, posts[1].message.as_uuid());
}

#[tokio::test]
async fn what_follows_goes_on_with_the_number_and_brings_the_thread_back() {
    let (ground, product, client) = ground().await;
    make_offer(&client, 7, product, BUYER).await;
    let first = posted(&ground, &[post(1, BUYER, offer(7, BUYER))]).await;
    client
        .batch_execute("UPDATE conversations SET buyer_archived_at = now(), seller_archived_at = now()")
        .await
        .unwrap();
    // The seller answers: which is how far they have read, and what the offer says of when it was read.
    let second = posted(&ground, &[post(2, BUYER, offer(7, SELLER)), post(3, BUYER, note("Sold."))]).await;
    assert_eq!([first, second].concat(), [1, 2, 3].map(|seq| (post(1, BUYER, note("x")).conversation, seq)));
    assert_eq!(thread(&client, BUYER).await, (3, 2, 1, false, false));
    let read = "SELECT array_agg(is_read ORDER BY seq) FROM messages";
    let read: Vec<bool> = client.query_one(read, &[]).await.unwrap().get(0);
    assert_eq!(read, [true, false, false]);
}

#[tokio::test]
async fn one_statement_tells_all_rivals() {
    let (ground, product, client) = ground().await;
    make_offer(&client, 7, product, BUYER).await;
    make_offer(&client, 8, product, RIVAL).await;
    posted(&ground, &[post(1, RIVAL, offer(8, RIVAL))]).await;
    let posts = [
        post(2, BUYER, offer(7, SELLER)),
        post(3, RIVAL, offer(8, SELLER)),
        post(4, BUYER, note("Reserved.")),
    ];
    let (mine, theirs) = (posts[0].conversation, post(1, RIVAL, note("x")).conversation);
    assert_eq!(posted(&ground, &posts).await, [(mine, 1), (theirs, 2), (mine, 2)]);
    assert_eq!(thread(&client, BUYER).await, (2, 2, 1, false, false));
    assert_eq!(thread(&client, RIVAL).await, (2, 1, 0, false, false));
    assert_eq!(posted(&ground, &[]).await, []);
}

#[tokio::test]
async fn many_who_post_at_once_leave_no_gap() {
    let (ground, _, client) = ground().await;
    // The last of each waits at the row or, for the first, at the index.
    let rivals = (0..16_u128).map(|n| {
        let connector = connector(&ground);
        let buyer = if n % 2 == 0 { BUYER } else { RIVAL };
        let other = if n % 2 == 0 { RIVAL } else { BUYER };
        async move {
            let posts = [post(2 * n, buyer, note("One.")), post(2 * n + 1, other, note("Two."))];
            let conn = connector.connect().await.unwrap();
            post_messages(&conn, &posts).await.map(|posted| posted.len())
        }
    });
    let outcomes = ground.at_once("LOCK TABLE conversations IN EXCLUSIVE MODE", rivals).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(2))), "{outcomes:?}");
    for buyer in [BUYER, RIVAL] {
        assert_eq!(thread(&client, buyer).await.0, 16);
    }
    let gaps = "SELECT count(*) FROM (SELECT seq - row_number() OVER (PARTITION BY conversation_id ORDER BY seq) AS gap
        FROM messages) numbered WHERE gap <> 0";
    assert_eq!(client.query_one(gaps, &[]).await.unwrap().get::<_, i64>(0), 0);
}
