//! Having an account: showing it, changing it, taking everything along, leaving; and wanting nothing to do with somebody.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Answer, Api, Person, Request, Server, bike, count, database};

fn patch(api: &Api, person: &Person, change: &Value) -> Request {
    let request = api.request(Method::PATCH, "/v1/me").by(person);
    request.header("content-type", "application/json").body(change.to_string())
}

async fn leave(api: &Api, person: &Person) -> Answer {
    api.request(Method::DELETE, "/v1/me").by(person).send().await
}

/// What nobody but its owner may see, as it would stand in JSON.
const MARKS: [&str; 7] =
    ["marked@example.com", "+4999123456789", "12.345678", "65.432109", "30001", "44001", "10001"];

/// Somebody whose every private field holds a mark, with a listing that does.
async fn marked(api: &Api) -> (Person, String) {
    let mut form = Person::form("ada");
    form["email"] = json!("marked@example.com");
    form["phone"] = json!("+4999123456789");
    let ada = Person::of(&api.post("/v1/auth/register", &form).send().await.is(201));
    let place = json!({ "latitude": 12.345_678, "longitude": 65.432_109 });
    let change = json!({ "location": place, "location_label": "By the sea", "bio": "Counts." });
    patch(api, &ada, &change).send().await.is(200);
    let mut listing = bike("Trek road bike");
    listing["location"] = place;
    listing["min_offer_minor"] = json!(30_001);
    listing["auto_accept_minor"] = json!(44_001);
    listing["auto_decline_minor"] = json!(10_001);
    let published = api.post("/v1/products", &listing).by(&ada).send().await.is(201);
    (ada, published.json()["id"].as_str().unwrap().to_owned())
}

/// Adds the marks that stand anywhere in a document.
fn marks(value: &Value, found: &mut BTreeSet<&'static str>) {
    match value {
        Value::Object(members) => members.values().for_each(|value| marks(value, found)),
        Value::Array(items) => items.iter().for_each(|value| marks(value, found)),
        Value::String(_) | Value::Number(_) => {
            let text = value.to_string();
            found.extend(MARKS.into_iter().filter(|mark| text.contains(mark)));
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// The reads that need no token, by their paths in the API's description.
async fn open_reads(api: &Api) -> BTreeSet<String> {
    let description = api.get("/openapi.json").send().await.is(200).json();
    let paths = description["paths"].as_object().unwrap().iter();
    let open = paths.filter(|(path, item)| {
        let needs_token = item["get"]["security"].as_array().is_some_and(|ways| !ways.contains(&json!({})));
        path.starts_with("/v1/") && item.get("get").is_some() && !needs_token
    });
    open.map(|(path, _)| path.clone()).collect()
}

#[tokio::test]
async fn nothing_private_shows_in_what_others_see() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let api = &server.api;
    let (ada, bike) = marked(api).await;
    let stranger = Person::register(api, "stranger").await;

    let mut own = BTreeSet::new();
    for path in ["/v1/me", &format!("/v1/products/{bike}"), "/v1/me/export"] {
        marks(&api.get(path).by(&ada).send().await.is(200).json(), &mut own);
    }
    assert_eq!(own, BTreeSet::from(MARKS), "who looks for the marks finds them where they may be");

    let show = json!({ "title": "Bikes", "category": "other" });
    let show = api.post("/v1/streams", &show).by(&ada).send().await.is(201).header("location").to_owned();
    let around = "west=60&south=10&east=70&north=15";
    let reads = [
        ("/v1/categories", "/v1/categories".to_owned()),
        ("/v1/products", "/v1/products".to_owned()),
        ("/v1/products/nearby", "/v1/products/nearby?latitude=12.3&longitude=65.4&radius_m=50000".to_owned()),
        ("/v1/products/in-box", format!("/v1/products/in-box?{around}")),
        ("/v1/products/clusters", format!("/v1/products/clusters?{around}&zoom=4")),
        ("/v1/products/tiles/{z}/{x}/{y}", "/v1/products/tiles/0/0/0.mvt".to_owned()),
        ("/v1/streams", "/v1/streams".to_owned()),
        ("/v1/streams/{id}", show.clone()),
        ("/v1/streams/{id}/comments", format!("{show}/comments")),
        ("/v1/products/{id}", format!("/v1/products/{bike}")),
        ("/v1/users/{id}", format!("/v1/users/{}", ada.id)),
    ];
    let known = reads.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(open_reads(api).await, known, "a read that is open to everybody is looked at here");
    // These name nobody.
    let impersonal = [
        "/v1/categories",
        "/v1/products/clusters",
        "/v1/products/tiles/{z}/{x}/{y}",
        "/v1/streams/{id}/comments",
    ];
    for (path, at) in reads {
        let answers = [api.get(&at).send().await.is(200), api.get(&at).by(&stranger).send().await.is(200)];
        for answer in answers {
            // A tile is no JSON; what it says in words is looked through all the same.
            let answer = if path.contains("tiles") { json!(answer.text()) } else { answer.json() };
            if !impersonal.contains(&path) {
                assert!(answer.to_string().contains(&ada.id), "{path} is about ada: {answer}");
            }
            let mut seen = BTreeSet::new();
            marks(&answer, &mut seen);
            assert_eq!(seen, BTreeSet::new(), "{path}: {answer}");
        }
    }
    let profile = api.get(&format!("/v1/users/{}", ada.id)).send().await.json();
    assert_eq!((&profile["username"], &profile["counts"]["listings"]), (&json!("ada"), &json!(1)));
}

#[tokio::test]
async fn of_two_changes_of_one_version_one_is_stale_whichever_server_they_ask() {
    let database = database().await;
    let (one, other) = (Server::start(&database, &[]).await, Server::start(&database, &[]).await);
    let ada = Person::register(&one.api, "ada").await;
    for round in 0..10 {
        let seen = one.api.get("/v1/me").by(&ada).send().await.is(200);
        let tag = seen.header("etag").to_owned();
        let change = |server: &Server, n: i32| {
            let change = json!({ "bio": format!("Round {round}, change {n}.") });
            patch(&server.api, &ada, &change).header("if-match", &tag).send()
        };
        let (first, second) = tokio::join!(change(&one, 1), change(&other, 2));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
        let winner = if first.status == 200 { first } else { second };
        let now = other.api.get("/v1/me").by(&ada).send().await.is(200);
        assert_eq!((now.json(), now.header("etag")), (winner.json(), winner.header("etag")));
    }
}

#[tokio::test]
async fn whoever_leaves_is_gone_everywhere_at_once_and_leaves_the_name_behind() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let api = &server.api;
    let (ada, bike) = marked(api).await;
    let file = api.get("/v1/me/export").by(&ada).send().await.is(200);
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert_eq!(file.json()["listings"][0]["exact_location"]["latitude"], 12.345_678);

    leave(api, &ada).await.is(204);
    for path in ["/v1/me", "/v1/me/export"] {
        assert_eq!(api.get(path).by(&ada).send().await.refusal(401), "unauthenticated");
    }
    assert_eq!(patch(api, &ada, &json!({ "bio": "x" })).send().await.refusal(401), "unauthenticated");
    assert_eq!(leave(api, &ada).await.refusal(401), "unauthenticated");
    for path in [format!("/v1/users/{}", ada.id), format!("/v1/products/{bike}")] {
        assert_eq!(api.get(&path).send().await.refusal(404), "not_found");
    }
    assert_eq!(api.get("/v1/products").send().await.is(200).json()["data"], json!([]));
    for name in ["ada", "marked@example.com", "+4999123456789"] {
        assert_eq!(Person::log_in(api, name).await.refusal(401), "wrong_credentials");
    }
    let again = api.post("/v1/auth/register", &Person::form("ADA")).send().await;
    assert_eq!(again.refusal(409), "username_taken");
    let mut form = Person::form("ada2");
    form["email"] = json!("marked@example.com");
    api.post("/v1/auth/register", &form).send().await.is(201);
    let kept = "SELECT count(*) FROM users u WHERE u::text ~ 'ada[^0-9]|marked|4999123456789|Counts' AND username <> 'ada2'";
    assert_eq!(count(&database, kept).await, 0);
}

#[tokio::test]
async fn publishing_and_leaving_at_once_leave_nothing_for_sale() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let mut rounds = JoinSet::new();
    for n in 0..12 {
        let api = server.api.clone();
        rounds.spawn(async move {
            let seller = Person::register(&api, &format!("seller{n}")).await;
            let form = bike("Trek road bike");
            let publish = api.post("/v1/products", &form).by(&seller).send();
            let (published, left) = tokio::join!(publish, leave(&api, &seller));
            left.is(204);
            assert!([201, 403].contains(&published.status), "{}", published.text());
        });
    }
    rounds.join_all().await;
    assert_eq!(count(&database, "SELECT count(*) FROM products WHERE archived_at IS NULL").await, 0);
    assert_eq!(server.api.get("/v1/products").send().await.is(200).json()["data"], json!([]));
}

#[tokio::test]
async fn a_block_is_on_the_list_of_whoever_made_it_until_it_is_taken_back() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let api = &server.api;
    let (ada, bob) = (Person::register(api, "ada").await, Person::register(api, "bob").await);
    let path = format!("/v1/users/{}/block", bob.id);
    let blocks = async |person: &Person| -> usize {
        let list = api.get("/v1/me/blocks").by(person).send().await.is(200).json();
        list["data"].as_array().unwrap().len()
    };
    for _ in 0..2 {
        api.request(Method::POST, &path).by(&ada).send().await.is(204);
        assert_eq!((blocks(&ada).await, blocks(&bob).await), (1, 0));
    }
    assert_eq!(api.request(Method::POST, &path).by(&bob).send().await.refusal(409), "own_account");
    for _ in 0..2 {
        api.request(Method::DELETE, &path).by(&ada).send().await.is(204);
        assert_eq!(blocks(&ada).await, 0);
    }
    api.request(Method::POST, &path).by(&ada).send().await.is(204);
    leave(api, &bob).await.is(204);
    assert_eq!(blocks(&ada).await, 0, "whoever left is on nobody's list");
    assert_eq!(api.request(Method::POST, &path).by(&ada).send().await.refusal(404), "not_found");
}
