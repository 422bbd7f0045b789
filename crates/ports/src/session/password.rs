//! Where passwords are changed, and the tokens that let somebody change a forgotten one.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use souk_domain::{
    id::{SessionId, UserId},
    session::{PasswordRefusal, PasswordReset, ResetHash, ResetRefusal},
    user::Standing,
};

use super::PasswordHash;
use crate::{DecideError, PortError};

/// What the change of a password is decided by; the account is locked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordContext {
    /// The hash of the present one.
    pub password_hash: PasswordHash,
    /// Whether the account may act.
    pub standing: Standing,
}

/// What a reset is decided by; reset and account are locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResetContext {
    /// What was asked for.
    pub reset: PasswordReset,
    /// Whether the account may act.
    pub standing: Standing,
}

/// A password that takes another's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPassword {
    /// Its hash.
    pub hash: PasswordHash,
    /// From when on.
    pub at: DateTime<Utc>,
}

/// Decides the change of a password.
pub type DecidePasswordChange<'a> =
    dyn Fn(&PasswordContext) -> Result<NewPassword, PasswordRefusal> + Send + Sync + 'a;

/// Decides a reset.
pub type DecideReset<'a> = dyn Fn(&ResetContext) -> Result<NewPassword, ResetRefusal> + Send + Sync + 'a;

/// Keeps passwords' hashes and resets.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait PasswordRepository: Send + Sync {
    /// The hash of somebody's password.
    async fn find(&self, user: UserId) -> Result<Option<PasswordHash>, PortError>;

    /// Changes a password as decided, and ends all sessions of the account but `kept`; both or neither.
    async fn change<'a>(
        &self,
        user: UserId,
        kept: SessionId,
        decide: &'a DecidePasswordChange<'a>,
    ) -> Result<(), DecideError<PasswordRefusal>>;

    /// Adds a reset; it takes the place of an earlier one of the same account.
    async fn put_reset(&self, reset: &PasswordReset) -> Result<(), PortError>;

    /// The reset whose token hashes to this.
    async fn find_reset(&self, hash: ResetHash) -> Result<Option<PasswordReset>, PortError>;

    /// Changes the password as decided, removes the reset and ends all sessions of the account; all or nothing.
    async fn reset<'a>(
        &self,
        hash: ResetHash,
        decide: &'a DecideReset<'a>,
    ) -> Result<(), DecideError<ResetRefusal>>;

    /// Removes at most `limit` resets that have expired by `now`; says how many.
    async fn remove_expired_resets(&self, now: DateTime<Utc>, limit: u32) -> Result<u64, PortError>;
}

/// A reset token for the mail, and what is stored of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ResetToken {
    /// What the person gets; 256 random bits.
    pub token: String,
    /// What is stored.
    pub hash: ResetHash,
}

impl fmt::Debug for ResetToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResetToken(…)")
    }
}

/// Makes and reads reset tokens.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait ResetTokens: Send + Sync {
    /// A new one.
    fn issue(&self) -> Result<ResetToken, PortError>;

    /// What one that somebody presents hashes to; `None` if it has not the form of one.
    fn parse(&self, token: &str) -> Option<ResetHash>;
}
