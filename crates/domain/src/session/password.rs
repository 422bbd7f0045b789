//! Changing a password: with the present one, or with a token that was sent by e-mail.

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use crate::{id::UserId, user::Standing};

/// How long a reset token is good.
const RESET_LIFETIME: TimeDelta = TimeDelta::minutes(30);

/// The SHA-256 hash of a reset token; the token itself is never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResetHash(pub [u8; 32]);

/// A permission to choose a new password, sent to the account's e-mail address. An account has one at most; a new one
/// takes the place of the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordReset {
    /// Whose password.
    pub user: UserId,
    /// What the token hashes to.
    pub hash: ResetHash,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// From when on it is good no more.
    pub expires_at: DateTime<Utc>,
}

/// Why a password stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordRefusal {
    /// What was typed is not the present password (any more).
    #[error("This is not the present password.")]
    Wrong,
    /// The account may not act.
    #[error("This account is suspended.")]
    Suspended,
    /// The account is closed.
    #[error("This account is closed.")]
    Closed,
}

/// Why a reset token changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ResetRefusal {
    /// It was never sent, was used, is too old, or its account may not act: one answer for all.
    #[error("The token is not valid (any more); ask for a new one.")]
    Invalid,
}

/// Whether a password may be changed, `unchanged` meaning that it still is the one that was just proved.
pub fn may_change_password(standing: Standing, unchanged: bool) -> Result<(), PasswordRefusal> {
    match standing {
        Standing::Active if unchanged => Ok(()),
        Standing::Active => Err(PasswordRefusal::Wrong),
        Standing::Suspended | Standing::Banned => Err(PasswordRefusal::Suspended),
        Standing::Deleted { .. } => Err(PasswordRefusal::Closed),
    }
}

impl PasswordReset {
    /// One that is asked for now.
    pub fn begin(user: UserId, hash: ResetHash, now: DateTime<Utc>) -> Self {
        Self { user, hash, created_at: now, expires_at: now + RESET_LIFETIME }
    }

    /// Whether it changes the password of an account in this standing at `now`.
    pub fn redeem(&self, standing: Standing, now: DateTime<Utc>) -> Result<(), ResetRefusal> {
        if standing.may_act() && now < self.expires_at { Ok(()) } else { Err(ResetRefusal::Invalid) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + 60 * minutes, 0).unwrap()
    }

    #[test]
    fn an_active_account_changes_the_password_it_has_proved() {
        assert_eq!(may_change_password(Standing::Active, true), Ok(()));
        assert_eq!(may_change_password(Standing::Active, false), Err(PasswordRefusal::Wrong));
        for unchanged in [true, false] {
            let tell = |standing| may_change_password(standing, unchanged);
            assert_eq!(tell(Standing::Suspended), Err(PasswordRefusal::Suspended));
            assert_eq!(tell(Standing::Banned), Err(PasswordRefusal::Suspended));
            assert_eq!(tell(Standing::Deleted { at: at(0) }), Err(PasswordRefusal::Closed));
        }
    }

    #[test]
    fn a_reset_is_good_for_half_an_hour_and_for_active_accounts() {
        let reset = PasswordReset::begin(UserId::from_uuid(Uuid::nil()), ResetHash([1; 32]), at(0));
        assert_eq!(reset.redeem(Standing::Active, at(29)), Ok(()));
        assert_eq!(reset.redeem(Standing::Active, at(30)), Err(ResetRefusal::Invalid));
        for standing in [Standing::Suspended, Standing::Banned, Standing::Deleted { at: at(0) }] {
            assert_eq!(reset.redeem(standing, at(1)), Err(ResetRefusal::Invalid));
        }
    }
}
