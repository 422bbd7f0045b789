//! Publishing and finding listings.

use axum::http::header;
use serde_json::{Value, json};
use souk_domain::{
    geo::{GeoPoint, Meters, Radius},
    page::Page,
    product::{
        Availability, Category, Condition, Feed, FeedPosition, NearbyPosition, NearbyProduct, ProductFilter,
        ProductSort, Publisher,
    },
    user::{Role, Standing},
};
use souk_ports::DecideError;
use souk_testkit::build;

use super::{Ports, get, post};

fn listing() -> Value {
    json!({
        "title": "Lamp", "description": "Works.", "category": "home_decor", "feed_type": "community",
        "condition": "like_new", "price_minor": 900, "currency": "EUR",
        "location": {"latitude": 52.52, "longitude": 13.405}, "location_precision": "exact",
        "location_label": "Berlin", "images": [PICTURE], "min_offer_minor": 500,
        "auto_accept_minor": 850, "auto_decline_minor": 600
    })
}

/// One that everybody uploaded.
const PICTURE: &str = "00000000-0000-0000-0000-000000000009";

/// A store that asks the rule, for an account in this standing.
fn store(standing: Standing) -> Ports {
    let mut ports = Ports::default();
    ports.media.expect_claim().returning(|_, ids, _| Ok(ids.to_vec()));
    ports.products.expect_publish().returning(move |seller, decide, once| {
        assert!(once.is_none());
        let publisher = Publisher { id: seller, role: Role::Buyer, standing };
        decide(publisher).map(|publication| publication.product).map_err(DecideError::Refused)
    });
    ports
}

#[tokio::test]
async fn what_is_published_is_shown_to_its_seller_with_its_terms() {
    let answer = post(&store(Standing::Active).router(), "/v1/products", "bob", &listing()).await;
    assert_eq!(answer.status, 201);
    let product = answer.json();
    let id = product["id"].as_str().unwrap();
    assert_eq!(answer.headers[header::LOCATION], format!("/v1/products/{id}"));
    assert_eq!(answer.headers[header::ETAG], "\"1\"");
    insta::assert_json_snapshot!(product);
}

#[tokio::test]
async fn a_suspended_seller_is_refused() {
    let answer = post(&store(Standing::Suspended).router(), "/v1/products", "bob", &listing()).await;
    assert_eq!(answer.problem(), (403, "account_suspended".to_owned()));
}

#[tokio::test]
async fn a_bad_form_is_422_and_names_its_fields() {
    let router = Ports::default().router();
    let with = |field: &str, value: Value| {
        let mut form = listing();
        form[field] = value;
        form
    };
    for (form, field, code) in [
        (with("title", json!("")), "title", "required"),
        (with("title", json!("x".repeat(141))), "title", "too_long"),
        (with("title", json!("a\0b")), "title", "invalid_character"),
        (with("description", json!("x".repeat(5001))), "description", "too_long"),
        (with("category", json!("cars")), "category", "unknown_value"),
        (with("price_minor", json!(0)), "price_minor", "out_of_range"),
        (with("price_minor", json!(1.5)), "price_minor", "invalid_type"),
        (with("currency", json!("EURO")), "currency", "unknown_currency"),
        (with("location", json!({"latitude": 91, "longitude": 0})), "location", "out_of_range"),
        (with("location", json!({"latitude": 1})), "location.longitude", "required"),
        (with("images", json!(["x"])), "images[0]", "invalid_format"),
        (with("images", json!([PICTURE, "https://example.com/1.jpg"])), "images[1]", "foreign_media"),
        (with("thumbnail_url", json!("https://example.com/1.jpg")), "thumbnail_url", "foreign_media"),
        (with("auto_decline_minor", json!(850)), "auto_decline_minor", "out_of_range"),
        (with("feed_type", json!("discover")), "min_offer_minor", "not_allowed"),
        (with("seller_id", json!("x")), "seller_id", "unknown_field"),
        (with("views_count", json!(7)), "views_count", "unknown_field"),
    ] {
        let answer = post(&router, "/v1/products", "ada", &form).await;
        assert_eq!(answer.problem(), (422, "invalid_fields".to_owned()), "{field}");
        let error = &answer.json()["errors"][0];
        assert_eq!((error["field"].as_str(), error["code"].as_str()), (Some(field), Some(code)));
    }
}

#[tokio::test]
async fn pictures_are_the_sellers_own_or_the_listing_is_refused() {
    let mut ports = Ports::default();
    ports.media.expect_claim().returning(|_, _, _| Ok(vec![]));
    let answer = post(&ports.router(), "/v1/products", "ada", &listing()).await;
    assert_eq!(answer.problem(), (422, "invalid_fields".to_owned()));
    let error = &answer.json()["errors"][0];
    assert_eq!((&error["field"], &error["code"]), (&json!("images[0]"), &json!("unknown_media")));
}

#[tokio::test]
async fn only_its_seller_sees_the_terms_of_a_listing() {
    let mut ports = Ports::default();
    ports.products.expect_find().returning(|_| Ok(Some(build::product(7, build::user_id(1)))));
    let router = ports.router();
    let path = "/v1/products/00000000-0000-0000-0000-000000000007";
    let own = get(&router, path, "ada").await;
    assert_eq!(own.headers[header::ETAG], "\"1\"");
    assert_eq!(own.json()["auto_accept_minor"], 44_000);
    for who in ["", "bob", "root"] {
        let seen = get(&router, path, who).await.json();
        let secret = ["min_offer_minor", "auto_accept_minor", "auto_decline_minor"];
        assert!(secret.iter().all(|field| seen.get(field).is_none()), "{who}: {seen}");
    }
}

#[tokio::test]
async fn a_malformed_id_is_400_and_an_unknown_one_404() {
    let mut ports = Ports::default();
    ports.products.expect_find().returning(|_| Ok(None));
    let router = ports.router();
    assert_eq!(get(&router, "/v1/products/7", "").await.problem(), (400, "invalid_path".to_owned()));
    let unknown = get(&router, "/v1/products/00000000-0000-0000-0000-000000000007", "").await;
    assert_eq!(unknown.problem(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn a_feed_is_asked_for_as_the_parameters_say_and_goes_on_where_its_cursor_says() {
    let mut ports = Ports::default();
    let position = FeedPosition { key: 45_000, id: build::product_id(7) };
    ports
        .products
        .expect_list()
        .withf(move |query| {
            query.filter
                == ProductFilter {
                    feed: Some(Feed::Discover),
                    category: Some(Category::KidsBaby),
                    condition: Some(Condition::LikeNew),
                    min_price_minor: Some(1),
                    max_price_minor: Some(9),
                }
                && query.seller == Some(build::user_id(1))
                && query.availability == Availability::Unavailable
                && query.sort == ProductSort::PriceDesc
                && query.limit.rows() == 7
                && query.after.is_none_or(|after| after == position)
        })
        .returning(move |query| {
            let next = query.after.is_none().then_some(position);
            Ok(Page { items: vec![build::product(7, build::user_id(1))], next })
        });
    let router = ports.router();
    let path = "/v1/products?feed_type=discover&category=kids_baby&condition=like_new&min_price_minor=1\
                &max_price_minor=9&seller_id=00000000-0000-0000-0000-000000000001&available=false&sort=price_desc&limit=7";
    let first = get(&router, path, "").await.json();
    assert_eq!(first["data"][0]["id"], build::product_id(7).to_string());
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = get(&router, &format!("{path}&cursor={cursor}"), "").await.json();
    assert_eq!(second["next_cursor"], Value::Null);

    let elsewhere = get(&router, &format!("/v1/products?sort=newest&cursor={cursor}"), "").await;
    assert_eq!(elsewhere.problem(), (400, "invalid_cursor".to_owned()));
}

#[tokio::test]
async fn a_search_around_a_point_says_how_far_each_is() {
    let mut ports = Ports::default();
    let distance = Meters(1_234.56);
    ports
        .products
        .expect_list_nearby()
        .withf(|query| {
            query.radius == Radius::default() && query.centre == GeoPoint::new(52.52, 13.4).unwrap()
        })
        .returning(move |_| {
            let product = build::product(7, build::user_id(1));
            let next = Some(NearbyPosition { distance, id: product.id, spread: 2.5 });
            Ok(Page { items: vec![NearbyProduct { product, distance }], next })
        });
    let router = ports.router();
    let page = get(&router, "/v1/products/nearby?latitude=52.52&longitude=13.4", "").await.json();
    assert_eq!(page["data"][0]["distance_m"], 1_234.6);
    let cursor = page["next_cursor"].as_str().unwrap();
    let path = format!("/v1/products/nearby?latitude=52.52&longitude=13.4&cursor={cursor}");
    assert_eq!(get(&router, &path, "").await.status, 200);
    let elsewhere = format!("/v1/products/nearby?latitude=52.53&longitude=13.4&cursor={cursor}");
    assert_eq!(get(&router, &elsewhere, "").await.problem(), (400, "invalid_cursor".to_owned()));
}

#[tokio::test]
async fn parameters_that_make_no_sense_are_422_and_named() {
    let router = Ports::default().router();
    for (query, field) in [
        ("longitude=1", "latitude"),
        ("latitude=NaN&longitude=1", "latitude"),
        ("latitude=1e999&longitude=1", "latitude"),
        ("latitude=90.1&longitude=1", "latitude"),
        ("latitude=1&longitude=-180.1", "longitude"),
        ("latitude=1&longitude=1&radius_m=0", "radius_m"),
        ("latitude=1&longitude=1&radius_m=200001", "radius_m"),
        ("latitude=1&longitude=1&radius_m=inf", "radius_m"),
        ("latitude=1&longitude=1&limit=0", "limit"),
        ("latitude=1&longitude=1&limit=101", "limit"),
        ("latitude=1&longitude=1&limit=many", "limit"),
        ("latitude=1&longitude=1&category=cars", "category"),
        ("latitude=1&longitude=1&lat=1", "lat"),
    ] {
        let answer = get(&router, &format!("/v1/products/nearby?{query}"), "").await;
        assert_eq!(answer.problem(), (422, "invalid_fields".to_owned()), "{query}");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{query}");
    }
}

#[tokio::test]
async fn there_are_twelve_categories_in_their_order() {
    let categories = get(&Ports::default().router(), "/v1/categories", "").await.json();
    insta::assert_json_snapshot!(categories);
}
