//! Routes that exist in tests only: each goes wrong, or right, in a way of its own.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use souk_http::{
    extract::{FiniteF64, Json, Path, Query},
    layer::Ground,
    router::grounded,
};
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    title: String,
    latitude: Option<FiniteF64>,
}

/// What tests hold in their hands to steer a handler.
#[derive(Clone, Default)]
pub(crate) struct Strings {
    /// Told when a handler has begun.
    pub(crate) begun: Arc<Notify>,
    /// Lets a waiting handler go on.
    pub(crate) go_on: Arc<Notify>,
    /// How many handlers came to their end.
    pub(crate) finished: Arc<AtomicUsize>,
    /// Told when one did.
    pub(crate) done: Arc<Notify>,
}

/// Waiting for the handler's end, whoever else waits for it.
impl Strings {
    pub(crate) async fn wait(&self) {
        self.begun.notify_one();
        self.go_on.notified().await;
        self.finished.fetch_add(1, Ordering::SeqCst);
        self.done.notify_one();
    }
}

pub(crate) fn on(ground: &Ground) -> Router {
    with(ground, Strings::default())
}

pub(crate) fn with(ground: &Ground, strings: Strings) -> Router {
    let routes = Router::new()
        .route("/things/{id}", get(thing).patch(echo))
        .route("/search", get(search))
        .route("/echo", post(echo))
        .route("/panic", get(panics).post(panics))
        .route("/wait", get(wait).post(wait))
        .route("/never", get(never).post(never))
        .with_state(strings);
    grounded(routes, ground)
}

async fn thing(Path(id): Path<Uuid>) -> String {
    id.to_string()
}

async fn search(Query(form): Query<Form>) -> Json<Form> {
    Json(form)
}

async fn echo(Json(form): Json<Form>) -> Json<Form> {
    Json(form)
}

async fn panics() -> StatusCode {
    panic!("a secret of the handler")
}

async fn wait(State(strings): State<Strings>) -> StatusCode {
    strings.wait().await;
    StatusCode::NO_CONTENT
}

/// Never gets what it waits for.
async fn never() -> StatusCode {
    let _ = Semaphore::new(0).acquire().await;
    StatusCode::NO_CONTENT
}
