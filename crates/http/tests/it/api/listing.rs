//! What becomes of a listing that is up: it is edited, taken down, liked, looked at.

use axum::http::{Method, header};
use serde_json::{Value, json};
use souk_domain::{
    geo::GeoPoint,
    page::Page,
    product::{ArchivalContext, EditContext, LikeContext, LikePosition, LikedProduct, Product, ProductState},
    user::Standing,
};
use souk_ports::{
    DecideError,
    product::{MockProductRepository, Unliked},
};
use souk_testkit::{build, fixed::now};

use super::{Answer, Ports, get, request, send};

const BIKE: &str = "/v1/products/00000000-0000-0000-0000-000000000007";

/// Ada's bike, number 7, for whoever edits it, takes it down or likes it.
pub(super) fn store(products: &mut MockProductRepository) {
    state(products, ProductState::Available, Standing::Active);
}

fn state(products: &mut MockProductRepository, state: ProductState, standing: Standing) {
    let product = Product { state, ..build::product(7, build::user_id(1)) };
    let archival = ArchivalContext { product: product.clone(), standing };
    let pickup = product.place.map(|place| place.point);
    let context = EditContext { product, pickup, standing, has_pending_offers: true };
    products.expect_edit().returning(move |_, decide| {
        decide(&context).map(|edited| edited.product).map_err(DecideError::Refused)
    });
    products
        .expect_archive()
        .returning(move |_, decide| decide(&archival).map(|_| ()).map_err(DecideError::Refused));
    let is_archived = matches!(state, ProductState::Archived { .. });
    let context = LikeContext { seller: build::user_id(1), is_archived, standing };
    products.expect_like().returning(move |_, _, _| Ok(Some(context)));
    products.expect_unlike().returning(move |_, _| Ok(Some(Unliked { context, has_liked: false })));
    products.expect_list_liked().returning(|_, _, _| Ok(Page { items: vec![], next: None }));
}

fn ports(is: ProductState) -> Ports {
    let mut ports = Ports::default();
    state(&mut ports.products, is, Standing::Active);
    ports
}

async fn patch(ports: Ports, patch: &Value) -> Answer {
    send(&ports.router(), request(Method::PATCH, BIKE, "ada", patch)).await
}

#[tokio::test]
async fn an_edit_is_answered_with_the_listing_as_its_seller_sees_it() {
    let edits = json!({
        "title": "Trek touring bike", "description": "", "category": "collectibles", "condition": "fair",
        "price_minor": 44_000, "location": {"latitude": 48.14, "longitude": 11.58},
        "location_precision": "exact", "location_label": null, "images": null,
        "video_url": "https://example.com/bike.mp4", "thumbnail_url": null, "offers_enabled": null,
        "min_offer_minor": 30_000, "auto_accept_minor": 43_000, "auto_decline_minor": null
    });
    let answer = patch(ports(ProductState::Available), &edits).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert_eq!(answer.headers[header::ETAG], "\"2\"");
    let product = answer.json();
    for (field, value) in edits.as_object().unwrap() {
        let value = match field.as_str() {
            "images" => json!([]),
            "offers_enabled" => json!(true),
            _ => value.clone(),
        };
        assert_eq!(product[field], value, "{field}");
    }
    assert_eq!((&product["feed_type"], &product["currency"]), (&json!("community"), &json!("EUR")));
}

#[tokio::test]
async fn an_empty_edit_is_answered_with_the_listing_as_it_was() {
    let answer = patch(ports(ProductState::Available), &json!({})).await;
    assert_eq!((answer.status.as_u16(), &answer.headers[header::ETAG]), (200, &"\"1\"".parse().unwrap()));
}

#[tokio::test]
async fn only_the_version_that_was_read_is_edited() {
    let edit = json!({"title": "Bike"});
    for (tag, status) in [("\"1\"", 200), ("*", 200), ("\"2\"", 412), ("W/\"1\"", 412)] {
        let mut request = request(Method::PATCH, BIKE, "ada", &edit);
        request.headers_mut().insert(header::IF_MATCH, tag.parse().unwrap());
        let answer = send(&ports(ProductState::Available).router(), request).await;
        assert_eq!(answer.status, status, "{tag}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_field_or_with_the_whole_is_named() {
    for (edit, field, code) in [
        (json!({"title": null}), "title", "required"),
        (json!({"title": ""}), "title", "required"),
        (json!({"price_minor": 0}), "price_minor", "out_of_range"),
        (json!({"category": "cars"}), "category", "unknown_value"),
        (json!({"images": ["x"]}), "images[0]", "invalid_format"),
        (json!({"location": {"latitude": 91, "longitude": 0}}), "location", "out_of_range"),
        (json!({"seller_id": "x"}), "seller_id", "unknown_field"),
        (json!({"likes_count": 7}), "likes_count", "unknown_field"),
        (json!({"is_available": true}), "is_available", "unknown_field"),
        (json!({"price_minor": 43_999}), "auto_accept_minor", "out_of_range"),
        (json!({"auto_decline_minor": 44_000}), "auto_decline_minor", "out_of_range"),
        (json!({"feed_type": "discover"}), "auto_accept_minor", "not_allowed"),
    ] {
        let answer = patch(ports(ProductState::Available), &edit).await;
        assert_eq!(answer.problem(), (422, "invalid_fields".to_owned()), "{edit}");
        let error = &answer.json()["errors"][0];
        assert_eq!((error["field"].as_str(), error["code"].as_str()), (Some(field), Some(code)), "{edit}");
    }
    let dollars = patch(ports(ProductState::Available), &json!({"currency": "USD"})).await;
    assert_eq!(dollars.problem(), (409, "offers_pending".to_owned()));
}

#[tokio::test]
async fn what_is_not_up_is_neither_edited_nor_taken_down_unless_sold() {
    let at = now();
    let archived = ProductState::Archived { at, sold: None };
    for (is, on_edit, on_archive) in [
        (ProductState::Reserved, "product_reserved", Some("product_reserved")),
        (ProductState::Sold { at }, "product_sold", None),
        (archived, "product_archived", None),
    ] {
        let edited = patch(ports(is), &json!({"title": "Bike"})).await;
        assert_eq!(edited.problem(), (409, on_edit.to_owned()));
        let delete = request(Method::DELETE, BIKE, "ada", &Value::Null);
        let answer = send(&ports(is).router(), delete).await;
        match on_archive {
            Some(code) => assert_eq!(answer.problem(), (409, code.to_owned())),
            None => assert_eq!(answer.status, 204),
        }
    }
    // To strangers what is down is not there, whatever they want of it.
    for (method, path) in [
        (Method::PATCH, BIKE.to_owned()),
        (Method::DELETE, BIKE.to_owned()),
        (Method::PUT, format!("{BIKE}/like")),
        (Method::DELETE, format!("{BIKE}/like")),
    ] {
        let body = if method == Method::PATCH { json!({}) } else { Value::Null };
        let answer = send(&ports(archived).router(), request(method, &path, "bob", &body)).await;
        assert_eq!(answer.problem(), (404, "not_found".to_owned()), "{path}");
    }
    let liked = request(Method::PUT, &format!("{BIKE}/like"), "ada", &Value::Null);
    assert_eq!(send(&ports(archived).router(), liked).await.problem(), (409, "product_archived".to_owned()));
}

#[tokio::test]
async fn a_suspended_account_does_none_of_it() {
    let mut ports = Ports::default();
    state(&mut ports.products, ProductState::Available, Standing::Suspended);
    let router = ports.router();
    for (method, path, body) in [
        (Method::PATCH, BIKE.to_owned(), json!({})),
        (Method::DELETE, BIKE.to_owned(), Value::Null),
        (Method::PUT, format!("{BIKE}/like"), Value::Null),
        (Method::DELETE, format!("{BIKE}/like"), Value::Null),
    ] {
        let answer = send(&router, request(method, &path, "ada", &body)).await;
        assert_eq!(answer.problem(), (403, "account_suspended".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_cannot_be_liked() {
    let mut ports = Ports::default();
    ports.products.expect_like().returning(|_, _, _| Ok(None));
    ports.products.expect_unlike().returning(|_, _| Ok(None));
    let router = ports.router();
    for method in [Method::PUT, Method::DELETE] {
        let answer = send(&router, request(method, &format!("{BIKE}/like"), "bob", &Value::Null)).await;
        assert_eq!(answer.problem(), (404, "not_found".to_owned()));
    }
}

#[tokio::test]
async fn what_somebody_likes_is_listed_page_by_page_for_them_alone() {
    let mut ports = Ports::default();
    let position = LikePosition { liked_at: now(), id: build::product_id(7) };
    ports
        .products
        .expect_list_liked()
        .withf(move |user, after, limit| {
            *user == build::user_id(2) && limit.rows() == 1 && after.is_none_or(|after| after == position)
        })
        .returning(move |_, after, _| {
            let product = build::product(7, build::user_id(1));
            let items = vec![LikedProduct { product, liked_at: now() }];
            Ok(Page { items, next: after.is_none().then_some(position) })
        });
    let router = ports.router();
    let first = get(&router, "/v1/me/likes?limit=1", "bob").await.json();
    assert_eq!(first["data"][0]["id"], build::product_id(7).to_string());
    assert_eq!(first["data"][0]["liked_at"], json!(now()));
    assert!(first["data"][0].get("auto_accept_minor").is_none());
    let cursor = first["next_cursor"].as_str().unwrap();
    let path = format!("/v1/me/likes?limit=1&cursor={cursor}");
    assert_eq!(get(&router, &path, "bob").await.json()["next_cursor"], Value::Null);
    assert_eq!(get(&router, &path, "ada").await.problem(), (400, "invalid_cursor".to_owned()));
}

#[tokio::test]
async fn an_exact_place_is_shown_to_others_only_where_its_seller_says_so() {
    let at = json!({"location": {"latitude": 48.14, "longitude": 11.58}});
    let exact = patch(ports(ProductState::Available), &at).await.json();
    assert_eq!((&exact["location"], &exact["location_precision"]), (&at["location"], &json!("exact")));
    let mut blurred = at;
    blurred["location_precision"] = json!("approximate");
    let seen = patch(ports(ProductState::Available), &blurred).await.json();
    let point = |place: &Value| {
        GeoPoint::new(place["latitude"].as_f64().unwrap(), place["longitude"].as_f64().unwrap()).unwrap()
    };
    let metres = point(&seen["location"]).distance(point(&exact["location"])).0;
    assert!((500.0..2_600.0).contains(&metres), "{metres}");
}
