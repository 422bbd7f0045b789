//! Where it is kept which account at the payment provider is whose.

use async_trait::async_trait;
use souk_domain::{
    id::UserId,
    user::{Payee, PayoutAccountId},
};

use crate::PortError;

/// Keeps which account at the payment provider is whose.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait PayeeRepository: Send + Sync {
    /// The account with this id, in whatever standing, and its account at the provider.
    async fn find(&self, id: UserId) -> Result<Option<Payee>, PortError>;

    /// Remembers the account at the provider, unless there is one by now: the first one stays. Gives the one that
    /// counts; nothing if there is no such account.
    async fn keep_payout_account(
        &self,
        id: UserId,
        account: &PayoutAccountId,
    ) -> Result<Option<PayoutAccountId>, PortError>;
}
