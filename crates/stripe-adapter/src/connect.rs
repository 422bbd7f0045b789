//! Stripe Connect: accounts of sellers, and links to the pages where they introduce themselves.

use async_trait::async_trait;
use serde::Deserialize;
use souk_domain::{contact::Email, id::UserId, user::PayoutAccountId};
use souk_ports::{
    PortError,
    payments::{OnboardingLink, Payments},
};

use crate::client::{StripeClient, StripeError, StripeSettings};

/// Stripe as the payment provider.
#[derive(Clone, Debug)]
pub struct StripePayments {
    client: StripeClient,
    return_url: String,
    refresh_url: String,
}

impl StripePayments {
    /// Judges the settings; connects to nothing yet, so that Stripe may be away and come later.
    pub fn new(settings: &StripeSettings) -> Result<Self, StripeError> {
        Ok(Self {
            client: StripeClient::new(settings)?,
            return_url: settings.return_url.clone(),
            refresh_url: settings.refresh_url.clone(),
        })
    }
}

#[derive(Deserialize)]
struct Account {
    id: String,
}

#[derive(Deserialize)]
struct AccountLink {
    url: String,
}

#[async_trait]
impl Payments for StripePayments {
    async fn open_account(&self, user: UserId, email: &Email) -> Result<PayoutAccountId, PortError> {
        let user = user.to_string();
        // Express: Stripe asks for what the law wants and shows sellers their payouts. They only ever receive transfers;
        // buyers pay us.
        let form = [
            ("type", "express"),
            ("email", email.as_ref()),
            ("capabilities[transfers][requested]", "true"),
            ("metadata[user_id]", &user),
        ];
        let key = format!("connect-account-{user}");
        let account: Account = self.client.post("/v1/accounts", &form, Some(&key)).await?;
        PayoutAccountId::parse(&account.id)
            .ok_or_else(|| PortError::Unexpected("Stripe named an account as it never does".to_owned()))
    }

    async fn onboarding_link(&self, account: &PayoutAccountId) -> Result<OnboardingLink, PortError> {
        // Without a key: every link is good once, so that a repeated answer would be a dead link.
        let form = [
            ("account", account.as_ref()),
            ("refresh_url", &self.refresh_url),
            ("return_url", &self.return_url),
            ("type", "account_onboarding"),
        ];
        let link: AccountLink = self.client.post("/v1/account_links", &form, None).await?;
        Ok(OnboardingLink::new(link.url))
    }
}
