//! Looking at documents, and why attempts end without proof.

use chrono::{DateTime, Utc};

use super::{Proven, Verification, VerificationRefusal, VerificationState};
use crate::{id::UserId, text::Line};

/// What an admin writes to the person, 1 to 500 characters.
pub type RejectionReason = Line<1, 500>;

/// Why an attempt ended without proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// An admin looked at the document and said so.
    Reviewed {
        /// Who.
        reviewer: UserId,
        /// In their words.
        reason: RejectionReason,
    },
    /// The code was wrong five times.
    TooManyTries,
    /// The code was not typed in time, and another attempt took its place.
    CodeExpired,
    /// The address or number that was proved, or was to be, is no longer the account's.
    ContactChanged,
    /// The account was closed.
    AccountClosed,
}

impl Rejection {
    /// Why, in a machine word or in the reviewer's words.
    pub fn reason(&self) -> &str {
        match self {
            Self::Reviewed { reason, .. } => reason.as_ref(),
            Self::TooManyTries => "too_many_tries",
            Self::CodeExpired => "code_expired",
            Self::ContactChanged => "contact_changed",
            Self::AccountClosed => "account_closed",
        }
    }

    /// What it says of the person, if the attempt has a meaning at all any more.
    pub fn proven(&self) -> Proven {
        match self {
            Self::Reviewed { .. } | Self::TooManyTries => Proven::Rejected,
            Self::CodeExpired | Self::ContactChanged | Self::AccountClosed => Proven::None,
        }
    }

    /// The rejection that two columns tell of; `None` for a word that is none.
    pub fn stored(reason: String, reviewer: Option<UserId>) -> Option<Self> {
        if let Some(reviewer) = reviewer {
            return Some(Self::Reviewed { reviewer, reason: RejectionReason::stored(reason) });
        }
        let words = [Self::TooManyTries, Self::CodeExpired, Self::ContactChanged, Self::AccountClosed];
        words.into_iter().find(|rejection| rejection.reason() == reason)
    }
}

impl Verification {
    /// An admin finds the document good.
    pub fn approve(self, reviewer: UserId, now: DateTime<Utc>) -> Result<Self, VerificationRefusal> {
        self.may_be_reviewed(reviewer)?;
        let state = VerificationState::Verified { at: now, reviewer: Some(reviewer) };
        Ok(Self { state, updated_at: now, ..self })
    }

    /// An admin does not.
    pub fn reject(
        self,
        reviewer: UserId,
        reason: RejectionReason,
        now: DateTime<Utc>,
    ) -> Result<Self, VerificationRefusal> {
        self.may_be_reviewed(reviewer)?;
        Ok(self.ended(Rejection::Reviewed { reviewer, reason }, now))
    }

    /// The attempt without proof, and without the code it waited for.
    pub(super) fn ended(self, rejection: Rejection, now: DateTime<Utc>) -> Self {
        Self { state: VerificationState::Rejected(rejection), updated_at: now, ..self }
    }

    fn may_be_reviewed(&self, reviewer: UserId) -> Result<(), VerificationRefusal> {
        if self.user == reviewer {
            return Err(VerificationRefusal::OwnVerification);
        }
        if self.document.is_none() {
            return Err(VerificationRefusal::NotReviewable);
        }
        match self.state {
            VerificationState::AwaitingReview => Ok(()),
            VerificationState::AwaitingCode(_)
            | VerificationState::Verified { .. }
            | VerificationState::Rejected(_) => Err(VerificationRefusal::NotPending),
        }
    }
}
