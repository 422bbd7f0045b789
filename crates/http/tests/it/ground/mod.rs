//! The ground under every route: what a request that goes wrong is answered, by a router of test routes.

mod around;
mod input;
mod limits;
pub(crate) mod routes;

use std::time::Duration;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use serde_json::Value;
use souk_http::layer::{Ground, InFlight, Limits};
use tower::ServiceExt;

/// Long enough for any machine, short enough for a test that fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A ground with room for so many and this deadline.
pub(crate) fn ground(room: usize, deadline: Duration) -> Ground {
    Ground::new(Limits { deadline, body: 1024 }, InFlight::new(room))
}

/// The test routes on a roomy, patient ground.
fn router() -> Router {
    routes::on(&ground(64, PATIENCE))
}

/// An answer, read whole.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Checks that it is a complete problem document with this status and code, and gives its `errors`.
    #[track_caller]
    fn assert_problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        let mut problem = self.json();
        assert_eq!(problem["code"], code);
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("/problems/{code}"));
        assert!(!problem["title"].as_str().unwrap().is_empty());
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        self.assert_surroundings();
        problem["errors"].take()
    }

    /// Checks a 422 that names one field.
    #[track_caller]
    fn assert_invalid(&self, field: &str, code: &str) {
        let errors = self.assert_problem(422, "invalid_fields");
        assert_eq!(errors[0]["field"], field);
        assert_eq!(errors[0]["code"], code);
    }

    /// Checks what every answer has.
    #[track_caller]
    fn assert_surroundings(&self) {
        assert!(!self.headers["x-request-id"].is_empty());
        assert_eq!(self.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(self.headers.contains_key(header::CACHE_CONTROL));
    }
}

async fn send(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

fn request(method: &str, uri: &str) -> Request<Body> {
    Request::builder().method(method).uri(uri).body(Body::empty()).unwrap()
}

fn post(uri: &str, body: impl Into<Body>) -> Request<Body> {
    Request::builder()
        .method("POST")
        .uri(uri)
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.into())
        .unwrap()
}
