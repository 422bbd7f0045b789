//! What the schema itself refuses, whoever writes: the last line behind rules that the domain keeps.

use souk_testkit::database::TestDatabase;
use tokio_postgres::{Client, Error};

use crate::{fill, migrated};

async fn filled() -> (TestDatabase, Client) {
    let database = migrated().await;
    let client = database.connect().await;
    fill::everything(&client).await;
    (database, client)
}

#[track_caller]
fn broken(result: Result<(), Error>) -> String {
    let error = result.expect_err("it was let through");
    let answer = error.as_db_error().unwrap_or_else(|| panic!("{error:?}"));
    answer.constraint().map_or_else(|| answer.message().to_owned(), str::to_owned)
}

async fn refused(client: &Client, sql: &str) -> String {
    broken(client.batch_execute(sql).await)
}

#[tokio::test]
async fn only_points_on_the_globe_are_places() {
    let (_database, client) = filled().await;
    for table in ["users", "products", "product_pickup_points"] {
        for nowhere in ["POINT EMPTY", "POINT(180.1 0)", "POINT(-181 0)", "POINT(0 90.5)", "POINT(0 -140)"] {
            let sql = format!("UPDATE {table} SET location = ST_GeomFromText('{nowhere}', 4326)");
            assert_eq!(refused(&client, &sql).await, format!("ck_{table}_location"), "{nowhere}");
        }
        for nothing in ["NaN", "Infinity", "-Infinity"] {
            let sql = format!("UPDATE {table} SET location = ST_SetSRID(ST_MakePoint('{nothing}', 1), 4326)");
            assert_eq!(refused(&client, &sql).await, format!("ck_{table}_location"), "{nothing}");
        }
        for (other, complaint) in [
            ("ST_SetSRID(ST_MakePoint(1, 1), 3857)", "SRID"),
            ("ST_SetSRID(ST_MakePoint(1, 1, 1), 4326)", "Z dimension"),
            ("ST_GeomFromText('LINESTRING(0 0, 1 1)', 4326)", "Geometry type"),
        ] {
            let message = refused(&client, &format!("UPDATE {table} SET location = {other}")).await;
            assert!(message.contains(complaint), "{message}");
        }
        let edge = format!("UPDATE {table} SET location = ST_Point(-180, 90, 4326)");
        client.batch_execute(&edge).await.unwrap();
    }
}

#[tokio::test]
async fn names_and_addresses_are_taken_without_regard_to_case() {
    let (_database, client) = filled().await;
    for (column, index) in [("email", "ix_users_email"), ("username", "ix_users_username")] {
        let sql = format!(
            "UPDATE users SET {column} = (SELECT upper({column}) FROM users ORDER BY id LIMIT 1)
             WHERE id = (SELECT max(id::text)::uuid FROM users)"
        );
        assert_eq!(refused(&client, &sql).await, index);
    }
}

#[tokio::test]
async fn listings_contradict_neither_themselves_nor_their_feed() {
    let (_database, client) = filled().await;
    for (change, constraint) in [
        ("is_available = true, sold_at = now()", "ck_products_available"),
        ("is_available = true, archived_at = now()", "ck_products_available"),
        ("feed_type = 'discover', offers_enabled = true", "ck_products_discover"),
        ("feed_type = 'discover', offers_enabled = false, min_offer_minor = 1", "ck_products_discover"),
        ("auto_accept_minor = price_minor + 1", "ck_products_auto_accept_minor"),
        ("auto_accept_minor = 10, auto_decline_minor = 10", "ck_products_auto_answers"),
        ("images = '{}'", "ck_products_images"),
        ("images = '\"x\"'", "ck_products_images"),
        ("images = to_jsonb(array_fill('x'::text, ARRAY[11]))", "ck_products_images"),
        ("currency = 'US'", "ck_products_currency"),
        ("title = ''", "ck_products_title"),
    ] {
        let sql = format!("UPDATE products SET {change} WHERE feed_type = 'community'");
        assert_eq!(refused(&client, &sql).await, constraint, "{change}");
    }
}

#[tokio::test]
async fn rivals_meet_at_an_index() {
    let (_database, client) = filled().await;
    let again = |table: &str, columns: &str, changes: &str, which: &str| {
        format!(
            "INSERT INTO {table} (id, {columns}) SELECT gen_random_uuid(), {changes} FROM {table} WHERE {which} LIMIT 1"
        )
    };
    let offer = "product_id, buyer_id, seller_id, proposed_by, amount_minor, currency, status, expires_at, responded_at, \
                 created_at, updated_at";
    let pending = again("offers", offer, offer, "status = 'pending'");
    assert_eq!(refused(&client, &pending).await, "uq_offers_pending");
    let accepted = again("offers", offer, offer, "status = 'accepted'");
    assert_eq!(refused(&client, &accepted).await, "uq_offers_accepted");
    let deal = "product_id, buyer_id, seller_id, subtotal_minor, platform_fee_minor, seller_payout_minor, currency, \
                fee_schedule, status, fulfilment, pay_by, paid_at, created_at, updated_at";
    for live in ["pending", "completed"] {
        let second = again("transactions", deal, deal, &format!("status = '{live}'"));
        assert_eq!(refused(&client, &second).await, "uq_transactions_live");
    }
    client.batch_execute(&again("transactions", deal, deal, "status = 'cancelled'")).await.unwrap();
}

#[tokio::test]
async fn nobody_deals_with_a_stranger_in_the_sellers_name() {
    let (_database, client) = filled().await;
    for (table, constraint) in [
        ("offers", "fk_offers_product_id"),
        ("transactions", "fk_transactions_product_id"),
        ("conversations", "fk_conversations_product_id"),
    ] {
        let stranger = format!(
            "UPDATE {table} SET seller_id = (SELECT id FROM users WHERE id NOT IN (seller_id, buyer_id) LIMIT 1)"
        );
        assert_eq!(refused(&client, &stranger).await, constraint);
        let themself = format!("UPDATE {table} SET buyer_id = seller_id");
        assert_eq!(refused(&client, &themself).await, format!("ck_{table}_parties"));
    }
}

#[tokio::test]
async fn what_money_depends_on_is_not_deleted() {
    let (_database, client) = filled().await;
    let product = "DELETE FROM products WHERE id = (SELECT product_id FROM transactions LIMIT 1)";
    assert!(refused(&client, product).await.starts_with("fk_"));
    assert!(refused(&client, "DELETE FROM users").await.starts_with("fk_"));
    assert!(refused(&client, "DELETE FROM offers").await.starts_with("fk_"));
}

#[tokio::test]
async fn a_thread_is_one_of_a_kind_also_about_nothing() {
    let (_database, client) = filled().await;
    let thread = "INSERT INTO conversations (id, buyer_id, seller_id, product_id, created_at, updated_at)
                  SELECT gen_random_uuid(), buyer_id, seller_id, NULL, now(), now() FROM conversations ORDER BY id LIMIT 1";
    client.batch_execute(thread).await.unwrap();
    assert_eq!(refused(&client, thread).await, "ix_conversations_buyer_seller");
}

#[tokio::test]
async fn unread_counts_follow_from_what_was_read() {
    let (_database, client) = filled().await;
    let sql = "SELECT DISTINCT buyer_unread_count, seller_unread_count FROM conversations";
    let row = client.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (0, 4));
    let ahead = "UPDATE conversations SET seller_last_read_seq = 5";
    assert_eq!(refused(&client, ahead).await, "ck_conversations_seller_last_read_seq");
}

#[tokio::test]
async fn a_last_message_is_of_its_own_thread_and_forgotten_with_it() {
    let (_database, client) = filled().await;
    let foreign = "UPDATE conversations SET last_message_id = (
                       SELECT id FROM messages WHERE conversation_id <> conversations.id LIMIT 1)";
    assert_eq!(refused(&client, foreign).await, "fk_conversations_last_message");
    client.batch_execute("DELETE FROM messages WHERE seq = 4").await.unwrap();
    let sql = "SELECT count(*) FROM conversations WHERE last_message_id IS NULL AND id IS NOT NULL";
    assert_eq!(client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0), 60);
}

#[tokio::test]
async fn a_message_has_the_parts_of_its_type() {
    let (_database, client) = filled().await;
    for (change, constraint) in [
        ("content = NULL", "ck_messages_body"),
        ("media = '[1]'", "ck_messages_body"),
        ("message_type = 'image', media = '[]'", "ck_messages_media"),
        ("message_type = 'image', media = '{}'", "ck_messages_media"),
        ("content = ''", "ck_messages_content"),
        ("sender_id = NULL", "ck_messages_sender_id"),
        ("message_type = 'offer'", "ck_messages_body"),
    ] {
        let sql = format!("UPDATE messages SET {change} WHERE message_type = 'text'");
        assert_eq!(refused(&client, &sql).await, constraint, "{change}");
    }
    client
        .batch_execute("UPDATE messages SET content = NULL, deleted_at = now() WHERE seq = 1")
        .await
        .unwrap();
}

#[tokio::test]
async fn a_verification_has_the_parts_of_its_type_and_state() {
    let (_database, client) = filled().await;
    for (change, of, constraint) in [
        ("code_hash = NULL", "phone", "ck_verifications_code"),
        ("code_expires_at = NULL", "phone", "ck_verifications_code"),
        ("status = 'verified', verified_at = now()", "phone", "ck_verifications_code"),
        ("code_hash = sha256('code'), code_expires_at = now()", "email", "ck_verifications_code"),
        ("code_hash = 'short'", "phone", "ck_verifications_code_hash"),
        ("code_tries = 5", "phone", "ck_verifications_code_tries"),
        ("code_sent_at = array_fill(now(), ARRAY[4])", "phone", "ck_verifications_code_sent_at"),
        ("code_sent_at = ARRAY[NULL]::timestamptz[]", "phone", "ck_verifications_code_sent_at"),
        ("data = '{}'", "address", "ck_verifications_document"),
        ("data = '{\"document\": \"x\"}'", "email", "ck_verifications_document"),
        ("verified_at = NULL", "email", "ck_verifications_verified_at"),
        ("reviewed_by = user_id", "address", "ck_verifications_reviewed_by"),
    ] {
        let sql = format!("UPDATE verifications SET {change} WHERE verification_type = '{of}'");
        assert_eq!(refused(&client, &sql).await, constraint, "{change}");
    }
    let second = "INSERT INTO verifications (id, user_id, verification_type, status, submitted_at, verified_at, created_at, updated_at)
                  SELECT gen_random_uuid(), user_id, 'email', 'verified', now(), now(), now(), now() FROM verifications LIMIT 1";
    assert_eq!(refused(&client, second).await, "uq_verifications_current");
}

const POSTING: &str = "INSERT INTO ledger_entries (id, posting_id, line, kind, account, amount_minor, currency, created_at) VALUES";

fn line(posting: u8, line: u8, amount: i8, currency: &str) -> String {
    format!(
        "(gen_random_uuid(), lpad('{posting}', 32, '0')::uuid, {line}, 'adjustment', 'provider', {amount}, '{currency}', now())"
    )
}

#[tokio::test]
async fn a_posting_adds_up_to_zero_in_each_currency() {
    let (_database, client) = filled().await;
    let post = |lines: [String; 2]| format!("{POSTING} {}", lines.join(", "));
    client.batch_execute(&post([line(1, 1, 7, "EUR"), line(1, 2, -7, "EUR")])).await.unwrap();
    for lines in
        [[line(2, 1, 7, "EUR"), line(2, 2, -6, "EUR")], [line(2, 1, 7, "EUR"), line(2, 2, -7, "USD")]]
    {
        assert_eq!(refused(&client, &post(lines)).await, "ck_ledger_entries_balanced");
    }
    let twice = post([line(1, 1, 7, "EUR"), line(1, 2, -7, "EUR")]);
    assert_eq!(refused(&client, &twice).await, "uq_ledger_entries_posting_line");
    // Within one transaction the lines may come one by one.
    let one_by_one =
        format!("BEGIN; {POSTING} {}; {POSTING} {}; COMMIT", line(3, 1, 1, "EUR"), line(3, 2, -1, "EUR"));
    client.batch_execute(&one_by_one).await.unwrap();
}

#[tokio::test]
async fn two_halves_of_a_posting_do_not_make_one() {
    let (database, client) = filled().await;
    let other = database.connect().await;
    client.batch_execute(&format!("BEGIN; {POSTING} {}", line(1, 1, 7, "EUR"))).await.unwrap();
    other.batch_execute(&format!("BEGIN; {POSTING} {}", line(1, 2, -7, "EUR"))).await.unwrap();
    assert_eq!(refused(&client, "COMMIT").await, "ck_ledger_entries_balanced");
    assert_eq!(refused(&other, "COMMIT").await, "ck_ledger_entries_balanced");
}

#[tokio::test]
async fn the_ledger_is_only_ever_added_to() {
    let (_database, client) = filled().await;
    for sql in [
        "UPDATE ledger_entries SET amount_minor = -amount_minor",
        "DELETE FROM ledger_entries",
        "DELETE FROM ledger_entries WHERE false",
        "TRUNCATE ledger_entries",
        "TRUNCATE users CASCADE",
    ] {
        assert!(refused(&client, sql).await.contains("never changed"), "{sql}");
    }
}

#[tokio::test]
async fn a_relay_steps_over_no_event_of_a_slow_transaction() {
    let database = migrated().await;
    let (slow, fast, relay) = (database.connect().await, database.connect().await, database.connect().await);
    let event = |kind: &str| {
        format!(
            "INSERT INTO outbox_events (kind, aggregate, aggregate_id, payload, audience, created_at)
             VALUES ('offer.{kind}', 'offer', gen_random_uuid(), '{{}}', '{{}}', now())"
        )
    };
    let read = async || {
        let sql = "SELECT kind FROM outbox_events WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, id";
        let rows = relay.query(sql, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect::<Vec<String>>()
    };
    slow.batch_execute(&format!("BEGIN; {}", event("slow"))).await.unwrap();
    fast.batch_execute(&event("fast")).await.unwrap();
    assert_eq!(
        read().await,
        Vec::<String>::new(),
        "what lies beyond a transaction that still runs is not settled"
    );
    slow.batch_execute(&format!("{}; COMMIT", event("slow_too"))).await.unwrap();
    // Transaction numbers are the whole server's: what other tests write at this moment holds the horizon back too.
    let mut settled = read().await;
    while settled.len() < 3 {
        tokio::task::yield_now().await;
        settled = read().await;
    }
    assert_eq!(settled, ["offer.slow", "offer.slow_too", "offer.fast"]);
    let nobody = event("nobody").replace("'{}', now", "'{NULL}', now");
    assert_eq!(refused(&fast, &nobody).await, "ck_outbox_events_audience");
    for kind in ["", "Fast", "fast.", "fa.st", "fa st", "f1", "é", &"f".repeat(76)] {
        assert_eq!(refused(&fast, &event(kind)).await, "ck_outbox_events_kind", "offer.{kind}");
    }
    for aggregate in ["", "Offer", "of.fer", &"f".repeat(41)] {
        let sql = event("fast").replace("'offer', gen", &format!("'{aggregate}', gen"));
        assert_eq!(refused(&fast, &sql).await, "ck_outbox_events_aggregate", "{aggregate}");
    }
}
