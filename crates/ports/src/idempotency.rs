//! Doing a thing once although it is asked for twice.
//!
//! The key is recorded in the very transaction that does the thing, together with the answer. So after a crash either
//! both are there or neither is, and no record is ever half done.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use souk_domain::{
    id::UserId,
    idempotency::{Fingerprint, IdempotencyKey},
};

use crate::PortError;

/// What a request under a key is recorded as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose key it is; keys of different people never meet.
    pub user: UserId,
    /// The key.
    pub key: IdempotencyKey,
    /// What the request said.
    pub fingerprint: Fingerprint,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when the answer is kept.
    pub expires_at: DateTime<Utc>,
}

/// An answer, as the caller wrote it; opaque to whoever stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer(pub Vec<u8>);

/// A claim, and how its answer follows from what was done. Writes take it along so that both are stored together.
pub struct Once<'a, T: ?Sized> {
    /// What to record.
    pub claim: Claim,
    /// Turns the outcome into the answer; pure and quick, since a transaction is open.
    pub answer: &'a (dyn Fn(&T) -> Answer + Send + Sync),
}

/// What was answered under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What the request had said.
    pub fingerprint: Fingerprint,
    /// What was answered.
    pub answer: Answer,
}

/// Reads and tidies what was answered. Writing is part of each write that takes a [`Once`].
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait IdempotencyRepository: Send + Sync {
    /// What was answered under a key, unless it has expired by `now`.
    async fn find(
        &self,
        user: UserId,
        key: &IdempotencyKey,
        now: DateTime<Utc>,
    ) -> Result<Option<Answered>, PortError>;

    /// Forgets at most `limit` answers that have expired by `now`; says how many.
    async fn remove_expired(&self, now: DateTime<Utc>, limit: u32) -> Result<u64, PortError>;
}
