//! Leaving: lock everything that changes, ask the rule, take everything else away.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, QueryDsl, QueryResult, QueryableByName, sql_query,
    sql_types::{Bool, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    contact::Username,
    id::UserId,
    user::{ErasureContext, ErasureRefusal, User},
};
use souk_ports::{DecideError, user::DecideErasure};

use super::lock;
use crate::{
    PgPool,
    error::TryError,
    offer,
    schema::users,
    user::row::{ProfileRow, columns},
    words::Word,
};

/// The password hash of a deleted account: no password hashes to it.
const NO_PASSWORD: &str = "!";

/// Every listing that this touches, by id, so that two who want several of them wait instead of deadlocking: those of the
/// person, those they made an offer for, those they like.
const LOCK_LISTINGS: &str = "SELECT id FROM products WHERE id IN (
         SELECT id FROM products WHERE seller_id = $1
         UNION SELECT product_id FROM offers WHERE buyer_id = $1 AND status = 'pending'
         UNION SELECT product_id FROM product_likes WHERE user_id = $1)
     ORDER BY id FOR NO KEY UPDATE";

/// Whether money or goods are on their way in a deal of theirs: not paid yet, or paid and neither received nor given back.
const HAS_OPEN_DEAL: &str = "SELECT EXISTS (
         SELECT FROM transactions WHERE (buyer_id = $1 OR seller_id = $1)
         AND (status = 'pending' OR (status = 'completed' AND fulfilment <> 'received'))) AS is_so";

/// What goes with the account `$1` at the moment `$2`, in the order in which rows are locked elsewhere: listings before
/// what hangs on them.
const TAKE_AWAY: &[&str] = &[
    // Exact places go, except where somebody paid and may still have to find the door or prove where it was.
    "DELETE FROM product_pickup_points USING products
     WHERE product_id = products.id AND seller_id = $1
     AND NOT EXISTS (SELECT FROM transactions WHERE transactions.product_id = products.id)",
    "UPDATE products SET location = NULL, location_label = NULL WHERE seller_id = $1
     AND NOT EXISTS (SELECT FROM transactions WHERE transactions.product_id = products.id)",
    "UPDATE products SET is_available = FALSE, archived_at = $2, updated_at = $2, version = version + 1
     WHERE seller_id = $1 AND archived_at IS NULL",
    // A count that was wrong before must not keep anybody from leaving, hence greatest.
    "WITH unliked AS (DELETE FROM product_likes WHERE user_id = $1 RETURNING product_id)
     UPDATE products SET likes_count = greatest(likes_count - 1, 0) FROM unliked WHERE id = product_id",
    "WITH unliked AS (DELETE FROM stream_likes WHERE user_id = $1 RETURNING stream_id)
     UPDATE streams SET likes_count = greatest(likes_count - 1, 0) FROM unliked WHERE id = stream_id",
    "WITH unshared AS (DELETE FROM stream_shares WHERE user_id = $1 RETURNING stream_id)
     UPDATE streams SET shares_count = greatest(shares_count - 1, 0) FROM unshared WHERE id = stream_id",
    // What was taken away before is counted no more.
    "WITH unsaid AS (DELETE FROM stream_comments WHERE user_id = $1 RETURNING stream_id, deleted_at),
     counted AS (SELECT stream_id, count(*) AS comments FROM unsaid WHERE deleted_at IS NULL GROUP BY stream_id)
     UPDATE streams SET comments_count = greatest(comments_count - comments, 0) FROM counted WHERE id = stream_id",
    "DELETE FROM stream_ingest USING streams WHERE stream_id = streams.id AND user_id = $1",
    // Shows stay for the sake of what others did there, without a word or picture of their owner's.
    "UPDATE streams SET
         status = CASE status WHEN 'live' THEN 'ended' WHEN 'scheduled' THEN 'cancelled' ELSE status END::stream_status,
         ended_at = CASE status WHEN 'live' THEN greatest($2, started_at) ELSE ended_at END,
         title = 'Show of a deleted account', description = NULL, thumbnail_url = NULL, stream_url = NULL,
         recording_url = NULL, updated_at = $2
     WHERE user_id = $1",
    "UPDATE sessions SET ended_at = coalesce(ended_at, $2), end_reason = coalesce(end_reason, 'account_closed'),
         user_agent = NULL
     WHERE user_id = $1",
    "DELETE FROM password_resets WHERE user_id = $1",
    "UPDATE verifications SET status = 'rejected', rejection_reason = 'account_closed', verified_at = NULL,
         reviewed_by = NULL, data = '{}', code_hash = NULL, code_expires_at = NULL, code_tries = 0,
         code_sent_at = '{}', updated_at = $2
     WHERE user_id = $1",
    // Pictures go with their person, from where they are shown first. Housekeeping removes the files.
    "UPDATE products SET images = '[]', thumbnail_url = NULL
     WHERE seller_id = $1 AND (images <> '[]' OR thumbnail_url IS NOT NULL)",
    "UPDATE media SET removed_at = $2 WHERE owner_id = $1 AND removed_at IS NULL",
    // Their words go from all threads but those about a thing that was paid for: there both may still need them. A message
    // keeps its place, so that numbers have no gaps.
    "UPDATE messages SET content = NULL, media = NULL, updated_at = $2,
         deleted_at = CASE message_type WHEN 'offer' THEN deleted_at ELSE coalesce(deleted_at, $2) END
     WHERE sender_id = $1 AND num_nonnulls(content, media) > 0 AND NOT EXISTS (
         SELECT FROM conversations JOIN transactions USING (product_id, buyer_id, seller_id)
         WHERE conversations.id = conversation_id AND paid_at IS NOT NULL)",
    "DELETE FROM user_blocks WHERE (blocker_id = $1 OR blocked_id = $1)",
    // Stored answers repeat what was published, places included.
    "DELETE FROM idempotency_keys WHERE user_id = $1",
];

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    is_so: bool,
}

pub(super) async fn try_erase(
    pool: &PgPool,
    id: UserId,
    decide: &DecideErasure<'_>,
) -> Result<(), TryError<ErasureRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let erased = lease
        .transaction(async |conn| {
            let user = lock(conn, id).await?;
            sql_query(LOCK_LISTINGS).bind::<SqlUuid, _>(id.as_uuid()).execute(conn).await?;
            // Only now, since whoever held one of the locks may have opened a deal.
            let deals = sql_query(HAS_OPEN_DEAL).bind::<SqlUuid, _>(id.as_uuid());
            let has_open_deal = deals.get_result::<Answer>(conn).await?.is_so;
            let erasure = decide(&ErasureContext { user, has_open_deal }).map_err(DecideError::Refused)?;
            // Those across the table are told, so that nobody waits for an answer that cannot come.
            offer::close_account(conn, id, erasure.at).await?;
            for statement in TAKE_AWAY.iter().copied() {
                let statement = sql_query(statement).bind::<SqlUuid, _>(id.as_uuid());
                statement.bind::<Timestamptz, _>(erasure.at).execute(conn).await?;
            }
            leave(conn, &erasure.remains).await?;
            retire(conn, &erasure.retired, erasure.at).await?;
            Ok(())
        })
        .await;
    lease.finish();
    erased
}

async fn leave(conn: &mut AsyncPgConnection, remains: &User) -> QueryResult<()> {
    let (status, deleted_at) = columns(remains.standing);
    diesel::update(users::table.find(remains.id.as_uuid()))
        .set((
            ProfileRow::of(remains),
            users::email.eq(remains.email.as_ref()),
            users::username.eq(remains.username.as_ref()),
            users::password_hash.eq(NO_PASSWORD),
            users::status.eq(Word(status)),
            users::deleted_at.eq(deleted_at),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Keeps a name from coming back; only its hash is kept, made as the trigger on `users` makes it.
async fn retire(conn: &mut AsyncPgConnection, username: &Username, at: DateTime<Utc>) -> QueryResult<()> {
    sql_query(
        "INSERT INTO retired_usernames (username_hash, created_at)
         VALUES (sha256(convert_to(lower($1), 'UTF8')), $2) ON CONFLICT DO NOTHING",
    )
    .bind::<Text, _>(username.as_ref())
    .bind::<Timestamptz, _>(at)
    .execute(conn)
    .await
    .map(|_| ())
}
