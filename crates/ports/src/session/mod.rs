//! Where log-ins are kept, and what proves them: passwords, access tokens, refresh tokens.

mod attempt;
mod password;

pub use attempt::{AttemptRepository, Pseudonyms};
pub use password::{
    DecidePasswordChange, DecideReset, NewPassword, PasswordContext, PasswordRepository, ResetContext,
    ResetToken, ResetTokens,
};
#[cfg(feature = "mock")]
pub use {
    attempt::{MockAttemptRepository, MockPseudonyms},
    password::{MockPasswordRepository, MockResetTokens},
};

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use souk_domain::{
    id::{SessionId, UserId},
    page::{Limit, Page},
    session::{
        Actor, Family, ListedSession, RefreshDecision, RefreshHash, RefreshRefusal, Session, SessionEnd,
        SessionPosition,
    },
    user::{Password, Role, Standing},
};
use thiserror::Error;

use crate::{DecideError, PortError};

/// A slow hash of a password, in the PHC string format. It stays out of debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// What a refresh is decided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshContext {
    /// The session's tokens, locked against every rival.
    pub family: Family,
    /// Whether its account may act.
    pub standing: Standing,
}

/// Decides a refresh. It may be asked again when a rival was faster.
pub type DecideRefresh<'a> =
    dyn Fn(&RefreshContext) -> Result<RefreshDecision, RefreshRefusal> + Send + Sync + 'a;

/// A session that was refreshed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refreshed {
    /// Whose it is.
    pub user: UserId,
    /// What the account can do now.
    pub role: Role,
    /// How many tokens came before the one to hand out.
    pub generation: i32,
    /// What the one to hand out hashes to.
    pub current: RefreshHash,
}

/// Keeps log-ins.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait SessionRepository: Send + Sync {
    /// Adds one, unless its account's password is another by now than the one that was `verified`: says whether it did.
    async fn insert(&self, session: &Session, verified: &PasswordHash) -> Result<bool, PortError>;

    /// Refreshes one as decided. A decision to end it is carried out, and answered with its refusal.
    async fn refresh<'a>(
        &self,
        id: SessionId,
        decide: &'a DecideRefresh<'a>,
    ) -> Result<Refreshed, DecideError<RefreshRefusal>>;

    /// Somebody's sessions that are alive at `now`, newest first.
    async fn list(
        &self,
        user: UserId,
        after: Option<SessionPosition>,
        limit: Limit,
        now: DateTime<Utc>,
    ) -> Result<Page<ListedSession, SessionPosition>, PortError>;

    /// Ends one of somebody's sessions, if it has not ended; says whether they have (had) such a session.
    async fn end(
        &self,
        user: UserId,
        id: SessionId,
        reason: SessionEnd,
        now: DateTime<Utc>,
    ) -> Result<bool, PortError>;

    /// Forgets at most `limit` sessions that had expired or ended before `before`; says how many.
    async fn remove_ended(&self, before: DateTime<Utc>, limit: u32) -> Result<u64, PortError>;
}

/// Hashes passwords, slowly on purpose, and never more at once than the machine can bear.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Passwords: Send + Sync {
    /// Hashes a password that was chosen.
    async fn hash(&self, password: &Password) -> Result<PasswordHash, PortError>;

    /// Whether a typed password is the one that was hashed. `None` stands for an account that does not exist: it
    /// takes the same time and is never right.
    async fn verify(&self, password: &Password, hash: Option<PasswordHash>) -> Result<bool, PortError>;
}

/// Why an access token says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenRefusal {
    /// It was good until a while ago.
    #[error("The access token has expired.")]
    Expired,
    /// It is not one of ours.
    #[error("The access token is not valid.")]
    Invalid,
}

/// Issues and reads access tokens: signed statements of who acts, good for minutes, read without asking a database.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait AccessTokens: Send + Sync {
    /// A token that says so until `expires_at`.
    fn issue(&self, actor: Actor, now: DateTime<Utc>, expires_at: DateTime<Utc>)
    -> Result<String, PortError>;

    /// Who acts, if the token is ours and good at `now`.
    fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Actor, TokenRefusal>;

    /// Until when a token is good, if it is ours; for what goes on after the request that brought it.
    fn expires_at(&self, token: &str) -> Option<DateTime<Utc>>;
}

/// A refresh token for the client, and what is stored of it.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// What the client keeps; names the session and holds a secret of 256 bits.
    pub token: String,
    /// What is stored.
    pub hash: RefreshHash,
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(…)")
    }
}

/// A refresh token that somebody presents: well-formed, and no more is known of it.
#[derive(Clone, PartialEq, Eq)]
pub struct PresentedToken {
    /// The session it names.
    pub session: SessionId,
    /// What it proves.
    pub secret: [u8; 32],
    /// What its secret hashes to.
    pub hash: RefreshHash,
}

impl fmt::Debug for PresentedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresentedToken").field("session", &self.session).finish_non_exhaustive()
    }
}

/// Makes refresh tokens.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait RefreshTokens: Send + Sync {
    /// The first one of a session.
    fn issue(&self, session: SessionId) -> Result<RefreshToken, PortError>;

    /// Reads one that somebody presents; `None` if it has not the form of one.
    fn parse(&self, token: &str) -> Option<PresentedToken>;

    /// The child of a token, as the one of this generation: the same on every server and at every asking, so that a
    /// client whose answer was lost can get it again. More than one while the servers' key is being changed: the first
    /// is the one to use, the others may have been used before.
    fn children(&self, parent: &PresentedToken, generation: i32) -> Vec<RefreshToken>;
}
