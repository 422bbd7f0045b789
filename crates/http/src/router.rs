//! Which path leads where, and the ground under all of them.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, FromRef, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::from_fn_with_state,
    response::IntoResponse,
    routing::get,
};
use souk_application::Sessions;
use tower_http::cors::{Any, CorsLayer};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    admin, block,
    client::TrustedProxies,
    conversation, event, health,
    layer::{self, Ground, InFlight, Limits},
    limit::{self, RateLimits},
    media,
    metrics::Metrics,
    offer,
    openapi::{self, documentation},
    problem::Problem,
    product, session,
    state::AppState,
    stream, user, verification,
};

/// What the router must be told.
pub struct Options {
    /// The address clients know us by, without a slash at its end.
    pub public_url: String,
    /// Origins whose web pages may call us; none: no page of another origin may. `*` is all of them.
    pub cors_origins: Vec<HeaderValue>,
    /// How often somebody may ask.
    pub rate_limits: RateLimits,
    /// How many proxies of ours stand before this server.
    pub trusted_proxies: TrustedProxies,
    /// How long an upload may take.
    pub upload_deadline: Duration,
    /// How many uploads may be under way.
    pub max_uploads: usize,
}

/// The routes of version 1.
fn v1() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(user::routes())
        .merge(block::routes())
        .merge(session::routes())
        .merge(product::routes())
        .merge(conversation::routes())
        .merge(offer::routes())
        .merge(stream::routes())
        .merge(verification::routes())
        .merge(event::routes())
        .merge(admin::routes())
}

/// The probes.
fn probes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(health::livez)).routes(routes!(health::readyz))
}

/// What the routes say of themselves.
pub fn openapi(public_url: &str) -> OpenApi {
    let routes = OpenApiRouter::with_openapi(openapi::base())
        .nest("/v1", v1().merge(media::uploads()))
        .merge(media::files())
        .merge(probes());
    openapi::complete(routes.into_openapi(), public_url)
}

/// The router of the API listener.
pub fn api(state: AppState, ground: &Ground, options: &Options) -> Router {
    let limits = from_fn_with_state((options.rate_limits.clone(), state.clone()), limit::check);
    let limited = |routes: OpenApiRouter<AppState>| {
        let routes: Router<AppState> = routes.into();
        routes.layer(limits.clone()).layer(Extension(options.trusted_proxies))
    };
    let v1 = Router::new().nest("/v1", limited(v1())).merge(limited(media::files()));
    let uploads = Router::new()
        .nest("/v1", limited(media::uploads()))
        // The ground has a limit of its own, and receives the body before anybody else sees it.
        .layer(DefaultBodyLimit::disable());
    let probes: Router<AppState> = probes().into();
    let documentation = documentation::routes(&openapi(&options.public_url));
    let router = grounded(v1.merge(documentation), ground)
        .merge(layered(uploads, &for_uploads(ground, &state, options)))
        .merge(layered(probes, &ground.for_probes()))
        .with_state(state);
    if options.cors_origins.is_empty() { router } else { router.layer(cors(&options.cors_origins)) }
}

/// The ground under uploads.
fn for_uploads(ground: &Ground, state: &AppState, options: &Options) -> Ground {
    let limits = Limits { deadline: options.upload_deadline, body: media::BODY_LIMIT };
    let sessions = Sessions::from_ref(state);
    let admit = Arc::new(move |head: &HeaderMap| media::admit(head, &sessions));
    ground.for_uploads(limits, InFlight::new(options.max_uploads), admit)
}

/// The router of the operations listener, which belongs on a network that only operators reach.
pub fn operations(state: AppState, ground: &Ground, metrics: Metrics) -> Router {
    let metrics = Router::new().route("/metrics", get(render)).with_state(metrics);
    let probes: Router<AppState> = probes().into();
    grounded(metrics.merge(probes.with_state(state)), &ground.for_probes())
}

/// Lays the ground under routes: what happens around every request (see [`crate::layer`]), and problem documents for
/// paths that do not exist and methods they do not take.
pub fn grounded<S: Clone + Send + Sync + 'static>(routes: Router<S>, ground: &Ground) -> Router<S> {
    layered(routes.fallback(no_route), ground)
}

/// The same for routes that are merged into a router which already answers for the paths nobody has.
fn layered<S: Clone + Send + Sync + 'static>(routes: Router<S>, ground: &Ground) -> Router<S> {
    routes.method_not_allowed_fallback(no_method).layer(from_fn_with_state(ground.clone(), layer::stand))
}

async fn no_route() -> Problem {
    Problem::not_found()
}

async fn no_method() -> Problem {
    Problem::method_not_allowed()
}

async fn render(State(metrics): State<Metrics>) -> impl IntoResponse {
    const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, TEXT)], metrics.render())
}

fn cors(origins: &[HeaderValue]) -> CorsLayer {
    const IDEMPOTENCY_KEY: header::HeaderName = header::HeaderName::from_static("idempotency-key");
    const IDEMPOTENT_REPLAYED: header::HeaderName = header::HeaderName::from_static("idempotent-replayed");
    let cors = CorsLayer::new()
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::ACCEPT,
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            IDEMPOTENCY_KEY,
            event::LAST_EVENT_ID,
            layer::X_REQUEST_ID,
        ])
        .expose_headers([
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            IDEMPOTENT_REPLAYED,
            layer::X_REQUEST_ID,
        ])
        .max_age(Duration::from_hours(1));
    // Tokens travel in a header, never in cookies, so no page needs credentials and any origin is harmless.
    if origins.iter().any(|origin| origin == "*") {
        cors.allow_origin(Any)
    } else {
        cors.allow_origin(origins.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt;

    use super::*;

    /// What a browser is told that asks whether a page of `origin` may POST.
    async fn allowed(origins: &[&'static str], origin: &str) -> Option<HeaderValue> {
        let origins: Vec<_> = origins.iter().map(|origin| HeaderValue::from_static(origin)).collect();
        let router = Router::new().route("/", get(|| async {})).layer(cors(&origins));
        let preflight = Request::builder()
            .method(Method::OPTIONS)
            .uri("/")
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,idempotency-key")
            .body(Body::empty())
            .unwrap();
        let mut response = router.oneshot(preflight).await.unwrap();
        assert!(response.status().is_success());
        response.headers_mut().remove(header::ACCESS_CONTROL_ALLOW_ORIGIN)
    }

    #[tokio::test]
    async fn pages_of_the_origins_given_may_call_and_no_others() {
        let origins = ["https://a.example", "https://b.example"];
        assert_eq!(allowed(&origins, "https://b.example").await.unwrap(), "https://b.example");
        assert_eq!(allowed(&origins, "https://c.example").await, None);
        assert_eq!(allowed(&["*"], "https://c.example").await.unwrap(), "*");
    }
}
