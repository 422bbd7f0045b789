//! One log line and one measurement per request.
//!
//! The line has the route's template, not the path, and nothing of query, body, token or address: logs are read by
//! more people than the data is meant for.

use std::time::{Duration, Instant};

use axum::{
    extract::MatchedPath,
    http::{Method, StatusCode},
};
use tracing::Span;

use crate::metrics;

/// What a request is recorded as whose client left before the answer; the number is nginx's.
const CLIENT_LEFT: u16 = 499;

/// A request under way. Recorded when it ends, or when it is dropped because its client left.
pub(super) struct Record {
    method: Method,
    route: Option<MatchedPath>,
    began: Instant,
    span: Span,
    is_quiet: bool,
    status: Option<StatusCode>,
}

impl Record {
    pub(super) fn begin(method: Method, route: Option<MatchedPath>, span: Span, is_quiet: bool) -> Self {
        Self { method, route, began: Instant::now(), span, is_quiet, status: None }
    }

    pub(super) fn end(mut self, status: StatusCode) {
        self.status = Some(status);
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let elapsed = self.began.elapsed();
        let route = self.route.as_ref().map_or(metrics::UNMATCHED, MatchedPath::as_str);
        let status = self.status.or_else(|| StatusCode::from_u16(CLIENT_LEFT).ok()).unwrap_or_default();
        metrics::count_request(&self.method, route, status, elapsed);

        let _entered = self.span.enter();
        let (method, status) = (self.method.as_str(), status.as_u16());
        let micros = micros(elapsed);
        if status >= 500 {
            tracing::warn!(target: "souk::access", method, route, status, micros, "answered");
        } else if self.is_quiet {
            tracing::debug!(target: "souk::access", method, route, status, micros, "answered");
        } else {
            tracing::info!(target: "souk::access", method, route, status, micros, "answered");
        }
    }
}

fn micros(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}
