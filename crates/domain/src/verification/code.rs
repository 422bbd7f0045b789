//! Six digits that prove a mailbox or a phone: how they are kept, how often they may be guessed, how long they last.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{
    Account, Channel, Contact, Rejection, Verification, VerificationRefusal, VerificationState,
    VerificationStatus,
};
use crate::{id::VerificationId, violation::Fault};

/// How often a code may be guessed. With three codes an hour that is fifteen guesses an hour at a million codes.
const TRIES: u8 = 5;
/// How long a code is good.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// Six digits. They stay out of debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// The number of digits.
    pub const DIGITS: usize = 6;

    /// Takes six digits; spaces around and between them are dropped, as people copy them.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let digits: String = text.chars().filter(|c| *c != ' ').collect();
        if digits.len() == Self::DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(digits))
        } else {
            Err(Fault::new("invalid_format", "Must be the six digits that were sent."))
        }
    }

    /// The code of a number below a million; of the number's last six digits, if it is not.
    pub fn of(number: u32) -> Self {
        Self(format!("{:06}", number % 1_000_000))
    }

    /// The bare digits, for the message that brings them.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// What is stored of a code: its HMAC-SHA-256. Without the key, which is not in the database, a million guesses at it
/// tell nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeHash(pub [u8; 32]);

/// The key of the codes' hashes.
#[derive(Clone)]
pub struct CodeKey([u8; 32]);

impl CodeKey {
    /// Takes 32 secret bytes.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The hash of a code for one attempt and one address; for any other, the same code is wrong.
    fn hash(&self, attempt: VerificationId, contact: &Contact, code: &Code) -> CodeHash {
        CodeHash(self.mac(attempt, contact, code).finalize().into_bytes().into())
    }

    /// Whether it is the hash of this code, in a time that does not depend on how nearly it is.
    fn fits(&self, attempt: VerificationId, contact: &Contact, code: &Code, hash: CodeHash) -> bool {
        self.mac(attempt, contact, code).verify_slice(&hash.0).is_ok()
    }

    fn mac(&self, attempt: VerificationId, contact: &Contact, code: &Code) -> Hmac<Sha256> {
        // HMAC fills a key up with zeros to its block of 64 bytes (RFC 2104); here the compiler sees that it fits.
        let mut block = [0; 64];
        block.iter_mut().zip(self.0).for_each(|(byte, of)| *byte = of);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        // Id and code have fixed lengths, so that no two inputs run together.
        mac.update(attempt.as_uuid().as_bytes());
        mac.update(code.0.as_bytes());
        mac.update(contact.as_ref().as_bytes());
        mac
    }
}

/// A code that was sent and has not come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// What is kept of it.
    pub hash: CodeHash,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
    /// How often it was guessed wrongly.
    pub tries: u8,
}

impl Challenge {
    pub(super) fn of(
        key: &CodeKey,
        attempt: VerificationId,
        contact: &Contact,
        code: &Code,
        now: DateTime<Utc>,
    ) -> Self {
        Self { hash: key.hash(attempt, contact, code), expires_at: now + LIFETIME, tries: 0 }
    }

    pub(super) fn has_expired(&self, now: DateTime<Utc>) -> bool {
        now >= self.expires_at
    }
}

/// What came of a code somebody typed. Either is written down: a wrong try that is not counted was none.
#[derive(Clone, Debug, PartialEq)]
pub enum Confirmation {
    /// It was the code.
    Right(Verification),
    /// It was not, which the refusal says.
    Wrong(Verification, VerificationRefusal),
}

impl Confirmation {
    /// The attempt as it is from now on.
    pub fn verification(&self) -> &Verification {
        match self {
            Self::Right(verification) | Self::Wrong(verification, _) => verification,
        }
    }
}

impl Account {
    /// Somebody types the code that was sent there.
    pub fn confirm(
        self,
        channel: Channel,
        code: &Code,
        key: &CodeKey,
        now: DateTime<Utc>,
    ) -> Result<Confirmation, VerificationRefusal> {
        self.may_act()?;
        let contact = self.contact(channel)?;
        let attempt = self.current.ok_or(VerificationRefusal::NotPending)?;
        let VerificationState::AwaitingCode(challenge) = attempt.state else {
            return Err(match attempt.state.status() {
                VerificationStatus::Verified => VerificationRefusal::AlreadyVerified,
                VerificationStatus::Pending | VerificationStatus::Rejected => VerificationRefusal::NotPending,
            });
        };
        if challenge.has_expired(now) {
            return Err(VerificationRefusal::CodeExpired);
        }
        let right = key.fits(attempt.id, &contact, code, challenge.hash);
        let tries = challenge.tries.saturating_add(1);
        let state = |state| Verification { state, updated_at: now, ..attempt.clone() };
        Ok(if right {
            Confirmation::Right(state(VerificationState::Verified { at: now, reviewer: None }))
        } else if tries < TRIES {
            let challenge = Challenge { tries, ..challenge };
            Confirmation::Wrong(
                state(VerificationState::AwaitingCode(challenge)),
                VerificationRefusal::WrongCode,
            )
        } else {
            let ended = VerificationState::Rejected(Rejection::TooManyTries);
            Confirmation::Wrong(state(ended), VerificationRefusal::TooManyTries)
        })
    }
}
