//! The sweep: offers whose time is over, and deals that nobody paid.

use souk_ports::transaction::TransactionRepository;
use souk_postgres_adapter::PgTransactions;

use super::*;

impl Market {
    /// Makes it as if so many offers or deals had run out of time a minute ago.
    async fn is_over(&self, what: &str, which: &str) {
        let sql = format!(
            "UPDATE {what} = now() - interval '1 minute', created_at = now() - interval '3 days' WHERE {which}"
        );
        self.client.batch_execute(&sql).await.unwrap();
    }

    async fn offers_are_over(&self, which: &str) {
        self.is_over("offers SET expires_at", which).await;
    }

    async fn expire(&self, limit: u32) -> u64 {
        self.offers().expire(limit).await.unwrap()
    }

    fn deals(&self) -> PgTransactions {
        PgTransactions::new(self.ground.pool.clone())
    }
}

#[tokio::test]
async fn the_sweep_writes_down_what_is_over_and_tells_of_it() {
    let market = Market::new(3, 2).await;
    for (n, bike, buyer) in [(1, 1, 2), (2, 1, 3), (3, 2, 2), (4, 2, 4)] {
        market.make(n, bike, buyer, 40_000).await;
    }
    market.offers_are_over("amount_minor = 40000 AND id <> '00000000-0000-0000-0000-000000000004'").await;
    market.told().await;
    assert_eq!(market.expire(100).await, 2, "listings");
    for n in 1..=3 {
        assert_eq!(market.status(n).await, (OfferStatus::Expired, None));
    }
    assert_eq!(market.status(4).await, (OfferStatus::Pending, None));
    assert_eq!(market.thread(1, 2).await.last(), Some(&("system".to_owned(), None)));
    let mut told = market.told().await;
    told.sort();
    let kinds = ["message.created", "offer.expired"].map(|kind| vec![kind; 3]).concat();
    assert_eq!(told, kinds);
    assert_eq!(market.expire(100).await, 0, "once");
    assert_eq!(market.told().await, Vec::<String>::new());
    market.is_sound().await;
}

#[tokio::test]
async fn an_offer_that_is_over_is_refused_before_the_sweep_and_after_it() {
    let market = Market::new(1, 1).await;
    market.make(1, 1, 2, 40_000).await;
    market.offers_are_over("true").await;
    for _ in 0..2 {
        assert_eq!(market.accept(1, 1).await, refused(OfferRefusal::Expired));
        assert_eq!(market.reject(1, 1).await, refused(OfferRefusal::Expired));
        assert_eq!(market.cancel(1, 2).await, refused(OfferRefusal::Expired));
        assert_eq!(market.counter(1, 1, 2, 42_000).await, refused(OfferRefusal::Expired));
        market.expire(100).await;
    }
}

#[tokio::test]
async fn whoever_let_an_offer_expire_can_make_another_one_without_waiting_for_the_sweep() {
    let market = Market::new(1, 1).await;
    market.make(1, 1, 2, 40_000).await;
    market.offers_are_over("true").await;
    market.told().await;
    market.make(2, 1, 2, 41_000).await;
    assert_eq!(market.status(1).await, (OfferStatus::Expired, None));
    assert_eq!(market.told().await[..2], ["offer.expired", "offer.created"]);
    market.is_sound().await;
}

#[tokio::test]
async fn the_sweep_passes_over_what_somebody_is_working_on() {
    let market = Market::new(1, 3).await;
    for n in 1..=3 {
        market.make(n, n, 2, 40_000).await;
    }
    market.offers_are_over("true").await;
    let busy = market.ground.database.connect().await;
    busy.batch_execute(
        "BEGIN; SELECT FROM products WHERE id = '00000000-0000-0000-0000-000000000002' FOR UPDATE",
    )
    .await
    .unwrap();
    assert_eq!(market.expire(100).await, 2);
    assert_eq!(market.status(2).await, (OfferStatus::Pending, None));
    busy.batch_execute("COMMIT").await.unwrap();
    assert_eq!(market.expire(100).await, 1);
}

#[tokio::test]
async fn several_sweepers_share_the_work() {
    let market = Market::new(1, 40).await;
    for n in 1..=40 {
        market.make(n, n, 2, 40_000).await;
    }
    market.offers_are_over("true").await;
    market.told().await;
    let mut sweepers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let offers = PgOffers::new(market.ground.another_pool());
        sweepers.spawn(async move {
            let mut all = 0;
            loop {
                match offers.expire(3).await.unwrap() {
                    0 => return all,
                    some => all += some,
                }
            }
        });
    }
    // One that finds everything locked goes home early; what is left is for the others.
    let shares = sweepers.join_all().await;
    let rest = market.expire(100).await;
    assert_eq!(shares.iter().sum::<u64>() + rest, 40, "{shares:?}");
    let told = market.told().await;
    assert_eq!(told.iter().filter(|kind| *kind == "offer.expired").count(), 40, "each once");
    market.is_sound().await;
}

#[tokio::test]
async fn what_nobody_pays_is_available_again() {
    let market = Market::new(2, 2).await;
    for (n, bike) in [(1, 1), (2, 2)] {
        market.make(n, bike, 2, 40_000).await;
        market.accept(n, 1).await.unwrap();
    }
    assert_eq!(market.deals().lapse(100).await, Ok(0), "there is still time");
    market.is_over("transactions SET pay_by", "offer_id = '00000000-0000-0000-0000-000000000001'").await;
    let version = market.product(1).await.version;
    market.told().await;
    assert_eq!(market.deals().lapse(100).await, Ok(1));
    assert_eq!(market.status(1).await, (OfferStatus::Expired, Some(OfferReason::PaymentLapsed)));
    assert!(market.find(1).await.state.responded_at().is_some());
    let product = market.product(1).await;
    assert_eq!((product.state, product.version), (ProductState::Available, version + 1));
    assert_eq!(market.product(2).await.state, ProductState::Reserved);
    let cancelled = "SELECT count(*) FROM transactions WHERE status = 'cancelled'";
    assert_eq!(market.count(cancelled).await, 1);
    assert_eq!(market.thread(1, 2).await.last(), Some(&("system".to_owned(), None)));
    let told = market.told().await;
    assert_eq!(told, ["transaction.cancelled", "offer.expired", "message.created"]);
    assert_eq!(market.deals().lapse(100).await, Ok(0), "once");
    market.is_sound().await;
    // It can be dealt with again.
    market.make(3, 1, 3, 41_000).await;
    market.accept(3, 1).await.unwrap();
    market.is_sound().await;
}

#[tokio::test]
async fn a_deal_without_an_offer_lapses_too_and_what_is_sold_stays_sold() {
    let market = Market::new(1, 2).await;
    let (buyer, seller) = (user_id(2).as_uuid(), user_id(1).as_uuid());
    let sql =
        "INSERT INTO transactions (id, product_id, buyer_id, seller_id, subtotal_minor, platform_fee_minor,
            seller_payout_minor, currency, fee_schedule, status, fulfilment, pay_by, created_at, updated_at)
        SELECT gen_random_uuid(), id, $1, $2, 45000, 4500, 40500, 'EUR', '{\"bps\": 1000}', 'pending', 'none',
            now() - interval '1 minute', now() - interval '16 minutes', now() FROM products";
    market.client.execute(sql, &[&buyer, &seller]).await.unwrap();
    let reserve = "UPDATE products SET is_available = FALSE;
        UPDATE products SET sold_at = now() WHERE id = '00000000-0000-0000-0000-000000000002'";
    market.client.batch_execute(reserve).await.unwrap();
    assert_eq!(market.deals().lapse(100).await, Ok(2));
    assert_eq!(market.product(1).await.state, ProductState::Available);
    assert!(matches!(market.product(2).await.state, ProductState::Sold { .. }));
    assert_eq!(market.told().await, ["transaction.cancelled"; 2]);
}
