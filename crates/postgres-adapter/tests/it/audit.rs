//! The audit: nothing to say of a sound database, and a word for each thing that is broken.

use std::collections::BTreeSet;

use souk_ports::audit::Audit;
use souk_postgres_adapter::{Connector, PgAudit, invariants};
use tokio_postgres::Client;

use crate::support::Ground;

/// Ada sells, Bob and Eve buy. Bob's offer on thing 1 was countered, the counter accepted, and the deal waits for his
/// money; he paid for thing 2; Eve waits for an answer about thing 3. Ids say what is what: 1x are people, 2x listings,
/// 3x threads, 4x offers, 5x messages, 6x deals, 7x shows.
const SOUND: &str = "
    INSERT INTO users (id, email, username, password_hash, display_name, role, status, created_at, updated_at)
    SELECT id(10 + n), name || '@example.com', name, 'x', name, role::user_role, 'active', now(), now()
    FROM (VALUES (1, 'ada', 'seller'), (2, 'bob', 'buyer'), (3, 'eve', 'buyer')) people (n, name, role);
    INSERT INTO sessions (id, user_id, refresh_hash, created_at, last_used_at, expires_at)
    SELECT id, id, sha256(id::text::bytea), now(), now(), now() + interval '1 day' FROM users;
    INSERT INTO products (id, seller_id, title, description, category, feed_type, condition, price_minor, is_available,
        sold_at, offers_enabled, likes_count, location, created_at, updated_at)
    SELECT id(20 + n), id(11), 'Thing', 'Works.', 'other', 'community', 'good', 1000, n = 3,
        CASE n WHEN 2 THEN now() END, true, CASE n WHEN 3 THEN 2 ELSE 0 END, ST_Point(n, n, 4326), now(), now()
    FROM generate_series(1, 3) n;
    INSERT INTO product_pickup_points SELECT id, location, now(), now() FROM products;
    INSERT INTO product_likes VALUES (id(23), id(12), now()), (id(23), id(13), now());
    INSERT INTO streams (id, user_id, title, category, status, started_at, likes_count, comments_count, created_at, updated_at)
    VALUES (id(71), id(11), 'Show', 'other', 'live', now(), 1, 1, now(), now());
    INSERT INTO stream_likes VALUES (id(71), id(12), now());
    INSERT INTO stream_comments (id, stream_id, user_id, content, deleted_at, created_at, updated_at)
    VALUES (id(72), id(71), id(12), 'Nice', NULL, now(), now()), (id(73), id(71), id(12), 'Oops', now(), now(), now());
    INSERT INTO conversations (id, buyer_id, seller_id, product_id, created_at, updated_at)
    VALUES (id(31), id(12), id(11), id(21), now(), now()), (id(33), id(13), id(11), id(23), now(), now());
    INSERT INTO offers (id, product_id, buyer_id, seller_id, conversation_id, proposed_by, parent_offer_id, round,
        amount_minor, currency, status, status_reason, expires_at, responded_at, created_at, updated_at)
    VALUES (id(41), id(21), id(12), id(11), id(31), 'buyer', NULL, 1, 700, 'USD', 'rejected', 'countered',
            now() + interval '1 day', now(), now(), now()),
        (id(42), id(21), id(12), id(11), id(31), 'seller', id(41), 2, 900, 'USD', 'accepted', NULL,
            now() + interval '1 day', now(), now(), now()),
        (id(43), id(23), id(13), id(11), id(33), 'buyer', NULL, 1, 800, 'USD', 'pending', NULL,
            now() + interval '1 day', NULL, now(), now());
    INSERT INTO messages (id, conversation_id, seq, sender_id, message_type, content, offer_id, created_at, updated_at)
    VALUES (id(51), id(31), 1, id(12), 'offer', NULL, id(41), now(), now()),
        (id(52), id(31), 2, id(11), 'offer', NULL, id(42), now(), now()),
        (id(53), id(31), 3, NULL, 'system', 'Accepted.', NULL, now(), now()),
        (id(54), id(33), 1, id(13), 'offer', NULL, id(43), now(), now());
    UPDATE conversations SET last_seq = 3, last_message_id = id(53), last_message_at = now(), buyer_last_read_seq = 3,
        seller_last_read_seq = 2 WHERE id = id(31);
    UPDATE conversations SET last_seq = 1, last_message_id = id(54), last_message_at = now(), buyer_last_read_seq = 1
    WHERE id = id(33);
    INSERT INTO transactions (id, product_id, buyer_id, seller_id, offer_id, subtotal_minor, platform_fee_minor,
        seller_payout_minor, currency, fee_schedule, status, fulfilment, pay_by, paid_at, created_at, updated_at)
    VALUES (id(61), id(21), id(12), id(11), id(42), 900, 90, 810, 'USD', '{}', 'pending', 'none',
            now() + interval '1 day', NULL, now(), now()),
        (id(62), id(22), id(12), id(11), NULL, 1000, 100, 900, 'USD', '{}', 'completed', 'awaiting_shipment',
            now() + interval '1 day', now(), now(), now());
    INSERT INTO ledger_entries (id, posting_id, line, kind, account, user_id, transaction_id, amount_minor, currency, created_at)
    VALUES (id(63), id(62), 1, 'capture', 'provider', NULL, id(62), 1000, 'USD', now()),
        (id(64), id(62), 2, 'capture', 'platform_fees', NULL, id(62), -100, 'USD', now()),
        (id(65), id(62), 3, 'capture', 'seller_pending', id(11), id(62), -900, 'USD', now());
    INSERT INTO verifications (id, user_id, verification_type, status, submitted_at, verified_at, created_at, updated_at)
    VALUES (id(81), id(11), 'email', 'verified', now(), now(), now(), now());
    INSERT INTO outbox_events (kind, aggregate, aggregate_id, payload, audience, created_at)
    VALUES ('message.created', 'message', id(51), '{}', ARRAY[id(11), id(12)], now()),
        ('conversation.read', 'conversation', id(31), '{}', ARRAY[id(11), id(12)], now()),
        ('offer.accepted', 'offer', id(42), '{}', ARRAY[id(12)], now()),
        ('transaction.created', 'transaction', id(61), '{}', ARRAY[id(11), id(12)], now());";

/// Takes out of the way what would refuse a violation (if anything would), and plants one.
const PLANTED: &[(&str, &str)] = &[
    ("money_split", "DROP ck_transactions_split; UPDATE transactions SET platform_fee_minor = 91 WHERE id = id(61)"),
    ("ledger_balanced", "UPDATE ledger_entries SET amount_minor = 999 WHERE id = id(63)"),
    (
        "one_accepted_offer",
        "DROP INDEX uq_offers_accepted; INSERT INTO offers SELECT (copy).* FROM (SELECT offers #= jsonb_build_object('id',
            id(49), 'parent_offer_id', NULL, 'round', 1) AS copy FROM offers WHERE id = id(42)) x",
    ),
    (
        "one_live_transaction",
        "DROP INDEX uq_transactions_live; INSERT INTO transactions SELECT (copy).* FROM (SELECT transactions #=
            jsonb_build_object('id', id(69), 'offer_id', NULL) AS copy FROM transactions WHERE id = id(61)) x",
    ),
    ("reserved_is_live", "UPDATE products SET is_available = true WHERE id = id(21)"),
    ("reserved_is_live", "UPDATE products SET is_available = false WHERE id = id(23)"),
    ("accepted_has_transaction", "UPDATE transactions SET offer_id = NULL WHERE id = id(61)"),
    ("accepted_has_transaction", "UPDATE offers SET amount_minor = 901 WHERE id = id(42)"),
    (
        "transaction_has_accepted",
        "UPDATE offers SET status = 'rejected', status_reason = 'declined' WHERE id = id(42)",
    ),
    (
        "one_pending_offer",
        "DROP INDEX uq_offers_pending; INSERT INTO offers SELECT (copy).* FROM (SELECT offers #= jsonb_build_object('id',
            id(49)) AS copy FROM offers WHERE id = id(43)) x",
    ),
    ("no_pending_on_closed", "UPDATE products SET is_available = false, archived_at = now() WHERE id = id(23)"),
    ("no_pending_on_closed", "UPDATE products SET is_available = false, sold_at = now() WHERE id = id(23)"),
    ("counter_follows", "UPDATE offers SET proposed_by = 'buyer' WHERE id = id(42)"),
    ("counter_follows", "UPDATE offers SET status_reason = 'declined' WHERE id = id(41)"),
    (
        "countered_has_counter",
        "UPDATE offers SET parent_offer_id = NULL, round = 1 WHERE id = id(42)",
    ),
    ("deal_of_seller", "UPDATE offers SET seller_id = id(13) WHERE id = id(42)"),
    ("nobody_deals_alone", "DROP ck_conversations_parties; UPDATE conversations SET buyer_id = seller_id WHERE id = id(33)"),
    ("dense_seq", "UPDATE messages SET seq = 4 WHERE id = id(53)"),
    ("dense_seq", "DELETE FROM messages WHERE id = id(51)"),
    (
        "unread_counts",
        "ALTER TABLE conversations ALTER COLUMN seller_unread_count DROP EXPRESSION;
         UPDATE conversations SET seller_unread_count = 7 WHERE id = id(31)",
    ),
    ("last_message", "UPDATE conversations SET last_message_id = id(52) WHERE id = id(31)"),
    ("last_message", "UPDATE conversations SET last_message_id = NULL WHERE id = id(31)"),
    (
        "one_thread",
        "DROP INDEX ix_conversations_buyer_seller; INSERT INTO conversations (id, buyer_id, seller_id, product_id,
            created_at, updated_at) VALUES (id(39), id(12), id(11), id(21), now(), now())",
    ),
    ("senders_are_parties", "UPDATE messages SET sender_id = id(13) WHERE id = id(52)"),
    ("offers_in_their_thread", "UPDATE messages SET offer_id = id(43) WHERE id = id(52)"),
    ("offers_in_their_thread", "UPDATE offers SET conversation_id = id(31) WHERE id = id(43)"),
    ("event_audiences", "UPDATE outbox_events SET audience = audience || id(13) WHERE aggregate = 'message'"),
    ("event_audiences", "UPDATE outbox_events SET audience = audience || id(13) WHERE aggregate = 'conversation'"),
    ("event_audiences", "UPDATE outbox_events SET audience = audience || id(13) WHERE aggregate = 'offer'"),
    ("event_audiences", "UPDATE outbox_events SET audience = audience || id(13) WHERE aggregate = 'transaction'"),
    ("product_likes", "UPDATE products SET likes_count = 1 WHERE id = id(23)"),
    ("stream_likes", "UPDATE streams SET likes_count = 2"),
    ("stream_comments", "UPDATE streams SET comments_count = 2"),
    (
        "one_live_stream",
        "DROP INDEX uq_streams_live; INSERT INTO streams (id, user_id, title, category, status, started_at, created_at,
            updated_at) VALUES (id(79), id(11), 'Show', 'other', 'live', now(), now(), now())",
    ),
    ("sellers_may_sell", "UPDATE users SET role = 'buyer' WHERE id = id(11)"),
    (
        "available_is_open",
        "DROP ck_products_available; UPDATE products SET sold_at = now() WHERE id = id(23)",
    ),
    (
        "thresholds",
        "DROP ck_products_auto_answers; UPDATE products SET auto_decline_minor = 500, auto_accept_minor = 400
            WHERE id = id(23)",
    ),
    (
        "one_standing_verification",
        "DROP INDEX uq_verifications_current; INSERT INTO verifications (id, user_id, verification_type, status, submitted_at,
            verified_at, created_at, updated_at) VALUES (id(89), id(11), 'email', 'verified', now(), now(), now(), now())",
    ),
    ("departed_have_nothing_open", "UPDATE users SET status = 'deleted', deleted_at = now() WHERE id = id(13)"),
    ("pickup_point_of_place", "UPDATE products SET location = NULL WHERE id = id(23)"),
    (
        "constraints_valid",
        "ALTER TABLE products ADD CONSTRAINT ck_planted CHECK (price_minor > 0) NOT VALID",
    ),
    (
        "indexes_valid",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_products_seller_id'::regclass",
    ),
];

/// A database in which everything holds. `#=` puts values into a row, which plants need.
async fn sound(ground: &Ground) -> Client {
    let client = ground.database.connect().await;
    let words = "CREATE FUNCTION id(integer) RETURNS uuid LANGUAGE sql IMMUTABLE
            AS $$ SELECT lpad($1::text, 32, '0')::uuid $$;
        CREATE FUNCTION with_values(anyelement, jsonb) RETURNS anyelement LANGUAGE sql
            AS $$ SELECT jsonb_populate_record($1, to_jsonb($1) || $2) $$;
        CREATE OPERATOR #= (LEFTARG = anyelement, RIGHTARG = jsonb, FUNCTION = with_values);";
    client.batch_execute(words).await.unwrap();
    client.batch_execute(&format!("BEGIN; {SOUND} COMMIT")).await.unwrap();
    client
}

/// The invariants that do not hold, as this session sees them.
async fn broken(client: &Client) -> BTreeSet<&'static str> {
    let mut broken = BTreeSet::new();
    for invariant in invariants() {
        let sql = format!("SELECT count(*) FROM ({}) AS violations", invariant.violations);
        let count: i64 = client.query_one(&sql, &[]).await.unwrap().get(0);
        if count > 0 {
            broken.insert(invariant.id);
        }
    }
    broken
}

#[tokio::test]
async fn each_invariant_holds_in_a_sound_database_and_is_missed_when_it_is_broken() {
    let ground = Ground::new().await;
    let client = sound(&ground).await;
    assert_eq!(broken(&client).await, BTreeSet::new());
    for (id, plant) in PLANTED {
        // Foreign keys and triggers look away; checks and unique indexes are dropped by name.
        let plant = plant.split_once("DROP ck_").map_or_else(
            || (*plant).to_owned(),
            |(_, rest)| {
                let (name, then) = rest.split_once(';').unwrap();
                let table = name.split('_').next().unwrap();
                format!("ALTER TABLE {table} DROP CONSTRAINT ck_{name}; {then}")
            },
        );
        let sql = format!(
            "BEGIN; SET LOCAL session_replication_role = replica; SET LOCAL allow_system_table_mods = on; {plant}"
        );
        client.batch_execute(&sql).await.unwrap_or_else(|error| panic!("{id}: {error:?}"));
        let broken = broken(&client).await;
        assert!(broken.contains(id), "{id} is broken by {plant}, and only {broken:?} say so");
        client.batch_execute("ROLLBACK").await.unwrap();
    }
    let planted: BTreeSet<_> = PLANTED.iter().map(|(id, _)| *id).collect();
    assert_eq!(planted, invariants().map(|invariant| invariant.id).collect(), "each is seen to fail");
}

#[tokio::test]
async fn the_audit_counts_what_is_broken_and_shows_what_holds() {
    let ground = Ground::new().await;
    let client = sound(&ground).await;
    let audit = PgAudit::new(Connector::new(&ground.database.url(), None).unwrap());
    let findings = audit.audit().await.unwrap();
    assert!(findings.iter().all(|finding| finding.violations == 0), "{findings:?}");
    client.batch_execute("UPDATE products SET likes_count = 7 WHERE id <> id(21)").await.unwrap();
    let after = audit.audit().await.unwrap();
    assert_eq!(after.len(), findings.len());
    let broken: Vec<_> = after.iter().filter(|finding| finding.violations > 0).collect();
    assert_eq!(
        broken.iter().map(|finding| (finding.id, finding.violations)).collect::<Vec<_>>(),
        [("product_likes", 2)]
    );
}
