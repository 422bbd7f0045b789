//! Password hashing with Argon2id, off the async threads and never more at once than there are cores.

use std::{num::NonZero, sync::Arc, time::Duration};

use argon2::{
    Argon2, PasswordHasher, PasswordVerifier,
    password_hash::{self, phc::PasswordHash as PhcHash},
};
use async_trait::async_trait;
use souk_domain::user::Password;
use souk_ports::{
    PortError,
    session::{PasswordHash, Passwords},
};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

/// How long a request waits for its turn to hash; after that the server is too busy.
const PATIENCE: Duration = Duration::from_secs(3);

/// Argon2id with 19 MiB, two passes, one lane: the OWASP minimum, some 15 ms of one core.
pub struct Argon2Passwords {
    turns: Arc<Semaphore>,
    // What a typed password is compared with when there is no account, so that it takes as long.
    nobody: PasswordHash,
}

impl Argon2Passwords {
    /// Makes ready; hashes once, so that it takes a moment.
    pub fn new() -> Result<Self, PortError> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Ok(Self { turns: Arc::new(Semaphore::new(cores)), nobody: hash("nobody's password")? })
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PortError> + Send + 'static,
    ) -> Result<T, PortError> {
        let turn = timeout(PATIENCE, self.turns.clone().acquire_owned())
            .await
            .map_err(|_| PortError::Unavailable("too many passwords to hash".to_owned()))?
            .map_err(|closed| PortError::Unexpected(closed.to_string()))?;
        spawn_blocking(move || {
            // Given back when the work is done, also if nobody waits for it any more.
            let _turn = turn;
            work()
        })
        .await
        .map_err(|panicked| PortError::Unexpected(panicked.to_string()))?
    }
}

#[async_trait]
impl Passwords for Argon2Passwords {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, PortError> {
        let password = password.clone();
        self.in_turn(move || hash(password.expose())).await
    }

    async fn verify(&self, password: &Password, hash: Option<PasswordHash>) -> Result<bool, PortError> {
        let password = password.clone();
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let fits = self.in_turn(move || verify(password.expose(), &hash)).await?;
        Ok(fits && exists)
    }
}

fn hash(password: &str) -> Result<PasswordHash, PortError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| PasswordHash(hash.to_string()))
        .map_err(unexpected)
}

fn verify(password: &str, hash: &PasswordHash) -> Result<bool, PortError> {
    let parsed =
        PhcHash::new(&hash.0).map_err(|error| PortError::Corrupt(format!("users.password_hash: {error}")))?;
    match Argon2::default().verify_password(password.as_bytes(), &parsed) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(unexpected(error)),
    }
}

fn unexpected(error: password_hash::Error) -> PortError {
    PortError::Unexpected(format!("argon2: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::choose(text.to_owned()).unwrap()
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = Argon2Passwords::new().unwrap();
        let hash = passwords.hash(&password("correct horse")).await.unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.0);
        assert_eq!(passwords.verify(&password("correct horse"), Some(hash.clone())).await, Ok(true));
        assert_eq!(passwords.verify(&password("wrong horse"), Some(hash)).await, Ok(false));
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let passwords = Argon2Passwords::new().unwrap();
        assert_eq!(passwords.verify(&password("nobody's password"), None).await, Ok(false));
    }

    #[tokio::test]
    async fn a_broken_hash_is_a_defect_of_data() {
        let passwords = Argon2Passwords::new().unwrap();
        let broken = passwords.verify(&password("correct horse"), Some(PasswordHash("x".to_owned()))).await;
        assert!(matches!(broken, Err(PortError::Corrupt(_))));
    }
}
