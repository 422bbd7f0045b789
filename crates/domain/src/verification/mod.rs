//! Proving what an account says of its person: e-mail and phone by a code, identity and address by a document that an
//! admin looks at.
//!
//! There is one attempt per person and type at a time; what was rejected stays as history. Whether somebody is verified
//! is derived from the attempts and written nowhere else.

mod code;
mod document;
mod request;
mod review;

pub use code::{Challenge, Code, CodeHash, CodeKey, Confirmation};
pub use document::{Document, DocumentForm, DocumentReference, Evidence, Note};
pub use request::{Account, Contact, Requested};
pub use review::{Rejection, RejectionReason};

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use crate::{
    id::{UserId, VerificationId},
    page::Limit,
    slug::slugs,
};

slugs! {
    /// What can be proved.
    VerificationType as "verification_type" {
        /// That the mailbox is theirs.
        Email = "email",
        /// That the phone is theirs.
        Phone = "phone",
        /// Who they are.
        GovernmentId = "government_id",
        /// Where they live.
        Address = "address",
    }
}

slugs! {
    /// Where a code goes.
    Channel as "channel" {
        /// To their mailbox.
        Email = "email",
        /// To their phone.
        Phone = "phone",
    }
}

slugs! {
    /// What a document proves.
    Paper as "paper" {
        /// Who they are.
        GovernmentId = "government_id",
        /// Where they live.
        Address = "address",
    }
}

slugs! {
    /// Where an attempt stands, as one word.
    VerificationStatus as "verification_status" {
        /// It waits for a code or a review.
        Pending = "pending",
        /// It is proved.
        Verified = "verified",
        /// It is not, and this attempt will not prove it.
        Rejected = "rejected",
    }
}

slugs! {
    /// What can be said of one type of a person's verifications.
    Proven as "proven" {
        /// Nobody has tried, or nothing counts any more.
        None = "none",
        /// There is an attempt.
        Pending = "pending",
        /// It is proved.
        Verified = "verified",
        /// The last attempt failed.
        Rejected = "rejected",
    }
}

impl From<Channel> for VerificationType {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Email => Self::Email,
            Channel::Phone => Self::Phone,
        }
    }
}

impl From<Paper> for VerificationType {
    fn from(paper: Paper) -> Self {
        match paper {
            Paper::GovernmentId => Self::GovernmentId,
            Paper::Address => Self::Address,
        }
    }
}

/// One attempt to prove something.
#[derive(Clone, Debug, PartialEq)]
pub struct Verification {
    /// Its id.
    pub id: VerificationId,
    /// Whose.
    pub user: UserId,
    /// What is to be proved.
    pub kind: VerificationType,
    /// What it is proved with, where an admin looks at it.
    pub document: Option<Document>,
    /// When codes were sent, the last three at most; they count towards the limit also after the attempt has ended.
    pub sent_at: Vec<DateTime<Utc>>,
    /// Where it stands.
    pub state: VerificationState,
    /// When it began.
    pub submitted_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// Where an attempt stands, with what belongs to that.
#[derive(Clone, Debug, PartialEq)]
pub enum VerificationState {
    /// A code was sent.
    AwaitingCode(Challenge),
    /// An admin has to look at the document.
    AwaitingReview,
    /// It is proved.
    Verified {
        /// Since when.
        at: DateTime<Utc>,
        /// Who looked at the document; nobody does at a code.
        reviewer: Option<UserId>,
    },
    /// It is not.
    Rejected(Rejection),
}

impl VerificationState {
    /// As one word.
    pub fn status(&self) -> VerificationStatus {
        match self {
            Self::AwaitingCode(_) | Self::AwaitingReview => VerificationStatus::Pending,
            Self::Verified { .. } => VerificationStatus::Verified,
            Self::Rejected(_) => VerificationStatus::Rejected,
        }
    }

    /// What the newest attempt of a type says of the person.
    pub fn proven(&self) -> Proven {
        match self {
            Self::AwaitingCode(_) | Self::AwaitingReview => Proven::Pending,
            Self::Verified { .. } => Proven::Verified,
            Self::Rejected(rejection) => rejection.proven(),
        }
    }
}

/// What can be said of a person, type by type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerificationSummary {
    /// Their mailbox.
    pub email: Proven,
    /// Their phone.
    pub phone: Proven,
    /// Who they are.
    pub government_id: Proven,
    /// Where they live.
    pub address: Proven,
}

impl VerificationSummary {
    /// Of a person who never tried.
    pub const NOTHING: Self =
        Self { email: Proven::None, phone: Proven::None, government_id: Proven::None, address: Proven::None };

    /// The part about one type.
    pub fn of(&self, kind: VerificationType) -> Proven {
        match kind {
            VerificationType::Email => self.email,
            VerificationType::Phone => self.phone,
            VerificationType::GovernmentId => self.government_id,
            VerificationType::Address => self.address,
        }
    }

    /// The same, with another word on one type.
    #[must_use]
    pub fn with(mut self, kind: VerificationType, proven: Proven) -> Self {
        match kind {
            VerificationType::Email => self.email = proven,
            VerificationType::Phone => self.phone = proven,
            VerificationType::GovernmentId => self.government_id = proven,
            VerificationType::Address => self.address = proven,
        }
        self
    }

    /// The types that are proved, in their order: what others may see.
    pub fn verified(&self) -> impl Iterator<Item = VerificationType> {
        use crate::slug::Slug;
        VerificationType::ALL.iter().copied().filter(|kind| self.of(*kind) == Proven::Verified)
    }
}

/// Why something about an attempt cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum VerificationRefusal {
    /// The account may read, not act.
    #[error("This account is suspended.")]
    Suspended,
    /// There is an attempt already.
    #[error("A verification of this type is pending.")]
    Pending,
    /// It is proved already.
    #[error("This is verified already.")]
    AlreadyVerified,
    /// There is nothing to send a code to.
    #[error("The account has no phone number.")]
    PhoneMissing,
    /// Three codes an hour are enough.
    #[error("Too many codes were sent; wait before asking for another.")]
    TooManySends {
        /// How long until the next one.
        wait: TimeDelta,
    },
    /// No attempt waits for that.
    #[error("No verification of this type is pending.")]
    NotPending,
    /// The code was good until a while ago.
    #[error("The code has expired; ask for another.")]
    CodeExpired,
    /// It is another code.
    #[error("The code is wrong.")]
    WrongCode,
    /// It is another code, for the fifth time.
    #[error("The code was wrong too often; begin anew.")]
    TooManyTries,
    /// It is proved by a code, which nobody reviews.
    #[error("This verification is proved by a code, not by review.")]
    NotReviewable,
    /// Nobody reviews themself.
    #[error("Nobody reviews their own verification.")]
    OwnVerification,
}

/// Which attempts to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerificationScope {
    /// A person's, newest first.
    Of(UserId),
    /// Those with documents in this state, longest wait first.
    Reviews(VerificationStatus),
}

/// A page of attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerificationQuery {
    /// Which.
    pub scope: VerificationScope,
    /// Where the page begins.
    pub after: Option<VerificationPosition>,
    /// How many.
    pub limit: Limit,
}

/// A place in a list of attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerificationPosition {
    /// When the attempt there began.
    pub submitted_at: DateTime<Utc>,
    /// Its id.
    pub id: VerificationId,
}

impl Verification {
    /// Where this stands in a list.
    pub fn position(&self) -> VerificationPosition {
        VerificationPosition { submitted_at: self.submitted_at, id: self.id }
    }
}

#[cfg(test)]
mod tests;
