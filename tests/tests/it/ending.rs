//! Being asked to end: what is in work is finished, what is only half sent is not waited for.

use std::time::Duration;

use tokio::task::JoinSet;

use crate::harness::{
    Answer, PATIENCE, Person, Raw, Server, bike, blocked, count, database, eventually, publishing, souk,
};

/// Long enough that nothing but the end of the lock ends the waiting for it.
const PATIENT: [(&str, &str); 3] =
    [("SOUK_REQUEST_DEADLINE", "20s"), ("SOUK_LOCK_TIMEOUT", "20s"), ("SOUK_STATEMENT_TIMEOUT", "20s")];

#[tokio::test]
async fn what_is_in_work_is_answered_and_what_is_half_sent_is_not_waited_for() {
    let database = database().await;
    let mut server = Server::start(&database, &PATIENT).await;
    let seller = Person::register(&server.api, "seller").await;
    let address = server.api.address();

    let mut half_a_head = Raw::connect(address).await;
    half_a_head.send(b"GET /v1/products HTTP/1.1\r\nhost: souk\r\nx-never-").await;
    let mut nothing = Raw::connect(address).await;
    let mut idle = Raw::connect(address).await;
    idle.send(b"GET /v1/categories HTTP/1.1\r\nhost: souk\r\n\r\n").await;
    idle.answer().await.expect("an answer").is(200);

    let keeper = database.connect().await;
    let lock = format!("BEGIN; SELECT FROM users WHERE id = '{}' FOR UPDATE", seller.id);
    keeper.batch_execute(&lock).await.unwrap();
    let mut in_work = Raw::connect(address).await;
    in_work.send(&publishing(address, &seller, "key", &bike("the last one").to_string())).await;
    blocked(&database, 1).await;

    server.terminate();
    eventually("new connections are refused", PATIENCE, async || {
        Raw::try_connect(address).await.is_err().then_some(())
    })
    .await;
    let not_ready = server.operations.get("/readyz").send().await;
    assert_eq!(not_ready.refusal(503), "draining");
    for connection in [&mut half_a_head, &mut nothing, &mut idle] {
        connection.closed(Duration::from_secs(5)).await;
    }

    keeper.batch_execute("COMMIT").await.unwrap();
    let answer = in_work.answer().await.expect("what is in work is answered").is(201);
    assert_eq!(answer.header("connection"), "close");
    let status = server.ended(Duration::from_secs(5)).await;
    assert_eq!(status.code(), Some(0), "{}", server.log());
    assert_eq!(count(&database, "SELECT count(*) FROM products").await, 1);
}

#[tokio::test]
async fn half_a_header_does_not_keep_a_server_with_nothing_to_do() {
    let database = database().await;
    let mut server = Server::start(&database, &[]).await;
    let mut half_sent = Vec::new();
    for _ in 0..50 {
        let mut connection = Raw::connect(server.api.address()).await;
        connection.send(b"POST /v1/products HTTP/1.1\r\ncontent-le").await;
        half_sent.push(connection);
    }
    server.terminate();
    let status = server.ended(Duration::from_secs(5)).await;
    assert_eq!(status.code(), Some(0), "{}", server.log());
}

#[tokio::test]
async fn half_a_header_is_closed_in_time() {
    let database = database().await;
    let server = Server::start(&database, &[("SOUK_HEADER_TIMEOUT", "500ms")]).await;
    let mut never_began = Raw::connect(server.api.address()).await;
    let mut half_sent = Raw::connect(server.api.address()).await;
    half_sent.send(b"GET /v1/products HTTP/1.1\r\nhost: souk\r\n").await;
    let mut idle = Raw::connect(server.api.address()).await;
    idle.send(b"GET /livez HTTP/1.1\r\nhost: souk\r\n\r\n").await;
    idle.answer().await.expect("an answer").is(200);
    for connection in [&mut never_began, &mut half_sent, &mut idle] {
        connection.closed(Duration::from_secs(3)).await;
    }

    // The default is what clients meet: ten seconds at most.
    let help = souk(&["serve", "--help"], &[]).await.stdout;
    let setting = help.split("SOUK_HEADER_TIMEOUT").nth(1).and_then(|rest| rest.split("[default: ").nth(1));
    let default =
        setting.and_then(|rest| rest.split_once("s]")).and_then(|(seconds, _)| seconds.parse().ok());
    assert!(default.is_some_and(|seconds: u32| (1..=10).contains(&seconds)), "{default:?}");
}

#[tokio::test]
async fn nobody_who_was_taken_in_goes_without_an_answer() {
    let database = database().await;
    // All of them share an address, which on a fast machine would be told to wait.
    let mut server = Server::start(&database, &[("SOUK_RATE_LIMITS", "off")]).await;
    let seller = Person::register(&server.api, "seller").await;
    let address = server.api.address();
    let mut clients = JoinSet::new();
    for n in 0..16 {
        let seller = seller.clone();
        clients.spawn(async move {
            let mut answers = Vec::new();
            let mut connection = Raw::connect(address).await;
            loop {
                let request = if n % 4 == 0 {
                    publishing(
                        address,
                        &seller,
                        &format!("{n}-{}", answers.len()),
                        &bike("one more").to_string(),
                    )
                } else {
                    b"GET /v1/products HTTP/1.1\r\nhost: souk\r\n\r\n".to_vec()
                };
                connection.send(&request).await;
                let answer =
                    connection.answer().await.expect("an answer, for the server did not say it would close");
                let last = answer.headers.get("connection").is_some_and(|word| word == "close");
                answers.push(answer);
                if last {
                    return answers;
                }
            }
        });
    }
    eventually("everybody is busy", PATIENCE, async || {
        (count(&database, "SELECT count(*) FROM products").await > 20).then_some(())
    })
    .await;
    server.terminate();
    let answers: Vec<Answer> = clients.join_all().await.into_iter().flatten().collect();
    for answer in &answers {
        assert!([200, 201].contains(&answer.status), "{}", answer.text());
    }
    let acknowledged = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(server.ended(Duration::from_secs(5)).await.code(), Some(0), "{}", server.log());
    assert_eq!(
        usize::try_from(count(&database, "SELECT count(*) FROM products").await).unwrap(),
        acknowledged
    );
}

#[tokio::test]
async fn a_slow_reader_gets_the_whole_of_an_answer_that_was_begun() {
    let database = database().await;
    let mut server = Server::start(&database, &[]).await;
    let seller = Person::register(&server.api, "seller").await;
    for n in 0..100 {
        let mut form = bike(&format!("bike {n}"));
        form["description"] = "\u{1f6b2}".repeat(5_000).into();
        server.api.post("/v1/products", &form).by(&seller).send().await.is(201);
    }
    // Pictures as they could be named once.
    let pictures =
        "UPDATE products SET images = (SELECT jsonb_agg('https://example.com/' || repeat('x', 2000))
         FROM generate_series(1, 10))";
    database.connect().await.batch_execute(pictures).await.unwrap();
    // Pages of four megabytes, of which the system takes no more off the server's hands than fits into its buffers.
    let mut reader = Raw::narrow(server.api.address()).await;
    reader.send(&b"GET /v1/products?limit=100 HTTP/1.1\r\nhost: souk\r\n\r\n".repeat(4)).await;
    reader.begun().await;
    server.terminate();
    assert!(!server.ends_within(Duration::from_secs(1)).await, "somebody is still reading");
    let mut pages = 0;
    while let Some(page) = reader.answer().await {
        assert_eq!(page.is(200).json()["data"].as_array().map(Vec::len), Some(100));
        pages += 1;
    }
    assert!(pages > 0);
    assert_eq!(server.ended(Duration::from_secs(5)).await.code(), Some(0), "{}", server.log());
}
