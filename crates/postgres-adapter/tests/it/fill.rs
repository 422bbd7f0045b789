//! Rows in bulk, and a look at plans. Made in SQL, the same on every run: `setseed` and one process.

use tokio_postgres::Client;

/// People and their listings: in ten cities as dense as cities are, four of five available, newest first by number.
pub(crate) async fn people_and_listings(client: &Client, people: u32, listings: u32) {
    let sql = format!(
        "BEGIN;
        SET LOCAL max_parallel_workers_per_gather = 0;
        SELECT setseed(0.25);
        CREATE TEMP TABLE city ON COMMIT DROP AS SELECT * FROM (VALUES
            (0, 13.405, 52.52), (1, 4.352, 50.85), (2, -73.99, 40.73), (3, 2.352, 48.857), (4, -0.128, 51.507),
            (5, 139.69, 35.69), (6, 151.21, -33.87), (7, -46.63, -23.55), (8, 18.42, -33.92), (9, 77.21, 28.61)
        ) city (number, lon, lat);

        INSERT INTO users (id, email, username, password_hash, display_name, role, location, status, created_at, updated_at)
        SELECT md5('user ' || n)::uuid, 'user' || n || '@example.org', 'user' || n, 'x', 'User ' || n, 'both',
            ST_Point(lon + random_normal(0, 0.04), lat + random_normal(0, 0.03), 4326), 'active', t, t
        FROM generate_series(1, {people}) n JOIN city ON number = n % 10,
            LATERAL (SELECT '2026-01-01Z'::timestamptz + n * interval '1 minute' AS t) times;

        INSERT INTO products (id, seller_id, title, description, category, feed_type, condition, price_minor, images,
            location, location_label, views_count, likes_count, is_available, sold_at, offers_enabled, created_at, updated_at)
        SELECT md5('product ' || n)::uuid, md5('user ' || 1 + floor({people} * power(random(), 1.8)))::uuid,
            'Thing number ' || n, repeat('Used once, works well. ', 12),
            (enum_range(NULL::product_category))[1 + floor(12 * random())], feed,
            (enum_range(NULL::product_condition))[1 + floor(4 * random())], 100 + floor(50000 * power(random(), 3)),
            jsonb_build_array('https://cdn.example.org/' || n || '/1.webp', 'https://cdn.example.org/' || n || '/2.webp'),
            ST_Point(lon + random_normal(0, 0.04), lat + random_normal(0, 0.03), 4326), 'Somewhere',
            floor(5000 * random()), floor(300 * random()), dice > 0.2, CASE WHEN dice <= 0.2 THEN t END,
            feed = 'community', t, t
        FROM generate_series(1, {listings}) n JOIN city ON number = floor(power(n % 1000 / 1000.0, 2) * 10),
            LATERAL (SELECT random() AS dice, '2026-03-01Z'::timestamptz + n * interval '1 second' AS t,
                (enum_range(NULL::feed_type))[1 + n % 2] AS feed) chance;
        COMMIT;"
    );
    client.batch_execute(&sql).await.unwrap();
    client.batch_execute("VACUUM ANALYZE users, products").await.unwrap();
}

/// At least a row in every table, offers and transactions in every status.
pub(crate) async fn everything(client: &Client) {
    people_and_listings(client, 20, 60).await;
    client.batch_execute(EVERYTHING).await.unwrap();
}

const EVERYTHING: &str = "BEGIN;
    INSERT INTO sessions (id, user_id, refresh_hash, created_at, last_used_at, expires_at)
    SELECT md5('session ' || username)::uuid, id, sha256(username::text::bytea), now(), now(), now() + interval '30 days' FROM users;
    INSERT INTO user_blocks SELECT a.id, b.id, now() FROM users a JOIN users b ON a.id < b.id LIMIT 30;
    INSERT INTO retired_usernames VALUES (sha256('gone'), now());
    INSERT INTO password_resets
    SELECT id, sha256(username::text::bytea), now(), now() + interval '30 minutes' FROM users LIMIT 5;
    INSERT INTO attempts
    SELECT sha256(username::text::bytea), ARRAY[now(), now()], now(), now() + interval '1 minute' FROM users;

    INSERT INTO media (id, owner_id, width, height, byte_count, blurhash, created_at, stored_at, used_at)
    SELECT md5('picture ' || username)::uuid, id, 400, 300, 9000, 'LEHV6nWB2yk8', now(), now(), now() FROM users;
    INSERT INTO media (id, owner_id, created_at) SELECT md5('upload ' || username)::uuid, id, now() FROM users LIMIT 3;

    INSERT INTO product_pickup_points SELECT id, location, now(), now() FROM products;
    WITH taken AS (DELETE FROM product_cell_changes WHERE id % 2 = 0 RETURNING *)
    INSERT INTO product_cells SELECT level, x >> 17 - level, y >> 17 - level, category, feed_type, sum(products),
        sum(longitude), sum(latitude) FROM taken, unnest(ARRAY[3, 5, 7, 9, 11, 13, 15, 17]) AS level GROUP BY 1, 2, 3, 4, 5;
    INSERT INTO product_likes SELECT products.id, users.id, now() FROM products JOIN users ON users.id <> seller_id LIMIT 90;

    INSERT INTO product_views SELECT current_date, product_id, substr(sha256(user_id::text::bytea), 1, 16), now() FROM product_likes;

    INSERT INTO streams (id, user_id, title, category, status, started_at, ended_at, created_at, updated_at)
    SELECT md5('stream ' || username)::uuid, id, 'Sale', 'sneakers', state,
        CASE WHEN state IN ('live', 'ended') THEN now() END, CASE WHEN state = 'ended' THEN now() END, now(), now()
    FROM (SELECT *, (enum_range(NULL::stream_status))[1 + row_number() OVER (ORDER BY id) % 4] AS state FROM users) owners;
    INSERT INTO stream_likes SELECT streams.id, users.id, now() FROM streams JOIN users ON users.id <> user_id LIMIT 30;
    INSERT INTO stream_shares SELECT stream_id, user_id, now() FROM stream_likes LIMIT 10;
    INSERT INTO stream_viewers SELECT stream_id, sha256(user_id::text::bytea), now(), now() FROM stream_likes;
    INSERT INTO stream_ingest (stream_id, key_hash, created_at, updated_at)
    SELECT id, sha256('key'), now(), now() FROM streams WHERE status IN ('scheduled', 'live');
    INSERT INTO stream_comments (id, stream_id, user_id, content, created_at, updated_at)
    SELECT md5('comment ' || stream_id || user_id)::uuid, stream_id, user_id, 'Nice', now(), now() FROM stream_likes;

    INSERT INTO conversations (id, buyer_id, seller_id, product_id, created_at, updated_at)
    SELECT md5('talk ' || products.id)::uuid, buyer.id, seller_id, products.id, now(), now()
    FROM products CROSS JOIN LATERAL (SELECT id FROM users WHERE id <> seller_id ORDER BY md5(users.id::text || products.id) LIMIT 1) buyer;

    INSERT INTO offers (id, product_id, buyer_id, seller_id, conversation_id, proposed_by, amount_minor, currency, status,
        status_reason, expires_at, responded_at, created_at, updated_at)
    SELECT md5('offer ' || product_id)::uuid, product_id, buyer_id, seller_id, id, 'buyer', 50, 'USD', status,
        CASE status WHEN 'rejected' THEN 'declined' WHEN 'cancelled' THEN 'withdrawn' END::offer_status_reason,
        now() + interval '2 days', CASE WHEN status NOT IN ('pending', 'expired') THEN now() END, now(), now()
    FROM (SELECT *, (enum_range(NULL::offer_status))[1 + row_number() OVER (ORDER BY id) % 5] AS status FROM conversations) talks;

    INSERT INTO messages (id, conversation_id, seq, sender_id, message_type, content, created_at, updated_at)
    SELECT md5('message ' || id || n)::uuid, id, n, buyer_id, 'text', 'Still there?', now(), now()
    FROM conversations, generate_series(1, 3) n;
    INSERT INTO messages (id, conversation_id, seq, sender_id, message_type, offer_id, created_at, updated_at)
    SELECT md5('message ' || id)::uuid, conversation_id, 4, buyer_id, 'offer', id, now(), now() FROM offers;
    UPDATE conversations SET last_seq = 4, last_message_at = now(), buyer_last_read_seq = 4, last_message_id = messages.id
    FROM messages WHERE conversation_id = conversations.id AND seq = 4;

    INSERT INTO transactions (id, product_id, buyer_id, seller_id, offer_id, subtotal_minor, platform_fee_minor,
        seller_payout_minor, refunded_minor, currency, fee_schedule, status, fulfilment, pay_by, paid_at, refunded_at,
        created_at, updated_at)
    SELECT md5('deal ' || id)::uuid, product_id, buyer_id, seller_id, id, 50, 5, 45,
        CASE WHEN status = 'refunded' THEN 50 ELSE 0 END, 'USD', '{\"bps\": 1000}', status, 'none', now() + interval '1 day',
        CASE WHEN status IN ('completed', 'refunded') THEN now() END, CASE WHEN status = 'refunded' THEN now() END, now(), now()
    FROM (SELECT id, product_id, buyer_id, seller_id,
            (enum_range(NULL::transaction_status))[1 + row_number() OVER (ORDER BY id) % 5] AS status FROM offers) deals;
    INSERT INTO ledger_entries (id, posting_id, line, kind, account, user_id, transaction_id, amount_minor, currency, created_at)
    SELECT md5(account::text || transactions.id)::uuid, transactions.id, line, 'capture', account,
        CASE WHEN account = 'seller_pending' THEN seller_id END, transactions.id, amount, 'USD', now()
    FROM transactions, (VALUES (1, 'provider'::ledger_account, 50), (2, 'platform_fees', -5), (3, 'seller_pending', -45))
        lines (line, account, amount)
    WHERE paid_at IS NOT NULL;

    INSERT INTO verifications (id, user_id, verification_type, status, submitted_at, verified_at, created_at, updated_at)
    SELECT md5('verification ' || username)::uuid, id, 'email', 'verified', now(), now(), now(), now() FROM users;
    INSERT INTO audit_entries (id, admin_id, act, subject_id, reason, created_at)
    SELECT md5('audit ' || username)::uuid, id, 'user_suspended', id, 'Fraud.', now() FROM users LIMIT 3;
    INSERT INTO verifications (id, user_id, verification_type, status, submitted_at, created_at, updated_at, code_hash,
        code_expires_at, code_tries, code_sent_at)
    SELECT md5('code ' || username)::uuid, id, 'phone', 'pending', now(), now(), now(), sha256('code'), now(), 2, ARRAY[now()]
    FROM users;
    INSERT INTO verifications (id, user_id, verification_type, status, data, submitted_at, created_at, updated_at)
    SELECT md5('document ' || username)::uuid, id, 'address', 'pending', '{\"document\": \"media/1\"}', now(), now(), now()
    FROM users;
    INSERT INTO idempotency_keys SELECT id, 'key', sha256('request'), 'response', now(), now() + interval '1 day' FROM users;
    INSERT INTO outbox_events (kind, aggregate, aggregate_id, payload, audience, created_at)
    SELECT 'offer.made', 'offer', id, '{}', ARRAY[buyer_id, seller_id], now() FROM offers;
    INSERT INTO webhook_inbox VALUES ('stripe', 'evt_1', 'payment_intent.succeeded', now());
    COMMIT;";

/// How PostgreSQL would run a statement whose parameters it does not know yet: the plan that a prepared one ends up with.
pub(crate) async fn plan(client: &Client, sql: &str) -> String {
    let answer = client.simple_query(&format!("EXPLAIN (GENERIC_PLAN) {sql}")).await.unwrap();
    let lines = answer.iter().filter_map(|message| {
        if let tokio_postgres::SimpleQueryMessage::Row(row) = message { row.get(0) } else { None }
    });
    lines.collect::<Vec<_>>().join("\n")
}
