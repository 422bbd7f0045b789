//! A database that goes away, falls silent, and comes back: the server tells everybody in time, and serves again by
//! itself.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{Answer, Api, PATIENCE, Person, Proxy, Request, Server, bike, database, eventually};

/// How long a client waits for its answer here; five seconds by default.
const DEADLINE: Duration = Duration::from_secs(1);
/// How much later than the deadline an answer may be on a busy machine.
const SLACK: Duration = Duration::from_secs(1);
/// Within which time the server serves again when the database is back.
const BACK: Duration = Duration::from_secs(2);

const SETTINGS: [(&str, &str); 4] = [
    ("SOUK_REQUEST_DEADLINE", "1s"),
    // Fewer connections than requests, so that those that are lost are missed.
    ("SOUK_POOL_MAX_SIZE", "4"),
    ("SOUK_POOL_MIN_IDLE", "4"),
    // The server is given up on two seconds after it would have given up itself.
    ("SOUK_TRANSACTION_TIMEOUT", "1s"),
];

#[tokio::test]
async fn a_database_that_is_stopped_is_told_to_everybody_and_missed_by_nobody_once_it_is_back() {
    let database = database().await;
    let proxy = Proxy::to(&database.url()).await;
    let server = Server::begin(proxy.url(), &SETTINGS).await;
    server.ready(PATIENCE).await;
    let seller = Person::register(&server.api, "seller").await;

    proxy.cut().await;
    all_refused(&server, &seller).await;
    assert_eq!(not_ready(&server.api).await, "database_unreachable");
    assert_eq!(not_ready(&server.operations).await, "database_unreachable");

    let back = Instant::now();
    proxy.open();
    serves_again(&server, &seller, back, BACK).await;
}

#[tokio::test]
async fn a_database_that_falls_silent_is_given_up_on_and_found_again() {
    let database = database().await;
    let proxy = Proxy::to(&database.url()).await;
    let server = Server::begin(proxy.url(), &SETTINGS).await;
    server.ready(PATIENCE).await;
    let seller = Person::register(&server.api, "seller").await;

    proxy.silence();
    all_refused(&server, &seller).await;
    assert_eq!(not_ready(&server.api).await, "database_unreachable");

    let back = Instant::now();
    proxy.open();
    serves_again(&server, &seller, back, BACK).await;
}

#[tokio::test]
async fn connections_that_stay_silent_for_ever_are_replaced() {
    let database = database().await;
    let proxy = Proxy::to(&database.url()).await;
    let server = Server::begin(proxy.url(), &SETTINGS).await;
    server.ready(PATIENCE).await;
    let seller = Person::register(&server.api, "seller").await;

    proxy.silence();
    all_refused(&server, &seller).await;

    let back = Instant::now();
    proxy.open_anew();
    // Two seconds later than ever so busy a database: that is how long nothing is heard before hope is given up.
    serves_again(&server, &seller, back, BACK + Duration::from_secs(2)).await;
}

#[tokio::test]
async fn a_server_that_starts_before_its_database_serves_once_it_is_there() {
    let database = database().await;
    let proxy = Proxy::to(&database.url()).await;
    proxy.cut().await;
    let server = Server::begin(proxy.url(), &SETTINGS).await;
    assert_eq!(not_ready(&server.api).await, "database_unreachable");
    assert_eq!(server.api.get("/v1/products").send().await.refusal(503), "unavailable");

    proxy.open();
    server.ready(BACK).await;
    Person::register(&server.api, "seller").await;
}

/// Reads and writes, more at once than there are connections, are answered 503 in time; the process lives.
async fn all_refused(server: &Server, seller: &Person) {
    let mut requests = JoinSet::new();
    for n in 0..8 {
        let api = &server.api;
        let publish = api.post("/v1/products", &bike("lost")).by(seller);
        requests.spawn(timed(api.get("/v1/products")));
        requests.spawn(timed(api.get(&format!("/v1/products/{}", seller.id))));
        requests.spawn(timed(api.get("/v1/products/nearby?latitude=1&longitude=2")));
        requests.spawn(timed(if n % 2 == 0 { publish } else { publish.key(&format!("key-{n}")) }));
    }
    requests
        .spawn(timed(server.api.post("/v1/auth/login", &json!({ "identifier": "seller", "password": "x" }))));
    for (answer, took) in requests.join_all().await {
        let code = answer.refusal(503);
        assert!(["unavailable", "deadline_exceeded", "outcome_unknown"].contains(&&*code), "{code}");
        assert!(took < DEADLINE + SLACK, "{code} took {took:?}");
    }
    for api in [&server.api, &server.operations] {
        let (answer, took) = timed(api.get("/livez")).await;
        assert!(answer.status == 200 && took < SLACK, "/livez asks nobody: {answer:?} after {took:?}");
    }
}

async fn timed(request: Request) -> (Answer, Duration) {
    let began = Instant::now();
    (request.send().await, began.elapsed())
}

async fn not_ready(api: &Api) -> String {
    let (answer, took) = timed(api.get("/readyz")).await;
    assert!(took < DEADLINE + SLACK, "/readyz took {took:?}");
    answer.refusal(503)
}

/// Reads and writes are served within `limit` since `back`, and go on being served.
async fn serves_again(server: &Server, seller: &Person, back: Instant, limit: Duration) {
    let left = || limit.saturating_sub(back.elapsed());
    eventually("a read is answered", left(), async || {
        (server.api.get("/v1/products").send().await.status == 200).then_some(())
    })
    .await;
    eventually("a listing is published", left(), async || {
        let published = server.api.post("/v1/products", &bike("found")).by(seller).send().await;
        (published.status == 201).then_some(())
    })
    .await;
    server.ready(left()).await;
    for _ in 0..20 {
        server.api.get("/v1/products").send().await.is(200);
        server.api.post("/v1/products", &bike("found")).by(seller).send().await.is(201);
    }
}
