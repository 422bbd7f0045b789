//! Beginning an attempt, and asking for another code.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Challenge, Channel, Code, CodeKey, Document, Paper, Rejection, Verification, VerificationRefusal,
    VerificationState,
};
use crate::{
    contact::{Email, Phone},
    id::{UserId, VerificationId},
    user::Standing,
};

/// How many codes may be sent to one person by one channel within [`SENDS_WITHIN`], over all attempts: a code costs
/// money, and an inbox is not ours to fill.
const SENDS: usize = 3;
const SENDS_WITHIN: TimeDelta = TimeDelta::hours(1);

/// Somebody's account and their attempts at one type, while nobody else can change either.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Whose.
    pub user: UserId,
    /// Whether they may act.
    pub standing: Standing,
    /// Where their mail goes.
    pub email: Email,
    /// Where they are called.
    pub phone: Option<Phone>,
    /// The attempt that is pending or verified, if there is one.
    pub current: Option<Verification>,
    /// When codes were sent, in the last hour at least.
    pub sent_at: Vec<DateTime<Utc>>,
}

/// Where a code goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contact {
    /// A mailbox.
    Email(Email),
    /// A phone.
    Phone(Phone),
}

impl AsRef<str> for Contact {
    fn as_ref(&self) -> &str {
        match self {
            Self::Email(email) => email.as_ref(),
            Self::Phone(phone) => phone.as_ref(),
        }
    }
}

/// What asking for verification writes, and what is to be sent once it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Requested {
    /// The attempt.
    pub verification: Verification,
    /// One that lapsed and makes room.
    pub ended: Option<Verification>,
    /// Where the code goes, if there is one.
    pub send_to: Option<Contact>,
}

impl Account {
    /// Begins an attempt that a code proves.
    pub fn request_code(
        self,
        id: VerificationId,
        channel: Channel,
        code: &Code,
        key: &CodeKey,
        now: DateTime<Utc>,
    ) -> Result<Requested, VerificationRefusal> {
        self.may_act()?;
        let contact = self.contact(channel)?;
        let ended = self.make_room(now)?;
        self.may_send(now)?;
        let challenge = Challenge::of(key, id, &contact, code, now);
        let verification = Verification {
            id,
            user: self.user,
            kind: channel.into(),
            document: None,
            sent_at: vec![now],
            state: VerificationState::AwaitingCode(challenge),
            submitted_at: now,
            updated_at: now,
        };
        Ok(Requested { verification, ended, send_to: Some(contact) })
    }

    /// Begins an attempt that an admin reviews.
    pub fn request_review(
        self,
        id: VerificationId,
        paper: Paper,
        document: Document,
        now: DateTime<Utc>,
    ) -> Result<Requested, VerificationRefusal> {
        self.may_act()?;
        let ended = self.make_room(now)?;
        let verification = Verification {
            id,
            user: self.user,
            kind: paper.into(),
            document: Some(document),
            sent_at: Vec::new(),
            state: VerificationState::AwaitingReview,
            submitted_at: now,
            updated_at: now,
        };
        Ok(Requested { verification, ended, send_to: None })
    }

    /// Puts another code in the place of the one that was sent; the old one is no longer good. A code that has expired
    /// can be replaced as well.
    pub fn resend(
        self,
        channel: Channel,
        code: &Code,
        key: &CodeKey,
        now: DateTime<Utc>,
    ) -> Result<Requested, VerificationRefusal> {
        self.may_act()?;
        let contact = self.contact(channel)?;
        let attempt = self.current.clone().ok_or(VerificationRefusal::NotPending)?;
        match attempt.state {
            VerificationState::AwaitingCode(_) => {}
            VerificationState::Verified { .. } => return Err(VerificationRefusal::AlreadyVerified),
            VerificationState::AwaitingReview | VerificationState::Rejected(_) => {
                return Err(VerificationRefusal::NotPending);
            }
        }
        self.may_send(now)?;
        let mut sent_at = attempt.sent_at.clone();
        sent_at.push(now);
        // More than the limit counts is never asked for.
        sent_at.drain(..sent_at.len().saturating_sub(SENDS));
        let challenge = Challenge::of(key, attempt.id, &contact, code, now);
        let state = VerificationState::AwaitingCode(challenge);
        let verification = Verification { sent_at, state, updated_at: now, ..attempt };
        Ok(Requested { verification, ended: None, send_to: Some(contact) })
    }

    pub(super) fn may_act(&self) -> Result<(), VerificationRefusal> {
        if self.standing.may_act() { Ok(()) } else { Err(VerificationRefusal::Suspended) }
    }

    pub(super) fn contact(&self, channel: Channel) -> Result<Contact, VerificationRefusal> {
        match channel {
            Channel::Email => Ok(Contact::Email(self.email.clone())),
            Channel::Phone => self.phone.clone().map(Contact::Phone).ok_or(VerificationRefusal::PhoneMissing),
        }
    }

    /// The attempt that has to end so that another may begin: one whose code has expired. Any other stands in the way.
    fn make_room(&self, now: DateTime<Utc>) -> Result<Option<Verification>, VerificationRefusal> {
        let Some(current) = &self.current else { return Ok(None) };
        match &current.state {
            VerificationState::AwaitingCode(challenge) if challenge.has_expired(now) => {
                Ok(Some(current.clone().ended(Rejection::CodeExpired, now)))
            }
            VerificationState::AwaitingCode(_) | VerificationState::AwaitingReview => {
                Err(VerificationRefusal::Pending)
            }
            VerificationState::Verified { .. } => Err(VerificationRefusal::AlreadyVerified),
            VerificationState::Rejected(_) => Ok(None),
        }
    }

    fn may_send(&self, now: DateTime<Utc>) -> Result<(), VerificationRefusal> {
        let mut recent: Vec<_> =
            self.sent_at.iter().copied().filter(|sent| *sent + SENDS_WITHIN > now).collect();
        recent.sort_unstable_by(|one, other| other.cmp(one));
        // The third last: when it is an hour old, there is room again.
        match recent.get(SENDS - 1) {
            Some(sent) => Err(VerificationRefusal::TooManySends { wait: *sent + SENDS_WITHIN - now }),
            None => Ok(()),
        }
    }
}
