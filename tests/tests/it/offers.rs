//! Offers on two servers that share a database: rivals, of whom one wins; what time ends; and what it leaves behind.

use std::env;

use serde_json::{Value, json};
use souk_testkit::database::TestDatabase;

use crate::harness::{Answer, PATIENCE, Person, Server, bike, count, database, eventually};

/// How many clients there are at once.
const CLIENTS: usize = 64;

/// What servers are told here: on a small and busy machine a request may wait longer for a connection, and nobody is to be
/// told to come more slowly.
const SETTINGS: [(&str, &str); 2] = [("SOUK_POOL_ACQUIRE_TIMEOUT", "4s"), ("SOUK_RATE_LIMITS", "off")];

/// How many rounds the race has: a few unless somebody wants to know it exactly.
fn rounds() -> usize {
    #[expect(clippy::disallowed_methods, reason = "tests have no `config.rs`; this is theirs")]
    let told = env::var("SOUK_RACE_ROUNDS");
    told.ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(20)
}

async fn publish(server: &Server, seller: &Person, title: &str) -> String {
    let published = server.api.post("/v1/products", &bike(title)).by(seller).send().await.is(201);
    published.json()["id"].as_str().expect("an id").to_owned()
}

async fn make(server: &Server, buyer: &Person, product: &str, minor: i64) -> Value {
    let path = format!("/v1/products/{product}/offers");
    server.api.post(&path, &json!({ "amount_minor": minor })).by(buyer).send().await.is(201).json()
}

/// What must hold whenever nothing is going on.
async fn is_sound(database: &TestDatabase) {
    for (what, query) in [
        (
            "reserved and no deal, or a deal and not reserved",
            "SELECT count(*) FROM products p WHERE sold_at IS NULL AND archived_at IS NULL AND is_available = EXISTS
                 (SELECT FROM transactions WHERE product_id = p.id AND status IN ('pending', 'completed'))",
        ),
        (
            "an offer waits for what cannot be had",
            "SELECT count(*) FROM offers JOIN products p ON p.id = product_id
             WHERE status = 'pending' AND NOT is_available",
        ),
        (
            "an accepted offer without its deal",
            "SELECT count(*) FROM offers o WHERE status = 'accepted' AND NOT EXISTS (SELECT FROM transactions t
                 WHERE offer_id = o.id AND t.status = 'pending' AND subtotal_minor = o.amount_minor)",
        ),
        (
            "a thread with gaps",
            "SELECT count(*) FROM conversations c
             WHERE last_seq <> (SELECT count(*) FROM messages WHERE conversation_id = c.id)",
        ),
        (
            "an offer that ended in silence",
            "SELECT count(*) FROM offers o WHERE status <> 'pending' AND NOT EXISTS
                 (SELECT FROM outbox_events WHERE aggregate_id = o.id AND kind <> 'offer.created')",
        ),
    ] {
        assert_eq!(count(database, query).await, 0, "{what}");
    }
}

#[tokio::test]
async fn of_64_who_accept_rival_offers_one_gets_through_in_every_round() {
    let database = database().await;
    let servers = [Server::start(&database, &SETTINGS).await, Server::start(&database, &SETTINGS).await];
    let seller = Person::register(&servers[0].api, "seller").await;
    let mut buyers = Vec::new();
    for n in 0..CLIENTS {
        buyers.push(Person::register(&servers[n % 2].api, &format!("buyer{n}")).await);
    }
    for round in 1..=rounds() {
        let product = publish(&servers[round % 2], &seller, &format!("bike {round}")).await;
        let path = format!("/v1/products/{product}/offers");
        let offers = at_once(buyers.iter().enumerate().map(|(n, buyer)| {
            servers[n % 2].api.post(&path, &json!({ "amount_minor": 40_000 })).by(buyer).send()
        }))
        .await;
        let ids: Vec<String> =
            offers.into_iter().map(|offer| offer.is(201).json()["id"].as_str().unwrap().to_owned()).collect();
        let answers = at_once(ids.iter().enumerate().map(|(n, id)| {
            let accept = servers[n % 2].api.post(&format!("/v1/offers/{id}/accept"), &json!({}));
            accept.by(&seller).send()
        }))
        .await;
        let winners = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(winners, 1, "round {round}");
        for loser in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(loser.refusal(409), "offer_not_pending", "round {round}");
        }
    }
    let won = count(&database, "SELECT count(*) FROM offers WHERE status = 'accepted'").await;
    assert_eq!(usize::try_from(won), Ok(rounds()));
    is_sound(&database).await;
}

/// Everything that can happen to an offer, all at once, while both servers sweep.
#[tokio::test]
async fn of_all_that_can_happen_to_an_offer_one_thing_does() {
    let database = database().await;
    let settings = [&SETTINGS[..], &[("SOUK_SWEEP_EVERY", "20ms"), ("SOUK_OFFER_TTL", "400ms")]].concat();
    let servers = [Server::start(&database, &settings).await, Server::start(&database, &settings).await];
    let seller = Person::register(&servers[0].api, "seller").await;
    let buyer = Person::register(&servers[1].api, "buyer").await;
    for round in 1..=rounds() {
        let product = publish(&servers[0], &seller, &format!("bike {round}")).await;
        let offer = make(&servers[1], &buyer, &product, 40_000).await;
        let id = offer["id"].as_str().expect("an id");
        let answers = at_once((0..16).map(|n| {
            let (act, by) =
                [("accept", &seller), ("reject", &seller), ("cancel", &buyer), ("counter", &seller)][n % 4];
            let body = if act == "counter" { json!({ "amount_minor": 44_000 }) } else { json!({}) };
            servers[n / 4 % 2].api.post(&format!("/v1/offers/{id}/{act}"), &body).by(by).send()
        }))
        .await;
        let winners = answers.iter().filter(|answer| answer.status < 300).count();
        let expired = count(
            &database,
            &format!("SELECT count(*) FROM offers WHERE id = '{id}' AND status = 'expired'"),
        )
        .await;
        let late = usize::try_from(expired).expect("a count");
        assert!(winners + late <= 1, "round {round}: {winners} won, {late} expired");
        for loser in answers.iter().filter(|answer| answer.status >= 300) {
            let code = loser.refusal(409);
            assert!(["offer_not_pending", "offer_expired"].contains(&code.as_str()), "{code}");
        }
    }
    eventually("nothing waits for the sweep", PATIENCE, async || {
        let waiting = count(&database, "SELECT count(*) FROM offers WHERE status = 'pending'").await;
        (waiting == 0).then_some(())
    })
    .await;
    is_sound(&database).await;
}

#[tokio::test]
async fn what_nobody_answers_expires_and_what_nobody_pays_is_for_sale_again() {
    let database = database().await;
    let hasty = [("SOUK_SWEEP_EVERY", "50ms"), ("SOUK_OFFER_PAY_WITHIN", "300ms"), ("SOUK_FEE_BPS", "800")];
    let server = Server::start(&database, &hasty).await;
    let seller = Person::register(&server.api, "seller").await;
    let buyer = Person::register(&server.api, "buyer").await;
    let product = publish(&server, &seller, "bike").await;
    let offer = make(&server, &buyer, &product, 40_000).await;
    let path = format!("/v1/offers/{}", offer["id"].as_str().expect("an id"));

    let accepted =
        server.api.post(&format!("{path}/accept"), &json!({})).by(&seller).key("k").send().await.is(200);
    let deal = &accepted.json()["transaction"];
    assert_eq!((&deal["platform_fee_minor"], &deal["seller_payout_minor"]), (&json!(3_200), &json!(36_800)));
    eventually("the deal lapses", PATIENCE, async || {
        let offer = server.api.get(&path).by(&buyer).send().await.is(200).json();
        (offer["status_reason"] == "payment_lapsed").then_some(())
    })
    .await;
    let listing = server.api.get(&format!("/v1/products/{product}")).send().await.is(200).json();
    assert_eq!((&listing["status"], &listing["is_available"]), (&json!("available"), &json!(true)));
    let again = server.api.post(&format!("{path}/accept"), &json!({})).by(&seller).send().await;
    assert_eq!(again.refusal(409), "offer_not_pending");
    // What was answered under the key is what was answered, whatever came of it.
    let repeat =
        server.api.post(&format!("{path}/accept"), &json!({})).by(&seller).key("k").send().await.is(200);
    assert_eq!(repeat.body, accepted.body);

    // A second one, which nobody answers. Hours are the least that one can choose, so its time is moved.
    let second = make(&server, &buyer, &product, 41_000).await;
    let second = second["id"].as_str().expect("an id");
    let client = database.connect().await;
    let over = format!(
        "UPDATE offers SET created_at = now() - interval '3 days', expires_at = now() - interval '1 day' WHERE id = '{second}'"
    );
    client.batch_execute(&over).await.expect("an offer");
    let seen = server.api.get(&format!("/v1/offers/{second}")).by(&seller).send().await.is(200).json();
    assert_eq!(seen["status"], "expired", "before the sweep as after it");
    eventually("the sweep comes by", PATIENCE, async || {
        let swept = format!("SELECT count(*) FROM offers WHERE id = '{second}' AND status = 'expired'");
        (count(&database, &swept).await == 1).then_some(())
    })
    .await;
    is_sound(&database).await;
}

/// Sends requests all at once; the answers in their order.
async fn at_once(
    requests: impl Iterator<Item = impl Future<Output = Answer> + Send + 'static>,
) -> Vec<Answer> {
    let requests: Vec<_> = requests.map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for request in requests {
        answers.push(request.await.expect("a client does not fail"));
    }
    answers
}
