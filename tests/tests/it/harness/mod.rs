//! What the tests share: servers, databases, clients, and a network that breaks when told to.

mod api;
mod database;
mod events;
mod person;
mod program;
mod proxy;
mod raw;
mod server;

use std::{fmt, time::Duration};

pub(crate) use api::{Answer, Api, Request};
pub(crate) use database::{blocked, count, database};
pub(crate) use events::Following;
pub(crate) use person::{Person, bike};
pub(crate) use program::souk;
pub(crate) use proxy::Proxy;
pub(crate) use raw::{Raw, publishing};
pub(crate) use server::{SECRET, Server};

use tokio::time::{interval, timeout};

/// How long anything may take that should take no time at all: long enough for the slowest machine, so that a test that
/// fails for lack of patience has found something.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Looks until there is something to see.
///
/// # Panics
/// If there is nothing within `limit`.
pub(crate) async fn eventually<T>(
    what: impl fmt::Display,
    limit: Duration,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let mut looks = interval(Duration::from_millis(10));
    let seen = timeout(limit, async {
        loop {
            looks.tick().await;
            if let Some(seen) = look().await {
                return seen;
            }
        }
    });
    seen.await.unwrap_or_else(|_| panic!("not within {limit:?}: {what}"))
}
