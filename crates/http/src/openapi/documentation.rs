//! The API's description for programs (`/openapi.json`) and people (`/docs`).
//!
//! The page needs nothing from outside: script and description come from this server, and its content security policy
//! holds it to that.

use std::sync::LazyLock;

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    response::IntoResponse,
    routing::{MethodRouter, get},
};
use bytes::Bytes;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::OpenApi;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Souk Loop API</title>
</head>
<body>
<div id="app"></div>
<script src="/docs/scalar.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"#;

// The server that sent the page is the one it tries requests on, under whatever name the reader reached it.
const START: &str = r"Scalar.createApiReference('#app', {
  url: '/openapi.json',
  servers: [{ url: window.location.origin }],
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: 'never',
  telemetry: false,
  withDefaultFonts: false,
})
";

/// The routes of the documentation.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>(openapi: &OpenApi) -> Router<S> {
    // A document made of maps and strings always has a JSON form.
    let document = Bytes::from(openapi.to_pretty_json().unwrap_or_default());
    Router::new()
        .route("/openapi.json", file("application/json", "no-cache", move || document.clone()))
        .route("/docs", file("text/html; charset=utf-8", "no-cache", || PAGE.into()))
        .route("/docs/start.js", file("text/javascript; charset=utf-8", "no-cache", || START.into()))
        .route("/docs/scalar.js", file("text/javascript; charset=utf-8", "public, max-age=86400", scalar))
        .layer(CompressionLayer::new())
}

/// The script of the page, 5 MB; unpacked when somebody reads the documentation, which most servers never see.
fn scalar() -> Bytes {
    static SCRIPT: LazyLock<Bytes> =
        LazyLock::new(|| scalar_api_reference::get_asset("scalar.js").unwrap_or_default().into());
    SCRIPT.clone()
}

fn file<S: Clone + Send + Sync + 'static>(
    kind: &'static str,
    caching: &'static str,
    content: impl Fn() -> Bytes + Clone + Send + Sync + 'static,
) -> MethodRouter<S> {
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    ];
    get(move || async move { (headers, content()).into_response() })
}
