//! The way of an ordinary evening: open an account, publish, find, look around.

use serde_json::{Value, json};

use crate::harness::{Api, Person, Server, bike, database};

#[tokio::test]
async fn a_newcomer_is_known_by_each_of_their_names_and_by_nobody_elses() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let api = &server.api;
    let mut form = Person::form("Ada.Lovelace");
    form["phone"] = json!("+4930123456");
    let answer = api.post("/v1/auth/register", &form).send().await.is(201);
    let account = answer.json();
    assert_eq!(answer.header("location"), format!("/v1/users/{}", account["user"]["id"].as_str().unwrap()));
    assert_eq!((&account["token_type"], &account["user"]["role"]), (&json!("Bearer"), &json!("buyer")));

    for name in [
        "Ada.Lovelace@example.com",
        "ada.lovelace@EXAMPLE.com",
        "Ada.Lovelace",
        "ADA.LOVELACE",
        "+4930123456",
        "+49 30 123-456",
    ] {
        let answer = Person::log_in(api, name).await.is(200).json();
        assert_eq!(answer["user"]["id"], account["user"]["id"], "{name}");
        assert_ne!(answer["refresh_token"], account["refresh_token"], "each log-in is a session of its own");
    }

    let wrong = json!({ "identifier": "ada.lovelace", "password": "wrong horse battery" });
    let wrong = api.post("/v1/auth/login", &wrong).send().await;
    assert_eq!(wrong.refusal(401), "wrong_credentials");
    let nobody = Person::log_in(api, "nobody").await.is(401);
    assert_eq!(wrong.body, nobody.body, "whether an account exists does not show");

    for (member, taken, code) in [
        ("email", json!("ADA.LOVELACE@example.COM"), "email_taken"),
        ("username", json!("ada.LOVELACE"), "username_taken"),
        ("phone", json!("+49 30 123456"), "phone_taken"),
    ] {
        let mut form = Person::form("grace");
        form[member] = taken;
        assert_eq!(api.post("/v1/auth/register", &form).send().await.refusal(409), code);
    }
    Person::register(api, "grace").await;
}

#[tokio::test]
async fn a_listing_is_where_its_location_says_and_keeps_its_sellers_secrets() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let api = &server.api;
    let seller = Person::register(api, "seller").await;
    let stranger = Person::register(api, "stranger").await;
    let terms =
        json!({ "min_offer_minor": 30_000, "auto_accept_minor": 44_000, "auto_decline_minor": 10_000 });
    let mut form = bike("Trek road bike");
    form.as_object_mut().unwrap().extend(terms.as_object().unwrap().clone());

    let published = api.post("/v1/products", &form).by(&seller).send().await.is(201);
    let found = api.get(published.header("location")).by(&seller).send().await.is(200);
    assert_eq!(found.json(), published.json());
    assert_eq!(found.header("etag"), published.header("etag"));
    assert_eq!((&found.json()["title"], &found.json()["seller_id"]), (&form["title"], &json!(seller.id)));
    assert_eq!(
        Person::log_in(api, "seller").await.json()["user"]["role"],
        "both",
        "a first listing makes a buyer a seller as well"
    );

    let path = published.header("location");
    let for_stranger = api.get(path).by(&stranger).send().await.is(200);
    let for_anybody = api.get(path).send().await.is(200);
    assert_eq!(for_stranger.json(), for_anybody.json());
    for (member, amount) in terms.as_object().unwrap() {
        assert_eq!(&found.json()[member], amount);
        assert_eq!(for_anybody.json().get(member), None, "{member} is the seller's alone");
    }

    assert_eq!(api.post("/v1/products", &form).send().await.refusal(401), "unauthenticated");
    assert_eq!(api.get(&format!("/v1/products/{}", seller.id)).send().await.refusal(404), "not_found");
}

#[tokio::test]
async fn a_feed_is_paged_without_gaps_while_it_grows() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let api = &server.api;
    let seller = Person::register(api, "seller").await;
    for n in 1..=7 {
        let mut form = bike(&format!("bike {n}"));
        form["price_minor"] = json!(1_000 * ((n + 3) % 4 + 1));
        api.post("/v1/products", &form).by(&seller).send().await.is(201);
    }
    let mut other = bike("lamp");
    other["category"] = json!("home_decor");
    other["feed_type"] = json!("discover");
    api.post("/v1/products", &other).by(&seller).send().await.is(201);

    let path = "/v1/products?category=other&feed_type=community&limit=3";
    let first = api.get(path).send().await.is(200).json();
    api.post("/v1/products", &bike("a bike that comes later")).by(&seller).send().await.is(201);
    let mut titles = titles_of(&first);
    titles.extend(rest_of(api, path, &first).await);
    assert_eq!(titles, ["bike 7", "bike 6", "bike 5", "bike 4", "bike 3", "bike 2", "bike 1"]);

    let path = "/v1/products?sort=price_asc&max_price_minor=5000&limit=2";
    let first = api.get(path).send().await.is(200).json();
    let mut cheapest = titles_of(&first);
    cheapest.extend(rest_of(api, path, &first).await);
    // Within a price the order is the list's own affair, but nothing is left out or shown twice.
    for price in cheapest.chunks_mut(2) {
        price.sort();
    }
    assert_eq!(cheapest, ["bike 1", "bike 5", "bike 2", "bike 6", "bike 3", "bike 7", "bike 4"]);

    let slugs = api.get("/v1/categories").send().await.is(200).json();
    assert_eq!(slugs["data"].as_array().unwrap().len(), 12);
}

fn titles_of(page: &Value) -> Vec<String> {
    let listings = page["data"].as_array().unwrap();
    listings.iter().map(|listing| listing["title"].as_str().unwrap().to_owned()).collect()
}

/// The titles on the pages after this one.
async fn rest_of(api: &Api, path: &str, page: &Value) -> Vec<String> {
    let mut titles = Vec::new();
    let mut page = page.clone();
    while let Some(cursor) = page["next_cursor"].as_str() {
        page = api.get(&format!("{path}&cursor={cursor}")).send().await.is(200).json();
        titles.extend(titles_of(&page));
    }
    titles
}

#[tokio::test]
async fn what_is_near_comes_nearest_first_and_no_nearer_to_a_seller_than_they_wish() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let api = &server.api;
    let seller = Person::register(api, "seller").await;
    let publish = async |title: &str, place: (f64, f64), precision: Option<&str>| {
        let mut form = bike(title);
        form["location"] = json!({ "latitude": place.0, "longitude": place.1 });
        if let Some(precision) = precision {
            form["location_precision"] = json!(precision);
        }
        api.post("/v1/products", &form).by(&seller).send().await.is(201).json()
    };
    let home = (52.52, 13.405);
    let (across, outskirts, hamburg) = ((52.51, 13.39), (52.45, 13.30), (53.55, 9.99));
    publish("outskirts", outskirts, Some("exact")).await;
    publish("hamburg", hamburg, Some("exact")).await;
    publish("at home", home, Some("exact")).await;
    publish("across", across, Some("exact")).await;
    let blurred = publish("blurred", home, None).await;
    publish("blurred too", home, Some("approximate")).await;

    let path = format!("/v1/products/nearby?latitude={}&longitude={}&radius_m=20000", home.0, home.1);
    let near = api.get(&path).send().await.is(200).json();
    let listings = near["data"].as_array().unwrap();
    assert_eq!(listings.len(), 5, "Hamburg is not near");
    assert_eq!(listings[0]["title"], "at home");
    assert_eq!(listings[4]["title"], "outskirts");
    let distances: Vec<f64> =
        listings.iter().map(|listing| listing["distance_m"].as_f64().unwrap()).collect();
    assert!(distances.is_sorted(), "{distances:?}");
    for (listing, told) in listings.iter().zip(&distances) {
        let measured = meters(home, place_of(listing));
        assert!((measured - told).abs() <= 1.0 + measured * 0.005, "{listing}: {measured} m by the sphere");
        let same = api.get(&format!("/v1/products/{}", listing["id"].as_str().unwrap())).send().await.json();
        assert_eq!(same["location"], listing["location"]);
    }

    let blurs: Vec<_> =
        listings.iter().filter(|listing| listing["location_precision"] == "approximate").collect();
    let off = meters(home, place_of(blurs[0]));
    assert!((500.0..2_500.0).contains(&off), "{off} m off");
    assert_eq!(
        blurs[0]["location"], blurs[1]["location"],
        "two listings from one place tell no more than one"
    );
    assert_eq!(blurs[0]["location"], blurred["location"], "the seller sees what others see");

    let path = format!("{path}&limit=2");
    let first = api.get(&path).send().await.is(200).json();
    let mut paged = titles_of(&first);
    paged.extend(rest_of(api, &path, &first).await);
    assert_eq!(paged, titles_of(&near));
}

fn place_of(listing: &Value) -> (f64, f64) {
    let place = &listing["location"];
    (place["latitude"].as_f64().unwrap(), place["longitude"].as_f64().unwrap())
}

/// Along a great circle of the mean earth: within half a percent of the truth.
fn meters(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (lat1, lat2) = (from.0.to_radians(), to.0.to_radians());
    let (half_lat, half_lon) = ((lat2 - lat1) / 2.0, (to.1 - from.1).to_radians() / 2.0);
    let h = half_lat.sin().powi(2) + lat1.cos() * lat2.cos() * half_lon.sin().powi(2);
    2.0 * 6_371_008.8 * h.sqrt().asin()
}
