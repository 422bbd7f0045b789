//! Many clients at once, on two servers that share a database: one of them wins, and the others are told so.

use serde_json::json;

use crate::harness::{Answer, Person, Request, Server, bike, count, database};

/// How many clients there are at once.
const CLIENTS: usize = 64;

#[tokio::test]
async fn of_64_who_register_one_address_one_gets_it() {
    let database = database().await;
    let servers = [Server::start(&database, &[]).await, Server::start(&database, &[]).await];
    let register = |n: usize| {
        let mut form = Person::form(&format!("rival{n}"));
        // All the same address, in many spellings.
        form["email"] = json!(spelled("contested@example.com", n));
        servers[n % 2].api.post("/v1/auth/register", &form)
    };
    let mut answers = at_once(register).await;
    // On a small and busy machine some are told that there are too many passwords to hash; they come back.
    for (n, answer) in answers.iter_mut().enumerate() {
        while answer.status == 503 {
            assert_eq!(answer.refusal(503), "unavailable", "nothing was done");
            *answer = register(n).send().await;
        }
    }
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for loser in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(loser.refusal(409), "email_taken");
    }
    assert_eq!(count(&database, "SELECT count(*) FROM users").await, 1);
    assert_eq!(count(&database, "SELECT count(*) FROM sessions").await, 1);
}

#[tokio::test]
async fn of_64_requests_with_one_key_one_is_done_and_all_others_learn_of_it() {
    let database = database().await;
    // A small and busy machine may take its time to open all the connections that are needed at once.
    let patient = [("SOUK_POOL_ACQUIRE_TIMEOUT", "4s")];
    let servers = [Server::start(&database, &patient).await, Server::start(&database, &patient).await];
    let seller = Person::register(&servers[0].api, "seller").await;
    let form = bike("a bike that is sold once");
    let publish = |n: usize| servers[n % 2].api.post("/v1/products", &form).by(&seller).key("one-key");
    let answers = at_once(publish).await;

    let done: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    let firsts = done.iter().filter(|answer| !is_replay(answer)).count();
    assert_eq!(firsts, 1, "one of {} did it", done.len());
    for other in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(other.refusal(409), "idempotency_key_in_use");
    }
    for server in [0, 1] {
        let again = publish(server).send().await.is(201);
        assert!(is_replay(&again));
        for answer in &done {
            assert_eq!((&answer.body, answer.header("location")), (&again.body, again.header("location")));
            assert_eq!(answer.header("etag"), again.header("etag"));
        }
    }
    assert_eq!(count(&database, "SELECT count(*) FROM products").await, 1);

    let other_form = bike("another bike");
    let reused = servers[1].api.post("/v1/products", &other_form).by(&seller).key("one-key").send().await;
    assert_eq!(reused.refusal(422), "idempotency_key_reused");
    let neighbour = Person::register(&servers[0].api, "neighbour").await;
    let own = servers[0].api.post("/v1/products", &form).by(&neighbour).key("one-key").send().await.is(201);
    assert!(!is_replay(&own), "a key is its user's own");
}

#[tokio::test]
async fn guesses_at_a_password_are_counted_over_all_servers() {
    let database = database().await;
    let patient = [("SOUK_POOL_ACQUIRE_TIMEOUT", "4s")];
    let servers = [Server::start(&database, &patient).await, Server::start(&database, &patient).await];
    let ada = Person::register(&servers[0].api, "ada").await;
    let answers = at_once(|n| {
        let guess =
            json!({ "identifier": spelled("ada@example.com", n), "password": format!("guess number {n}") });
        servers[n % 2].api.post("/v1/auth/login", &guess)
    })
    .await;
    let wrong = answers.iter().filter(|answer| answer.status == 401).count();
    assert_eq!(wrong, 10, "so many may be tried in a minute");
    for late in answers.iter().filter(|answer| answer.status != 401) {
        assert_eq!(late.refusal(429), "too_many_requests");
        assert!(late.header("retry-after").parse().is_ok_and(|seconds: u32| (1..=60).contains(&seconds)));
    }
    // Whoever is logged in already is not locked out by somebody else's guesses.
    servers[1].api.post("/v1/products", &bike("a bike")).by(&ada).send().await.is(201);
}

fn is_replay(answer: &Answer) -> bool {
    answer.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

/// Sends a request of each client, all at once; the answers in the clients' order.
async fn at_once(request: impl Fn(usize) -> Request) -> Vec<Answer> {
    let requests: Vec<_> = (0..CLIENTS).map(|n| tokio::spawn(request(n).send())).collect();
    let mut answers = Vec::new();
    for request in requests {
        answers.push(request.await.expect("a client does not fail"));
    }
    answers
}

/// The same letters, some of them capitals.
fn spelled(text: &str, n: usize) -> String {
    let capital = |at: usize| n >> (at % 6) & 1 == 1;
    text.chars().enumerate().map(|(at, c)| if capital(at) { c.to_ascii_uppercase() } else { c }).collect()
}
