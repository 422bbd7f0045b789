//! Shows through the real program: driven by hand over two servers that share a database, and by their video as a media
//! server reports it.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, PATIENCE, Person, Server, database, eventually};

/// So short that nobody has to wait; a heartbeat of somebody who stays comes in between.
const WINDOW: [(&str, &str); 2] = [("SOUK_VIEWER_WINDOW", "4s"), ("SOUK_VIEWERS_EVERY", "200ms")];
const SECRET: &str = "a-secret-of-media-servers-of-forty-bytes";

/// Announces a show; its path.
async fn announce(api: &Api, owner: &Person) -> String {
    let form = json!({ "title": "Sneaker sale", "category": "sneakers" });
    api.post("/v1/streams", &form).by(owner).send().await.is(201).header("location").to_owned()
}

async fn act(api: &Api, show: &str, turn: &str, by: &Person) -> Answer {
    api.request(Method::POST, &format!("{show}/{turn}")).by(by).send().await
}

async fn seen(api: &Api, show: &str) -> Value {
    api.get(show).send().await.is(200).json()
}

#[tokio::test]
async fn a_show_is_driven_watched_and_talked_about_over_two_servers() {
    let database = database().await;
    let servers = [Server::start(&database, &WINDOW).await, Server::start(&database, &WINDOW).await];
    let [one, other] = [&servers[0].api, &servers[1].api];
    let (ada, bob) = (Person::register(one, "ada").await, Person::register(one, "bob").await);
    let show = announce(one, &ada).await;
    assert_eq!(act(other, &show, "heartbeat", &bob).await.refusal(409), "stream_not_live");
    assert_eq!(act(other, &show, "start", &bob).await.refusal(403), "not_your_stream");
    act(other, &show, "start", &ada).await.is(200);
    assert_eq!(act(one, &show, "start", &ada).await.refusal(409), "stream_already_live");

    // Two people on two servers, and a guest.
    let began = Instant::now();
    act(one, &show, "heartbeat", &ada).await.is(200);
    act(other, &show, "heartbeat", &bob).await.is(200);
    let guest = other.request(Method::POST, &format!("{show}/heartbeat")).send().await.is(200).json();
    assert_eq!(guest, json!({ "viewers": 3 }));
    assert_eq!(seen(one, &show).await["viewers_count"], 3);
    // Bob stays; the others are gone once the window has passed over them, and a count.
    eventually("only bob watches", PATIENCE, async || {
        let viewers = act(one, &show, "heartbeat", &bob).await.is(200).json();
        let gone = viewers["viewers"] == 1;
        assert!(!gone || began.elapsed() >= Duration::from_secs(4), "they were let go too soon");
        gone.then_some(())
    })
    .await;
    let live = other.get("/v1/streams?status=live").send().await.is(200).json();
    assert_eq!(
        (
            &live["data"][0]["viewers_count"],
            &live["data"][0]["peak_viewers"],
            &live["data"][0]["views_count"]
        ),
        (&json!(1), &json!(3), &json!(3))
    );

    one.request(Method::PUT, &format!("{show}/like")).by(&bob).send().await.is(204);
    other.request(Method::PUT, &format!("{show}/like")).by(&bob).send().await.is(204);
    act(one, &show, "share", &bob).await.is(202);
    let comments = format!("{show}/comments");
    let say = |text: &str| one.post(&comments, &json!({ "content": text })).by(&bob).key("once");
    let said = say("In 43?").send().await.is(201).json();
    assert_eq!(say("In 43?").send().await.is(201).header("idempotent-replayed"), "true");
    assert_eq!(said["author"]["username"], "bob");
    one.request(Method::POST, &format!("/v1/users/{}/block", bob.id)).by(&ada).send().await.is(204);
    let again = other.post(&comments, &json!({ "content": "Hello?" })).by(&bob).send().await;
    assert_eq!(again.refusal(403), "blocked");
    let removed = format!("{comments}/{}", said["id"].as_str().unwrap());
    other.request(Method::DELETE, &removed).by(&ada).send().await.is(204);
    assert_eq!(one.get(&comments).send().await.is(200).json()["data"], json!([]));

    let recording = json!({ "recording_url": "https://example.com/1.mp4" });
    one.post(&format!("{show}/end"), &recording).by(&ada).send().await.is(200);
    let over = seen(other, &show).await;
    let counts =
        ["viewers_count", "peak_viewers", "views_count", "likes_count", "comments_count", "shares_count"];
    assert_eq!(counts.map(|count| over[count].as_i64().unwrap()), [0, 3, 3, 1, 0, 1]);
    act(one, &show, "start", &ada).await.is(200);
    let export = one.get("/v1/me/export").by(&ada).send().await.is(200).json();
    assert_eq!(export["streams"][0]["status"], "live");
    one.request(Method::DELETE, "/v1/me").by(&ada).send().await.is(204);
    let left = seen(other, &show).await;
    assert_eq!((&left["status"], &left["recording_url"]), (&json!("ended"), &Value::Null));
}

/// What nginx-rtmp sends when somebody publishes `<show>?key=<key>`, and when they have stopped.
fn of_nginx(call: &str, show: &str, key: &str, connection: u32) -> String {
    format!(
        "app=live&flashver=FMLE/3.0%20(compatible%3B%20Lavf59.27&swfurl=&tcurl=rtmp://127.0.0.1:1935/live&pageurl=\
         &addr=127.0.0.1&clientid={connection}&call={call}&name={show}&type=live&key={key}"
    )
}

#[tokio::test]
async fn a_show_goes_on_and_off_air_with_its_video() {
    let database = database().await;
    let settings = [
        ("SOUK_INGEST_SECRET", SECRET),
        ("SOUK_INGEST_URL", "rtmp://ingest.example.com/live"),
        ("SOUK_PLAYBACK_URL", "https://live.example.com/hls/{id}.m3u8"),
    ];
    let server = Server::start(&database, &settings).await;
    let api = &server.api;
    let ada = Person::register(api, "ada").await;
    let show = announce(api, &ada).await;
    let id = show.rsplit('/').next().unwrap();
    let issued = act(api, &show, "ingest-key", &ada).await.is(200).json();
    assert_eq!(issued["server"], "rtmp://ingest.example.com/live");
    let (name, key) = issued["stream_key"].as_str().unwrap().split_once("?key=").unwrap();
    assert_eq!(name, id);
    let report = async |path: &str, body: String| {
        let request = api.request(Method::POST, &format!("/v1/ingest/{path}?secret={SECRET}"));
        request.header("content-type", "application/x-www-form-urlencoded").body(body).send().await
    };

    let guess = report("publish", of_nginx("publish", id, "guess", 1)).await;
    assert_eq!(guess.refusal(403), "wrong_ingest_key");
    report("publish", of_nginx("publish", id, key, 1)).await.is(204);
    let live = seen(api, &show).await;
    assert_eq!(live["status"], "live");
    assert_eq!(live["stream_url"], format!("https://live.example.com/hls/{id}.m3u8"));
    assert!(!live.to_string().contains(key), "the key is in what everybody sees");
    // The camera is back before its old connection has timed out.
    report("publish", of_nginx("publish", id, key, 2)).await.is(204);
    report("unpublish", of_nginx("publish_done", id, key, 1)).await.is(204);
    assert_eq!(seen(api, &show).await["status"], "live");
    report("unpublish", of_nginx("publish_done", id, key, 2)).await.is(204);
    assert_eq!(seen(api, &show).await["status"], "ended");
    report("publish", of_nginx("publish", id, key, 3)).await.is(204);
    assert_eq!(seen(api, &show).await["status"], "live");

    let second = announce(api, &ada).await;
    let other = act(api, &second, "ingest-key", &ada).await.is(200).json();
    let (second_id, other_key) = other["stream_key"].as_str().unwrap().split_once("?key=").unwrap();
    let refused = report("publish", of_nginx("publish", second_id, other_key, 4)).await;
    assert_eq!(refused.refusal(403), "already_live");
    let without_secret = api.request(Method::POST, "/v1/ingest/publish");
    let without_secret = without_secret
        .header("content-type", "application/x-www-form-urlencoded")
        .body(of_nginx("publish", id, key, 5));
    assert_eq!(without_secret.send().await.refusal(403), "forbidden");
    assert!(!server.log().contains(key) && !server.log().contains(SECRET), "secrets are in the log");
}
