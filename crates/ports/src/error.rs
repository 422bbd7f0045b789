//! How a port fails.

use thiserror::Error;

/// The outside world let us down; nobody's input is to blame.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PortError {
    /// It cannot be reached or is too busy; the same call may work in a moment.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// It holds something that cannot be: a defect of data, to be looked at.
    #[error("corrupt: {0}")]
    Corrupt(String),
    /// Anything else: a defect of ours.
    #[error("unexpected: {0}")]
    Unexpected(String),
}

/// How a write whose content a rule decides can end without being done. In each case nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecideError<E> {
    /// What it is about is not there.
    #[error("not found")]
    NotFound,
    /// The rule said no.
    #[error(transparent)]
    Refused(E),
    /// The request's idempotency key was used meanwhile: the thing is done, its answer can be read.
    #[error("already done under this idempotency key")]
    AlreadyDone,
    /// A request with the same idempotency key is still being worked on.
    #[error("still being done under this idempotency key")]
    StillRunning,
    /// The outside world failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// How an insert can end without being done.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InsertError<T> {
    /// Somebody already has what must be unique.
    #[error(transparent)]
    Taken(T),
    /// The outside world failed.
    #[error(transparent)]
    Port(#[from] PortError),
}
