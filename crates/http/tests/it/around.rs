//! What stands beside `/v1`: probes and documentation.

use axum::http::header;

use crate::api::{Ports, get};

#[tokio::test]
async fn the_probes_answer_without_a_token() {
    let router = Ports::default().router();
    for path in ["/livez", "/readyz"] {
        let answer = get(&router, path, "").await;
        assert_eq!((answer.status.as_u16(), answer.json()["status"].as_str()), (200, Some("ok")), "{path}");
    }
}

#[tokio::test]
async fn the_page_for_people_needs_nothing_from_elsewhere() {
    let router = Ports::default().router();
    let page = get(&router, "/docs", "").await;
    let text = String::from_utf8(page.body).unwrap();
    assert_eq!(page.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{policy}");
    assert!(!text.contains("http://") && !text.contains("https://"), "{text}");

    for script in text.split("src=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let script = get(&router, script, "").await;
        assert_eq!(script.status, 200);
        assert_eq!(script.headers[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        assert!(!script.body.is_empty());
    }
}

#[tokio::test]
async fn the_description_for_programs_is_served() {
    let answer = get(&Ports::default().router(), "/openapi.json", "").await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(answer.json()["servers"][0]["url"], "https://souk.example.com");
    assert!(answer.json()["paths"].get("/v1/products").is_some());
}
