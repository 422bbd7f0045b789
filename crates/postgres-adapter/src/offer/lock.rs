//! Locking a listing, and reading what the rules about its offers depend on.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use souk_domain::{
    id::{OfferId, ProductId, UserId},
    money::{Currency, Price},
    offer::{Listed, Offer, OfferRefusal, OfferStatus},
    product::{Category, Feed, OfferTerms},
    user::{Role, Standing},
};
use souk_ports::{DecideError, PortError};
use uuid::Uuid;

use super::OfferRow;
use crate::{
    error::TryError,
    product,
    schema::sql_types,
    statement::{Statement, Values, statement},
    user::row::standing,
    words::AccountStatus,
};

/// Locks the listings that `$from` finds, with `$actor`, who acts. Around each, the account of whoever acts and that of the
/// other side, which `$other` finds; they are as they were when this statement began, which is late enough for them.
/// `$patience` says what to do about rows that others have locked.
///
/// The time is told outside the part that locks, so that it is the time after the lock was waited for. What offers depend
/// on most is a clock that cannot be ahead of the lock.
macro_rules! locking {
    ($from:literal, $actor:literal, $other:literal, $patience:literal) => {
        concat!(
            "SELECT listed.*, actor.role AS actor_role, actor.status AS actor_status,
                 actor.deleted_at AS actor_deleted_at, other.status AS other_status, other.deleted_at AS other_deleted_at,
                 EXISTS (SELECT FROM user_blocks WHERE (blocker_id = actor.id AND blocked_id = other.id)
                         OR (blocker_id = other.id AND blocked_id = actor.id)) AS are_blocked,
                 clock_timestamp() AS now
             FROM (SELECT products.id, seller_id, category, feed_type, price_minor, currency, is_available, sold_at,
                       archived_at, offers_enabled, min_offer_minor, auto_accept_minor, auto_decline_minor, ",
            $actor,
            " AS actor_id FROM ",
            $from,
            " FOR NO KEY UPDATE OF products",
            $patience,
            ") listed
             JOIN users actor ON actor.id = listed.actor_id JOIN users other ON other.id = ",
            $other
        )
    };
}

const LOCK_LISTING: &str = locking!("products WHERE id = $1", "$2::uuid", "listed.seller_id", "");

/// [`locking!`] twice: what others have locked is left out, or waited for.
macro_rules! locking_each {
    ($from:literal, $actor:literal, $other:literal) => {
        [locking!($from, $actor, $other, " SKIP LOCKED"), locking!($from, $actor, $other, "")]
    };
}

/// Listings by their ids, each with who acts.
const LOCK_LISTINGS: [&str; 2] = locking_each!(
    "unnest($1::uuid[], $2::uuid[]) AS asked (product_id, actor_id) JOIN products ON products.id = product_id",
    "asked.actor_id",
    "listed.seller_id"
);

/// The listings of offers, each with who answers. Which listing an offer is for, and between whom, never changes, so that it
/// may be read before the lock.
const LOCK_LISTINGS_OF_OFFERS: [&str; 2] = locking_each!(
    "(SELECT asked.actor_id, offers.product_id, offers.buyer_id
      FROM unnest($1::uuid[], $2::uuid[]) AS asked (offer_id, actor_id) JOIN offers ON offers.id = asked.offer_id) asked
     JOIN products ON products.id = product_id",
    "asked.buyer_id, asked.actor_id",
    "CASE listed.buyer_id WHEN listed.actor_id THEN listed.seller_id ELSE listed.buyer_id END"
);

/// Of buyers' new offers: their own for the listing, and the rivals of one that is going to be accepted at once.
const AROUND_NEW_OFFERS: &str = "SELECT offers.*
     FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS bid (product_id, buyer_id, amount)
     JOIN offers ON offers.product_id = bid.product_id
     WHERE offers.buyer_id = bid.buyer_id
         OR (status = 'pending' AND bid.amount >= (SELECT auto_accept_minor FROM products WHERE id = bid.product_id))";

/// Of offers that are answered: all between the two of each, it among them, and the rivals.
const AROUND_OFFERS: &str = "SELECT offers.* FROM unnest($1::uuid[]) AS asked (id)
     JOIN offers this ON this.id = asked.id JOIN offers ON offers.product_id = this.product_id
     WHERE offers.buyer_id = this.buyer_id OR offers.status = 'pending'";

const PENDING: &str = "SELECT * FROM offers WHERE product_id = $1 AND status = 'pending'";

/// What somebody offers.
#[derive(Clone, Copy)]
pub(super) struct Bid {
    pub(super) product: ProductId,
    pub(super) buyer: UserId,
    /// In minor units of the listing's currency.
    pub(super) amount: i64,
}

/// A locked listing, who acts, and when.
#[derive(Clone)]
pub(super) struct Locked {
    pub(super) listed: Listed,
    pub(super) role: Role,
    pub(super) standing: Standing,
    pub(super) counterpart: Standing,
    pub(super) are_blocked: bool,
    pub(super) now: DateTime<Utc>,
    /// Who acts.
    actor: UserId,
}

type Tried<T> = Result<T, TryError<OfferRefusal>>;

/// For new offers, each for another listing, with the offers each meets. None for a listing that is not there, or that others
/// have locked while that is not to be waited for.
pub(super) async fn lock_for_offers(
    conn: &AsyncPgConnection,
    bids: &[Bid],
    waiting: bool,
) -> Tried<Vec<Option<(Locked, Vec<Offer>)>>> {
    let products = || bids.iter().map(|bid| bid.product.as_uuid()).collect::<Vec<_>>();
    let buyers = || bids.iter().map(|bid| bid.buyer.as_uuid()).collect::<Vec<_>>();
    let [hasty, patient] = LOCK_LISTINGS;
    let lock = statement(if waiting { patient } else { hasty })
        .bind::<Array<SqlUuid>, _>(products())
        .bind::<Array<SqlUuid>, _>(buyers());
    let around = statement(AROUND_NEW_OFFERS)
        .bind::<Array<SqlUuid>, _>(products())
        .bind::<Array<SqlUuid>, _>(buyers())
        .bind::<Array<BigInt>, _>(bids.iter().map(|bid| bid.amount).collect::<Vec<_>>());
    let (mut locked, mut around) = both(conn, lock, around).await?;
    let of = |bid: &Bid| {
        let place = locked.iter().position(|locked| locked.listed.id == bid.product)?;
        let offers = around.extract_if(.., |offer| offer.product == bid.product).collect();
        Some((locked.swap_remove(place), offers))
    };
    Ok(bids.iter().map(of).collect())
}

/// An offer that is answered, its listing, and the offers around it.
pub(super) type Answered = (Locked, Offer, Vec<Offer>);

/// For an answer of somebody to an offer.
pub(super) async fn lock_for_answer(conn: &AsyncPgConnection, id: OfferId, actor: UserId) -> Tried<Answered> {
    let locked = lock_for_answers(conn, &[(id, actor)], true).await?;
    Ok(locked.into_iter().flatten().next().ok_or(DecideError::NotFound)?)
}

/// For answers to offers. None for one that is not there, or whose listing others have locked while that is not to be waited
/// for; and none but for the first of those that are for one listing, which change what the others meet.
pub(super) async fn lock_for_answers(
    conn: &AsyncPgConnection,
    answers: &[(OfferId, UserId)],
    waiting: bool,
) -> Tried<Vec<Option<Answered>>> {
    let ids = || answers.iter().map(|(id, _)| id.as_uuid()).collect::<Vec<_>>();
    let [hasty, patient] = LOCK_LISTINGS_OF_OFFERS;
    let lock = statement(if waiting { patient } else { hasty })
        .bind::<Array<SqlUuid>, _>(ids())
        .bind::<Array<SqlUuid>, _>(answers.iter().map(|(_, actor)| actor.as_uuid()).collect::<Vec<_>>());
    let around = statement(AROUND_OFFERS).bind::<Array<SqlUuid>, _>(ids());
    let (mut locked, offers) = both(conn, lock, around).await?;
    let of = |(id, actor): &(OfferId, UserId)| {
        let offer = offers.iter().find(|offer| offer.id == *id)?.clone();
        let is_its = |locked: &Locked| locked.listed.id == offer.product;
        let own = locked.iter().find(|locked| is_its(locked) && locked.actor == *actor)?.clone();
        locked.retain(|locked| !is_its(locked));
        let is_around = |other: &&Offer| {
            other.product == offer.product
                && other.id != offer.id
                && (other.buyer == offer.buyer || other.state.status() == OfferStatus::Pending)
        };
        let mut around: Vec<_> = offers.iter().filter(is_around).cloned().collect();
        // Two offers for one listing have the same ones around them.
        around.sort_unstable_by_key(|offer| offer.id);
        around.dedup_by_key(|offer| offer.id);
        Some((own, offer, around))
    };
    Ok(answers.iter().map(of).collect())
}

/// For an answer to all of a listing's pending offers.
pub(super) async fn lock_for_all(
    conn: &AsyncPgConnection,
    product: ProductId,
    actor: UserId,
) -> Tried<(Locked, Vec<Offer>)> {
    let lock =
        statement(LOCK_LISTING).bind::<SqlUuid, _>(product.as_uuid()).bind::<SqlUuid, _>(actor.as_uuid());
    let pending = statement(PENDING).bind::<SqlUuid, _>(product.as_uuid());
    let (locked, pending) = both(conn, lock, pending).await?;
    Ok((locked.into_iter().next().ok_or(DecideError::NotFound)?, pending))
}

/// The pending offers of a listing that somebody has locked.
pub(super) async fn pending(conn: &mut AsyncPgConnection, product: ProductId) -> QueryResult<Vec<OfferRow>> {
    statement(PENDING).bind::<SqlUuid, _>(product.as_uuid()).load(conn).await
}

/// Locks listings, and only then reads offers; in one go.
async fn both(
    conn: &AsyncPgConnection,
    lock: Statement<impl Values + Send>,
    offers: Statement<impl Values + Send>,
) -> Tried<(Vec<Locked>, Vec<Offer>)> {
    let (mut first, mut second) = (conn, conn);
    let (locked, offers): (Vec<LockedRow>, Vec<OfferRow>) =
        tokio::try_join!(biased; lock.load(&mut first), offers.load(&mut second))?;
    let locked: Result<Vec<_>, _> = locked.into_iter().map(Locked::try_from).collect();
    Ok((locked.map_err(DecideError::from)?, OfferRow::all(offers).map_err(DecideError::from)?))
}

#[derive(QueryableByName)]
struct LockedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    seller_id: Uuid,
    #[diesel(sql_type = sql_types::ProductCategory)]
    category: Category,
    #[diesel(sql_type = sql_types::FeedType)]
    feed_type: Feed,
    #[diesel(sql_type = BigInt)]
    price_minor: i64,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Bool)]
    is_available: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    sold_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    archived_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    offers_enabled: bool,
    #[diesel(sql_type = Nullable<BigInt>)]
    min_offer_minor: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    auto_accept_minor: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    auto_decline_minor: Option<i64>,
    #[diesel(sql_type = sql_types::UserRole)]
    actor_role: Role,
    #[diesel(sql_type = sql_types::UserStatus)]
    actor_status: AccountStatus,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    actor_deleted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = sql_types::UserStatus)]
    other_status: AccountStatus,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    other_deleted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    are_blocked: bool,
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
    #[diesel(sql_type = SqlUuid)]
    actor_id: Uuid,
}

impl TryFrom<LockedRow> for Locked {
    type Error = PortError;

    fn try_from(row: LockedRow) -> Result<Self, PortError> {
        let corrupt = |what: &str| PortError::Corrupt(format!("products {}: {what}", row.id));
        let state = product::state(row.is_available, row.sold_at, row.archived_at)
            .ok_or_else(|| corrupt("is_available, sold_at and archived_at disagree"))?;
        let currency = Currency::parse(&row.currency).map_err(|_| corrupt("currency"))?;
        let disagree = || corrupt("somebody's status and deleted_at disagree");
        Ok(Self {
            listed: Listed {
                id: ProductId::from_uuid(row.id),
                seller: UserId::from_uuid(row.seller_id),
                category: row.category,
                feed: row.feed_type,
                price: Price::new(row.price_minor, currency).map_err(|_| corrupt("price_minor"))?,
                terms: OfferTerms {
                    enabled: row.offers_enabled,
                    min_offer: row.min_offer_minor,
                    auto_accept: row.auto_accept_minor,
                    auto_decline: row.auto_decline_minor,
                },
                state,
            },
            role: row.actor_role,
            standing: standing(row.actor_status, row.actor_deleted_at).ok_or_else(disagree)?,
            counterpart: standing(row.other_status, row.other_deleted_at).ok_or_else(disagree)?,
            are_blocked: row.are_blocked,
            now: row.now,
            actor: UserId::from_uuid(row.actor_id),
        })
    }
}
