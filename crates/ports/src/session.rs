//! Where log-ins are kept, and what proves them: passwords, access tokens, refresh tokens.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use souk_domain::{
    id::SessionId,
    session::{Actor, RefreshHash, Session},
    user::Password,
};
use thiserror::Error;

use crate::PortError;

/// A slow hash of a password, in the PHC string format. It stays out of debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Keeps log-ins.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait SessionRepository: Send + Sync {
    /// Adds one.
    async fn insert(&self, session: &Session) -> Result<(), PortError>;

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

/// Makes refresh tokens.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait RefreshTokens: Send + Sync {
    /// A new one for a session.
    fn issue(&self, session: SessionId) -> Result<RefreshToken, PortError>;
}
