//! Sending messages: everything that has to be looked at, counted, numbered, written and told, in one statement.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Binary, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_domain::{
    conversation::{Allowance, ConversationRefusal, Message, NewMessage},
    slug::Slug,
};
use souk_ports::{
    DecideError, PortError,
    idempotency::{Claim, Once},
};
use uuid::Uuid;

use super::two::{BLOCKED, Two};
use crate::{
    PgPool,
    batch::{Done, Job},
    error::{TryError, is_lock_timeout},
    event::Columns,
    idempotency::around_number,
    statement::statement,
};

/// The statement, for messages of different people in different threads; whether some of them are counted, and some under
/// an idempotency key; and whether threads that others have locked are waited for or left out.
///
/// The threads' rows are locked first, and everything else hangs on what their newest versions say. `free` is
/// `Correspondence::may_write` in SQL: a test holds the two together. A part that depends on another reads its rows, so
/// that it does nothing when that one did nothing: who may not write is not counted, what is not counted claims no key, and
/// what claims no key is not written. The row that counts and the row of the key are themselves locked by their upserts,
/// in one order in every batch, so that rivals of one sender meet there and do not deadlock.
fn text(counted: bool, keyed: bool, waiting: bool) -> String {
    let counting = "counted AS (
             INSERT INTO attempts AS kept (pseudonym, tried_at, created_at, expires_at)
             SELECT pseudonym, ARRAY[at], at, at + $18::bigint * interval '1 microsecond' FROM free
             WHERE pseudonym IS NOT NULL ORDER BY pseudonym
             ON CONFLICT (pseudonym) DO UPDATE SET
                 tried_at = ARRAY(SELECT at FROM unnest(kept.tried_at) AS at
                     WHERE at > excluded.created_at - $18::bigint * interval '1 microsecond') || excluded.tried_at,
                 expires_at = greatest(kept.expires_at, excluded.expires_at)
             WHERE (SELECT count(*) FROM unnest(kept.tried_at) AS at
                 WHERE at > excluded.created_at - $18::bigint * interval '1 microsecond') < $19
             RETURNING pseudonym),
         allowed AS (
             SELECT free.* FROM free WHERE pseudonym IS NULL OR pseudonym IN (SELECT counted.pseudonym FROM counted)),";
    let full_since = "(SELECT tried FROM attempts, unnest(tried_at) AS tried WHERE attempts.pseudonym = two.pseudonym
                 AND tried > two.at - $18::bigint * interval '1 microsecond' ORDER BY tried DESC OFFSET $19 - 1 LIMIT 1)";
    let after_count = if counted { "allowed" } else { "free" };
    let claiming = format!(
        "claimed AS (
             INSERT INTO idempotency_keys AS kept (user_id, key, fingerprint, response, created_at, expires_at)
             SELECT sender_id, key, fingerprint, before || convert_to((last_seq + 1)::text, 'UTF8') || after,
                 key_made_at, key_expires_at
             FROM {after_count} WHERE key IS NOT NULL ORDER BY sender_id
             ON CONFLICT (user_id, key) DO UPDATE SET fingerprint = excluded.fingerprint,
                 response = excluded.response, created_at = excluded.created_at, expires_at = excluded.expires_at
             WHERE kept.expires_at <= excluded.created_at
             RETURNING user_id),
         first AS (
             SELECT {after_count}.* FROM {after_count}
             WHERE key IS NULL OR sender_id IN (SELECT claimed.user_id FROM claimed)),"
    );
    let going = if keyed { "first" } else { after_count };
    format!(
        "WITH sent AS MATERIALIZED (
             SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::jsonb[],
                 $7::timestamptz[], $8::jsonb[]{pseudonyms}{keys})
                 AS sent (id, thread_id, sender_id, kind, content, media, at, payload{pseudonym}{key})),
         thread AS (
             SELECT sent.*, buyer_id, seller_id, last_seq, buyer_id = sender_id AS is_buyer,
                 CASE WHEN buyer_id = sender_id THEN seller_id ELSE buyer_id END AS reader_id,
                 CASE WHEN buyer_id = sender_id THEN buyer_last_read_seq ELSE seller_last_read_seq END AS read_seq
             FROM sent JOIN conversations ON conversations.id = thread_id
             WHERE sender_id IN (buyer_id, seller_id) FOR NO KEY UPDATE OF conversations{patience}),
         two AS MATERIALIZED (
             SELECT thread.*, writer.status AS writer_status, writer.deleted_at AS writer_deleted_at,
                 reader.status AS reader_status, reader.deleted_at AS reader_deleted_at, {BLOCKED} AS is_blocked
             FROM thread JOIN users writer ON writer.id = sender_id JOIN users reader ON reader.id = reader_id),
         free AS (
             SELECT * FROM two
             WHERE writer_status = 'active' AND reader_status IN ('active', 'suspended') AND NOT is_blocked),
         {counting}{claiming}
         written AS (
             INSERT INTO messages (id, conversation_id, seq, sender_id, message_type, content, media, created_at, updated_at)
             SELECT id, thread_id, last_seq + 1, sender_id, kind::message_type, content, media, at, at FROM {going}),
         marked AS (
             UPDATE messages SET read_at = at, updated_at = at FROM {going} AS going
             WHERE messages.conversation_id = thread_id AND messages.seq > read_seq AND messages.seq <= last_seq
                 AND messages.sender_id = reader_id AND messages.read_at IS NULL),
         bumped AS (
             UPDATE conversations AS kept SET last_seq = kept.last_seq + 1, last_message_id = going.id,
                 last_message_at = greatest(kept.last_message_at, at),
                 buyer_last_read_seq = CASE WHEN is_buyer THEN kept.last_seq + 1 ELSE kept.buyer_last_read_seq END,
                 seller_last_read_seq = CASE WHEN is_buyer THEN kept.seller_last_read_seq ELSE kept.last_seq + 1 END,
                 buyer_archived_at = NULL, seller_archived_at = NULL, updated_at = at
             FROM {going} AS going WHERE kept.id = thread_id),
         told AS (
             INSERT INTO outbox_events (kind, aggregate, aggregate_id, payload, audience, created_at)
             SELECT ($9::text[])[1], ($10::text[])[1], id, payload || jsonb_build_object('seq', last_seq + 1),
                 ARRAY[buyer_id, seller_id], at
             FROM {going})
         SELECT two.id, two.writer_status, two.writer_deleted_at, two.reader_status, two.reader_deleted_at,
             two.is_blocked, going.last_seq + 1 AS seq, {is_full} AS is_full, {full_since} AS full_since
         FROM two LEFT JOIN {going} AS going ON going.id = two.id",
        pseudonyms = if counted { ", $11::bytea[]" } else { "" },
        pseudonym = if counted { ", pseudonym" } else { "" },
        keys = if keyed {
            ", $12::text[], $13::bytea[], $14::bytea[], $15::bytea[], $16::timestamptz[], $17::timestamptz[]"
        } else {
            ""
        },
        key = if keyed { ", key, fingerprint, before, after, key_made_at, key_expires_at" } else { "" },
        patience = if waiting { "" } else { " SKIP LOCKED" },
        counting = if counted { counting } else { "" },
        claiming = if keyed { &claiming } else { "" },
        is_full = if counted {
            "two.pseudonym IS NOT NULL AND two.pseudonym NOT IN (SELECT counted.pseudonym FROM counted)"
        } else {
            "FALSE"
        },
        full_since = if counted { full_since } else { "NULL::timestamptz" },
    )
}

/// The texts, by whether messages are counted, whether they are under a key, and whether locks are waited for.
static TEXTS: LazyLock<[[[String; 2]; 2]; 2]> = LazyLock::new(|| {
    [false, true]
        .map(|counted| [false, true].map(|keyed| [false, true].map(|waiting| text(counted, keyed, waiting))))
});

/// A message on its way into the database.
pub(super) struct Sending {
    message: NewMessage,
    allowance: Option<Allowance>,
    key: Option<Key>,
}

/// An idempotency key, and the answer that is kept under it: what stands before and after the message's number.
struct Key {
    claim: Claim,
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Sending {
    pub(super) fn new(
        message: NewMessage,
        allowance: Option<Allowance>,
        once: Option<&Once<'_, Message>>,
    ) -> Result<Self, PortError> {
        let key = once.map(|once| {
            around_number(|seq| (once.answer)(&message.numbered(seq))).map(|(before, after)| Key {
                claim: once.claim.clone(),
                before,
                after,
            })
        });
        Ok(Self { key: key.transpose()?, message, allowance })
    }
}

impl Job for Sending {
    type Value = Message;
    type Refusal = ConversationRefusal;

    fn goes_with(&self, other: &Self) -> bool {
        let is_counted_apart = match (self.allowance, other.allowance) {
            (Some(own), Some(other)) => own.quota == other.quota && own.of != other.of,
            (None, None) => true,
            _ => false,
        };
        self.message.conversation != other.message.conversation
            && self.message.sender != other.message.sender
            && is_counted_apart
    }

    async fn write(pool: &PgPool, jobs: &[Self], waiting: bool) -> Tried {
        match write(pool, jobs, waiting).await {
            // A rival with the same key holds it, or writes in the same thread: it may be the very same request.
            Err(TryError::Database(error))
                if waiting && jobs.iter().all(|job| job.key.is_some()) && is_lock_timeout(&error) =>
            {
                Err(DecideError::StillRunning.into())
            }
            written => written,
        }
    }
}

type Tried = Result<Vec<Option<Done<Sending>>>, TryError<ConversationRefusal>>;

/// What became of a message.
#[derive(QueryableByName)]
struct Sent {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
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

/// [`Job::write`], but for what it means not to get a lock.
async fn write(pool: &PgPool, jobs: &[Sending], waiting: bool) -> Tried {
    let quota = jobs.iter().find_map(|job| job.allowance).map(|allowance| allowance.quota);
    let is_keyed = jobs.iter().any(|job| job.key.is_some());
    let [free, counted] = &*TEXTS;
    let [unkeyed, keyed] = if quota.is_some() { counted } else { free };
    let [hasty, patient] = if is_keyed { keyed } else { unkeyed };

    // The number, and who may hear of it, are put in where they are known.
    let events: Vec<_> = jobs.iter().map(|job| job.message.numbered(0).event(Vec::new())).collect();
    let events = Columns::of(&events);
    let messages = || jobs.iter().map(|job| &job.message);
    let pseudonyms = || jobs.iter().map(|job| job.allowance.map(|allowance| allowance.of.0.to_vec()));
    let keys = || jobs.iter().map(|job| job.key.as_ref());
    let claims = || keys().map(|key| key.map(|key| &key.claim));

    let mut conn = pool.lease().await.map_err(DecideError::from)?;
    let sent = statement(if waiting { patient } else { hasty })
        .bind::<Array<SqlUuid>, _>(messages().map(|message| message.id.as_uuid()).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(
            messages().map(|message| message.conversation.as_uuid()).collect::<Vec<_>>(),
        )
        .bind::<Array<SqlUuid>, _>(messages().map(|message| message.sender.as_uuid()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(messages().map(|message| message.body.kind().slug()).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(
            messages().map(|message| message.body.text().map(AsRef::<str>::as_ref)).collect::<Vec<_>>(),
        )
        .bind::<Array<Nullable<Jsonb>>, _>(messages().map(media).collect::<Vec<_>>())
        .bind::<Array<Timestamptz>, _>(messages().map(|message| message.at).collect::<Vec<_>>())
        .bind::<Array<Jsonb>, _>(events.payloads)
        .bind::<Array<Text>, _>(events.kinds)
        .bind::<Array<Text>, _>(events.aggregates)
        .bind::<Array<Nullable<Binary>>, _>(pseudonyms().collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(
            claims().map(|claim| claim.map(|claim| claim.key.as_ref())).collect::<Vec<Option<&str>>>(),
        )
        .bind::<Array<Nullable<Binary>>, _>(
            claims().map(|claim| claim.map(|claim| claim.fingerprint.0.to_vec())).collect::<Vec<_>>(),
        )
        .bind::<Array<Nullable<Binary>>, _>(keys().map(|key| key.map(|key| &key.before)).collect::<Vec<_>>())
        .bind::<Array<Nullable<Binary>>, _>(keys().map(|key| key.map(|key| &key.after)).collect::<Vec<_>>())
        .bind::<Array<Nullable<Timestamptz>>, _>(
            claims().map(|claim| claim.map(|claim| claim.created_at)).collect::<Vec<_>>(),
        )
        .bind::<Array<Nullable<Timestamptz>>, _>(
            claims().map(|claim| claim.map(|claim| claim.expires_at)).collect::<Vec<_>>(),
        )
        .bind::<BigInt, _>(quota.and_then(|quota| quota.window.num_microseconds()).unwrap_or_default())
        .bind::<BigInt, _>(quota.map_or(1, |quota| i64::from(quota.most.max(1))))
        .load::<Sent>(&mut *conn)
        .await;
    conn.finish();
    let mut sent = sent?;
    if sent.iter().any(|sent| sent.seq.is_some()) {
        pool.announce();
    }
    let of = |job: &Sending| {
        let place = sent.iter().position(|sent| sent.id == job.message.id.as_uuid())?;
        Some(outcome(job, &sent.swap_remove(place)))
    };
    Ok(jobs.iter().map(of).collect())
}

/// The pictures of a message, as they are stored.
fn media(message: &NewMessage) -> Option<Value> {
    let pictures = message.body.pictures();
    (!pictures.is_empty()).then(|| pictures.iter().map(|picture| Value::from(picture.as_stored())).collect())
}

fn outcome(job: &Sending, sent: &Sent) -> Done<Sending> {
    let Sending { message, allowance, key } = job;
    sent.two.correspondence()?.may_write().map_err(DecideError::Refused)?;
    match (sent.seq, allowance) {
        (Some(seq), _) => Ok(message.numbered(seq)),
        (None, Some(allowance)) if sent.is_full => {
            let retry_after = allowance.wait(sent.full_since, message.at);
            Err(DecideError::Refused(ConversationRefusal::TooManyMessages { retry_after }))
        }
        (None, _) if key.is_some() => Err(DecideError::AlreadyDone),
        (None, _) => Err(PortError::Unexpected(format!("message {} was lost", message.id)).into()),
    }
}
