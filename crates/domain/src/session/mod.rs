//! Being logged in: one session per log-in and device, who acts in it, and what proves that it is them.

mod attempt;
mod family;
mod password;

pub use attempt::{Admission, Attempt, Network, Pseudonym, Quota};
pub use family::{Ended, Family, RefreshDecision, RefreshRefusal, SessionEnd, Spent, Turn};
pub use password::{PasswordRefusal, PasswordReset, ResetHash, ResetRefusal, may_change_password};

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use crate::{
    id::{SessionId, UserId},
    text::Line,
    user::{Role, Standing},
};

/// How a device names itself (the `User-Agent`), cut to 400 characters.
pub type UserAgent = Line<1, 400>;

/// Somebody who is logged in: what an access token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Whose account.
    pub user: UserId,
    /// Which log-in.
    pub session: SessionId,
    /// What the account could do when the token was issued.
    pub role: Role,
}

/// The SHA-256 hash of a refresh token's secret; the token itself is never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshHash(pub [u8; 32]);

/// A log-in on one device. Its refresh token rotates; the session stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// What the current refresh token hashes to.
    pub refresh_hash: RefreshHash,
    /// How the device names itself.
    pub user_agent: Option<UserAgent>,
    /// When the person logged in.
    pub created_at: DateTime<Utc>,
    /// Until when it can be refreshed.
    pub expires_at: DateTime<Utc>,
}

/// A session as its person looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSession {
    /// Its id.
    pub id: SessionId,
    /// How the device names itself.
    pub user_agent: Option<UserAgent>,
    /// When the person logged in.
    pub created_at: DateTime<Utc>,
    /// When it was last refreshed, or begun.
    pub last_used_at: DateTime<Utc>,
    /// Until when it can be refreshed.
    pub expires_at: DateTime<Utc>,
}

/// Where a page of sessions ended: newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionPosition {
    /// When the last one shown began.
    pub created_at: DateTime<Utc>,
    /// Which it was.
    pub id: SessionId,
}

impl ListedSession {
    /// Where a page that ends with it goes on.
    pub fn position(&self) -> SessionPosition {
        SessionPosition { created_at: self.created_at, id: self.id }
    }
}

/// Why a log-in is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SessionRefusal {
    /// No such account, or not its password: deliberately one and the same.
    #[error("The identifier or the password is wrong.")]
    WrongCredentials,
    /// The account may not act.
    #[error("This account is suspended.")]
    Suspended,
}

impl Session {
    /// A session that begins now.
    pub fn begin(
        id: SessionId,
        user: UserId,
        refresh_hash: RefreshHash,
        user_agent: Option<UserAgent>,
        now: DateTime<Utc>,
        lifetime: TimeDelta,
    ) -> Self {
        Self { id, user, refresh_hash, user_agent, created_at: now, expires_at: now + lifetime }
    }
}

/// Whether an account in this standing may log in, once its password was right. A deleted account is not told from
/// one that never was.
pub fn may_log_in(standing: Standing) -> Result<(), SessionRefusal> {
    match standing {
        Standing::Active => Ok(()),
        Standing::Suspended | Standing::Banned => Err(SessionRefusal::Suspended),
        Standing::Deleted { .. } => Err(SessionRefusal::WrongCredentials),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_active_accounts_log_in() {
        let at = DateTime::from_timestamp(0, 0).unwrap();
        assert_eq!(may_log_in(Standing::Active), Ok(()));
        assert_eq!(may_log_in(Standing::Suspended), Err(SessionRefusal::Suspended));
        assert_eq!(may_log_in(Standing::Banned), Err(SessionRefusal::Suspended));
        assert_eq!(may_log_in(Standing::Deleted { at }), Err(SessionRefusal::WrongCredentials));
    }
}
