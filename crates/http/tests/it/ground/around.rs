//! What every answer has around it, and what is recorded of it.

use axum::{
    body::Body,
    http::{Request, header},
};
use souk_http::metrics::Metrics;

use super::{request, router, send};

#[tokio::test]
async fn a_request_keeps_its_id_if_it_is_sane() {
    let asked = |id: &str| {
        Request::builder().uri("/search?title=a").header("x-request-id", id).body(Body::empty()).unwrap()
    };
    assert_eq!(send(router(), asked("from-the-app.1")).await.headers["x-request-id"], "from-the-app.1");
    for odd in ["a b", "\"", &"x".repeat(65)] {
        assert_ne!(send(router(), asked(odd)).await.headers["x-request-id"], odd);
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let id = "/things/0190163d-8694-739b-aea5-966c26f8ad91";
    let answer = send(router(), request("HEAD", id)).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
    assert_eq!(answer.headers[header::CONTENT_LENGTH], "36");
    assert_eq!(send(router(), request("HEAD", "/nowhere")).await.status, 404);
}

#[tokio::test]
async fn requests_are_counted_by_route_never_by_path() {
    let metrics = Metrics::new(Vec::new());
    send(router(), request("GET", "/things/not-an-id")).await;
    send(router(), request("GET", "/a-path-nobody-has")).await;
    let text = metrics.render();
    let counted = |line: &str| text.lines().any(|seen| seen.starts_with(line));
    assert!(counted(r#"http_requests_total{method="GET",route="/things/{id}",status="400"}"#), "{text}");
    assert!(counted(r#"http_requests_total{method="GET",route="unmatched",status="404"}"#), "{text}");
    assert!(counted(r#"http_problems_total{code="invalid_path"}"#), "{text}");
    assert!(!text.contains("not-an-id") && !text.contains("a-path-nobody-has"));
}
