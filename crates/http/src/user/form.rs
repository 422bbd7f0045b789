//! What newcomers fill in, and what people change about themselves.

use serde::Deserialize;
use souk_domain::{
    edit::Change,
    product::PlaceForm,
    user::{ProfileForm, RegistrationForm},
};
use utoipa::ToSchema;

use crate::{extract::change, point::Point};

/// What a newcomer fills in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// An e-mail address that no other account has, whatever the case.
    #[schema(max_length = 254, format = "email", example = "ada@example.com")]
    email: String,
    /// The public name: 3 to 30 of `a–z A–Z 0–9 . _ -`.
    #[schema(min_length = 3, max_length = 30, example = "ada")]
    username: String,
    /// 8 to 128 characters of any kind.
    #[schema(min_length = 8, max_length = 128, format = "password", example = "correct horse battery")]
    password: String,
    /// The name others see; the username when left out.
    #[schema(min_length = 1, max_length = 80)]
    display_name: Option<String>,
    /// E.164.
    #[schema(example = "+4930123456")]
    phone: Option<String>,
    /// What the account is for; `buyer` when left out. Nobody makes themself an admin.
    role: Option<NewRole>,
}

/// A role that people give themselves.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NewRole {
    /// Buys; becomes `both` with a first listing.
    Buyer,
    /// Sells.
    Seller,
    /// Buys and sells.
    Both,
}

impl NewRole {
    fn word(self) -> String {
        let word = match self {
            Self::Buyer => "buyer",
            Self::Seller => "seller",
            Self::Both => "both",
        };
        word.to_owned()
    }
}

impl From<NewAccount> for RegistrationForm {
    fn from(new: NewAccount) -> Self {
        Self {
            email: new.email,
            username: new.username,
            password: new.password,
            display_name: new.display_name,
            phone: new.phone,
            role: new.role.map(NewRole::word),
        }
    }
}

/// What somebody changes about their account: a field that is left out stays, null empties it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfilePatch {
    /// The name others see; cannot be emptied.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 80, example = "Ada L.")]
    display_name: Change<String>,
    /// What the person says of themself; public.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    bio: Change<String>,
    /// A picture, public: the `id` or `url` of one that you uploaded (`POST /v1/media`), or an address in the web.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, max_length = 2048)]
    avatar_url: Change<String>,
    /// E.164; private. Another number has to be verified anew.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, example = "+4930123456")]
    phone: Change<String>,
    /// What the account is for; cannot be emptied.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = NewRole, required = false)]
    role: Change<NewRole>,
    /// Where the person is, exactly; private.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<Point>)]
    location: Change<Point>,
    /// How the place is called; public.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 120, example = "Neukölln, Berlin")]
    location_label: Change<String>,
}

impl From<ProfilePatch> for ProfileForm {
    fn from(patch: ProfilePatch) -> Self {
        Self {
            display_name: patch.display_name,
            bio: patch.bio,
            avatar_url: patch.avatar_url,
            phone: patch.phone,
            role: patch.role.map(NewRole::word),
            location: patch.location.map(PlaceForm::from),
            location_label: patch.location_label,
        }
    }
}
