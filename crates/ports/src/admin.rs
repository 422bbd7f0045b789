//! Running the place: finding accounts, acting on them, and the record of that.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use souk_domain::{
    admin::{AdminRefusal, AuditEntry, Judgement, Subject},
    contact::Email,
    id::{AuditEntryId, UserId},
    page::{Limit, Page},
    user::{Role, User},
};

use crate::{DecideError, PortError};

/// A page of accounts, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountQuery {
    /// A part of the username or e-mail address, whatever the case.
    pub text: Option<String>,
    /// With this role only.
    pub role: Option<Role>,
    /// Only those that may act, or only those that may not.
    pub may_act: Option<bool>,
    /// Where to go on: when the last one seen was opened, and its id.
    pub after: Option<(DateTime<Utc>, UserId)>,
    /// How many.
    pub limit: Limit,
}

/// Which account an act is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountKey {
    /// By its id.
    Id(UserId),
    /// By its e-mail address.
    Email(Email),
}

/// Decides what becomes of an account, as it is while its row is locked.
pub type DecideJudgement<'a> = dyn Fn(Subject) -> Result<Judgement, AdminRefusal> + Send + Sync + 'a;

/// Finds accounts and acts on them.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AdminRepository: Send + Sync {
    /// An account's role and standing as they are now, for the question whether it may administer.
    async fn find_subject(&self, id: UserId) -> Result<Option<Subject>, PortError>;

    /// A page of accounts.
    async fn list_accounts(
        &self,
        query: &AccountQuery,
    ) -> Result<Page<User, (DateTime<Utc>, UserId)>, PortError>;

    /// Locks an account, asks what becomes of it, and writes that and the line about it, or nothing.
    async fn judge<'a>(
        &self,
        account: &AccountKey,
        decide: &'a DecideJudgement<'a>,
    ) -> Result<User, DecideError<AdminRefusal>>;

    /// A page of the record, newest first, after the line of that time and id.
    async fn list_audit(
        &self,
        after: Option<(DateTime<Utc>, AuditEntryId)>,
        limit: Limit,
    ) -> Result<Page<AuditEntry, (DateTime<Utc>, AuditEntryId)>, PortError>;
}
