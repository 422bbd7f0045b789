//! Sending a message: everything that has to be looked at, counted, numbered, written and told, in one statement.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Array, BigInt, Binary, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_domain::{
    conversation::{Allowance, ConversationRefusal, Message, NewMessage},
    slug::Slug,
};
use souk_ports::{DecideError, PortError, idempotency::Once};

use super::two::{BLOCKED, Two};
use crate::{
    PgPool,
    error::{TryError, is_lock_timeout},
    event::Columns,
    idempotency::around_number,
    statement::statement,
};

/// The statement, for messages that are counted or not, under an idempotency key or not.
///
/// The thread's row is locked first, and everything else hangs on what its newest version says. `free` is
/// `Correspondence::may_write` in SQL: a test holds the two together. A part that depends on another reads its rows, so
/// that it does nothing when that one did nothing: who may not write is not counted, what is not counted claims no key, and
/// what claims no key is not written. The row that counts and the row of the key are themselves locked by their upserts,
/// so that rivals of one sender meet there.
fn text(counted: bool, keyed: bool) -> String {
    let counting = "counted AS (
         INSERT INTO attempts AS kept (pseudonym, tried_at, created_at, expires_at)
         SELECT $11, ARRAY[$7]::timestamptz[], $7, $13 FROM free
         ON CONFLICT (pseudonym) DO UPDATE SET
             tried_at = ARRAY(SELECT at FROM unnest(kept.tried_at) AS at WHERE at > $12) || excluded.tried_at,
             expires_at = greatest(kept.expires_at, excluded.expires_at)
         WHERE (SELECT count(*) FROM unnest(kept.tried_at) AS at WHERE at > $12) < $14
         RETURNING TRUE AS is_counted),";
    let full_since = "(SELECT at FROM attempts, unnest(tried_at) AS at WHERE pseudonym = $11 AND at > $12
         ORDER BY at DESC OFFSET $14 - 1 LIMIT 1)";
    let claiming = |from: &str| {
        format!(
            "claimed AS (
                 INSERT INTO idempotency_keys AS kept (user_id, key, fingerprint, response, created_at, expires_at)
                 SELECT $2, $15, $16, $17::bytea || convert_to((last_seq + 1)::text, 'UTF8') || $18::bytea, $19, $20
                 FROM {from}
                 ON CONFLICT (user_id, key) DO UPDATE SET fingerprint = excluded.fingerprint,
                     response = excluded.response, created_at = excluded.created_at, expires_at = excluded.expires_at
                 WHERE kept.expires_at <= $19
                 RETURNING TRUE AS is_claimed),"
        )
    };
    let after_count = if counted { "free, counted" } else { "free" };
    let after_claim = if keyed { format!("{after_count}, claimed") } else { after_count.to_owned() };
    format!(
        "WITH thread AS (
             SELECT id, buyer_id, seller_id, last_seq, buyer_id = $2 AS is_buyer,
                 CASE WHEN buyer_id = $2 THEN seller_id ELSE buyer_id END AS reader_id,
                 CASE WHEN buyer_id = $2 THEN buyer_last_read_seq ELSE seller_last_read_seq END AS read_seq
             FROM conversations WHERE id = $1 AND (buyer_id = $2 OR seller_id = $2) FOR NO KEY UPDATE),
         two AS MATERIALIZED (
             SELECT thread.*, writer.status AS writer_status, writer.deleted_at AS writer_deleted_at,
                 reader.status AS reader_status, reader.deleted_at AS reader_deleted_at, {BLOCKED} AS is_blocked
             FROM thread JOIN users writer ON writer.id = $2 JOIN users reader ON reader.id = reader_id),
         free AS (
             SELECT * FROM two
             WHERE writer_status = 'active' AND reader_status IN ('active', 'suspended') AND NOT is_blocked),
         {} {}
         written AS (
             INSERT INTO messages (id, conversation_id, seq, sender_id, message_type, content, media, created_at, updated_at)
             SELECT $3, id, last_seq + 1, $2, $4::message_type, $5, $6, $7, $7 FROM {after_claim}
             RETURNING seq),
         marked AS (
             UPDATE messages SET read_at = $7, updated_at = $7 FROM free, written
             WHERE messages.conversation_id = $1 AND messages.seq > read_seq AND messages.seq <= last_seq
                 AND messages.sender_id = reader_id AND messages.read_at IS NULL),
         bumped AS (
             UPDATE conversations SET last_seq = written.seq, last_message_id = $3,
                 last_message_at = greatest(conversations.last_message_at, $7),
                 buyer_last_read_seq = CASE WHEN is_buyer THEN written.seq ELSE conversations.buyer_last_read_seq END,
                 seller_last_read_seq = CASE WHEN is_buyer THEN conversations.seller_last_read_seq ELSE written.seq END,
                 buyer_archived_at = NULL, seller_archived_at = NULL, updated_at = $7
             FROM free, written WHERE conversations.id = $1),
         told AS (
             INSERT INTO outbox_events (kind, aggregate, aggregate_id, payload, audience, created_at)
             SELECT ($8::text[])[1], ($9::text[])[1], $3, ($10::jsonb[])[1] || jsonb_build_object('seq', written.seq),
                 ARRAY[buyer_id, seller_id], $7
             FROM free, written)
         SELECT writer_status, writer_deleted_at, reader_status, reader_deleted_at, is_blocked,
             (SELECT seq FROM written) AS seq, {} AS is_full, {} AS full_since FROM two",
        if counted { counting } else { "" },
        if keyed { claiming(after_count) } else { String::new() },
        if counted { "NOT EXISTS (SELECT FROM counted)" } else { "FALSE" },
        if counted { full_since } else { "NULL::timestamptz" },
    )
}

#[derive(QueryableByName)]
struct Sent {
    #[diesel(embed)]
    two: Two,
    #[diesel(sql_type = Nullable<BigInt>)]
    seq: Option<i64>,
    #[diesel(sql_type = Bool)]
    is_full: bool,
    /// The oldest of the messages that leave no room for another.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    full_since: Option<DateTime<Utc>>,
}

pub(super) async fn try_send(
    pool: &PgPool,
    message: &NewMessage,
    allowance: Option<Allowance>,
    once: Option<&Once<'_, Message>>,
) -> Result<Message, TryError<ConversationRefusal>> {
    static TEXTS: LazyLock<[[String; 2]; 2]> =
        LazyLock::new(|| [false, true].map(|counted| [false, true].map(|keyed| text(counted, keyed))));
    let [free, counted] = &*TEXTS;
    let [plain, keyed] = if allowance.is_some() { counted } else { free };
    let text = if once.is_some() { keyed } else { plain };

    let key = once.map(|once| {
        around_number(|seq| (once.answer)(&message.numbered(seq)))
            .map(|(before, after)| (&once.claim, before, after))
    });
    let key = key.transpose().map_err(DecideError::from)?;
    let (claim, before, after) =
        key.map_or((None, None, None), |(claim, before, after)| (Some(claim), Some(before), Some(after)));
    let media =
        message.body.pictures().iter().map(|picture| Value::from(picture.as_stored())).collect::<Vec<_>>();
    // The number, and who may hear of it, are put in where they are known.
    let event = Columns::of(&[message.numbered(0).event(Vec::new())]);

    let mut conn = pool.lease().await.map_err(DecideError::from)?;
    let sent = statement(text)
        .bind::<SqlUuid, _>(message.conversation.as_uuid())
        .bind::<SqlUuid, _>(message.sender.as_uuid())
        .bind::<SqlUuid, _>(message.id.as_uuid())
        .bind::<Text, _>(message.body.kind().slug())
        .bind::<Nullable<Text>, _>(message.body.text().map(AsRef::as_ref))
        .bind::<Nullable<Jsonb>, _>((!media.is_empty()).then_some(Value::Array(media)))
        .bind::<Timestamptz, _>(message.at)
        .bind::<Array<Text>, _>(event.kinds)
        .bind::<Array<Text>, _>(event.aggregates)
        .bind::<Array<Jsonb>, _>(event.payloads)
        .bind::<Nullable<Binary>, _>(allowance.map(|allowance| allowance.of.0.to_vec()))
        .bind::<Nullable<Timestamptz>, _>(allowance.map(|allowance| message.at - allowance.quota.window))
        .bind::<Nullable<Timestamptz>, _>(allowance.map(|allowance| message.at + allowance.quota.window))
        .bind::<Nullable<BigInt>, _>(allowance.map(|allowance| i64::from(allowance.quota.most.max(1))))
        .bind::<Nullable<Text>, _>(claim.map(|claim| claim.key.as_ref()))
        .bind::<Nullable<Binary>, _>(claim.map(|claim| claim.fingerprint.0.to_vec()))
        .bind::<Nullable<Binary>, _>(before)
        .bind::<Nullable<Binary>, _>(after)
        .bind::<Nullable<Timestamptz>, _>(claim.map(|claim| claim.created_at))
        .bind::<Nullable<Timestamptz>, _>(claim.map(|claim| claim.expires_at))
        .get_result::<Sent>(&mut *conn)
        .await
        .optional();
    conn.finish();
    let sent = match sent {
        // A rival with the same key holds it, or writes in the same thread: it may be the very same request.
        Err(error) if claim.is_some() && is_lock_timeout(&error) => {
            return Err(DecideError::StillRunning.into());
        }
        sent => sent?.ok_or(DecideError::NotFound)?,
    };
    sent.two.correspondence()?.may_write().map_err(DecideError::Refused)?;
    match (sent.seq, allowance) {
        (Some(seq), _) => {
            pool.announce();
            Ok(message.numbered(seq))
        }
        (None, Some(allowance)) if sent.is_full => {
            let retry_after = allowance.wait(sent.full_since, message.at);
            Err(DecideError::Refused(ConversationRefusal::TooManyMessages { retry_after }).into())
        }
        (None, _) if claim.is_some() => Err(DecideError::AlreadyDone.into()),
        (None, _) => {
            Err(DecideError::Port(PortError::Unexpected(format!("message {} was lost", message.id))).into())
        }
    }
}
