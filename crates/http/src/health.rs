//! Whether this process lives, and whether it should be sent requests.
//!
//! `/livez` asks nobody: a database that is away is no reason to kill a process that will serve again once it is back.
//! `/readyz` asks for the database and its migrations, and says no while draining.

use std::{sync::Arc, time::Duration};

use axum::{extract::State, http::StatusCode};
use serde::Serialize;
use souk_ports::readiness::{NotReady, Readiness};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};
use utoipa::ToSchema;

use crate::{extract::Json, problem::Problem, server::Drain};

/// How long an answer is given again: however many probe, the database is asked five times a second at most.
const FRESH: Duration = Duration::from_millis(200);

/// How long the outside world may take to say that it is there; probes usually give up after a second or two.
const PATIENCE: Duration = Duration::from_secs(1);

/// Knows whether requests should be sent here.
#[derive(Clone)]
pub struct Health {
    readiness: Arc<dyn Readiness>,
    drain: Drain,
    last: Arc<Mutex<Option<Answer>>>,
}

struct Answer {
    at: Instant,
    ready: Result<(), NotReady>,
}

/// The answer of a healthy server.
#[derive(Serialize, ToSchema)]
pub struct HealthStatus {
    /// Always `ok`; anything else is a problem document.
    #[schema(value_type = String, example = "ok")]
    status: &'static str,
}

const OK: HealthStatus = HealthStatus { status: "ok" };

impl Health {
    /// Asks `readiness`, and heeds the word to end.
    pub fn new(readiness: Arc<dyn Readiness>, drain: Drain) -> Self {
        Self { readiness, drain, last: Arc::default() }
    }

    async fn check(&self) -> Result<(), Problem> {
        if self.drain.has_begun() {
            return Err(not_ready("draining", "This server is ending; send requests elsewhere."));
        }
        match self.ask().await {
            Ok(()) => Ok(()),
            Err(NotReady::Unreachable) => {
                Err(not_ready("database_unreachable", "The database does not answer."))
            }
            Err(NotReady::PendingMigrations(count)) => Err(not_ready(
                "pending_migrations",
                format!("{count} migrations are pending; run `souk migrate up`."),
            )),
        }
    }

    async fn ask(&self) -> Result<(), NotReady> {
        // Whoever comes while somebody asks waits here and gets the same answer.
        let mut last = self.last.lock().await;
        if let Some(answer) = last.as_ref().filter(|answer| answer.at.elapsed() < FRESH) {
            return answer.ready.clone();
        }
        let ready = timeout(PATIENCE, self.readiness.ready()).await.unwrap_or(Err(NotReady::Unreachable));
        *last = Some(Answer { at: Instant::now(), ready: ready.clone() });
        ready
    }
}

fn not_ready(code: &'static str, detail: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(1)
}

/// Whether the process lives
///
/// Depends on nothing else.
#[utoipa::path(get, path = "/livez", tag = "Operations",
    responses((status = 200, description = "It does.", body = HealthStatus)))]
pub(crate) async fn livez() -> Json<HealthStatus> {
    Json(OK)
}

/// Whether requests should be sent here
///
/// Checks the database and its migrations. 503 also while the server is ending.
#[utoipa::path(get, path = "/readyz", tag = "Operations",
    responses((status = 200, description = "They should.", body = HealthStatus)))]
pub(crate) async fn readyz(State(health): State<Health>) -> Result<Json<HealthStatus>, Problem> {
    health.check().await.map(|()| Json(OK))
}

#[cfg(test)]
mod tests {
    use souk_ports::readiness::MockReadiness;

    use super::*;

    fn health(answers: Vec<Result<(), NotReady>>) -> Health {
        let mut readiness = MockReadiness::new();
        let mut answers = answers.into_iter();
        readiness.expect_ready().returning(move || answers.next().expect("asked too often"));
        Health::new(Arc::new(readiness), Drain::new())
    }

    #[tokio::test(start_paused = true)]
    async fn many_probes_ask_once_and_later_ones_anew() {
        let health = health(vec![Ok(()), Err(NotReady::PendingMigrations(3)), Err(NotReady::Unreachable)]);
        for _ in 0..100 {
            assert_eq!(health.check().await, Ok(()));
        }
        tokio::time::advance(FRESH).await;
        assert_eq!(health.check().await.unwrap_err().code(), "pending_migrations");
        tokio::time::advance(FRESH).await;
        assert_eq!(health.check().await.unwrap_err().code(), "database_unreachable");
    }

    #[tokio::test]
    async fn a_server_that_is_ending_is_not_ready() {
        let health = health(vec![]);
        health.drain.begin();
        let problem = health.check().await.unwrap_err();
        assert_eq!((problem.status(), problem.code()), (StatusCode::SERVICE_UNAVAILABLE, "draining"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_hangs_counts_as_away() {
        struct Hanging;
        #[async_trait::async_trait]
        impl Readiness for Hanging {
            async fn ready(&self) -> Result<(), NotReady> {
                std::future::pending().await
            }
        }
        let health = Health::new(Arc::new(Hanging), Drain::new());
        assert_eq!(health.check().await.unwrap_err().code(), "database_unreachable");
    }
}
