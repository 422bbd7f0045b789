//! An account as its own person sees it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_domain::user::User;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    point::Point,
    word::{RoleWord, Word},
};

/// An account as its own person sees it, private parts included.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountView {
    /// Its id.
    pub id: Uuid,
    email: String,
    username: String,
    phone: Option<String>,
    display_name: String,
    bio: Option<String>,
    avatar_url: Option<String>,
    role: RoleWord,
    /// Exact; nobody else sees it.
    location: Option<Point>,
    location_label: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<User> for AccountView {
    fn from(user: User) -> Self {
        Self {
            id: user.id.as_uuid(),
            email: user.email.into_string(),
            username: user.username.into_string(),
            phone: user.phone.map(souk_domain::contact::Phone::into_string),
            display_name: user.display_name.into_string(),
            bio: user.bio.map(souk_domain::user::Bio::into_string),
            avatar_url: user.avatar_url.map(souk_domain::text::WebUrl::into_string),
            role: Word(user.role),
            location: user.location.map(Point::from),
            location_label: user.location_label.map(souk_domain::user::PlaceLabel::into_string),
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}
