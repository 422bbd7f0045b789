//! Counting tries at what is guessed at. The counts are kept where all servers see them.

use std::sync::Arc;

use souk_domain::session::{Admission, Attempt};
use souk_ports::{
    Clock, PortError,
    session::{AttemptRepository, Pseudonyms},
};
use thiserror::Error;

/// Why nothing may be tried.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AttemptError {
    /// It was tried too often.
    #[error("That was too often; wait a little.")]
    TooMany {
        /// After how many seconds there is room again.
        retry_after: u32,
    },
    /// The outside world failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Counts tries under pseudonyms.
#[derive(Clone)]
pub struct Attempts {
    repository: Arc<dyn AttemptRepository>,
    pseudonyms: Arc<dyn Pseudonyms>,
    clock: Arc<dyn Clock>,
    is_enforced: bool,
}

impl Attempts {
    /// Puts the parts together.
    pub fn new(
        repository: Arc<dyn AttemptRepository>,
        pseudonyms: Arc<dyn Pseudonyms>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { repository, pseudonyms, clock, is_enforced: true }
    }

    /// Counts nothing and lets everybody try, for load tests.
    #[must_use]
    pub fn enforced(self, is_enforced: bool) -> Self {
        Self { is_enforced, ..self }
    }

    /// Counts a try, or says that there were too many.
    pub(super) async fn count(&self, attempt: &Attempt<'_>) -> Result<(), AttemptError> {
        if !self.is_enforced {
            return Ok(());
        }
        let (of, now) = (self.pseudonyms.of(&attempt.name()), self.clock.now());
        self.told(self.repository.count(&of, attempt.quota(), now).await?)
    }

    /// Says if there were too many tries already.
    pub(super) async fn require_room(&self, attempt: &Attempt<'_>) -> Result<(), AttemptError> {
        if !self.is_enforced {
            return Ok(());
        }
        let (of, now) = (self.pseudonyms.of(&attempt.name()), self.clock.now());
        self.told(self.repository.room(&of, attempt.quota(), now).await?)
    }

    /// Counts a try that was made, if there is room to; there are too many then anyway.
    pub(super) async fn note(&self, attempt: &Attempt<'_>) -> Result<(), PortError> {
        match self.count(attempt).await {
            Ok(()) | Err(AttemptError::TooMany { .. }) => Ok(()),
            Err(AttemptError::Port(error)) => Err(error),
        }
    }

    /// Begins to count anew.
    pub(super) async fn forget(&self, attempt: &Attempt<'_>) -> Result<(), PortError> {
        if !self.is_enforced {
            return Ok(());
        }
        self.repository.forget(&self.pseudonyms.of(&attempt.name())).await
    }

    fn told(&self, admission: Admission) -> Result<(), AttemptError> {
        match admission {
            Admission::Admitted => Ok(()),
            Admission::Full { until } => {
                Err(AttemptError::TooMany { retry_after: Admission::wait(until, self.clock.now()) })
            }
        }
    }
}
