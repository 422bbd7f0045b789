//! What happens around every request: its id, its deadline, its body, its log line, and what a panic becomes.
//!
//! One middleware rather than a stack of ten, because the parts need each other: a change whose body has arrived runs
//! to its end even if the client leaves, and the log line, the metrics and the count of requests in flight must
//! still come out right.
//!
//! The order, outermost first: id and log line → deadline → body received (changes only) → room in flight → handler.
//! A body is received before room is taken, so that clients who send slowly cannot fill the room of those who do not.
//! Uploads pass a reception first, because their bodies are large: they have places of their own, which are taken before.

mod access;
mod body;
mod in_flight;
mod request_id;

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};
use tracing::Instrument;

use self::{access::Record, request_id::RequestId};
use crate::problem::Problem;

pub use in_flight::{InFlight, Room};

/// The name of the header that carries a request's id, there and back.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How much of us one request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a client waits for its answer at most, the sending of the body included.
    pub deadline: Duration,
    /// How many bytes a body may have.
    pub body: usize,
}

/// Asked of a request's head whether its body is received at all.
pub type Admit = dyn Fn(&HeaderMap) -> Result<(), Problem> + Send + Sync;

/// Before whom large bodies pass: whoever may not send one is told at once, and there are never more of them than there is
/// memory for.
#[derive(Clone)]
struct Reception {
    admit: Arc<Admit>,
    places: InFlight,
}

/// The ground that routes stand on: limits, and the room they share.
#[derive(Clone)]
pub struct Ground {
    limits: Limits,
    in_flight: InFlight,
    is_quiet: bool,
    reception: Option<Reception>,
}

impl Ground {
    /// A ground of its own.
    pub fn new(limits: Limits, in_flight: InFlight) -> Self {
        Self { limits, in_flight, is_quiet: false, reception: None }
    }

    /// The same room under other limits.
    #[must_use]
    pub fn with_limits(&self, limits: Limits) -> Self {
        Self { limits, ..self.clone() }
    }

    /// The same room for uploads: under limits of their own, after a look at each one's head, and no more at once than
    /// there are `places`, from the first byte of the body to the answer.
    #[must_use]
    pub fn for_uploads(&self, limits: Limits, places: InFlight, admit: Arc<Admit>) -> Self {
        Self { limits, reception: Some(Reception { admit, places }), ..self.clone() }
    }

    /// Room of its own and log lines at `debug`: for probes, which must be answered when everything else is full, and
    /// come every few seconds.
    #[must_use]
    pub fn for_probes(&self) -> Self {
        Self { in_flight: InFlight::new(64), is_quiet: true, ..self.clone() }
    }
}

impl Reception {
    /// A place for the body of a request with this head.
    fn admit(&self, head: &HeaderMap) -> Result<Room, Problem> {
        (self.admit)(head)?;
        self.places.enter().ok_or_else(Problem::overloaded)
    }
}

/// The middleware; laid under routes by [`crate::router::grounded`].
pub(crate) async fn stand(State(ground): State<Ground>, request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    let span = tracing::info_span!("request", request_id = id.as_str());
    let record = Record::begin(
        request.method().clone(),
        request.extensions().get::<MatchedPath>().cloned(),
        span.clone(),
        ground.is_quiet,
    );
    let mut response = answer(&ground, request, next).instrument(span).await;
    complete(response.headers_mut(), id);
    record.end(response.status());
    response
}

async fn answer(ground: &Ground, request: Request, next: Next) -> Response {
    let deadline = Instant::now() + ground.limits.deadline;
    if is_safe(request.method()) {
        read(ground, deadline, request, next).await
    } else {
        change(ground, deadline, request, next).await
    }
    .unwrap_or_else(Problem::into_response)
}

/// A read is given up when it takes too long, and dropped when its client leaves.
async fn read(ground: &Ground, deadline: Instant, request: Request, next: Next) -> Result<Response, Problem> {
    let _room = ground.in_flight.enter().ok_or_else(Problem::overloaded)?;
    timeout_at(deadline, caught(next.run(request))).await.map_err(|_| Problem::deadline_exceeded())
}

/// A change runs in a task of its own, to its end, whoever still waits for it: half of it may be done already. How long
/// it may take is bounded by the timeouts of what it calls.
async fn change(
    ground: &Ground,
    deadline: Instant,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    // Full now is full enough: no need to wait for the body to say so.
    if ground.in_flight.is_full() {
        return Err(Problem::overloaded());
    }
    // Only a POST brings anything; whatever else comes is refused by the routes, and needs no room for a body.
    let reception = ground.reception.as_ref();
    let brings = reception.is_none() || *request.method() == Method::POST;
    let most = if brings { ground.limits.body } else { 0 };
    let place = match reception.filter(|_| brings).map(|reception| reception.admit(request.headers())) {
        None => None,
        Some(Ok(place)) => Some(place),
        Some(Err(problem)) => {
            let _ = timeout_at(deadline, body::let_go(request, most)).await;
            return Err(problem);
        }
    };
    let request = timeout_at(deadline, body::received(request, most))
        .await
        .map_err(|_| Problem::request_timeout())??;
    let room = ground.in_flight.enter().ok_or_else(Problem::overloaded)?;
    let (answer, outcome) = oneshot::channel();
    let work = async move {
        let response = caught(next.run(request)).await;
        drop((room, place));
        if let Err(response) = answer.send(response) {
            let status = response.status().as_u16();
            tracing::info!(status, "a change was finished after nobody waited for it any more");
        }
    };
    tokio::spawn(work.in_current_span());
    match timeout_at(deadline, outcome).await {
        Ok(Ok(response)) => Ok(response),
        // The task only disappears without an answer when the whole runtime does.
        Ok(Err(_)) | Err(_) => Err(Problem::outcome_unknown()),
    }
}

/// A panic becomes an answer. The panic hook has already logged where it happened.
async fn caught(handler: impl Future<Output = Response>) -> Response {
    std::panic::AssertUnwindSafe(handler)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Problem::internal().into_response())
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}

/// Answers are nobody else's business unless a handler says so: most are personal, and a stale price is a quarrel.
fn complete(headers: &mut HeaderMap, id: RequestId) {
    headers.insert(X_REQUEST_ID, id.into());
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
