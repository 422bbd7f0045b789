//! Where attempts to prove something are kept.
#![cfg_attr(
    feature = "mock",
    expect(clippy::ref_option_ref, reason = "mockall writes such a type for an optional argument")
)]

use async_trait::async_trait;
use souk_domain::{
    admin::AuditEntry,
    id::{UserId, VerificationId},
    page::Page,
    verification::{
        Account, Channel, Code, Confirmation, Requested, Verification, VerificationPosition,
        VerificationQuery, VerificationRefusal, VerificationSummary, VerificationType,
    },
};

use crate::{DecideError, PortError, idempotency::Once};

/// Makes codes that nobody can foresee.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait CodeSource: Send + Sync {
    /// A new one, any of the million as likely as any other.
    fn next(&self) -> Result<Code, PortError>;
}

/// Decides what a request for a code or a review writes, given the account as it is while its row is locked. It may be
/// asked more than once, as may the others here, when the store has to start over.
pub type DecideRequest<'a> = dyn Fn(Account) -> Result<Requested, VerificationRefusal> + Send + Sync + 'a;
/// Decides what a typed code proves.
pub type DecideConfirmation<'a> =
    dyn Fn(Account) -> Result<Confirmation, VerificationRefusal> + Send + Sync + 'a;
/// Decides what becomes of an attempt that an admin looked at, and the line in the record about it.
pub type DecideReview<'a> =
    dyn Fn(Verification) -> Result<(Verification, AuditEntry), VerificationRefusal> + Send + Sync + 'a;

/// Keeps attempts. Whatever writes locks the account first, so that rivals, and changes of address, meet there.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait VerificationRepository: Send + Sync {
    /// Begins an attempt at a type, and ends the one that lapsed, or writes nothing.
    async fn request<'a>(
        &self,
        user: UserId,
        kind: VerificationType,
        decide: &'a DecideRequest<'a>,
        once: Option<&'a Once<'a, Requested>>,
    ) -> Result<Requested, DecideError<VerificationRefusal>>;

    /// Puts another code in the place of the one that was sent.
    async fn resend<'a>(
        &self,
        user: UserId,
        channel: Channel,
        decide: &'a DecideRequest<'a>,
    ) -> Result<Requested, DecideError<VerificationRefusal>>;

    /// Writes down what a typed code proves, or that it was wrong.
    async fn confirm<'a>(
        &self,
        user: UserId,
        channel: Channel,
        decide: &'a DecideConfirmation<'a>,
    ) -> Result<Confirmation, DecideError<VerificationRefusal>>;

    /// Writes down what an admin found, with the line about it.
    async fn review<'a>(
        &self,
        id: VerificationId,
        decide: &'a DecideReview<'a>,
    ) -> Result<Verification, DecideError<VerificationRefusal>>;

    /// A page of attempts.
    async fn list(
        &self,
        query: &VerificationQuery,
    ) -> Result<Page<Verification, VerificationPosition>, PortError>;

    /// What can be said of a person.
    async fn summary(&self, user: UserId) -> Result<VerificationSummary, PortError>;
}
