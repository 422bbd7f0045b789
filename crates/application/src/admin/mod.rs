//! Running the place: who may, finding accounts, suspending and reinstating them, and the record of it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use souk_domain::{
    admin::{AdminAct, AdminActor, AdminRefusal, AuditEntry, Reason, Subject},
    contact::Email,
    id::{AuditEntryId, UserId},
    page::{Limit, Page},
    user::User,
    violation::Violations,
};
use souk_ports::{
    Clock, DecideError, IdSource, PortError,
    admin::{AccountKey, AccountQuery, AdminRepository},
};
use thiserror::Error;

#[cfg(test)]
mod tests;

/// Why an act on an account is not done.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JudgeError {
    /// The form is not good.
    #[error(transparent)]
    Invalid(#[from] Violations),
    /// It was good, and still nothing is done.
    #[error(transparent)]
    Decide(#[from] DecideError<AdminRefusal>),
}

/// Running the place.
#[derive(Clone)]
pub struct Admins {
    repository: Arc<dyn AdminRepository>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

impl Admins {
    /// Puts the parts together.
    pub fn new(repository: Arc<dyn AdminRepository>, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self { repository, clock, ids }
    }

    /// Whether an account may administer as it stands in the database now, whatever its token says.
    pub async fn may_administer(&self, user: UserId) -> Result<bool, PortError> {
        Ok(self.repository.find_subject(user).await?.is_some_and(Subject::may_administer))
    }

    /// A page of accounts, newest first.
    pub async fn list_accounts(
        &self,
        query: &AccountQuery,
    ) -> Result<Page<User, (DateTime<Utc>, UserId)>, PortError> {
        self.repository.list_accounts(query).await
    }

    /// Stops an account from acting.
    pub async fn suspend(
        &self,
        admin: UserId,
        account: UserId,
        reason: Option<&str>,
    ) -> Result<User, JudgeError> {
        let entry = self.entry(admin, AdminAct::UserSuspended, account, reason)?;
        let decide = |subject: Subject| subject.suspend(entry.clone());
        Ok(self.repository.judge(&AccountKey::Id(account), &decide).await?)
    }

    /// Lets an account act again.
    pub async fn reinstate(
        &self,
        admin: UserId,
        account: UserId,
        reason: Option<&str>,
    ) -> Result<User, JudgeError> {
        let entry = self.entry(admin, AdminAct::UserReinstated, account, reason)?;
        let decide = |subject: Subject| subject.reinstate(entry.clone());
        Ok(self.repository.judge(&AccountKey::Id(account), &decide).await?)
    }

    /// Makes an account an admin's; for whoever runs the program.
    pub async fn grant(&self, email: Email) -> Result<User, DecideError<AdminRefusal>> {
        let (id, at) = (AuditEntryId::from_uuid(self.ids.next()), self.clock.now());
        let decide = |subject: Subject| {
            subject.grant_admin(AuditEntry {
                id,
                actor: AdminActor::Operator,
                act: AdminAct::AdminGranted,
                subject: subject.id.as_uuid(),
                reason: None,
                at,
            })
        };
        self.repository.judge(&AccountKey::Email(email), &decide).await
    }

    /// A page of the record, newest first.
    pub async fn list_audit(
        &self,
        after: Option<(DateTime<Utc>, AuditEntryId)>,
        limit: Limit,
    ) -> Result<Page<AuditEntry, (DateTime<Utc>, AuditEntryId)>, PortError> {
        self.repository.list_audit(after, limit).await
    }

    fn entry(
        &self,
        admin: UserId,
        act: AdminAct,
        account: UserId,
        reason: Option<&str>,
    ) -> Result<AuditEntry, Violations> {
        let mut wrong = Violations::none();
        let reason = wrong.keep_optional("reason", reason.map(Reason::parse));
        wrong.or_else(Some(AuditEntry {
            id: AuditEntryId::from_uuid(self.ids.next()),
            actor: AdminActor::Admin(admin),
            act,
            subject: account.as_uuid(),
            reason,
            at: self.clock.now(),
        }))
    }
}
