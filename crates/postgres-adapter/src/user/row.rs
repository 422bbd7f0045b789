//! An account as a row.
#![expect(
    clippy::ref_option_ref,
    reason = "the derive of a changeset writes such a type for an optional column"
)]

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use postgis_diesel::types::Point;
use souk_domain::{
    contact::{Email, Phone, Username},
    id::UserId,
    media::Picture,
    user::{Bio, DisplayName, PlaceLabel, Role, Standing, User},
};
use souk_ports::{PortError, session::PasswordHash, user::Credentials};
use uuid::Uuid;

use crate::{
    point,
    schema::users,
    words::{AccountStatus, Word},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Pg))]
pub(crate) struct UserRow {
    id: Uuid,
    email: String,
    username: String,
    phone: Option<String>,
    display_name: String,
    bio: Option<String>,
    avatar_url: Option<String>,
    role: Role,
    location: Option<Point>,
    location_label: Option<String>,
    status: AccountStatus,
    deleted_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl UserRow {
    /// The account with the hash of its password.
    pub(super) fn with_password(self, hash: String) -> Result<Credentials, PortError> {
        Ok(Credentials { user: self.try_into()?, password_hash: PasswordHash(hash) })
    }
}

impl TryFrom<UserRow> for User {
    type Error = PortError;

    fn try_from(row: UserRow) -> Result<Self, PortError> {
        let id = row.id;
        Ok(Self {
            id: UserId::from_uuid(id),
            email: Email::stored(row.email),
            username: Username::stored(row.username),
            phone: row.phone.map(Phone::stored),
            display_name: DisplayName::stored(row.display_name),
            bio: row.bio.map(Bio::stored),
            avatar_url: row.avatar_url.map(Picture::stored),
            role: row.role,
            location: row.location.map(|found| point::found(found, "users.location")).transpose()?,
            location_label: row.location_label.map(PlaceLabel::stored),
            standing: standing(row.status, row.deleted_at)
                .ok_or_else(|| PortError::Corrupt(format!("users {id}: status and deleted_at disagree")))?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The standing that the two columns tell; `None` if they contradict each other.
pub(crate) fn standing(status: AccountStatus, deleted_at: Option<DateTime<Utc>>) -> Option<Standing> {
    match (status, deleted_at) {
        (AccountStatus::Active, None) => Some(Standing::Active),
        (AccountStatus::Suspended, None) => Some(Standing::Suspended),
        (AccountStatus::Banned, None) => Some(Standing::Banned),
        (AccountStatus::Deleted, Some(at)) => Some(Standing::Deleted { at }),
        (AccountStatus::Active | AccountStatus::Suspended | AccountStatus::Banned, Some(_))
        | (AccountStatus::Deleted, None) => None,
    }
}

pub(crate) fn columns(standing: Standing) -> (AccountStatus, Option<DateTime<Utc>>) {
    match standing {
        Standing::Active => (AccountStatus::Active, None),
        Standing::Suspended => (AccountStatus::Suspended, None),
        Standing::Banned => (AccountStatus::Banned, None),
        Standing::Deleted { at } => (AccountStatus::Deleted, Some(at)),
    }
}

#[derive(Insertable)]
#[diesel(table_name = users)]
pub(super) struct NewUserRow<'a> {
    id: Uuid,
    email: &'a str,
    username: &'a str,
    phone: Option<&'a str>,
    password_hash: &'a str,
    display_name: &'a str,
    bio: Option<&'a str>,
    avatar_url: Option<String>,
    role: Word<Role>,
    location: Option<Point>,
    location_label: Option<&'a str>,
    status: Word<AccountStatus>,
    deleted_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl<'a> NewUserRow<'a> {
    pub(super) fn of(credentials: &'a Credentials) -> Self {
        let user = &credentials.user;
        let (status, deleted_at) = columns(user.standing);
        Self {
            id: user.id.as_uuid(),
            email: user.email.as_ref(),
            username: user.username.as_ref(),
            phone: user.phone.as_ref().map(AsRef::as_ref),
            password_hash: &credentials.password_hash.0,
            display_name: user.display_name.as_ref(),
            bio: user.bio.as_ref().map(AsRef::as_ref),
            avatar_url: user.avatar_url.as_ref().map(Picture::as_stored),
            role: Word(user.role),
            location: user.location.map(point::stored),
            location_label: user.location_label.as_ref().map(AsRef::as_ref),
            status: Word(status),
            deleted_at,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// What people change about themselves; what is not there is emptied.
#[derive(AsChangeset)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub(super) struct ProfileRow<'a> {
    phone: Option<&'a str>,
    display_name: &'a str,
    bio: Option<&'a str>,
    avatar_url: Option<String>,
    role: Word<Role>,
    location: Option<Point>,
    location_label: Option<&'a str>,
    updated_at: DateTime<Utc>,
}

impl<'a> ProfileRow<'a> {
    pub(super) fn of(user: &'a User) -> Self {
        Self {
            phone: user.phone.as_ref().map(AsRef::as_ref),
            display_name: user.display_name.as_ref(),
            bio: user.bio.as_ref().map(AsRef::as_ref),
            avatar_url: user.avatar_url.as_ref().map(Picture::as_stored),
            role: Word(user.role),
            location: user.location.map(point::stored),
            location_label: user.location_label.as_ref().map(AsRef::as_ref),
            updated_at: user.updated_at,
        }
    }
}
