//! A listing from its first day to its last: edited, looked at, liked, taken down; and what a server that ends has still
//! to write.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Api, PATIENCE, Person, Server, bike, count, database, eventually};

/// Longer than any test: nothing but the end of a server writes what it has gathered.
const NEVER: (&str, &str) = ("SOUK_VIEWS_EVERY", "1d");

async fn listing(api: &Api, path: &str) -> Value {
    api.get(path).send().await.is(200).json()
}

#[tokio::test]
async fn a_seller_edits_a_listing_that_people_like_and_takes_it_down() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let api = &server.api;
    let (ada, bob) = (Person::register(api, "ada").await, Person::register(api, "bob").await);
    let published = api.post("/v1/products", &bike("Bike")).by(&ada).send().await.is(201);
    let path = published.header("location").to_owned();
    let seen = published.header("etag").to_owned();

    let edit = |body: &Value| {
        api.request(Method::PATCH, &path).header("content-type", "application/json").body(body.to_string())
    };
    let cheaper = json!({ "price_minor": 40_000, "auto_accept_minor": 39_000 });
    let edited = edit(&cheaper).by(&ada).header("if-match", &seen).send().await.is(200);
    assert_eq!(edited.json()["auto_accept_minor"], 39_000);
    assert_eq!(
        edit(&cheaper).by(&ada).header("if-match", &seen).send().await.refusal(412),
        "precondition_failed"
    );
    assert_eq!(edit(&json!({})).by(&bob).send().await.refusal(403), "forbidden");
    let too_cheap = edit(&json!({ "price_minor": 38_000 })).by(&ada).send().await;
    assert_eq!(too_cheap.refusal(422), "invalid_fields");
    let shown = api.get(&path).send().await.is(200);
    assert_eq!((shown.header("etag"), &shown.json()["price_minor"]), (edited.header("etag"), &json!(40_000)));

    let like = format!("{path}/like");
    for _ in 0..2 {
        api.request(Method::PUT, &like).by(&bob).send().await.is(204);
    }
    assert_eq!(listing(api, &path).await["likes_count"], 1);
    let liked = api.get("/v1/me/likes").by(&bob).send().await.is(200).json();
    assert_eq!(liked["data"][0]["id"], shown.json()["id"]);
    let popular = api.get("/v1/products?sort=popular&max_price_minor=40000").send().await.is(200).json();
    assert_eq!(popular["data"][0]["likes_count"], 1);

    assert_eq!(api.request(Method::DELETE, &path).by(&bob).send().await.refusal(403), "forbidden");
    for _ in 0..2 {
        api.request(Method::DELETE, &path).by(&ada).send().await.is(204);
    }
    for (who, status) in [(&ada, 200), (&bob, 404)] {
        api.get(&path).by(who).send().await.is(status);
    }
    assert_eq!(edit(&cheaper).by(&ada).send().await.refusal(409), "product_archived");
    assert_eq!(api.request(Method::DELETE, &path).by(&bob).send().await.refusal(404), "not_found");
    let liked = api.get("/v1/me/likes").by(&bob).send().await.is(200).json();
    assert_eq!(liked["data"], json!([]));
    let seller = listing(api, &format!("/v1/users/{}", ada.id)).await;
    assert_eq!(seller["counts"]["listings"], 0, "{seller}");
}

#[tokio::test]
async fn views_are_counted_once_each_and_a_server_that_ends_writes_what_it_has() {
    let database = database().await;
    let mut one = Server::start(&database, &[NEVER]).await;
    let (ada, bob) = (Person::register(&one.api, "ada").await, Person::register(&one.api, "bob").await);
    let published = one.api.post("/v1/products", &bike("Bike")).by(&ada).send().await.is(201);
    let path = published.header("location").to_owned();
    let view = format!("{path}/view");
    // Bob, a guest, and the seller, who does not count; each of them twice.
    let look = async |api: &Api| {
        for _ in 0..2 {
            for who in [Some(&bob), None, Some(&ada)] {
                let request = api.request(Method::POST, &view);
                let request = if let Some(person) = who { request.by(person) } else { request };
                request.send().await.is(202);
            }
        }
        let nowhere = "/v1/products/00000000-0000-7000-8000-000000000000/view";
        api.request(Method::POST, nowhere).send().await.is(202);
    };
    look(&one.api).await;
    // Another server sees the same people, and writes as it goes along.
    let two = Server::start(&database, &[("SOUK_VIEWS_EVERY", "50ms")]).await;
    assert_eq!(listing(&two.api, &path).await["views_count"], 0);
    one.terminate();
    assert_eq!(one.ended(PATIENCE).await.code(), Some(0), "{}", one.log());
    // Who looks on both sides of midnight is counted on both days.
    let days = async || count(&database, "SELECT count(DISTINCT day) FROM product_views").await;
    assert_eq!(listing(&two.api, &path).await["views_count"], 2 * days().await);

    look(&two.api).await;
    let carol = Person::register(&two.api, "carol").await;
    two.api.request(Method::POST, &view).by(&carol).send().await.is(202);
    // Each of the two once a day, and carol.
    let marks = async || count(&database, "SELECT count(*) FROM product_views").await;
    eventually("carol's look is counted", PATIENCE, async || {
        (marks().await == 2 * days().await + 1).then_some(())
    })
    .await;
    assert_eq!(listing(&two.api, &path).await["views_count"], marks().await);
}
