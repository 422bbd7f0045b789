//! Where tries are counted, so that a limit holds over all servers.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use souk_domain::session::{Admission, Pseudonym, Quota};

use crate::PortError;

/// Counts tries.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AttemptRepository: Send + Sync {
    /// Whether there is room for another. Counts nothing.
    async fn room(&self, of: &Pseudonym, quota: Quota, now: DateTime<Utc>) -> Result<Admission, PortError>;

    /// Counts one more if there is room for it, in one step: of rivals for the last place one gets it. What finds no
    /// room is not counted, so that nobody is kept out for ever by trying.
    async fn count(&self, of: &Pseudonym, quota: Quota, now: DateTime<Utc>) -> Result<Admission, PortError>;

    /// Forgets those of one pseudonym.
    async fn forget(&self, of: &Pseudonym) -> Result<(), PortError>;

    /// Removes at most `limit` counts of which nothing counts any more at `now`; says how many.
    async fn remove_expired(&self, now: DateTime<Utc>, limit: u32) -> Result<u64, PortError>;
}

/// Makes the names under which tries are counted: the same on every server, and nobody can go back from one.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Pseudonyms: Send + Sync {
    /// The pseudonym for a name.
    fn of(&self, name: &str) -> Pseudonym;
}
