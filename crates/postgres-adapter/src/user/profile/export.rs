//! Everything that is kept about a person, as one JSON document that the database puts together.

use std::fmt::Write;

use diesel::{OptionalExtension, QueryableByName, sql_query, sql_types::Text, sql_types::Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_domain::id::UserId;
use souk_ports::{PortError, user::Export};

use crate::PgPool;

/// The most rows of one list.
const MOST_ROWS: u32 = 10_000;
/// The most bytes of one list, so that the whole stays a document that can be sent in one piece.
const MOST_BYTES: u32 = 4 << 20;

/// The account itself. No hash of a password is among it: it is ours, not theirs.
const ACCOUNT: &str = "SELECT id, email::text, username::text, phone, display_name, bio, avatar_url, role,
        CASE WHEN location IS NOT NULL THEN
            jsonb_build_object('latitude', ST_Y(location), 'longitude', ST_X(location)) END AS location,
        location_label, stripe_customer_id, stripe_connect_account_id, status, created_at, updated_at
    FROM users WHERE id = $1 AND status <> 'deleted'";

/// The lists, by name; each with its newest first, so that what is cut off is the oldest.
const LISTS: &[(&str, &str)] = &[
    (
        "sessions",
        "SELECT id, user_agent, created_at, last_used_at, expires_at, ended_at, end_reason
         FROM sessions WHERE user_id = $1 ORDER BY created_at DESC, id DESC",
    ),
    (
        "verifications",
        // A code's hash says nothing about anybody.
        "SELECT id, verification_type, status, data, code_sent_at, submitted_at, verified_at, rejection_reason,
             created_at, updated_at
         FROM verifications WHERE user_id = $1 ORDER BY submitted_at DESC, id DESC",
    ),
    (
        // What those who run the place did to the account; not who of them.
        "acts_of_admins",
        "SELECT act, reason, created_at FROM audit_entries WHERE subject_id = $1 ORDER BY created_at DESC, id DESC",
    ),
    (
        "listings",
        "SELECT products.id, title, description, category, feed_type, condition, price_minor, currency, images, video_url,
             thumbnail_url, location_label, location_precision,
             CASE WHEN products.location IS NOT NULL THEN jsonb_build_object(
                 'latitude', ST_Y(products.location), 'longitude', ST_X(products.location)) END AS public_location,
             CASE WHEN pickup.location IS NOT NULL THEN jsonb_build_object(
                 'latitude', ST_Y(pickup.location), 'longitude', ST_X(pickup.location)) END AS exact_location,
             views_count, likes_count, is_available, sold_at, archived_at, offers_enabled, min_offer_minor,
             auto_accept_minor, auto_decline_minor, products.created_at, products.updated_at
         FROM products LEFT JOIN product_pickup_points pickup ON product_id = products.id
         WHERE seller_id = $1 ORDER BY products.created_at DESC, products.id DESC",
    ),
    (
        // What is uploaded but not finished, or on its way out, is no picture.
        "media",
        "SELECT id, '/media/' || id || '/image' AS path, width, height, byte_count, created_at, used_at FROM media
         WHERE owner_id = $1 AND stored_at IS NOT NULL AND removed_at IS NULL ORDER BY created_at DESC, id DESC",
    ),
    (
        "product_likes",
        "SELECT product_id, created_at FROM product_likes WHERE user_id = $1 ORDER BY created_at DESC, product_id DESC",
    ),
    (
        "streams",
        "SELECT id, title, description, category, status, thumbnail_url, stream_url, recording_url, views_count,
             likes_count, comments_count, shares_count, peak_viewers, scheduled_at, started_at, ended_at, created_at,
             updated_at
         FROM streams WHERE user_id = $1 ORDER BY created_at DESC, id DESC",
    ),
    (
        "stream_likes",
        "SELECT stream_id, created_at FROM stream_likes WHERE user_id = $1 ORDER BY created_at DESC, stream_id DESC",
    ),
    (
        "stream_shares",
        "SELECT stream_id, created_at FROM stream_shares WHERE user_id = $1 ORDER BY created_at DESC, stream_id DESC",
    ),
    (
        "stream_comments",
        "SELECT id, stream_id, content, deleted_at, created_at FROM stream_comments WHERE user_id = $1
         ORDER BY created_at DESC, id DESC",
    ),
    (
        "blocks",
        "SELECT blocked_id AS user_id, created_at FROM user_blocks WHERE blocker_id = $1
         ORDER BY created_at DESC, blocked_id DESC",
    ),
    (
        "conversations",
        "SELECT id, buyer_id, seller_id, product_id, last_message_at, created_at FROM conversations
         WHERE buyer_id = $1 OR seller_id = $1 ORDER BY created_at DESC, id DESC",
    ),
    (
        // Their own words; what others wrote is the others'.
        "messages",
        "SELECT id, conversation_id, message_type, content, media, offer_id, deleted_at, created_at FROM messages
         WHERE sender_id = $1 ORDER BY created_at DESC, id DESC",
    ),
    (
        "offers",
        "SELECT id, product_id, buyer_id, seller_id, conversation_id, proposed_by, parent_offer_id, round, amount_minor,
             currency, message, status, status_reason, expires_at, responded_at, created_at
         FROM offers WHERE buyer_id = $1 OR seller_id = $1 ORDER BY created_at DESC, id DESC",
    ),
    (
        "transactions",
        "SELECT id, product_id, buyer_id, seller_id, offer_id, subtotal_minor, platform_fee_minor, seller_payout_minor,
             refunded_minor, currency, status, fulfilment, pay_by, paid_at, shipped_at, received_at, payout_at,
             refunded_at, created_at, updated_at
         FROM transactions WHERE buyer_id = $1 OR seller_id = $1 ORDER BY created_at DESC, id DESC",
    ),
];

#[derive(QueryableByName)]
struct Document {
    #[diesel(sql_type = Text)]
    document: String,
}

/// The document, of one moment: a transaction that only reads, and sees the same all along.
pub(super) async fn try_export(pool: &PgPool, id: UserId) -> Result<Option<Export>, PortError> {
    let mut lease = pool.lease().await?;
    let found = lease
        .build_transaction()
        .read_only()
        .repeatable_read()
        .run::<_, diesel::result::Error, _>(async |conn| {
            // Times are told in UTC whatever the server's own zone is.
            sql_query("SET LOCAL TIME ZONE 'UTC'").execute(conn).await?;
            sql_query(statement())
                .bind::<SqlUuid, _>(id.as_uuid())
                .get_result::<Document>(conn)
                .await
                .optional()
        })
        .await;
    Ok(lease.settle(found)?.map(|found| Export(found.document.into_bytes())))
}

/// One statement for all of it. Each list is numbered and weighed from its newest row on, and cut where it has too many
/// or too heavy ones; `truncated` names those that were.
fn statement() -> String {
    let (mut lists, mut members, mut cut) = (String::new(), String::new(), String::new());
    for (name, rows) in LISTS {
        // Writing to a string cannot fail.
        let _ = write!(
            lists,
            ", {name}_rows AS (SELECT to_jsonb(r) AS row, row_number() OVER () AS n FROM ({rows} LIMIT {MOST_ROWS} + 1) r),
             {name}_kept AS (SELECT row, n, n > {MOST_ROWS} OR
                 sum(octet_length(row::text)) OVER (ORDER BY n) > {MOST_BYTES} AS is_cut FROM {name}_rows)"
        );
        let _ = write!(
            members,
            ", '{name}', (SELECT coalesce(jsonb_agg(row ORDER BY n) FILTER (WHERE NOT is_cut), '[]') FROM {name}_kept)"
        );
        let _ = write!(cut, ", (SELECT '{name}' FROM {name}_kept WHERE is_cut LIMIT 1)");
    }
    let cut = cut.trim_start_matches(", ");
    format!(
        "WITH account AS ({ACCOUNT}){lists}
         SELECT jsonb_build_object(
             'account', to_jsonb(account), 'truncated', to_jsonb(array_remove(ARRAY[{cut}]::text[], NULL)){members}
         )::text AS document FROM account"
    )
}
