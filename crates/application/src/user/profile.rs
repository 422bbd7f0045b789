//! Looking at accounts, changing one's own, and leaving.

use std::sync::Arc;

use souk_domain::{
    edit::Expected,
    id::UserId,
    user::{ErasureRefusal, OwnProfile, ProfileChange, ProfileForm, ProfileRefusal, PublicProfile, Standing},
    violation::Violations,
};
use souk_ports::{
    Clock, DecideError, PortError,
    user::{Export, ProfileRepository},
};
use thiserror::Error;

use crate::media::{ClaimError, MediaLibrary};

#[cfg(test)]
mod tests;

/// Why an account is not changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ChangeProfileError {
    /// The form is not good.
    #[error(transparent)]
    Invalid(#[from] Violations),
    /// It was good, and still is not carried out.
    #[error(transparent)]
    Decide(#[from] DecideError<ProfileRefusal>),
}

impl From<ClaimError> for ChangeProfileError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Unknown(violations) => violations.into(),
            ClaimError::Port(error) => Self::Decide(error.into()),
        }
    }
}

/// Accounts, as their people and others see them.
#[derive(Clone)]
pub struct Profiles {
    repository: Arc<dyn ProfileRepository>,
    media: MediaLibrary,
    clock: Arc<dyn Clock>,
}

impl Profiles {
    /// Puts the parts together.
    pub fn new(repository: Arc<dyn ProfileRepository>, media: MediaLibrary, clock: Arc<dyn Clock>) -> Self {
        Self { repository, media, clock }
    }

    /// Somebody's own account; nothing once it is deleted, though a token of theirs may still be good for minutes.
    pub async fn find_own(&self, id: UserId) -> Result<Option<OwnProfile>, PortError> {
        let found = self.repository.find_own(id).await?;
        Ok(found.filter(|own| !matches!(own.user.standing, Standing::Deleted { .. })))
    }

    /// An account as everybody may see it.
    pub async fn find_public(&self, id: UserId) -> Result<Option<PublicProfile>, PortError> {
        self.repository.find_public(id).await
    }

    /// Changes somebody's own account, if it is still one of the versions they expect.
    pub async fn change(
        &self,
        id: UserId,
        form: ProfileForm,
        expected: &Expected,
    ) -> Result<OwnProfile, ChangeProfileError> {
        let change = ProfileChange::check(form)?;
        self.media.claim(id, &change.media()).await?;
        let now = self.clock.now();
        let decide = |context: &_| change.clone().apply(context, expected, now);
        Ok(self.repository.change(id, &decide).await?)
    }

    /// Deletes somebody's own account.
    pub async fn erase(&self, id: UserId) -> Result<(), DecideError<ErasureRefusal>> {
        let now = self.clock.now();
        self.repository.erase(id, &|context| context.erase(now)).await
    }

    /// Everything that is kept about somebody, for themself.
    pub async fn export(&self, id: UserId) -> Result<Option<Export>, PortError> {
        self.repository.export(id).await
    }
}
