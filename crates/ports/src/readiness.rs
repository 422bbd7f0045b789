//! Whether the outside world is there and in the shape this version needs.

use async_trait::async_trait;
use thiserror::Error;

/// Why no work can be done.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotReady {
    /// The database does not answer.
    #[error("the database does not answer")]
    Unreachable,
    /// The database lacks migrations that this version needs.
    #[error("{0} migrations are pending")]
    PendingMigrations(usize),
}

/// Says whether work can be done.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Asks anew, within a second or so.
    async fn ready(&self) -> Result<(), NotReady>;
}
