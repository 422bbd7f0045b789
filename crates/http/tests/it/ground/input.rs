//! Requests that cannot be read, and requests that make no sense.

use axum::http::{HeaderValue, header};
use serde_json::json;

use super::{post, request, router, send};

#[tokio::test]
async fn a_good_request_is_answered() {
    let answer = send(router(), post("/echo", r#"{"title":"a","latitude":1.5}"#)).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({"title": "a", "latitude": 1.5})));
    answer.assert_surroundings();
}

#[tokio::test]
async fn a_path_that_is_not_there_is_404() {
    for method in ["GET", "POST", "DELETE", "FROBNICATE"] {
        send(router(), request(method, "/nowhere?secret=1")).await.assert_problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_method_that_is_not_taken_is_405_and_says_which_are() {
    let answer = send(router(), request("DELETE", "/echo")).await;
    answer.assert_problem(405, "method_not_allowed");
    assert_eq!(answer.headers[header::ALLOW], "POST");

    let answer = send(router(), request("POST", "/search")).await;
    answer.assert_problem(405, "method_not_allowed");
    assert_eq!(answer.headers[header::ALLOW], "GET,HEAD");
}

#[tokio::test]
async fn another_type_than_json_is_415() {
    for kind in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonp")]
    {
        let mut form = post("/echo", r#"{"title":"a"}"#);
        match kind {
            Some(kind) => form.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind)),
            None => form.headers_mut().remove(header::CONTENT_TYPE),
        };
        send(router(), form).await.assert_problem(415, "unsupported_media_type");
    }
}

#[tokio::test]
async fn what_is_no_json_is_400() {
    for body in ["", "{", "nul", "{\"title\":\"a\"}}", "\u{feff}{}"] {
        send(router(), post("/echo", body)).await.assert_problem(400, "malformed_json");
    }
    send(router(), post("/echo", "[".repeat(1000))).await.assert_problem(400, "malformed_json");
    send(router(), post("/echo", &b"{\"title\":\"\xff\"}"[..])).await.assert_problem(400, "malformed_json");
}

#[tokio::test]
async fn json_that_makes_no_sense_is_422_and_names_the_field() {
    for (body, field, code) in [
        (r#"{"title":"a","role":"admin"}"#, "role", "unknown_field"),
        (r"{}", "title", "required"),
        (r#"{"title":"a","title":"b"}"#, "title", "duplicate_field"),
        (r#"{"title":["a"]}"#, "title", "invalid_type"),
        (r#"{"title":"a\u0000b"}"#, "title", "invalid_character"),
        (r#"{"title":"a","latitude":1e999}"#, "latitude", "out_of_range"),
        (r#"{"title":"a","latitude":"1"}"#, "latitude", "invalid_type"),
        (r#"["a", 1]"#, "", "invalid_type"),
    ] {
        send(router(), post("/echo", body)).await.assert_invalid(field, code);
    }
}

#[tokio::test]
async fn parameters_that_make_no_sense_are_422_and_named() {
    for (query, field, code) in [
        ("title=a&latitude=NaN", "latitude", "out_of_range"),
        ("title=a&latitude=inf", "latitude", "out_of_range"),
        ("title=a&latitude=1e999", "latitude", "out_of_range"),
        ("title=a&latitude=north", "latitude", "invalid_value"),
        ("title=a&role=admin", "role", "unknown_field"),
        ("latitude=1", "title", "required"),
        ("title=a&title=b", "title", "duplicate_field"),
        ("title=a%00b", "title", "invalid_character"),
    ] {
        send(router(), request("GET", &format!("/search?{query}"))).await.assert_invalid(field, code);
    }
}

#[tokio::test]
async fn a_malformed_id_is_400() {
    for id in ["7", "a%00b", "%ff", "0190163d-8694-739b-aea5-966c26f8ad9"] {
        send(router(), request("GET", &format!("/things/{id}"))).await.assert_problem(400, "invalid_path");
    }
    let id = "0190163d-8694-739b-aea5-966c26f8ad91";
    let answer = send(router(), request("GET", &format!("/things/{id}"))).await;
    assert_eq!((answer.status.as_u16(), answer.body), (200, id.as_bytes().to_vec()));
}
