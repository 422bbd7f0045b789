//! Messages that follow from what happens elsewhere: offers, answers to them, notes of the house. They are posted within
//! the transaction of what they tell of, all of them in one statement.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    conversation::{Post, Posted},
    id::{ConversationId, UserId},
    slug::Slug,
};
use uuid::Uuid;

use crate::statement::{Statement, Values, statement};

/// A statement that posts; `$more` is done with what it wrote. It takes threads with how many messages each gets, then the
/// messages with their thread and their place in it, which [`posting`] binds.
///
/// The upsert finds or opens the thread, numbers the messages and un-archives it for both, on the newest version of the
/// row however many write at once. Whoever speaks has read what was there; that much is also written at the messages, from
/// where they had read as this statement sees it, which can only be too early.
macro_rules! posting_text {
    ($more:literal) => {
        concat!(
            "WITH thread AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::uuid[],
             $7::timestamptz[], $8::bigint[], $9::bigint[]) WITH ORDINALITY
             AS thread (id, buyer_id, seller_id, product_id, messages, last_id, at, buyer_upto, seller_upto, number)),
     said AS (
         SELECT * FROM unnest($10::uuid[], $11::bigint[], $12::bigint[], $13::uuid[], $14::text[], $15::text[],
             $16::uuid[]) AS said (id, thread, place, sender_id, kind, content, offer_id)),
     before AS (
         SELECT number, conversations.id, buyer_last_read_seq, seller_last_read_seq
         FROM thread JOIN conversations USING (buyer_id, seller_id, product_id)),
     bumped AS (
         INSERT INTO conversations AS kept (id, buyer_id, seller_id, product_id, last_message_id, last_message_at, last_seq,
             buyer_last_read_seq, seller_last_read_seq, created_at, updated_at)
         SELECT id, buyer_id, seller_id, product_id, last_id, at, messages, buyer_upto, seller_upto, at, at
         FROM thread ORDER BY number
         ON CONFLICT (buyer_id, seller_id, product_id) DO UPDATE SET
             last_message_id = excluded.last_message_id,
             last_message_at = greatest(kept.last_message_at, excluded.last_message_at),
             last_seq = kept.last_seq + excluded.last_seq,
             buyer_last_read_seq = CASE WHEN excluded.buyer_last_read_seq > 0
                 THEN kept.last_seq + excluded.buyer_last_read_seq ELSE kept.buyer_last_read_seq END,
             seller_last_read_seq = CASE WHEN excluded.seller_last_read_seq > 0
                 THEN kept.last_seq + excluded.seller_last_read_seq ELSE kept.seller_last_read_seq END,
             buyer_archived_at = NULL, seller_archived_at = NULL, updated_at = excluded.updated_at
         RETURNING id, buyer_id, seller_id, product_id, last_seq),
     written AS (
         INSERT INTO messages (id, conversation_id, seq, sender_id, message_type, content, offer_id, created_at, updated_at)
         SELECT said.id, bumped.id, bumped.last_seq - thread.messages + said.place, said.sender_id,
             said.kind::message_type, said.content, said.offer_id, thread.at, thread.at
         FROM said JOIN thread ON thread.number = said.thread JOIN bumped USING (buyer_id, seller_id, product_id)
         RETURNING id, conversation_id, seq, offer_id),
     read AS (
         UPDATE messages SET read_at = thread.at, updated_at = thread.at
         FROM thread JOIN before USING (number)
         WHERE messages.conversation_id = before.id AND messages.read_at IS NULL
             AND messages.seq > CASE WHEN buyer_upto > 0 AND seller_upto > 0
                 THEN least(buyer_last_read_seq, seller_last_read_seq)
                 WHEN buyer_upto > 0 THEN buyer_last_read_seq ELSE seller_last_read_seq END
             AND ((buyer_upto > 0 AND messages.sender_id = thread.seller_id)
                 OR (seller_upto > 0 AND messages.sender_id = thread.buyer_id))),
     ",
            $more,
            "
     SELECT id, conversation_id, seq FROM written"
        )
    };
}
pub(crate) use posting_text;

/// Offers that had no thread yet are told which they are in.
const STATEMENT: &str = posting_text!(
    "placed AS (
         UPDATE offers SET conversation_id = written.conversation_id FROM written
         WHERE offers.id = written.offer_id AND offers.conversation_id IS NULL)"
);

/// A message that was written.
#[derive(QueryableByName)]
pub(crate) struct Written {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    conversation_id: Uuid,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// The threads, column by column.
#[derive(Default)]
struct Threads {
    ids: Vec<Uuid>,
    buyers: Vec<Uuid>,
    sellers: Vec<Uuid>,
    products: Vec<Uuid>,
    messages: Vec<i64>,
    last_ids: Vec<Uuid>,
    at: Vec<DateTime<Utc>>,
    buyer_upto: Vec<i64>,
    seller_upto: Vec<i64>,
}

/// The messages, column by column.
#[derive(Default)]
struct Said {
    ids: Vec<Uuid>,
    threads: Vec<i64>,
    places: Vec<i64>,
    senders: Vec<Option<Uuid>>,
    kinds: Vec<&'static str>,
    contents: Vec<Option<String>>,
    offers: Vec<Option<Uuid>>,
}

/// Posts messages, those of one thread in this order, and tells offers which thread they are in. Whoever calls is in the
/// transaction of what the messages tell of, holds the listing's lock, and still has to record the events.
///
/// Threads are locked in one order whoever posts, so that two who post into the same ones wait instead of deadlocking.
pub async fn post(mut conn: &AsyncPgConnection, posts: &[Post]) -> QueryResult<Vec<Posted>> {
    if posts.is_empty() {
        return Ok(Vec::new());
    }
    posted(posts, posting(STATEMENT, posts).load(&mut conn).await?)
}

/// A statement of [`posting_text!`] with these posts bound, as its first sixteen values.
pub(crate) fn posting(text: &'static str, posts: &[Post]) -> Statement<impl Values> {
    let (threads, said) = columns(posts);
    statement(text)
        .bind::<Array<SqlUuid>, _>(threads.ids)
        .bind::<Array<SqlUuid>, _>(threads.buyers)
        .bind::<Array<SqlUuid>, _>(threads.sellers)
        .bind::<Array<SqlUuid>, _>(threads.products)
        .bind::<Array<BigInt>, _>(threads.messages)
        .bind::<Array<SqlUuid>, _>(threads.last_ids)
        .bind::<Array<Timestamptz>, _>(threads.at)
        .bind::<Array<BigInt>, _>(threads.buyer_upto)
        .bind::<Array<BigInt>, _>(threads.seller_upto)
        .bind::<Array<SqlUuid>, _>(said.ids)
        .bind::<Array<BigInt>, _>(said.threads)
        .bind::<Array<BigInt>, _>(said.places)
        .bind::<Array<Nullable<SqlUuid>>, _>(said.senders)
        .bind::<Array<Text>, _>(said.kinds)
        .bind::<Array<Nullable<Text>>, _>(said.contents)
        .bind::<Array<Nullable<SqlUuid>>, _>(said.offers)
}

/// Where these posts went.
pub(crate) fn posted(posts: &[Post], written: Vec<Written>) -> QueryResult<Vec<Posted>> {
    let numbers: BTreeMap<Uuid, Written> = written.into_iter().map(|row| (row.id, row)).collect();
    let posted = posts.iter().map(|post| {
        let row = numbers.get(&post.message.as_uuid()).ok_or(diesel::result::Error::NotFound)?;
        Ok(post.posted(ConversationId::from_uuid(row.conversation_id), row.seq))
    });
    posted.collect()
}

/// The statement's parameters: the threads in the order in which they are locked, and the messages.
fn columns(posts: &[Post]) -> (Threads, Said) {
    let mut by_thread: BTreeMap<_, Vec<&Post>> = BTreeMap::new();
    for post in posts {
        by_thread.entry((post.product, post.seller, post.buyer)).or_default().push(post);
    }
    let (mut threads, mut said) = (Threads::default(), Said::default());
    for (number, ((product, seller, buyer), posts)) in (1..).zip(by_thread) {
        let upto = |side: UserId| {
            let own = (1..).zip(&posts).filter(|(_, post)| post.notice.sender() == Some(side));
            own.map(|(place, _)| place).max().unwrap_or(0)
        };
        threads.buyer_upto.push(upto(buyer));
        threads.seller_upto.push(upto(seller));
        threads.buyers.push(buyer.as_uuid());
        threads.sellers.push(seller.as_uuid());
        threads.products.push(product.as_uuid());
        threads.ids.extend(posts.iter().map(|post| post.conversation.as_uuid()).next());
        threads.last_ids.extend(posts.iter().map(|post| post.message.as_uuid()).next_back());
        threads.at.extend(posts.iter().map(|post| post.at).max());
        let mut messages = 0;
        for post in &posts {
            messages += 1;
            let body = post.notice.body();
            said.ids.push(post.message.as_uuid());
            said.threads.push(number);
            said.places.push(messages);
            said.senders.push(post.notice.sender().map(UserId::as_uuid));
            said.kinds.push(body.kind().slug());
            said.contents.push(body.text().map(|text| text.as_ref().to_owned()));
            said.offers.push(body.offer().map(souk_domain::id::OfferId::as_uuid));
        }
        threads.messages.push(messages);
    }
    (threads, said)
}
