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
    transaction::Transaction,
};
use souk_ports::idempotency::Once;

use crate::{
    conversation, error::TryError, event, idempotency, pool::Lease, statement::statement, transaction,
};

/// Posts, and writes the new offers that posts show, each with the thread in which that is. Both at once, because each
/// refers to the other.
const POST_NEW: &str = conversation::posting_text!(
    "offered AS (
         INSERT INTO offers (id, product_id, buyer_id, seller_id, conversation_id, proposed_by, parent_offer_id, round,
             amount_minor, currency, message, status, status_reason, expires_at, responded_at, created_at, updated_at)
         SELECT new.id, product_id, buyer_id, seller_id, bumped.id, proposed_by::offer_party, parent_offer_id, round,
             amount_minor, currency, message, status::offer_status, status_reason::offer_status_reason, expires_at,
             responded_at, created_at, updated_at
         FROM unnest($17::uuid[], $18::uuid[], $19::uuid[], $20::text[], $21::uuid[], $22::integer[], $23::bigint[],
             $24::text[], $25::text[], $26::text[], $27::text[], $28::timestamptz[], $29::timestamptz[],
             $30::timestamptz[], $31::timestamptz[])
             AS new (id, product_id, buyer_id, proposed_by, parent_offer_id, round, amount_minor, currency, message,
                 status, status_reason, expires_at, responded_at, created_at, updated_at)
         JOIN bumped USING (product_id, buyer_id))"
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

/// Reserves the listings of new deals, and opens the deals.
pub(super) async fn reserve(lease: &Lease<'_>, deals: &[&Transaction]) -> QueryResult<()> {
    let Some(at) = deals.iter().map(|deal| deal.created_at).max() else { return Ok(()) };
    let listings: Vec<_> = deals.iter().map(|deal| deal.product).collect();
    tokio::try_join!(
        biased;
        set_available(lease, &listings, false, at),
        transaction::insert(lease, deals),
    )?;
    Ok(())
}

/// Posts messages, and writes the new offers that some of them show, in whatever state they are already.
pub(super) async fn post_new(
    mut conn: &AsyncPgConnection,
    posts: &[Post],
    offers: &[&Offer],
) -> QueryResult<Vec<Posted>> {
    fn column<T>(offers: &[&Offer], of: impl Fn(&Offer) -> T) -> Vec<T> {
        offers.iter().map(|offer| of(offer)).collect()
    }
    let messages: Vec<_> =
        offers.iter().map(|offer| offer.message.as_ref().map(AsRef::<str>::as_ref)).collect();
    let written = conversation::posting(POST_NEW, posts)
        .bind::<Array<SqlUuid>, _>(column(offers, |offer| offer.id.as_uuid()))
        .bind::<Array<SqlUuid>, _>(column(offers, |offer| offer.product.as_uuid()))
        .bind::<Array<SqlUuid>, _>(column(offers, |offer| offer.buyer.as_uuid()))
        .bind::<Array<Text>, _>(column(offers, |offer| offer.proposed_by.slug()))
        .bind::<Array<Nullable<SqlUuid>>, _>(column(offers, |offer| offer.parent.map(OfferId::as_uuid)))
        .bind::<Array<Integer>, _>(column(offers, |offer| offer.round))
        .bind::<Array<BigInt>, _>(column(offers, |offer| offer.amount.minor()))
        .bind::<Array<Text>, _>(offers.iter().map(|offer| offer.amount.currency().code()).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(messages)
        .bind::<Array<Text>, _>(column(offers, |offer| offer.state.status().slug()))
        .bind::<Array<Nullable<Text>>, _>(column(offers, |offer| offer.state.reason().map(Slug::slug)))
        .bind::<Array<Timestamptz>, _>(column(offers, |offer| offer.expires_at))
        .bind::<Array<Nullable<Timestamptz>>, _>(column(offers, |offer| offer.state.responded_at()))
        .bind::<Array<Timestamptz>, _>(column(offers, |offer| offer.created_at))
        .bind::<Array<Timestamptz>, _>(column(offers, |offer| offer.updated_at))
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
    once: Option<(&Once<'_, T>, &T)>,
) -> Result<(), TryError<OfferRefusal>> {
    let told = async { Ok(record(lease, events, posted).await?) };
    let Some((once, outcome)) = once else {
        return lease.commit_with(told).await;
    };
    // Only now it shows whether a rival with the same key was first.
    tokio::try_join!(biased; told, idempotency::record(lease, Some(once), outcome))?;
    Ok(lease.commit().await?)
}
