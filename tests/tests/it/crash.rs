//! A server that dies in the middle of its work.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::Value;
use tokio::task::JoinSet;

use crate::harness::{Answer, PATIENCE, Person, Server, bike, count, database, eventually};

/// How many sellers publish at once, and how many listings each.
const SELLERS: usize = 8;
const LISTINGS: usize = 40;

#[tokio::test]
async fn nothing_that_was_acknowledged_is_lost_and_nothing_is_done_twice_when_a_server_is_killed() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let mut sellers = Vec::new();
    for n in 0..SELLERS {
        sellers.push(Person::register(&server.api, &format!("seller{n}")).await);
    }

    let acknowledged = Arc::new(AtomicUsize::new(0));
    let mut at_work = JoinSet::new();
    for (n, seller) in sellers.iter().cloned().enumerate() {
        let (api, acknowledged) = (server.api.clone(), Arc::clone(&acknowledged));
        at_work.spawn(async move {
            let mut answers = Vec::new();
            for listing in 0..LISTINGS {
                let (key, form) = wish(n, listing);
                let Ok(answer) = api.post("/v1/products", &form).by(&seller).key(&key).try_send().await
                else {
                    break;
                };
                answers.push(answer.is(201));
                acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            (n, answers)
        });
    }
    // In the midst of it: a third is done, and everybody has something on the way.
    eventually("the burst is under way", PATIENCE, async || {
        (acknowledged.load(Ordering::Relaxed) >= SELLERS * LISTINGS / 3).then_some(())
    })
    .await;
    server.kill().await;
    let mut before: Vec<Vec<Answer>> = vec![Vec::new(); SELLERS];
    while let Some(joined) = at_work.join_next().await {
        let (n, answers) = joined.expect("a client does not fail");
        before[n] = answers;
    }
    let done: usize = before.iter().map(Vec::len).sum();
    assert!(
        (1..SELLERS * LISTINGS).contains(&done),
        "killed in the midst of it, not before or after: {done}"
    );

    let server = Server::start(&database, &[]).await;
    for (n, seller) in sellers.iter().enumerate() {
        for listing in 0..LISTINGS {
            let (key, form) = wish(n, listing);
            let again = server.api.post("/v1/products", &form).by(seller).key(&key).send().await.is(201);
            if let Some(first) = before[n].get(listing) {
                assert_eq!(again.header("idempotent-replayed"), "true", "{key} was acknowledged");
                assert_eq!((&again.body, again.header("location")), (&first.body, first.header("location")));
            }
        }
    }
    let all = i64::try_from(SELLERS * LISTINGS).expect("a small number");
    assert_eq!(count(&database, "SELECT count(*) FROM products").await, all);
    assert_eq!(count(&database, "SELECT count(DISTINCT title) FROM products").await, all);
}

/// What a seller wants to publish, and the key of the wish.
fn wish(seller: usize, listing: usize) -> (String, Value) {
    let key = format!("{seller}-{listing}");
    let form = bike(&key);
    (key, form)
}
