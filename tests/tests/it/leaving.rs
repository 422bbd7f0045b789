//! Clients that leave while the server works for them.

use std::time::Duration;

use crate::harness::{PATIENCE, Person, Raw, Server, bike, blocked, count, database, eventually, publishing};

const PATIENT: [(&str, &str); 2] = [("SOUK_LOCK_TIMEOUT", "20s"), ("SOUK_STATEMENT_TIMEOUT", "20s")];

#[tokio::test]
async fn a_change_is_finished_although_its_client_has_left() {
    let database = database().await;
    let server = Server::start(&database, &PATIENT).await;
    let seller = Person::register(&server.api, "seller").await;
    let keeper = database.connect().await;
    let lock = format!("BEGIN; SELECT FROM users WHERE id = '{}' FOR UPDATE", seller.id);
    keeper.batch_execute(&lock).await.unwrap();

    let mut client = Raw::connect(server.api.address()).await;
    let body = bike("left behind").to_string();
    client.send(&publishing(server.api.address(), &seller, "key", &body)).await;
    blocked(&database, 1).await;
    client.abort();
    has_noticed(&server).await;

    keeper.batch_execute("COMMIT").await.unwrap();
    eventually("the listing is there", PATIENCE, async || {
        (count(&database, "SELECT count(*) FROM products").await == 1).then_some(())
    })
    .await;
    let replay =
        server.api.post("/v1/products", &bike("left behind")).by(&seller).key("key").send().await.is(201);
    assert_eq!(replay.header("idempotent-replayed"), "true");
}

#[tokio::test]
async fn a_read_is_given_up_when_its_client_has_left() {
    let database = database().await;
    let server = Server::start(&database, &PATIENT).await;
    let keeper = database.connect().await;
    keeper.batch_execute("BEGIN; LOCK TABLE products IN ACCESS EXCLUSIVE MODE").await.unwrap();

    let mut client = Raw::connect(server.api.address()).await;
    client.send(b"GET /v1/products HTTP/1.1\r\nhost: souk\r\n\r\n").await;
    blocked(&database, 1).await;
    client.abort();
    has_noticed(&server).await;
    // The lock is still held: the server took its question back.
    eventually("nobody waits for the lock any more", Duration::from_secs(5), async || {
        let waiting = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        (count(&database, waiting).await == 0).then_some(())
    })
    .await;
    keeper.batch_execute("COMMIT").await.unwrap();
    server.api.get("/v1/products").send().await.is(200);
}

/// Waits until the server has noticed that a client left before its answer.
async fn has_noticed(server: &Server) {
    eventually("the server notices that its client has left", PATIENCE, async || {
        let metrics = server.operations.get("/metrics").send().await.is(200).text();
        metrics.lines().any(|line| line.contains(r#"status="499""#)).then_some(())
    })
    .await;
}
