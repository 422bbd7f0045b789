//! Whether what is kept is as it must be.

use async_trait::async_trait;

use crate::PortError;

/// What must hold, and how often it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A word for programs, for example `dense_seq`.
    pub id: &'static str,
    /// What must hold, in words.
    pub name: &'static str,
    /// How many things break it.
    pub violations: u64,
}

/// Looks over everything that is kept.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Audit: Send + Sync {
    /// Checks every invariant, all at one moment in time, so that what goes on meanwhile does not show. Takes as long as
    /// reading everything takes.
    async fn audit(&self) -> Result<Vec<Finding>, PortError>;
}
