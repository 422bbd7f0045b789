//! Offers that wait together are made together, and none of them is the worse for it.

use tokio::task::JoinSet;

use super::*;

/// Buyer `n` makes offer `n` for bike `n`.
const BUYERS: std::ops::Range<u128> = 2..22;
/// Its seller takes 40,000 at once.
const AT_ONCE: u128 = 9;

/// Where one connection in four suffices, four make one lane.
async fn fair() -> Market {
    let market = Market::with_connections(4, 20, 21).await;
    let sql = "UPDATE products SET auto_accept_minor = 40000 WHERE id = $1";
    market.client.execute(sql, &[&product_id(AT_ONCE).as_uuid()]).await.unwrap();
    market
}

impl Market {
    /// All of these at once, while somebody holds the lock for which the first waits on the lane, and the others for the lane.
    fn all(
        &self,
        offers: &PgOffers,
        bids: impl IntoIterator<Item = (u128, u128, u128, i64)>,
    ) -> JoinSet<(u128, Decided<Made>)> {
        let bids = bids.into_iter().map(|(n, bike, buyer, minor)| {
            let (offers, rules) = (offers.clone(), self.rules.clone());
            async move { (n, make(&offers, &rules, n, bike, buyer, minor, None).await) }
        });
        bids.collect()
    }
}

#[tokio::test]
async fn each_gets_its_own_answer_out_of_one_transaction() {
    let market = fair().await;
    let client = market.ground.database.connect().await;
    client.batch_execute("BEGIN; LOCK TABLE messages IN EXCLUSIVE MODE").await.unwrap();
    // One asks too little, one for what is not there.
    let bid = |n: u128| match n {
        5 => (n, n, n, 1),
        7 => (n, 700, n, 40_000),
        _ => (n, n, n, 40_000),
    };
    let made = market.all(&market.offers(), BUYERS.map(bid));
    market.ground.waiting_for_a_lock(1).await;
    client.batch_execute("COMMIT").await.unwrap();
    for (n, outcome) in made.join_all().await {
        match n {
            5 => assert_eq!(outcome, refused(OfferRefusal::BelowMinimum)),
            7 => assert_eq!(outcome, Err(DecideError::NotFound)),
            _ => {
                let made = outcome.unwrap();
                assert_eq!(made.acceptance.is_some(), n == AT_ONCE);
                assert_eq!(market.find(n).await, made.offer, "as it was made, with its thread");
                assert_eq!(
                    market.thread(n, n).await.first(),
                    Some(&("offer".into(), Some(user_id(n).as_uuid())))
                );
            }
        }
    }
    assert_eq!(market.count("SELECT count(DISTINCT xmin::text) FROM offers").await, 2, "the first by itself");
    assert_eq!(market.product(AT_ONCE).await.state, ProductState::Reserved);
    assert_eq!(market.ground.count("transactions").await, 1);
    let told = market.told().await;
    let count = |kind: &str| told.iter().filter(|told| *told == kind).count();
    assert_eq!((count("offer.created"), count("offer.accepted"), count("transaction.created")), (18, 1, 1));
    market.is_sound().await;
}

#[tokio::test]
async fn of_one_buyer_for_one_listing_one_offer_waits_however_many_are_made_together() {
    let market = fair().await;
    let offers = market.offers();
    let bids = (1..=120_u128).map(|n| (n, 2 + n % 4, 2 + n % 2, 40_000));
    let mut outcomes = market.all(&offers, bids).join_all().await;
    outcomes.retain(|(_, outcome)| *outcome != refused(OfferRefusal::AlreadyPending));
    assert!(outcomes.iter().all(|(_, outcome)| outcome.is_ok()), "{outcomes:?}");
    // Bikes 2 and 4 are wanted by buyer 2, 3 and 5 by buyer 3.
    assert_eq!(outcomes.len(), 4);
    market.is_sound().await;
}

#[tokio::test]
async fn one_that_cannot_be_written_takes_none_along() {
    let market = fair().await;
    market.make(2, 21, 2, 40_000).await;
    let client = market.ground.database.connect().await;
    client.batch_execute("BEGIN; LOCK TABLE messages IN EXCLUSIVE MODE").await.unwrap();
    // The id of the one is taken.
    let made = market.all(&market.offers(), BUYERS.map(|n| (if n == 6 { 2 } else { 100 + n }, n, n, 40_000)));
    market.ground.waiting_for_a_lock(1).await;
    client.batch_execute("COMMIT").await.unwrap();
    for (n, outcome) in made.join_all().await {
        assert_eq!(outcome.is_ok(), n != 2, "{outcome:?}");
    }
    assert_eq!(market.ground.count("offers").await, 20);
    market.is_sound().await;
}

#[tokio::test]
async fn a_listing_that_somebody_holds_makes_nobody_else_wait() {
    let market = fair().await;
    let (offers, client) = (market.offers(), market.ground.database.connect().await);
    let lock = format!("BEGIN; SELECT FROM products WHERE id = '{}' FOR UPDATE", product_id(3));
    client.batch_execute(&lock).await.unwrap();
    let mut made = market.all(&offers, BUYERS.map(|n| (n, n, n, 40_000)));
    while made.len() > 1 {
        let (n, outcome) = made.join_next().await.unwrap().unwrap();
        assert!(n != 3 && outcome.is_ok(), "{outcome:?}");
    }
    assert_eq!(market.count("SELECT count(DISTINCT xmin::text) FROM offers").await, 2, "nor be alone");
    market.ground.waiting_for_a_lock(1).await;
    client.batch_execute("COMMIT").await.unwrap();
    assert!(made.join_all().await.iter().all(|(_, outcome)| outcome.is_ok()));
    market.is_sound().await;
}

#[tokio::test]
async fn of_acceptances_together_each_opens_its_deal_and_of_rivals_one() {
    let market = fair().await;
    for n in BUYERS.filter(|n| *n != AT_ONCE) {
        market.make(n, n, n, 40_000).await;
    }
    // A rival for bike 6.
    market.make(30, 6, 5, 39_000).await;
    market.told().await;
    let (offers, rules, seller) = (market.offers(), market.rules.clone(), user_id(1));
    let client = market.ground.database.connect().await;
    client.batch_execute("BEGIN; LOCK TABLE messages IN EXCLUSIVE MODE").await.unwrap();
    // By the seller, but for 4, whose buyer is no seller; and one that is not there.
    let answers = BUYERS.filter(|n| *n != AT_ONCE).chain([30, 700]);
    let accepted: JoinSet<_> = answers
        .map(|n| {
            let (offers, rules) = (offers.clone(), rules.clone());
            let actor = if n == 4 { user_id(4) } else { seller };
            async move { (n, accept(&offers, &rules, n, actor, None).await) }
        })
        .collect();
    market.ground.waiting_for_a_lock(1).await;
    client.batch_execute("COMMIT").await.unwrap();
    let mut winners = Vec::new();
    for (n, outcome) in accepted.join_all().await {
        match (n, outcome) {
            (4, outcome) => assert_eq!(outcome, Err(market.accept(4, 4).await.unwrap_err())),
            (700, outcome) => assert_eq!(outcome, Err(DecideError::NotFound)),
            (6 | 30, Err(error)) => assert_eq!(error, DecideError::Refused(OfferRefusal::NotPending)),
            (n, outcome) => {
                let accepted = outcome.unwrap();
                assert_eq!(market.find(n).await, accepted.offer, "as it was answered");
                assert_eq!(accepted.lost.len(), usize::from([6, 30].contains(&n)));
                winners.push(n);
            }
        }
    }
    assert_eq!(winners.len(), 18);
    assert_eq!(winners.iter().filter(|n| [6, 30].contains(*n)).count(), 1);
    assert_eq!(market.ground.count("transactions").await, 18);
    let written = market.count("SELECT count(DISTINCT xmin::text) FROM transactions").await;
    assert_eq!(written, 2, "the first by itself, then all the others");
    market.is_sound().await;
}
