//! Where accounts are kept.

mod payee;
mod profile;

#[cfg(feature = "mock")]
pub use payee::MockPayeeRepository;
pub use payee::PayeeRepository;
#[cfg(feature = "mock")]
pub use profile::MockProfileRepository;
pub use profile::{DecideErasure, DecideProfile, Export, ProfileRepository};

use async_trait::async_trait;
use souk_domain::{
    contact::Identifier,
    id::UserId,
    session::Session,
    user::{User, UserTaken},
};

use crate::{InsertError, PortError, session::PasswordHash};

/// An account and what proves that somebody is its person.
#[derive(Clone, Debug, PartialEq)]
pub struct Credentials {
    /// The account.
    pub user: User,
    /// The hash of its password.
    pub password_hash: PasswordHash,
}

/// Keeps accounts.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait UserRepository: Send + Sync {
    /// Adds an account with its first session, both or neither. Uniqueness is decided by the store, also between
    /// rivals at the same moment.
    async fn insert(
        &self,
        credentials: &Credentials,
        session: &Session,
    ) -> Result<(), InsertError<UserTaken>>;

    /// The account that bears this identifier, without regard to case.
    async fn find_credentials(&self, identifier: &Identifier) -> Result<Option<Credentials>, PortError>;

    /// The account with this id.
    async fn find(&self, id: UserId) -> Result<Option<User>, PortError>;
}
