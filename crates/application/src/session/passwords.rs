//! Changing passwords: with the present one, or with a token that was sent by e-mail.

use std::sync::Arc;

use souk_domain::{
    contact::{Email, Identifier},
    session::{
        Actor, Attempt, PasswordRefusal, PasswordReset, ResetRefusal, may_change_password, may_log_in,
    },
    user::{Password, User},
    violation::Violations,
};
use souk_ports::{
    Clock, DecideError, PortError,
    message::MailMessage,
    session::{
        NewPassword, PasswordContext, PasswordRepository, Passwords, ResetContext, ResetToken, ResetTokens,
    },
    user::UserRepository,
};
use thiserror::Error;

use super::{AttemptError, Attempts};
use crate::Courier;

#[cfg(test)]
mod tests;

/// Why a password is not changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ChangePasswordError {
    /// The new one is not good.
    #[error(transparent)]
    Invalid(#[from] Violations),
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] PasswordRefusal),
    /// It was tried too often, or the outside world failed.
    #[error(transparent)]
    Attempt(#[from] AttemptError),
}

/// Why a password is not reset.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ResetPasswordError {
    /// The form is not good.
    #[error(transparent)]
    Invalid(#[from] Violations),
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] ResetRefusal),
    /// The outside world failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<PortError> for ChangePasswordError {
    fn from(error: PortError) -> Self {
        Self::Attempt(error.into())
    }
}

/// Changes and resets passwords.
#[derive(Clone)]
pub struct PasswordKeeper {
    users: Arc<dyn UserRepository>,
    repository: Arc<dyn PasswordRepository>,
    passwords: Arc<dyn Passwords>,
    tokens: Arc<dyn ResetTokens>,
    attempts: Attempts,
    courier: Courier,
    clock: Arc<dyn Clock>,
}

impl PasswordKeeper {
    /// Puts the parts together.
    pub fn new(
        users: Arc<dyn UserRepository>,
        repository: Arc<dyn PasswordRepository>,
        passwords: Arc<dyn Passwords>,
        tokens: Arc<dyn ResetTokens>,
        attempts: Attempts,
        courier: Courier,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { users, repository, passwords, tokens, attempts, courier, clock }
    }

    /// Changes the password of somebody who knows the present one. Their other sessions end.
    pub async fn change(
        &self,
        actor: Actor,
        current: String,
        new: String,
    ) -> Result<(), ChangePasswordError> {
        let new = chosen(new)?;
        // Whoever has got hold of an access token may not guess on without end.
        let attempt = Attempt::PasswordOf(actor.user);
        self.attempts.count(&attempt).await?;
        let current = Password::typed(current).ok_or(PasswordRefusal::Wrong)?;
        let verified = self.repository.find(actor.user).await?.ok_or(PasswordRefusal::Closed)?;
        if !self.passwords.verify(&current, Some(verified.clone())).await? {
            return Err(PasswordRefusal::Wrong.into());
        }
        let hash = self.passwords.hash(&new).await?;
        let decide = |context: &PasswordContext| {
            may_change_password(context.standing, context.password_hash == verified)?;
            Ok(NewPassword { hash: hash.clone(), at: self.clock.now() })
        };
        self.repository.change(actor.user, actor.session, &decide).await.map_err(|error| match error {
            DecideError::NotFound => PasswordRefusal::Closed.into(),
            DecideError::Refused(refusal) => refusal.into(),
            DecideError::AlreadyDone | DecideError::StillRunning => keyless(&error.to_string()).into(),
            DecideError::Port(error) => ChangePasswordError::from(error),
        })?;
        Ok(self.attempts.forget(&attempt).await?)
    }

    /// Sends a reset token to an e-mail address, if an account that may act bears it. The answer is the same if none
    /// does, and takes as long: whether there is one is only found out in the background.
    pub async fn request_reset(&self, email: &str) -> Result<(), ResetPasswordError> {
        let mut wrong = Violations::none();
        let address = wrong.keep("email", Email::parse(email));
        let address = wrong.or_else(address)?;
        match self.attempts.count(&Attempt::ResetOf(address.as_ref())).await {
            Ok(()) => {}
            // Said to nobody: it would only tell a stranger that somebody else has asked.
            Err(AttemptError::TooMany { .. }) => return Ok(()),
            Err(AttemptError::Port(error)) => return Err(error.into()),
        }
        let keeper = self.clone();
        tokio::spawn(async move {
            if let Err(error) = keeper.send_reset(address).await {
                tracing::error!(%error, "a password reset could not be sent");
            }
        });
        Ok(())
    }

    async fn send_reset(&self, address: Email) -> Result<(), PortError> {
        let found = self.users.find_credentials(&Identifier::Email(address)).await?;
        let Some(user) = found.map(|found| found.user).filter(|user| may_log_in(user.standing).is_ok())
        else {
            return Ok(());
        };
        let ResetToken { token, hash } = self.tokens.issue()?;
        self.repository.put_reset(&PasswordReset::begin(user.id, hash, self.clock.now())).await?;
        self.courier.mail(reset_mail(user, &token));
        Ok(())
    }

    /// Changes the password of whoever presents a reset token. All their sessions end.
    pub async fn reset(&self, token: &str, new: String) -> Result<(), ResetPasswordError> {
        let new = chosen(new)?;
        let hash_of_token = self.tokens.parse(token).ok_or(ResetRefusal::Invalid)?;
        // Asked before the new password is hashed, so that tokens that are none cost little.
        if self.repository.find_reset(hash_of_token).await?.is_none() {
            return Err(ResetRefusal::Invalid.into());
        }
        let hash = self.passwords.hash(&new).await?;
        let decide = |context: &ResetContext| {
            let at = self.clock.now();
            context.reset.redeem(context.standing, at)?;
            Ok(NewPassword { hash: hash.clone(), at })
        };
        self.repository.reset(hash_of_token, &decide).await.map_err(|error| match error {
            DecideError::NotFound => ResetRefusal::Invalid.into(),
            DecideError::Refused(refusal) => refusal.into(),
            DecideError::AlreadyDone | DecideError::StillRunning => keyless(&error.to_string()).into(),
            DecideError::Port(error) => error.into(),
        })
    }
}

/// A password that somebody chose anew.
fn chosen(new: String) -> Result<Password, Violations> {
    let mut wrong = Violations::none();
    let new = wrong.keep("new_password", Password::choose(new));
    wrong.or_else(new)
}

fn keyless(error: &str) -> PortError {
    PortError::Unexpected(format!("passwords are changed without idempotency key: {error}"))
}

fn reset_mail(user: User, token: &str) -> MailMessage {
    let text = format!(
        "Hello {},\n\nsomebody, probably you, wants to choose a new password for your Souk Loop account.\n\
         Enter this code in the app within 30 minutes:\n\n{token}\n\n\
         If it was not you, do nothing: your password stays as it is.\n",
        user.username.as_ref()
    );
    MailMessage { to: user.email, subject: "Choose a new password".to_owned(), text }
}
