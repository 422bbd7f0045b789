//! Accounts as their people and others see them; changing one, and leaving.

mod change;
mod erase;
mod export;
mod look;

use async_trait::async_trait;
use diesel::{OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    id::UserId,
    user::{ErasureRefusal, OwnProfile, ProfileRefusal, PublicProfile, User},
};
use souk_ports::{
    DecideError, PortError,
    user::{DecideErasure, DecideProfile, Export, ProfileRepository},
};

use super::row::UserRow;
use crate::{
    PgPool,
    error::{TryError, retrying},
    schema::users,
};

/// Profiles.
#[derive(Clone)]
pub struct PgProfiles {
    pool: PgPool,
}

impl PgProfiles {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl ProfileRepository for PgProfiles {
    async fn find_own(&self, id: UserId) -> Result<Option<OwnProfile>, PortError> {
        look::own(&self.pool, id).await
    }

    async fn find_public(&self, id: UserId) -> Result<Option<PublicProfile>, PortError> {
        look::public(&self.pool, id).await
    }

    async fn change<'a>(
        &self,
        id: UserId,
        decide: &'a DecideProfile<'a>,
    ) -> Result<OwnProfile, DecideError<ProfileRefusal>> {
        retrying(|| change::try_change(&self.pool, id, decide)).await
    }

    async fn erase<'a>(
        &self,
        id: UserId,
        decide: &'a DecideErasure<'a>,
    ) -> Result<(), DecideError<ErasureRefusal>> {
        let erased = retrying(|| erase::try_erase(&self.pool, id, decide)).await;
        if erased.is_ok() {
            self.pool.announce();
        }
        erased
    }

    async fn export(&self, id: UserId) -> Result<Option<Export>, PortError> {
        export::try_export(&self.pool, id).await
    }
}

/// The account, locked against whatever else would change it or let it act, without standing in the way of rows that only
/// refer to it.
async fn lock<E>(conn: &mut AsyncPgConnection, id: UserId) -> Result<User, TryError<E>> {
    let found = users::table
        .find(id.as_uuid())
        .select(UserRow::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    let user = User::try_from(found.ok_or(DecideError::NotFound)?).map_err(DecideError::Port)?;
    Ok(user)
}
