//! Marking as read, and putting away: each side's own affair.

use std::sync::LazyLock;

use super::row::{ConversationColumns, ConversationRow, shown};
use crate::{PgPool, error::port_error, event::Columns, statement::statement};
use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Array, BigInt, Bool, Jsonb, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use souk_domain::{
    conversation::{Conversation, ConversationRefusal, Reading},
    id::{ConversationId, UserId},
};
use souk_ports::{DecideError, PortError};

/// Moves the mark of `$2` in the thread `$1` to `$3`, if it is not there yet and there is such a message; the row's newest
/// version decides. What the event says of numbers is only known there.
///
/// Messages are marked from where the reader was, and at least the last hundred: sending moves the mark past messages
/// that arrive in the same moment, and these were not read until somebody says so.
const READ: &str = "WITH thread AS (
         SELECT last_seq, buyer_id = $2 AS is_buyer, CASE WHEN buyer_id = $2 THEN seller_id ELSE buyer_id END AS other_id,
             CASE WHEN buyer_id = $2 THEN buyer_last_read_seq ELSE seller_last_read_seq END AS read_seq
         FROM conversations WHERE id = $1 AND (buyer_id = $2 OR seller_id = $2)),
     moved AS (
         UPDATE conversations SET updated_at = $4,
             buyer_last_read_seq = CASE WHEN buyer_id = $2 THEN $3 ELSE buyer_last_read_seq END,
             seller_last_read_seq = CASE WHEN buyer_id = $2 THEN seller_last_read_seq ELSE $3 END
         WHERE id = $1 AND last_seq >= $3
             AND ((buyer_id = $2 AND buyer_last_read_seq < $3) OR (seller_id = $2 AND seller_last_read_seq < $3))
         RETURNING last_seq),
     marked AS (
         UPDATE messages SET read_at = $4, updated_at = $4 FROM thread
         WHERE $3 <= last_seq AND conversation_id = $1 AND seq <= $3 AND seq > least(read_seq, $3 - 100)
             AND sender_id = other_id AND read_at IS NULL),
     told AS (
         INSERT INTO outbox_events (kind, aggregate, aggregate_id, payload, audience, created_at)
         SELECT ($5::text[])[1], ($6::text[])[1], $1, ($7::jsonb[])[1] || jsonb_build_object('seq', $3::bigint, 'unread_count', moved.last_seq - $3),
             ARRAY[$2, other_id]::uuid[], $4
         FROM moved, thread)
     SELECT greatest((SELECT last_seq FROM moved), last_seq) AS last_seq, read_seq,
         EXISTS (SELECT FROM moved) AS is_moved FROM thread";

#[derive(QueryableByName)]
struct Marked {
    #[diesel(sql_type = BigInt)]
    last_seq: i64,
    #[diesel(sql_type = BigInt)]
    read_seq: i64,
    #[diesel(sql_type = Bool)]
    is_moved: bool,
}

pub(super) async fn read(
    pool: &PgPool,
    id: ConversationId,
    by: UserId,
    seq: i64,
    now: DateTime<Utc>,
) -> Result<Reading, DecideError<ConversationRefusal>> {
    // Numbers and the other one are put in where they are known.
    let event = Reading { last_seq: seq, read_seq: seq }.event(id, by, by, now);
    let event = Columns::of(&[event]);
    let mut conn = pool.lease().await?;
    let marked = statement(READ)
        .bind::<SqlUuid, _>(id.as_uuid())
        .bind::<SqlUuid, _>(by.as_uuid())
        .bind::<BigInt, _>(seq)
        .bind::<Timestamptz, _>(now)
        .bind::<Array<Text>, _>(event.kinds)
        .bind::<Array<Text>, _>(event.aggregates)
        .bind::<Array<Jsonb>, _>(event.payloads)
        .get_result::<Marked>(&mut *conn)
        .await
        .optional();
    conn.finish();
    let marked = marked.map_err(|error| port_error(&error))?.ok_or(DecideError::NotFound)?;
    if marked.is_moved {
        pool.announce();
    }
    Reading { last_seq: marked.last_seq, read_seq: marked.read_seq }.up_to(seq).map_err(DecideError::Refused)
}

pub(super) async fn archive(
    pool: &PgPool,
    id: ConversationId,
    of: UserId,
    archived: bool,
    now: DateTime<Utc>,
) -> Result<Option<Conversation>, PortError> {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let shown = shown("SELECT *, buyer_id = $2 AS is_buyer FROM changed", "");
        format!(
            "WITH changed AS (
                 UPDATE conversations SET updated_at = $4,
                     buyer_archived_at = CASE WHEN buyer_id <> $2 THEN buyer_archived_at
                         WHEN $3 THEN coalesce(buyer_archived_at, $4) END,
                     seller_archived_at = CASE WHEN seller_id <> $2 THEN seller_archived_at
                         WHEN $3 THEN coalesce(seller_archived_at, $4) END
                 WHERE id = $1 AND (buyer_id = $2 OR seller_id = $2) RETURNING *)
             {shown}"
        )
    });
    let mut conn = pool.lease().await?;
    let rows = statement(&TEXT)
        .bind::<SqlUuid, _>(id.as_uuid())
        .bind::<SqlUuid, _>(of.as_uuid())
        .bind::<Bool, _>(archived)
        .bind::<Timestamptz, _>(now)
        .columns::<ConversationColumns>()
        .load::<ConversationRow>(&mut *conn)
        .await;
    conn.settle(rows)?.into_iter().next().map(Conversation::try_from).transpose()
}
