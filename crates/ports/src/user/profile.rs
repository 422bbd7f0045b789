//! Where people look at their account, change it, and leave.

use std::fmt;

use async_trait::async_trait;
use souk_domain::{
    id::UserId,
    user::{
        Erasure, ErasureContext, ErasureRefusal, OwnProfile, ProfileContext, ProfileRefusal, ProfileUpdate,
        PublicProfile,
    },
};

use crate::{DecideError, PortError};

/// Decides a change of an account as it is while its row is locked. It may be asked more than once, when the store has to
/// start over.
pub type DecideProfile<'a> =
    dyn Fn(&ProfileContext) -> Result<ProfileUpdate, ProfileRefusal> + Send + Sync + 'a;

/// Decides what remains of an account as it is while it and everything it sells are locked. It may be asked more than
/// once, when the store has to start over.
pub type DecideErasure<'a> = dyn Fn(&ErasureContext) -> Result<Erasure, ErasureRefusal> + Send + Sync + 'a;

/// Everything that is kept about a person, as a document for them: JSON, UTF-8. It stays out of debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Export(pub Vec<u8>);

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Export({} bytes)", self.0.len())
    }
}

/// Keeps what people say about themselves.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ProfileRepository: Send + Sync {
    /// The account with this id in whatever standing, and what is proved of it.
    async fn find_own(&self, id: UserId) -> Result<Option<OwnProfile>, PortError>;

    /// The account with this id as everybody may see it; deleted ones are not there.
    async fn find_public(&self, id: UserId) -> Result<Option<PublicProfile>, PortError>;

    /// Locks the account, asks what to write, and writes it. When the rule says so, what was proved of the phone number
    /// counts no more. A phone number that somebody else has is refused like the rest.
    async fn change<'a>(
        &self,
        id: UserId,
        decide: &'a DecideProfile<'a>,
    ) -> Result<OwnProfile, DecideError<ProfileRefusal>>;

    /// Locks the account and everything it sells, asks what remains, and takes everything else away: all of it or
    /// nothing. Listings are archived, and without their places where no payment points to them; pending offers of and to
    /// the person are cancelled, sessions ended, likes and blocks taken back, documents and codes forgotten. Payments stay.
    async fn erase<'a>(
        &self,
        id: UserId,
        decide: &'a DecideErasure<'a>,
    ) -> Result<(), DecideError<ErasureRefusal>>;

    /// Everything that is kept about a person, as of one moment; nothing if there is no such account any more. Lists that
    /// are too long are cut, and named in the document.
    async fn export(&self, id: UserId) -> Result<Option<Export>, PortError>;
}
