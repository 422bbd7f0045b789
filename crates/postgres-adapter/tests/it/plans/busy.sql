-- What people do with 100,000 listings. Nothing here is due: whatever can run out does so in 2100.
BEGIN;
-- Every reference is right, and looking each of them up takes a minute.
SET LOCAL session_replication_role = replica;

-- One in twenty threads is the first person's.
INSERT INTO conversations (id, buyer_id, seller_id, product_id, created_at, updated_at)
SELECT md5('thread ' || n)::uuid, buyer, seller_id, products.id, t, t
FROM (SELECT n, md5('user ' || CASE WHEN n % 20 = 0 THEN 1 ELSE 2 + n % 9999 END)::uuid AS buyer,
        md5('product ' || 1 + n * 7 % 100000)::uuid AS product, '2026-04-01Z'::timestamptz + n * interval '1 s' AS t
    FROM generate_series(1, 41000) n) wanted
JOIN products ON products.id = product WHERE buyer <> seller_id;
INSERT INTO messages (id, conversation_id, seq, sender_id, message_type, content, created_at, updated_at)
SELECT md5('message ' || id || seq)::uuid, id, seq, CASE seq % 2 WHEN 0 THEN seller_id ELSE buyer_id END, 'text',
    'Is it still there?', created_at + seq * interval '1 ms', created_at
FROM conversations, generate_series(1, 5) seq;
UPDATE conversations SET last_seq = 5, last_message_at = created_at + interval '5 ms',
    last_message_id = md5('message ' || id || 5)::uuid;

-- The first person has made two thousand offers, of which hardly any waits for an answer.
INSERT INTO offers (id, product_id, buyer_id, seller_id, proposed_by, amount_minor, currency, status, status_reason,
    expires_at, responded_at, created_at, updated_at)
SELECT md5('offer ' || n)::uuid, products.id, buyer, seller_id, 'buyer', 50, 'USD', status,
    CASE status WHEN 'rejected' THEN 'declined' WHEN 'cancelled' THEN 'withdrawn' END::offer_status_reason,
    CASE WHEN status = 'pending' THEN '2100-01-01Z' ELSE t + interval '2 days' END,
    CASE WHEN status NOT IN ('pending', 'expired') THEN t END, t, t
FROM (SELECT n, md5('user ' || CASE WHEN n % 25 = 0 THEN 1 ELSE 2 + n % 9999 END)::uuid AS buyer,
        md5('product ' || 1 + n * 3 % 100000)::uuid AS product, '2026-04-01Z'::timestamptz + n * interval '1 s' AS t,
        CASE
            WHEN n % 25 = 0 AND n % 2000 <> 0 THEN 'rejected'
            WHEN n % 10 < 3 THEN 'pending'
            ELSE (enum_range(NULL::offer_status))[2 + n % 4]
        END::offer_status AS status
    FROM generate_series(1, 50500) n) wanted
JOIN products ON products.id = product WHERE buyer <> seller_id;

INSERT INTO transactions (id, product_id, buyer_id, seller_id, subtotal_minor, platform_fee_minor, seller_payout_minor,
    currency, fee_schedule, status, fulfilment, pay_by, paid_at, created_at, updated_at)
SELECT md5('deal ' || n)::uuid, products.id, buyer, seller_id, 50, 5, 45, 'USD', '{"bps": 1000}', status, 'none', '2100-01-01Z',
    CASE WHEN status = 'completed' THEN t END, t, t
FROM (SELECT n, md5('user ' || 1 + n % 10000)::uuid AS buyer, md5('product ' || 1 + n * 5 % 100000)::uuid AS product,
        '2026-04-01Z'::timestamptz + n * interval '1 s' AS t,
        (ARRAY['pending', 'completed', 'cancelled', 'cancelled'])[1 + n % 4]::transaction_status AS status
    FROM generate_series(1, 20000) n) wanted
JOIN products ON products.id = product WHERE buyer <> seller_id;

INSERT INTO product_likes (product_id, user_id, created_at)
SELECT md5('product ' || 1 + n * 7 % 100000)::uuid, md5('user ' || CASE WHEN n % 20 = 0 THEN 1 ELSE 2 + n % 9999 END)::uuid,
    '2026-04-01Z'::timestamptz + n * interval '1 s'
FROM generate_series(1, 100000) n;
INSERT INTO product_views (day, product_id, viewer, created_at)
SELECT '2100-01-01'::date + n % 3, md5('product ' || n)::uuid, substr(sha256(n::text::bytea), 1, 16), '2100-01-01Z'
FROM generate_series(1, 50000) n;

INSERT INTO streams (id, user_id, title, category, status, viewers_count, scheduled_at, started_at, ended_at, created_at, updated_at)
SELECT md5('show ' || n)::uuid, md5('user ' || CASE WHEN n % 10 = 3 THEN 1 ELSE n END)::uuid, 'Everything must go',
    (enum_range(NULL::product_category))[1 + n % 12], status, CASE WHEN status = 'live' THEN n % 50 ELSE 0 END,
    t + interval '1 day', CASE WHEN status IN ('live', 'ended') THEN t END, CASE WHEN status = 'ended' THEN t END, t, t
FROM generate_series(1, 2000) n, LATERAL (SELECT '2026-04-01Z'::timestamptz + n * interval '1 minute' AS t,
    (ARRAY['scheduled', 'live', 'scheduled', 'ended', 'ended', 'ended', 'ended', 'cancelled', 'live', 'ended'])[1 + n % 10]::stream_status
        AS status) chance;
INSERT INTO stream_comments (id, stream_id, user_id, content, created_at, updated_at)
SELECT md5('comment ' || n)::uuid, md5('show ' || 1 + n % 2000)::uuid, md5('user ' || 1 + n % 9973)::uuid, 'Nice',
    '2026-04-02Z'::timestamptz + n * interval '1 s', '2026-04-02Z'
FROM generate_series(1, 100000) n;
INSERT INTO stream_viewers (stream_id, viewer, seen_at, created_at)
SELECT streams.id, sha256((streams.id::text || n)::bytea), '2100-01-01Z', '2026-04-02Z'
FROM streams, generate_series(1, 50) n WHERE status = 'live';
UPDATE streams SET viewers_count = 50, peak_viewers = 50 WHERE status = 'live';

INSERT INTO sessions (id, user_id, refresh_hash, created_at, last_used_at, expires_at)
SELECT md5('session ' || n)::uuid, md5('user ' || CASE WHEN n % 20 = 0 THEN 1 ELSE 2 + n % 9999 END)::uuid,
    sha256(n::text::bytea), t, t, '2100-01-01Z'
FROM generate_series(1, 30000) n, LATERAL (SELECT '2026-04-01Z'::timestamptz + n * interval '1 s' AS t) times;
INSERT INTO password_resets (user_id, token_hash, created_at, expires_at)
SELECT id, sha256(id::text::bytea), '2026-04-01Z', '2100-01-01Z' FROM users;
INSERT INTO attempts (pseudonym, tried_at, created_at, expires_at)
SELECT sha256(n::text::bytea), ARRAY['2026-04-01Z'::timestamptz], '2026-04-01Z', '2100-01-01Z' FROM generate_series(1, 30000) n;
INSERT INTO idempotency_keys (user_id, key, fingerprint, response, created_at, expires_at)
SELECT md5('user ' || 1 + n % 10000)::uuid, 'key ' || n, sha256('request'), repeat('response ', 30)::bytea, '2026-04-01Z', '2100-01-01Z'
FROM generate_series(1, 30000) n;
INSERT INTO user_blocks (blocker_id, blocked_id, created_at)
SELECT md5('user ' || CASE WHEN n % 20 = 0 THEN 1 ELSE n END)::uuid, md5('user ' || n + 1)::uuid,
    '2026-04-01Z'::timestamptz + n * interval '1 s'
FROM generate_series(1, 9999) n;
INSERT INTO verifications (id, user_id, verification_type, status, data, submitted_at, verified_at, created_at, updated_at)
SELECT md5('verification ' || n)::uuid, md5('user ' || 1 + n % 10000)::uuid,
    (ARRAY['government_id', 'address'])[1 + n / 10001]::verification_type, status,  '{"document": "media/1"}', t,
    CASE WHEN status = 'verified' THEN t END, t, t
FROM generate_series(1, 20000) n, LATERAL (SELECT '2026-04-01Z'::timestamptz + n * interval '1 s' AS t,
    CASE WHEN n % 20 = 0 THEN 'pending' ELSE 'verified' END::verification_status AS status) chance;
INSERT INTO audit_entries (id, admin_id, act, subject_id, reason, created_at)
SELECT md5('audit ' || n)::uuid, md5('user 1')::uuid, 'user_suspended', md5('user ' || n)::uuid, 'Fraud.',
    '2026-04-01Z'::timestamptz + n * interval '1 s'
FROM generate_series(2, 10000) n;
INSERT INTO media (id, owner_id, width, height, byte_count, blurhash, created_at, stored_at, used_at)
SELECT md5('picture ' || n)::uuid, md5('user ' || 1 + n % 10000)::uuid, 400, 300, 9000, 'LEHV6nWB2yk8', t, t, t
FROM generate_series(1, 50000) n, LATERAL (SELECT '2026-04-01Z'::timestamptz + n * interval '1 s' AS t) times;

-- Written by transactions before all others of this server, as old events are.
INSERT INTO outbox_events (xid, kind, aggregate, aggregate_id, payload, audience, created_at)
SELECT (3 + n / 200)::text::xid8, 'message.created', 'message', md5('message ' || n)::uuid, jsonb_build_object('seq', n),
    ARRAY[md5('user ' || CASE WHEN n % 20 = 0 THEN 1 ELSE 2 + n % 9999 END), md5('user ' || 2 + n % 9901)]::uuid[],
    '2026-04-01Z'::timestamptz + n * interval '1 s'
FROM generate_series(1, 100000) n;
COMMIT;
