//! An account as its person sees it, and as others do.

use chrono::{DateTime, Utc};

use super::{Bio, DisplayName, PlaceLabel, User};
use crate::{
    contact::Username,
    id::UserId,
    media::Picture,
    verification::{VerificationSummary, VerificationType},
};

/// An account as its own person sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnProfile {
    /// The account.
    pub user: User,
    /// What is proved of it.
    pub verification: VerificationSummary,
}

/// An account as everybody may see it. What is private (e-mail address, phone number, place) has no room here, so that
/// it cannot slip out.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicProfile {
    /// Its id.
    pub id: UserId,
    /// Its public name.
    pub username: Username,
    /// The name others see.
    pub display_name: DisplayName,
    /// What the person says of themself.
    pub bio: Option<Bio>,
    /// Their picture.
    pub avatar_url: Option<Picture>,
    /// How their place is called.
    pub location_label: Option<PlaceLabel>,
    /// What is proved of them.
    pub verified: Vec<VerificationType>,
    /// How many things they have for sale, reserved ones included.
    pub listings: i64,
    /// How many they have sold.
    pub sold: i64,
    /// Since when they are here.
    pub member_since: DateTime<Utc>,
}
