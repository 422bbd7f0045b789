//! Requests that come twice under one key.

use std::sync::{Arc, Mutex};

use axum::{
    body::Body,
    http::{HeaderValue, Method, Request},
};
use serde_json::{Value, json};
use souk_domain::{
    product::Publisher,
    user::{Role, Standing},
};
use souk_ports::{
    DecideError,
    idempotency::{Answered, Claim},
};

use super::{Answer, Ports, request, send};

fn listing(title: &str) -> Value {
    json!({
        "title": title, "description": "", "category": "other", "feed_type": "community", "condition": "good",
        "price_minor": 900
    })
}

fn keyed(key: &'static str, body: &Value) -> Request<Body> {
    let mut request = request(Method::POST, "/v1/products", "ada", body);
    request.headers_mut().insert("idempotency-key", HeaderValue::from_static(key));
    request
}

/// A store that keeps answers, like the database: together with the listing.
fn store() -> Ports {
    let kept: Arc<Mutex<Vec<(Claim, Answered)>>> = Arc::default();
    let mut ports = Ports::default();
    let find = kept.clone();
    ports.answers.expect_find().returning(move |user, key, _| {
        let kept = find.lock().unwrap();
        let found = kept.iter().find(|(claim, _)| claim.user == user && claim.key == *key);
        Ok(found.map(|(_, answered)| answered.clone()))
    });
    ports.products.expect_publish().returning(move |seller, decide, once| {
        let publisher = Publisher { id: seller, role: Role::Seller, standing: Standing::Active };
        let product = decide(publisher).map_err(DecideError::Refused)?.product;
        if let Some(once) = once {
            let answered = Answered { fingerprint: once.claim.fingerprint, answer: (once.answer)(&product) };
            kept.lock().unwrap().push((once.claim.clone(), answered));
        }
        Ok(product)
    });
    ports
}

fn replayed(answer: &Answer) -> bool {
    answer.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_byte_for_byte() {
    let router = store().router();
    let first = send(&router, keyed("k1", &listing("Lamp"))).await;
    let again = send(&router, keyed("k1", &listing("Lamp"))).await;
    let quoted = send(&router, keyed("\"k1\"", &listing("Lamp"))).await;
    assert!(!replayed(&first) && replayed(&again) && replayed(&quoted));
    for repeat in [again, quoted] {
        assert_eq!((repeat.status, &repeat.body), (first.status, &first.body));
        for header in ["location", "etag", "content-type"] {
            assert_eq!(repeat.headers[header], first.headers[header]);
        }
    }
    let other = send(&router, keyed("k2", &listing("Lamp"))).await;
    assert_eq!(other.status, 201);
    assert_ne!(other.json()["id"], first.json()["id"]);
}

#[tokio::test]
async fn another_request_under_the_same_key_is_a_mistake() {
    let router = store().router();
    assert_eq!(send(&router, keyed("k", &listing("Lamp"))).await.status, 201);
    let other = send(&router, keyed("k", &listing("Chair"))).await;
    assert_eq!(other.problem(), (422, "idempotency_key_reused".to_owned()));
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let router = store().router();
    assert_eq!(send(&router, keyed("k", &listing(""))).await.status, 422);
    assert_eq!(send(&router, keyed("k", &listing("Lamp"))).await.status, 201);
}

#[tokio::test]
async fn a_key_that_is_no_key_is_400() {
    let answer = send(&store().router(), keyed("a b", &listing("Lamp"))).await;
    assert_eq!(answer.problem(), (400, "invalid_idempotency_key".to_owned()));
}

#[tokio::test]
async fn a_rival_that_was_faster_leaves_its_answer_and_one_at_work_a_conflict() {
    let mut ports = Ports::default();
    let mut looks = 0;
    let fingerprint = Arc::new(Mutex::new(None));
    let seen = fingerprint.clone();
    ports.answers.expect_find().returning(move |_, _, _| {
        looks += 1;
        let answer =
            souk_ports::idempotency::Answer(b"{\"status\":201,\"location\":null,\"etag\":null}\n{}".to_vec());
        Ok((*seen.lock().unwrap()).filter(|_| looks > 1).map(|fingerprint| Answered { fingerprint, answer }))
    });
    ports.products.expect_publish().returning(move |_, _, once| {
        *fingerprint.lock().unwrap() = once.map(|once| once.claim.fingerprint);
        Err(DecideError::AlreadyDone)
    });
    let answer = send(&ports.router(), keyed("k", &listing("Lamp"))).await;
    assert!(replayed(&answer));
    assert_eq!((answer.status.as_u16(), answer.body), (201, b"{}".to_vec()));

    let mut ports = Ports::default();
    ports.answers.expect_find().returning(|_, _, _| Ok(None));
    ports.products.expect_publish().returning(|_, _, _| Err(DecideError::StillRunning));
    let answer = send(&ports.router(), keyed("k", &listing("Lamp"))).await;
    assert_eq!(answer.problem(), (409, "idempotency_key_in_use".to_owned()));
}
