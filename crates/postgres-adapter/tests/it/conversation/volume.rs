//! With 100,000 threads and their messages every list is read from the index made for it, and costs what it shows.

use std::time::Duration;

use souk_domain::{
    conversation::{InboxQuery, MessageDirection, MessagePage, NewMessage},
    id::{ConversationId, UserId},
    page::Limit,
};
use souk_ports::conversation::ConversationRepository;
use souk_postgres_adapter::{
    Connector, PgConversations, PgPool, PoolSettings,
    migrations::{fingerprint, up},
};
use souk_testkit::{database::TestDatabase, fixed::now};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::fill;

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
        // What it reads on its rounds would be counted as ours.
        for table in TABLES {
            let quiet = format!("ALTER TABLE {table} SET (autovacuum_enabled = false)");
            client.batch_execute(&quiet).await.map_err(|error| error.to_string())?;
        }
        Ok::<(), String>(())
    })
    .await;
    let client = database.connect().await;
    (database, client)
}

const TABLES: [&str; 4] = ["conversations", "messages", "users", "products"];
/// As often as it takes until a prepared statement has its generic plan, and some more.
const ROUNDS: i64 = 8;

/// How often one of the large tables was scanned as a whole, and how many pages of all of them were read.
async fn counters(client: &Client) -> (i64, i64) {
    let sql = "SELECT (sum(seq_scan) FILTER (WHERE relid IN ('conversations'::regclass, 'messages'::regclass)))::bigint,
            sum(heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit)::bigint
        FROM pg_stat_user_tables JOIN pg_statio_user_tables USING (relid)
        WHERE pg_stat_user_tables.relname = ANY ($1)";
    let row = client.query_one(sql, &[&TABLES.as_slice()]).await.unwrap();
    (row.get(0), row.get(1))
}

/// Does the same read over and over, then says how many pages one of them cost.
async fn pages_read(read: impl AsyncFn(&PgConversations)) -> i64 {
    let (database, client) = large().await;
    let before = counters(&client).await;
    let settings = PoolSettings {
        max_size: 1,
        min_idle: 1,
        acquire_timeout: Duration::from_secs(10),
        max_lifetime: Duration::from_mins(10),
    };
    let threads = PgConversations::new(PgPool::new(Connector::new(&database.url(), None).unwrap(), settings));
    for _ in 0..ROUNDS {
        read(&threads).await;
    }
    drop(threads);
    // A session hands in its counts before it leaves the list.
    let others =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                  AND backend_type = 'client backend'";
    while !client.query(others, &[]).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let after = counters(&client).await;
    assert_eq!(after.0 - before.0, 0, "a whole table was scanned");
    (after.1 - before.1) / ROUNDS
}

/// The id that the filling gave.
async fn first(client: &Client, sql: &str) -> Uuid {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

const BUSIEST: &str = "SELECT md5('user 1')::uuid";
const LONGEST: &str = "SELECT id FROM conversations ORDER BY last_seq DESC LIMIT 1";

#[tokio::test]
async fn a_page_of_threads_costs_what_it_shows_also_deep_down() {
    let (_database, client) = large().await;
    let of = UserId::from_uuid(first(&client, BUSIEST).await);
    let threads = "SELECT count(*) FROM conversations WHERE buyer_id = md5('user 1')::uuid";
    assert!(client.query_one(threads, &[]).await.unwrap().get::<_, i64>(0) > 900);
    let pages = pages_read(async |threads| {
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
    let (_database, client) = large().await;
    let id = ConversationId::from_uuid(first(&client, LONGEST).await);
    let of = "SELECT buyer_id FROM conversations ORDER BY last_seq DESC LIMIT 1";
    let of = UserId::from_uuid(first(&client, of).await);
    let pages = pages_read(async |threads| {
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
    let (_database, client) = large().await;
    let usual = "SELECT id, buyer_id, seller_id FROM conversations WHERE last_seq = 3 LIMIT 1";
    let row = client.query_one(usual, &[]).await.unwrap();
    let id = ConversationId::from_uuid(row.get(0));
    let (buyer, seller) = (UserId::from_uuid(row.get(1)), UserId::from_uuid(row.get(2)));
    let sent = std::sync::atomic::AtomicU64::new(0);
    let pages = pages_read(async |threads| {
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
