//! How often somebody may ask: per account where there is one, per address where there is none.
//!
//! These limits protect a server from one client's haste, and are kept by each server for itself. Limits that are rules
//! (tries of a password, offers, messages) are counted in the database instead, where several servers share them.

use std::{
    net::IpAddr,
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{
    extract::{FromRef, Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};
use souk_application::Sessions;
use souk_domain::{id::UserId, session};
use souk_ports::session::TokenRefusal;

use crate::{auth::bearer, client, problem::Problem, state::AppState};

/// Whom a limit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Who {
    Account(UserId),
    Address(IpAddr),
}

/// What kind of call it is. Each has a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Opening accounts, logging in, refreshing: each may cost a hash.
    Credentials,
    /// Changing something.
    Change,
    /// Reading.
    Read,
}

/// Calls a minute, all of which may come at once.
const CREDENTIALS_A_MINUTE: u32 = 600;
const CHANGES_A_MINUTE: u32 = 1_200;
const READS_A_MINUTE: u32 = 6_000;

/// After how many calls those who have not asked for a while are forgotten.
const FORGET_EVERY: u32 = 4_096;

/// Counts calls, unless switched off.
#[derive(Clone)]
pub struct RateLimits(Option<Arc<Limiters>>);

struct Limiters {
    credentials: DefaultKeyedRateLimiter<Who>,
    changes: DefaultKeyedRateLimiter<Who>,
    reads: DefaultKeyedRateLimiter<Who>,
    calls: AtomicU32,
}

/// Who a token says is asking; found out once for each request and left for the extractors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identified(pub(crate) Result<session::Actor, TokenRefusal>);

impl RateLimits {
    /// The limits of a real server.
    pub fn on() -> Self {
        Self::of(CREDENTIALS_A_MINUTE, CHANGES_A_MINUTE, READS_A_MINUTE)
    }

    /// No limits; for measuring what a server can do.
    pub fn off() -> Self {
        Self(None)
    }

    /// Other limits, in calls a minute; zero counts as one.
    pub fn of(credentials: u32, changes: u32, reads: u32) -> Self {
        let limiter = |calls| {
            RateLimiter::dashmap(Quota::per_minute(NonZero::new(calls).unwrap_or(NonZero::<u32>::MIN)))
        };
        Self(Some(Arc::new(Limiters {
            credentials: limiter(credentials),
            changes: limiter(changes),
            reads: limiter(reads),
            calls: AtomicU32::new(0),
        })))
    }

    fn check(&self, class: Class, who: Who) -> Result<(), Problem> {
        let Some(limiters) = &self.0 else { return Ok(()) };
        let limiter = match class {
            Class::Credentials => &limiters.credentials,
            Class::Change => &limiters.changes,
            Class::Read => &limiters.reads,
        };
        if limiters.calls.fetch_add(1, Ordering::Relaxed).is_multiple_of(FORGET_EVERY) {
            for limiter in [&limiters.credentials, &limiters.changes, &limiters.reads] {
                limiter.retain_recent();
            }
        }
        limiter.check_key(&who).map_err(|until| {
            let seconds = until.wait_time_from(DefaultClock::default().now()).as_secs();
            Problem::too_many_requests(u32::try_from(seconds).unwrap_or(u32::MAX).saturating_add(1))
        })
    }
}

fn class(request: &Request) -> Class {
    let path = request.uri().path();
    if path.starts_with("/auth/") || path.starts_with("/v1/auth/") {
        Class::Credentials
    } else if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        Class::Read
    } else {
        Class::Change
    }
}

/// The middleware: counts the call, or answers 429.
pub(crate) async fn check(
    State((limits, state)): State<(RateLimits, AppState)>,
    mut request: Request,
    next: Next,
) -> Response {
    let class = class(&request);
    let actor = match bearer(request.headers()) {
        Ok(Some(token)) => Some(Sessions::from_ref(&state).actor(token)),
        Ok(None) | Err(_) => None,
    };
    if let Some(actor) = actor {
        request.extensions_mut().insert(Identified(actor));
    }
    // Whoever has no good token, or tries passwords with one, is counted by address.
    let account = actor.and_then(Result::ok).filter(|_| class != Class::Credentials);
    let who = match account {
        Some(actor) => Some(Who::Account(actor.user)),
        None => client::address(request.headers(), request.extensions()).map(Who::Address),
    };
    if let Some(Err(problem)) = who.map(|who| limits.check(class, who)) {
        return problem.into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_and_caller_has_a_limit_of_its_own() {
        let limits = RateLimits::of(1, 2, 3);
        let (one, other) = (Who::Address([1, 2, 3, 4].into()), Who::Address([1, 2, 3, 5].into()));
        assert!(limits.check(Class::Credentials, one).is_ok());
        let problem = limits.check(Class::Credentials, one).unwrap_err();
        assert_eq!(problem.status(), 429);
        assert!(limits.check(Class::Credentials, other).is_ok());
        for (class, calls) in [(Class::Change, 2), (Class::Read, 3)] {
            for _ in 0..calls {
                assert!(limits.check(class, one).is_ok());
            }
            assert!(limits.check(class, one).is_err());
        }
    }

    #[test]
    fn what_is_switched_off_counts_nothing() {
        let limits = RateLimits::off();
        for _ in 0..10_000 {
            assert!(limits.check(Class::Credentials, Who::Address([1, 2, 3, 4].into())).is_ok());
        }
    }
}
