//! Rivals: many who want the same thing at once, and the clock.

use souk_postgres_adapter::PgTransactions;

use super::*;

const LOCK_BIKES: &str = "SELECT FROM products FOR UPDATE";

#[tokio::test]
async fn of_64_acceptances_of_rival_offers_one_wins() {
    let market = Market::new(16, 1).await;
    for n in 1..=16 {
        market.make(n, 1, n + 1, 40_000).await;
    }
    market.told().await;
    let rivals = (0..64).map(|rival| {
        let (offers, rules) = (market.offers(), market.rules.clone());
        async move { accept(&offers, &rules, rival % 16 + 1, user_id(1), None).await }
    });
    let outcomes = market.ground.at_once(LOCK_BIKES, rivals).await;
    let winners: Vec<_> = outcomes.iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    for loser in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert_eq!(*loser, DecideError::Refused(OfferRefusal::NotPending));
    }
    assert_eq!((market.ground.count("transactions").await, winners[0].lost.len()), (1, 15));
    assert_eq!(market.told().await.iter().filter(|kind| *kind == "offer.accepted").count(), 1);
    market.is_sound().await;
}

/// What one of the rivals came to: whether it won, and what it was.
type Outcome = (&'static str, Decided<()>);

async fn act(what: usize, market: &PgOffers, rules: &OfferRules, n: u128) -> Outcome {
    let (id, seller, buyer) = (offer_id(n), user_id(1), user_id(2));
    match what % 5 {
        0 => ("accept", accept(market, rules, n, seller, None).await.map(|_| ())),
        1 => ("reject", market.reject(id, seller, &AnswerContext::reject).await.map(|_| ())),
        2 => ("cancel", market.cancel(id, buyer, &AnswerContext::cancel).await.map(|_| ())),
        3 => {
            let (with, proposal) = (offer_id(1_000 + n), proposal(rules, 44_000));
            let decide = |context: AnswerContext| context.counter(with, proposal.clone(), rules);
            ("counter", market.counter(id, seller, &decide, None).await.map(|_| ()))
        }
        _ => {
            let swept = market.expire(100).await.unwrap();
            let outcome = if swept > 0 { Ok(()) } else { refused(OfferRefusal::NotPending) };
            ("sweep", outcome)
        }
    }
}

#[tokio::test]
async fn of_all_that_can_happen_to_an_offer_one_thing_does() {
    const ROUNDS: u128 = 12;
    let mut market = Market::new(1, u32::try_from(ROUNDS).unwrap()).await;
    // Each has so little time that the sweep is among the winners.
    market.rules.lifetime = TimeDelta::milliseconds(120);
    for round in 1..=ROUNDS {
        market.make(round, round, 2, 40_000).await;
        let rivals = (0..20).map(|rival| {
            let (offers, rules) = (market.offers(), market.rules.clone());
            async move { act(rival, &offers, &rules, round).await }
        });
        let outcomes = rivals.collect::<tokio::task::JoinSet<_>>().join_all().await;
        // Nobody may have won yet if the sweep came too early; what is left then is for it alone.
        while market.find(round).await.state == OfferState::Pending {
            market.offers().expire(100).await.unwrap();
        }
        let answers: Vec<_> =
            outcomes.iter().filter(|(what, outcome)| *what != "sweep" && outcome.is_ok()).collect();
        let (status, reason) = market.status(round).await;
        match status {
            OfferStatus::Expired => assert!(answers.is_empty(), "{outcomes:?}"),
            OfferStatus::Accepted | OfferStatus::Rejected | OfferStatus::Cancelled => {
                assert_eq!(answers.len(), 1, "{status:?} {reason:?}: {outcomes:?}");
            }
            OfferStatus::Pending => unreachable!("it was waited for"),
        }
        for (_, outcome) in outcomes.iter().filter(|(_, outcome)| outcome.is_err()) {
            let is_clean = [OfferRefusal::NotPending, OfferRefusal::Expired].map(refused::<()>);
            assert!(is_clean.contains(outcome), "{outcome:?}");
        }
        // A counter is an offer of its own, and in its own time over as well.
        market.client.batch_execute("DELETE FROM outbox_events").await.unwrap();
    }
    market.is_sound().await;
}

/// Offers that live from a millisecond to seconds, accepted as soon as that goes: some come in time and some do not, and
/// none is accepted whose time was over.
#[tokio::test]
async fn nothing_is_accepted_at_or_after_its_time() {
    const OFFERS: u32 = 60;
    let mut market = Market::new(1, OFFERS).await;
    // From 1 ms, each a sixth longer than the one before: the last lives ten seconds.
    let mut micros = 1_000;
    for n in 1..=OFFERS {
        market.rules.lifetime = TimeDelta::microseconds(micros);
        market.make(n.into(), n.into(), 2, 40_000).await;
        micros += micros * 17 / 100;
    }
    // Again as if all of them were made now.
    let renew = "UPDATE offers SET expires_at = clock_timestamp() + (expires_at - created_at), created_at = clock_timestamp()";
    market.client.batch_execute(renew).await.unwrap();
    let rivals = (1..=OFFERS).map(|n| {
        let (offers, rules) = (market.offers(), market.rules.clone());
        async move { accept(&offers, &rules, n.into(), user_id(1), None).await }
    });
    let outcomes = rivals.collect::<tokio::task::JoinSet<_>>().join_all().await;
    let accepted = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!((1..outcomes.len()).contains(&accepted), "some in time, some not: {accepted}");
    for outcome in outcomes {
        match outcome {
            Ok(Acceptance { offer, .. }) => {
                assert!(offer.state.responded_at().is_some_and(|at| at < offer.expires_at), "{offer:?}");
            }
            Err(refusal) => assert_eq!(refusal, DecideError::Refused(OfferRefusal::Expired)),
        }
    }
    market.is_sound().await;
}

#[tokio::test]
async fn time_that_is_spent_waiting_for_the_lock_counts() {
    let mut market = Market::new(1, 20).await;
    let holder = market.ground.database.connect().await;
    for n in 1..=20 {
        market.rules.lifetime = TimeDelta::milliseconds(100 + 40 * i64::try_from(n).unwrap());
        let offer = market.make(n, n, 2, 40_000).await;
        let lock = format!("BEGIN; SELECT FROM products WHERE id = '{}' FOR UPDATE", product_id(n));
        holder.batch_execute(&lock).await.unwrap();
        let (offers, rules) = (market.offers(), market.rules.clone());
        let waiting = tokio::spawn(async move { accept(&offers, &rules, n, user_id(1), None).await });
        market.ground.waiting_for_a_lock(1).await;
        let is_over = async || {
            let sql = "SELECT clock_timestamp() >= expires_at FROM offers WHERE id = $1";
            holder.query_one(sql, &[&offer.id.as_uuid()]).await.unwrap().get::<_, bool>(0)
        };
        let began_in_time = !is_over().await;
        while !is_over().await {}
        holder.batch_execute("COMMIT").await.unwrap();
        let outcome = waiting.await.unwrap();
        assert_eq!(outcome, refused(OfferRefusal::Expired));
        if began_in_time {
            return;
        }
    }
    panic!("this machine is too slow to begin anything in time");
}

/// What stands behind the lock: whoever writes past it meets the indexes.
#[tokio::test]
async fn an_index_stands_behind_the_lock() {
    let market = Market::new(2, 1).await;
    market.make(1, 1, 2, 40_000).await;
    market.make(2, 1, 3, 40_000).await;
    let past = market.ground.database.connect().await;
    let accepted = "BEGIN; UPDATE offers SET status = 'accepted', responded_at = now()
        WHERE id = '00000000-0000-0000-0000-000000000002'";
    past.batch_execute(accepted).await.unwrap();
    let (offers, rules) = (market.offers(), market.rules.clone());
    let rival = tokio::spawn(async move { accept(&offers, &rules, 1, user_id(1), None).await });
    market.ground.waiting_for_a_lock(1).await;
    past.batch_execute("COMMIT").await.unwrap();
    let outcome = rival.await.unwrap();
    assert!(
        [OfferRefusal::ProductNotAvailable, OfferRefusal::NotPending].map(refused).contains(&outcome),
        "{outcome:?}"
    );
    assert_eq!(market.count("SELECT count(*) FROM offers WHERE status = 'accepted'").await, 1);
}

/// What the lock and the index are for: rivals who look before they write all find the way free. With the index one gets
/// through, without it all of them do.
#[tokio::test]
async fn without_the_lock_the_index_stops_all_but_one_and_without_both_nobody_is_stopped() {
    const RIVALS: u128 = 8;
    for (schema, winners) in [("", 1), ("DROP INDEX uq_offers_accepted", 8)] {
        let market = Market::new(RIVALS, 1).await;
        for n in 1..=RIVALS {
            market.make(n, 1, n + 1, 40_000).await;
        }
        market.client.batch_execute(schema).await.unwrap();
        let all_looked = std::sync::Arc::new(tokio::sync::Barrier::new(8));
        let mut rivals = tokio::task::JoinSet::new();
        for n in 1..=RIVALS {
            let (client, all_looked) = (market.ground.database.connect().await, all_looked.clone());
            rivals.spawn(async move {
                let free = "SELECT count(*) FROM offers WHERE status = 'accepted'";
                let accepted: i64 = client.query_one(free, &[]).await.unwrap().get(0);
                all_looked.wait().await;
                let accept = "UPDATE offers SET status = 'accepted', responded_at = now() WHERE id = $1";
                accepted == 0 && client.execute(accept, &[&offer_id(n).as_uuid()]).await.is_ok()
            });
        }
        let won = rivals.join_all().await.into_iter().filter(|won| *won).count();
        assert_eq!(won, winners, "{schema:?}");
    }
}

#[tokio::test]
async fn a_deal_that_lapses_and_new_offers_do_not_meet() {
    use souk_ports::transaction::TransactionRepository;
    let market = Market::new(8, 1).await;
    market.make(1, 1, 2, 40_000).await;
    market.accept(1, 1).await.unwrap();
    let over = "UPDATE transactions SET pay_by = now() - interval '1 minute', created_at = now() - interval '2 days'";
    market.client.batch_execute(over).await.unwrap();
    let rivals = (0..32_u128).map(|rival| {
        let (offers, rules) = (market.offers(), market.rules.clone());
        let deals = PgTransactions::new(market.ground.pool.clone());
        async move {
            if rival % 4 == 0 {
                deals.lapse(10).await.unwrap();
                return true;
            }
            let made = make(&offers, &rules, 10 + rival, 1, 3 + rival % 6, 40_000, None).await;
            let clean =
                [OfferRefusal::ProductNotAvailable, OfferRefusal::AlreadyPending].map(refused::<Made>);
            made.is_ok() || clean.contains(&made)
        }
    });
    let outcomes = rivals.collect::<tokio::task::JoinSet<_>>().join_all().await;
    assert!(outcomes.into_iter().all(|is_clean| is_clean));
    while market.count("SELECT count(*) FROM transactions WHERE status = 'pending'").await > 0 {
        PgTransactions::new(market.ground.pool.clone()).lapse(10).await.unwrap();
    }
    market.is_sound().await;
}

/// Statements travel together, and on a connection that knows none of them each is prepared on the way: what comes last
/// must not overtake what comes before.
#[tokio::test]
async fn whatever_a_connection_knows_everything_is_one_transaction() {
    let market = Market::new(3, 1).await;
    let transactions =
        "SELECT count(DISTINCT xmin::text) FROM (SELECT xmin FROM offers UNION ALL SELECT xmin FROM messages
        UNION ALL SELECT xmin FROM conversations UNION ALL SELECT xmin FROM outbox_events
        UNION ALL SELECT xmin FROM transactions UNION ALL SELECT xmin FROM products) AS written
        WHERE xmin::text::bigint > $1";
    let written_since = async |before: i64| -> i64 {
        market.client.query_one(transactions, &[&before]).await.unwrap().get(0)
    };
    let now = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1";
    let fresh = || PgOffers::new(market.ground.another_pool());
    let before = market.count(now).await;
    make(&fresh(), &market.rules, 1, 1, 2, 40_000, None).await.unwrap();
    assert_eq!(written_since(before).await, 1, "an offer was made");
    market.make(2, 1, 3, 41_000).await;
    market.make(3, 1, 4, 42_000).await;
    let before = market.count(now).await;
    accept(&fresh(), &market.rules, 1, user_id(1), None).await.unwrap();
    assert_eq!(written_since(before).await, 1, "an offer was accepted");
    assert_eq!(market.told().await.iter().filter(|kind| *kind == "transaction.created").count(), 1);
    market.is_sound().await;
}
