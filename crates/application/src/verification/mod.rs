//! Proving a mailbox, a phone, an identity, an address; and looking at the documents of others.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use souk_domain::{
    admin::{AdminAct, AdminActor, AuditEntry, Reason},
    id::{AuditEntryId, UserId, VerificationId},
    page::Page,
    verification::{
        Account, Channel, Code, CodeKey, Confirmation, Contact, DocumentForm, Evidence, RejectionReason,
        Requested, Verification, VerificationPosition, VerificationQuery, VerificationRefusal,
        VerificationType,
    },
    violation::Violations,
};
use souk_ports::{
    Clock, DecideError, IdSource, PortError,
    idempotency::Once,
    message::MailMessage,
    verification::{CodeSource, VerificationRepository},
};
use thiserror::Error;

use crate::Courier;

#[cfg(test)]
mod tests;

/// Why something about a verification is not done.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// The form is not good.
    #[error(transparent)]
    Invalid(#[from] Violations),
    /// It was good, and still nothing is done.
    #[error(transparent)]
    Decide(#[from] DecideError<VerificationRefusal>),
}

/// Verifications.
#[derive(Clone)]
pub struct Verifications {
    repository: Arc<dyn VerificationRepository>,
    codes: Arc<dyn CodeSource>,
    key: CodeKey,
    courier: Courier,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

impl Verifications {
    /// Puts the parts together. With another `key`, codes on their way are wrong.
    pub fn new(
        repository: Arc<dyn VerificationRepository>,
        codes: Arc<dyn CodeSource>,
        key: CodeKey,
        courier: Courier,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        Self { repository, codes, key, courier, clock, ids }
    }

    /// Begins an attempt: sends a code, or puts a document into the reviewers' queue. `once` makes a repeat of the same
    /// request harmless; it sends nothing either.
    pub async fn request<'a>(
        &'a self,
        user: UserId,
        kind: VerificationType,
        form: Option<&DocumentForm>,
        once: Option<&'a Once<'a, Requested>>,
    ) -> Result<Requested, VerifyError> {
        let evidence = Evidence::check(kind, form)?;
        let id = VerificationId::from_uuid(self.ids.next());
        let code = self.codes.next().map_err(DecideError::Port)?;
        // The time is asked for inside, once the account's lock is held.
        let decide = |account: Account| match &evidence {
            Evidence::Code(channel) => account.request_code(id, *channel, &code, &self.key, self.clock.now()),
            Evidence::Document(paper, document) => {
                account.request_review(id, *paper, document.clone(), self.clock.now())
            }
        };
        let requested = self.repository.request(user, kind, &decide, once).await?;
        self.send(&requested, &code);
        Ok(requested)
    }

    /// Sends another code; the one before is no longer good.
    pub async fn resend(&self, user: UserId, channel: Channel) -> Result<Verification, VerifyError> {
        let code = self.codes.next().map_err(DecideError::Port)?;
        let decide = |account: Account| account.resend(channel, &code, &self.key, self.clock.now());
        let requested = self.repository.resend(user, channel, &decide).await?;
        self.send(&requested, &code);
        Ok(requested.verification)
    }

    /// Somebody types the code that was sent to them.
    pub async fn confirm(
        &self,
        user: UserId,
        channel: Channel,
        code: &str,
    ) -> Result<Verification, VerifyError> {
        let code = Code::parse(code).map_err(|fault| Violations::from(fault.of("code")))?;
        let decide = |account: Account| account.confirm(channel, &code, &self.key, self.clock.now());
        match self.repository.confirm(user, channel, &decide).await? {
            Confirmation::Right(verification) => Ok(verification),
            Confirmation::Wrong(_, refusal) => Err(DecideError::Refused(refusal).into()),
        }
    }

    /// A page of attempts.
    pub async fn list(
        &self,
        query: &VerificationQuery,
    ) -> Result<Page<Verification, VerificationPosition>, PortError> {
        self.repository.list(query).await
    }

    /// An admin finds a document good.
    pub async fn approve(&self, admin: UserId, id: VerificationId) -> Result<Verification, VerifyError> {
        let entry = AuditEntryId::from_uuid(self.ids.next());
        let decide = |attempt: Verification| {
            let at = self.clock.now();
            let entry = line(entry, admin, AdminAct::VerificationApproved, &attempt, None, at);
            Ok((attempt.approve(admin, at)?, entry))
        };
        Ok(self.repository.review(id, &decide).await?)
    }

    /// An admin does not, and says why.
    pub async fn reject(
        &self,
        admin: UserId,
        id: VerificationId,
        reason: &str,
    ) -> Result<Verification, VerifyError> {
        let reason = RejectionReason::parse(reason).map_err(|fault| Violations::from(fault.of("reason")))?;
        let entry = AuditEntryId::from_uuid(self.ids.next());
        let decide = |attempt: Verification| {
            let at = self.clock.now();
            let why = Some(reason.clone());
            let entry = line(entry, admin, AdminAct::VerificationRejected, &attempt, why, at);
            Ok((attempt.reject(admin, reason.clone(), at)?, entry))
        };
        Ok(self.repository.review(id, &decide).await?)
    }

    /// Sends the code of an attempt that was stored.
    fn send(&self, requested: &Requested, code: &Code) {
        let digits = code.expose();
        match requested.send_to.clone() {
            Some(Contact::Email(to)) => self.courier.mail(MailMessage {
                to,
                subject: "Your Souk Loop code".to_owned(),
                text: format!(
                    "{digits} is your code for Souk Loop. It is good for ten minutes.\n\n\
                     If you did not ask for it, ignore this e-mail: without the code nobody can say that this \
                     address is theirs.\n"
                ),
            }),
            Some(Contact::Phone(to)) => {
                self.courier.text(to, format!("{digits} is your Souk Loop code, good for ten minutes."));
            }
            None => {}
        }
    }
}

fn line(
    id: AuditEntryId,
    admin: UserId,
    act: AdminAct,
    attempt: &Verification,
    reason: Option<Reason>,
    at: DateTime<Utc>,
) -> AuditEntry {
    AuditEntry { id, actor: AdminActor::Admin(admin), act, subject: attempt.id.as_uuid(), reason, at }
}
