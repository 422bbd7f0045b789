//! What time it is.

use chrono::{DateTime, Utc};

/// Tells the time, in whole microseconds: what a database can store, so that a value read back equals the one written.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> DateTime<Utc>;
}
