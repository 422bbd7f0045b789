//! Offers: making and answering them, all or nothing; what is told of it; lists; the sweep.

mod closing;
mod lists;
mod races;
mod sweep;
mod together;

use chrono::TimeDelta;
use souk_domain::{
    id::{OfferId, ProductId, TransactionId, UserId},
    idempotency::{Fingerprint, IdempotencyKey},
    offer::{
        Acceptance, AnswerContext, Counter, Made, Offer, OfferForm, OfferReason, OfferRefusal, OfferRules,
        OfferState, OfferStatus, Party, Proposal,
    },
    product::{ListingForm, ProductState},
    slug::Slug,
};
use souk_ports::{
    DecideError, PortError,
    idempotency::{Answer, Claim, Once},
    offer::OfferRepository,
    product::ProductRepository,
};
use souk_postgres_adapter::PgOffers;
use souk_testkit::{
    build::{self, offer_id, offer_rules, product_id, user_id},
    fixed::now,
};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::Ground;

type Decided<T> = Result<T, DecideError<OfferRefusal>>;

/// A seller (person 1), buyers (from 2 on) and bikes for 450 €.
pub(crate) struct Market {
    pub(crate) ground: Ground,
    pub(crate) client: Client,
    pub(crate) rules: OfferRules,
}

fn deal(n: u128) -> TransactionId {
    TransactionId::from_uuid(Uuid::from_u128(n))
}

/// A bike about which nothing is decided beforehand.
pub(crate) fn bike() -> ListingForm {
    ListingForm { auto_accept_minor: None, auto_decline_minor: None, ..build::listing_form() }
}

impl Market {
    /// With so many buyers, and bikes 1 to `bikes`.
    pub(crate) async fn new(buyers: u128, bikes: u32) -> Self {
        Self::with_connections(16, buyers, bikes).await
    }

    async fn with_connections(connections: u32, buyers: u128, bikes: u32) -> Self {
        let ground = Ground::with_connections(connections).await;
        let seller = ground.user(1, "seller").await.id;
        for n in 2..2 + buyers {
            ground.user(n, &format!("buyer{n}")).await;
        }
        for n in 1..=bikes {
            ground.publish(n, seller, &bike()).await;
        }
        let client = ground.database.connect().await;
        Self { ground, client, rules: offer_rules() }
    }

    pub(crate) fn offers(&self) -> PgOffers {
        PgOffers::new(self.ground.pool.clone())
    }

    /// Person `buyer` makes offer `n` for bike `bike`, with these rules.
    pub(crate) async fn try_make(&self, n: u128, bike: u128, buyer: u128, minor: i64) -> Decided<Made> {
        make(&self.offers(), &self.rules, n, bike, buyer, minor, None).await
    }

    pub(crate) async fn make(&self, n: u128, bike: u128, buyer: u128, minor: i64) -> Offer {
        self.try_make(n, bike, buyer, minor).await.unwrap().offer
    }

    pub(crate) async fn accept(&self, n: u128, actor: u128) -> Decided<Acceptance> {
        accept(&self.offers(), &self.rules, n, user_id(actor), None).await
    }

    pub(crate) async fn counter(&self, n: u128, actor: u128, with: u128, minor: i64) -> Decided<Counter> {
        let proposal = proposal(&self.rules, minor);
        let decide = |context: AnswerContext| context.counter(offer_id(with), proposal.clone(), &self.rules);
        self.offers().counter(offer_id(n), user_id(actor), &decide, None).await
    }

    pub(crate) async fn reject(&self, n: u128, actor: u128) -> Decided<Offer> {
        self.offers().reject(offer_id(n), user_id(actor), &AnswerContext::reject).await
    }

    pub(crate) async fn cancel(&self, n: u128, actor: u128) -> Decided<Offer> {
        self.offers().cancel(offer_id(n), user_id(actor), &AnswerContext::cancel).await
    }

    pub(crate) async fn find(&self, n: u128) -> Offer {
        self.offers().find(offer_id(n)).await.unwrap().unwrap()
    }

    pub(crate) async fn status(&self, n: u128) -> (OfferStatus, Option<OfferReason>) {
        let state = self.find(n).await.state;
        (state.status(), state.reason())
    }

    pub(crate) async fn product(&self, n: u128) -> souk_domain::product::Product {
        self.ground.products().find(product_id(n)).await.unwrap().unwrap()
    }

    pub(crate) async fn count(&self, query: &str) -> i64 {
        self.client.query_one(query, &[]).await.unwrap().get(0)
    }

    /// The kinds of the events that were recorded, in order, since the last time anybody looked.
    pub(crate) async fn told(&self) -> Vec<String> {
        let rows = self.client.query("DELETE FROM outbox_events RETURNING id, kind", &[]).await.unwrap();
        let mut told: Vec<(i64, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        told.sort();
        told.into_iter().map(|(_, kind)| kind).collect()
    }

    /// What appeared in the thread of somebody about a bike: type, and who said it.
    pub(crate) async fn thread(&self, bike: u128, buyer: u128) -> Vec<(String, Option<Uuid>)> {
        let sql = "SELECT message_type::text, sender_id FROM messages JOIN conversations c ON c.id = conversation_id
                   WHERE c.product_id = $1 AND c.buyer_id = $2 ORDER BY seq";
        let (product, buyer) = (product_id(bike).as_uuid(), user_id(buyer).as_uuid());
        let rows = self.client.query(sql, &[&product, &buyer]).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// What the schema cannot say by itself: a listing is reserved exactly while a deal is on, and then nothing waits.
    pub(crate) async fn is_sound(&self) {
        let reserved =
            "SELECT count(*) FROM products p WHERE sold_at IS NULL AND archived_at IS NULL AND is_available =
            EXISTS (SELECT FROM transactions WHERE product_id = p.id AND status IN ('pending', 'completed'))";
        assert_eq!(self.count(reserved).await, 0, "reserved and no deal, or a deal and not reserved");
        let waiting = "SELECT count(*) FROM offers JOIN products p ON p.id = product_id
            WHERE status = 'pending' AND NOT is_available";
        assert_eq!(self.count(waiting).await, 0, "an offer waits for what cannot be had");
        let deals = "SELECT count(*) FROM offers o FULL JOIN
            (SELECT * FROM transactions WHERE status = 'pending') t ON t.offer_id = o.id AND t.subtotal_minor = o.amount_minor
            WHERE (o.status = 'accepted') IS DISTINCT FROM (t.id IS NOT NULL) AND (o.status = 'accepted' OR t.id IS NOT NULL)";
        assert_eq!(self.count(deals).await, 0, "an accepted offer without its deal, or the other way round");
        let threads = "SELECT count(*) FROM offers LEFT JOIN conversations c ON c.id = conversation_id
            WHERE (c.product_id, c.buyer_id, c.seller_id) IS DISTINCT FROM
                (offers.product_id, offers.buyer_id, offers.seller_id)";
        assert_eq!(self.count(threads).await, 0, "an offer outside its thread");
        let dense = "SELECT count(*) FROM conversations c
            WHERE last_seq <> (SELECT count(*) FROM messages WHERE conversation_id = c.id)";
        assert_eq!(self.count(dense).await, 0, "a thread with gaps");
    }
}

pub(crate) fn proposal(rules: &OfferRules, amount_minor: i64) -> Proposal {
    Proposal::check(&OfferForm { amount_minor, ..OfferForm::default() }, rules).unwrap()
}

pub(crate) async fn make(
    offers: &PgOffers,
    rules: &OfferRules,
    n: u128,
    bike: u128,
    buyer: u128,
    minor: i64,
    once: Option<&Once<'_, Made>>,
) -> Decided<Made> {
    let proposal = proposal(rules, minor);
    let decide = |context: souk_domain::offer::MakeContext| {
        context.make(offer_id(n), deal(n), proposal.clone(), rules)
    };
    offers.make(product_id(bike), user_id(buyer), &proposal, &decide, once).await
}

pub(crate) async fn accept(
    offers: &PgOffers,
    rules: &OfferRules,
    n: u128,
    actor: UserId,
    once: Option<&Once<'_, Acceptance>>,
) -> Decided<Acceptance> {
    let decide = |context: AnswerContext| context.accept(deal(n), rules);
    offers.accept(offer_id(n), actor, &decide, once).await
}

pub(crate) fn refused<T>(refusal: OfferRefusal) -> Decided<T> {
    Err(DecideError::Refused(refusal))
}

#[tokio::test]
async fn accepting_reserves_ends_the_others_and_opens_the_deal() {
    let market = Market::new(3, 2).await;
    for (n, buyer) in [(1, 2), (2, 3), (3, 4)] {
        market.make(n, 1, buyer, 40_000).await;
    }
    market.make(4, 2, 2, 41_000).await;
    market.told().await;
    let before = market.product(1).await;
    let accepted = market.accept(1, 1).await.unwrap();
    assert_eq!(market.find(1).await, accepted.offer);
    for rival in [2, 3] {
        assert_eq!(market.status(rival).await, (OfferStatus::Rejected, Some(OfferReason::ItemSold)));
    }
    assert_eq!(market.status(4).await, (OfferStatus::Pending, None), "that is another bike");
    let after = market.product(1).await;
    assert_eq!((after.state, after.version), (ProductState::Reserved, before.version + 1));

    let sql = "SELECT subtotal_minor, platform_fee_minor, seller_payout_minor, status::text,
                   pay_by = created_at + interval '24 hours', fee_schedule->>'bps'
               FROM transactions WHERE id = $1";
    let row = market.client.query_one(sql, &[&deal(1).as_uuid()]).await.unwrap();
    let split: (i64, i64, i64) = (row.get(0), row.get(1), row.get(2));
    assert_eq!((split, row.get::<_, &str>(3)), ((40_000, 4_000, 36_000), "pending"));
    assert_eq!((row.get(4), row.get::<_, &str>(5)), (true, "1000"));
    let pay_by = accepted.offer.updated_at + TimeDelta::hours(24);
    assert_eq!(accepted.transaction.pay_by, pay_by);

    let (seller, buyer) = (Some(user_id(1).as_uuid()), Some(user_id(2).as_uuid()));
    let said = [("offer".to_owned(), buyer), ("offer".to_owned(), seller), ("system".to_owned(), None)];
    assert_eq!(market.thread(1, 2).await, said);
    assert_eq!(market.thread(1, 3).await.last(), Some(&("offer".to_owned(), seller)));
    let told = market.told().await;
    assert_eq!(told[..4], ["offer.accepted", "transaction.created", "offer.rejected", "offer.rejected"]);
    assert_eq!(told[4..], ["message.created"; 4]);
    market.is_sound().await;

    let again = market.accept(1, 1).await;
    assert_eq!(again, refused(OfferRefusal::NotPending));
    let late = market.try_make(9, 1, 3, 44_000).await;
    assert_eq!(late, refused(OfferRefusal::ProductNotAvailable));
    assert_eq!(market.told().await, Vec::<String>::new(), "a refusal tells nobody");
}

#[tokio::test]
async fn what_the_seller_decided_beforehand_happens_at_once() {
    let market = Market::new(3, 0).await;
    // Accepted from 44,000 on, declined up to 23,000.
    let form = ListingForm { auto_decline_minor: Some(23_000), ..build::listing_form() };
    market.ground.publish(1, user_id(1), &form).await;
    let declined = market.make(1, 1, 2, 23_000).await;
    assert_eq!(declined.state.reason(), Some(OfferReason::AutoDeclined));
    assert_eq!(market.find(1).await, declined);
    assert_eq!(market.told().await[..2], ["offer.created", "offer.rejected"]);
    market.make(2, 1, 3, 30_000).await;
    market.told().await;
    let accepted = market.try_make(3, 1, 4, 44_000).await.unwrap();
    assert!(matches!(accepted.offer.state, OfferState::Accepted { .. }));
    assert_eq!(market.find(3).await, accepted.offer);
    assert_eq!(market.status(2).await, (OfferStatus::Rejected, Some(OfferReason::ItemSold)));
    let told = market.told().await;
    assert_eq!(told[..4], ["offer.created", "offer.accepted", "transaction.created", "offer.rejected"]);
    market.is_sound().await;
}

#[tokio::test]
async fn a_chain_of_counters_ends_with_a_yes() {
    let market = Market::new(1, 1).await;
    market.make(1, 1, 2, 30_000).await;
    assert_eq!(market.counter(1, 1, 2, 30_000).await, refused(OfferRefusal::NotAboveOffer));
    let counter = market.counter(1, 1, 2, 42_000).await.unwrap().offer;
    assert_eq!((counter.parent, counter.round, counter.proposed_by), (Some(offer_id(1)), 2, Party::Seller));
    assert_eq!(market.find(2).await, counter);
    assert_eq!(market.status(1).await, (OfferStatus::Rejected, Some(OfferReason::Countered)));
    market.counter(2, 2, 3, 38_000).await.unwrap();
    assert_eq!(market.find(3).await.round, 3);
    market.told().await;
    let accepted = market.accept(3, 1).await.unwrap();
    assert_eq!(accepted.transaction.split.subtotal().minor(), 38_000);
    assert_eq!(market.thread(1, 2).await.len(), 5);
    market.is_sound().await;
}

#[tokio::test]
async fn refusals_and_strangers_write_nothing() {
    let market = Market::new(2, 1).await;
    market.make(1, 1, 2, 40_000).await;
    market.told().await;
    for (refusal, outcome) in [
        (OfferRefusal::WrongSide, market.accept(1, 2).await.map(|_| ())),
        (OfferRefusal::NotFound, market.accept(1, 3).await.map(|_| ())),
        (OfferRefusal::WrongSide, market.cancel(1, 1).await.map(|_| ())),
        (OfferRefusal::NotFound, market.reject(1, 3).await.map(|_| ())),
        (OfferRefusal::AlreadyPending, market.try_make(2, 1, 2, 41_000).await.map(|_| ())),
        (OfferRefusal::OwnProduct, market.try_make(2, 1, 1, 41_000).await.map(|_| ())),
        (OfferRefusal::BelowMinimum, market.try_make(2, 1, 3, 22_499).await.map(|_| ())),
        (OfferRefusal::AbovePrice, market.try_make(2, 1, 3, 45_001).await.map(|_| ())),
    ] {
        assert_eq!(outcome, refused(refusal));
    }
    assert_eq!(market.accept(7, 1).await.map(|_| ()), Err(DecideError::NotFound));
    assert_eq!(market.try_make(2, 9, 3, 40_000).await.map(|_| ()), Err(DecideError::NotFound));
    assert_eq!(market.try_make(2, 1, 99, 40_000).await.map(|_| ()), Err(DecideError::NotFound));
    assert_eq!(market.told().await, Vec::<String>::new());
    assert_eq!((market.ground.count("offers").await, market.ground.count("messages").await), (1, 1));
}

#[tokio::test]
async fn the_store_tells_the_rules_of_standings_and_blocks() {
    let market = Market::new(2, 1).await;
    market.make(1, 1, 2, 40_000).await;
    let set = async |sql: &str| market.client.batch_execute(sql).await.unwrap();
    set("UPDATE users SET status = 'suspended' WHERE username = 'buyer3'").await;
    assert_eq!(market.try_make(2, 1, 3, 40_000).await, refused(OfferRefusal::Suspended));
    set("UPDATE users SET status = 'active', role = 'seller' WHERE username = 'buyer3'").await;
    assert_eq!(market.try_make(2, 1, 3, 40_000).await, refused(OfferRefusal::NotABuyer));
    set("UPDATE users SET role = 'buyer' WHERE username = 'buyer3'").await;
    set("UPDATE users SET status = 'banned' WHERE username = 'buyer2'").await;
    assert_eq!(market.accept(1, 1).await, refused(OfferRefusal::CounterpartUnavailable));
    assert_eq!(market.cancel(1, 2).await, refused(OfferRefusal::Suspended));
    set("UPDATE users SET status = 'active'").await;
    for (by, whom) in [(1, 2), (2, 1)] {
        let (by, whom) = (user_id(by).as_uuid(), user_id(whom).as_uuid());
        let block = "INSERT INTO user_blocks VALUES ($1, $2, now())";
        market.client.execute(block, &[&by, &whom]).await.unwrap();
        assert_eq!(market.accept(1, 1).await, refused(OfferRefusal::Blocked));
        assert_eq!(market.try_make(2, 1, 2, 41_000).await, refused(OfferRefusal::Blocked));
        set("DELETE FROM user_blocks").await;
    }
    assert!(market.reject(1, 1).await.is_ok());
}

fn claim(user: u128, key: &str) -> Claim {
    Claim {
        user: user_id(user),
        key: IdempotencyKey::parse(key).unwrap(),
        fingerprint: Fingerprint([5; 32]),
        created_at: now(),
        expires_at: now() + TimeDelta::hours(24),
    }
}

/// Doing a thing makes the rule refuse it from then on, and still a repeat is no refusal.
#[tokio::test]
async fn a_repeat_is_told_that_it_is_done_rather_than_refused() {
    let market = Market::new(1, 1).await;
    let (offers, rules) = (market.offers(), &market.rules);
    let answer = |made: &Made| Answer(made.offer.conversation.unwrap().to_string().into_bytes());
    let once = Once { claim: claim(2, "make"), answer: &answer };
    let made = make(&offers, rules, 1, 1, 2, 40_000, Some(&once)).await.unwrap();
    let repeat = make(&offers, rules, 2, 1, 2, 40_000, Some(&once)).await;
    assert_eq!(repeat, Err(DecideError::AlreadyDone));
    let stored: Vec<u8> =
        market.client.query_one("SELECT response FROM idempotency_keys", &[]).await.unwrap().get(0);
    assert_eq!(stored, answer(&made).0);
    let other = Once { claim: claim(2, "another"), answer: &answer };
    let refusal = make(&offers, rules, 2, 1, 2, 40_000, Some(&other)).await;
    assert_eq!(refusal, refused(OfferRefusal::AlreadyPending));

    let answer = |_: &Acceptance| Answer(b"accepted".to_vec());
    let once = Once { claim: claim(1, "accept"), answer: &answer };
    assert!(accept(&offers, rules, 1, user_id(1), Some(&once)).await.is_ok());
    let repeat = accept(&offers, rules, 1, user_id(1), Some(&once)).await;
    assert_eq!(repeat, Err(DecideError::AlreadyDone));
    assert_eq!((market.ground.count("offers").await, market.ground.count("transactions").await), (1, 1));
}

#[tokio::test]
async fn an_offer_whose_columns_disagree_is_a_defect_of_data() {
    let market = Market::new(1, 1).await;
    market.make(1, 1, 2, 40_000).await;
    market.client.batch_execute("UPDATE offers SET currency = 'ZZZ'").await.unwrap();
    let found = market.offers().find(offer_id(1)).await;
    assert!(matches!(found, Err(PortError::Corrupt(_))), "{found:?}");
    let accepted = market.accept(1, 1).await;
    assert!(matches!(accepted, Err(DecideError::Port(PortError::Corrupt(_)))), "{accepted:?}");
}

/// The identifiers that tests of this folder count by.
fn ids(offers: &[Offer]) -> Vec<OfferId> {
    offers.iter().map(|offer| offer.id).collect()
}

fn bikes(n: std::ops::RangeInclusive<u128>) -> Vec<ProductId> {
    n.map(product_id).collect()
}

/// The words of the states, for reading failures by.
fn words(offer: &Offer) -> (&'static str, &'static str) {
    (offer.state.status().slug(), offer.state.reason().map_or("", Slug::slug))
}
