//! With 100,000 threads and their messages every list is read from the index made for it, and costs what it shows.

use souk_domain::{
    conversation::{InboxQuery, MessageDirection, MessagePage, NewMessage},
    id::{ConversationId, UserId},
    page::Limit,
};
use souk_ports::conversation::ConversationRepository;
use souk_postgres_adapter::{
    PgConversations,
    migrations::{fingerprint, up},
};
use souk_testkit::{database::TestDatabase, fixed::now};
use tokio_postgres::Client;

use crate::{
    fill,
    plans::{Cost, Meter, QUIET},
};

/// Everybody has some fifty threads on either side; the first has a thousand, and one of a thousand messages.
const FILL: &str = "BEGIN;
    -- Every reference is right, and looking each of them up takes a minute.
    SET LOCAL session_replication_role = replica;
    INSERT INTO conversations (id, buyer_id, seller_id, product_id, created_at, updated_at)
    SELECT md5('thread ' || n)::uuid, buyer, products.seller_id, products.id, t, t
    FROM (SELECT n, md5('user ' || CASE WHEN n % 100 = 0 THEN 1 ELSE 2 + n % 1999 END)::uuid AS buyer,
              md5('product ' || 1 + (n / 100) % 10000)::uuid AS product, '2026-04-01Z'::timestamptz + n * interval '1 s' AS t
          FROM generate_series(1, 100000) n) wanted
    JOIN products ON products.id = product WHERE buyer <> products.seller_id
    ON CONFLICT DO NOTHING;
    INSERT INTO messages (id, conversation_id, seq, sender_id, message_type, content, created_at, updated_at)
    SELECT md5('message ' || id || seq)::uuid, id, seq, CASE seq % 2 WHEN 0 THEN seller_id ELSE buyer_id END, 'text',
        'Is it still there?', created_at, created_at
    FROM conversations, generate_series(1, 3) seq;
    INSERT INTO messages (id, conversation_id, seq, sender_id, message_type, content, created_at, updated_at)
    SELECT md5('message ' || id || seq)::uuid, id, seq, buyer_id, 'text', 'Hello?', created_at, created_at
    FROM (SELECT * FROM conversations ORDER BY created_at DESC LIMIT 1) longest, generate_series(4, 20000) seq;
    UPDATE conversations SET last_seq = seq, last_message_id = last.id, last_message_at = last.created_at
    FROM (SELECT DISTINCT ON (conversation_id) * FROM messages ORDER BY conversation_id, seq DESC) last
    WHERE conversations.id = conversation_id;
    COMMIT;";

async fn large() -> (TestDatabase, Client) {
    let database = TestDatabase::create(&format!("{}_talks", fingerprint()), async |url: String| {
        up(&url, None, |_| {}).await.map_err(|error| error.to_string())?;
        let (client, connection) =
            tokio_postgres::connect(&url, tokio_postgres::NoTls).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        fill::people_and_listings(&client, 2_000, 10_000).await;
        client.batch_execute(FILL).await.map_err(|error| error.to_string())?;
        client.batch_execute("VACUUM ANALYZE").await.map_err(|error| error.to_string())?;
        client.batch_execute(QUIET).await.map_err(|error| error.to_string())?;
        Ok::<(), String>(())
    })
    .await;
    let client = database.connect().await;
    (database, client)
}

/// What one such piece of work costs in pages, whichever way plans are made; never is a whole table scanned.
async fn pages_read(meter: &Meter, work: impl AsyncFn(&PgConversations)) -> i64 {
    let costs = meter.costs(async |pool, _| work(&PgConversations::new(pool)).await).await;
    for cost in &costs {
        cost.assert_scans_nothing("threads");
    }
    costs.iter().map(Cost::all_pages).max().unwrap()
}

const BUSIEST: &str = "SELECT md5('user 1')::uuid";
const LONGEST: &str = "SELECT id FROM conversations ORDER BY last_seq DESC LIMIT 1";

#[tokio::test]
async fn a_page_of_threads_costs_what_it_shows_also_deep_down() {
    let meter = Meter::of(large().await);
    let of = UserId::from_uuid(meter.one(BUSIEST).await);
    let threads = "SELECT count(*) FROM conversations WHERE buyer_id = md5('user 1')::uuid";
    assert!(meter.client.query_one(threads, &[]).await.unwrap().get::<_, i64>(0) > 900);
    let pages = pages_read(&meter, async |threads| {
        let mut query = InboxQuery { of, archived: false, after: None, limit: Limit::default() };
        for _ in 0..4 {
            let page = threads.list(&query).await.unwrap();
            assert_eq!(page.items.len(), 20);
            query.after = page.next;
        }
    })
    .await;
    // For each of 20 threads its row, the person, the listing and the message, with the way to them.
    assert!(pages <= 4 * 350, "four pages of 20 threads read {pages} pages");
}

#[tokio::test]
async fn a_page_of_messages_costs_what_it_shows_wherever_it_is() {
    let meter = Meter::of(large().await);
    let id = ConversationId::from_uuid(meter.one(LONGEST).await);
    let of = "SELECT buyer_id FROM conversations ORDER BY last_seq DESC LIMIT 1";
    let of = UserId::from_uuid(meter.one(of).await);
    let pages = pages_read(&meter, async |threads| {
        for direction in [
            MessageDirection::Backward { before: None },
            MessageDirection::Backward { before: Some(10_000) },
            MessageDirection::Forward { after: 10_000 },
        ] {
            let page = MessagePage { direction, limit: Limit::new(30).unwrap() };
            assert_eq!(threads.list_messages(id, of, page).await.unwrap().unwrap().items.len(), 30);
        }
    })
    .await;
    assert!(pages <= 3 * 50, "three pages of 30 messages read {pages} pages");
}

#[tokio::test]
async fn sending_and_reading_touch_what_they_change() {
    let meter = Meter::of(large().await);
    let usual = "SELECT id, buyer_id, seller_id FROM conversations WHERE last_seq = 3 LIMIT 1";
    let row = meter.client.query_one(usual, &[]).await.unwrap();
    let id = ConversationId::from_uuid(row.get(0));
    let (buyer, seller) = (UserId::from_uuid(row.get(1)), UserId::from_uuid(row.get(2)));
    let sent = std::sync::atomic::AtomicU64::new(0);
    let pages = pages_read(&meter, async |threads| {
        for sender in [buyer, seller] {
            let number = sent.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let message =
                NewMessage { conversation: id, sender, ..super::text(number.into(), 1, super::BUYER) };
            threads.send(&message, Some(super::allowance(100)), None).await.unwrap();
        }
        let last = threads.find(id, buyer).await.unwrap().unwrap().last_seq;
        threads.read(id, buyer, last, now()).await.unwrap();
    })
    .await;
    // Two messages, each with two rows and ten entries of indexes to write, their keys looked up, and a mark.
    assert!(pages <= 400, "two messages and a mark touched {pages} pages");
}
