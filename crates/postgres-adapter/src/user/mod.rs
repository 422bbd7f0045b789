//! Accounts in PostgreSQL.

mod payee;
mod profile;
pub(crate) mod row;

pub use payee::PgPayees;
pub use profile::PgProfiles;

use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    contact::Identifier,
    id::UserId,
    session::Session,
    user::{User, UserTaken},
};
use souk_ports::{
    InsertError, PortError,
    user::{Credentials, UserRepository},
};

use self::row::{NewUserRow, UserRow};
use crate::{
    PgPool,
    constraint::{Meaning, Unique, meaning},
    error::{broken_constraint, port_error},
    schema::users,
    session::NewSessionRow,
};

/// Accounts.
#[derive(Clone)]
pub struct PgUsers {
    pool: PgPool,
}

impl PgUsers {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl UserRepository for PgUsers {
    async fn insert(
        &self,
        credentials: &Credentials,
        session: &Session,
    ) -> Result<(), InsertError<UserTaken>> {
        let mut conn = self.pool.lease().await?;
        let inserted = try_insert(&mut conn, credentials, session).await;
        conn.finish();
        inserted.map_err(|error| match broken_constraint(&error).and_then(meaning) {
            Some(Meaning::Taken(Unique::Email)) => InsertError::Taken(UserTaken::Email),
            Some(Meaning::Taken(Unique::Username)) => InsertError::Taken(UserTaken::Username),
            Some(Meaning::Taken(Unique::Phone)) => InsertError::Taken(UserTaken::Phone),
            _ => InsertError::Port(port_error(&error)),
        })
    }

    async fn find_credentials(&self, identifier: &Identifier) -> Result<Option<Credentials>, PortError> {
        let conn = self.pool.reader().await?;
        let columns = (UserRow::as_select(), users::password_hash);
        let all = users::table.select(columns);
        let found = match identifier {
            Identifier::Email(email) => {
                all.filter(users::email.eq(email.as_ref())).first(&mut conn.connection()).await
            }
            Identifier::Username(name) => {
                all.filter(users::username.eq(name.as_ref())).first(&mut conn.connection()).await
            }
            Identifier::Phone(phone) => {
                all.filter(users::phone.eq(phone.as_ref())).first(&mut conn.connection()).await
            }
        };
        let found: Option<(UserRow, String)> = conn.settle(found.optional())?;
        found.map(|(row, hash)| row.with_password(hash)).transpose()
    }

    async fn find(&self, id: UserId) -> Result<Option<User>, PortError> {
        let conn = self.pool.reader().await?;
        let found =
            users::table.find(id.as_uuid()).select(UserRow::as_select()).first(&mut conn.connection()).await;
        conn.settle(found.optional())?.map(User::try_from).transpose()
    }
}

async fn try_insert(
    conn: &mut AsyncPgConnection,
    credentials: &Credentials,
    session: &Session,
) -> Result<(), diesel::result::Error> {
    conn.transaction(async |conn| {
        diesel::insert_into(users::table).values(NewUserRow::of(credentials)).execute(conn).await?;
        NewSessionRow::of(session).insert(conn).await
    })
    .await
}
