//! Two people talk about a bike, each on a server of their own.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, Person, Server, bike, count, database};

/// What somebody writes into a thread.
async fn write(api: &Api, person: &Person, thread: &str, words: &str) -> Answer {
    let form = json!({ "message_type": "text", "content": words });
    api.post(&format!("/v1/conversations/{thread}/messages"), &form).by(person).send().await
}

async fn change(api: &Api, method: Method, path: &str, person: &Person, form: &Value) -> Answer {
    let request = api.request(method, path).header("content-type", "application/json");
    request.body(form.to_string()).by(person).send().await
}

/// All numbers of a list's messages.
fn numbers(list: &Value) -> Vec<i64> {
    list["data"].as_array().unwrap().iter().map(|message| message["seq"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn two_people_talk_over_two_servers() {
    let database = database().await;
    let servers = [Server::start(&database, &[]).await, Server::start(&database, &[]).await];
    let [here, there] = [&servers[0].api, &servers[1].api];
    let (seller, buyer) = (Person::register(here, "seller").await, Person::register(there, "buyer").await);
    let stranger = Person::register(here, "stranger").await;
    let listing =
        here.post("/v1/products", &bike("a bike to talk about")).by(&seller).send().await.is(201).json();

    // Of eight who open it at once on both servers one does, and all are shown the same.
    let about = json!({ "product_id": listing["id"] });
    let opened: Vec<_> = (0..8)
        .map(|n| tokio::spawn(servers[n % 2].api.post("/v1/conversations", &about).by(&buyer).send()))
        .collect();
    let (mut new, mut threads) = (0, Vec::new());
    for answer in opened {
        let answer = answer.await.unwrap();
        new += usize::from(answer.status == 201);
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
        threads.push(answer.json()["id"].as_str().unwrap().to_owned());
    }
    threads.dedup();
    assert_eq!((new, threads.len()), (1, 1));
    let thread = threads.remove(0);
    let path = format!("/v1/conversations/{thread}");

    // Nobody is bothered before a word is said; then the seller sees it on the other server.
    let inbox = async |api: &Api, person: &Person| {
        api.get("/v1/conversations?archived=false").by(person).send().await.is(200).json()
    };
    assert_eq!(inbox(here, &seller).await["data"], json!([]));
    let first = write(there, &buyer, &thread, "Is it still there?").await.is(201);
    assert_eq!(first.json()["seq"], 1);
    let found = there.get(first.header("location")).by(&seller).send().await.is(200).json();
    assert_eq!(found["content"], "Is it still there?");
    let seen = inbox(here, &seller).await["data"][0].clone();
    assert_eq!((&seen["unread_count"], &seen["role"]), (&json!(1), &json!("seller")));
    assert_eq!(seen["counterpart"]["username"], "buyer");
    assert_eq!(seen["product"]["title"], "a bike to talk about");
    assert_eq!(seen["last_message"]["content"], "Is it still there?");

    // A repeat under the same key is the same message.
    let again = json!({ "message_type": "text", "content": "Yes \"it\" is: 1111111111111111111" });
    let messages = format!("{path}/messages");
    let sent = here.post(&messages, &again).by(&seller).key("k").send().await.is(201);
    let repeat = there.post(&messages, &again).by(&seller).key("k").send().await.is(201);
    assert_eq!((repeat.header("idempotent-replayed"), &repeat.body), ("true", &sent.body));
    assert_eq!((sent.json()["seq"].clone(), repeat.header("location")), (json!(2), sent.header("location")));

    // Both write at once.
    let writers: Vec<_> = (0..20)
        .map(|n| {
            let (api, thread) = (servers[n % 2].api.clone(), thread.clone());
            let person = if n % 3 == 0 { seller.clone() } else { buyer.clone() };
            tokio::spawn(async move { write(&api, &person, &thread, &format!("word {n}")).await.status })
        })
        .collect();
    for writer in writers {
        assert_eq!(writer.await.unwrap(), 201);
    }
    let forward =
        there.get(&format!("{messages}?after_seq=0&limit=100")).by(&seller).send().await.is(200).json();
    assert_eq!(numbers(&forward), (1..=22).collect::<Vec<_>>());
    let (mut backward, mut next) = (Vec::new(), String::new());
    loop {
        let page = here.get(&format!("{messages}?limit=5{next}")).by(&buyer).send().await.is(200).json();
        backward.extend(numbers(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("&cursor={cursor}");
    }
    assert_eq!(backward, (1..=22).rev().collect::<Vec<_>>());

    // Reading is forward only, and each puts away for itself.
    let read = format!("{path}/read");
    let left = change(there, Method::PUT, &read, &seller, &json!({ "seq": 22 })).await.is(200).json();
    assert_eq!(left["unread_count"], 0);
    let back = change(here, Method::PUT, &read, &seller, &json!({ "seq": 1 })).await.is(200).json();
    assert_eq!(back["unread_count"], 0);
    assert_eq!(
        change(here, Method::PUT, &read, &seller, &json!({ "seq": 23 })).await.refusal(422),
        "invalid_fields"
    );
    let away = change(here, Method::PATCH, &path, &seller, &json!({ "archived": true })).await.is(200).json();
    assert_eq!(away["archived"], true);
    assert_eq!(inbox(there, &seller).await["data"], json!([]));
    assert_eq!(inbox(there, &buyer).await["data"].as_array().unwrap().len(), 1);
    let back_again = there.post(&messages, &json!({ "message_type": "text", "content": "Hello?" }));
    back_again.by(&stranger).send().await.is(404);

    // A block is felt by both, and to strangers there is nothing here.
    change(here, Method::POST, &format!("/v1/users/{}/block", buyer.id), &seller, &Value::Null).await.is(204);
    for person in [&seller, &buyer] {
        assert_eq!(write(there, person, &thread, "Hello?").await.refusal(403), "blocked");
    }
    for path in [&path, &messages] {
        assert_eq!(here.get(path).by(&stranger).send().await.refusal(404), "not_found");
    }
    assert_eq!(count(&database, "SELECT count(*) FROM messages").await, 22);
    assert_eq!(
        count(&database, "SELECT count(*) FROM outbox_events WHERE kind = 'message.created'").await,
        22,
        "each is told once"
    );
}

#[tokio::test]
async fn haste_is_told_when_to_come_back() {
    let database = database().await;
    let server =
        Server::start(&database, &[("SOUK_MESSAGES_A_MINUTE", "3"), ("SOUK_CONVERSATIONS_AN_HOUR", "2")])
            .await;
    let api = &server.api;
    let buyer = Person::register(api, "buyer").await;
    let mut threads = Vec::new();
    for n in 0..3 {
        let other = Person::register(api, &format!("other{n}")).await;
        threads
            .push(api.post("/v1/conversations", &json!({ "seller_id": other.id })).by(&buyer).send().await);
    }
    let late = threads.pop().unwrap();
    assert_eq!(late.refusal(429), "too_many_conversations");
    assert!(late.header("retry-after").parse().is_ok_and(|seconds: u32| (3_000..=3_600).contains(&seconds)));
    let threads: Vec<_> =
        threads.into_iter().map(|answer| answer.is(201).json()["id"].as_str().unwrap().to_owned()).collect();
    for n in 0..3 {
        write(api, &buyer, &threads[n % 2], "Hello").await.is(201);
    }
    let late = write(api, &buyer, &threads[1], "Hello").await;
    assert_eq!(late.refusal(429), "too_many_messages");
    assert!(late.header("retry-after").parse().is_ok_and(|seconds: u32| (1..=60).contains(&seconds)));

    let unlimited = Server::start(&database, &[("SOUK_RATE_LIMITS", "off")]).await;
    for _ in 0..30 {
        write(&unlimited.api, &buyer, &threads[0], "Hello").await.is(201);
    }
}
