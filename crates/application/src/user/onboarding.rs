//! Introducing sellers to the payment provider.

use std::sync::Arc;

use souk_domain::{
    id::UserId,
    user::{OnboardingRefusal, PayoutAccountId},
};
use souk_ports::{
    PortError,
    payments::{OnboardingLink, Payments},
    user::PayeeRepository,
};
use thiserror::Error;

#[cfg(test)]
mod tests;

/// Why somebody is not introduced to the payment provider.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OnboardingError {
    /// This marketplace has no payment provider.
    #[error("no payment provider is set up")]
    NoProvider,
    /// The rule said no.
    #[error(transparent)]
    Refused(#[from] OnboardingRefusal),
    /// The outside world failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Introduces sellers to the payment provider, if there is one.
#[derive(Clone)]
pub struct Onboarding {
    payees: Arc<dyn PayeeRepository>,
    payments: Option<Arc<dyn Payments>>,
}

impl Onboarding {
    /// Puts the parts together.
    pub fn new(payees: Arc<dyn PayeeRepository>, payments: Option<Arc<dyn Payments>>) -> Self {
        Self { payees, payments }
    }

    /// A link to the page where somebody tells the provider what it must know. Opens their account there if they have
    /// none yet; a second time goes on with the same account.
    ///
    /// Three steps, each of which can be repeated: the provider gives one account for one person however often it is
    /// asked, the store keeps the first, and a link is only ever good for minutes. Between them nothing is held.
    pub async fn begin_onboarding(&self, user: UserId) -> Result<OnboardingLink, OnboardingError> {
        let Some(payments) = &self.payments else { return Err(OnboardingError::NoProvider) };
        let payee = self.payees.find(user).await?.ok_or(OnboardingRefusal::Closed)?;
        payee.may_onboard()?;
        let account = match payee.payout_account {
            Some(account) => account,
            None => self.keep(user, payments.open_account(user, &payee.email).await?).await?,
        };
        Ok(payments.onboarding_link(&account).await?)
    }

    /// Remembers an account; a rival's that came first counts instead.
    async fn keep(&self, user: UserId, opened: PayoutAccountId) -> Result<PayoutAccountId, OnboardingError> {
        let kept = self.payees.keep_payout_account(user, &opened).await?;
        let kept = kept.ok_or(OnboardingRefusal::Closed)?;
        if kept != opened {
            tracing::warn!(%user, %opened, %kept, "an account at the payment provider is nobody's; another came first");
        }
        Ok(kept)
    }
}
