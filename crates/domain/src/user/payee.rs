//! Being paid: the account that a seller has at the payment provider, and who may open one.

use std::fmt;

use thiserror::Error;

use super::Standing;
use crate::{contact::Email, id::UserId};

/// How the payment provider names the account into which it pays a seller: 1 to 255 of `A–Z a–z 0–9 _ -`, which is
/// all that providers use and can neither break a line nor an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PayoutAccountId(String);

/// A seller as the payment provider has to know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payee {
    /// The account here.
    pub id: UserId,
    /// Where the provider reaches its person.
    pub email: Email,
    /// Whether it may act.
    pub standing: Standing,
    /// The account there, once it is open.
    pub payout_account: Option<PayoutAccountId>,
}

/// Why somebody cannot be introduced to the payment provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OnboardingRefusal {
    /// It may read, not act.
    #[error("This account is suspended.")]
    Suspended,
    /// It was deleted.
    #[error("This account was deleted.")]
    Closed,
}

impl PayoutAccountId {
    /// Longer names fit nowhere.
    const LONGEST: usize = 255;

    /// What a provider answered, if it can be a name.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::LONGEST).contains(&text.len());
        let is_name = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        (fits && is_name).then(|| Self(text.to_owned()))
    }

    /// A name that was checked before.
    pub fn stored(text: String) -> Self {
        Self(text)
    }
}

impl AsRef<str> for PayoutAccountId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PayoutAccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Payee {
    /// Whether they may open an account at the provider, or go on with it. Anybody may who may act: a buyer becomes a
    /// seller with a first listing, and had better be payable by then.
    pub fn may_onboard(&self) -> Result<(), OnboardingRefusal> {
        match self.standing {
            Standing::Active => Ok(()),
            Standing::Suspended | Standing::Banned => Err(OnboardingRefusal::Suspended),
            Standing::Deleted { .. } => Err(OnboardingRefusal::Closed),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn names_of_providers_are_taken_and_nothing_that_could_be_more() {
        for good in ["acct_1Nv0FGQ9RKHgCVdK", "a", "A-b_9", &"x".repeat(255)] {
            assert_eq!(PayoutAccountId::parse(good).unwrap().as_ref(), good);
        }
        for bad in ["", "acct 1", "acct\n1", "acct/1", "acct?1", "äcct", "acct\0", &"x".repeat(256)] {
            assert_eq!(PayoutAccountId::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn only_who_may_act_is_introduced() {
        let payee = |standing| Payee {
            id: UserId::from_uuid(Uuid::nil()),
            email: Email::stored("ada@example.com".to_owned()),
            standing,
            payout_account: None,
        };
        assert_eq!(payee(Standing::Active).may_onboard(), Ok(()));
        assert_eq!(payee(Standing::Suspended).may_onboard(), Err(OnboardingRefusal::Suspended));
        assert_eq!(payee(Standing::Banned).may_onboard(), Err(OnboardingRefusal::Suspended));
        let gone = Standing::Deleted { at: DateTime::UNIX_EPOCH };
        assert_eq!(payee(gone).may_onboard(), Err(OnboardingRefusal::Closed));
    }
}
