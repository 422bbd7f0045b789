//! The payment provider: it knows sellers by accounts of its own, and asks them on pages of its own what it must know
//! before it pays them.
//!
//! It is another company's computer, seconds away or gone: nobody asks it while a transaction is open or a connection
//! to the database is held.

use async_trait::async_trait;
use souk_domain::{contact::Email, id::UserId, user::PayoutAccountId};

use crate::PortError;

/// Where a browser is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct OnboardingLink(String);

/// Introduces sellers to the provider.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Payments: Send + Sync {
    /// Opens an account for a seller. Asked again for the same person, the provider answers with the same account, at
    /// least for a day, also when it is asked at the same moment.
    async fn open_account(&self, user: UserId, email: &Email) -> Result<PayoutAccountId, PortError>;

    /// A page where the person of an account tells the provider what it must know. The link is for them alone, works
    /// once, and for some minutes.
    async fn onboarding_link(&self, account: &PayoutAccountId) -> Result<OnboardingLink, PortError>;
}

impl OnboardingLink {
    /// A link as the provider made it.
    pub fn new(url: String) -> Self {
        Self(url)
    }

    /// The address.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Whoever has the link is the seller for its minutes, so it stays out of logs.
impl std::fmt::Debug for OnboardingLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OnboardingLink(…)")
    }
}
