//! Writing offers: new ones, how they end, and that a listing is reserved.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult,
    result::Error,
    sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    conversation::{Post, Posted},
    event::Event,
    id::{OfferId, ProductId},
    offer::{Offer, OfferRefusal, OfferState, OfferStatus},
    slug::Slug,
};
use souk_ports::idempotency::Once;

use crate::{conversation, error::TryError, event, idempotency, pool::Lease, statement::statement};

/// Posts, and writes the new offer that one of the posts shows, with the thread in which that is. Both at once, because
/// each refers to the other.
const POST_NEW: &str = conversation::posting_text!(
    "offered AS (
         INSERT INTO offers (id, product_id, buyer_id, seller_id, conversation_id, proposed_by, parent_offer_id, round,
             amount_minor, currency, message, status, status_reason, expires_at, responded_at, created_at, updated_at)
         SELECT $17, product_id, buyer_id, seller_id, id, $19::offer_party, $20, $21, $22, $23, $24, $25::offer_status,
             $26::offer_status_reason, $27, $28, $29, $30
         FROM bumped WHERE buyer_id = $18)"
);

const END: &str = "UPDATE offers SET status = ended.status::offer_status,
         status_reason = ended.reason::offer_status_reason, responded_at = ended.responded_at,
         updated_at = ended.updated_at
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[])
         AS ended (id, status, reason, responded_at, updated_at, status_before)
     WHERE offers.id = ended.id AND offers.status = ended.status_before::offer_status";

/// What is sold or was taken down stays so.
const SET_AVAILABLE: &str = "UPDATE products SET is_available = $3, version = version + 1, updated_at = $2
     WHERE id = ANY ($1) AND sold_at IS NULL AND archived_at IS NULL";

/// Writes how offers ended. If one of them has ended otherwise, since somebody wrote past the listing's lock, nothing is
/// to be committed: [`Error::RollbackTransaction`], after which the whole is tried anew.
pub(crate) async fn end(
    mut conn: &AsyncPgConnection,
    offers: impl IntoIterator<Item = &Offer>,
) -> QueryResult<()> {
    let offers: Vec<_> = offers.into_iter().collect();
    if offers.is_empty() {
        return Ok(());
    }
    let of = |offer: &&Offer| offer.state;
    let ids: Vec<_> = offers.iter().map(|offer| offer.id.as_uuid()).collect();
    let statuses: Vec<_> = offers.iter().map(of).map(|state| state.status().slug()).collect();
    let reasons: Vec<_> = offers.iter().map(of).map(|state| state.reason().map(Slug::slug)).collect();
    let responded: Vec<_> = offers.iter().map(of).map(OfferState::responded_at).collect();
    let updated: Vec<_> = offers.iter().map(|offer| offer.updated_at).collect();
    let before: Vec<_> = offers.iter().map(of).map(|state| status_before(&state).slug()).collect();
    let ended = statement(END)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Text>, _>(statuses)
        .bind::<Array<Nullable<Text>>, _>(reasons)
        .bind::<Array<Nullable<Timestamptz>>, _>(responded)
        .bind::<Array<Timestamptz>, _>(updated)
        .bind::<Array<Text>, _>(before)
        .execute(&mut conn)
        .await?;
    if ended == offers.len() { Ok(()) } else { Err(Error::RollbackTransaction) }
}

/// What an offer that has just ended was before.
fn status_before(state: &OfferState) -> OfferStatus {
    if matches!(state, OfferState::Lapsed { .. }) { OfferStatus::Accepted } else { OfferStatus::Pending }
}

/// Takes locked listings off the market, or puts them back.
pub(crate) async fn set_available(
    mut conn: &AsyncPgConnection,
    products: &[ProductId],
    is_available: bool,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    let ids: Vec<_> = products.iter().map(|product| product.as_uuid()).collect();
    statement(SET_AVAILABLE)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Timestamptz, _>(at)
        .bind::<Bool, _>(is_available)
        .execute(&mut conn)
        .await
        .map(|_| ())
}

/// Posts messages, and writes the new offer that one of them shows, in whatever state it is already.
pub(super) async fn post_new(
    mut conn: &AsyncPgConnection,
    posts: &[Post],
    offer: &Offer,
) -> QueryResult<Vec<Posted>> {
    let written = conversation::posting(POST_NEW, posts)
        .bind::<SqlUuid, _>(offer.id.as_uuid())
        .bind::<SqlUuid, _>(offer.buyer.as_uuid())
        .bind::<Text, _>(offer.proposed_by.slug())
        .bind::<Nullable<SqlUuid>, _>(offer.parent.map(OfferId::as_uuid))
        .bind::<Integer, _>(offer.round)
        .bind::<BigInt, _>(offer.amount.minor())
        .bind::<Text, _>(offer.amount.currency().code())
        .bind::<Nullable<Text>, _>(offer.message.as_ref().map(AsRef::<str>::as_ref))
        .bind::<Text, _>(offer.state.status().slug())
        .bind::<Nullable<Text>, _>(offer.state.reason().map(Slug::slug))
        .bind::<Timestamptz, _>(offer.expires_at)
        .bind::<Nullable<Timestamptz>, _>(offer.state.responded_at())
        .bind::<Timestamptz, _>(offer.created_at)
        .bind::<Timestamptz, _>(offer.updated_at)
        .load(&mut conn)
        .await?;
    conversation::posted(posts, written)
}

/// Tells offers in which threads their posts went.
pub(crate) fn place<'a>(posts: &[Post], posted: &[Posted], offers: impl IntoIterator<Item = &'a mut Offer>) {
    for offer in offers {
        let own = posts.iter().zip(posted).find(|(post, _)| {
            (post.product, post.buyer, post.seller) == (offer.product, offer.buyer, offer.seller)
        });
        if let Some((_, Posted { message, .. })) = own {
            offer.conversation = Some(message.conversation);
        }
    }
}

/// Records what happened, and then what appeared in threads because of it.
pub(crate) async fn record(
    conn: &AsyncPgConnection,
    events: Vec<Event>,
    posted: Vec<Posted>,
) -> QueryResult<()> {
    let posted = posted.into_iter().map(|posted| posted.event);
    event::record(conn, &events.into_iter().chain(posted).collect::<Vec<_>>()).await
}

/// The last of a transaction: records what happened and what the request is answered, and commits.
pub(super) async fn commit<T>(
    lease: &Lease<'_>,
    events: Vec<Event>,
    posted: Vec<Posted>,
    once: Option<&Once<'_, T>>,
    outcome: &T,
) -> Result<(), TryError<OfferRefusal>> {
    let told = async { Ok(record(lease, events, posted).await?) };
    if once.is_none() {
        return lease.commit_with(told).await;
    }
    // Only now it shows whether a rival with the same key was first.
    tokio::try_join!(biased; told, idempotency::record(lease, once, outcome))?;
    Ok(lease.commit().await?)
}
