//! People: their account, what it may do, and how one is opened, changed and left.

mod erasure;
mod payee;
mod profile;
mod public;
mod registration;
mod role;

pub use erasure::{Erasure, ErasureContext, ErasureRefusal};
pub use payee::{OnboardingRefusal, Payee, PayoutAccountId};
pub use profile::{ProfileChange, ProfileContext, ProfileForm, ProfileRefusal, ProfileUpdate};
pub use public::{OwnProfile, PublicProfile};
pub use registration::{Password, Registration, RegistrationForm};
pub use role::{Role, Standing};

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{
    contact::{Email, Phone, Username},
    geo::GeoPoint,
    id::UserId,
    media::Picture,
    text::{Block, Line},
};

/// The name others see, 1 to 80 characters.
pub type DisplayName = Line<1, 80>;
/// What people say about themselves, up to 1,000 characters.
pub type Bio = Block<1000>;
/// How a place is called, for example `Neukölln, Berlin`; 1 to 120 characters.
pub type PlaceLabel = Line<1, 120>;

/// An account.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Private.
    pub email: Email,
    /// Public.
    pub username: Username,
    /// Private.
    pub phone: Option<Phone>,
    /// Public; the username until the person says otherwise.
    pub display_name: DisplayName,
    /// Public.
    pub bio: Option<Bio>,
    /// Public.
    pub avatar_url: Option<Picture>,
    /// What the person does here.
    pub role: Role,
    /// Where the person is; private and exact.
    pub location: Option<GeoPoint>,
    /// How the place is called; public.
    pub location_label: Option<PlaceLabel>,
    /// Whether the account may act.
    pub standing: Standing,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What of a new account somebody else already has. Compared without regard to case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UserTaken {
    /// The e-mail address.
    #[error("An account with this e-mail address exists.")]
    Email,
    /// The username.
    #[error("This username is taken.")]
    Username,
    /// The phone number.
    #[error("An account with this phone number exists.")]
    Phone,
}
