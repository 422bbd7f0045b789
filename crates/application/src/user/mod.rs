//! Opening accounts; looking at them, changing one's own, and leaving.

mod onboarding;
mod profile;

pub use onboarding::{Onboarding, OnboardingError};
pub use profile::{ChangeProfileError, Profiles};

use std::sync::Arc;

use souk_domain::{
    id::UserId,
    session::UserAgent,
    user::{Registration, RegistrationForm, UserTaken},
    violation::Violations,
};
use souk_ports::{
    Clock, IdSource, InsertError, PortError,
    session::Passwords,
    user::{Credentials, UserRepository},
};
use thiserror::Error;

use crate::session::{SignIn, SignedIn};

#[cfg(test)]
mod tests;

/// Why an account cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RegisterError {
    /// The form is not good.
    #[error(transparent)]
    Invalid(#[from] Violations),
    /// Somebody has the e-mail address, username or phone number.
    #[error(transparent)]
    Taken(#[from] UserTaken),
    /// The outside world failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Accounts.
#[derive(Clone)]
pub struct Users {
    repository: Arc<dyn UserRepository>,
    passwords: Arc<dyn Passwords>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    sign_in: SignIn,
}

impl Users {
    /// Puts the parts together.
    pub fn new(
        repository: Arc<dyn UserRepository>,
        passwords: Arc<dyn Passwords>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        sign_in: SignIn,
    ) -> Self {
        Self { repository, passwords, clock, ids, sign_in }
    }

    /// Opens an account and logs its person in.
    pub async fn register(
        &self,
        form: RegistrationForm,
        user_agent: Option<UserAgent>,
    ) -> Result<SignedIn, RegisterError> {
        let registration = Registration::check(form)?;
        let password_hash = self.passwords.hash(registration.password()).await?;
        let now = self.clock.now();
        let user = registration.open(UserId::from_uuid(self.ids.next()), now);
        let (session, signed_in) = self.sign_in.begin(user.clone(), user_agent, now)?;
        match self.repository.insert(&Credentials { user, password_hash }, &session).await {
            Ok(()) => Ok(signed_in),
            Err(InsertError::Taken(taken)) => Err(taken.into()),
            Err(InsertError::Port(error)) => Err(error.into()),
        }
    }
}
