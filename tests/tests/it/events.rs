//! Events as clients follow them: from two servers, over connections that break, and through the end of a server.

use std::{
    env,
    hash::{BuildHasher, RandomState},
    sync::LazyLock,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use souk_testkit::database::TestDatabase;
use tokio::task::JoinSet;

use crate::harness::{Api, Following, PATIENCE, Person, Raw, Server, bike, database, eventually};

/// How many events the listeners of the long test hear, unless `SOUK_E2E_EVENTS` says otherwise.
const EVENTS: usize = 2_000;
const WRITERS: usize = 4;
const LISTENERS: usize = 4;
/// How many large events a client does not take, of which some hundred find a place on the way to it.
const FLOOD: i32 = 600;

/// From here on, time is told.
static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// A statement that lets something happen.
const HAPPEN: &str = "INSERT INTO outbox_events (kind, aggregate, aggregate_id, payload, audience, created_at)
    SELECT 'message.created', 'message', gen_random_uuid(), $1::text::jsonb, ARRAY(SELECT id FROM users WHERE id::text = ANY ($2)),
        clock_timestamp()";

/// Lets something happen that these people may hear of.
async fn happen(database: &TestDatabase, payload: &Value, audience: &[&Person]) {
    let client = database.connect().await;
    let people: Vec<&str> = audience.iter().map(|person| person.id.as_str()).collect();
    client.execute(HAPPEN, &[&payload.to_string(), &people]).await.unwrap();
}

#[tokio::test]
async fn one_hears_of_what_concerns_one_and_of_nothing_else_on_whichever_server() {
    let database = database().await;
    let servers = [Server::start(&database, &[]).await, Server::start(&database, &[]).await];
    let ada = Person::register(&servers[0].api, "ada").await;
    let bob = Person::register(&servers[0].api, "bob").await;
    let mut adas = Following::begin(&servers[0].api, &ada, None).await;
    let mut bobs = Following::begin(&servers[1].api, &bob, None).await;
    happen(&database, &json!({"n": 1}), &[&ada]).await;
    happen(&database, &json!({"n": 2, "text": "a\nb"}), &[&ada, &bob]).await;
    for n in [1, 2] {
        let event = adas.next().await.unwrap();
        assert_eq!((event.kind.as_str(), &event.data["n"]), ("message.created", &json!(n)));
        assert_eq!(event.data["type"], "message.created");
        assert!(event.data["created_at"].is_string());
    }
    let event = bobs.next().await.unwrap();
    assert_eq!((&event.data["n"], &event.data["text"]), (&json!(2), &json!("a\nb")));
    // An id is good on every server; what came after it comes once.
    let mut again = Following::begin(&servers[0].api, &bob, Some(&event.id)).await;
    happen(&database, &json!({"n": 3}), &[&bob]).await;
    assert_eq!(again.next().await.unwrap().data["n"], 3);
    assert_eq!(bobs.next().await.unwrap().data["n"], 3);
    // Nobody else's id helps to hear of other people's affairs.
    let begin = adas.last_id.clone();
    happen(&database, &json!({"n": 4}), &[&ada]).await;
    happen(&database, &json!({"n": 5}), &[&bob]).await;
    let mut curious = Following::begin(&servers[1].api, &bob, Some(&begin)).await;
    assert_eq!((curious.next().await.unwrap().data["n"].clone(), begin.is_empty()), (json!(3), false));
    assert_eq!(curious.next().await.unwrap().data["n"], 5);

    for bad in ["x", &begin[1..], "!"] {
        let refusal = Following::try_begin(&servers[0].api, &ada, Some(bad)).await.err();
        assert_eq!(refusal, Some((400, "invalid_last_event_id".to_owned())), "{bad}");
    }
}

#[tokio::test]
async fn nothing_is_lost_repeated_or_out_of_order_over_broken_connections_and_two_servers() {
    #[expect(clippy::disallowed_methods, reason = "tests have no `config.rs`")]
    let events = env::var("SOUK_E2E_EVENTS");
    let events: usize = events.map_or(EVENTS, |count| count.parse().expect("a number"));
    let database = database().await;
    let unlimited = [("SOUK_RATE_LIMITS", "off")];
    let servers = [Server::start(&database, &unlimited).await, Server::start(&database, &unlimited).await];
    let ada = Person::register(&servers[0].api, "ada").await;
    let bob = Person::register(&servers[0].api, "bob").await;
    let product = servers[0].api.post("/v1/products", &bike("a bike")).by(&ada).send().await.is(201).json();
    let open = json!({ "product_id": product["id"] });
    let thread = servers[0].api.post("/v1/conversations", &open).by(&bob).send().await.is(201).json();
    let path = format!("/v1/conversations/{}/messages", thread["id"].as_str().unwrap());
    let apis = [servers[0].api.clone(), servers[1].api.clone()];

    let mut listeners = JoinSet::new();
    for listener in 0..LISTENERS {
        let first = Following::begin(&apis[listener % 2], &ada, None).await;
        listeners.spawn(listen(apis.clone(), ada.clone(), first, listener, events));
    }
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (api, path) = (apis[writer % 2].clone(), path.clone());
        let person = if writer < WRITERS / 2 { ada.clone() } else { bob.clone() };
        writers.spawn(async move {
            for _ in 0..events / WRITERS {
                let now = BEGUN.elapsed().as_micros().to_string();
                let message = json!({ "message_type": "text", "content": now });
                api.post(&path, &message).by(&person).send().await.is(201);
            }
        });
    }
    writers.join_all().await;
    let mut delays = listeners.join_all().await.concat();
    delays.sort();
    let at = |share: usize| delays[(delays.len() - 1) * share / 100];
    println!(
        "{events} messages, {LISTENERS} listeners: heard after {:?} at the median, {:?} at 99 %, {:?} at most",
        at(50),
        at(99),
        at(100)
    );
}

/// Listens until it has heard everything, now on one server and now on the other, losing its connection at random; how
/// long each event took to be heard.
async fn listen(
    apis: [Api; 2],
    person: Person,
    first: Following,
    listener: usize,
    events: usize,
) -> Vec<Duration> {
    let (mut following, mut server) = (first, listener);
    let mut delays = Vec::new();
    let (mut count, mut until_break) = (0, dice(listener) % 200);
    while count < events {
        let next = if until_break == 0 { None } else { following.next().await };
        let Some(event) = next else {
            // Its network is gone, and what it had not read yet with it; or it was too slow, and is told no more.
            let last_id = following.last_id.clone();
            drop(following);
            server += 1;
            following = Following::begin(&apis[server % 2], &person, Some(&last_id)).await;
            until_break = 1 + dice(count) % 400;
            continue;
        };
        until_break -= 1;
        count += 1;
        assert_eq!(event.data["seq"], count, "listener {listener}");
        let at = Duration::from_micros(event.data["content"].as_str().unwrap().parse().unwrap());
        delays.push(BEGUN.elapsed().saturating_sub(at));
    }
    delays
}

fn dice(salt: usize) -> usize {
    usize::try_from(RandomState::new().hash_one(salt) % 1_000_003).unwrap()
}

#[tokio::test]
async fn streams_end_with_their_server_and_go_on_at_another() {
    let database = database().await;
    let mut first = Server::start(&database, &[]).await;
    let second = Server::start(&database, &[]).await;
    let ada = Person::register(&first.api, "ada").await;
    let mut following = Following::begin(&first.api, &ada, None).await;
    happen(&database, &json!({"n": 1}), &[&ada]).await;
    assert_eq!(following.next().await.unwrap().data["n"], 1);
    first.terminate();
    assert!(following.next().await.is_none(), "it ends");
    happen(&database, &json!({"n": 2}), &[&ada]).await;
    assert!(first.ended(PATIENCE).await.success());
    let mut again = Following::begin(&second.api, &ada, Some(&following.last_id)).await;
    assert_eq!(again.next().await.unwrap().data["n"], 2);
}

#[tokio::test]
async fn a_stream_outlives_the_deadline_of_requests_but_not_its_token() {
    let database = database().await;
    let brief = [("SOUK_ACCESS_TOKEN_TTL", "5s")];
    let hasty = [("SOUK_REQUEST_DEADLINE", "1s"), ("SOUK_ACCESS_TOKEN_TTL", "5s")];
    let (door, server) = (Server::start(&database, &brief).await, Server::start(&database, &hasty).await);
    let ada = Person::register(&door.api, "ada").await;
    let begun = Instant::now();
    let mut following = Following::begin(&server.api, &ada, None).await;
    let mut heard = 0;
    // As long as there is something to hear, it is heard; then the token is over, and so is the answer.
    loop {
        happen(&database, &json!({"n": heard}), &[&ada]).await;
        let Some(event) = following.next().await else { break };
        assert_eq!(event.data["n"], heard);
        heard += 1;
    }
    assert!(heard > 0 && begun.elapsed() > Duration::from_secs(2), "{heard} in {:?}", begun.elapsed());
    let refusal = Following::try_begin(&server.api, &ada, Some(&following.last_id)).await.err();
    assert_eq!(refusal, Some((401, "unauthenticated".to_owned())));
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_dropped_and_holds_nobody_up() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let ada = Person::register(&server.api, "ada").await;
    let mut stalled = Raw::narrow(server.api.address()).await;
    let request =
        format!("GET /v1/events HTTP/1.1\r\nhost: souk\r\nauthorization: Bearer {}\r\n\r\n", ada.token);
    stalled.send(request.as_bytes()).await;
    stalled.begun().await;
    let mut following = Following::begin(&server.api, &ada, None).await;
    let place = following.last_id.clone();
    // More than its queue and all buffers on the way hold, no more at once than the queue of one who listens.
    let client = database.connect().await;
    let flood = "INSERT INTO outbox_events (kind, aggregate, aggregate_id, payload, audience, created_at)
        SELECT 'message.created', 'message', gen_random_uuid(),
            jsonb_build_object('n', n, 'words', repeat('x', 60000)), ARRAY(SELECT id FROM users), clock_timestamp()
        FROM generate_series($1::int, $1 + 99) n";
    for n in 0..FLOOD / 100 {
        client.execute(flood, &[&(n * 100)]).await.unwrap();
        for n in n * 100..(n + 1) * 100 {
            assert_eq!(following.next().await.unwrap().data["n"], n);
        }
    }
    eventually("the stalled one was dropped", PATIENCE, async || {
        let metrics = server.operations.get("/metrics").send().await.is(200).text();
        metrics.lines().any(|line| line == "event_streams_dropped_total 1").then_some(())
    })
    .await;
    // It comes again, and is told everything.
    let mut again = Following::begin(&server.api, &ada, Some(&place)).await;
    for n in 0..FLOOD {
        assert_eq!(again.next().await.unwrap().data["n"], n);
    }
}
